"""When documents are asked for again: the planner as a pure function of what polls brought."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.outcomes import Outcome
from pipeline.planning.polling import (
    LONGEST,
    PROBE,
    SHORTEST,
    PollHistory,
    PollResult,
    next_poll,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def polled(results, begin=NOON):
    """Poll at each due time with these results in turn and return the polls."""
    history, now, polls = PollHistory(), begin, []
    for result in results:
        polls.append(next_poll(history, result(now) if callable(result) else result, now))
        history, now = polls[-1].history, polls[-1].due_at
    return polls


def steady(gap, items=30):
    """Return results of a feed that gets a new item every ``gap``; stateful, for one simulation."""
    seen = {"last": None}

    def result(now):
        if seen["last"] is None:
            seen["last"] = now
            times = [now - gap * place for place in range(items)]
            return PollResult(items=items, new=items, item_times=times)
        new = int((now - seen["last"]) / gap)
        seen["last"] += gap * new
        return PollResult(items=items, new=min(new, items))

    return result


@pytest.mark.parametrize(
    ("minutes", "least", "most"), [(7, 1.0, 2.0), (60, 8, 13), (240, 8, 13), (1440, 8, 13)]
)
def test_a_steady_source_is_asked_a_dozen_times_per_new_item(minutes, least, most):
    result = steady(minutes * MINUTE)
    polls = polled([result] * 120)
    spent = (polls[-1].due_at - NOON) / (minutes * MINUTE)
    assert least <= 120 / spent <= most
    assert polls[-1].history.state == "ok"


def test_a_burst_shortens_the_interval_at_once_and_calm_only_after_two_polls():
    calm = PollHistory(
        "ok", 2 * HOUR, 2 * HOUR, last_success_at=NOON, last_new_at=NOON, due_at=NOON + 2 * HOUR
    )
    burst = next_poll(calm, PollResult(items=20, new=12), NOON + 2 * HOUR)
    assert burst.due_at - (NOON + 2 * HOUR) == HOUR
    assert "12 of 20 items were new" in burst.reason
    history = PollHistory(
        "ok", 10 * MINUTE, DAY, last_success_at=NOON, last_new_at=NOON, due_at=NOON + 10 * MINUTE
    )
    first = next_poll(history, PollResult(Outcome.UNCHANGED), NOON + 10 * MINUTE)
    second = next_poll(first.history, PollResult(Outcome.UNCHANGED), first.due_at)
    assert first.history.interval == 10 * MINUTE
    assert second.history.interval == 15 * MINUTE


def test_a_poll_that_comes_late_teaches_no_calm():
    history = PollHistory("ok", 10 * MINUTE, DAY, 1, last_success_at=NOON, due_at=NOON)
    late = next_poll(history, PollResult(Outcome.UNCHANGED), NOON + 5 * HOUR)
    assert late.history.interval == 10 * MINUTE


def test_a_busy_source_is_not_lost_over_night():
    history = PollHistory("ok", 5 * MINUTE, 2 * HOUR, last_success_at=NOON, last_new_at=NOON)
    now = NOON
    for _ in range(50):
        poll = next_poll(history, PollResult(Outcome.UNCHANGED), now)
        history, now = poll.history, poll.due_at
    assert history.interval == 20 * MINUTE


@pytest.mark.parametrize(
    ("changes", "least", "word"),
    [
        ({"floor": HOUR, "floor_reason": "the feed's ttl is 60 min"}, HOUR, "ttl"),
        (
            {"floor": 40 * LONGEST, "floor_reason": "max-age"},
            LONGEST,
            "max-age; asked again after 1 d",
        ),
        (
            {"outcome": Outcome.RATE_LIMITED, "retry_after": 3650 * LONGEST},
            2 * LONGEST,
            "asks to wait 3650 d; asked again after 2 d",
        ),
        ({"outcome": Outcome.RATE_LIMITED, "retry_after": 7 * HOUR}, 7 * HOUR, "asks to wait 7 h"),
        ({"outcome": Outcome.SERVER_ERROR}, 10 * MINUTE, "server_error, 1 in a row"),
    ],
)
def test_what_the_server_asks_for_comes_first(changes, least, word):
    history = PollHistory("ok", SHORTEST, SHORTEST, last_success_at=NOON, last_new_at=NOON)
    poll = next_poll(history, PollResult(**changes), NOON)
    assert poll.due_at - NOON == least
    assert word in poll.reason


def test_a_document_that_is_gone_or_fails_for_weeks_sleeps_and_wakes_up():
    gone = next_poll(PollHistory("ok", last_success_at=NOON), PollResult(Outcome.GONE), NOON)
    assert (gone.history.state, gone.due_at - NOON) == ("asleep", PROBE)
    polls = polled([PollResult(Outcome.UNREACHABLE)] * 90)
    states = [poll.history.state for poll in polls]
    assert states[0] == "failing"
    assert states[-1] == "asleep"
    awake = next_poll(polls[-1].history, PollResult(items=3, new=1), polls[-1].due_at)
    assert (awake.history.state, awake.history.failures) == ("ok", 0)


def test_states_are_named():
    known = PollHistory("ok", HOUR, HOUR, last_success_at=NOON, last_new_at=NOON)
    later = NOON + 3 * LONGEST
    assert next_poll(known, PollResult(items=0), NOON).history.state == "empty"
    assert next_poll(known, PollResult(items=4, foreign=4), NOON).history.state == "foreign"
    assert next_poll(known, PollResult(items=4), later).history.state == "quiet"
    assert next_poll(known, PollResult(items=4, new=1), later).history.state == "ok"
    empty = next_poll(known, PollResult(items=0), NOON).history
    assert next_poll(empty, PollResult(Outcome.UNCHANGED), later).history.state == "empty"


results = st.builds(
    PollResult,
    outcome=st.sampled_from([None, None, Outcome.UNCHANGED, Outcome.TIMEOUT, Outcome.GONE]),
    items=st.integers(0, 40),
    new=st.integers(0, 40),
    foreign=st.integers(0, 5),
    floor=st.timedeltas(timedelta(0), timedelta(days=400)),
    retry_after=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    item_times=st.lists(
        st.timedeltas(timedelta(days=-9000), timedelta(days=900)).map(lambda age: NOON + age),
        max_size=6,
    ),
)


@given(st.lists(st.tuples(results, st.timedeltas(timedelta(0), timedelta(days=9))), max_size=25))
def test_a_document_is_never_asked_too_soon_and_never_forgotten(polls):
    history, now = PollHistory(), NOON
    for result, late in polls:
        poll = next_poll(history, result, now)
        assert SHORTEST <= poll.due_at - now <= PROBE
        assert SHORTEST <= poll.history.interval <= LONGEST
        assert poll.reason
        history, now = poll.history, poll.due_at + late
