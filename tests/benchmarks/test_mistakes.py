"""Kinds of mistakes, the sample of them and its page, on invented spans."""

import pytest

from benchmarks.language.attribution_scores import Parts
from benchmarks.language.mistake_kinds import content_mistakes, source_mistakes, span_mistakes
from benchmarks.language.mistake_page import Case, page, sample
from benchmarks.language.mistakes import counts_page, groups

GOLD = (10, 20, "Person")


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([(10, 20, "Location")], "wrong class"),
        ([(12, 20, "Person")], "too short"),
        ([(10, 25, "Person")], "too long"),
        ([(5, 15, "Person")], "shifted"),
        ([(10, 14, "Person"), (15, 20, "Person")], "cut in pieces"),
        ([(12, 25, "Location")], "class and borders"),
        ([], "missed"),
    ],
)
def test_every_gold_span_that_is_not_found_has_one_kind(found, kind):
    assert [mistake.kind for mistake in span_mistakes(0, [GOLD], found)] == [kind]


def test_merged_spans_are_two_mistakes_and_a_span_without_gold_is_invented():
    found = [(10, 30, "Person"), (40, 44, "Date")]
    mistakes = list(span_mistakes(0, [GOLD, (22, 30, "Person")], found))
    assert [(m.kind, m.group) for m in mistakes] == [
        ("run together", "Person"),
        ("run together", "Person"),
        ("invented", "Date"),
    ]


def test_right_spans_are_no_mistakes():
    parts = [Parts(((0, 40),), ((45, 50),))]
    assert not list(span_mistakes(0, [GOLD], [GOLD]))
    assert not list(source_mistakes(0, parts, parts))
    assert not list(content_mistakes(0, parts, parts))


@pytest.mark.parametrize(
    ("gold", "found", "kind"),
    [
        (((50, 60),), (), "none given"),
        (((50, 60),), ((50, 54),), "too short"),
        (((50, 54),), ((50, 60),), "too long"),
        (((50, 60),), ((70, 80),), "another"),
        ((), ((50, 60),), "one too many"),
    ],
)
def test_every_wrong_source_has_one_kind(gold, found, kind):
    content = ((0, 40),)
    mistakes = source_mistakes(0, [Parts(content, gold)], [Parts(content, found)])
    assert [mistake.kind for mistake in mistakes] == [kind]


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        ([((0, 10),)], ["too short"]),
        ([((0, 90),)], ["too long"]),
        ([((30, 60),)], ["elsewhere"]),
        ([((60, 80),)], ["missed", "invented"]),
    ],
)
def test_every_wrong_content_has_one_kind(found, kinds):
    mistakes = content_mistakes(0, [Parts(((0, 40),))], [Parts(span) for span in found])
    assert [mistake.kind for mistake in mistakes] == kinds


def test_the_sample_is_reproducible_and_a_small_group_is_complete():
    cases = [Case("Person", "missed", f"a{n:03}", "text", (GOLD,), ()) for n in range(100)]
    assert sample(cases, 30) == sample(reversed(cases), 30)
    assert len(set(sample(cases, 30))) == 30
    assert sample(cases[:4], 30) == cases[:4]


def test_the_page_escapes_words_and_marks_gold_and_found():
    text = "<b>Ada</b> & Lund went to Port Salina."
    case = Case("Person", "too short", "a1", text, ((3, 17, "Person"),), ((3, 6, "Person"),))
    shown = page(groups([case]))
    assert "<b>Ada</b>" not in shown
    assert '<span class="found gold">Ada<sup>gold Person, found Person</sup></span>' in shown
    assert "Person: 1 of 1" in shown


def test_counts_add_up():
    cases = [
        Case("Cue", kind, "a", "text", (GOLD,), ()) for kind in ("missed", "missed", "too long")
    ]
    table = counts_page(groups(cases))
    assert (
        "| missed | nothing was found there | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 2 | 0 |"
        in table
    )
    assert "| **together** |  | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 3 | 0 |" in table
