"""The schema: comments on every column, outcomes as in the code, migrations unchanged."""

import re
import shutil
from contextlib import closing
from dataclasses import fields

import psycopg
import pytest

from pipeline.errors import MigrationError
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.warehouse.article_columns import COLUMNS, FIELD_OF
from pipeline.warehouse.schema import is_current, migrate, migrations
from pipeline.warehouse.sql_files import read_sql, sql_folder
from pipeline.warehouse.store import connect
from tests.warehouse.stories import count, loaded

NEXT = f"{len(list((sql_folder() / 'migrations').glob('*.sql'))) + 1:04}"
"""The number of the migration that comes after ours."""

PROMISED = {
    "articles": "article_id source_key canonical_url title byline body_text word_count "
    "published_at published_date published_date_local best_date best_date_origin first_seen_at "
    "version_no duplicate_group_id is_original story_id "
    "article_version_id search_vector",
    "daily_entity_mentions": "best_date entity_id entity_type entity_name mention_count "
    "article_count original_article_count source_count undated_article_count",
    "who_said_what": "published_at source_key speaker_name speaker_surface quote_text quote_kind "
    "confidence title canonical_url article_id quote_no",
    "entity_co_mentions": "entity_id_a entity_id_b article_count last_seen_date",
    "source_freshness": "source_key last_fetch_at last_ok_fetch_at fetches_24h failures_24h",
    "syndication": "origin_source reuse_source article_count mean_jaccard",
    "url_fate": "url source_key outcome reason http_status decided_at",
    "copies": "article_id original_article_id relation jaccard containment",
    "silent_edits": "article_id title_before title_after body_before body_after",
    "run_quality": "run_id link_count failed_share",
    "column_catalogue": "table_schema table_name column_name data_type description",
}


@pytest.mark.parametrize("view", PROMISED)
def test_promised_columns_are_there(store, view):
    found = store.execute(
        "select column_name from mart.column_catalogue"
        " where table_schema = 'mart' and table_name = %s",
        (view,),
    )
    assert {row[0] for row in found} >= set(PROMISED[view].split())


def test_every_table_and_column_is_explained(store):
    tables = store.execute(
        """
        select n.nspname || '.' || c.relname
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('ops', 'news', 'mart') and c.relkind in ('r', 'p', 'v', 'm')
            and not c.relispartition and obj_description(c.oid, 'pg_class') is null
        """
    ).fetchall()
    columns = store.execute(
        """
        select n.nspname || '.' || c.relname || '.' || a.attname
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname in ('ops', 'news', 'mart') and c.relkind in ('r', 'p', 'v', 'm')
            and not c.relispartition and col_description(c.oid, a.attnum) is null
        """
    ).fetchall()
    assert (tables, columns) == ([], [])


def test_outcomes_are_the_same_in_schema_and_code(store):
    (definition,) = store.execute(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = 'ops.link_attempts'::regclass"
        " and conname = 'link_attempts_outcome_check'"
    ).fetchone()
    assert set(re.findall(r"'(\w+)'", definition)) == {str(outcome) for outcome in Outcome}


def test_every_outcome_is_counted_in_one_column_of_run_quality():
    text = (sql_folder() / "marts" / "52_run_quality.sql").read_text(encoding="utf-8")
    counted = text.partition("from ops.link_attempts")[0]
    assert sorted(re.findall(r"'(\w+)'", counted)) == sorted(map(str, Outcome))


def test_every_foreign_key_has_an_index_that_starts_with_it(store):
    missing = store.execute(
        """
        select k.conrelid::regclass || '(' || a.attname || ')'
        from pg_constraint as k
        join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.contype = 'f' and k.confdeltype in ('c', 'n') and k.conparentid = 0
            and not exists (
                select from pg_index as i
                where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1]
            )
        """
    ).fetchall()
    assert missing == []


def test_marts_are_numbered_once_each():
    numbers = [file.name.partition("_")[0] for file in read_sql(sql_folder() / "marts")]
    assert len(set(numbers)) == len(numbers)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder(), folder)
    return folder


def write(folder, name, text):
    (folder / name).write_text(text)


def test_migrating_twice_applies_nothing(empty_dsn):
    with closing(connect(empty_dsn)) as conn:
        assert not is_current(conn)
        applied = migrate(conn)
        assert applied[0] == "0001_runs_and_links"
        assert is_current(conn)
        assert migrate(conn) == []


def test_a_changed_migration_is_refused(empty_dsn, files):
    with closing(connect(empty_dsn)) as conn:
        migrate(conn, files)
        path = files / "migrations" / "0001_runs_and_links.sql"
        path.write_text(path.read_text() + "\n-- a later thought\n")
        with pytest.raises(MigrationError, match=r"0001_runs_and_links.sql was changed"):
            migrate(conn, files)


