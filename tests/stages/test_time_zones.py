"""Publication times without an offset, through the real load stage."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.settings import settings
from pipeline.stages.reprocess import reprocess
from tests.stages import archived
from tests.stages.archived import html, loaded
from tests.warehouse.stories import HARBOUR, begin, later

LOCAL = datetime(2026, 7, 3, 23, 5)  # noqa: DTZ001  # what a page states without a zone
DAY = date(2026, 7, 3)
QUERY = (
    "select published_at, published_local, published_zone, published_precision, published_date"
    " from mart.articles"
)


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    return store


@pytest.fixture
def source_in(monkeypatch):
    """Return a function that gives the outlet a time zone, as its source file would."""

    def set_zone(time_zone):
        outlet = replace(HARBOUR, time_zone=time_zone)
        monkeypatch.setattr(archived, "begin", lambda conn, name: begin(conn, name, [outlet]))

    return set_zone


def page(stated, head=""):
    """Return the page of a story that states this publication time."""
    return html(1, head=head).replace("2026-11-20T08:15:00+00:00", stated)


@pytest.mark.parametrize(
    ("stated", "time_zone", "wanted"),
    [
        (
            "2026-07-03T23:05:00",
            "America/New_York",
            (datetime(2026, 7, 4, 3, 5, tzinfo=UTC), None, "source", "second", date(2026, 7, 4)),
        ),
        ("2026-07-03T23:05", None, (None, LOCAL, "unknown", "second", DAY)),
        (
            "2026-07-03T23:05:00+02:00",
            "America/New_York",
            (datetime(2026, 7, 3, 21, 5, tzinfo=UTC), None, "page", "second", DAY),
        ),
        (
            "2026-07-03",
            "America/New_York",
            (datetime(2026, 7, 3, tzinfo=UTC), None, None, "day", DAY),
        ),
    ],
)
def test_a_time_without_offset_is_in_the_sources_zone(
    archive, source_in, stated, time_zone, wanted
):
    source_in(time_zone)
    loaded(archive, {1: page(stated)})
    assert archive.execute(QUERY).fetchall() == [wanted]
    run_id = archived.begin(archive, "reprocess")
    assert reprocess(run_id, [1])["harbour"]["unchanged"] == 1
    assert archive.execute(QUERY).fetchall() == [wanted]


def test_a_zone_that_is_set_later_applies_after_reprocessing(archive, source_in):
    loaded(archive, {1: page("2026-07-03T23:05:00")})
    source_in("America/New_York")
    run_id = archived.begin(archive, "reprocess")
    assert reprocess(run_id, [1])["harbour"]["corrected"] == 1
    (row,) = archive.execute(QUERY).fetchall()
    assert row[0] == datetime(2026, 7, 4, 3, 5, tzinfo=UTC)


def test_the_modification_time_follows_the_zone_of_the_source(archive, source_in):
    head = '<meta property="article:modified_time" content="2026-07-04T10:00:00">'
    loaded(archive, {1: page("2026-07-03T23:05:00+00:00", head)})
    for time_zone, wanted in [
        ("America/New_York", datetime(2026, 7, 4, 14, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 7, 4, 9, tzinfo=UTC)),
        (None, None),
    ]:
        source_in(time_zone)
        run_id = archived.begin(archive, "reprocess")
        assert reprocess(run_id, [1])["harbour"]["corrected"] == 1
        assert archive.execute(
            "select modified_at, modified_text from news.article_versions"
        ).fetchall() == [(wanted, "2026-07-04T10:00:00")]


@pytest.mark.parametrize(("first", "second", "is_announced"), [(1, 2, True), (2, 2, False)])
def test_local_times_of_one_page_are_compared(archive, first, second, is_announced):
    def changed(hour):
        name = "article:modified_time"
        return f'<meta property="{name}" content="2026-07-0{hour}T10:00:00">'

    loaded(archive, {1: page("2026-07-01T09:00:00", changed(first))})
    edited = (
        page("2026-07-01T09:00:00", changed(second))
        .replace("was", "had been")
        .replace("ferry", "bridge")
    )
    loaded(archive, {1: edited}, "run-2", later(5))
    assert archive.execute("select is_announced from mart.silent_edits").fetchall() == [
        (is_announced,)
    ]
