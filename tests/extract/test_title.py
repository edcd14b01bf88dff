"""The title of a page without the site's name."""

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.title import strip_site_name
from pipeline.models import StatedTitle
from tests.extract.pages import TITLE, URL, page


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE} | Lakeshore Post",
        f"{TITLE} - The Lakeshore Post",
        f"Lakeshore Post: {TITLE} | Lakeshore Post",
        f"{TITLE} – Lakeshore Post | News",
        TITLE,
    ],
)
def test_the_sites_name_is_removed(title):
    found = strip_site_name(title.removeprefix("Lakeshore Post: "), {"lakeshorepost", "news"})
    assert found == TITLE


def test_quotation_marks_are_no_separators():
    title = "Ferry line: «We will not sail again»"
    assert strip_site_name(f"{title} » Lakeshore Post", {"lakeshorepost"}) == title


def test_other_titles_stand_beside_the_headline():
    head = "<meta property='og:title' content='Storm stops the ferry line for weeks'>"
    found = extract_page(page(head=head), url=URL)
    assert found.title == TITLE
    assert found.title_alternatives == (StatedTitle("Storm stops the ferry line for weeks", "og"),)


def test_the_only_headline_is_kept_though_the_metadata_call_the_page_something_else():
    head = "<meta property='og:title' content='Kettles, ranked by an expert'>"
    body = page(head=head, h1="How a kettle became a star")
    body = body.replace(f"<title>{TITLE} ".encode(), b"<title>Kettles, ranked by an expert ")
    found = extract_page(body, url=URL)
    assert (found.title, found.title_origin) == ("How a kettle became a star", "visible")
    assert found.title_alternatives[0] == StatedTitle("Kettles, ranked by an expert", "og")
    printed = body.replace(b"</h1>", b"</h1><h2>Kettles, ranked by an expert</h2>")
    assert extract_page(printed, url=URL).title == "Kettles, ranked by an expert"
    section = body.replace(b"How a kettle became a star", b"Kitchen and home")
    assert extract_page(section, url=URL).title == "Kettles, ranked by an expert"


def test_a_meta_tag_may_state_its_content_as_a_value():
    head = f"<meta name='og:title' value='{TITLE}'><meta name='author' value='Ines Moor'>"
    found = extract_page(page(head=head, h1="Ferries"), url=URL)
    assert (found.title, found.authors) == (TITLE, ("Ines Moor",))


def test_a_dash_within_a_title_is_kept():
    assert strip_site_name("Ferry – a love story", {"lakeshorepost"}) == "Ferry – a love story"


def test_a_headline_that_is_the_logo_is_not_the_title():
    body = page(h1="Lakeshore Post").replace(b"<h1>", b"<h1 class='logo'>")
    assert extract_page(body, url=URL).title == TITLE


def test_a_page_without_a_title_has_that_of_the_feed():
    found = extract_page(b"<p>The ferry is gone.</p>", url=URL, feed_title="Ferry gone")
    assert found.title == "Ferry gone"


def test_a_sites_name_before_a_colon_is_removed():
    assert strip_site_name(f"Lakeshore Post: {TITLE}", {"lakeshorepost"}) == TITLE
    assert strip_site_name(f"Storm: {TITLE}", {"lakeshorepost"}) == f"Storm: {TITLE}"


def test_a_blogs_name_in_the_first_headline_is_not_the_posts():
    body = f"""<html><head><title>Harbour Blog: {TITLE}</title></head><body>
    <h1>Harbour Blog</h1><h3 class='post-title'>{TITLE}</h3><p>The ferry is gone.</p></body>"""
    assert extract_page(body.encode(), url="https://harbour.example/1").title == TITLE


def test_a_headline_with_the_class_of_a_site_title_is_not_the_articles():
    body = f"""<html><head><title>{TITLE} – Sound Gazette</title></head><body>
    <h1 class='site-title'>Sound Gazette</h1><h1>{TITLE}</h1><p>The ferry is gone.</p></body>"""
    assert extract_page(body.encode(), url="https://gazette.example/1").title == TITLE
    untitled = body.partition("</head>")[2]
    assert extract_page(untitled.encode(), url="https://paper.example/1").title == TITLE


@pytest.mark.parametrize(
    "end", [" – Print version", " | Printer-friendly version", " (Print view)"]
)
def test_the_addition_of_a_print_page_is_removed(end):
    assert strip_site_name(TITLE + end, set()) == TITLE
    assert strip_site_name("Three books out of print", set()) == "Three books out of print"
