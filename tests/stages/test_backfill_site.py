"""Backfill of a site's own past, from a site on loopback with sitemaps and section pages."""

from datetime import date

import psycopg
import pytest

from pipeline.errors import SourceError, UsageError
from pipeline.settings import settings
from pipeline.stages.local_backfill import Options, backfill_site
from tests.backfill.archives import html
from tests.stages.archived import archived_exchanges

MAY = (date(2024, 5, 10), date(2024, 5, 12))
OPTIONS = Options(jobs=1, with_annotation=False)


@pytest.fixture
def rows(store_dsn):
    def ask(query, *values):
        with psycopg.connect(store_dsn) as connection:
            return connection.execute(query, values).fetchall()

    return ask


@pytest.fixture
def herald(monkeypatch, tmp_path, store_dsn, site):
    """A source whose site is on loopback; its sitemap index has children of several months."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("DATELINE_SOURCES", str(folder))
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")
    settings.cache_clear()
    (folder / "herald.toml").write_text(
        f'name = "The Herald"\nhomepage = "{site.url}/"\nallow_private_addresses = true\n'
    )
    site.robots(f"User-agent: *\nAllow: /\nSitemap: {site.url}/sitemap.xml\n")
    site.page("/", "<html><body><p>Home</p></body></html>")
    return site


def urlset(site, *entries):
    """Return a sitemap of (path, fields)."""
    lines = "".join(f"<url><loc>{site.url}{path}</loc>{fields}</url>" for path, fields in entries)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'


def index(site, *entries):
    lines = "".join(
        f"<sitemap><loc>{site.url}{path}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + "</sitemap>"
        for path, changed in entries
    )
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>'
    )


def changed(day):
    return f"<lastmod>{day}</lastmod>"


def load(days=MAY, **arguments):
    lines = []
    report = backfill_site("herald", days, lines.append, OPTIONS, **arguments)
    return report, lines


def with_sitemaps(site):
    site.page(
        "/sitemap.xml",
        index(
            site,
            ("/sitemap-2024-05.xml", "2024-06-02"),
            ("/sitemap-2024-03.xml", "2024-06-02"),
            ("/old.xml", "2024-05-01"),
            ("/rest.xml", None),
        ),
        Content_Type="application/xml",
    )
    site.page(
        "/sitemap-2024-05.xml",
        urlset(
            site,
            ("/2024/05/09/before", ""),
            ("/2024/05/10/first", ""),
            ("/2024/05/12/last", changed("2024-06-01")),
            ("/2024/05/13/after", ""),
        ),
        Content_Type="application/xml",
    )
    site.page(
        "/rest.xml",
        urlset(
            site,
            ("/story-one", ""),
            ("/story-two", changed("2024-06-01")),
            ("/story-old", changed("2024-05-01")),
            ("/story-undated", ""),
        ),
        Content_Type="application/xml",
    )
    for number, (path, day) in enumerate(
        {
            "/2024/05/10/first": "2024-05-10",
            "/2024/05/12/last": "2024-05-12",
            "/story-one": "2024-05-11",
            "/story-two": "2024-04-30",
        }.items()
    ):
        site.page(path, html(number, published=f"{day}T08:00:00+00:00"))
    site.page("/story-undated", html(9, published=""))


def test_sitemaps_are_gone_through_by_date(herald, rows):
    with_sitemaps(herald)
    report, _ = load()
    assert report.outcomes == {"loaded": 3}
    assert report.problems == ()
    asked = set(herald.paths)
    assert not asked & {
        "/sitemap-2024-03.xml",
        "/old.xml",
        "/2024/05/09/before",
        "/2024/05/13/after",
        "/story-old",
    }
    assert rows("select replace(url, %s, '') from ops.links order by 1", herald.url) == [
        ("/2024/05/10/first",),
        ("/2024/05/12/last",),
        ("/story-one",),
    ]
    assert herald.paths.count("/story-one") == 1
    assert rows("select distinct next_try_at from ops.links") == [(None,)]


def test_the_limit_of_pages_ends_a_call_and_the_next_one_goes_on(herald, rows):
    with_sitemaps(herald)
    _, lines = load(most_pages=2)
    assert any("--max-pages): the same command goes on" in line for line in lines)
    calls = 1
    while len(rows("select from news.articles")) < 3 and calls < 5:
        load(most_pages=2)
        calls += 1
    assert len(rows("select from news.articles")) == 3
    assert max(herald.paths.count(path) for path in ("/2024/05/10/first", "/story-one")) == 1
    before = len(herald.paths)
    load()
    assert not {"/2024/05/10/first", "/story-one"} & set(herald.paths[before:])


def section(site, number, paths, last):
    lines = "".join(
        f'<h2><a href="{path}">A story of the town and its ferry</a></h2>' for path in paths
    )
    following = "" if number == last else f'<a href="/news/page/{number + 1}/">{number + 1}</a>'
    name = "/news" if number == 1 else f"/news/page/{number}/"
    site.page(name, f"<html><body><main>{lines}</main>{following}</body></html>")


def test_section_pages_end_when_they_are_too_old(herald, rows, tmp_path):
    (tmp_path / "sources" / "herald.toml").write_text(
        f'name = "The Herald"\nhomepage = "{herald.url}/"\nsections = ["{herald.url}/news"]\n'
        "allow_private_addresses = true\n"
    )
    days = [20, 12, 11, 10, 8, 5, 3]
    for number, day in enumerate(days, start=1):
        path = f"/news/the-story-of-may-{day:02}"
        herald.page(path, html(day, published=f"2024-05-{day:02}T08:00:00+00:00"))
        section(herald, number, [path], last=len(days))
    report, _ = load()
    assert report.outcomes == {"loaded": 3}
    assert [path for path in herald.paths if path.startswith("/news/page")] == [
        f"/news/page/{number}/" for number in (2, 3, 4, 5)
    ]


def test_a_page_that_repeats_itself_ends_the_section(herald, tmp_path):
    (tmp_path / "sources" / "herald.toml").write_text(
        f'name = "The Herald"\nsections = ["{herald.url}/news"]\nallow_private_addresses = true\n'
    )
    herald.page("/news/the-story-of-may-11", html(1, published="2024-05-11T08:00:00+00:00"))
    for number in range(1, 9):
        section(herald, number, ["/news/the-story-of-may-11"], last=99)
    report, _ = load()
    assert report.outcomes == {"loaded": 1}
    assert "/news/page/3/" not in herald.paths


def test_what_cannot_be_read_is_a_problem_and_the_rest_goes_on(herald, rows):
    herald.page("/sitemap.xml", index(herald, ("/a.xml", None), ("/b.xml", None)))
    herald.page("/a.xml", "<html><p>Not found</p></html>")
    herald.page("/b.xml", urlset(herald, ("/2024/05/10/first", ""), ("/2024/05/11/gone", "")))
    herald.page("/2024/05/10/first", html(1))
    report, _ = load()
    assert report.outcomes == {"loaded": 1, "not_found": 1}
    (problem,) = report.problems
    assert "/a.xml: bad_content" in problem
    assert rows("select status, count(*) from ops.backfill_files group by 1 order by 1") == [
        ("done", 3),
        ("failed", 1),
    ]


def test_a_request_that_cannot_be_is_one_line(herald):
    with pytest.raises(UsageError, match="swap them"):
        load((date(2024, 5, 2), date(2024, 5, 1)))
    with pytest.raises(SourceError, match="no source 'gazette'"):
        backfill_site("gazette", MAY, [].append, OPTIONS)


def test_the_documents_of_a_sites_past_are_archived(herald):
    with_sitemaps(herald)
    load()
    for path in ("/robots.txt", "/sitemap.xml", "/sitemap-2024-05.xml"):
        assert archived_exchanges(path)[:2] == [("response", "200"), ("request", None)], path
