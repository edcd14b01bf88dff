"""Feeds, sitemaps and robots.txt of the demo site, read with the libraries that Dateline uses."""

import gzip
from datetime import datetime

import feedparser
import pytest
from lxml import etree
from protego import Protego

from pipeline.demo.content import outlets
from tests.demo.client import get

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def fetch(site, outlet, path):
    return get(site.homepages[outlet].rstrip("/") + path)


@pytest.mark.parametrize(
    ("outlet", "path", "version"),
    [
        ("halvane_courier", "/feed/", "rss20"),
        ("merrow_post", "/atom.xml", "atom10"),
        ("ambara_now", "/rss/latest.xml", "rss20"),
    ],
)
def test_feeds_are_well_formed_and_dated(demo_site, outlet, path, version):
    feed = feedparser.parse(fetch(demo_site, outlet, path).body)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == version
    assert len(feed.entries) >= 16
    assert all(entry.link and entry.title and entry.published_parsed for entry in feed.entries)


def test_sport_feed_is_broken_but_readable(demo_site, demo_expected):
    feed = feedparser.parse(fetch(demo_site, "merrow_post", "/sport.rss").body)
    assert feed.bozo
    base = demo_site.homepages["merrow_post"].rstrip("/")
    links = {entry.link.removeprefix(base) for entry in feed.entries}
    sport = {page.path for page in demo_expected.articles if page.path.startswith("/sport/")}
    assert links == sport
    assert links


def test_feeds_contain_the_extra_links(demo_site):
    for outlet in outlets():
        feed = feedparser.parse(fetch(demo_site, outlet.key, outlet.feeds[0]).body)
        base = demo_site.homepages[outlet.key].rstrip("/")
        links = [entry.link for entry in feed.entries]
        for extra in outlet.extras:
            assert (extra.path if "://" in extra.path else base + extra.path) in links


def test_news_sitemap_has_every_story_but_the_moved_one(demo_site, demo_expected):
    tree = etree.fromstring(fetch(demo_site, "halvane_courier", "/news-sitemap.xml").body)
    base = demo_site.homepages["halvane_courier"].rstrip("/")
    found = {
        url.findtext(f"{SITEMAP}loc").removeprefix(base): datetime.fromisoformat(
            url.findtext(f"{NEWS}news/{NEWS}publication_date")
        ).date()
        for url in tree.iter(f"{SITEMAP}url")
    }
    wanted = {
        page.path: page.day
        for page in demo_expected.pages
        if page.outlet == "halvane_courier" and page.title and page.path == page.final_path
    }
    assert found == wanted


def test_sitemap_index_leads_to_a_compressed_sitemap(demo_site, demo_expected):
    index = etree.fromstring(fetch(demo_site, "ambara_now", "/sitemap_index.xml").body)
    address = index.findtext(f"{SITEMAP}sitemap/{SITEMAP}loc")
    tree = etree.fromstring(gzip.decompress(get(address).body))
    base = demo_site.homepages["ambara_now"].rstrip("/")
    found = {loc.text.removeprefix(base) for loc in tree.iter(f"{SITEMAP}loc")}
    assert found == {p.path for p in demo_expected.pages if p.outlet == "ambara_now" and p.title}


def test_section_pages_link_to_every_story_of_the_post(demo_site, demo_expected):
    source = next(source for source in demo_site.sources() if source.key == "merrow_post")
    text = "".join(get(url).text for url in source.sections)
    for page in demo_expected.articles:
        if page.outlet == "merrow_post":
            assert f'href="{page.path}"' in text


@pytest.mark.parametrize("outlet", ["halvane_courier", "merrow_post", "ambara_now"])
def test_robots_txt_asks_for_a_small_delay_and_disallows_the_calendar(
    demo_site, demo_expected, outlet
):
    base = demo_site.homepages[outlet].rstrip("/")
    rules = Protego.parse(get(base + "/robots.txt").text)
    assert 0 < rules.crawl_delay("Dateline") <= 0.2
    assert not rules.can_fetch(base + "/calendar/2026/11/", "Dateline")
    assert not rules.can_fetch(base + "/diary/2026/11/", "Dateline")
    assert all(
        rules.can_fetch(base + page.path, "Dateline")
        for page in demo_expected.articles
        if page.outlet == outlet
    )
