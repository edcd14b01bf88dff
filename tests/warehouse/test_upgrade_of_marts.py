"""What other people built on the marts is there after an upgrade: views, grants, indexes."""

import os
import shutil
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import MigrationError
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.schema import is_current, migrate
from pipeline.warehouse.sql_files import sql_folder
from pipeline.warehouse.store import connect
from tests.warehouse.stories import count, loaded

BEFORE = 29
"""The last migration of the version before."""
MARTS_BEFORE = Path(__file__).with_name("marts_of_0029")
"""Marts of that version, as they were."""
BUILT_BY_ANALYSTS = """
create schema desk authorization {analyst};
grant usage on schema mart to {analyst}, {reader};
grant usage on schema desk to {reader};
grant select on all tables in schema mart to {analyst};
grant select on mart.articles to {reader} with grant option;
grant select (title) on mart.copies to {reader};
revoke select on mart.entity_mentions from dateline_analyst;
create index by_name on mart.daily_entity_mentions (entity_name);
create index by_lost_column on mart.daily_entity_mentions (published_date);
set role {analyst};
create view desk.headlines with (security_barrier = true) as
select a.article_id, a.title, a.source_key from mart.articles as a;
comment on view desk.headlines is 'What we print';
comment on column desk.headlines.title is 'As it stands';
create materialized view desk.names as
select d.entity_name, sum(d.article_count) as articles
from mart.daily_entity_mentions as d group by d.entity_name;
create unique index names_key on desk.names (entity_name);
create view desk.both as
select h.title, n.entity_name from desk.headlines as h cross join desk.names as n;
grant select on desk.both to {reader};
create function desk.one(wanted bigint) returns table (title text) language sql stable
begin atomic select a.title from mart.articles as a where a.article_id = wanted; end;
create view desk.first as select f.title from desk.one(1) as f;
reset role;
"""


@pytest.fixture
def people(postgres_server):
    """Two roles of people that Dateline knows nothing of."""
    names = {"analyst": f"desk_analyst_{os.getpid()}", "reader": f"desk_reader_{os.getpid()}"}
    for name in names.values():
        postgres_server.sql(f"create role {name} login")
    yield names
    for name in names.values():
        postgres_server.sql(f"drop role {name}")


@pytest.fixture
def database_of_people(postgres_server, people):
    """A DSN of an empty database that is gone before those roles are."""
    name = f"dateline_upgrade_{os.getpid()}"
    postgres_server.sql(f"create database {name}")
    yield postgres_server.dsn(name)
    postgres_server.sql(f"drop database {name} with (force)")


@pytest.fixture
def store_before(database_of_people, people, tmp_path):
    """A DSN of a store of the version before, with objects of analysts on its marts."""
    folder = tmp_path / "before"
    (folder / "migrations").mkdir(parents=True)
    for path in sorted((sql_folder() / "migrations").glob("*.sql"))[:BEFORE]:
        shutil.copy(path, folder / "migrations")
    shutil.copytree(MARTS_BEFORE, folder / "marts")
    with closing(connect(database_of_people)) as conn:
        migrate(conn, folder)
        conn.execute(BUILT_BY_ANALYSTS.format(**people).encode())
    return database_of_people


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder(), folder)
    return folder


OBJECTS = """
select c.oid::regclass::text, c.relkind::text, pg_get_userbyid(c.relowner), c.reloptions,
    (select array_agg(x::text order by x::text) from unnest(c.relacl) as x),
    obj_description(c.oid, 'pg_class'),
    array(select col_description(c.oid, a.attnum) from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 order by a.attnum),
    array(select pg_get_indexdef(i.indexrelid) from pg_index as i where i.indrelid = c.oid)
from pg_class as c where c.relnamespace = 'desk'::regnamespace and c.relkind in ('v', 'm')
order by 1
"""


def may_read(conn, role, relation):
    return conn.execute(
        "select has_any_column_privilege(%s, %s, 'select')", (role, relation)
    ).fetchone()[0]


def check_everything_is_there(conn, people):
    assert count(conn, "desk.both") == 0
    conn.execute(f"refresh materialized view concurrently desk.names; set role {people['reader']}")
    assert conn.execute("select count(*) from mart.articles").fetchone() == (1,)
    conn.execute("reset role")
    assert count(conn, "desk.both") == 0
    assert count(conn, "desk.headlines") == 1
    assert count(conn, "desk.first") == 1


def test_an_upgrade_keeps_what_analysts_built(store_before, people):
    with closing(connect(store_before)) as conn:
        objects = conn.execute(OBJECTS).fetchall()
        assert len(objects) == 4
        migrate(conn)
        assert is_current(conn)
        assert conn.execute(OBJECTS).fetchall() == objects
        loaded(conn, [1])
        check_everything_is_there(conn, people)
        assert may_read(conn, people["analyst"], "mart.daily_entity_mentions")
        assert not may_read(conn, "dateline_analyst", "mart.entity_mentions")
        assert conn.execute(
            "select has_column_privilege(%(who)s, 'mart.copies', 'title', 'select'),"
            " has_column_privilege(%(who)s, 'mart.copies', 'jaccard', 'select'),"
            " has_table_privilege(%(who)s, 'mart.articles', 'select with grant option')",
            {"who": people["reader"]},
        ).fetchone() == (True, False, True)
        assert conn.execute(
            "select indrelid::regclass::text, to_regclass('news.by_lost_column')"
            " from pg_index where indexrelid = to_regclass('news.by_name')"
        ).fetchone() == ("news.entity_days", None)
        refresh(conn)
        assert conn.execute(OBJECTS).fetchall() == objects


