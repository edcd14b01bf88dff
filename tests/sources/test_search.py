"""Finding a site's feeds and sitemaps, over real sockets."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.session import Environment
from pipeline.sources.places import locales_of
from pipeline.sources.search import MOST_FEEDS, SiteSearch, feed_links
from pipeline.sources.wizard import propose_source
from pipeline.urls import is_web_url
from tests.discover.test_discovery import index, item, rss, urlset

NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>'
)


def news(*urls: str) -> str:
    entry = (
        "<url><loc>{}</loc><news:news><news:publication_date>2026-11-20T08:00:00Z"
        "</news:publication_date><news:title>T</news:title></news:news></url>"
    )
    return NEWS.format("".join(map(entry.format, urls)))


def page(*anchors: str, head: str = "") -> str:
    return f"<html><head><title>H</title>{head}</head><body>{''.join(anchors)}</body></html>"


def announced(*paths: str) -> str:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    return "".join(map(link.format, paths))


def feed(name: str, count: int = 3) -> str:
    return rss(*(item(f"/{name}/{number}", number + 1) for number in range(count)))


def searched(site, fetcher, path: str = "/") -> SiteSearch:
    return SiteSearch(fetcher.fetch(site.url + path, kind="document"), fetcher)


def paths(site, found) -> list[str]:
    return [each.url.removeprefix(site.url) for each in found]


@pytest.mark.parametrize(
    "path",
    [
        "/feed/",
        "/rss.xml",
        "/rss",
        "/feed.xml",
        "/atom.xml",
        "/index.xml",
        "/feed.json",
        "/?feed=rss2",
    ],
)
def test_a_feed_at_a_usual_path_is_found(site, fetcher, path):
    site.page("/", page())
    if path == "/?feed=rss2":
        site.page("/?feed=rss2", feed("a"))
    elif path.endswith(".json"):
        body = (
            '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a"}]}'
        )
        site.page(path, body, Content_Type="application/feed+json")
    else:
        site.page(path, feed("a"))
    assert paths(site, searched(site, fetcher).feeds()) == [path]


def test_the_usual_paths_below_a_section_come_before_those_of_the_whole_site(site, fetcher):
    site.page("/politics/", page())
    site.page("/politics/feed/", feed("politics"))
    site.page("/feed/", feed("all"))
    assert paths(site, searched(site, fetcher, "/politics/").feeds()) == ["/politics/feed/"]


def test_without_a_feed_below_a_section_the_homepage_is_looked_at(site, fetcher):
    site.page("/politics/index.html", page())
    site.page("/", page(head=announced("/all.rss")))
    site.page("/all.rss", feed("all"))
    assert paths(site, searched(site, fetcher, "/politics/index.html").feeds()) == ["/all.rss"]


def test_feeds_that_a_menu_links_are_found_by_address_and_by_text(site, fetcher):
    site.page(
        "/",
        page(
            '<a href="/out/news.php?format=feed">Subscribe</a>',
            '<a href="/xml/latest">Our RSS</a>',
            '<a href="/story">Farmers feed the city with what the flood has left of rice</a>',
        ),
    )
    site.page("/out/news.php", feed("a"))
    site.page("/xml/latest", feed("b"))
    site.page("/story", feed("c"))
    found = paths(site, searched(site, fetcher).feeds())
    assert found == ["/out/news.php?format=feed", "/xml/latest"]
    assert "/story" not in site.paths


def test_on_an_overview_of_feeds_any_xml_address_is_tried(site, fetcher):
    site.page("/", page('<nav><a href="/services.html">RSS</a></nav>'))
    site.page(
        "/services.html",
        page('<a href="/xml/x.php?id=1">World</a><a href="/money.xml">Money</a><a href="/a">A</a>'),
    )
    site.page("/xml/x.php", feed("world"))
    site.page("/money.xml", feed("money"))
    found = searched(site, fetcher).feeds()
    assert paths(site, found) == ["/xml/x.php?id=1", "/money.xml"]
    assert "/a" not in site.paths


def test_addresses_of_feeds_are_relative_to_the_base_of_the_page(site, fetcher):
    head = '<base href="/en/">' + announced("news.xml")
    site.page("/", page('<a href="sport/rss">RSS</a>', head=head))
    site.page("/en/news.xml", feed("news"))
    site.page("/en/sport/rss", feed("sport"))
    assert paths(site, searched(site, fetcher).feeds()) == ["/en/news.xml", "/en/sport/rss"]


def test_an_announced_feed_that_is_none_is_named_with_the_reason(site, fetcher):
    site.page("/", page(head=announced("/feed", "/rss")))
    site.page("/feed", "<br />\n<b>Fatal error</b>: Uncaught Error in <b>/feed.php</b>:3")
    site.page("/rss", page("<p>Our feeds have moved."))
    search = searched(site, fetcher)
    assert search.feeds() == []
    notes = [note for note in search.notes if "bad_content" in note]
    assert [note.rpartition("/")[2] for note in notes] == ["feed", "rss"]
    assert "HTML page" in notes[1]


def test_a_gzipped_feed_is_found_and_read(site, fetcher):
    site.page("/", page(head=announced("/feed.xml.gz")))
    packed = gzip.compress(feed("news").encode())
    site.page("/feed.xml.gz", packed, Content_Type="application/gzip")
    [found] = searched(site, fetcher).feeds()
    assert len(found.feed.entries) == 3
    assert "feed.xml.gz" in propose_source(f"{site.url}/feed.xml.gz", fetcher).source.feeds[0]


def test_an_overview_of_feeds_is_followed_one_level(site, fetcher):
    site.page("/", page('<a href="/services/rss-feeds">RSS</a>'))
    site.page(
        "/services/rss-feeds",
        page('<a href="/rss/politics.xml">Politics</a><a href="/more/feeds">More feeds</a>'),
    )
    site.page("/rss/politics.xml", feed("politics"))
    site.page("/more/feeds", page('<a href="/rss/deep.xml">Deep</a>'))
    site.page("/rss/deep.xml", feed("deep"))
    search = searched(site, fetcher)
    assert paths(site, search.feeds()) == ["/rss/politics.xml"]
    assert "/rss/deep.xml" not in site.paths
    assert any("overview of feeds" in note for note in search.notes)


def test_feeds_that_add_little_and_comment_feeds_are_left_out(site, fetcher):
    site.page("/", page(head=announced("/all", "/same", "/comments/feed", "/empty")))
    site.page("/all", feed("a", 9))
    site.page("/same", feed("a", 8))
    site.page("/empty", rss())
    search = searched(site, fetcher)
    assert paths(site, search.feeds()) == ["/all"]
    assert "/comments/feed" not in site.paths
    assert sum("not used" in note for note in search.notes) == 2


def test_of_forty_feeds_the_first_that_add_most_are_taken_and_the_rest_named(site, fetcher):
    site.page("/", page(*(f'<a href="/rss/{number}.xml">{number}</a>' for number in range(40))))
    for number in range(40):
        site.page(f"/rss/{number}.xml", feed(str(number)))
    search = searched(site, fetcher)
    assert len(search.feeds()) == MOST_FEEDS
    assert len(site.paths) < 20
    assert any("35 more" in note for note in search.notes)


def test_feeds_on_other_sites_are_taken_if_they_are_of_this_one(site, make_site, make_fetcher):
    other = make_site()
    fetcher = make_fetcher(environment=Environment(resolver=lambda name, port: ["127.0.0.1"]))
    carrier = f"http://feeds.carrier.ie:{other.port}"
    other.page("/ours", rss(item(f"{site.url}/story")))
    other.page("/theirs", rss(item(f"{other.url}/story")))
    links = [f"{carrier}/rss/ours", f"{carrier}/rss/theirs", f"{other.url}/rss/ours"]
    for path in ("ours", "theirs"):
        other.routes[f"/rss/{path}"] = other.routes[f"/{path}"]
    site.page("/", page(*(f'<a href="{link}">x</a>' for link in links)))
    search = searched(site, fetcher)
    assert [each.url for each in search.feeds()] == [f"{carrier}/rss/ours"]
    assert any("a feed of another site" in note for note in search.notes)
    assert other.paths.count("/rss/ours") == 1


def test_a_feed_that_moved_for_good_is_named_by_its_new_address(site, fetcher):
    site.page("/", page(head=announced("/old", "/today")))
    site.redirect("/old", "/new", 301)
    site.redirect("/today", "/tuesday", 302)
    site.page("/new", feed("a"))
    site.page("/tuesday", feed("b"))
    assert paths(site, searched(site, fetcher).feeds()) == ["/new", "/today"]


def test_a_news_sitemap_inside_an_index_is_found(site, fetcher):
    site.page("/", page())
    site.robots(f"Sitemap: {site.url}/sitemap_index.xml\n")
    site.page("/sitemap_index.xml", index(f"{site.url}/posts.xml", f"{site.url}/sitemap-news.xml"))
    site.page("/posts.xml", urlset(f"{site.url}/old"))
    site.page("/sitemap-news.xml", news(f"{site.url}/a"))
    source = propose_source(site.url, fetcher, with_articles=False).source
    assert source.sitemaps == (f"{site.url}/sitemap-news.xml",)


def test_an_index_is_named_itself_where_its_news_sitemap_has_another_name_every_month(
    site, fetcher
):
    site.page("/", page())
    site.robots(f"Sitemap: {site.url}/index.xml\n")
    site.page("/index.xml", index(f"{site.url}/news-2026-10.xml", f"{site.url}/news-2026-11.xml"))
    site.page("/news-2026-10.xml", news(f"{site.url}/a"))
    site.page("/news-2026-11.xml", news(f"{site.url}/b"))
    assert paths(site, searched(site, fetcher).sitemaps()) == ["/index.xml"]


def test_usual_sitemaps_are_tried_where_robots_names_none(site, fetcher):
    site.page("/", page())
    site.page("/sitemap-news.xml", news(f"{site.url}/a"))
    site.page("/sitemap.xml", urlset(f"{site.url}/old"))
    assert paths(site, searched(site, fetcher).sitemaps()) == ["/sitemap-news.xml"]


def test_an_index_that_names_itself_ends(site, fetcher):
    site.page("/", page())
    site.robots(f"Sitemap: {site.url}/index.xml\n")
    site.page("/index.xml", index(f"{site.url}/index.xml", f"{site.url}/index.xml"))
    assert searched(site, fetcher).sitemaps() == []
    assert site.paths.count("/index.xml") == 1


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 99, b"<a href='http://[::1'>RSS</a>" * 9])
def test_feed_links_are_read_from_any_bytes(body):
    assert feed_links(body, "https://h.example/") == ()


def test_a_page_of_two_thousand_feed_links_costs_few_requests(site, make_fetcher):
    site.page("/", page(*(f'<a href="/feed/{number}">RSS</a>' for number in range(2_000))))
    patient = make_fetcher(max_body_bytes=5_000_000)
    response = patient.fetch(f"{site.url}/", kind="document")
    assert SiteSearch(replace(response), patient).feeds() == []
    assert len(site.paths) < 100


def test_a_site_that_refuses_is_not_asked_much_further(site, fetcher):
    site.page("/", page(*(f'<a href="/feed/{number}">RSS</a>' for number in range(30))))
    for number in range(30):
        site.page(f"/feed/{number}", b"no", 403)
    search = searched(site, fetcher)
    assert search.feeds() == []
    assert len(site.paths) < 8
    assert any("refuses us" in note for note in search.notes)


@pytest.mark.parametrize(
    ("anchor", "found"),
    [
        ('<a href="/rss">x</a>', "https://h.ie/rss"),
        ('<a href="/service/rssfeeds-sp-102.html">x</a>', "https://h.ie/service/rssfeeds-sp-102.html"),
        ('<a href="/the-rss-feeds-of-the-herald-art-6">x</a>', "https://h.ie/the-rss-feeds-of-the-herald-art-6"),
        ('<a href="/home/rssMenu.html">RSS</a>', "https://h.ie/home/rssMenu.html"),
        ('<a href="/index.rss">x</a>', "https://h.ie/index.rss"),
        ('<a href="/?feed=rss2">x</a>', "https://h.ie/?feed=rss2"),
        ('<a href="/!114191/">RSS</a>', "https://h.ie/!114191/"),
        ('<a href="/x">Our feeds</a>', "https://h.ie/x"),
        ('<a href="https://feeds.h-media.com/top">x</a>', None),
        ('<a href="https://feeds.h-media.com/rss/top">x</a>', "https://feeds.h-media.com/rss/top"),
        ('<a href="https://feeds.feedburner.com/H/rss">x</a>', "https://feeds.feedburner.com/H/rss"),
        ('<a href="https://feedly.com/i/subscription/feed/https://h.ie/all/rss">+</a>', "https://h.ie/all/rss"),
        ('<a href="https://feedly.com/i/subscription/feed/http%3A%2F%2Fh.ie%2Frss">+</a>', "http://h.ie/rss"),
        ('<a href="https://www.facebook.com/dialog/feed?link=https://h.ie/a">Share</a>', None),
        ('<a href="https://podcasts.google.com/feed/aHR0c">Listen</a>', None),
        ('<a href="/dogs/how-much-to-feed-a-puppy">How much to feed a puppy</a>', None),
        ('<a href="/newsletter?cmp=feed_subscribe">Subscribe</a>', None),
        ('<a href="/buzzfeed-and-others">x</a>', None),
        ('<a href="/a">RSS leaders meet in Nagpur before the state election</a>', None),
    ],
)  # fmt: skip
def test_which_anchors_look_like_feeds(anchor, found):
    expected = (found,) if found else ()
    assert feed_links(page(anchor).encode(), "https://h.ie/") == expected


def test_a_news_sitemap_at_a_usual_path_is_found_where_robots_names_others(site, fetcher):
    site.page("/", page())
    site.robots(f"Sitemap: {site.url}/newsletters.xml\n")
    site.page("/newsletters.xml", urlset(f"{site.url}/old"))
    site.page("/news-sitemap.xml", news(f"{site.url}/a"))
    assert paths(site, searched(site, fetcher).sitemaps()) == ["/news-sitemap.xml"]


@given(st.binary(max_size=400))
def test_any_page_is_searched(body):
    for page_body in (body, b"<html lang='" + body, b"<a href='" + body + b"'>RSS</a>"):
        assert all(map(is_web_url, feed_links(page_body, "https://h.ie/")))
        assert all(locales_of(page_body))
