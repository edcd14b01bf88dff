"""A store of an earlier version is upgraded with its rows, and nothing is annotated again."""

import json
import shutil
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.annotate.model_version import model_versions
from pipeline.cli.app import main
from pipeline.settings import NlpPipelines, settings
from pipeline.warehouse.annotations import pending_versions
from pipeline.warehouse.marts import number_changes
from pipeline.warehouse.schema import is_current, migrate
from pipeline.warehouse.sql_files import sql_folder
from pipeline.warehouse.store import connect
from pipeline.warehouse.version_counts import older_versions
from tests.warehouse.stories import count, loaded

ROWS = Path(__file__).with_name("rows_of_0010.sql")
BEFORE = 10
"""The last migration of the version before."""
TABLES = [
    "ops.runs",
    "ops.links",
    "ops.load_batches",
    "news.sources",
    "news.fetches",
    "news.pages",
    "news.articles",
    "news.article_versions",
    "news.article_edits",
    "news.removed_blocks",
    "news.article_fingerprints",
    "news.text_reuse",
    "news.duplicate_groups",
    "news.entities",
    "news.entity_mentions",
    "news.quotes",
    "news.quote_speakers",
    "news.site_pages",
]


@pytest.fixture
def old_store(empty_dsn, tmp_path):
    """A DSN of a store as migration 0010 left it, with a row or more in every table."""
    folder = tmp_path / "sql"
    (folder / "marts").mkdir(parents=True)
    (folder / "migrations").mkdir()
    for path in sorted((sql_folder() / "migrations").glob("*.sql"))[:BEFORE]:
        shutil.copy(path, folder / "migrations")
    with closing(connect(empty_dsn)) as conn:
        assert migrate(conn, folder)[-1] == "0010_wire_copies"
        conn.execute(ROWS.read_text().encode())
    return empty_dsn


def counts(conn):
    """Count the rows of every table; the links of the version before are attempts by now."""
    found = {table: count(conn, table) for table in TABLES}
    if conn.execute("select to_regclass('ops.link_attempts')").fetchone()[0]:
        found["ops.links"] = count(conn, "ops.link_attempts")
    return found


def test_an_upgrade_keeps_every_row_and_annotates_nothing_again(old_store):
    with closing(connect(old_store)) as conn:
        before = counts(conn)
        assert min(before.values()) > 0
        migrate(conn)
        assert is_current(conn)
        assert counts(conn) == before
        assert pending_versions(conn) == []
        quoted = "select speaker_name, quote_text, cue_text from mart.who_said_what"
        assert conn.execute(quoted).fetchall() == [("Ida Marlow", "The bridge is safe", "said")]
        copies = "select article_id, original_article_id, relation from mart.copies"
        assert conn.execute(copies).fetchall() == [(2, 1, "duplicate")]
        edits = "select title_before, title_after from mart.silent_edits"
        assert conn.execute(edits).fetchall() == [("Bridge opens", "Bridge opens late")]
        named = "select count(*) from mart.daily_entity_mentions"
        assert conn.execute(named).fetchone()[0] > 0
        quoted = "select speaker_name, quote_count from mart.daily_speaker_quotes"
        assert conn.execute(quoted).fetchall() == [("Ida Marlow", 1)]
        report = loaded(conn, [7], run_name="the next run")
        assert pending_versions(conn) == list(report.new_versions)


def test_the_marts_are_counted_by_the_upgrade_and_once(old_store):
    with closing(connect(old_store)) as conn:
        migrate(conn)
        written = "select xmin::text from news.entity_days order by 1"
        before = conn.execute(written).fetchall()
        assert migrate(conn) == []
        number_changes(conn)
        assert conn.execute(written).fetchall() == before
        loaded(conn, [7], run_name="the next run")
        conn.execute("update ops.mart_counts set count_rules = 0")
        conn.execute("update ops.mart_files set sha256 = 'x' where mart_name = 'entity_mentions'")
        conn.execute("delete from news.entity_days")
        migrate(conn)
        assert len(conn.execute(written).fetchall()) == len(before)


def test_status_counts_the_texts_of_the_earlier_version(old_store, monkeypatch, capsys):
    with closing(connect(old_store)) as conn:
        migrate(conn)
        assert older_versions(conn, model_versions(NlpPipelines())) == (2, 2)
    monkeypatch.setenv("DATELINE_DSN", old_store)
    settings.cache_clear()
    monkeypatch.setattr(sys, "argv", ["dateline", "db", "status", "--json"])
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main()
    status = json.loads(capsys.readouterr().out)
    assert (left.value.code, status["articles"]) == (0, 2)
    assert (status["read_by_older_version"], status["annotated_by_older_version"]) == (2, 2)


