import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.plain_text import extract_text
from pipeline.extract.plain_text_body import find_body
from tests.extract.pages import PARAGRAPHS, TITLE

NAVIGATION = ["Home", "World", "Harbour", "Sport", "Culture", "Log in", "Subscribe"]
FOOT = ["Related articles", "Quay sinks", "Dues rise again", "About us", "© 2026 Lakeshore Post"]


def cleaned(*lines):
    return clean_article(extract_text("\n".join(lines)), None)


def test_navigation_above_and_a_footer_below_go():
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
def test_the_title_is_found_below_what_stands_above_it(above):
    found = cleaned(*above, TITLE, *PARAGRAPHS)
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_a_text_without_a_headline_has_no_title():
    found = cleaned(*PARAGRAPHS)
    assert found.title is None
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_facts_below_the_headline_are_read():
    found = cleaned(TITLE, "By Ines MoorHarbour3 comments", "May 4, 2022", *PARAGRAPHS)
    assert found.authors == ("Ines Moor",)
    assert (found.published_at, found.comment_count) == ("2022-05-04", 3)
    assert found.categories == ("Harbour",)
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_subheads_lists_and_verses_are_no_frame():
    verses = ["The boat is gone,", "the pier is down,", "and no one sails", "from Brevik town"]
    text = [*PARAGRAPHS[:2], "What happens next?", *PARAGRAPHS[2:], *verses]
    found = cleaned(TITLE, *text)
    assert found.text == "\n\n".join(text)


def test_text_behind_a_block_of_furniture_in_the_midst_stays():
    block = ["Advertisement", "Sign up for our newsletter", "Email address", "Subscribe"]
    found = cleaned(TITLE, *PARAGRAPHS[:2], *block, *PARAGRAPHS[2:])
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_cleaning_its_own_output_changes_nothing():
    once = cleaned(*NAVIGATION, TITLE, *PARAGRAPHS, *FOOT)
    again = cleaned(once.title, once.text)
    assert (again.title, again.text) == (once.title, once.text)


def test_no_lines_have_no_frame():
    assert find_body([]).title is None


def test_the_last_sentence_behind_furniture_stays_when_it_says_who_speaks():
    promos = ["Facebook", "LinkedIn", "Pinterest", "Tumblr", "Reddit", "See also: Quay sinks"]
    last = "Legal steps in this regard are under way, he added."
    found = cleaned(TITLE, *PARAGRAPHS, *promos, last, *FOOT)
    assert found.text == "\n\n".join([*PARAGRAPHS, last])


def test_a_last_sentence_behind_a_list_of_headlines_is_none_of_them():
    last = "Nobody was hurt when the pier gave way."
    found = cleaned(TITLE, *PARAGRAPHS, "Related articles", "Quay sinks", "Dues rise again", last)
    assert found.text == "\n\n".join([*PARAGRAPHS, last])


def test_lines_far_above_the_body_that_share_nothing_with_it_do_no_harm():
    found = cleaned(*(f"Kvz {number}xq" for number in range(45)), *["Log in"] * 30, *PARAGRAPHS)
    assert found.text.endswith("\n\n".join(PARAGRAPHS[1:]))