def test_a_database_in_another_encoding_is_refused(postgres_server):
    options = "encoding 'LATIN1' locale 'C' template template0"
    options += " locale_provider libc"
    postgres_server.sql(f"create database latin {options}")
    try:
        with (
            closing(connect(postgres_server.dsn("latin"))) as conn,
            pytest.raises(MigrationError, match="has encoding LATIN1"),
        ):
            migrate(conn)
    finally:
        postgres_server.sql("drop database latin with (force)")


def test_gaps_and_bad_names_are_refused(files):
    write(files / "migrations", "0099_late.sql", "select 1;")
    with pytest.raises(MigrationError, match=rf"0099_late.sql is where {NEXT}_"):
        migrations(files / "migrations")


def test_a_database_newer_than_the_code_is_refused(empty_dsn, files):
    with closing(connect(empty_dsn)) as conn:
        write(files / "migrations", f"{NEXT}_more.sql", "create table ops.more (id int);")
        migrate(conn, files)
        with pytest.raises(MigrationError, match="update Dateline"):
            migrate(conn)


def test_a_migration_that_fails_leaves_nothing_behind(empty_dsn, files):
    with closing(connect(empty_dsn)) as conn:
        migrate(conn, files)
        broken = "create table ops.half (id int);\nselect nonsense;"
        write(files / "migrations", f"{NEXT}_broken.sql", broken)
        with pytest.raises(MigrationError, match=rf"{NEXT}_broken.sql failed .*nonsense"):
            migrate(conn, files)
        assert conn.execute("select to_regclass('ops.half')").fetchone() == (None,)
        write(files / "migrations", f"{NEXT}_broken.sql", "create table ops.half (id int);")
        assert migrate(conn, files) == [f"{NEXT}_broken"]


def test_a_changed_mart_is_made_again_and_rows_stay(empty_dsn, files):
    with closing(connect(empty_dsn)) as conn:
        migrate(conn, files)
        loaded(conn, [1])
        mart = files / "marts" / "53_daily_volume.sql"
        mart.write_text(
            mart.read_text().replace("d.word_count,", "2 * d.word_count as word_count,")
        )
        (files / "marts" / "60_story_timeline.sql").unlink()
        assert "53_daily_volume" in migrate(conn, files)
        assert count(conn, "mart.articles") == 1
        assert conn.execute("select to_regclass('mart.story_timeline')").fetchone() == (None,)


def test_a_migration_may_have_the_marts_dropped_first(empty_dsn, files):
    change = "alter table news.articles alter column is_group_original type text;"
    with closing(connect(empty_dsn)) as conn:
        migrate(conn, files)
        write(files / "migrations", f"{NEXT}_wider.sql", change)
        with pytest.raises(MigrationError, match="used by a view"):
            migrate(conn, files)
        change = "alter table news.story_articles alter column similarity type float8;"
        write(files / "migrations", f"{NEXT}_wider.sql", f"-- marts: drop\n{change}")
        assert migrate(conn, files)[0] == f"{NEXT}_wider"
        assert is_current(conn) is False  # the folder of the test is ahead of ours
        assert count(conn, "mart.articles") == 0


def test_roles_are_optional(empty_dsn, postgres_server):
    """An owner who may not create roles still gets a schema."""
    postgres_server.sql("drop role if exists plain_owner")
    postgres_server.sql("create role plain_owner login")
    name = psycopg.conninfo.conninfo_to_dict(empty_dsn)["dbname"]
    postgres_server.sql(f"alter database {name} owner to plain_owner")
    with closing(connect(psycopg.conninfo.make_conninfo(empty_dsn, user="plain_owner"))) as conn:
        migrate(conn)
        assert is_current(conn)


SET_BY_STAGES = {
    "nlp_version",
    "annotation_outcome",
    "annotated_at",
    "deduplicated_at",
    "read_again_at",
    "read_again_by",
}


def test_the_table_of_article_columns_is_that_of_the_schema(store):
    found = store.execute(
        "select attname, format_type(atttypid, null) from pg_attribute"
        " where attrelid = 'news.article_versions'::regclass and attnum > 0 and not attisdropped"
    )
    schema = {name: kind for name, kind in found if name not in SET_BY_STAGES}
    aliases = store.execute(
        "select name, format_type(kind::regtype, null)"
        " from unnest(%s::text[], %s::text[]) as w(name, kind)",
        ([each.name for each in COLUMNS], [each.type for each in COLUMNS]),
    )
    assert schema == dict(aliases.fetchall())
    assert set(FIELD_OF.values()) <= {each.name for each in fields(Article)}
