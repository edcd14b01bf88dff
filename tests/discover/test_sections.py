"""Section pages: article links are found, navigation is not."""

import pytest

from pipeline.discover.page_hints import feeds_of, language_of, name_of, title_of
from pipeline.discover.sections import read_section
from pipeline.errors import Refused

URL = "https://herald.example/politics/"
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Politics | The Example Herald</title>
<meta property="og:site_name" content="The Example Herald">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title="News" href="/feed/">
<link rel="alternate" hreflang="fr" href="/fr/"><link rel="stylesheet" href="/a.css">
<script type="application/ld+json">{"@graph": [{"@type": "ItemList", "itemListElement": [
 {"@type": "ListItem", "position": 1, "url": "/p/short"},
 {"@type": "ListItem", "item": {"@id": "https://herald.example/p/two", "name": "Two"}},
 {"@type": "ListItem", "url": "https://advert.example/x"}]}]}</script>
<script type="application/ld+json">{broken</script></head><body>
<header><a href="/">Home</a><a href="/about-us/">About the people who write this paper</a></header>
<nav><ul><li><a href="/world/">World</a></li>
<li><a href="/2026/11/20/a-link-in-the-navigation">A story in the navigation bar</a></li></ul></nav>
<main><article><header><h2><a href="/2026/11/20/harbour-bridge-reopens-after-storm">Harbour bridge
 reopens after storm</a></h2></header><a href="/author/mara-lindqvist/">Mara Lindqvist
 writes here</a>
<a href="/2026/11/20/harbour-bridge-reopens-after-storm#comments">4 comments</a></article>
<h3><a href="council-votes-on-tram-line-48213.html">Council votes on the tram line</a></h3>
<a href="/tag/harbour/">Everything about the harbour here</a>
<a href="https://advert.example/buy-this-wonderful-thing-now">Buy this wonderful thing now</a>
<a href="/images/storm-over-the-old-harbour.jpg">Storm over the old harbour</a>
<a href="mailto:desk@herald.example">Write to the desk now please</a><a href="http://[x">x</a><a>no</a>
</main><footer><a href="/privacy-policy">How we handle your data here</a></footer></body></html>"""


def onsite(url: str) -> bool:
    return url.startswith("https://herald.example/")


def test_article_links_are_found_and_no_others():
    entries = read_section(PAGE.encode(), URL, onsite)
    assert [entry.url for entry in entries] == [
        "https://herald.example/p/short",
        "https://herald.example/p/two",
        "https://herald.example/2026/11/20/harbour-bridge-reopens-after-storm",
        "https://herald.example/politics/council-votes-on-tram-line-48213.html",
    ]
    assert entries[2].title == "Harbour bridge reopens after storm"


def test_links_are_resolved_against_base_href():
    page = '<base href="/deep/"><h2><a href="a-long-slug-of-words">Four words are here</a></h2>'
    [entry] = read_section(page.encode(), URL, onsite)
    assert entry.url == "https://herald.example/deep/a-long-slug-of-words"


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- -->"])
def test_a_page_without_html_is_refused(body):
    with pytest.raises(Refused):
        read_section(body, URL, onsite)


def test_feeds_name_and_language_of_a_site():
    body = PAGE.encode()
    assert feeds_of(body, URL) == (
        "https://herald.example/feed/",
        "https://herald.example/comments/feed/",
    )
    assert name_of(body) == "The Example Herald"
    assert language_of(body) == "en"
    assert title_of(body) == "Politics"
    assert (feeds_of(b"", URL), name_of(b""), title_of(b""), language_of(b"")) == (
        (),
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("charset", "header"),
    [
        ("windows-1251", "text/html; charset=windows-1251"),
        ("utf-8", "text/html; charset=iso-8859-1"),
        ("utf-8", None),
        ("utf-16", "text/html"),
        ("shift_jis", "text/html;charset=Shift_JIS"),
    ],
)
def test_the_charset_of_the_header_counts(charset, header):
    title = "港の橋が嵐の後に再開" if charset == "shift_jis" else "Паром снова ходит после шторма"
    link = f'<h2><a href="/2026/11/20/ferry-runs-again-48213">{title}</a></h2>'
    page = f"<html><body>{link}</body></html>"
    [entry] = read_section(page.encode(charset), URL, onsite, header)
    assert entry.title == title


def test_paid_links_and_links_of_other_sites_are_marked():
    page = (
        '<h2><a href="/2026/11/20/a-story-about-the-harbour">A story about the harbour</a></h2>'
        '<h2><a rel="nofollow sponsored" href="/2026/11/a-watch-for-every-day">A watch</a></h2>'
        '<h2><a href="https://other.example/2026/11/a-story-from-afar">A story from afar</a></h2>'
    )
    found = read_section(page.encode(), URL, lambda url: True)
    assert [(entry.is_advert, entry.is_foreign) for entry in found] == [
        (False, False),
        (True, False),
        (False, True),
    ]
