"""Creating Airflow's metadata database and writing its address for SQLAlchemy."""

from contextlib import closing

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import StoreError, StoreUnavailable
from pipeline.local_airflow.metadata_database import (
    DATABASE,
    create_database,
    forget_renamed_assets,
    remove_deadlines,
    remove_runs_ahead,
    sqlalchemy_uri,
)

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


_AIRFLOW_TABLES = """
create table serialized_dag (id uuid primary key, dag_id text, data jsonb, data_compressed bytea);
create table callback (id uuid primary key default gen_random_uuid());
create table deadline_alert (
    id uuid primary key default gen_random_uuid(),
    serialized_dag_id uuid references serialized_dag on delete cascade, callback_def json
);
create table deadline (
    id uuid primary key default gen_random_uuid(),
    deadline_alert_id uuid references deadline_alert on delete set null,
    callback_id uuid references callback on delete cascade
);
"""
_DEADLINES = """
with s as (
    insert into serialized_dag (id, dag_id, data)
    values (gen_random_uuid(), %(dag)s, %(data)s::jsonb) returning id
), c as (
    insert into callback default values returning id
), a as (
    insert into deadline_alert (serialized_dag_id, callback_def)
    select id, json_build_object('path', %(calls)s::text) from s returning id
)
insert into deadline (deadline_alert_id, callback_id) select a.id, c.id from a, c
"""


def test_deadlines_of_earlier_versions_go_and_those_of_other_dags_stay(empty_dsn):
    assert remove_deadlines(empty_dsn) == 0  # Airflow was never here
    with closing(psycopg.connect(empty_dsn, autocommit=True)) as connection:
        connection.execute(_AIRFLOW_TABLES)
        data = '{"dag": {"dag_id": "x", "deadline": ["some id"]}}'
        for dag, calls in (("ingest", "policy.deadline_missed"), ("mine", "my.own.callback")):
            connection.execute(_DEADLINES, {"dag": dag, "data": data, "calls": calls})
        assert remove_deadlines(empty_dsn) == 1
        assert remove_deadlines(empty_dsn) == 0
        for table in ("deadline", "deadline_alert", "callback"):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (1,)
        left = connection.execute(
            "select dag_id, data #> '{dag,deadline}' from serialized_dag order by dag_id"
        ).fetchall()
        assert left == [("ingest", None), ("mine", ["some id"])]


def test_an_asset_that_was_renamed_is_active_no_longer(empty_dsn):
    assert forget_renamed_assets(empty_dsn) == 0  # Airflow was never here
    former = ("curated", "x-dateline://warehouse/mart")
    others = [("raw_pages", "x-dateline://archive/raw_pages"), ("curated", "s3://mine/curated")]
    with closing(psycopg.connect(empty_dsn, autocommit=True)) as connection:
        connection.execute(
            "create table asset_active (name text, uri text, primary key (name, uri))"
        )
        for asset in (former, *others):
            connection.execute("insert into asset_active values (%s, %s)", asset)
        assert forget_renamed_assets(empty_dsn) == 1
        assert forget_renamed_assets(empty_dsn) == 0
        left = connection.execute(
            "select name, uri from asset_active order by name desc"
        ).fetchall()
        assert left == others


_RUNS = """
create table dag_run (
    dag_id text, run_after timestamptz not null, queued_at timestamptz, state text
);
create table asset_dag_run_queue (target_dag_id text, created_at timestamptz not null);
insert into dag_run
select dag_id, now() + after, now() + queued, state
from (values
    ('made now', interval '0', interval '0', 'running'),
    ('by a clock that differs by minutes', '5 min', '5 min', 'queued'),
    ('planned by a person', '2 days', '0', 'queued'),
    ('made a quarter of an hour ahead', '15 min', '15 min', 'queued'),
    ('made a day ahead', '1 day', '1 day', 'running'),
    ('made a day ahead and over', '1 day', '1 day', 'success')
) as run(dag_id, after, queued, state);
insert into asset_dag_run_queue
values ('curate', now() + interval '1 day'), ('publish', now() - interval '1 min');
"""


def test_runs_that_were_made_while_the_clock_was_ahead_go(empty_dsn):
    assert remove_runs_ahead(empty_dsn) == 0  # Airflow was never here
    with closing(psycopg.connect(empty_dsn, autocommit=True)) as connection:
        connection.execute(_RUNS)
        assert remove_runs_ahead(empty_dsn) == 3
        left = connection.execute("select dag_id from dag_run order by run_after").fetchall()
        assert [name for (name,) in left] == [
            "made now",
            "by a clock that differs by minutes",
            "planned by a person",
        ]
        ahead = "select count(*) from asset_dag_run_queue where created_at > clock_timestamp()"
        assert connection.execute(ahead).fetchone() == (0,)
        assert remove_runs_ahead(empty_dsn) == 0
