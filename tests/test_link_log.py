"""Lines of the log of links, and what of them the log of a task repeats."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from pipeline.link_log import DecidedLink, write_decided
from pipeline.outcomes import Outcome
from pipeline.settings import settings

LINK = DecidedLink(
    run=7,
    source="harbour",
    url="https://harbour.example/größe",
    stage="fetch",
    outcome="blocked",
    reason="403: a bot wall",
    time=datetime(2026, 11, 20, 8, 0, 1, 500_000, tzinfo=UTC),
    ms=1500,
)


@pytest.fixture
def file():
    return settings().home_folder / "logs" / "links.jsonl"


def test_a_line_says_what_became_of_a_link(file):
    write_decided([LINK])
    assert file.read_text() == (
        '{"time": "2026-11-20T08:00:01.500+00:00", "run": 7, "source": "harbour", "url":'
        ' "https://harbour.example/gr\\u00f6\\u00dfe", "stage": "fetch", "outcome": "blocked",'
        ' "reason": "403: a bot wall", "ms": 1500}\n'
    )


def test_the_log_of_a_task_shows_what_is_not_as_usual():
    with capture_logs() as shown:
        write_decided([replace(LINK, outcome=str(outcome)) for outcome in Outcome])
    usual = {Outcome.LOADED, Outcome.UNCHANGED, Outcome.DUPLICATE_URL}
    assert {line["outcome"] for line in shown} == {*Outcome} - usual
    assert shown[0]["url"] == LINK.url


def test_a_url_of_megabytes_is_cut(file):
    write_decided([replace(LINK, url="data:\n" + "\U0001f600" * 1_000_000)])
    text = file.read_text()
    assert len(text) < 50_000
    assert json.loads(text)["url"].startswith("data: \U0001f600")


def test_the_log_can_be_switched_off(file, monkeypatch):
    monkeypatch.setenv("DATELINE_LINK_LOG", "false")
    settings.cache_clear()
    write_decided([LINK])
    assert not file.exists()


def test_a_log_that_cannot_be_written_is_reported_and_fails_nothing(file):
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("a file where the folder should be")
    with capture_logs() as shown:
        write_decided([replace(LINK, outcome="loaded")])
    assert [line["log_level"] for line in shown] == ["warning"]
    assert shown[0]["file"] == str(file)
