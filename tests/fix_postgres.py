"""A real Postgres for the tests: one embedded server a process, an empty database a test.

``DATELINE_TEST_DSN`` names another server instead (an older PostgreSQL, one in a container).
"""

import itertools
import os
import subprocess
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pipeline.local_airflow.metadata_database import DATABASE
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect
from tests.link_log import compare

_numbers = itertools.count()
_FAST_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
"""Options without durability: the server of a test need not survive a power cut."""


_WIPE = r"""
do $$
declare
    each record;
begin
    set local session_replication_role = replica;  -- no foreign keys while all rows go
    for each in
        select inhrelid::regclass as name from pg_inherits
        join pg_class as c on c.oid = inhrelid where c.relkind = 'r' and c.relname ~ '_\d{4}_\d\d$'
    loop
        execute format('drop table %s', each.name);
    end loop;
    for each in
        select c.oid::regclass as name, c.relkind from pg_class as c
        where c.relnamespace in ('ops'::regnamespace, 'news'::regnamespace, 'mart'::regnamespace)
            and c.relkind in ('r', 'S') and c.relname not in ('schema_migrations', 'mart_files')
            and case c.relkind
                when 'r' then pg_relation_size(c.oid) > 0  -- the others never had a row
                else pg_sequence_last_value(c.oid) is not null  -- the others gave no number
            end
    loop
        if each.relkind = 'S' then
            perform setval(each.name, 1, false);
        elsif each.relkind = 'r' then
            execute format('delete from %s', each.name);
        end if;
    end loop;
end $$
"""
_RELATIONS = r"""
select count(*) from pg_class
where relnamespace in ('ops'::regnamespace, 'news'::regnamespace, 'mart'::regnamespace)
    and relname !~ '_\d{4}_\d\d'  -- partitions, which a test's rows create
"""
_END_OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


class TestServer:
    """A server with a migrated template database, and databases that are empty again."""

    __test__ = False

    def __init__(self, address):
        self._address = address
        self.template = f"dateline_template_{os.getpid()}"
        self._idle = []
        self._relations = None
        """How many the template has."""

    def dsn(self, database="postgres"):
        return self._address(database)

    def sql(self, statement):
        with closing(psycopg.connect(self.dsn(), autocommit=True)) as conn:
            conn.execute(statement)

    @contextmanager
    def alone(self):
        """Let one test process in at a time; several share a server that is given to them."""
        with closing(psycopg.connect(self.dsn(), autocommit=True)) as conn:
            conn.execute("select pg_advisory_lock(1)")
            yield

    def lend(self):
        """Return the name of a migrated, empty database; used ones are emptied and lent again.

        Creating one takes 0.3 CPU-seconds.
        """
        if self._idle:
            return self._idle.pop()
        name = f"dateline_test_{os.getpid()}_{next(_numbers)}"
        self.sql(f"create database {name} template {self.template}")
        return name

    def take_back(self, name):
        """Empty a database for the next test; drop it where the test changed its schema."""
        if self._relations is None:
            with closing(psycopg.connect(self.dsn(self.template))) as conn:
                self._relations = conn.execute(_RELATIONS).fetchone()
        with closing(psycopg.connect(self.dsn(name), autocommit=True)) as conn:
            conn.execute(_END_OTHERS)
            if is_as_made := conn.execute(_RELATIONS).fetchone() == self._relations:
                conn.execute(_WIPE)
        if is_as_made:
            self._idle.append(name)
        else:
            self.sql(f"drop database {name} with (force)")

    def close(self):
        for name in [*self._idle, self.template]:
            self.sql(f"drop database {name} with (force)")


@contextmanager
def _embedded_server(folder):
    """Run a server of our own, which ends with this process, even where that is killed.

    A shell waits for the end of its input, which the kernel closes then, and stops the server.
    """
    server = EmbeddedServer(folder, _FAST_OPTIONS)
    server.start()
    command = 'read _; kill -INT "$(head -n 1 "$0")"'
    with subprocess.Popen(
        ["sh", "-c", command, server.data / "postmaster.pid"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ):
        try:
            yield server
        finally:
            server.remove()


@contextmanager
def _migrated(server):
    with server.alone():  # the roles of the schema belong to the whole server
        server.sql(f"create database {server.template}")
        with closing(connect(server.dsn(server.template))) as conn:
            migrate(conn)
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    if given := os.environ.get("DATELINE_TEST_DSN"):
        with _migrated(TestServer(lambda name: make_conninfo(given, dbname=name))) as server:
            yield server
    else:
        folder = tmp_path_factory.mktemp("postgres")
        with _embedded_server(folder) as embedded, _migrated(TestServer(embedded.dsn)) as server:
            yield server


@pytest.fixture
def server_without_metadata(postgres_server):
    """The suite's server without Airflow's database, which an earlier test may have created."""
    with postgres_server.alone():
        postgres_server.sql(f"drop database if exists {DATABASE} with (force)")
        yield postgres_server
        postgres_server.sql(f"drop database if exists {DATABASE} with (force)")


@pytest.fixture
def store_dsn(postgres_server):
    """A DSN of a migrated, empty database of this test's own."""
    name = postgres_server.lend()
    yield postgres_server.dsn(name)
    postgres_server.take_back(name)


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


@pytest.fixture
def compared_log(store_dsn, tmp_path):
    """Compare the log of links below this test's folder with the store when the test is over."""
    yield
    compare(tmp_path, store_dsn)
