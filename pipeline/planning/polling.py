"""Polling: when a feed, sitemap or section page is asked for again, and what state it is in.

The interval follows what the document brings. Each poll that finds new items says how long the
source took for one (``habit``, smoothed over polls); the document is asked for twelve times in that
time. An interval becomes shorter at once, and longer only after two polls on time that both ask for
it, by at most half each. At night a busy source brings nothing; then the interval doubles at most,
so that the morning's first items are not missed. A document that brought something within the last
30 days is asked every three hours at least: an outlet of one item in five days would be asked twice
a day, and lose what it lists for an hour before its feed goes away.

Twelve: over 6 days of 1,000 invented outlets (``benchmarks/collect``), the median from listing to
poll was 50 minutes with one poll in the time of a new item, 10.5 with four, 5.0 with eight, 4.7
with twelve and 4.4 with sixteen. Twelve cost 11 requests for a new item, most of them answered with
304, where a poll every five minutes costs 370.

What the server asks for comes first: Retry-After, a feed's ``ttl`` and ``sy:updatePeriod``, and
Cache-Control are floors of the interval.

Media Cloud's rss-fetcher goes by the share of a feed's items that are new (below a third: longer,
above two thirds: shorter). That alone was rejected: a feed of 100 items with 200 new ones a day
would be asked every three hours, and half of its items would be seen after 90 minutes and more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pipeline.outcomes import Outcome

State = Literal["new", "ok", "quiet", "empty", "foreign", "failing", "asleep"]

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=1)
_LONGEST_ALIVE = timedelta(hours=3)
"""The longest interval of a document that still brings items. Of 32,351 stories of 1,000 invented
outlets, two were lost that rare feeds listed for less than two hours before they went away."""
_ALIVE = timedelta(days=30)
"""Time after its latest item for which a document still brings items."""
FIRST = timedelta(minutes=30)
"""The interval of a document whose items tell nothing about its habit."""
_GROWTH = 1.5
_POLLS_A_HABIT = 12
"""Polls in the time in which usually one new item comes."""
_NIGHT = 2.0
"""While nothing new comes, the interval grows to as many times the usual one."""
_SMOOTHING = 0.25
"""Weight of the latest gap between new items."""
_CROWDED = 1 / 3
"""Share of new items from which items may be lost between two polls: the interval is halved."""
_FIRST_FAILURE = timedelta(minutes=10)
_LONGEST_FAILURE = timedelta(hours=6)
_LONGEST_ASKED = timedelta(days=2)
"""Longest Retry-After that is believed."""
ASLEEP_AFTER = timedelta(days=14)
"""Time of failures only after which a document sleeps."""
PROBE = timedelta(days=7)
"""Time between two requests of a document that sleeps."""
_QUIET_AT_LEAST = timedelta(days=1)
_QUIET_HABITS = 6.0
"""A source is quiet after six times its habit without a new item, and after a day at least."""
_RECENT = 10
"""Latest items whose times give the first habit."""


@dataclass(frozen=True, slots=True)
class PollHistory:
    """What is known of a document from earlier polls."""

    state: State = "new"
    interval: timedelta = FIRST
    habit: timedelta | None = None
    """Usual time from one new item to the next; None until it is known."""
    calm_polls: int = 0
    """Polls on time in a row that asked for a longer interval."""
    failures: int = 0
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    due_at: datetime | None = None
    """When this poll was due; a poll long after that teaches no calm."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one request of a document brought."""

    outcome: Outcome | None = None
    """None if it was read, ``unchanged`` if it had not changed, else why it could not be read."""
    items: int = 0
    new: int = 0
    foreign: int = 0
    """Items of other sites."""
    item_times: Sequence[datetime] = ()
    """Times that the items state; used at the first reading only."""
    floor: timedelta = timedelta()
    """Time for which the server or the feed says that it need not be asked again."""
    floor_reason: str = ""
    """Where the floor comes from, such as "ttl 60 min"."""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NextPoll:
    """What to store after a poll."""

    history: PollHistory
    due_at: datetime
    reason: str
    """Why then, in words for the operator."""


def next_poll(history: PollHistory, result: PollResult, now: datetime) -> NextPoll:
    """Return when a document is asked for next, and its state, after a poll at ``now``."""
    if result.outcome not in (None, Outcome.UNCHANGED):
        return _after_failure(history, result, now)
    read = _learnt(history, result, now)
    interval, calm, reason = _interval(history, read, result, now)
    floor = min(result.floor, LONGEST)
    wait = interval
    if floor > interval:
        wait, reason = floor, result.floor_reason or "as the server asks"
        if result.floor > LONGEST:
            reason += f"; asked again after {_said(LONGEST)}"
    after = replace(
        read,
        state=_state(history, read, result, now),
        interval=interval,
        calm_polls=calm,
        failures=0,
        failing_since=None,
        last_success_at=now,
    )
    due = now + wait
    return NextPoll(replace(after, due_at=due), due, reason)


