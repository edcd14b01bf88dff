"""Which sitemaps, links and pages of a site lie within some days."""

from datetime import date

import pytest

from pipeline.backfill.site_past import (
    Days,
    may_be_within,
    newest_first,
    next_page,
    published_day,
    sitemap_may_hold,
)
from pipeline.discover.results import Entry

MAY = Days(date(2024, 5, 10), date(2024, 5, 31))
SITE = "https://news.example"


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


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/news", '<a rel="next" href="/news?p=2">2</a>', "/news?p=2"),
        ("/news", '<link rel="next" href="?page=2">', "/news?page=2"),
        ("/news", '<a href="/news/page/2/">2</a><a href="/news/page/9/">9</a>', "/news/page/2/"),
        (
            "/news/page/2/",
            '<a href="/news/page/1/">1</a><a href="/news/page/3/">x</a>',
            "/news/page/3/",
        ),
        ("/news?page=4", '<a href="/news?page=5">5</a>', "/news?page=5"),
        ("/news?page=4", '<a href="/sport?page=5">5</a>', None),
        ("/news", '<a rel="next" href="https://other.example/2">next</a>', None),
        ("/news", '<a rel="next" href="/news#more">next</a>', None),
        ("/news", '<a href="/next-week">Next week in the council</a>', None),
        ("/news", '<a href="javascript:more()">older</a>', None),
        ("/news", '<a href="http://[broken">older</a>', None),
    ],
)
def test_the_page_after_a_section_page(url, links, expected):
    found = next_page(f"<html><body>{links}</body></html>".encode(), SITE + url)
    assert found == (SITE + expected if expected else None)
