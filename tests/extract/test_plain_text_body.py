"""Headline and body are found in pages saved as plain text."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.plain_text import extract_text
from pipeline.extract.plain_text_body import find_body
from tests.extract.pages import PARAGRAPHS, TITLE

NAVIGATION = ["Home", "World", "Harbour", "Sport", "Culture", "Log in", "Subscribe"]
FOOT = ["Related articles", "Quay sinks", "Dues rise again", "About us", "© 2026 Lakeshore Post"]


def cleaned(*lines):
    return clean_article(extract_text("\n".join(lines)), None)


def test_navigation_above_and_a_footer_below_are_removed():
    found = cleaned(*NAVIGATION, TITLE, *PARAGRAPHS, *FOOT)
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert {block.text for block in found.removed} == {*NAVIGATION, *FOOT}


@pytest.mark.parametrize(
    "above",
    [
        ["Search"],
        ["HARBOUR"],
        ["Home » News » Harbour"],
        ["January 11, 2022"],
        ["Breaking news"],
        ["Skip to content", "Menu", "News", "Opinion"],
        ["This website uses cookies to improve your experience.", "Accept"],
    ],
)
def test_the_title_is_found_below_other_lines(above):
    found = cleaned(*above, TITLE, *PARAGRAPHS)
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_a_text_without_a_headline_has_no_title():
    found = cleaned(*PARAGRAPHS)
    assert found.title is None
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_metadata_below_the_headline_is_read():
    found = cleaned(TITLE, "By Ines MoorHarbour3 comments", "May 4, 2022", *PARAGRAPHS)
    assert found.authors == ("Ines Moor",)
    assert (found.published_at, found.comment_count) == ("2022-05-04", 3)
    assert found.categories == ("Harbour",)
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_subheads_and_verses_belong_to_the_body():
    verses = ["The boat is gone,", "the pier is down,", "and no one sails", "from Brevik town"]
    text = [*PARAGRAPHS[:2], "What happens next?", *PARAGRAPHS[2:], *verses]
    found = cleaned(TITLE, *text)
    assert found.text == "\n\n".join(text)


def test_text_below_boilerplate_within_the_body_is_kept():
    block = ["Advertisement", "Sign up for our newsletter", "Email address", "Subscribe"]
    found = cleaned(TITLE, *PARAGRAPHS[:2], *block, *PARAGRAPHS[2:])
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_cleaning_its_own_output_changes_nothing():
    once = cleaned(*NAVIGATION, TITLE, *PARAGRAPHS, *FOOT)
    again = cleaned(once.title, once.text)
    assert (again.title, again.text) == (once.title, once.text)


def test_no_lines_have_no_title():
    assert find_body([]).title is None


def test_a_last_sentence_below_boilerplate_is_kept_if_it_names_its_speaker():
    promos = ["Facebook", "LinkedIn", "Pinterest", "Tumblr", "Reddit", "See also: Quay sinks"]
    last = "Legal steps in this regard are under way, he added."
    found = cleaned(TITLE, *PARAGRAPHS, *promos, last, *FOOT)
    assert found.text == "\n\n".join([*PARAGRAPHS, last])


def test_a_last_sentence_below_a_list_of_headlines_is_kept():
    last = "Nobody was hurt when the pier gave way."
    found = cleaned(TITLE, *PARAGRAPHS, "Related articles", "Quay sinks", "Dues rise again", last)
    assert found.text == "\n\n".join([*PARAGRAPHS, last])


def test_the_body_is_found_far_below_unrelated_lines():
    found = cleaned(*(f"Kvz {number}xq" for number in range(45)), *["Log in"] * 30, *PARAGRAPHS)
    assert found.text.endswith("\n\n".join(PARAGRAPHS[1:]))
