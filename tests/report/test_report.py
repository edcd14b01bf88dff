"""The report: one page without network whose numbers are those of the marts."""

import re
from datetime import timedelta

import pytest
from lxml import html
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import UsageError
from pipeline.models import Annotation, Mention, Quote, Speaker
from pipeline.report.page import build_report
from pipeline.settings import settings
from pipeline.stages import stories
from pipeline.stages.dedupe import dedupe
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from pipeline.warehouse.marts import refresh
from tests.warehouse.stories import NOON, later, loaded

HOSTILE = "<script>alert(1)</script>\u202e Mayor\x1b[31m resigns"
LONG = (
    "The council of Port Amber voted on the bridge on Friday after a debate of nine hours. "
    "Engineers had asked for repairs in March, and the harbour master had closed one lane in May. "
    "The mayor said that the money was there and that work would begin before the winter. "
    "Shop owners of the old town fear for their trade in the weeks before the holidays."
)


@pytest.fixture
def week(store, store_dsn, monkeypatch):
    """A store with articles of two outlets, one copied, one edited, one with a hostile title."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, [1], text=LONG)
    loaded(store, [1], "copy", later(1), outlet="valley", text=LONG)
    loaded(store, [2], "mayor", later(1), text=LONG[:80])
    loaded(store, [2], "hostile", later(2), text=LONG[:80], title=HOSTILE)
    loaded(store, [3], "before", text="The council voted on Friday.", title="Ferry stays")
    loaded(store, [3], "after", later(2), text="The council voted on Sunday.", title="Ferry goes")
    dedupe(1)
    for number in pending_versions(store):
        [version] = version_texts(store, [number])
        at = version.text.find("council")
        quote = Quote(
            "direct",
            ((4, 11),),
            ((0, 3),),
            speakers=(Speaker("Mara Lind", "PERSON"),),
            confidence=1,
        )
        mention = Mention(at, at + 7, "council", "ORG", "City Council")
        save_annotations(store, "m1", [(number, Annotation((mention,), (quote,)))])
    refresh(store)
    return store


def test_a_story_is_shown_with_its_articles_in_their_order(store, store_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    more = LONG.replace("nine hours", "a night") + " The ferry runs at night until then."
    texts = [(1, "harbour", LONG, 0), (2, "valley", more + " " + LONG[::-1], 3)]
    for number, outlet, text, hours in texts:
        at = later(hours)
        loaded(store, [number], f"s{number}", at, outlet, text=text, published_at=at.isoformat())
    for version in version_texts(store, pending_versions(store)):
        save_annotations(store, "m1", [(version.article_version_id, Annotation())])
    stories.tell(1)
    refresh(store)
    _, words = read(build_report(7, NOON + timedelta(hours=5)).html)
    assert "2 articles of 2 outlets, first in harbour" in words
    told = words.partition("first in harbour")[2]
    assert told.index("Council votes on bridge 1") < told.index("Council votes on bridge 2")


def read(page):
    tree = html.fromstring(page)
    return tree, re.sub(r"\s+", " ", tree.text_content())


def test_the_numbers_are_those_of_the_marts(week):
    tree, words = read(build_report(7, NOON + timedelta(hours=5)).html)
    tiles = {each.tail.strip(): each.text for each in tree.iter("b") if each.tail}
    [(articles, originals, outlets)] = week.execute(
        "select count(*), count(*) filter (where is_original), count(distinct source_key)"
        " from mart.articles"
    )
    assert (tiles["articles"], tiles["originals"], tiles["outlets"]) == (
        str(articles),
        str(originals),
        str(outlets),
    )
    [(mentions,)] = week.execute(
        "select sum(original_article_count) from mart.daily_entity_mentions"
        " where entity_name = 'City Council'"
    )
    row = next(row for row in tree.iter("tr") if "City Council" in row.text_content())
    assert [cell.text_content() for cell in row.iter("td")][2:] == [str(mentions), "new"]
    assert "Nobody was quoted" not in words or week.execute(
        "select count(*) from mart.who_said_what where speaker_name is not null"
    ).fetchone() == (0,)


def test_an_edit_shows_the_words_that_changed(week):
    tree, _ = read(build_report(7, NOON + timedelta(hours=5)).html)
    changed = {
        (tag, "".join(each.itertext()).strip()) for tag in ("del", "ins") for each in tree.iter(tag)
    }
    assert {("del", "stays"), ("ins", "goes"), ("del", "Friday."), ("ins", "Sunday.")} <= changed


def test_a_text_that_went_round_names_its_outlets(week):
    _, words = read(build_report(7, NOON + timedelta(hours=5)).html)
    assert "in 2 outlets (" in words


def test_the_page_needs_nothing_and_runs_nothing(week):
    page = build_report(7, NOON + timedelta(hours=5)).html
    tree, words = read(page)
    assert list(tree.iter("script", "link", "img", "iframe", "object")) == []
    assert "url(" not in page
    assert {each.get("href").split(":")[0] for each in tree.iter("a")} <= {"http", "https"}
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "resigns" in words


def test_days_without_anything_are_said_to_be_so(week):
    _, words = read(build_report(3, NOON - timedelta(days=300)).html)
    for sentence in (
        "No link was decided in these days.",
        "Nobody was quoted in these days.",
        "No text stood in more than one outlet.",
        "No article is of these days.",
    ):
        assert sentence in words


def test_the_command_writes_the_page(week, tmp_path):
    run = CliRunner()
    done = run.invoke(build(), ["report", "--since", "2w", "--out", str(tmp_path / "week.html")])
    assert done.exit_code == 0
    assert (tmp_path / "week.html").read_text().startswith("<!doctype html>")
    assert run.invoke(build(), ["report", "--out", "-"]).stdout.startswith("<!doctype html>")
    for wrong in ("0d", "7", "500d", "soon"):
        with pytest.raises(UsageError, match="give days or weeks"):
            run.invoke(build(), ["report", "--since", wrong], catch_exceptions=False)


def test_days_without_articles_name_the_command_for_the_newest_that_have_some(week, tmp_path):
    page = str(tmp_path / "page.html")
    empty = CliRunner().invoke(build(), ["report", "--until", "2020-01-31", "--out", page])
    command = "dateline report --since 7d --until 2026-11-20"
    assert command in empty.stderr
    assert command in (tmp_path / "page.html").read_text()
    shown = CliRunner().invoke(build(), [*command.split()[1:], "--out", page])
    assert "dateline report" not in shown.stderr
    assert "Ferry goes" in (tmp_path / "page.html").read_text()
    for wrong in ("yesterday", "0001-01-01", "2026-02-30"):
        with pytest.raises(UsageError, match="--until"):
            CliRunner().invoke(build(), ["report", "--until", wrong], catch_exceptions=False)


def test_a_store_without_articles_says_so(store, store_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    report = build_report(7, NOON)
    assert report.hint is not None
    assert "no articles yet" in report.hint
    assert "no articles yet" in report.html
