"""Retry-After in its two forms, and the retry policy."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refused, Transient
from pipeline.fetch.throttle import RetryableStatus, RetryPolicy, parse_retry_after
from pipeline.outcomes import Outcome

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_parse_retry_after(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_a_wait_is_never_negative(value):
    found = parse_retry_after(value, NOW)
    assert found is None or found >= 0


def counted(errors: list[Exception]):
    calls = []

    def ask() -> int:
        calls.append(1)
        if errors:
            raise errors.pop(0)
        return len(calls)

    return ask, calls


@pytest.mark.parametrize(
    ("errors", "tries"),
    [
        ([], 1),
        ([Transient(Outcome.TIMEOUT, "x")], 2),
        ([RetryableStatus(Outcome.SERVER_ERROR, "x", 503, 0.0)], 2),
        ([RetryableStatus(Outcome.RATE_LIMITED, "x", 429, None)] * 2, 3),
    ],
)
def test_transient_errors_are_retried(errors, tries):
    ask, calls = counted(errors)
    assert RetryPolicy(first_wait=0.001).call(ask) == tries == len(calls)


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (Refused(Outcome.NOT_FOUND, "x"), 1),
        (RetryableStatus(Outcome.RATE_LIMITED, "x", 429, 31.0), 1),
        (Transient(Outcome.TIMEOUT, "x"), 3),
    ],
)
def test_the_last_error_is_raised_when_no_attempt_is_left_or_would_help(error, tries):
    ask, calls = counted([error] * 9)
    with pytest.raises(type(error)):
        RetryPolicy(first_wait=0.001, longest_wait=30.0).call(ask)
    assert len(calls) == tries


def test_the_wait_doubles_and_is_the_one_that_the_server_asked_for():
    errors = [
        Transient(Outcome.TIMEOUT, "x"),
        RetryableStatus(Outcome.RATE_LIMITED, "x", 429, 7.0),
        Transient(Outcome.TIMEOUT, "x"),
    ]
    ask, _ = counted(errors)
    waits: list[float] = []
    RetryPolicy(attempts=4, first_wait=1.0).call(ask, waits.append)
    assert 1.0 <= waits[0] <= 2.0
    assert waits[1] == 7.0
    assert 4.0 <= waits[2] <= 5.0
