import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.title import strip_site_name
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
def test_the_sites_name_goes(title):
    found = strip_site_name(title.removeprefix("Lakeshore Post: "), {"lakeshorepost", "news"})
    assert found == TITLE


def test_a_dash_within_a_title_stays():
    assert strip_site_name("Ferry – a love story", {"lakeshorepost"}) == "Ferry – a love story"


def test_the_headline_wins_over_the_logo():
    body = page(h1="Lakeshore Post").replace(b"<h1>", b"<h1 class='logo'>")
    assert extract_page(body, url=URL).title == TITLE


def test_a_feeds_title_serves_a_page_without_one():
    found = extract_page(b"<p>The ferry is gone.</p>", url=URL, feed_title="Ferry gone")
    assert found.title == "Ferry gone"
