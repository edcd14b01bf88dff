"""Run ``dateline reprocess`` on a store in which one text contains boilerplate."""

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.settings import settings
from tests.stages.archived import PROMO, html, loaded
from tests.warehouse.stories import count, later

pytestmark = pytest.mark.usefixtures("preloaded")


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """Return a store in which one text has a line that later pages showed to be boilerplate."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, {1: html(1, extra=[PROMO])})
    loaded(store, {n: html(n, extra=[PROMO]) for n in range(2, 8)}, "run-2", later(1))
    return store


def reprocess_with_messages(*arguments):
    """Run the command with ``--json``; return the objects that it prints, and its messages."""
    words = ["reprocess", *arguments, "--json"]
    done = CliRunner().invoke(build(), words, catch_exceptions=False)
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def reprocess(*arguments):
    """Run the command with ``--json`` and return the objects that it prints."""
    return reprocess_with_messages(*arguments)[0]


def test_a_dry_run_only_counts_and_a_second_real_run_finds_nothing(archive):
    arguments = ["--stage", "clean", "--source", "harbour", "--since", "2026-11-01", "--later"]
    (row,) = reprocess(*arguments, "--dry-run")
    assert row == {
        "source_key": "harbour",
        "read": 1,
        "renewed": 1,
        "corrected": 0,
        "unchanged": 0,
        "refused": 0,
        "gone": 0,
    }
    assert count(archive, "news.article_versions") == 7
    assert reprocess(*arguments) == [row]
    assert count(archive, "news.article_versions") == 8
    assert reprocess(*arguments) == []
    assert count(archive, "ops.runs where status = 'succeeded'") == 2  # a dry run stores no run


def test_all_with_a_limit_reads_that_many_articles(archive):
    (row,) = reprocess("--stage", "clean", "--all", "--limit", "3", "--later")
    assert row["read"] == 3


def test_later_leaves_the_search_for_copies_to_the_next_run(archive):
    archive.execute("update news.article_versions set deduplicated_at = now()")
    assert reprocess("--stage", "dedupe", "--later") == [{"source_key": "harbour", "marked": 7}]
    assert count(archive, "news.article_versions where deduplicated_at is null") == 7


WAITING = (
    "news.article_versions where is_current and (nlp_version is null or deduplicated_at is null)"
)
NOTHING = "no article needs it"


@pytest.mark.parametrize("stage", ["annotate", "clean", "extract"])
def test_the_same_command_does_what_a_killed_one_left_waiting(archive, stage):
    reprocess("--stage", stage, "--later")  # as far as a command gets that is then killed
    assert count(archive, WAITING) == 7
    rows, messages = reprocess_with_messages("--stage", stage, "--dry-run")
    assert (rows, count(archive, WAITING)) == ([], 7)
    assert NOTHING not in messages
    rows, messages = reprocess_with_messages("--stage", stage)
    assert (rows, count(archive, WAITING)) == ([], 0)
    assert "7 for the search for copies, 7 for annotation" in messages
    assert NOTHING not in messages
    rows, messages = reprocess_with_messages("--stage", stage)
    assert rows == []
    assert NOTHING in messages


def test_a_killed_search_for_copies_goes_on_with_the_texts_left(archive):
    archive.execute("update news.article_versions set deduplicated_at = now(), nlp_version = 'old'")
    reprocess("--stage", "dedupe", "--later")
    archive.execute(
        "update news.article_versions set deduplicated_at = now() where article_version_id > 3"
    )
    rows, messages = reprocess_with_messages("--stage", "dedupe")
    assert rows == [{"source_key": "harbour", "marked": 4}]
    assert "7 for the search for copies, 0 for annotation" in messages
    assert count(archive, WAITING) == 0


@pytest.mark.parametrize("stage", ["dedupe", "annotate"])
def test_a_limit_is_refused_where_articles_are_only_queued(archive, stage):
    with pytest.raises(UsageError, match=f"clean and extract, not for {stage}"):
        reprocess("--stage", stage, "--limit", "1")
    assert count(archive, "ops.runs where dag_id = 'dateline-reprocess'") == 0
