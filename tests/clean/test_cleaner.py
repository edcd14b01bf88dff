"""``clean_article`` without a memory: boilerplate is removed, and its metadata read."""

import json
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.cleaner import clean_article
from pipeline.extract.plain_text import extract_text
from pipeline.models import Article
from pipeline.outcomes import Outcome

FIRST = "The ferry line across the sound closed on Tuesday after a storm broke two of its piers."
SECOND = "“We will not sail again before the divers have been down,” the harbour master said."
THIRD = "Some four hundred people use the line every day to reach the mills on the far shore."


def article(*blocks, **fields):
    url = "https://lakeshore.example/ferry"
    given_fields = {"title": "Ferry line closes after storm", "text": "\n\n".join(blocks)} | fields
    return Article(url=url, canonical_url=url, **given_fields)


def reasons(cleaned):
    return [(block.text, block.reason) for block in cleaned.removed]


@pytest.mark.parametrize("name", ["000", "002"])
def test_the_example_articles_give_exactly_their_gold(seed_articles, name):
    gold = json.loads((seed_articles / f"{name}.gold.json").read_text(encoding="utf-8"))
    text = (seed_articles / f"{name}.txt").read_text(encoding="utf-8")
    found = clean_article(extract_text(text), None)
    assert found.title == gold["title"]
    assert found.text == gold["body"]
    assert found.published_at == gold["published"]
    assert (found.agency, found.credit_line) == (gold["agency"], gold["credit_line"])
    assert list(found.categories) == gold["categories"]
    assert found.comment_count == gold["comment_count"]
    assert list(found.authors) == gold["authors"]
    assert [block.text for block in found.removed] == gold["boilerplate"]


