"""Times as pages state them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import Instant, parse_instant

_OLDEST = datetime(1900, 1, 1)  # noqa: DTZ001  # hypothesis adds the time zone


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def naive(*parts):
    return datetime(*parts)  # noqa: DTZ001  # what a page states without a zone


@pytest.mark.parametrize(
    ("text", "zone", "wanted"),
    [
        ("2026-11-20", None, Instant(utc(2026, 11, 20), naive(2026, 11, 20), "day", None)),
        (
            "2026-11-20T08:15",
            None,
            Instant(None, naive(2026, 11, 20, 8, 15), "minute", "unknown"),
        ),
        (
            "2026-07-20T08:15:30",
            "Europe/London",
            Instant(utc(2026, 7, 20, 7, 15, 30), naive(2026, 7, 20, 8, 15, 30), "second", "source"),
        ),
        # The clock shows 01:30 twice when summer time ends: the first is meant.
        (
            "2026-10-25T01:30",
            "Europe/London",
            Instant(utc(2026, 10, 25, 0, 30), naive(2026, 10, 25, 1, 30), "minute", "source"),
        ),
        (
            "2026-11-20T08:15+02:00",
            "Europe/London",
            Instant(utc(2026, 11, 20, 6, 15), naive(2026, 11, 20, 8, 15), "minute", "page"),
        ),
        (
            "2026-11-20T00:15:07+0530",
            None,
            Instant(utc(2026, 11, 19, 18, 45, 7), naive(2026, 11, 20, 0, 15, 7), "second", "page"),
        ),
        (
            " 2026-11-20T08:15:00Z ",
            None,
            Instant(utc(2026, 11, 20, 8, 15), naive(2026, 11, 20, 8, 15), "second", "page"),
        ),
        ("0001-01-01T00:00:00+05:00", None, None),
        ("0001-01-01T00:00:00", "Asia/Tokyo", None),
        ("last Tuesday", "Europe/London", None),
        ("", None, None),
        (None, "Europe/London", None),
    ],
)
def test_parse_instant(text, zone, wanted):
    assert parse_instant(text, zone) == wanted


@given(st.text())
def test_any_text_is_a_time_or_none(text):
    found = parse_instant(text)
    assert found is None or (found.at or found.local.replace(tzinfo=UTC)).tzinfo is UTC


@given(st.datetimes(min_value=_OLDEST, timezones=st.timezones()))
def test_the_instant_is_the_one_that_was_written(at):
    written = at.isoformat()
    found = parse_instant(written)
    assert found is not None
    assert found.at == datetime.fromisoformat(written)
