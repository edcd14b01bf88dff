"""``dateline reprocess`` as its user meets it."""

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.settings import settings
from tests.stages.archived import PROMO, html, loaded
from tests.warehouse.stories import count, later


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store in which one text holds a promo that became known later."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, {1: html(1, extra=[PROMO])})
    loaded(store, {n: html(n, extra=[PROMO]) for n in range(2, 8)}, "run-2", later(1))
    return store


def call(*arguments):
    done = CliRunner().invoke(build(), ["reprocess", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done


def told(*arguments):
    """Return the JSON lines on stdout; the tests' own log lines are none."""
    lines = call(*arguments, "--json").stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_a_dry_run_then_the_real_one_then_nothing_left(archive):
    arguments = ["--stage", "clean", "--source", "harbour", "--since", "2026-11-01", "--later"]
    (row,) = told(*arguments, "--dry-run")
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
    assert told(*arguments) == [row]
    assert count(archive, "news.article_versions") == 8
    assert told(*arguments) == []
    assert count(archive, "ops.runs where status = 'succeeded'") == 2  # a rehearsal is no run


def test_a_limit_and_all(archive):
    (row,) = told("--stage", "clean", "--all", "--limit", "3", "--later")
    assert row["read"] == 3


def test_copies_can_be_left_to_the_next_run(archive):
    archive.execute("update news.article_versions set deduplicated_at = now()")
    assert told("--stage", "dedupe", "--later") == [{"source_key": "harbour", "marked": 7}]
    assert count(archive, "news.article_versions where deduplicated_at is null") == 7
