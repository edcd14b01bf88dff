"""Times as pages state them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.line_rules.dates import Instant, parse_instant

_OLDEST = datetime(1900, 1, 1)  # noqa: DTZ001  # hypothesis adds the time zone


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-20", Instant(datetime(2026, 11, 20, tzinfo=UTC), "day")),
        ("2026-11-20T08:15", Instant(datetime(2026, 11, 20, 8, 15, tzinfo=UTC), "minute")),
        ("2026-11-20T08:15+02:00", Instant(datetime(2026, 11, 20, 6, 15, tzinfo=UTC), "minute")),
        (
            "2026-11-20T00:15:07+0530",
            Instant(datetime(2026, 11, 19, 18, 45, 7, tzinfo=UTC), "second"),
        ),
        (" 2026-11-20T08:15:00Z ", Instant(datetime(2026, 11, 20, 8, 15, tzinfo=UTC), "second")),
        ("0001-01-01T00:00:00+05:00", None),
        ("last Tuesday", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_instant(text, wanted):
    assert parse_instant(text) == wanted


@given(st.text())
def test_any_text_is_a_time_or_none(text):
    found = parse_instant(text)
    assert found is None or found.at.tzinfo is UTC


@given(st.datetimes(min_value=_OLDEST, timezones=st.timezones()))
def test_the_instant_is_the_one_that_was_written(at):
    written = at.isoformat()
    found = parse_instant(written)
    assert found is not None
    assert found.at == datetime.fromisoformat(written)
