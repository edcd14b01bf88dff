"""``dateline quarantine`` and ``dateline retry``: what is shown, and what trying again says."""

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.settings import settings
from pipeline.stages import extract
from tests.stages.archived import html, loaded
from tests.warehouse.stories import later, story_url

pytestmark = pytest.mark.usefixtures("preloaded")
BROKEN = story_url(2)


@pytest.fixture
def broken(store, store_dsn, monkeypatch):
    """A store in which one page of three is quarantined, and a way to repair the code."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    remember = extract.page_to_remember

    def fail_on_ward_2(article):
        if "Ward 2 " in (article.title or ""):
            raise ZeroDivisionError("no lines")
        return remember(article)

    monkeypatch.setattr(extract, "page_to_remember", fail_on_ward_2)
    counts = loaded(store, {number: html(number) for number in (1, 2, 3)})
    assert counts == {"loaded": 2, "quarantined": 1}
    yield lambda: monkeypatch.setattr(extract, "page_to_remember", remember)
    settings.cache_clear()


def dateline(*words, code=0):
    done = CliRunner().invoke(build(), words)
    assert done.exit_code == code, (done.output, done.exception)
    return done


def rows(*words):
    return [json.loads(line) for line in dateline(*words, "--json").stdout.splitlines()]


def test_the_quarantine_is_listed_and_shown(broken):
    (row,) = rows("quarantine", "list")
    assert (row["url"], row["stage"], row["state"]) == (BROKEN, "load", "quarantined")
    assert (row["broken_limit"], row["attempt_count"]) == (None, 1)
    assert row["reason"] == "ZeroDivisionError: no lines"
    assert ".warc" in row["archive_place"]
    assert rows("quarantine", "list", "--source", "valley") == []
    (shown,) = rows("quarantine", "show", f"{BROKEN}?utm_source=feed")
    assert (shown["rules_version"], shown["final_url"]) == (EXTRACTION_VERSION, BROKEN)
    assert "ZeroDivisionError" in dateline("quarantine", "show", BROKEN).stdout
    done = dateline("quarantine", "show", story_url(1), code=1)
    assert isinstance(done.exception, UsageError)


@pytest.mark.parametrize("command", [["retry"], ["quarantine", "retry"], ["quarantine", "release"]])
def test_a_page_that_fails_again_makes_the_exit_code_1(broken, command):
    done = dateline(*command, BROKEN, code=1)
    assert "quarantined: 1" in done.stdout
    assert f"{BROKEN}: quarantined by load, tried 1 time: ZeroDivisionError" in done.stderr


def test_a_page_that_can_be_read_leaves_the_quarantine(broken):
    broken()
    (done,) = rows("retry", BROKEN, story_url(1))
    assert done == {
        "outcomes": {"loaded": 1},
        "annotated": 1,
        "failed": [],
        "due": [story_url(1)],
    }
    assert rows("quarantine", "list") == []


def test_a_later_page_of_the_link_ends_the_quarantine_of_the_earlier_one(broken, store):
    broken()
    assert loaded(store, {2: html(2)}, "run-2", later(2)) == {"loaded": 1}
    assert rows("quarantine", "list") == []
