"""The expected results follow from the story files, and the stories are as varied as promised."""

import re
from collections import Counter
from datetime import date
from typing import get_args

import pytest

from pipeline.demo.content import BlockKind, Outlet, outlets, parse_blocks
from pipeline.demo.expected import bare, kind_of
from pipeline.outcomes import Outcome


def test_there_are_sixty_articles_and_twenty_per_outlet(demo_expected):
    counts = Counter(page.outlet for page in demo_expected.articles)
    assert min(counts.values()) >= 20
    assert sum(counts.values()) >= 60
    assert len(counts) == 3


def test_every_quotation_is_verbatim_in_its_article(demo_expected):
    for page in (*demo_expected.pages, demo_expected.updated):
        text = "\n".join(page.paragraphs)
        for quote in page.quotes:
            assert quote.content
            assert all(part and part in text for part in quote.content), (page.path, quote)


def test_almost_all_quotations_have_a_speaker(demo_expected):
    speakers = [quote.speaker for page in demo_expected.articles for quote in page.quotes]
    assert sum(speaker is not None and speaker[0].isupper() for speaker in speakers) >= 500
    assert sum(speaker is None for speaker in speakers) <= 5


def test_speakers_are_named_in_full_in_their_article(demo_expected):
    from_the_alias_table = "North Atlantic Treaty Organization"
    for page in (*demo_expected.articles, demo_expected.updated):
        text = " ".join((page.title or "", *page.paragraphs, from_the_alias_table)).lower()
        for quote in page.quotes:
            for name in (quote.speaker or "").split(" and "):
                assert name.lower() in text, (page.path, name)


def test_there_are_quotations_of_every_kind(demo_expected):
    kinds = Counter(quote.kind for page in demo_expected.articles for quote in page.quotes)
    assert min(kinds["direct"], kinds["indirect"], kinds["mixed"]) >= 25
    assert any(len(quote.content) > 1 for page in demo_expected.articles for quote in page.quotes)


def test_all_days_are_in_one_fixed_fortnight(demo_expected):
    for page in demo_expected.articles:
        assert page.day is not None
        assert date(2026, 11, 9) <= page.day <= date(2026, 11, 20), page.path


def test_links_are_distinct_and_cover_the_rare_outcomes(demo_expected):
    assert len({page.key for page in demo_expected.pages}) == len(demo_expected.pages)
    assert {page.outcome for page in demo_expected.pages} == {
        Outcome.LOADED,
        Outcome.NOT_FOUND,
        Outcome.GONE,
        Outcome.ROBOTS_DENIED,
        Outcome.OFFSITE_REFUSED,
        Outcome.DUPLICATE_URL,
        Outcome.NOT_AN_ARTICLE,
        Outcome.PAYWALLED,
        Outcome.LANGUAGE_NOT_WANTED,
    }


def test_duplicate_groups_share_most_lines_and_one_spans_all_outlets(demo_expected):
    assert len(demo_expected.duplicate_groups) >= 4
    assert any(
        len({outlet for outlet, _ in group}) == 3 for group in demo_expected.duplicate_groups
    )
    pages = {page.key: set(page.paragraphs) for page in demo_expected.pages}
    for group in demo_expected.duplicate_groups:
        shortest, *others = sorted((pages[key] for key in group), key=len)
        assert all(len(shortest & other) >= 0.7 * len(shortest) for other in others)


def test_copies_of_an_agency_story_differ_in_title(demo_expected):
    titles = {page.key: page.title for page in demo_expected.pages}
    for group in demo_expected.duplicate_groups:
        assert len({titles[key] for key in group}) == len(group)


def test_edition_2_changes_the_headline_one_quotation_and_the_date(demo_expected):
    before, after = demo_expected.updated_from, demo_expected.updated
    assert before.second_outcome is Outcome.LOADED
    assert before.title != after.title
    assert before.day == after.day
    assert len(set(before.quotes) - set(after.quotes)) == 1
    others = [p for p in demo_expected.articles if p.key != before.key]
    assert {page.second_outcome for page in others} == {Outcome.UNCHANGED}


def test_there_is_a_long_page_a_live_blog_and_opinion(demo_expected):
    words = {page.path: len(" ".join(page.paragraphs).split()) for page in demo_expected.articles}
    assert max(words.values()) > 7500
    assert min(words.values()) > 80
    kinds = {page.kind for page in demo_expected.articles}
    assert kinds == {"article", "live_blog", "opinion"}


@pytest.mark.parametrize("edition", [1, 2])
def test_stories_have_known_blocks_and_no_markup_left(edition):
    for outlet in outlets(edition):
        for story in outlet.stories:
            assert {block.kind for block in story.blocks} <= set(get_args(BlockKind)), story.slug
            assert story.section in outlet.sections, story.slug
            text = " ".join(story.prose) + story.title
            assert not re.search(r"[{}|]", text), story.slug


def test_no_line_of_a_story_is_a_line_of_the_template():
    for outlet in outlets():
        for story in outlet.stories:
            for line in outlet.boilerplate:
                assert line not in story.prose, story.slug


def test_markup_of_a_block_is_parsed():
    blocks, quotes, _ = parse_blocks(
        "{“One,”|Ada Oz} she said, {“two.”|+}\n\nIt {was “late”|}.\n\n- [a](/b)\n- c"
    )
    assert [block.kind for block in blocks] == ["p", "p", "list"]
    assert blocks[0].plain == "“One,” she said, “two.”"
    assert blocks[2].plain == "- a\n- c"
    assert [(quote.parts, quote.speaker) for quote in quotes] == [
        (("“One,”", "“two.”"), "Ada Oz"),
        (("was “late”",), None),
    ]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        (("“Yes,”", "“and no.”"), "direct"),
        (("“He said, ‘Go.’”",), "direct"),
        (("“A paragraph goes on.", "“Here it ends.”"), "direct"),
        (("«Oui,»",), "direct"),
        (("it was “late”",), "mixed"),
        (("“late” and “wet”",), "mixed"),
        (("it was late",), "indirect"),
    ],
)
def test_quotation_marks_decide_the_kind_of_a_quotation(parts, kind):
    assert kind_of(parts) == kind


@pytest.mark.parametrize(
    ("part", "words"), [("“Yes,”", "Yes,"), ('"No"', "No"), ("«Oui»", "Oui"), ("late", "late")]
)
def test_outer_quotation_marks_are_removed(part, words):
    assert bare(part) == words


def test_outlets_have_different_markup():
    markup = {story.markup for outlet in outlets() for story in outlet.stories}
    assert markup == {"jsonld", "meta", "visible"}
    assert all(isinstance(outlet, Outlet) and outlet.fiction for outlet in outlets())
