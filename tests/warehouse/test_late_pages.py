"""Captures loaded in any order give the versions and edits of captures loaded in their order."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.discover.results import DatedLink
from pipeline.models import Link
from pipeline.outcomes import Outcome
from pipeline.warehouse.backfills import CapturedPage, add_files, open_backfill, store_captures
from pipeline.warehouse.links import list_links
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.sources import source_ids
from tests.warehouse.stories import NOON, begin, story, story_url

LINES = {
    "a": "The council of Port Amber voted on Friday to keep the old ferry for another year.",
    "b": "It will cost the harbour twelve million over ten years, said mayor Ida Marlow.",
    "c": "“The boats would have sunk without the money,” captain Jon Ash said on the pier.",
}
numbers = itertools.count(1)


class Captures:
    """Captures of one page, loaded in batches; each has a text (a letter) and an hour."""

    def __init__(self, conn):
        self.conn = conn
        self.number = next(numbers)
        self.url = story_url(self.number)
        self.run_id = begin(conn, f"run-{self.number}")
        backfill = open_backfill(conn, self.run_id, "warc", {"test": self.number})
        (self.file,) = add_files(conn, backfill, [(f"{self.number}.warc", None)])

    def load(self, captures):
        """Load a batch of (text, hour), and return its outcomes by hour."""
        pages = [
            CapturedPage(
                "harbour",
                self.url,
                f"{self.number}.warc#offset={hour}",
                f"{self.number}.warc",
                f"archive/{self.number}.warc.gz#{hour}",
                NOON + timedelta(hours=hour),
                200,
                "text/html",
                10,
                bytes(32),
            )
            for _, hour in captures
        ]
        store_captures(self.conn, self.run_id, self.file, self.file, pages)
        attempts = self.conn.execute(
            "select a.snapshot, a.attempt_id, a.fetch_id, f.fetched_at from ops.link_attempts as a"
            " join news.fetches as f using (fetch_id) where a.outcome is null and a.run_id = %s",
            (self.run_id,),
        ).fetchall()
        texts = {f"{self.number}.warc#offset={hour}": text for text, hour in captures}
        items = [
            LoadItem(
                attempt_id,
                fetch_id,
                "harbour",
                story(self.number, text="\n\n".join(LINES[each] for each in texts[snapshot])),
                at,
            )
            for snapshot, attempt_id, fetch_id, at in attempts
        ]
        return load_batch(self.conn, self.run_id, f"batch-{captures}", items).outcomes

    def history(self):
        """Return versions, edits, and the article's times and current text, without ids."""
        article = self.conn.execute(
            "select article_id, first_seen_at, last_seen_at from news.articles"
            " where canonical_url = %s",
            (self.url,),
        ).fetchone()
        versions = self.conn.execute(
            "select version_no, body_text, first_seen_at, last_seen_at, is_current, f.fetched_at"
            " from news.article_versions as v join news.fetches as f"
            " on f.fetch_id = v.first_fetch_id where v.article_id = %s order by version_no",
            (article[0],),
        ).fetchall()
        edits = self.conn.execute(
            "select e.edit_no, b.version_no, a.version_no, e.seen_at, e.is_comparable"
            " from news.article_edits as e"
            " join news.article_versions as b on b.article_version_id = e.from_version_id"
            " join news.article_versions as a on a.article_version_id = e.to_version_id"
            " where e.article_id = %s order by edit_no",
            (article[0],),
        ).fetchall()
        return article[1:], versions, edits


TEXTS = ("ab", "ac", "bc")


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6).flatmap(
        lambda texts: st.tuples(st.just(texts), st.permutations(range(len(texts))))
    ),
    st.integers(1, 3),
)
@example((["ab", "ac", "ab"], [0, 2, 1]), 1)
@example((["ab", "ac", "bc"], [2, 1, 0]), 1)
@example((["ab", "ab", "ac", "ab"], [3, 0, 2, 1]), 2)
def test_captures_in_any_order_and_batches_give_one_history(store, texts_and_order, size):
    texts, order = texts_and_order
    in_order, in_any_order = Captures(store), Captures(store)
    for hour, text in enumerate(texts):
        in_order.load([(text, hour)])
    for first in range(0, len(order), size):
        in_any_order.load([(texts[hour], hour) for hour in order[first : first + size]])
    assert in_any_order.history() == in_order.history()


