"""Sitemaps: news, index, gzip, text; and attacks on XML parsers."""

import gzip

import pytest

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
