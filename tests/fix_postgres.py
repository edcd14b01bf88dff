"""A real server for the tests: one embedded cluster a session, one database a test.

``DATELINE_TEST_DSN`` names another server instead (an older PostgreSQL, one in a container).
"""

import itertools
import os
from contextlib import closing

import psycopg
import pytest

from pipeline.warehouse.migrations import migrate
from pipeline.warehouse.server import EmbeddedServer
from pipeline.warehouse.store import connect

_numbers = itertools.count()
_HASTE = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
"""A test's cluster need not survive a power cut."""


class TestServer:
    """A server with a migrated template database."""

    __test__ = False

    def __init__(self, address):
        self._address = address
        self.template = f"dateline_template_{os.getpid()}"

    def dsn(self, database="postgres"):
        return self._address(database)

    def sql(self, statement):
        with closing(psycopg.connect(self.dsn(), autocommit=True)) as conn:
            conn.execute(statement)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        if given := os.environ.get("DATELINE_TEST_DSN"):
            server = TestServer(lambda name: psycopg.conninfo.make_conninfo(given, dbname=name))
            embedded = None
        else:
            patch.delenv("DATELINE_DSN", raising=False)
            embedded = EmbeddedServer(tmp_path_factory.mktemp("postgres"), _HASTE)
            embedded.start()
            server = TestServer(embedded.dsn)
        server.sql(f"create database {server.template}")
        with closing(connect(server.dsn(server.template))) as conn:
            migrate(conn)
        yield server
        if embedded:
            embedded.remove()
        else:
            server.sql(f"drop database {server.template}")


@pytest.fixture
def store_dsn(postgres_server):
    """A DSN of a migrated, empty database of this test's own."""
    name = f"dateline_test_{os.getpid()}_{next(_numbers)}"
    postgres_server.sql(f"create database {name} template {postgres_server.template}")
    yield postgres_server.dsn(name)
    postgres_server.sql(f"drop database {name} with (force)")


@pytest.fixture
def empty_dsn(postgres_server):
    """A DSN of a database with nothing in it."""
    name = f"dateline_empty_{os.getpid()}_{next(_numbers)}"
    postgres_server.sql(f"create database {name}")
    yield postgres_server.dsn(name)
    postgres_server.sql(f"drop database {name} with (force)")


@pytest.fixture
def store(store_dsn):
    """A connection to a migrated, empty database of this test's own."""
    with closing(connect(store_dsn)) as conn:
        yield conn