def test_a_later_changed_capture_of_one_run_is_a_version(store):
    captures = Captures(store)
    assert captures.load([("ab", 0), ("ac", 5), ("ac", 9)]) == {
        Outcome.LOADED: 2,
        Outcome.UNCHANGED: 1,
    }


def test_a_capture_is_loaded_once(store):
    captures = Captures(store)
    captures.load([("ab", 0), ("ac", 5)])
    assert captures.load([("ab", 0), ("ac", 5)]) == {}


def test_a_capture_between_two_live_visits_is_found(store):
    captures = Captures(store)
    captures.load([("ab", 0)])
    captures.load([("ab", 10)])
    captures.load([("ac", 5)])
    *_, edits = captures.history()
    hours = [NOON + timedelta(hours=hour) for hour in (5, 10)]
    assert [(one, other, seen) for _, one, other, seen, _ in edits] == [
        (1, 2, hours[0]),
        (2, 1, hours[1]),
    ]


def test_links_of_captures_are_never_asked_for(store):
    captures = Captures(store)
    captures.load([("ab", 0)])
    row = store.execute(
        "select next_try_at, attempt_count, last_outcome from ops.links where url = %s",
        (captures.url,),
    ).fetchone()
    assert row == (None, 1, "loaded")


@pytest.mark.parametrize("at", [3, 30])
def test_a_capture_leaves_the_next_visit_of_a_live_link_alone(store, at):
    captures = Captures(store)
    captures.load([("ab", 10)])
    due = NOON + timedelta(days=9)
    store.execute(
        "update ops.links set next_try_at = %s, found_by = 'feed' where url = %s",
        (due, captures.url),
    )
    captures.load([("ac", at)])
    assert store.execute(
        "select next_try_at from ops.links where url = %s", (captures.url,)
    ).fetchone() == (due,)


def test_a_link_of_an_archive_that_a_feed_lists_is_asked_for(store):
    captures = Captures(store)
    captures.load([("ab", 0)])
    source_id = source_ids(store, ["harbour"])["harbour"]
    same = Link(captures.url, "harbour", "feed", "https://harbour.example/feed.xml")
    now = NOON + timedelta(days=900)
    list_links(store, captures.run_id, source_id, [DatedLink(same)], now)
    assert store.execute(
        "select found_by, found_in, next_try_at from ops.links where url = %s", (captures.url,)
    ).fetchone() == ("feed", "https://harbour.example/feed.xml", now)
    again = Captures(store)
    again.load([("ab", 0)])
    other = Link(f"{again.url}?utm_source=feed", "harbour", "feed")
    list_links(store, again.run_id, source_id, [DatedLink(other)], now)
    assert store.execute(
        "select next_try_at from ops.links where url = %s", (other.url,)
    ).fetchone() == (now,)


WALL = "Please confirm that you agree to our use of cookies before you go on to these pages."


def test_a_wall_between_two_captures_is_held_and_no_edit(store):
    captures = Captures(store)
    lines = dict(LINES)
    try:
        LINES["w"] = f"{WALL} " * 4
        captures.load([("abc", 0), ("abc", 10)])
        assert captures.load([("w", 5)]) == {Outcome.SUSPECTED_WALL: 1}
    finally:
        LINES.clear()
        LINES.update(lines)
    _, versions, edits = captures.history()
    assert (len(versions), edits) == (1, [])


def test_a_short_first_report_of_a_long_story_is_no_wall(store):
    captures = Captures(store)
    captures.load([("abc", 10)])
    assert captures.load([("a", 5)]) == {Outcome.LOADED: 1}
    _, versions, edits = captures.history()
    assert [(each[0], each[2]) for each in versions] == [
        (1, NOON + timedelta(hours=5)),
        (2, NOON + timedelta(hours=10)),
    ]
    assert len(edits) == 1
