"""Text, metadata, kind and outcome of whole pages, and hostile pages."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.outcomes import Outcome
from tests.extract.pages import PARAGRAPHS, STANDFIRST, TITLE, URL, linked_data, page
from tests.fix_languages import STORIES

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def extract(body, url=URL, **options):
    return extract_page(body, url=url, now=NOW, **options)


def test_the_text_is_the_paragraphs_without_the_title():
    found = extract(page())
    assert found.outcome is Outcome.LOADED
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.language == "en"
    assert found.kind == "article"


def test_the_standfirst_is_part_of_the_text():
    found = extract(page(before=f"<p class='standfirst'>{STANDFIRST}</p>"))
    assert found.text == "\n\n".join((STANDFIRST, *PARAGRAPHS))


def test_the_standfirst_is_found_by_the_description():
    head = f'<meta property="og:description" content="{STANDFIRST[:60]}…">'
    found = extract(page(head=head, before=f"<div><div>{STANDFIRST}</div></div>"))
    assert found.text.startswith(STANDFIRST)


def test_captions_embedded_posts_and_bare_links_are_removed():
    inside = (
        "<figure><img src='a.jpg'><figcaption>Divers at the quay in the morning light."
        "</figcaption></figure>"
        "<blockquote class='twitter-tweet'><p>The ferry is gone, nobody told us.</p></blockquote>"
        "<p><a href='/x'>Harbour dues will rise again in the coming year</a></p>"
        "<p>The divers are expected to go down on Thursday if the wind allows it.</p>"
    )
    found = extract(page(inside=inside))
    assert found.text.endswith("if the wind allows it.")
    assert "Divers at the quay" not in found.text
    assert "nobody told us" not in found.text
    assert "Harbour dues" not in found.text


def test_a_paragraph_of_links_between_paragraphs_is_kept():
    linked = (
        "<p>The <a href='/a'>county board</a> and "
        "<a href='/b'>the port authority of Brevik</a> will meet.</p>"
    )
    found = extract(page(inside=linked))
    assert "The county board and the port authority of Brevik will meet." in found.text


def test_metadata_are_read_from_json_ld():
    data = linked_data(
        headline=TITLE,
        datePublished="2024-03-02T08:15:00+01:00",
        dateModified="2024-03-03T10:00:00+01:00",
        author=[{"@type": "Person", "name": "Ines Moor"}],
        articleSection="Harbour",
        keywords="ferry, storm",
        publisher={"@type": "Organization", "name": "Lakeshore Post"},
        image={"url": "/pier.jpg"},
    )
    found = extract(page(head=data))
    assert found.authors == ("Ines Moor",)
    assert found.published_at == "2024-03-02T08:15:00+01:00"
    assert found.published_origin == "json_ld"
    assert found.modified_at == "2024-03-03T10:00:00+01:00"
    assert (found.section, found.tags) == ("Harbour", ("ferry", "storm"))
    assert found.site_name == "Lakeshore Post"
    assert found.image_url == "https://lakeshore.example/pier.jpg"


def test_an_author_by_reference_is_found():
    graph = (
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "x", '
        '"datePublished": "2024-03-02", "author": {"@id": "#p1"}}, '
        '{"@type": "Person", "@id": "#p1", "name": "Ines Moor"}]}</script>'
    )
    assert extract(page(head=graph)).authors == ("Ines Moor",)


@pytest.mark.parametrize(
    ("head", "feed", "expected"),
    [
        ('<meta property="article:published_time" content="2024-03-02T08:15:00Z">', None, "meta"),
        ("", "2024-03-02T08:15:00+00:00", "feed"),
        ("", None, "url"),
        (linked_data(datePublished="2031-01-01", headline="x"), "2024-03-02", "feed"),
        (linked_data(datePublished="1970-01-01", headline="x"), "2024-03-02", "feed"),
    ],
)
def test_a_time_comes_from_the_first_plausible_origin(head, feed, expected):
    found = extract(page(head=head), feed_published=feed)
    assert found.published_origin == expected
    assert found.published_at[:10] == "2024-03-02"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://www.lakeshore.example/ferry", "https://www.lakeshore.example/ferry"),
        ("/ferry", "https://lakeshore.example/ferry"),
        ("https://wire.example/ferry", URL),
        ("https://lakeshore.example/", URL),
        ("http://[broken", URL),
    ],
)
def test_canonical_links_are_believed_on_the_same_registrable_domain(canonical, expected):
    head = f'<link rel="canonical" href="{canonical}">'
    assert extract(page(head=head), url=URL + "?utm_source=x").canonical_url == expected


def test_a_paywall_stub_keeps_its_text():
    data = linked_data(headline=TITLE, isAccessibleForFree=False, datePublished="2024-03-02")
    found = extract(page(head=data, paragraphs=PARAGRAPHS[:2]))
    assert (found.outcome, found.is_paywalled) == (Outcome.PAYWALLED, True)
    assert PARAGRAPHS[0] in found.text


def test_a_stub_is_recognised_by_the_wording_of_the_wall():
    after = "<div class='wall'>Subscribe now to continue reading</div>"
    assert extract(page(paragraphs=PARAGRAPHS[:2], after=after)).outcome is Outcome.PAYWALLED


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby><rb>桟橋</rb><rp>（</rp><rt>さんばし</rt><rp>）</rp></ruby>",
        "<ruby>桟橋<rt>さんばし</rt></ruby>",
        "<ruby>桟橋<rp>（</rp><rt>さんばし</rt><rp>）</rp></ruby>",
    ],
)
def test_readings_of_characters_stay_in_their_sentence(ruby):
    story = STORIES["ja"]
    first, *rest = story.paragraphs
    found = extract(page(paragraphs=(first.replace("旧桟橋", f"旧{ruby}"), *rest)))
    assert found.text == "\n\n".join((first.replace("旧桟橋", "旧桟橋（さんばし）"), *rest))


def test_a_page_in_another_language_keeps_its_text():
    german = (
        "Die Fährverbindung über den Sund wurde am Dienstag geschlossen, nachdem ein Sturm zwei "
        "ihrer Pfeiler zerbrochen hatte.",
        "„Wir fahren nicht wieder, bevor die Taucher unten waren“, sagte der Hafenmeister.",
        "Rund vierhundert Menschen nutzen die Verbindung jeden Tag, um die Mühlen zu erreichen.",
    )
    found = extract(page(paragraphs=german))
    assert (found.outcome, found.language) == (Outcome.LOADED, "de")
    assert german[1] in found.text


def test_a_listing_and_an_error_page_are_no_articles():
    teasers = "".join(
        f"<li><a href='/{n}'>Headline number {n} about the harbour and its piers</a></li>"
        for n in range(20)
    )
    listing = f"<html><body><h1>Harbour</h1><ul>{teasers}</ul></body></html>".encode()
    found = extract(listing, url="https://lakeshore.example/harbour")
    assert (found.outcome, found.kind) == (Outcome.NOT_AN_ARTICLE, "listing")
    missing = b"<html><title>Page not found</title><body><h1>Page not found</h1><p>Sorry.</p>"
    assert extract(missing).kind == "error_page"


@pytest.mark.parametrize(
    ("data", "url", "kind"),
    [
        ({"@type": "LiveBlogPosting"}, URL, "live_blog"),
        ({}, "https://lakeshore.example/live/ferry-closure", "live_blog"),
        ({"@type": "OpinionNewsArticle"}, URL, "opinion"),
        ({}, "https://lakeshore.example/opinion/let-it-sink", "opinion"),
    ],
)
def test_kinds_by_json_ld_and_url(data, url, kind):
    head = linked_data(headline=TITLE, datePublished="2024-03-02", **data)
    assert extract(page(head=head), url=url).kind == kind


HOSTILE = {
    "empty": b"",
    "blank": b" \n ",
    "one line of 50 MB": b"<p>" + b"a" * 50_000_000,
    "nested divs": b"<div>" * 200_000 + b"text",
    "unclosed paragraphs": b"<p>" * 100_000,
    "many paragraphs": b"<p>one two three four five six seven.</p>" * 60_000,
    "frameset": b"<html><frameset cols='50,*'><frame src='a'></frameset></html>",
    "pdf": b"%PDF-1.7 \x00\x01",
    "nul": b"<p>a\x00b</p>" * 100,
    "deep json": b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script><p>x",
    "long class": b"<p class='" + b"a " * 500_000 + b"'>x</p>",
    "broken entity": b"<p>&#xD800; &#0; &bogus; text",
}


@pytest.mark.clock
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_have_an_outcome_within_seconds(name):
    extract(page())
    start = time.process_time()
    found = extract(HOSTILE[name])
    assert time.process_time() - start < 15
    assert found.outcome in (Outcome.BAD_CONTENT, Outcome.NOT_AN_ARTICLE)
    assert found.reason


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise(body):
    assert extract(body).outcome in Outcome


FRAGMENTS = st.sampled_from(
    ["<p>", "</p>", "<div class='caption'>", "<h1>", "<a href='http://['>", "<time datetime='x'>",
     "<script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"author\": [[1]]}</script>",
     "<meta name='date' content='99999999999'>", "<link rel=canonical href='//'>",
     "text. ", "&#55296;"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_markup_breaks_the_extractor(parts):
    found = extract("".join(parts).encode())
    assert "broke the extractor" not in (found.reason or "")
    (clean_article(found, None).text or "").encode("utf-8")
