"""Sitemaps: news, index, gzip, text; and attacks on XML parsers."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.discover import sitemaps
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError
from pipeline.outcomes import Outcome

URL = "https://herald.example/news-sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by a plugin -->
<urlset {NS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://herald.example/a </loc><lastmod>2026-11-21</lastmod>
 <image:image><image:loc>https://herald.example/a.jpg</image:loc></image:image>
 <news:news><news:publication><news:name>Herald</news:name></news:publication>
 <news:publication_date>2026-11-20T08:15:00+02:00</news:publication_date>
 <news:title>Harbour &amp; bridge</news:title></news:news></url>
<url><loc>/b</loc><lastmod>2026-11-19T10:00Z</lastmod></url>
<url><lastmod>2026-11-18</lastmod></url>
</urlset>"""


def read(text: str | bytes, limit: int = 1_000_000):
    return read_sitemap(text.encode() if isinstance(text, str) else text, URL, limit)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_news_sitemap(pack):
    first, second = read(pack(NEWS.encode())).entries
    assert (first.url, first.title) == ("https://herald.example/a", "Harbour & bridge")
    assert (first.published_at, first.changed_at) == ("2026-11-20T08:15:00+02:00", "2026-11-21")
    assert second.url == "https://herald.example/b"
    assert (second.published_at, second.changed_at) == (None, "2026-11-19T10:00:00+00:00")


def test_the_page_location_is_not_taken_from_an_image():
    image_first = (
        f'<urlset {NS} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        "<image:image><image:loc>https://cdn.example/a.jpg</image:loc></image:image>"
        "<loc>https://herald.example/a</loc></url></urlset>"
    )
    assert [entry.url for entry in read(image_first).entries] == ["https://herald.example/a"]


def test_an_index():
    index = (
        f"<sitemapindex {NS}><sitemap><loc>https://herald.example/1.xml</loc>"
        "<lastmod>2026-11-01</lastmod></sitemap></sitemapindex>"
    )
    [child] = read(index).sitemaps
    assert (child.url, child.changed_at) == ("https://herald.example/1.xml", "2026-11-01")


def test_a_text_sitemap():
    found = read("https://herald.example/a\nhttps://herald.example/b\n")
    assert len(found.entries) == 2


def test_the_complete_entries_of_a_truncated_sitemap_are_read():
    found = read(NEWS[: NEWS.index("<url><lastmod>2026-11-18")])
    assert len(found.entries) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html><body>404</body></html>", "an HTML page"),
        ("words", "not a sitemap"),
        (b"\x1f\x8b\x08 broken", "broken"),
        (b"\x00" * 100, "binary"),
    ],
)
def test_a_document_that_is_not_a_sitemap_is_refused_with_what_it_is(body, words):
    with pytest.raises(PageError, match=words):
        read(body)


def test_nested_entities_are_not_expanded():
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    body = (
        f'<!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}]><urlset {NS}>'
        "<url><loc>https://herald.example/&l12;</loc></url>"
        "<url><loc>https://herald.example/b</loc></url></urlset>"
    )
    try:
        found = read(body)
    except PageError:
        found = None
    assert found is None or all(len(entry.url) < 1000 for entry in found.entries)


def test_external_entities_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("the-secret")
    body = (
        f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
        f"<urlset {NS}><url><loc>https://herald.example/&x;</loc></url></urlset>"
    )
    assert not any("secret" in entry.url for entry in read(body).entries)


def test_a_gzip_bomb_is_not_unpacked():
    with pytest.raises(PageError) as caught:
        read(gzip.compress(bytes(20_000_000)))
    assert caught.value.outcome is Outcome.TOO_LARGE


def test_a_large_sitemap_is_read_up_to_the_limit_of_the_protocol(monkeypatch):
    monkeypatch.setattr(sitemaps, "MAX_URLS", 500)
    urls = "".join(f"<url><loc>https://herald.example/{n}</loc></url>" for n in range(510))
    assert len(read(f"<urlset {NS}>{urls}</urlset>").entries) == 500


def locations(text: str | bytes) -> list[str]:
    return [entry.url for entry in read(text).entries]


@pytest.mark.parametrize(
    ("written", "location"),
    [
        ("https://herald.example/a?a=1&b=2", "https://herald.example/a?a=1&b=2"),
        ("https://herald.example/a?a=1&amp;b=2", "https://herald.example/a?a=1&b=2"),
        ("https://herald.example/a?a=1&amp;amp;b=2", "https://herald.example/a?a=1&b=2"),
        (
            "https://herald.example/a?id=1&reg=2&copy=3",
            "https://herald.example/a?id=1&reg=2&copy=3",
        ),
        ("<![CDATA[ https://herald.example/a?a=1&b=2 ]]>", "https://herald.example/a?a=1&b=2"),
        ("\n https://herald.example/a\n", "https://herald.example/a"),
        ("https://herald.example/caf\u00e9", "https://herald.example/caf\u00e9"),
    ],
)
def test_locations_are_read_as_they_were_meant(written, location):
    assert locations(f"<urlset {NS}><url><loc>{written}</loc></url></urlset>") == [location]