def change(files, mart, old, new):
    path = files / "marts" / f"{mart}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


LAST = "\nfrom news.articles as a\ninner join news.sources"
"""What follows the last column of mart.articles."""


def oids(conn):
    found = conn.execute(
        "select relname, oid from pg_class where relnamespace = 'mart'::regnamespace"
        " and relkind in ('v', 'm')"
    )
    return dict(found.fetchall())


def test_a_column_at_the_end_replaces_a_view_in_place(store_before, people, files):
    with closing(connect(store_before)) as conn:
        migrate(conn)
        before = oids(conn)
        change(files, "10_articles", LAST, f", 1 as one{LAST}")
        assert migrate(conn, files) == ["10_articles"]
        assert oids(conn) == before
        assert conn.execute("select one from mart.articles").fetchall() == []
        assert conn.execute("select count(*) from desk.first").fetchone() == (0,)


def test_a_column_of_another_type_makes_only_what_reads_it_again(store_before, people, files):
    with closing(connect(store_before)) as conn:
        migrate(conn)
        before = oids(conn)
        change(files, "21_entity_mentions", "    m.role_text,", "    m.role_text::varchar,")
        made = migrate(conn, files)
        again = {name for name, oid in oids(conn).items() if before[name] != oid}
        assert again == {"entity_mentions"}
        assert {name.partition("_")[2] for name in made} == again
        assert "articles" not in again
        assert not may_read(conn, "dateline_analyst", "mart.entity_mentions")
        loaded(conn, [1])
        check_everything_is_there(conn, people)


def test_a_view_that_reads_a_lost_column_stops_the_upgrade_whole(store_before, files):
    with closing(connect(store_before)) as conn:
        migrate(conn)
        before = oids(conn)
        change(files, "10_articles", "    v.title,\n", "    v.title as headline,\n")
        change(files, "10_articles", "mart.articles.title is", "mart.articles.headline is")
        for path in (files / "marts").glob("*.sql"):
            if path.name != "10_articles.sql":
                path.unlink()
        with pytest.raises(MigrationError, match=r"(?s)desk\.\w+.*title.*nothing was changed"):
            migrate(conn, files)
        assert oids(conn) == before
        assert conn.execute("select count(title) from desk.headlines").fetchone() == (0,)


def test_a_table_of_a_mart_s_row_type_is_named(store_before, files):
    with closing(connect(store_before)) as conn:
        migrate(conn)
        conn.execute("create table desk.kept (article mart.articles)")
        change(files, "10_articles", "    v.title,\n", "    v.title::varchar,\n")
        with pytest.raises(MigrationError, match=r"desk\.kept"):
            migrate(conn, files)
        assert count(conn, "desk.first") == 0


def test_a_migration_may_drop_the_marts_below_views_of_analysts(store_before, people, files):
    number = len(list((files / "migrations").glob("*.sql"))) + 1
    migration = files / "migrations" / f"{number:04}_wider.sql"
    migration.write_text(
        "-- marts: drop\nalter table news.article_versions alter column byline type varchar;"
    )
    with closing(connect(store_before)) as conn:
        objects = conn.execute(OBJECTS).fetchall()
        assert migrate(conn, files)[-1] == sorted((files / "marts").glob("*.sql"))[-1].stem
        assert conn.execute(OBJECTS).fetchall() == objects
        loaded(conn, [1])
        check_everything_is_there(conn, people)


def test_an_owner_without_rights_on_the_desk_is_told_who_may(postgres_server, empty_dsn, files):
    """Replacing in place needs no rights on views of others; dropping and creating them does."""
    owner, analyst = f"owner_{os.getpid()}", f"analyst_{os.getpid()}"
    database = conninfo_to_dict(empty_dsn)["dbname"]
    for name in (owner, analyst):
        postgres_server.sql(f"create role {name} login")
    postgres_server.sql(f"alter database {database} owner to {owner}")
    try:
        with closing(connect(make_conninfo(empty_dsn, user=owner))) as conn:
            migrate(conn)
            with closing(psycopg.connect(empty_dsn, autocommit=True)) as boss:
                boss.execute(f"create schema desk authorization {analyst}")
                boss.execute(f"grant select on mart.articles to {analyst}")
                boss.execute(f"grant usage on schema mart to {analyst}; set role {analyst}")
                boss.execute("create view desk.mine as select title from mart.articles")
            change(files, "10_articles", LAST, f", 1 as one{LAST}")
            assert migrate(conn, files) == ["10_articles"]
            change(files, "10_articles", "    v.title,\n", "    v.title::varchar,\n")
            with pytest.raises(MigrationError, match=rf"desk\.mine.*since {owner} may not"):
                migrate(conn, files)
        with closing(psycopg.connect(empty_dsn)) as boss:
            assert count(boss, "desk.mine") == 0
    finally:
        postgres_server.sql(f"drop database {database} with (force)")
        for name in (owner, analyst):
            postgres_server.sql(f"drop role {name}")
        postgres_server.sql(f"create database {database}")