def test_pages_that_were_refused_as_not_english_migrate_and_nothing_is_redone(old_store, tmp_path):
    folder = tmp_path / "before"
    (folder / "marts").mkdir(parents=True)
    (folder / "migrations").mkdir()
    for path in sorted((sql_folder() / "migrations").glob("*.sql"))[:27]:
        shutil.copy(path, folder / "migrations")
    with closing(connect(old_store)) as conn:
        migrate(conn, folder)
        attempt = conn.execute(
            "update ops.link_attempts set outcome = 'not_english' where attempt_id ="
            " (select min(attempt_id) from ops.link_attempts) returning attempt_id, link_id"
        ).fetchone()
        conn.execute(
            "update ops.links set last_outcome = 'not_english' where link_id = %s", attempt[1:]
        )
        conn.execute(
            "update news.article_versions set annotation_outcome = 'not_english'"
            " where article_version_id ="
            " (select max(article_version_id) from news.article_versions)"
        )
        words = "select article_version_id, search_vector from news.{} order by 1"
        before = conn.execute(words.format("article_versions")).fetchall()
        migrate(conn)
        assert is_current(conn)
        assert conn.execute(words.format("article_search")).fetchall() == before
        outcomes = conn.execute(
            "select a.outcome, l.last_outcome from ops.link_attempts as a"
            " join ops.links as l using (link_id) where a.attempt_id = %s",
            attempt[:1],
        )
        assert outcomes.fetchall() == [("language_not_wanted", "language_not_wanted")]
        found = conn.execute("select distinct annotation_outcome from mart.articles order by 1")
        assert ("no_pipeline",) in found.fetchall()
        assert pending_versions(conn) == []
        bridge = "select count(*) from mart.articles where search_vector @@ mart.search_query(%s)"
        assert conn.execute(bridge, ("bridges",)).fetchone() == (2,)


def test_search_vectors_move_below_a_view_that_shows_them(old_store, tmp_path):
    folder = tmp_path / "before"
    (folder / "marts").mkdir(parents=True)
    (folder / "migrations").mkdir()
    for path in sorted((sql_folder() / "migrations").glob("*.sql"))[:51]:
        shutil.copy(path, folder / "migrations")
    shutil.copy(ROWS.with_name("marts_of_0051") / "10_articles.sql", folder / "marts")
    words = "select article_version_id, search_vector from news.{} order by 1"
    view = "select 'desk.found'::regclass::oid"
    matches = "select title from desk.found where search_vector @@ mart.search_query('bridges')"
    with closing(connect(old_store)) as conn:
        migrate(conn, folder)
        conn.execute("create schema desk")
        conn.execute("create view desk.found as select title, search_vector from mart.articles")
        before = conn.execute(words.format("article_versions")).fetchall()
        (oid,) = conn.execute(view).fetchone()
        found = conn.execute(matches).fetchall()
        migrate(conn)
        assert conn.execute(words.format("article_search")).fetchall() == before
        assert (conn.execute(view).fetchone(), len(found)) == ((oid,), 2)
        assert conn.execute(matches).fetchall() == found
        loaded(conn, [7], run_name="the next run")
        assert len(conn.execute(matches).fetchall()) == 3


def test_days_of_articles_are_filled_in_and_no_article_counts_as_changed(old_store, tmp_path):
    folder = tmp_path / "before"
    (folder / "marts").mkdir(parents=True)
    (folder / "migrations").mkdir()
    for path in sorted((sql_folder() / "migrations").glob("*.sql"))[:54]:
        shutil.copy(path, folder / "migrations")
    with closing(connect(old_store)) as conn:
        migrate(conn, folder)
        number_changes(conn)
        numbers = "select article_id, changed_seq from news.article_changes order by 1"
        before = conn.execute(numbers).fetchall()
        migrate(conn)
        number_changes(conn)
        assert conn.execute(numbers).fetchall() == before
        held = "select article_id, current_version_id, best_date, best_date_origin from news.{}"
        found = conn.execute(held.format("articles") + " order by 1").fetchall()
        assert found == conn.execute(held.format("article_days") + " order by 1").fetchall()
        assert len(found) == 2
