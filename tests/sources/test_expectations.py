"""Expectations: articles a day and the latest acceptable age, from what documents state."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.discover.results import Entry
from pipeline.sources.expectations import read_expectations

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entries(*hours_ago: float, name: str = "a") -> tuple[Entry, ...]:
    return tuple(
        Entry(f"https://h.example/{name}/{hours}", None, (NOW - timedelta(hours=hours)).isoformat())
        for hours in hours_ago
    )


def test_a_daily_paper():
    found = read_expectations([entries(*range(2, 24 * 10, 6))], NOW)
    assert found.articles_a_day == pytest.approx(4, abs=0.2)
    assert found.latest_age_hours == 12


def test_of_two_feeds_only_the_days_that_both_cover_count():
    ticker = entries(*(number / 4 for number in range(1, 97)))
    weekly = entries(*range(24, 24 * 60, 168), name="b")
    found = read_expectations([ticker, weekly], NOW)
    assert found.articles_a_day == pytest.approx(96, rel=0.03)
    assert found.days == pytest.approx(1)


def test_a_feed_of_one_day_allows_for_a_weekend():
    assert read_expectations([entries(1, 2, 3, 4, 20)], NOW).latest_age_hours == 72


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [()],
        [entries(1)],
        [entries(1, 2)],
        [entries(-48, -24, -3)],
        [entries(0.1, 0.2, 0.3, 0.4, 0.5, 0.6)],
        [tuple(Entry(f"https://h.example/{number}") for number in range(9))],
        [tuple(Entry(f"https://h.example/{number}", None, "soon") for number in range(9))],
    ],
)
def test_too_little_gives_no_expectation(documents):
    found = read_expectations(documents, NOW)
    assert (found.articles_a_day, found.latest_age_hours) == (None, None)


@given(st.lists(st.lists(st.floats(-100, 10_000), max_size=30), max_size=4))
def test_whatever_is_read_can_be_written_into_a_source(hours):
    found = read_expectations([entries(*document) for document in hours], NOW)
    assert found.articles_a_day is None or 0.01 <= found.articles_a_day <= 100_000
    assert found.latest_age_hours is None or 6 <= found.latest_age_hours <= 8760
