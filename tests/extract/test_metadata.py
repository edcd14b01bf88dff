"""Title, section, tags, image, canonical URL and language, read from whole pages."""

import json

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import PARAGRAPHS, TITLE, linked_data, page

SITE = "<meta property='og:site_name' content='Lakeshore Post'>"
OG = f"<meta property='og:title' content='{TITLE}'>"


def read(url="https://lakeshore.example/ferry", **parts):
    return extract_page(page(**parts), url=url)


@pytest.mark.parametrize(
    "h1",
    [
        f"<span>Transport</span><span>{TITLE}</span>",
        f"<small>2 March 2024</small> {TITLE}",
        f"{TITLE} <em>Piers broke in the night</em>",
        f"Local News | {TITLE}",
        TITLE,
    ],
)
def test_a_kicker_a_date_and_a_standfirst_are_no_part_of_the_headline(h1):
    found = read(head=OG, h1=h1)
    assert (found.title, found.title_origin) == (TITLE, "visible")


def test_the_headline_is_complete_where_the_meta_title_is_cut():
    whole = f"{TITLE}: four hundred people have to walk"
    found = read(head=f"<meta property='og:title' content='{TITLE}'>", h1=whole)
    assert found.title == whole


@pytest.mark.parametrize(
    ("head", "h1", "title", "origin"),
    [
        (linked_data(headline=TITLE), "Sections", TITLE, "json_ld"),
        (SITE, "<a href='/'>Lakeshore Post</a>", TITLE, "meta"),
        (f"{SITE}<meta property='og:title' content='{TITLE} … | Lakeshore Post'>", "Menu", TITLE,
         "meta"),
    ],
)  # fmt: skip
def test_a_page_without_a_headline_has_its_stated_title(head, h1, title, origin):
    found = read(head=head, h1=h1)
    assert (found.title, found.title_origin) == (title, origin)


def test_the_second_headline_is_the_title_where_the_first_is_the_sites():
    body = page(head=SITE).replace(b"<article>", b"<h1>Lakeshore Post</h1><article>")
    assert extract_page(body, url=None).title == TITLE


def test_a_chinese_title_has_the_sites_name_removed():
    body = "<title>渡轮航线在风暴后关闭-湖岸日报</title><p>渡轮航线关闭。</p>".encode()
    assert extract_page(body, url=None).title == "渡轮航线在风暴后关闭"


@pytest.mark.parametrize(
    ("url", "head", "canonical"),
    [
        ("/ferry/amp/", "<link rel='canonical' href='/ferry'>", "/ferry"),
        ("/ferry/print/", "<link rel='canonical' href='https://lakeshore.example/ferry'>",
         "/ferry"),
        ("/ferry?print=1", "<link rel='canonical' href='/ferry'>", "/ferry"),
        ("/ferry?outputType=amp", "", "/ferry"),
        ("/ferry", "<link rel='canonical' href='https://other.example/ferry'>", "/ferry"),
        ("/news/ferry-line-closes", "<link rel='canonical' href='/'>", "/news/ferry-line-closes"),
        ("/news/ferry-line-closes", "<link rel='canonical' href='/news/'>",
         "/news/ferry-line-closes"),
        ("/ferry", "<meta property='og:url' content='/2024/ferry'>", "/2024/ferry"),
        ("/ferry", "<link rel='canonical' href='http://['>", "/ferry"),
    ],
)  # fmt: skip
def test_the_canonical_url_is_that_of_the_story(url, head, canonical):
    found = read(f"https://lakeshore.example{url}", head=head)
    assert found.canonical_url == f"https://lakeshore.example{canonical}"


@pytest.mark.parametrize(
    "url",
    [
        "https://amp.lakeshore.example/ferry",
        "https://m.lakeshore.example/ferry",
        "https://lakeshore-example.cdn.ampproject.org/c/s/lakeshore.example/ferry",
        "https://web.archive.org/web/20240302/https://lakeshore.example/ferry",
    ],
)
def test_amp_mobile_and_archived_copies_have_the_url_of_the_story(url):
    head = "<link rel='canonical' href='https://lakeshore.example/ferry'>"
    assert read(url, head=head).canonical_url == "https://lakeshore.example/ferry"


