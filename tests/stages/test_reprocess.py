"""Reprocessing: a better text is a new version and no edit; it survives kills and parallel runs."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.load import load
from pipeline.stages.reprocess import (
    plan,
    plan_or_queue,
    queue_for_stage,
    reprocess,
    second_cleaning_pass,
    versions_for_second_pass,
)
from pipeline.stages.run_lifecycle import close_run, open_run, own_run
from pipeline.warehouse import article_columns, reprocessing
from pipeline.warehouse.reprocessing import Scope
from tests.stages.archived import PROMO, fetched, html, loaded, paragraphs
from tests.warehouse.stories import begin, count, later, story_url

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    return store


def plan_and_reprocess(conn, stage="clean", scope=None, *, dry_run=False):
    """Plan, reprocess, and return the counts of the only source."""
    run_id = None if dry_run else begin(conn, "reprocess")
    ids = [each for batch in plan(stage, scope or Scope()) for each in batch]
    return reprocess(run_id, ids, stage).get("harbour", {})


def current(conn):
    """Return text, ``made_by`` and version number of each article, by the number in its URL."""
    found = conn.execute(
        "select canonical_url, v.body_text, v.made_by, v.version_no"
        " from news.article_versions v join news.articles using (article_id) where is_current"
    )
    return {int(url.rpartition("/")[2]): rest for url, *rest in found}


def load_with_late_promo(conn, numbers=range(2, 8)):
    """Load a page with an unknown promotion, then pages that show it to be boilerplate."""
    loaded(conn, {1: html(1, extra=[PROMO])})
    loaded(conn, {n: html(n, extra=[PROMO]) for n in numbers}, "run-2", later(1))


def test_a_promotion_that_becomes_known_later_is_removed_without_an_edit(archive):
    load_with_late_promo(archive)
    assert PROMO in current(archive)[1][0]
    counts = plan_and_reprocess(archive)
    assert (counts["renewed"], counts["read"]) == (1, 1)
    assert current(archive)[1] == ["\n\n".join(paragraphs(1)), "reprocess", 2]
    assert count(archive, "news.article_edits") == 0
    assert count(archive, "mart.silent_edits") == 0
    removed = archive.execute(
        "select reason from news.removed_blocks join mart.articles using (article_version_id)"
        " where block_text = %s and canonical_url = %s",
        (PROMO, story_url(1)),
    ).fetchall()
    assert removed == [("site_memory",)]


def test_the_new_version_is_queued_for_later_stages_and_keeps_its_times(archive):
    loaded(archive, {1: html(1, extra=[PROMO])})
    loaded(archive, {1: html(1, extra=[PROMO, "12 comments"])}, "run-2", later(2))
    loaded(archive, {n: html(n, extra=[PROMO]) for n in range(2, 8)}, "run-3", later(3))
    plan_and_reprocess(archive)
    query = (
        "select deduplicated_at, annotated_at, first_seen_at, last_seen_at from"
        " news.article_versions where is_current and made_by = 'reprocess'"
    )
    assert archive.execute(query).fetchall() == [(None, None, later(0), later(2))]


def test_a_second_run_finds_nothing_to_reprocess(archive):
    load_with_late_promo(archive)
    plan_and_reprocess(archive)
    assert plan("clean", Scope()) == []
    before = current(archive)
    counts = plan_and_reprocess(archive)
    assert counts == {}
    run_id = begin(archive, "all")
    everything = [each for batch in plan("clean", Scope(), with_all=True) for each in batch]
    counts = reprocess(run_id, everything)["harbour"]
    assert counts["unchanged"] == counts["read"] == len(everything) == 7
    assert current(archive) == before


def test_a_dry_run_counts_and_stores_nothing(archive):
    load_with_late_promo(archive)
    before = current(archive)
    assert plan_and_reprocess(archive, dry_run=True)["renewed"] == 1
    assert current(archive) == before
    assert count(archive, "ops.runs where dag_id = 'dateline-reprocess'") == 0
    assert plan_and_reprocess(archive)["renewed"] == 1


def test_another_extraction_version_reprocesses_all_pages(archive, monkeypatch):
    loaded(archive, {1: html(1), 2: html(2)})
    assert plan("extract", Scope()) == []
    for module in (reprocessing, article_columns):
        monkeypatch.setattr(module, "EXTRACTION_VERSION", "999.1")
    assert plan_and_reprocess(archive, "extract")["unchanged"] == 2
    assert plan("extract", Scope()) == []


def test_better_metadata_is_corrected_in_place(archive):
    head = '<meta name="author" content="Ida Marlow">'
    loaded(archive, {1: html(1, head=head)})
    archive.execute("update news.article_versions set authors = '{Staff}', byline = 'Staff'")
    run_id = begin(archive, "reprocess")
    assert reprocess(run_id, [1])["harbour"]["corrected"] == 1
    assert archive.execute("select authors, version_no from mart.articles").fetchall() == [
        (["Ida Marlow"], 1)
    ]
    assert reprocess(run_id, [1])["harbour"]["unchanged"] == 1


def test_the_stored_text_is_cleaned_where_the_page_is_gone(archive):
    load_with_late_promo(archive)
    for file in Path(settings().archive_url).rglob("*.warc.gz"):
        file.unlink()
    counts = plan_and_reprocess(archive)
    assert (counts["gone"], counts["renewed"]) == (1, 1)
    assert current(archive)[1][0] == "\n\n".join(paragraphs(1))


def test_a_page_that_is_gone_cannot_be_extracted(archive):
    loaded(archive, {1: html(1)})
    for file in Path(settings().archive_url).rglob("*.warc.gz"):
        file.unlink()
    run_id = begin(archive, "reprocess")
    assert reprocess(run_id, [1], "extract") == {"harbour": {"gone": 1}}


def test_a_version_is_kept_where_its_page_gives_no_article_now(archive, monkeypatch):
    loaded(archive, {1: html(1)})
    before = current(archive)
    monkeypatch.setattr("pipeline.stages.extract.extract_page", _listing)
    run_id = begin(archive, "reprocess")
    counts = reprocess(run_id, [1])["harbour"]
    assert (counts["refused"], counts["read"]) == (1, 1)
    assert current(archive) == before


def _listing(_body, *, url, **_options):
    return Article(url, url, "Ward 1", "A listing.", outcome=Outcome.NOT_AN_ARTICLE, reason="list")


def test_an_article_that_was_taken_down_is_not_stored_again(archive):
    load_with_late_promo(archive)
    ids = [each for batch in plan("clean", Scope()) for each in batch]
    archive.execute(
        "insert into news.takedowns (canonical_url, reason) values (%s, 'court order')",
        (story_url(1),),
    )
    archive.execute("delete from news.articles where canonical_url = %s", (story_url(1),))
    assert reprocess(begin(archive, "reprocess"), ids) == {}
    assert count(archive, "news.articles") == 6


def test_an_edit_that_is_loaded_meanwhile_is_kept(archive):
    load_with_late_promo(archive)
    ids = [each for batch in plan("clean", Scope()) for each in batch]
    text = [
        *paragraphs(1),
        "The harbour master said on Saturday that it would not be kept after all.",
    ]
    loaded(archive, {1: html(1, text)}, "run-3", later(3))
    assert reprocess(begin(archive, "reprocess"), ids) == {}
    assert current(archive)[1][0] == "\n\n".join(text)


def test_an_edit_shows_only_the_publishers_change(archive):
    load_with_late_promo(archive)
    news = "The harbour master said on Saturday that it would not be kept after all."
    body = [*paragraphs(1)[1:], news]
    loaded(archive, {1: html(1, body, extra=[PROMO])}, "run-3", later(3))
    edits = archive.execute("select paragraphs_added, paragraphs_removed from mart.silent_edits")
    assert edits.fetchall() == [([news], paragraphs(1)[:1])]
    made = archive.execute(
        "select version_no, made_by, is_current from news.article_versions"
        " join news.articles using (article_id) where canonical_url = %s order by 1",
        (story_url(1),),
    )
    assert made.fetchall() == [(1, "page", False), (2, "reprocess", False), (3, "page", True)]


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(host="www.harbour.example"), 2),
        (Scope(source_key="valley"), 0),
        (Scope(since=date(2026, 11, 20)), 2),
        (Scope(since=date(2026, 11, 21)), 0),
    ],
)
def test_a_scope_narrows_the_plan(archive, scope, found):
    loaded(archive, {1: html(1), 2: html(2)})
    assert sum(map(len, plan("clean", scope, with_all=True))) == found


def test_an_unknown_source_is_refused_with_the_known_ones(archive):
    loaded(archive, {1: html(1)})
    for stage in ("clean", "dedupe"):
        with pytest.raises(
            UsageError, match="no source 'harbor' is stored; there are: harbour, va"
        ):
            plan_or_queue(stage, source="harbor")


def test_an_unknown_host_is_refused_with_the_known_ones(archive):
    with pytest.raises(UsageError, match="there are: none yet"):
        plan("clean", Scope(host="harbor.example"))
    loaded(archive, {1: html(1)})
    with pytest.raises(UsageError, match=r"'harbor\.example' is stored; there are: harbour\.ex"):
        plan("clean", Scope(host="harbor.example"))
    with pytest.raises(UsageError, match=r"harbor\.example"):
        queue_for_stage("dedupe", Scope(host="harbor.example"))


def test_the_second_cleaning_pass_cleans_what_its_own_run_loaded_early(archive):
    loaded(archive, {1: html(1, extra=[PROMO])})
    run_id, first = fetched(archive, {2: html(2, extra=[PROMO]), 3: html(3)}, "run-2", later(1))
    load(run_id, first)
    assert versions_for_second_pass(run_id) == []
    batch = {n: html(n, extra=[PROMO]) for n in range(4, 10)}
    load(run_id, fetched(archive, batch, "run-3", later(2))[1])
    assert PROMO in current(archive)[2][0]
    assert second_cleaning_pass(run_id)["renewed"] == 1
    assert current(archive)[2] == ["\n\n".join(paragraphs(2)), "reprocess", 2]
    assert PROMO in current(archive)[1][0]  # an earlier run's, for ``dateline reprocess``
    assert second_cleaning_pass(run_id) == {}
    assert plan_and_reprocess(archive)["renewed"] == 1
    assert count(archive, "news.article_versions where not is_current") == 2
    assert count(archive, "news.article_edits") == 0


def test_a_killed_commands_run_is_closed_by_the_next_one(archive):
    killed = open_run("dateline-reprocess", "manual__2026-11-20T08:15:00-7")
    other = open_run("dateline-run", "manual__2026-11-20T08:15:00-8")
    status = "select run_id, status from ops.runs order by run_id"
    with own_run("dateline-reprocess") as living, own_run("dateline-reprocess") as twin:
        assert archive.execute(status).fetchall() == [
            (killed, "failed"),
            (other, "running"),
            (living, "running"),
            (twin, "running"),
        ]
        close_run(living, True)
    with own_run("dateline-reprocess"):
        assert archive.execute(status).fetchall()[2:4] == [(living, "succeeded"), (twin, "failed")]


def test_articles_are_queued_for_dedupe_and_annotate(archive):
    loaded(archive, {1: html(1), 2: html(2)})
    archive.execute(
        "update news.article_versions set deduplicated_at = now(), nlp_version = 'older'"
    )
    assert queue_for_stage("dedupe", Scope(), dry_run=True) == {"harbour": {"marked": 2}}
    assert queue_for_stage("dedupe", Scope()) == {"harbour": {"marked": 2}}
    assert queue_for_stage("dedupe", Scope()) == {}
    assert queue_for_stage("annotate", Scope()) == {"harbour": {"marked": 2}}
    assert count(archive, "news.article_versions where nlp_version is null") == 2


@pytest.fixture
def start():
    """Return a function that reprocesses in another process; the fixture kills what still runs."""
    with ExitStack() as stack:
        yield lambda run_id, ids: stack.enter_context(_reprocessing(run_id, ids))


@contextmanager
def _reprocessing(run_id, ids):
    command = [sys.executable, "-m", "tests.stages.archived", *map(str, [run_id, *ids])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ) as process:
        yield process
        process.kill()


def load_old_versions(archive, pages=60):
    """Load pages as an older Dateline had, with the promotion; return the ids to reprocess."""
    loaded(archive, {n: html(n, extra=[PROMO]) for n in range(1, pages + 1)})
    archive.execute(
        "update news.article_versions set extractor_version = '0.0', body_text = body_text ||"
        " e'\n\n' || %s, content_sha256 = sha256(content_sha256)",
        (PROMO,),
    )
    return [each for batch in plan("clean", Scope()) for each in batch]


def assert_all_are_reprocessed(archive, pages=60):
    assert plan("clean", Scope()) == []
    found = current(archive)
    assert len(found) == pages
    assert {(text, made_by, no) for text, made_by, no in map(tuple, found.values())} == {
        ("\n\n".join(paragraphs(n)), "reprocess", 2) for n in found
    }
    assert count(archive, "news.article_versions") == 2 * pages
    assert count(archive, "news.article_edits") == 0


def test_the_next_run_completes_a_run_that_was_killed(archive, start):
    ids = load_old_versions(archive)
    run_id = begin(archive, "reprocess")
    process = start(run_id, ids)
    while not count(archive, "news.article_versions where made_by = 'reprocess'"):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 0 < count(archive, "news.article_versions where made_by = 'reprocess'") < 60
    rest = [each for batch in plan("clean", Scope()) for each in batch]
    assert reprocess(run_id, rest)["harbour"]["renewed"] == len(rest) < 60
    assert_all_are_reprocessed(archive)


def test_two_processes_store_each_text_once(archive, start):
    ids = load_old_versions(archive)
    run_id = begin(archive, "reprocess")
    both = [start(run_id, ids), start(run_id, ids)]
    reported = [json.loads(each.communicate()[0]).get("harbour", {}) for each in both]
    assert sum(counts.get("renewed", 0) for counts in reported) == 60
    assert_all_are_reprocessed(archive)


def test_a_day_that_does_not_exist_is_a_usage_error(archive):
    with pytest.raises(UsageError, match="2026-13-45"):
        plan_or_queue(since="2026-13-45")
