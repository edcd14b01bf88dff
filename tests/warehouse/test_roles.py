"""Roles: what the login of ``dateline sql`` and a login of the role dateline_loader may do."""

import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.dedupe.fingerprints import fingerprints
from pipeline.errors import MigrationError, SettingsError
from pipeline.models import Annotation, Mention
from pipeline.settings import settings
from pipeline.warehouse.annotations import pending_versions, save_annotations
from pipeline.warehouse.duplicates import dedup_lock, pending_dedup, save_fingerprints
from pipeline.warehouse.host_pace import PostgresThrottle
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.publishes import begin_publish, run_checks
from pipeline.warehouse.read_only import reader, statements
from pipeline.warehouse.roles import create_login, set_up_roles
from pipeline.warehouse.runs import close_run
from pipeline.warehouse.schema import ensure_partitions, migrate
from pipeline.warehouse.store import connect, ensure_store
from tests.warehouse.stories import (
    HARBOUR,
    begin,
    count,
    fetched,
    items,
    later,
    load_batch,
    loaded,
    story,
)


@pytest.fixture
def analyst_dsn(store, store_dsn, monkeypatch):
    """The DSN of the login that dateline sql creates, for use without dateline sql."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, [1])
    with reader():
        pass
    login = json.loads((settings().home_folder / "sql_login.json").read_text())
    yield make_conninfo(store_dsn, **login)
    store.execute(f"drop role {login['user']}")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("delete from news.articles", errors.InsufficientPrivilege),
        ("update news.sources set is_active = false", errors.InsufficientPrivilege),
        ("select * from news.articles for update", errors.InsufficientPrivilege),
        ("create table news.mine (a int)", errors.InsufficientPrivilege),
        ("create table public.mine (a int)", errors.InsufficientPrivilege),
        ("create schema mine", errors.InsufficientPrivilege),
        ("drop view mart.copies", errors.InsufficientPrivilege),
        ("copy (select 1) to program 'true'", errors.InsufficientPrivilege),
        ("copy (select 1) to '/nowhere'", errors.InsufficientPrivilege),
        ("set role dateline_loader", errors.InsufficientPrivilege),
        ("create role mine", errors.InsufficientPrivilege),
    ],
)
def test_the_login_itself_may_not_write(analyst_dsn, statement, error):
    """The privileges hold by themselves: here no read-only transaction and no word list helps."""
    with closing(psycopg.connect(analyst_dsn, autocommit=True)) as conn:
        conn.execute("set default_transaction_read_only = off")
        with pytest.raises(error):
            conn.execute(statement)
        conn.execute("reset role")
        assert conn.execute("select count(*) from mart.articles").fetchone() == (1,)
        assert conn.execute("select rolsuper or rolcreaterole or rolcreatedb from pg_roles"
                            " where rolname = current_user").fetchone() == (False,)  # fmt: skip


def test_the_login_reads_everything_that_later_migrations_add(store, analyst_dsn):
    store.execute("create table news.later (a int); create view mart.later as select 1 as a")
    ensure_partitions(store, date(2026, 11, 22))
    with closing(psycopg.connect(analyst_dsn)) as conn:
        assert count(conn, "news.later") == 0
        assert count(conn, "mart.later") == 1
        assert count(conn, "news.fetches_2026_11") == 1
        assert count(conn, "ops.links") == 1


@pytest.fixture
def loader_dsn(store, store_dsn):
    """The DSN of a login with the rights of dateline_loader and no others."""
    name = f"loader_{os.getpid()}"
    store.execute(f"create role {name} login in role dateline_loader")
    yield make_conninfo(store_dsn, user=name)
    store.execute(f"drop role {name}")


def test_a_loader_may_run_every_stage(loader_dsn, store):
    with closing(connect(loader_dsn)) as conn:
        report = loaded(conn, [1, 2])
        assert len(report.new_versions) == 2
        (run_id,) = conn.execute("select max(run_id) from ops.runs").fetchone()
        PostgresThrottle(conn).reserve("harbour.example", 1, 60)
        waiting = pending_dedup(conn)
        words = {number: fingerprints("one two three " * 30) for number in waiting}
        with dedup_lock(conn):
            save_fingerprints(conn, waiting, words)
        mention = Mention(15, 25, "Port Amber", "GPE", "Port Amber")
        annotated = [(number, Annotation((mention,), ())) for number in pending_versions(conn)]
        save_annotations(conn, "m1", annotated)
        assert ensure_partitions(conn, date(2026, 11, 22))
        refresh(conn)
        assert all(each.passed for each in run_checks(conn, begin_publish(conn, run_id)))
        close_run(conn, run_id, True)
        assert count(conn, "mart.daily_entity_mentions") == 1
        changed = items(fetched(conn, run_id, [3]), [story(3)])
        assert load_batch(conn, run_id, "more", changed).new_versions
    owner = "select tableowner from pg_tables where tablename = 'fetches_2026_11'"
    assert store.execute(owner).fetchone() == (store.info.user,)


def test_a_loader_may_not_change_the_schema(loader_dsn, store, monkeypatch):
    with closing(connect(loader_dsn)) as conn:
        for statement in (
            "drop table news.quotes",
            "truncate news.quotes",
            "alter table news.quotes add column a int",
            "delete from ops.schema_migrations",
            "select news.create_month('ops.links', '2026-11-01')",
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.RaiseException)):
                conn.execute(statement)
    monkeypatch.setenv("DATELINE_DSN", loader_dsn)
    settings.cache_clear()
    assert ensure_store() == loader_dsn
    store.execute("update ops.mart_files set sha256 = '' where mart_name = 'copies'")
    with pytest.raises(MigrationError, match="run dateline db migrate as its owner"):
        ensure_store()
    migrate(store)
    assert ensure_store() == loader_dsn


def test_statements_are_divided_as_postgres_divides_them(store):
    text = """
        select 'it''s; one' as "a;b"; -- a comment; not a statement
        select e'back\\'slash;', $$dollar; $x$ still$$; /* a; /* nested; */ b; */
        select $tag$ ; $$ ; $tag$, 1 as a$b; ;
        select 2
    """
    found = statements(text)
    assert [text[each.start :].startswith(each.text) for each in found] == [True] * 4
    rows = [store.execute(each.text.encode(), prepare=True).fetchone() for each in found]
    assert rows == [
        ("it's; one",),
        ("back'slash;", "dollar; $x$ still"),
        (" ; $$ ; ", 1),
        (2,),
    ]


TEXTS = (
    "select body_text is null, search_vector @@ mart.search_query('bridge'),"
    " search_vector @@ mart.search_query('\"voted on bridge\"') from mart.articles"
)


@pytest.fixture
def guarded(store, analyst_dsn):
    """The DSN of an analyst, where the outlet's full texts are for the owner."""
    begin(store, "guarded", [replace(HARBOUR, text_for="owner")])
    return analyst_dsn


