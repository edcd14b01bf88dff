"""`source check`: what should be changed about a source, over real sockets."""

from datetime import UTC, datetime

import pytest

from pipeline.fetch.session import Environment
from pipeline.models import Source
from pipeline.sources.advice import check_all, check_source
from tests.discover.test_discovery import item, rss
from tests.sources.test_search import announced, news, page

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def fetcher(make_fetcher):
    return make_fetcher(environment=Environment(now=lambda: NOW))


def dated(*times: str, title: str = "T") -> str:
    entry = "<item><title>{}</title><link>/{}</link><pubDate>{}</pubDate></item>"
    return rss(*(entry.format(title, number, time) for number, time in enumerate(times)))


def source(site, *feeds: str, **fields) -> Source:
    urls = tuple(f"{site.url}{path}" for path in feeds)
    return Source("herald", "H", homepage=f"{site.url}/", feeds=urls, **fields)


def advice(checked, site) -> list[tuple]:
    def short(value):
        return value.replace(site.url, "") if value else value

    return [(each.field, short(each.now), short(each.proposed)) for each in checked.advice]


def test_a_source_that_works_needs_no_change_and_asks_each_document_once(site, fetcher):
    site.page("/feed", rss(item("/a", 19), item("/b", 20)))
    checked = check_source(source(site, "/feed"), fetcher)
    assert (checked.verdict, checked.advice) == ("keep", ())
    assert site.paths == ["/robots.txt", "/feed"]


def test_a_feed_that_moved_for_good_is_named_with_its_new_address(site, fetcher):
    site.redirect("/feed", "/rss", 301)
    site.redirect("/today", "/tuesday", 302)
    site.page("/rss", rss(item("/a", 20)))
    site.page("/tuesday", rss(item("/a", 20)))
    checked = check_source(source(site, "/feed", "/today"), fetcher)
    assert advice(checked, site) == [("feeds", "/feed", "/rss")]
    assert checked.verdict == "change"


@pytest.mark.parametrize("status", [404, 410, 200])
def test_for_a_feed_that_is_gone_or_empty_the_homepage_is_asked(site, fetcher, status):
    site.page("/feed", rss() if status == 200 else b"", status)
    site.page("/", page(head=announced("/new.rss")))
    site.page("/new.rss", rss(item("/a", 20)))
    checked = check_source(source(site, "/feed"), fetcher)
    assert advice(checked, site) == [("feeds", "/feed", "/new.rss")]
    assert checked.verdict == "drop"


def test_a_dead_feed_without_a_successor_is_to_be_removed(site, fetcher):
    site.page("/", page())
    site.page("/good", rss(item("/a", 20)))
    checked = check_source(source(site, "/feed", "/good"), fetcher)
    assert advice(checked, site) == [("feeds", "/feed", None)]
    assert checked.verdict == "repair"


def test_an_outage_leads_to_no_change(site, make_fetcher):
    site.page("/feed", b"", 503)
    checked = check_source(source(site, "/feed"), make_fetcher())
    assert checked.advice == ()
    assert checked.documents[0].outcome == "server_error"
    assert checked.verdict == "retry"
    assert "/" not in site.paths


def test_a_silent_source_is_named_with_the_age_of_its_newest_article(site, fetcher):
    site.page("/feed", dated(*(f"2026-11-{day:02}T08:00:00Z" for day in range(1, 11))))
    site.page("/", page(head=announced("/feed", "/fresh")))
    site.page("/fresh", rss(item("/new", 20)))
    checked = check_source(source(site, "/feed", latest_age_hours=48.0), fetcher)
    assert advice(checked, site) == [("feeds", None, "/fresh"), ("latest_age_hours", "48", None)]
    assert "244 hours old" in checked.advice[1].why
    assert checked.verdict == "repair"


@pytest.mark.parametrize(("stated", "proposed"), [(1.0, None), (100.0, "1"), (0.1, "1")])
def test_an_expectation_that_is_far_off_is_questioned(site, fetcher, stated, proposed):
    site.page("/feed", dated(*(f"2026-11-{day:02}T12:00:00Z" for day in range(5, 21))))
    checked = check_source(source(site, "/feed", articles_a_day=stated), fetcher)
    expected = [("articles_a_day", f"{stated:g}", proposed)] if proposed else []
    assert advice(checked, site) == expected


GERMAN = (
    "Der Bürgermeister hat am Montag die neue Brücke über den Fluss für den Verkehr freigegeben"
)


def test_another_language_than_stated_is_named_unless_the_feed_states_the_same(site, fetcher):
    titles = dated(*["2026-11-20T08:00:00Z"] * 9, title=GERMAN)
    site.page("/feed", titles)
    assert ("language", "en", "de") in advice(check_source(source(site, "/feed"), fetcher), site)
    site.page("/feed", titles.replace("<title>H", "<language>en-gb</language><title>H", 1))
    assert advice(check_source(source(site, "/feed"), fetcher), site) == []


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Berlin", []),
        ("Europe/London", [("time_zone", "Europe/London", "Europe/Berlin")]),
        (None, [("time_zone", None, "Europe/Berlin")]),
    ],
)
def test_another_zone_than_the_stated_offsets_is_named(site, fetcher, zone, expected):
    site.page("/feed", dated(*["2026-11-20T08:00:00+01:00"] * 3))
    checked = check_source(source(site, "/feed", time_zone=zone, country="DE"), fetcher)
    assert advice(checked, site) == expected


def test_sources_are_checked_at_the_same_time_and_come_in_their_order(make_site, fetcher):
    sites = [make_site() for _ in range(5)]
    for number, each in enumerate(sites):
        each.page("/feed", rss(item("/a", 20)))
        each.page("/news.xml", news(f"{each.url}/a"))
        sites[number] = Source(f"s{number}", "S", feeds=(f"{each.url}/feed", f"{each.url}/no"))
    found = [checked.source.key for checked in check_all(sites, fetcher)]
    assert found == ["s0", "s1", "s2", "s3", "s4"]
