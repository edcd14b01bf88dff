"""Feeds of every format, well-formed and broken."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.discover.feeds import read_feed
from pipeline.errors import PageError, Refused
from pipeline.outcomes import Outcome

URL = "https://herald.example/feeds/all.xml"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"><channel>
<title>The Example Herald</title><link>https://herald.example/</link><language>en-gb</language>
<item><title>Harbour &amp; bridge
 reopen</title><link> /2026/11/harbour-reopens </link>
 <pubDate>Fri, 20 Nov 2026 08:15:00 +0200</pubDate></item>
<item><title>No link</title><description>nothing to fetch</description></item>
<item><guid isPermaLink="true">https://herald.example/b</guid><pubDate>2026-11-19</pubDate></item>
<item><link>https://proxy.example/x</link><fb:origLink>https://herald.example/c</fb:origLink></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://herald.example/news/">
<title>Herald</title><link rel="alternate" href="https://herald.example/"/>
<entry><title type="html">&lt;b&gt;Vote&lt;/b&gt;</title><link rel="self" href="https://herald.example/api/1"/>
<link rel="alternate" href="vote-1"/><updated>2026-11-20T09:00:00Z</updated>
<published>2026-11-20T08:00:00-05:00</published></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>H</title></channel>
<item rdf:about="https://herald.example/r"><title>R</title><link>https://herald.example/r</link>
<dc:date>2026-11-20T08:00+01:00</dc:date></item></rdf:RDF>"""


def test_rss():
    feed = read_feed(RSS.encode(), URL)
    assert (feed.title, feed.homepage, feed.language) == (
        "The Example Herald",
        "https://herald.example/",
        "en-gb",
    )
    assert [(entry.url, entry.title, entry.published_at) for entry in feed.entries] == [
        (
            "https://herald.example/2026/11/harbour-reopens",
            "Harbour & bridge reopen",
            "2026-11-20T08:15:00+02:00",
        ),
        ("https://herald.example/b", None, "2026-11-19"),
        ("https://herald.example/c", None, None),
    ]


def test_atom_uses_the_alternate_link_its_base_and_the_publication_time():
    [entry] = read_feed(ATOM.encode(), URL).entries
    assert entry.url == "https://herald.example/news/vote-1"
    assert entry.published_at == "2026-11-20T08:00:00-05:00"


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("Fri, 20 Nov 2026 08:15:00 CET", "2026-11-20T08:15:00+01:00"),
        ("20 November 2026, 08:15 CET", "2026-11-20T08:15:00+01:00"),
        ("Παρ, 20 Νοέ 2026 08:15:00 EET", "2026-11-20T08:15:00+02:00"),
        ("2026년 11월 20일 08:15", "2026-11-20T08:15:00"),
        ("2026-324", "2026-11-20T00:00:00+00:00"),
        ("last Tuesday", None),
    ],
)
def test_publication_times(stated, published):
    item = f"<item><link>https://herald.example/a</link><pubDate>{stated}</pubDate></item>"
    [entry] = read_feed(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode(), URL).entries
    assert entry.published_at == published


def test_rdf():
    [entry] = read_feed(RDF.encode(), URL).entries
    assert (entry.url, entry.published_at) == (
        "https://herald.example/r",
        "2026-11-20T08:00:00+01:00",
    )


def test_json_feed():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Herald",
        "home_page_url": "https://herald.example/",
        "items": [
            {"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-20T08:00:00Z"},
            {"id": "https://herald.example/b", "content_text": "b"},
            {"id": "3"},
            "no object",
            {"url": None, "external_url": "https://other.example/c"},
        ],
    }
    found = read_feed(json.dumps(feed).encode(), "https://herald.example/feed.json")
    assert [entry.url for entry in found.entries] == [
        "https://herald.example/a",
        "https://herald.example/b",
        "https://other.example/c",
    ]
    assert found.entries[0].published_at == "2026-11-20T08:00:00+00:00"


def test_broken_xml_is_read_as_far_as_it_goes():
    broken = RSS.replace("Harbour &amp; bridge", "Harbour & bridge").replace("</channel></rss>", "")
    feed = read_feed(broken.encode(), URL)
    assert feed.is_broken
    assert len(feed.entries) == 3


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_the_declared_charset_counts(encoding):
    text = RSS.replace("utf-8", encoding).replace("Harbour", "Café")
    [first, *_] = read_feed(text.encode(encoding), URL).entries
    assert first.title.startswith("Café")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html><body>Not found</body></html>", "an HTML page"),
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "a sitemap"),
        ("just words", "not a feed"),
        ("{}", "not a feed"),
        ("https://herald.example/feed.xml", "not a feed"),
        ("/etc/passwd", "not a feed"),
    ],
)
def test_a_document_that_is_not_a_feed_is_refused_with_what_it_is(body, words):
    with pytest.raises(Refused, match=words) as caught:
        read_feed(body.encode(), URL)
    assert caught.value.outcome is Outcome.BAD_CONTENT


def test_a_feed_without_entries_is_read():
    assert (
        read_feed(b'<rss version="2.0"><channel><title>x</title></channel></rss>', URL).entries
        == ()
    )


def test_external_entities_are_not_read_and_nested_ones_not_expanded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    body = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l0 "ha">{laughs}]>'
        '<rss version="2.0"><channel><item><link>https://herald.example/a</link>'
        "<title>&x;&l9;</title></item></channel></rss>"
    )
    feed = read_feed(body.encode(), URL)
    text = "".join(entry.title or "" for entry in feed.entries)
    assert "secret" not in text
    assert len(text) < 1000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_feed_raises_nothing_but_a_page_error(data):
    body = bytearray(data.draw(st.sampled_from([RSS, ATOM, RDF])).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, 300))] = data.draw(st.integers(0, 255))
    try:
        feed = read_feed(bytes(body), URL)
    except PageError:
        return
    assert all(entry.url for entry in feed.entries)


def test_a_feed_whose_encoding_has_no_valid_name_is_refused():
    body = RSS.encode().replace(b'encoding="utf-8"', b'encoding="utf\0008"')
    with pytest.raises(Refused) as caught:
        read_feed(body, URL)
    assert caught.value.outcome is Outcome.BAD_CONTENT
