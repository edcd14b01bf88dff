"""Scores of spans, and the report."""

import pytest

from training.evaluate import Tally, report


def test_scores_count_exact_spans() -> None:
    tally = Tally()
    tally.add([(0, 3, "Cue"), (5, 9, "Source")], [(0, 3, "Cue"), (5, 8, "Source"), (5, 9, "Cue")])
    assert tally.scores("Cue") == pytest.approx((0.5, 1.0, 2 / 3))
    assert tally.scores("Source") == (0.0, 0.0, 0.0)
    assert tally.scores() == pytest.approx((1 / 3, 0.5, 0.4))


def test_nothing_found_and_nothing_to_find() -> None:
    assert Tally().scores("Cue") == (0.0, 0.0, 0.0)


def test_report_names_set_and_number() -> None:
    text = report({"cue": 0.5, "cue.n": 12.0, "words_per_core_second": 8000.0})
    assert "PolNeAR dev   cue                          12   50.0" in text
    assert "8,000" in text
