"""Quotations found by their marks in every style, and quoted text that is no speech."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.quotes.quotation_marks import Quotations, is_speech, is_title
from pipeline.annotate.spans import Layout


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in Quotations(Layout(text)).spans()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We go,” she said, “at dawn.”", ["“We go,”", "“at dawn.”"]),
        ('"We go," she said, "at dawn."', ['"We go,"', '"at dawn."']),
        ("''We go,'' she said.", ["''We go,''"]),
        ("«We go,» she said.", ["«We go,»"]),
        ("„We go“, she said.", ["„We go“"]),
        ("»We go«, she said.", ["»We go«"]),
        ("‘We go at dawn,’ she said.", ["‘We go at dawn,’"]),
        ("'We don't go,' she said.", ["'We don't go,'"]),
        ("“He said ‘no’ to me.” Then left.", ["“He said ‘no’ to me.”"]),
        ("A website called “Port If Rain Wins“ that sells tea.", ["“Port If Rain Wins“"]),
        ("It’s the brothers’ boat, and the ’90s.", []),
        ('The board is 6" wide.', []),
    ],
)
def test_quotation_marks_of_every_style(text, expected):
    assert quoted(text) == expected


def test_a_quotation_that_is_never_closed_ends_with_its_sentence():
    assert quoted("He said “we go. Then he left.\n\nNobody saw him.") == ["“we go."]


def test_a_quotation_may_continue_in_the_next_paragraph():
    text = "She said: “We go.\n\n“At dawn.”"
    assert quoted(text) == ["“We go.", "“At dawn.”"]


@pytest.mark.parametrize("inner", ["This Week with Ora Lindt,", "The Long Night"])
def test_titles_are_no_speech(inner):
    assert is_title(inner)
    assert not is_speech(inner)


@pytest.mark.parametrize("inner", ["extraordinary meeting", "so-called reform"])
def test_scare_quotes_are_no_speech(inner):
    assert not is_speech(inner)


def test_a_sentence_is_speech():
    assert is_speech("We will go home at dawn,")


@given(st.text(alphabet="“”\"'‘’«»„ab .,\n", max_size=120))
def test_quotations_are_in_order_disjoint_and_within_one_paragraph(text):
    spans = Quotations(Layout(text)).spans()
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= after for (_, end), (after, _) in pairwise(spans))
    assert not any("\n" in text[start:end] for start, end in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We go at dawn,” she said. Then she left.", ["We go at dawn,”"]),
        ('The pier is old. We go at dawn," she said.', ['We go at dawn,"']),
        (
            '"We go at dawn, she said. "We come back," he said.',
            ['"We go at dawn,', '"We come back,"'],
        ),
        ("“They call it “the pier” here,” she said.", ["“They call it “the pier” here,”"]),
        ('"They call it "the pier" here," she said.', ['"They call it "the pier" here,"']),
        ("“He said: ‘They shout “no” at us.’” So it is.", ["“He said: ‘They shout “no” at us.’”"]),
        ("The odds, she said, were ”slim at best.”", ["”slim at best.”"]),
        ('"We go," he said. " You go first."', ['"We go,"', '" You go first."']),
        ('It is 6", no more, and 8" there.', []),
    ],
)
def test_missing_wrong_and_nested_marks(text, expected):
    assert quoted(text) == expected


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("marks", ["“”", '""', "“‘”’"])
def test_quotations_nested_in_quotations_are_one(depth, marks):
    opening, closing = marks[: len(marks) // 2], marks[len(marks) // 2 :]
    words = [f"{opening[n % len(opening)]}word {n} is" for n in range(depth + 1)]
    ends = [closing[n % len(closing)] for n in reversed(range(depth + 1))]
    speech = " ".join(words) + " old" + "".join(ends)
    assert quoted(f"“We go,” she said. He said that {speech} and left.")[1:] == [speech]


def test_the_words_behind_a_nested_quotation_are_still_quoted():
    speech = "“He says “no” and she says “yes” and we “go home”.”"
    assert quoted(f"{speech} He left. “At dawn,” she said.") == [speech, "“At dawn,”"]


@pytest.mark.parametrize("marks", ['"', "“", "”", "'", "''", "“”", '" ', "“ ‘ "])
def test_a_long_run_of_marks_quotes_nothing_and_hides_no_quotation(marks):
    text = f"{marks * 40}\n\nThe pier is old. {marks * 40} “We go home,” she said. {marks * 40}"
    assert quoted(text) == ["“We go home,”"]


@pytest.mark.parametrize("unit", ['"', "“", "”", "“”", '" ', '"a ', "“a ", "“a ‘b "])
def test_four_times_the_marks_take_about_four_times_as_long(unit):
    def least_time(characters: int) -> float:
        text = unit * (characters // len(unit))
        taken = []
        for _ in range(3):
            begun = time.process_time()
            quoted(text)
            taken.append(time.process_time() - begun)
        return min(taken)

    # Quadratic time would give 16.
    assert least_time(96_000) < 9 * least_time(24_000)
