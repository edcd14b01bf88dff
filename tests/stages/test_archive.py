"""Joining and pruning archive files, seen from the rows that lead into them."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from pipeline.archive import upkeep
from pipeline.archive.warc import read_record
from pipeline.demo import DemoSite, free_ports
from pipeline.errors import ArchiveError, StoreError
from pipeline.settings import settings
from pipeline.stages import archive as stage
from pipeline.stages.load import load
from pipeline.stages.local_run import run_sources
from pipeline.stages.reprocess import plan as reprocessing_plan
from pipeline.stages.reprocess import reprocess
from pipeline.warehouse import archive_rows
from pipeline.warehouse.reprocessing import Scope
from tests.stages.archived import fetched, html
from tests.warehouse.stories import NOON, count


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_ARCHIVE_FILE_SECONDS", "60")
    settings.cache_clear()
    return store


def stories_of_a_day(conn, count=4, day=NOON, outlet="harbour"):
    """Load stories, each from a WARC file of its own, two minutes apart."""
    for number in range(1, count + 1):
        at = day + timedelta(minutes=2 * number)
        page = {number: html(number, outlet=outlet)}
        with time_machine.travel(at, tick=True):
            load(*fetched(conn, page, f"run-{outlet}-{number}", at, outlet))


def bodies(conn):
    """Return the archived bodies of the current versions, by URL."""
    found = conn.execute(
        "select f.final_url, f.raw_uri from news.article_versions as v"
        " join news.fetches as f on f.fetch_id = v.first_fetch_id"
        " where v.is_current and f.raw_uri is not null"
    )
    return {url: read_record(raw_uri).body for url, raw_uri in found}


def files():
    return upkeep.archive_files(settings().archive_url)


def test_joined_files_still_serve_every_row(archive):
    stories_of_a_day(archive, 4)
    stories_of_a_day(archive, 3, NOON + timedelta(days=1), "valley")
    before = bodies(archive)
    assert len(files()) == 7
    assert [each.parts for each in stage.compact(dry_run=True)] == [4, 3]
    assert len(files()) == 7
    assert [(each.parts, each.rows) for each in stage.compact()] == [(4, 4), (3, 3)]
    assert [file.state for file in files()] == ["ready"] * 2
    assert bodies(archive) == before
    assert stage.compact() == []


def test_a_file_with_unread_pages_and_one_that_grows_are_left(archive):
    stories_of_a_day(archive, 3)
    with time_machine.travel(NOON + timedelta(minutes=10), tick=True):
        run_id, waiting = fetched(archive, {9: html(9)}, "run-9")
        assert [each.parts for each in stage.compact()] == [3]
        assert len(files()) == 2
    assert stage.compact() == []
    assert load(run_id, waiting) == {"loaded": 1}
    assert [each.parts for each in stage.compact()] == [2]


KILLED = """
import os, signal
from pipeline.archive import upkeep
from pipeline.stages import archive
from pipeline.warehouse import archive_rows

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = {where!r}
setattr({{"upkeep": upkeep, "rows": archive_rows}}[module], name, killed)
archive.compact()
"""


@pytest.mark.parametrize(
    "where",
    [
        ("upkeep", "write_file"),
        ("upkeep", "index_file"),
        ("rows", "move_locators"),
        ("upkeep", "end_join"),
        ("upkeep", "remove"),
    ],
)
def test_a_killed_join_is_completed_by_the_next_one(archive, where):
    stories_of_a_day(archive, 3)
    before = bodies(archive)
    done = subprocess.run([sys.executable, "-c", KILLED.format(where=where)], env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert bodies(archive) == before
    stage.compact()
    assert bodies(archive) == before
    (file,) = files()
    assert upkeep.contents(file.name).captures == 3
    left = [path.name for path in Path(settings().archive_url).rglob("*") if path.is_file()]
    assert len(left) == 2


def test_a_join_whose_part_was_removed_by_hand_changes_nothing(archive):
    stories_of_a_day(archive, 3)
    (join,) = upkeep.plan_joins(files(), 10**6)
    upkeep.begin_join(join)
    Path(join.name).unlink()
    Path(join.parts[0]).unlink()
    (joined,) = stage.compact()
    assert joined.parts == 2
    assert upkeep.unfinished_joins(settings().archive_url) == []
    with pytest.raises(ArchiveError, match="cannot be opened"):
        bodies(archive)


def test_two_processes_do_not_move_files_at_the_same_time(archive):
    with (
        archive_rows.hold_archive_lock(archive),
        pytest.raises(StoreError, match="run the command again later"),
    ):
        stage.compact()


def test_old_files_go_unless_a_current_version_needs_their_page(archive):
    stories_of_a_day(archive, 2)
    with time_machine.travel(NOON + timedelta(hours=6), tick=True):
        changed = html(1, extra=["The ferry of ward 1 was sold after all, said the mayor."])
        load(*fetched(archive, {1: changed, 2: html(2)}, "run-7", NOON + timedelta(hours=6)))
    before = bodies(archive)
    assert stage.prune(days=0).files == ()
    assert stage.prune(days=100_000).files == ()
    dry = stage.prune(days=2, dry_run=True)
    assert (len(dry.files), dry.kept, dry.current_versions, len(files())) == (1, 2, 0, 3)
    pruned = stage.prune(days=2)
    assert (pruned.files, pruned.rows, pruned.kept) == (dry.files, 1, 2)
    assert bodies(archive) == before
    assert len(files()) == 2


def test_what_is_lost_by_policy_is_told_and_reprocessing_goes_on(archive):
    stories_of_a_day(archive, 3)
    pruned = stage.prune(days=2, with_needed=True)
    assert (len(pruned.files), pruned.current_versions, pruned.kept) == (3, 3, 0)
    assert files() == []
    (ids,) = reprocessing_plan("clean", Scope(), with_all=True)
    counts = reprocess(1, ids, "clean")
    assert sum(each.get("quarantined", 0) for each in counts.values()) == 0


def test_the_setting_says_how_old(archive, monkeypatch):
    stories_of_a_day(archive, 1)
    monkeypatch.setenv("DATELINE_ARCHIVE_DAYS", "3")
    settings.cache_clear()
    assert len(stage.prune(with_needed=True).files) == 1


def test_an_index_that_is_missing_is_made(archive):
    stories_of_a_day(archive, 2)
    (first, second) = files()
    Path(first.name.replace(".warc.gz", ".cdxj")).unlink()
    assert [(each.name, each.captures, each.broken) for each in stage.index()] == [
        (first.name, 1, ())
    ]
    assert [each.name for each in stage.index(with_all=True)] == [first.name, second.name]


def test_the_dag_maintain_does_all_three_by_the_settings(archive, monkeypatch):
    stories_of_a_day(archive, 3)
    monkeypatch.setenv("DATELINE_ARCHIVE_DAYS", "3")
    settings.cache_clear()
    assert stage.index_counts() == {"indexed": 0, "damaged": 0}
    assert stage.compact_counts() == {"joined": 3, "files": 1}
    assert stage.prune_counts() == {"removed": 0, "kept": 1, "bytes": 0}


def test_a_run_with_its_archive_in_a_bucket(archive, s3, monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path))
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")
    with DemoSite(1, free_ports((0, 0, 0))) as site:
        site.write_sources(tmp_path)
        for file in tmp_path.glob("*.toml"):
            if file.stem != "ambara_now":  # one outlet is enough, and quicker
                file.unlink()
        monkeypatch.setenv("DATELINE_ARCHIVE", "s3://nobucket/news")
        settings.cache_clear()
        with pytest.raises(ArchiveError, match="NoSuchBucket; create the bucket"):
            run_sources(lambda _: None)
        assert count(archive, "news.fetches") == count(archive, "ops.document_attempts") == 0
        monkeypatch.setenv("DATELINE_ARCHIVE", "s3://bucket/news")
        settings.cache_clear()
        run_sources(lambda _: None)
    before = bodies(archive)
    assert len(before) > 10
    assert all(file.name.startswith("s3://bucket/news/2") for file in files())
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2), tick=True):
        joined = stage.compact()
    assert sum(each.parts for each in joined) > len(files())
    assert bodies(archive) == before
