"""The day of an article: stated by its page, or said not to be."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.models import Annotation, Mention
from pipeline.warehouse.annotations import pending_versions, save_annotations
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.store import connect
from tests.warehouse.stories import HARBOUR, NOON, begin, fetched, items, later, story

DAYS = (
    "select published_at, published_date, published_date_local, best_date, best_date_origin"
    " from mart.articles"
)
UNDATED = {"published_at": None, "published_origin": None}


def load(conn, number=1, zone=None, at=NOON, name="run-1", **fields):
    run_id = begin(conn, name, [replace(HARBOUR, time_zone=zone)])
    article = story(number, time_zone=zone, **fields)
    load_batch(
        conn,
        run_id,
        f"{name}-{number}",
        items(fetched(conn, run_id, [number], at=at), [article], at),
    )


@pytest.mark.parametrize(
    ("zone", "stated", "days"),
    [
        ("Asia/Tokyo", "2026-11-19T23:30:00Z", (date(2026, 11, 19), date(2026, 11, 20))),
        ("America/Lima", "2026-11-20T02:30:00Z", (date(2026, 11, 20), date(2026, 11, 19))),
        (None, "2026-11-20T01:30:00+05:00", (date(2026, 11, 19), date(2026, 11, 20))),
        (None, "2026-11-19T23:30:00Z", (date(2026, 11, 19), date(2026, 11, 19))),
        (None, "2026-11-19T23:30:00", (date(2026, 11, 19), date(2026, 11, 19))),
        ("America/Lima", "2026-11-19", (date(2026, 11, 19), date(2026, 11, 19))),
    ],
)
def test_the_day_is_that_of_the_outlets_clock(store, zone, stated, days):
    load(store, zone=zone, published_at=stated)
    found = store.execute(DAYS).fetchone()
    assert found[1:] == (*days, days[1], "published")


def test_a_page_without_a_date_has_none(store):
    load(store, **UNDATED)
    assert store.execute(DAYS).fetchall() == [(None, None, None, NOON.date(), "first_seen")]


def test_the_day_of_a_capture_is_by_the_outlets_clock_too(store):
    late = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    load(store, zone="Asia/Tokyo", at=late, **UNDATED)
    assert store.execute(DAYS).fetchone()[3:] == (date(2026, 11, 21), "first_seen")


def test_a_change_is_nearer_to_the_publication_than_the_first_visit(store):
    load(store, modified_at="2026-10-02T08:00:00Z", modified_origin="meta", **UNDATED)
    load(store, 2, name="run-2", modified_at="2027-10-02T08:00:00Z", **UNDATED)
    found = store.execute(DAYS + " order by article_id").fetchall()
    assert found == [
        (None, None, None, date(2026, 10, 2), "modified"),
        (None, None, None, NOON.date(), "first_seen"),
    ]


def test_a_zone_that_postgres_does_not_know_counts_as_none(store):
    load(store, zone="Moon/Tranquility", published_at="2026-11-19T23:30:00Z")
    assert store.execute(DAYS).fetchone()[2] == date(2026, 11, 19)
    begin(store, "later", [replace(HARBOUR, time_zone="Asia/Tokyo")])
    assert store.execute(DAYS).fetchone()[2] == date(2026, 11, 20)


def test_the_day_follows_the_text_that_is_current(store):
    load(store, **UNDATED)
    assert store.execute(DAYS).fetchone()[3:] == (NOON.date(), "first_seen")
    changed = {"modified_at": "2026-11-18T08:00:00Z", "modified_origin": "meta"}
    load(store, name="run-2", at=later(1), **UNDATED, **changed)
    assert store.execute(DAYS).fetchone()[3:] == (date(2026, 11, 18), "modified")
    stated = {
        "published_at": "2026-11-17",
        "text": "The harbour bridge of Port Amber opened a day late.",
    }
    load(store, name="run-3", at=later(2), **stated)
    assert store.execute(DAYS).fetchone()[3:] == (date(2026, 11, 17), "published")
    shown = "select m.version_no, m.article_version_id from mart.articles as m"
    number, latest = store.execute(shown).fetchone()
    assert number == 2
    store.execute("delete from news.article_versions where article_version_id = %s", (latest,))
    assert store.execute(shown).fetchall() == []
    store.execute("update news.article_versions set is_current = true")
    assert store.execute(DAYS).fetchone()[3:] == (date(2026, 11, 17), "published")
    assert store.execute(shown).fetchone()[0] == 1


def test_daily_marts_say_how_many_articles_are_undated(store, store_dsn):
    load(store, 1)
    load(store, 2, name="run-2", **UNDATED)
    load(store, 3, name="run-3", at=later(48), **UNDATED)
    mention = Mention(15, 25, "Port Amber", "GPE", "Port Amber")
    save_annotations(
        store, "m1", [(number, Annotation((mention,), ())) for number in pending_versions(store)]
    )
    with closing(connect(store_dsn)) as conn:
        refresh(conn)
    wanted = [(date(2026, 11, 20), 2, 1), (date(2026, 11, 22), 1, 1)]
    for mart in ("daily_entity_mentions", "daily_volume"):
        found = store.execute(
            f"select best_date, article_count, undated_article_count from mart.{mart} order by 1"
        )
        assert found.fetchall() == wanted, mart