@pytest.mark.parametrize("end", ["<url><loc>https://herald.example/cu", "<url><loc>https://x/</lo"])
def test_a_location_that_the_end_of_the_file_cuts_is_none(end):
    found = read(f"<urlset {NS}><url><loc>https://herald.example/a</loc></url>{end}")
    assert [entry.url for entry in found.entries] == ["https://herald.example/a"]
    assert found.is_broken


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize(
    "text",
    [
        NEWS,
        "https://herald.example/a\r\nhttps://herald.example/b\r\n",
        "\n# new\nhttps://herald.example/a\n\nhttps://herald.example/b",
    ],
)
def test_sitemaps_in_unicode_of_every_kind(text, encoding):
    assert locations(text.encode(encoding)) == [
        "https://herald.example/a",
        "https://herald.example/b",
    ]


@pytest.mark.parametrize(
    "junk",
    [
        "\n\n",
        "\ufeff",
        "<!-- cached -->",
        "<br />\n<b>Notice</b>: Undefined index in x.php<br />\n",
    ],
)
def test_a_sitemap_behind_junk_is_read(junk):
    assert len(locations(junk + NEWS)) == 2


RSS_SITEMAP = """<rss version="2.0"><channel><title>H</title><link>https://herald.example/</link>
<item><title>A</title><link>https://herald.example/a?x=1&y=2</link>
<pubDate>Fri, 20 Nov 2026 08:15:00 +0200</pubDate></item></channel></rss>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_feed_given_as_a_sitemap_is_read(pack):
    [entry] = read(pack(RSS_SITEMAP.encode())).entries
    assert (entry.url, entry.published_at) == (
        "https://herald.example/a?x=1&y=2",
        "2026-11-20T08:15:00+02:00",
    )
    feed = '{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"https://herald.example/a"}]}'
    assert locations(feed) == ["https://herald.example/a"]


@pytest.mark.parametrize(
    "own",
    [
        URL,
        URL + "#x",
        URL.replace("https", "http"),
        "/news-sitemap.xml",
        "https://www.herald.example/news-sitemap.xml",
    ],
)
def test_an_index_does_not_name_itself(own):
    index = (
        f"<sitemapindex {NS}><sitemap><loc>{own}</loc></sitemap>"
        "<sitemap><loc>https://herald.example/1.xml</loc></sitemap>"
        "<sitemap><loc>https://herald.example/1.xml</loc></sitemap></sitemapindex>"
    )
    found = read(index)
    assert [child.url for child in found.sitemaps] == ["https://herald.example/1.xml"]


def test_a_prefixed_sitemap_and_an_undeclared_prefix():
    body = (
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url>'
        "<s:loc>https://herald.example/a</s:loc><news:news>"
        "<news:publication_date>2026-11-20</news:publication_date><news:title>A</news:title>"
        "</news:news></s:url></s:urlset>"
    )
    [entry] = read(body).entries
    assert (entry.title, entry.published_at) == ("A", "2026-11-20")


def test_elements_without_end_tags_do_not_swallow_the_next():
    body = (
        f"<urlset {NS}><url><loc>https://herald.example/a<lastmod>2026-11-20</lastmod>"
        "<url><loc>https://herald.example/b</loc></url></urlset>"
    )
    found = read(body)
    assert [entry.url for entry in found.entries] == [
        "https://herald.example/a",
        "https://herald.example/b",
    ]
    assert found.entries[0].changed_at == "2026-11-20"


def test_a_time_in_the_future_is_not_believed_where_the_present_is_known():
    body = NEWS.replace("2026-11-20T08:15:00+02:00", "2099-11-20T08:15:00Z").encode()
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert read_sitemap(body, URL, 1_000_000, now=now).entries[0].published_at is None


def test_a_url_that_stands_twice_is_one_entry():
    url = "<url><loc>https://herald.example/a</loc></url>"
    assert len(read(f"<urlset {NS}>{url * 3}</urlset>").entries) == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(NEWS)))
def test_any_bytes_within_a_sitemap_raise_nothing_but_a_page_error(junk, position):
    body = NEWS.encode()
    try:
        found = read(body[:position] + junk + body[position:])
    except PageError:
        return
    assert all(entry.url for entry in found.entries)


@given(st.integers(0, len(NEWS)))
def test_of_a_sitemap_cut_anywhere_only_whole_locations_are_read(position):
    try:
        found = locations(NEWS[:position])
    except PageError:
        return
    assert found == ["https://herald.example/a", "https://herald.example/b"][: len(found)]