def test_boilerplate_is_removed_with_its_reason_and_text_is_kept():
    found = clean_article(article("Search", FIRST, "ALSO READ: Quay sinks", SECOND, "Share"), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert reasons(found) == [
        ("Search", "search_box"),
        ("ALSO READ: Quay sinks", "also_read"),
        ("Share", "share_bar"),
    ]


def test_a_repeated_title_is_removed():
    found = clean_article(article("Ferry line closes after storm", FIRST, SECOND), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert reasons(found) == [("Ferry line closes after storm", "title")]


def test_a_comment_thread_is_removed_as_a_whole():
    blocks = [
        FIRST,
        SECOND,
        THIRD,
        "2 Comments",
        "Old salt says:",
        "They knew it for years.",
        "Reply",
    ]
    found = clean_article(article(*blocks), None)
    assert found.text == "\n\n".join(blocks[:3])
    assert {reason for _, reason in reasons(found)} == {"comments"}
    assert found.comment_count == 2


@pytest.mark.parametrize(
    "head", ["Response", "Reply", "Comment", "Response:", "FAQs", "Disclaimer"]
)
def test_a_subhead_that_may_head_comments_begins_none(head):
    blocks = [FIRST, SECOND, THIRD, head, THIRD, "2 Comments", "Old salt says:", "Aye.", "Reply"]
    found = clean_article(article(*blocks), None)
    assert found.text == "\n\n".join(blocks[:5])


@pytest.mark.parametrize(
    "head", ["Comments", "1 Comment", "Comment (1)", "No responses", "1 Kommentar"]
)
def test_a_head_of_comments_is_known_in_each_of_its_forms(head):
    blocks = [FIRST, SECOND, THIRD, head, "Old salt says:", "They knew it for years.", "Reply"]
    assert clean_article(article(*blocks), None).text == "\n\n".join(blocks[:3])


def test_text_below_a_counter_without_a_thread_is_kept():
    found = clean_article(article(FIRST, SECOND, "2 Comments", THIRD), None)
    assert found.text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def test_headlines_below_a_related_head_are_removed_but_a_subhead_is_kept():
    listed = clean_article(
        article(FIRST, "Related articles", "Quay sinks", "Dues rise", SECOND), None
    )
    assert listed.text == f"{FIRST}\n\n{SECOND}"
    single = clean_article(article(FIRST, "Read more", "‘Years of neglect’", SECOND), None)
    assert single.text == f"{FIRST}\n\n‘Years of neglect’\n\n{SECOND}"


def test_the_credit_line_becomes_metadata_and_not_a_removed_block():
    found = clean_article(article(FIRST, SECOND, "Source: Anadolu Agency"), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert (found.agency, found.credit_line) == ("Anadolu Agency", "Source: Anadolu Agency")
    assert found.removed == ()


def test_an_agency_among_the_authors_becomes_the_agency():
    both = article(FIRST, SECOND, authors=("Ines Moor", "Linden Press"))
    found = clean_article(both, None)
    assert (found.authors, found.agency) == (("Ines Moor",), "Linden Press")


def test_an_agency_is_the_author_where_nobody_else_is_named():
    found = clean_article(article(FIRST, SECOND, authors=("Linden Press",)), None)
    assert (found.authors, found.agency) == (("Linden Press",), "Linden Press")
    own = article(FIRST, SECOND, authors=("Lakeshore Press",), site_name="The Lakeshore Press")
    assert clean_article(own, None).authors == ("Lakeshore Press",)


def test_the_pages_own_metadata_are_never_overruled():
    stated = article(
        "By Per Aasen | January 11, 2022", FIRST, published_at="2022-01-10", authors=("Ines Moor",)
    )
    found = clean_article(replace(stated, published_origin="json_ld"), None)
    assert (found.authors, found.published_at) == (("Ines Moor",), "2022-01-10")
    assert found.published_origin == "json_ld"


def test_a_text_of_boilerplate_alone_is_not_an_article():
    found = clean_article(article("Search", "Share this article"), None)
    assert (found.text, found.outcome) == ("", Outcome.NOT_AN_ARTICLE)


def test_an_article_without_text_is_returned_unchanged():
    empty = article(text=None)
    assert clean_article(empty, None) is empty


LINES = st.sampled_from(
    [FIRST, SECOND, THIRD, "Search", "Share", "Related articles", "1 Comment", "Reply", "Dues rise"]
) | st.text(max_size=80)


@given(st.lists(LINES, max_size=12))
def test_every_character_is_kept_removed_or_in_the_credit_line(lines):
    given_article = article(*lines)
    found = clean_article(given_article, None)
    kept = (found.text or "").split("\n\n")
    accounted = [*kept, *(block.text for block in found.removed), found.credit_line or ""]
    assert sorted("".join("".join(accounted).split())) == sorted(
        "".join((given_article.text or "").split())
    )


@given(st.lists(LINES, max_size=12))
def test_cleaning_twice_changes_nothing(lines):
    once = clean_article(article(*lines), None)
    assert clean_article(once, None) == once


def test_notes_on_changes_become_the_update_note():
    note = "Correction: A previous version of this article gave a wrong year for the storm."
    other = "This article was updated on 3 May to add a statement by the port."
    found = clean_article(article(note, FIRST, SECOND, other), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert found.update_note == f"{note}\n\n{other}"
    assert reasons(found) == [(note, "update_note"), (other, "update_note")]


def test_a_bio_is_removed_only_below_its_head():
    bio = "Ines Moor has written on harbours and their masters since 2004 and lives in Brevik."
    found = clean_article(article(FIRST, SECOND, "About the author", bio), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert {reason for _, reason in reasons(found)} == {"author_bio"}
    assert clean_article(article(FIRST, bio), None).text == f"{FIRST}\n\n{bio}"


def test_a_note_on_the_author_that_goes_on_is_removed_as_a_whole():
    bio = [
        "Ines Moor covers the harbour.",
        "Her work has been shown in Brevik.",
        "Moor has two cats.",
    ]
    found = clean_article(article(FIRST, SECOND, THIRD, *bio, authors=("Ines Moor",)), None)
    assert found.text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    alone = article(FIRST, SECOND, THIRD, *bio[1:], authors=("Ines Moor",))
    assert clean_article(alone, None).text.endswith("Moor has two cats.")


@pytest.mark.parametrize("head", ["About Ines Moor", "About Ines Moor:", "ABOUT INES MOOR"])
def test_a_note_headed_by_the_name_of_an_author_is_removed(head):
    note = "She has printed the tide tables beside the old mill in Brevik for ten years now."
    found = clean_article(article(FIRST, SECOND, THIRD, head, note, authors=("Ines Moor",)), None)
    assert found.text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    assert clean_article(article(FIRST, SECOND, THIRD, head, note), None).text.endswith(note)


def test_a_list_of_links_ends_at_a_line_with_a_colon():
    blocks = [FIRST, "See also", "Quay sinks", "Dues rise", "The port has three berths:", "North"]
    assert clean_article(article(*blocks), None).text == "\n\n".join([FIRST, *blocks[4:]])


def calls(text):
    """Count the calls of functions while a text is cleaned."""
    counted = Counter()
    sys.setprofile(lambda frame, event, argument: counted.update([event]))
    try:
        clean_article(article(text), None)
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


@pytest.mark.parametrize(
    "lines",
    [
        ["2 Comments", "Reply"],
        ["Related articles", "Quay sinks"],
        ["January 3, 2022"],
        [FIRST, "Harbour desk special"],
    ],
    ids=["comment heads", "list heads", "dates", "markers"],
)
def test_the_work_is_linear_in_the_number_of_lines(lines):
    assert calls("\n".join(lines * 1000)) < 2.2 * calls("\n".join(lines * 500))


def test_a_line_of_a_million_words_is_cleaned():
    """A pattern that is quadratic in the line would run for hours."""
    text = " ".join(["word"] * 1_000_000)
    assert clean_article(article(text), None).text == text


def test_a_line_that_names_the_section_is_removed_only_above_the_text():
    found = clean_article(article("Harbour", FIRST, SECOND, section="Harbour"), None)
    assert found.text == f"{FIRST}\n\n{SECOND}"
    assert reasons(found) == [("Harbour", "category")]
    subhead = article(FIRST, "Harbour", SECOND, section="Harbour")
    assert clean_article(subhead, None).text == subhead.text
