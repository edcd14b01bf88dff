"""``dateline versions``: what is held is listed, shown, released with its own time, or refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.settings import settings
from tests.stages.archived import html, loaded, paragraphs
from tests.warehouse.stories import count, later, story_url

REWRITE = html(
    1,
    [
        "Snow fell early over both valleys, and shepherds brought their flocks down in darkness.",
        "Nothing is as it was: wolves have crossed from Corvany twice since September began.",
        "Biologists counted eleven animals with cameras hidden among birches above Sallow.",
        "Farmers demand fences, dogs and compensation before spring, while hunters want rifles.",
        "A minister promised answers by Christmas, then drove away without taking questions.",
    ],
    "Another day",
)


@pytest.fixture
def held(store, store_dsn, monkeypatch):
    """A store in which one story's page shows a text that is held."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, {number: html(number, paragraphs(number, 12)) for number in range(1, 5)})
    assert loaded(store, {1: REWRITE}, "run-2", later(2)) == {"suspected_wall": 1}
    yield store
    settings.cache_clear()


def versions(*words):
    done = CliRunner().invoke(build(), ["versions", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(*words):
    return [json.loads(line) for line in versions(*words, "--json").splitlines()]


def test_what_is_held_is_listed_and_shown_beside_the_stored_text(held):
    (row,) = rows("list")
    assert (row["canonical_url"], row["shown_count"]) == (story_url(1), 1)
    assert "in common" in row["why"]
    assert rows("list", "--source", "valley") == []
    stored, shown = rows("show", str(row["held_version_id"]))
    assert (stored["which"], shown["which"], shown["title"]) == ("stored", "held", "Another day")
    assert "Nothing is as it was" in shown["text"]
    assert rows("show", f"{story_url(1)}?utm_source=feed") == [stored, shown]


def test_a_released_text_is_current_with_an_edit_at_the_time_when_it_was_shown(held):
    assert story_url(1) in versions("release", story_url(1))
    assert held.execute(
        "select v.title, v.first_seen_at, e.seen_at, h.decision"
        " from news.article_versions as v join news.article_edits as e"
        " on e.to_version_id = v.article_version_id"
        " join news.held_versions as h on h.article_version_id = v.article_version_id"
        " where v.is_current"
    ).fetchall() == [("Another day", later(2), later(2), "released")]
    assert held.execute(
        "select status from ops.runs where dag_id like 'dateline-v%'"
    ).fetchall() == [("succeeded",)]
    assert rows("list") == []
    assert [row["decision"] for row in rows("list", "--all")] == ["released"]
    assert loaded(held, {1: REWRITE}, "run-3", later(3)) == {"unchanged": 1}


def test_a_refused_text_is_decided_and_makes_no_version(held):
    versions("refuse", story_url(1))
    assert [row["decision"] for row in rows("list", "--all")] == ["refused"]
    assert loaded(held, {1: REWRITE}, "run-3", later(30)) == {"suspected_wall": 1}
    assert count(held, "news.article_versions") == 4


@pytest.mark.parametrize("command", ["release", "refuse", "show"])
@pytest.mark.parametrize(
    "key", ["99", "https://harbour.example/nothing", "99999999999999999999", "²"]
)
def test_an_unknown_text_is_a_usage_error_that_names_the_list(held, command, key):
    with pytest.raises(UsageError, match="dateline versions list"):
        versions(command, key)


def test_what_is_decided_is_not_decided_again(held):
    number = str(rows("list")[0]["held_version_id"])
    versions("refuse", number)
    with pytest.raises(UsageError, match="decided before"):
        versions("release", number)


@pytest.mark.parametrize("is_known_to_be_gone", [True, False])
def test_a_text_whose_page_is_not_in_the_archive_any_more_is_refused_in_one_line(
    held, is_known_to_be_gone
):
    if is_known_to_be_gone:
        held.execute("update news.fetches set raw_uri = null")
    else:
        for file in Path(settings().archive_url).rglob("*.warc.gz"):
            file.unlink()
    with pytest.raises(UsageError) as refused:
        versions("release", story_url(1))
    assert "\n" not in str(refused.value)
    assert "dateline versions refuse" in str(refused.value)
    assert rows("list")[0]["decision"] is None
    assert count(held, "news.article_versions") == 4