def _after_failure(history: PollHistory, result: PollResult, now: datetime) -> NextPoll:
    failures = history.failures + 1
    since = history.failing_since or now
    word = str(result.outcome)
    state: State = "failing"
    if result.outcome is Outcome.GONE or now - since >= ASLEEP_AFTER:
        state = "asleep"
        wait, reason = PROBE, f"asleep ({word} since {since:%Y-%m-%d}): probed every {PROBE.days} d"
    else:
        wait = min(_FIRST_FAILURE * 2 ** min(failures - 1, 10), _LONGEST_FAILURE)
        reason = f"{word}, {failures} in a row: tried again after {_said(wait)}"
    if result.retry_after is not None and result.retry_after > wait:
        wait = min(result.retry_after, _LONGEST_ASKED)
        reason = f"{word}: the server asks to wait {_said(result.retry_after)}"
        if result.retry_after > wait:
            reason += f"; asked again after {_said(wait)}"
    due = now + wait
    after = replace(
        history, state=state, failures=failures, failing_since=since, calm_polls=0, due_at=due
    )
    return NextPoll(after, due, reason)


def _learnt(history: PollHistory, result: PollResult, now: datetime) -> PollHistory:
    """Return the history with the habit that this poll shows."""
    if history.last_success_at is None:
        habit = _habit_of_items(result.item_times) or history.habit
        newest = max((time for time in result.item_times if time <= now), default=None)
        return replace(history, habit=habit, last_new_at=newest or (now if result.new else None))
    if not result.new:
        return history
    gap = max((now - (history.last_new_at or history.last_success_at)) / result.new, SHORTEST / 5)
    habit = gap if history.habit is None else _smoothed(history.habit, min(gap, LONGEST * 7))
    return replace(history, habit=habit, last_new_at=now)


def _habit_of_items(times: Sequence[datetime]) -> timedelta | None:
    latest = sorted(times)[-_RECENT:]
    if len(latest) < 3 or latest[-1] == latest[0]:
        return None
    return (latest[-1] - latest[0]) / (len(latest) - 1)


def _smoothed(habit: timedelta, gap: timedelta) -> timedelta:
    """Return the mean in logarithms, so that one night counts as little as one busy minute."""
    old, latest = math.log(habit.total_seconds()), math.log(max(gap.total_seconds(), 1.0))
    return timedelta(seconds=math.exp((1 - _SMOOTHING) * old + _SMOOTHING * latest))


def _interval(
    history: PollHistory, read: PollHistory, result: PollResult, now: datetime
) -> tuple[timedelta, int, str]:
    """Return the interval, the number of calm polls, and the reason in words."""
    if history.last_success_at is None:
        if read.habit is None:
            return FIRST, 0, f"first reading, nothing known yet: {_said(FIRST)}"
        interval = min(_clamped(read.habit / _POLLS_A_HABIT), _longest(read, now))
        return interval, 0, f"first reading, one new item in about {_said(read.habit)}"
    if result.items and result.new / result.items >= _CROWDED and result.new > 1:
        interval = _clamped(history.interval / 2)
        return interval, 0, f"{result.new} of {result.items} items were new"
    wanted = _wanted(read, now)
    if wanted <= history.interval:
        return wanted, 0, f"one new item in about {_said(read.habit or wanted)}"
    is_on_time = history.due_at is None or now - history.due_at <= max(history.interval, SHORTEST)
    calm = history.calm_polls + is_on_time
    if calm < 2:
        return history.interval, calm, f"{result.new} new items; longer after another calm poll"
    interval = _clamped(min(wanted, history.interval * _GROWTH))
    return interval, calm, f"{result.new} new items in {calm} polls on time"


def _wanted(read: PollHistory, now: datetime) -> timedelta:
    if read.habit is None:
        return LONGEST
    usual = read.habit / _POLLS_A_HABIT
    silent = now - (read.last_new_at or now)
    wanted = _clamped(max(usual, min(silent / (2 * _POLLS_A_HABIT), usual * _NIGHT)))
    return min(wanted, _longest(read, now))


def _longest(read: PollHistory, now: datetime) -> timedelta:
    is_alive = read.last_new_at is not None and now - read.last_new_at < _ALIVE
    return _LONGEST_ALIVE if is_alive else LONGEST


def _clamped(interval: timedelta) -> timedelta:
    return min(max(interval, SHORTEST), LONGEST)


def _state(history: PollHistory, read: PollHistory, result: PollResult, now: datetime) -> State:
    if result.outcome is Outcome.UNCHANGED and history.state in ("empty", "foreign"):
        return history.state
    if result.outcome is None and not result.items:
        return "empty"
    if result.items and result.foreign == result.items:
        return "foreign"
    if read.last_new_at is not None:
        silent = now - read.last_new_at
        if silent > max((read.habit or LONGEST) * _QUIET_HABITS, _QUIET_AT_LEAST):
            return "quiet"
    return "ok"


def _said(span: timedelta) -> str:
    """Return a time span in one unit: "40 s", "12 min", "5 h", "3 d"."""
    seconds = span.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or seconds == size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
