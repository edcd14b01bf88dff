"""One invented world: 100 outlets, 60 days, 30 faults, and what a collector would see of them.

The collector polls each feed when ``pipeline.planning.polling.next_poll`` says, at ticks of five
minutes. A fault is *visible* from the first tick at which a healthy outlet, asked at the same
times, would have yielded as little as was seen since the fault began with a probability below one
in a thousand. For what feeds list, that probability is the share of 6,000 replays of the outlet's
healthy process (its own rate, days, holidays) with no more items. For what pages hold, it is the
binomial tail of the share that the outlet has in health. Faults that never become visible are drawn
again.
"""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.operate.outlets import (
    BINS_A_DAY,
    HOLIDAYS,
    Outlet,
    arrivals,
    healthy_totals,
    lived_rate,
    outlets_of,
)
from pipeline.outcomes import Outcome
from pipeline.planning.polling import PollHistory, PollResult, next_poll

KINDS_FILE = Path(__file__).with_name("fault_kinds.toml")
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
TICK = timedelta(minutes=5)
_MINUTES = 5.0
_DRAWS = 6000
_VISIBLE = 0.001
_COLUMNS = 900
_FEED_ITEMS = 40
_ODD_LAG = 0.003
"""Share of items that appear days after their stated time, in health."""
_HICCUPS_A_WEEK = 0.4
"""Times at which a healthy feed fails for some minutes."""
_OUTAGE_OUTCOMES = (Outcome.SERVER_ERROR, Outcome.TIMEOUT, Outcome.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; times are ticks."""

    kind: str
    outlet: int
    onset: int
    end: int
    visible: int
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item that a feed listed, and what became of its page in the same tick."""

    tick: int
    outlet: int
    outcome: Outcome
    words: int
    has_date: bool
    has_author: bool
    has_names: bool
    is_damaged: bool
    lag_minutes: float


@dataclass(frozen=True, slots=True)
class Poll:
    """One request of a feed: its outcome (None where it was read), and whether it was empty."""

    tick: int
    outlet: int
    outcome: Outcome | None
    is_empty: bool
    is_foreign: bool


@dataclass(slots=True)
class World:
    """What a collector sees, in order of time."""

    days: int
    outlets: list[Outlet]
    faults: list[Fault]
    items: list[Item]
    polls: list[Poll]


@dataclass(slots=True)
class _Lived:
    """What one outlet did."""

    items: list[Item] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A fault before it is known when it is visible."""

    kind: str
    onset: int
    end: int
    about: dict[str, Any]
    share: float
    delay_minutes: float

    def is_on(self, tick: float) -> bool:
        return self.onset <= tick < self.end

    def is_at(self, where: str, *outcomes: str) -> bool:
        at_place: bool = self.about["where"] == where
        return at_place and (not outcomes or self.about["outcome"] in outcomes)


def fault_kinds() -> dict[str, dict[str, Any]]:
    """Return the kinds of faults by name."""
    return tomllib.loads(KINDS_FILE.read_text(encoding="utf-8"))


def make_world(seed: int, outlets: int = 100, days: int = 60, faults: int = 30) -> World:
    """Return the world of a seed."""
    rng = np.random.default_rng([seed, 1])
    made = outlets_of(rng, outlets)
    holidays = [
        {int(day): float(rng.uniform(0.25, 0.5)) for day in rng.choice(days, HOLIDAYS)}
        for _ in range(5)
    ]
    kinds = fault_kinds()
    names = (list(kinds) * (faults // len(kinds) + 1))[: faults - faults % len(kinds)]
    names += list(rng.choice(list(kinds), faults - len(names)))
    free = list(rng.permutation(outlets))
    found: dict[int, tuple[Fault, _Lived]] = {}
    for kind in names:
        fault, lived = _visible_fault(seed, kind, kinds[kind], made, free, holidays, days)
        free.remove(fault.outlet)
        found[fault.outlet] = (fault, lived)
    lives = {number: lived for number, (_, lived) in found.items()}
    for number in free:
        outlet = made[number]
        lives[number] = _live(seed, outlet, holidays[outlet.country], days, None)
    return World(
        days,
        made,
        [fault for fault, _ in found.values()],
        sorted((each for one in lives.values() for each in one.items), key=lambda i: i.tick),
        sorted((each for one in lives.values() for each in one.polls), key=lambda p: p.tick),
    )


def _visible_fault(
    seed: int,
    kind: str,
    about: dict[str, Any],
    outlets: list[Outlet],
    free: list[int],
    holidays: list[dict[int, float]],
    days: int,
) -> tuple[Fault, _Lived]:
    """Return a fault of this kind that becomes visible, and the outlet's life with it."""
    rng = np.random.default_rng([seed, 2, *kind.encode(), len(free)])
    while True:
        outlet = outlets[int(rng.choice(free))]
        onset = int(rng.uniform(6, 48) * BINS_A_DAY)
        end = onset + int(rng.uniform(2, 9) * BINS_A_DAY)
        low, high = (0.4, 0.65) if about.get("outcome") == "sections" else (0.8, 1.0)
        planned = _Planned(
            kind, onset, end, about, float(rng.uniform(low, high)), float(rng.uniform(180, 540))
        )
        lived = _live(seed, outlet, holidays[outlet.country], days, planned)
        visible = _visible_at(rng, outlet, planned, lived)
        if visible is not None and visible + 2 < end:
            states = tuple(about["states"])
            return Fault(kind, outlet.number, onset, end, visible, states), lived


def _live(
    seed: int, outlet: Outlet, holidays: dict[int, float], days: int, fault: _Planned | None
) -> _Lived:
    rng = np.random.default_rng([seed, 3, outlet.number])
    rates = lived_rate(rng, outlet, days, holidays)
    pending = _appearing(rng, outlet, arrivals(rng, outlet, rates), days)
    if fault is not None:
        pending = _relisted(np.random.default_rng([seed, 4, outlet.number]), pending, fault)
    pages = np.random.default_rng([seed, 5, outlet.number])
    lived = _Lived()
    history = PollHistory()
    due, at = BEGIN, 0
    outages = _outages(rng, days)
    while (tick := math.ceil((due - BEGIN) / TICK)) < days * BINS_A_DAY:
        now = BEGIN + tick * TICK
        outcome, is_empty, is_foreign = _answer(rng, tick, outages, fault)
        new: list[tuple[float, float, Item]] = []
        frozen = fault is not None and fault.is_on(tick) and fault.is_at("listing", "frozen")
        if outcome is None and not (is_empty or is_foreign or frozen):
            first = at
            while at < len(pending) and pending[at][0] <= tick * _MINUTES:
                at += 1
            new = pending[max(first, at - _FEED_ITEMS) : at]
        lived.polls.append(Poll(tick, outlet.number, outcome, is_empty, is_foreign))
        for _, lag, item in new:
            lived.items.append(_as_seen(pages, item, tick, lag, fault))
        result = PollResult(
            outcome,
            items=0 if is_empty else _FEED_ITEMS,
            new=len(new),
            foreign=_FEED_ITEMS if is_foreign else 0,
            item_times=_earlier_times(outlet, now) if tick == 0 else (),
        )
        following = next_poll(history, result, now)
        history, due = following.history, max(following.due_at, now + TICK)
    return lived


def _appearing(
    rng: np.random.Generator, outlet: Outlet, counts: np.ndarray, days: int
) -> list[tuple[float, float, Item]]:
    """Return the outlet's items with the minute of their listing and their lag, in that order."""
    videos = {int(rng.integers(counts.sum() + 1)) for _ in range(rng.poisson(days / 14))}
    clips = {first + more for first in videos for more in range(int(rng.integers(3, 7)))}
    items = []
    for place, tick in enumerate(np.repeat(np.arange(len(counts)), counts)):
        lag = float(outlet.lag_minutes * np.exp(rng.normal(0, 0.6)))
        if rng.random() < _ODD_LAG:
            lag += float(rng.uniform(1, 5)) * 1440
        listed = (tick + rng.random()) * _MINUTES
        outcome = Outcome.LOADED
        draw = rng.random()
        if place in clips or draw < outlet.no_article:
            outcome = Outcome.NOT_AN_ARTICLE
        elif draw < outlet.no_article + outlet.paywalled:
            outcome = Outcome.PAYWALLED
        elif draw < outlet.no_article + outlet.paywalled + outlet.failed:
            outcome = Outcome.TIMEOUT
        item = Item(
            tick=int(tick),
            outlet=outlet.number,
            outcome=outcome,
            words=max(12, int(outlet.words * np.exp(rng.normal(0, 0.55)))),
            has_date=bool(rng.random() >= outlet.no_date),
            has_author=bool(rng.random() >= outlet.no_author),
            has_names=bool(rng.random() >= outlet.no_name),
            is_damaged=bool(rng.random() < outlet.broken_letters),
            lag_minutes=lag,
        )
        items.append((float(listed), lag, item))
    return sorted(items, key=lambda each: each[0])


def _relisted(
    rng: np.random.Generator, items: list[tuple[float, float, Item]], fault: _Planned
) -> list[tuple[float, float, Item]]:
    """Return the items as a broken feed lists them."""
    kept = []
    for listed, lag, item in items:
        if fault.is_on(item.tick) and fault.is_at("listing", "sections"):
            if rng.random() < fault.share:
                continue
        elif fault.is_on(item.tick) and fault.is_at("listing", "delay"):
            kept.append((listed + fault.delay_minutes, lag + fault.delay_minutes, item))
            continue
        kept.append((listed, lag, item))
    return sorted(kept, key=lambda each: each[0])


def _outages(rng: np.random.Generator, days: int) -> dict[int, Outcome]:
    """Return the ticks at which a healthy feed fails, with the outcome."""
    failing: dict[int, Outcome] = {}
    for _ in range(rng.poisson(_HICCUPS_A_WEEK * days / 7)):
        start = int(rng.integers(days * BINS_A_DAY))
        outcome = _OUTAGE_OUTCOMES[int(rng.integers(len(_OUTAGE_OUTCOMES)))]
        failing |= dict.fromkeys(range(start, start + int(rng.integers(1, 5))), outcome)
    return failing


def _answer(
    rng: np.random.Generator, tick: int, outages: dict[int, Outcome], fault: _Planned | None
) -> tuple[Outcome | None, bool, bool]:
    """Return the outcome of a request of the feed, and whether it is empty, or all foreign."""
    is_lost = rng.random() < 0.002
    if fault is not None and fault.is_on(tick):
        if fault.is_at("feed"):
            return Outcome(fault.about["outcome"]), False, False
        if fault.is_at("listing", "empty"):
            return None, True, False
        if fault.is_at("listing", "foreign"):
            return None, False, True
    if tick in outages:
        return outages[tick], False, False
    return (Outcome.TIMEOUT if is_lost else None), False, False


def _as_seen(
    rng: np.random.Generator, item: Item, tick: int, lag: float, fault: _Planned | None
) -> Item:
    """Return the item as it comes out of its page at the tick of its listing."""
    outcome, words = item.outcome, item.words
    has_date, has_author, has_names = item.has_date, item.has_author, item.has_names
    is_damaged = item.is_damaged
    is_hit = rng.random() < (fault.share if fault else 0.0)
    if fault is not None and is_hit and fault.is_on(tick):
        if fault.is_at("pages"):
            outcome = Outcome(fault.about["outcome"])
        elif fault.is_at("content"):
            loses = fault.about["loses"]
            words = int(rng.integers(25, 70)) if loses == "words" else words
            has_date = has_date and loses != "date"
            has_author = has_author and loses != "author"
            has_names = has_names and loses != "names"
            is_damaged = is_damaged or loses == "letters"
    lag_now = lag + max(0.0, tick * _MINUTES - (item.tick + 1) * _MINUTES)
    if fault is not None and fault.is_at("listing", "delay") and fault.is_on(item.tick):
        lag_now -= fault.delay_minutes
        lag_now = max(lag_now, fault.delay_minutes)
    return Item(
        tick, item.outlet, outcome, words, has_date, has_author, has_names, is_damaged, lag_now
    )


def _earlier_times(outlet: Outlet, now: datetime) -> list[datetime]:
    """Return stated times of items that were there before the first reading."""
    return [now - timedelta(days=number / outlet.rate) for number in range(1, 12)]


def _visible_at(
    rng: np.random.Generator, outlet: Outlet, fault: _Planned, lived: _Lived
) -> int | None:
    """Return the tick from which a fault is visible; None where it never is."""
    if fault.is_at("pages"):
        word = Outcome(fault.about["outcome"])
        usual = {
            Outcome.NOT_AN_ARTICLE: outlet.no_article,
            Outcome.PAYWALLED: outlet.paywalled,
            Outcome.TIMEOUT: outlet.failed,
        }.get(word, 0.002)
        return _visible_share(_since(lived, fault), usual, lambda item: item.outcome is word)
    if fault.is_at("content"):
        return _visible_loss(outlet, fault, lived)
    by_number = _visible_number(rng, outlet, fault, lived)
    if not fault.is_at("listing", "delay"):
        return by_number
    late = _visible_share(_since(lived, fault), _ODD_LAG, lambda item: item.lag_minutes > 180)
    return min((each for each in (by_number, late) if each is not None), default=None)


def _visible_loss(outlet: Outlet, fault: _Planned, lived: _Lived) -> int | None:
    articles = [item for item in _since(lived, fault) if item.outcome is Outcome.LOADED]
    loses = fault.about["loses"]
    if loses == "date":
        return _visible_share(iter(articles), outlet.no_date, lambda item: not item.has_date)
    if loses == "author":
        return _visible_share(iter(articles), outlet.no_author, lambda item: not item.has_author)
    if loses == "names":
        return _visible_share(iter(articles), outlet.no_name, lambda item: not item.has_names)
    if loses == "letters":
        usual = outlet.broken_letters
        return _visible_share(iter(articles), usual, lambda item: item.is_damaged)
    # Fewer than 70 words: so short are this many of the outlet's usual articles.
    usual = 0.5 * math.erfc(math.log(outlet.words / 70) / 0.55 / math.sqrt(2))
    return _visible_share(iter(articles), usual, lambda item: item.words < 70)


def _since(lived: _Lived, fault: _Planned) -> Iterator[Item]:
    return (item for item in lived.items if fault.is_on(item.tick))


def _visible_share(items: Iterator[Item], usual: float, is_bad: Any) -> int | None:
    bad = 0
    for number, item in enumerate(items, 1):
        bad += is_bad(item)
        if bad and _binomial_tail(number, bad, usual) < _VISIBLE:
            return item.tick
    return None


def _binomial_tail(number: int, least: int, share: float) -> float:
    """Return the probability of at least so many of a number."""
    return sum(
        math.comb(number, each) * share**each * (1 - share) ** (number - each)
        for each in range(least, number + 1)
    )


def _visible_number(
    rng: np.random.Generator, outlet: Outlet, fault: _Planned, lived: _Lived
) -> int | None:
    bins = fault.end - fault.onset
    step = max(1, math.ceil(bins / _COLUMNS))
    totals = healthy_totals(rng, outlet, fault.onset, bins, _DRAWS, step)
    few = int(_DRAWS * _VISIBLE)
    least = np.partition(totals, few - 1, axis=0)[few - 1]
    listed = [item.tick for item in lived.items if fault.is_on(item.tick)]
    for poll in lived.polls:
        if not fault.is_on(poll.tick):
            continue
        column = (poll.tick - fault.onset) // step - 1
        seen = sum(tick <= poll.tick for tick in listed)
        if column >= 0 and seen < least[column]:
            return poll.tick
    return None
