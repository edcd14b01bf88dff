"""Scores of spans and attributions, and their intervals, on counts that are easy to check."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.language.attribution_scores import FIGURES, GROUPS, AttributionScore, Parts, overlap
from benchmarks.language.resampling import interval
from benchmarks.language.span_scores import SpanScore

TEXT = "“We will sail at dawn,” Ada Lund said. Ole Berg thinks that it will rain."
SAIL = Parts(((0, 23),), ((24, 32),))
RAIN = Parts(((55, 73),), ((39, 47),))


def scored(gold, found):
    score = AttributionScore()
    score.add(TEXT, gold, found)
    return score.figures()


def test_gold_compared_with_itself_is_perfect():
    figures = scored([SAIL, RAIN], [SAIL, RAIN])
    assert figures["all.n"] == 2
    assert figures["direct.n"] == 1
    assert all(figures[f"{group}.{name}"] == 1 for group in GROUPS for name in FIGURES)


def test_a_content_is_found_from_an_overlap_of_half():
    half, less = Parts(((0, 12),), SAIL.source), Parts(((0, 11),), SAIL.source)
    assert scored([SAIL], [half])["all.content"] == 1
    assert scored([SAIL], [less])["all.content"] == 0


def test_a_missing_source_does_not_count_among_those_with_one_but_is_a_mistake_when_all_count():
    figures = scored([SAIL, RAIN], [SAIL, Parts(RAIN.content)])
    assert figures["all.content"] == 1
    assert figures["all.found_with_source"] == 0.5
    # precision 1 of 1 found with a source, recall 1 of 2
    assert figures["all.source"] == pytest.approx(2 / 3)
    assert figures["all.strict"] == 0.5


def test_no_source_is_right_where_gold_has_none_when_all_count():
    assert scored([Parts(SAIL.content)], [Parts(SAIL.content)])["all.strict"] == 1


def test_a_second_copy_of_a_right_answer_is_a_mistake():
    figures = scored([SAIL], [SAIL, SAIL])
    assert figures["all.found"] == 1
    # precision 1 of 2, recall 1 of 1
    assert figures["all.content"] == pytest.approx(2 / 3)


def test_one_answer_over_two_of_gold_finds_the_one_with_more_overlap():
    near, far = Parts(((0, 22),), SAIL.source), Parts(((0, 15),), RAIN.source)
    figures = scored([far, near], [SAIL])
    assert figures["all.found"] == 0.5
    assert figures["all.found_with_source"] == 0.5


def test_of_equal_contents_the_one_with_the_source_is_taken():
    figures = scored([SAIL], [Parts(SAIL.content), SAIL])
    assert figures["all.found_with_source"] == 1


def test_nothing_found_scores_zero():
    assert all(scored([SAIL], [])[f"all.{name}"] == 0 for name in FIGURES)
    assert overlap((), ()) == 0


def test_spans_by_label_and_region():
    score = SpanScore()
    score.add(
        [(0, 3, "Person"), (5, 9, "Location")], [(0, 3, "Person"), (5, 8, "Location")], "asia"
    )
    score.add([(0, 3, "Person")], [(0, 3, "Organization"), (0, 3, "Organization")], "africa")
    assert score.number() == 3
    assert score.f1() == pytest.approx(2 * 1 / (3 + 3))
    assert score.f1("Person") == pytest.approx(2 * 1 / (2 + 1))
    assert score.f1(group="asia") == 0.5
    assert score.f1("Money") == 0
    assert score.regions() == ["africa", "asia"]
    score.add([(0, 3, "Person")], [(0, 3, "Person")], "africa")
    assert score.f1(group="africa") == 0.5
    assert score.f1_without_worst("africa") == 1
    assert score.labels() == ["Person", "Location"]


def share(counts):
    return counts["right"] / counts["all"]


def test_the_interval_of_equal_articles_is_a_point():
    assert interval([Counter(right=3, all=4)] * 9, share) == (0.75, 0.75)


def test_the_interval_contains_the_figure_and_narrows_with_more_articles():
    few = [Counter(right=number % 5, all=4) for number in range(10)]
    low, high = interval(few, share)
    assert (low, high) == interval(few, share)
    assert low < 0.5 < high
    narrow = interval(few * 20, share)
    assert narrow.high - narrow.low < (high - low) / 3


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_the_interval_stays_within_the_figures_of_the_articles(rights):
    low, high = interval([Counter(right=right, all=10) for right in rights], share, rounds=50)
    assert min(rights) / 10 <= low <= high <= max(rights) / 10
