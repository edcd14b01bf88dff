"""Spans of time as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spans import parse_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("36h", timedelta(hours=36)),
        ("1.5d", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("0d", timedelta()),
        ("9" * 400 + "w", timedelta.max),
    ],
)
def test_a_span_is_a_number_and_a_unit(text, span):
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "7days", "-7d", "7D", "٧d", "1e3d", "7d\n"])
def test_other_texts_are_no_span(text):
    assert parse_span(text) is None


@given(st.integers(0, 10_000))
def test_a_week_is_seven_days(weeks):
    assert parse_span(f"{weeks}w") == parse_span(f"{7 * weeks}d")
