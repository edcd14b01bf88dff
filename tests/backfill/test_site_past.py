"""Which sitemaps, links and pages of a site lie within some days."""

from datetime import date

import pytest

from pipeline.backfill.site_past import (
    Days,
    may_be_within,
    newest_first,
    published_day,
    sitemap_may_hold,
)
from pipeline.discover.results import Entry

MAY = Days(date(2024, 5, 10), date(2024, 5, 31))


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        (Entry("/a", published_at="2024-05-10T23:30:00+02:00"), date(2024, 5, 10)),
        (Entry("/2024/05/12/ferry"), date(2024, 5, 12)),
        (Entry("/news/20240512-ferry.html"), date(2024, 5, 12)),
        (Entry("/2024/05/12/ferry", published_at="2024-05-13"), date(2024, 5, 13)),
        (Entry("/a", changed_at="2024-05-10"), None),
        (Entry("/story-2024051299"), None),
        (Entry("/2024/02/31/ferry"), None),
        (Entry("/a", published_at="yesterday"), None),
    ],
)
def test_the_day_of_publication(entry, day):
    assert published_day(entry) == day


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry("/a", published_at="2024-05-09"), False),
        (Entry("/a", published_at="2024-05-10"), True),
        (Entry("/2024/06/01/a"), False),
        (Entry("/a", changed_at="2024-05-09"), False),
        (Entry("/a", changed_at="2026-01-01"), True),
        (Entry("/a", published_at="2024-05-11", changed_at="2026-01-01"), True),
        (Entry("/a"), True),
    ],
)
def test_entries_within_the_days(entry, expected):
    assert may_be_within(entry, MAY) is expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry("/sitemap-2024-05.xml"), True),
        (Entry("/sitemap-2024-04.xml", changed_at="2026-01-01"), False),
        (Entry("/sitemaps/202406.xml.gz"), True),
        (Entry("/sitemaps/202407.xml.gz"), False),
        (Entry("/2023/sitemap.xml"), False),
        (Entry("/sitemap_2024.xml"), True),
        (Entry("/post-sitemap7.xml", changed_at="2024-05-08"), False),
        (Entry("/post-sitemap8.xml", changed_at="2024-06-08"), True),
        (Entry("/post-sitemap9.xml"), True),
    ],
)
def test_children_of_an_index(entry, expected):
    assert sitemap_may_hold(entry, MAY) is expected


def test_children_are_read_newest_first():
    entries = [Entry("/a"), Entry("/b", changed_at="2024-05-01"), Entry("/c", changed_at="2024-06")]
    assert [each.url for each in newest_first(entries)] == ["/c", "/b", "/a"]
