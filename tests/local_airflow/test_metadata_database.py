"""Creating Airflow's metadata database and writing its address for SQLAlchemy."""

from contextlib import closing

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import StoreError, StoreUnavailable
from pipeline.local_airflow.metadata_database import DATABASE, create_database, sqlalchemy_uri

words = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=30)


@pytest.mark.airflow
@settings(deadline=None)
@given(user=words, password=words, folder=words)
def test_sqlalchemy_reads_the_same_values_as_libpq(user, password, folder):
    url = pytest.importorskip("sqlalchemy.engine").make_url
    dsn = make_conninfo(
        user=user, password=password, dbname="news", host=f"/a b/{folder}", port=5433
    )
    read = url(sqlalchemy_uri(dsn))
    assert (read.username, read.password, read.database) == (user, password, "news")
    assert dict(read.query) == {"host": f"/a b/{folder}", "port": "5433"}


@pytest.fixture
def server_without_metadata(postgres_server):
    """The suite's server without a metadata database, which an earlier test may have created."""
    postgres_server.sql(f"drop database if exists {DATABASE} with (force)")
    yield postgres_server
    postgres_server.sql(f"drop database if exists {DATABASE} with (force)")


def test_the_database_is_created_once(server_without_metadata):
    first = create_database(server_without_metadata.dsn())
    assert create_database(server_without_metadata.dsn()) == first
    assert conninfo_to_dict(first)["dbname"] == DATABASE
    with closing(psycopg.connect(first)) as connection:
        assert connection.execute("select current_database()").fetchone() == (DATABASE,)


def test_a_user_without_the_right_to_create_it_gets_the_statement_to_run(server_without_metadata):
    server_without_metadata.sql("create role poor login password 'poor'")
    dsn = make_conninfo(server_without_metadata.dsn(), user="poor", password="poor")
    with pytest.raises(StoreError, match=f"create database {DATABASE} owner"):
        create_database(dsn)
    server_without_metadata.sql("drop role poor")


def test_a_server_that_does_not_answer_is_a_clear_error():
    with pytest.raises(StoreUnavailable, match="does not answer"):
        create_database("postgresql://postgres@127.0.0.1:9/news")