def test_full_texts_for_the_owner_are_not_for_analysts(store, guarded):
    assert store.execute(TEXTS).fetchall() == [(False, True, False)]
    with closing(psycopg.connect(guarded, autocommit=True)) as conn:
        assert conn.execute(TEXTS).fetchall() == [(True, True, False)]
        for table in ("news.article_versions", "news.held_versions"):
            with pytest.raises(errors.InsufficientPrivilege):
                conn.execute(f"select body_text from {table}")
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("select search_vector from news.article_search")
        assert conn.execute("select title from news.article_versions").fetchall()
        assert conn.execute("select count(*) from mart.silent_edits").fetchone() == (0,)
    begin(store, "open again", [HARBOUR])
    with closing(psycopg.connect(guarded, autocommit=True)) as conn:
        assert conn.execute(TEXTS).fetchall() == [(False, True, True)]


def test_edits_of_such_texts_are_told_without_the_texts(store, guarded):
    run_id = begin(store, "edit", [replace(HARBOUR, text_for="owner")])
    pairs = fetched(store, run_id, [1], at=later(30))
    edit = story(1, text="The council of Port Amber has put off its vote on bridge one.")
    load_batch(store, run_id, "edit", items(pairs, [edit], later(30)))
    texts = "select words_after, body_before, body_after, paragraphs_added from mart.silent_edits"
    assert None not in store.execute(texts).fetchone()
    with closing(psycopg.connect(guarded, autocommit=True)) as conn:
        assert conn.execute(texts).fetchone() == (13, None, None, None)


def test_a_login_has_its_role_its_time_limit_and_another_password_each_time(store, store_dsn):
    name = f"desk {os.getpid()}"
    try:
        passwords = [create_login(store, name, "analyst") for _ in range(2)]
        assert passwords[0] != passwords[1]
        with closing(psycopg.connect(make_conninfo(store_dsn, user=name))) as conn:
            shown = [conn.execute(f"show {each}").fetchone()[0] for each in (
                "statement_timeout", "default_transaction_read_only", "search_path"
            )]  # fmt: skip
            assert shown == ["1min", "on", "mart, public"]
            assert count(conn, "articles") == 0
        with pytest.raises(SettingsError, match="rights of its own"):
            create_login(store, name, "loader")
        with pytest.raises(SettingsError, match="rights of its own"):
            create_login(store, store.info.user, "analyst")
    finally:
        store.execute(f'drop role "{name}"')


def test_an_owner_who_may_not_create_roles_is_told_what_to_do(postgres_server, empty_dsn):
    name = f"owner_{os.getpid()}"
    database = conninfo_to_dict(empty_dsn)["dbname"]
    postgres_server.sql(f"create role {name} login")
    postgres_server.sql(f"alter database {database} owner to {name}")
    try:
        with closing(connect(make_conninfo(empty_dsn, user=name))) as conn:
            migrate(conn)
            assert set_up_roles(conn) is None  # the roles are there: another database made them
            with pytest.raises(SettingsError, match="user may create roles"):
                create_login(conn, "desk", "analyst")
            conn.execute("revoke select on mart.copies from dateline_analyst")
            migrate(conn)
            (may,) = conn.execute(
                "select has_table_privilege('dateline_analyst', 'mart.copies', 'select')"
            ).fetchone()
            assert may is False
    finally:
        postgres_server.sql(f"drop database {database} with (force)")
        postgres_server.sql(f"drop role {name}")
        postgres_server.sql(f"create database {database}")
