"""Pages that state in their data what they are: recipes, galleries, episodes, profiles."""

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import TITLE, linked_data, page

DAY = "2024-03-02T09:00:00Z"


def read(url="https://lakeshore.example/ferry", **parts):
    return extract_page(page(**parts), url=url)


@pytest.mark.parametrize("name", ["Recipe", "ImageGallery", "PodcastEpisode", "VideoObject"])
def test_recipes_galleries_and_episodes_have_the_date_of_their_data(name):
    found = read(head=linked_data(**{"@type": name}, name=TITLE, datePublished=DAY))
    assert (found.published_at or "")[:10] == "2024-03-02"


def test_a_video_of_another_story_gives_no_date():
    head = linked_data(**{"@type": "VideoObject"}, name="Mayor opens the market", uploadDate=DAY)
    assert read(head=head).published_at is None


def test_of_two_recipes_on_a_page_neither_gives_its_date():
    soups = (linked_data(**{"@type": "Recipe"}, name=n, datePublished=DAY) for n in "ab")
    assert read(head="".join(soups)).published_at is None


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ("<meta property='og:type' content='profile'>", "ines"),
        (linked_data(**{"@type": "ProfilePage"}), "ines"),
        ("", "staff/771/ines-moor/"),
        ("", "journalists/ines-moor"),
    ],
)
def test_an_authors_page_is_a_listing(head, path):
    found = read(url=f"https://lakeshore.example/{path}", head=head, h1="Ines Moor")
    assert (found.kind, str(found.outcome)) == ("listing", "not_an_article")


def test_an_article_with_a_date_is_no_listing_whatever_its_path():
    head = linked_data(headline=TITLE, datePublished=DAY)
    assert read(url="https://lakeshore.example/staff/ines-moor", head=head).kind == "article"


@pytest.mark.parametrize("tag", ["header", "nav", "footer"])
def test_an_offer_in_the_masthead_or_footer_makes_no_stub(tag):
    offer = f"<{tag}><a href='/pay'>Subscribe for unlimited access</a></{tag}>".encode()
    border = b"</body>" if tag == "footer" else b"<nav>"
    brief = page().replace(border, offer + border)
    assert not extract_page(brief, url="https://lakeshore.example/ferry").is_paywalled


def test_an_offer_between_headline_and_text_makes_a_stub():
    assert read(before="<p>Subscribe for unlimited access</p>").is_paywalled