def linked(**fields):
    node = {"@type": "NewsArticle", "headline": "Ferry", "datePublished": "2027-03-01", **fields}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        ("<link rel='canonical' href='../ferry?utm_source=x'>", [("rel_canonical", "/ferry")]),
        ("<meta property='og:url' content='//lakeshore.example/'>", [("og_url", "/")]),
        (linked(mainEntityOfPage="/ferry-1"), [("json_ld", "/ferry-1")]),
        (linked(mainEntityOfPage={"@id": "/f"}, url="/g"), [("json_ld", "/f"), ("json_ld", "/g")]),
        (linked(mainEntityOfPage={"@id": 7}, url=["/g"]), []),
        (linked(mainEntityOfPage=True) + linked(headline="Pier", url="/pier"), []),
        ("<link rel='canonical' href='http://['><meta property='og:url' content=' '>", []),
    ],
)
def test_all_addresses_that_a_page_states_are_collected(head, claims):
    found = read("https://lakeshore.example/news/ferry", head=head).claims
    stated = [(claim.kind, claim.url.removeprefix("https://lakeshore.example")) for claim in found]
    assert stated == claims


@pytest.mark.parametrize("mark", ["amp", "⚡"])
def test_the_canonical_link_of_an_amp_page_is_of_a_kind_of_its_own(mark):
    body = f"<html {mark}><link rel=canonical href=/ferry><p>The ferry line closes.</p>".encode()
    (claim,) = extract_page(body, url="https://lakeshore.example/ferry/amp").claims
    assert (claim.kind, claim.url) == ("amp_canonical", "https://lakeshore.example/ferry")


def test_tags_are_unique_and_without_the_site():
    head = SITE + "<meta name='keywords' content='Ferry, storm, ferry, Lakeshore Post, , #Harbour'>"
    assert read(head=head).tags == ("Ferry", "storm", "Harbour")


def test_the_section_is_not_an_address_or_the_site():
    head = SITE + (
        "<meta property='article:section' content='https://lakeshore.example/news'>"
        "<meta property='article:section' content='Lakeshore Post'>"
        "<meta property='article:section' content='Transport'>"
    )
    assert read(head=head).section == "Transport"


def test_breadcrumbs_name_the_section_where_nothing_else_does():
    trail = [{"@type": "ListItem", "position": n, "name": name}
             for n, name in enumerate(("Home", "Transport", TITLE), 1)]  # fmt: skip
    head = linked_data(**{"@type": "BreadcrumbList"}, itemListElement=trail)
    assert read(head=head).section == "Transport"


@pytest.mark.parametrize(
    ("links", "image"),
    [
        (["/i/ferry.jpg"], "https://lakeshore.example/i/ferry.jpg"),
        (["/static/logo.png", "/i/ferry.jpg"], "https://lakeshore.example/i/ferry.jpg"),
        (["data:image/png;base64,AA", "//cdn.example/f.jpg"], "https://cdn.example/f.jpg"),
        (["/img/placeholder-16x9.jpg"], None),
        (["http://["], None),
    ],
)
def test_the_lead_image_is_the_absolute_url_of_a_picture(links, image):
    head = "".join(f"<meta property='og:image' content='{link}'>" for link in links)
    assert read(head=head).image_url == image


GERMAN = (
    "Die Fähre über den Sund ist am Dienstag nach einem Sturm geschlossen worden, sagte der "
    "Hafenmeister. Etwa vierhundert Menschen nutzen die Linie jeden Tag, um zu den Werken am "
    "anderen Ufer zu kommen, und der Kreis will bis zum Ende des Monats Busse fahren lassen."
)


ARABIC = "أغلق خط العبارات بعد العاصفة يوم الثلاثاء وقال مدير الميناء إن الخط لن يعمل."


@pytest.mark.parametrize(
    ("lang", "paragraphs", "language"),
    [
        ("de", PARAGRAPHS, "en"),
        ("en", [GERMAN] * 2, "de"),
        ("en", [GERMAN, *PARAGRAPHS, *PARAGRAPHS[::-1]] * 4, "en"),
        ("fr-CA", ["Trop court."], "fr"),
        ("ar", [ARABIC] * 5, "ar"),
    ],
)  # fmt: skip
def test_the_language_of_the_text_counts_before_the_declared_one(lang, paragraphs, language):
    body = page(paragraphs=paragraphs).replace(b"lang='en'", f"lang='{lang}'".encode())
    assert extract_page(body, url=None).language == language
