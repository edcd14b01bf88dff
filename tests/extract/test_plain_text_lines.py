"""Raw text becomes paragraphs without markup and wrapped lines."""

import textwrap

import pytest

from pipeline.extract.plain_text_lines import MAX_LINES, paragraphs
from tests.extract import pages

PARAGRAPHS = list(pages.PARAGRAPHS)


@pytest.mark.parametrize("separator", ["\n\n", "\r\n\r\n", "\r", "\n \t\n", "\u2028", "\n"])
def test_line_ends_of_all_systems_separate_paragraphs(separator):
    assert paragraphs(separator.join(PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize("width", [60, 72, 90])
def test_wrapped_lines_are_joined(width):
    wrapped = ["\n".join(textwrap.wrap(p, width)) for p in PARAGRAPHS]
    assert paragraphs("\n\n".join(wrapped)) == PARAGRAPHS


def test_hyphenation_is_undone_where_it_is_frequent():
    text = (
        "The ferry line across the sound closed on Tues-\n"
        "day after a storm broke two of its piers, harbour mas-\n"
        "ter Per Aasen said in a statement to the news-\n"
        "papers of the county, and some four hundred people who\n"
        "use the line every day will have to take a bus."
    )
    joined = paragraphs(text)
    assert len(joined) == 1
    assert "on Tuesday after" in joined[0]
    assert "harbour master Per" in joined[0]


def test_short_paragraphs_near_one_column_are_not_wrapped_lines():
    lines = [f"The {name} pier was closed at noon by the harbour master." for name in "ABCDEFG"]
    assert paragraphs("\n".join(lines)) == lines


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<p>Dues &amp; tolls rise.</p>", ["Dues & tolls rise."]),
        ("One.<br/>Two.", ["One.", "Two."]),
        ("A <b>bold</b> <a href='/x'>step</a>.", ["A bold step."]),
        ("<script>var a = '<p>no</p>';</script>Yes.", ["Yes."]),
        (
            "She said &#8220;no&#8221;, twice &amp;quot;no&amp;quot;.",
            ['She said “no”, twice "no".'],
        ),
        ("R&D at AT&T cost < 3 million > 2.", ["R&D at AT&T cost < 3 million > 2."]),
        ("# Ferry line closes #", ["Ferry line closes"]),
        ("**What happens next?**", ["What happens next?"]),
        ("The [mayor](https://lakeshore.example/mayor) left.", ["The mayor left."]),
        ("Title\n=====\nText.", ["Title", "Text."]),
        ("\ufeffFerry\u00a0line\tcloses", ["Ferry line closes"]),
        ("\u200fעברית בשורה\u200f", ["עברית בשורה"]),
        ("a\x00b \ud800c", ["ab c"]),
        ("&nosuch; stays", ["&nosuch; stays"]),
        ("&#0;&#xD800;x", ["\ufffd\ufffdx"]),
    ],
)
def test_leftover_markup_is_removed(raw, plain):
    assert paragraphs(raw) == plain


def test_a_text_of_very_many_lines_is_cut():
    assert len(paragraphs("word\n" * 200_000)) == MAX_LINES
