"""Pages that say what they are, and are no articles: recipes, galleries, episodes, profiles."""

import pytest

from pipeline.extract.page import extract_page
from tests.extract.pages import TITLE, linked_data, page

DAY = "2024-03-02T09:00:00Z"


def read(url="https://lakeshore.example/ferry", **parts):
    return extract_page(page(**parts), url=url)


@pytest.mark.parametrize("name", ["Recipe", "ImageGallery", "PodcastEpisode", "VideoObject"])
def test_the_day_of_other_works_is_read_from_the_pages_data(name):
    found = read(head=linked_data(**{"@type": name}, name=TITLE, datePublished=DAY))
    assert (found.published_at or "")[:10] == "2024-03-02"


def test_a_video_of_another_story_gives_no_day():
    head = linked_data(**{"@type": "VideoObject"}, name="Mayor opens the market", uploadDate=DAY)
    assert read(head=head).published_at is None


def test_of_two_recipes_on_a_page_neither_gives_its_day():
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


def test_an_article_with_a_day_is_none_whatever_its_path():
    head = linked_data(headline=TITLE, datePublished=DAY)
    assert read(url="https://lakeshore.example/staff/ines-moor", head=head).kind == "article"


@pytest.mark.parametrize("tag", ["header", "nav", "footer"])
def test_an_offer_in_the_masthead_or_the_page_foot_walls_no_brief(tag):
    offer = f"<{tag}><a href='/pay'>Subscribe for unlimited access</a></{tag}>".encode()
    border = b"</body>" if tag == "footer" else b"<nav>"
    brief = page().replace(border, offer + border)
    assert not extract_page(brief, url="https://lakeshore.example/ferry").is_paywalled


def test_the_same_offer_between_headline_and_text_walls_it():
    assert read(before="<p>Subscribe for unlimited access</p>").is_paywalled
