"""What was learnt of each source, and the evidence that has come together since.

**Rate.** New links come at a rate of level × hour of the day × weekday, in the source's local time.
The level is a Poisson rate with a gamma prior; the 24 + 7 factors are Poisson-gamma too and shrink
towards a usual day of news, so that they work from the first days. Half of what was learnt is
forgotten in four weeks. What many sources of a country lack together is their holiday (or our own
outage), and lowers what is expected of each of them.

**Evidence.** Three kinds, each a logarithm of how much likelier a fault makes what was seen:

- a gap: the probability of no link at all while so many were expected, negative binomial;
- a drop: Page's CUSUM for a source that brings half as much, in units of its usual variance;
- a share: Page's CUSUM for one of ``SHARES`` (refused pages, articles without date, …) that has
  gone three quarters of the way to all.

A CUSUM finds a change without knowing when it was, keeps three numbers instead of a window, and
remembers when the change began. Expected links count up to the last request only: a source that was
not asked is not silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from pipeline.source_states.observations import (
    COUNTS,
    PLACE,
    Bools,
    Circumstances,
    Floats,
    HourSums,
)

_PAGES = (
    "good_pages",
    "refused_pages",
    "paywalled_pages",
    "failed_pages",
    "unreadable_pages",
    "redesigned_pages",
    "foreign_pages",
)
SHARES = {
    "refused": ("refused_pages", _PAGES),
    "paywalled": ("paywalled_pages", _PAGES),
    "failed": ("failed_pages", _PAGES),
    "unreadable": ("unreadable_pages", _PAGES),
    "redesigned": ("redesigned_pages", _PAGES),
    "foreign": ("foreign_pages", _PAGES),
    "overdue": ("overdue_links", ("dated_links",)),
    "undated": ("undated_articles", ("articles",)),
    "unsigned": ("unsigned_articles", ("articles",)),
    "short": ("short_articles", ("articles",)),
    "stub": ("stub_articles", ("articles",)),
    "damaged": ("damaged_articles", ("articles",)),
    "unnamed": ("unnamed_articles", ("annotated_articles",)),
}
"""Shares that are watched: what is counted, of what."""
SHARE_PLACE = {name: place for place, name in enumerate(SHARES)}
_USUAL_SHARE = np.array(
    [0.01, 0.02, 0.02, 0.05, 0.01, 0.01, 0.02, 0.05, 0.3, 0.05, 0.01, 0.01, 0.04]
)
"""The shares of a source of which nothing is known; they count as much as six pages,
or two articles."""
_SHARE_PRIOR = np.array([2.0 if all_of is not _PAGES else 6.0 for _, all_of in SHARES.values()])
_WITHOUT_MEANING = 0.85
"""A source that usually has no author on so large a share of its articles has none to lose."""

_BAD = np.array([[float(name == bad) for bad, _ in SHARES.values()] for name in COUNTS])
_ALL_OF = np.array([[float(name in all_of) for _, all_of in SHARES.values()] for name in COUNTS])
"""Which counts make up each share: ``COUNTS`` × ``SHARES``."""
_IS_OF_CONTENT = np.array([all_of is not _PAGES for _, all_of in SHARES.values()])
_KNOWN_AFTER = 12
"""Articles from which it is known what a source's have: one may never name an author."""

_DAY_OF_NEWS = np.array(
    [1, 1, 1, 1, 1.5, 3, 4.5, 5.5, 6, 6, 6, 6, 5.5, 5.5, 6, 6, 6, 6, 5.5, 5, 4, 3, 2.5, 1.5]
)
"""Usual numbers of articles by local hour, before a source's own day is known."""
_LEVEL_PRIOR = 3.0
_FACTOR_PRIOR = 6.0
"""Links that the prior of a level, of an hour's or weekday's factor counts as much as."""
_FIRST_RATE = 12.0
_HALF_LIFE_DAYS = 28.0
_DECAY = 0.5 ** (1 / (24 * _HALF_LIFE_DAYS))
_COMMON_DECAY = 0.5 ** (1 / 5.0)
"""What the sources of a country lack together is seen over some five hours."""
_COMMON_PRIOR = 15.0
_LEAST_COMMON = 0.15
_LONGEST_GAP = 26.0
"""Hours without a request after which nothing is expected of the time between."""
_DROP = 0.5
SHORT = 0.4
"""An article of less than this part of the usual words is short."""
STUB_WORDS = 90
"""A short article of fewer words than these is a stub."""
OVERDUE_MINUTES, OVERDUE_LAGS = 60.0, 4.0
"""An item is overdue so many minutes, and so many usual lags, after its stated time."""
_DAY_VARIANCE = 0.1
"""Variance of the factor of a day, before the source's own is known; it counts as ten days."""
MOST_EVIDENCE = 13.0
_GOOD_IN_A_ROW = 5.0
"""Pages without a fault after which a fault of pages is over."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of each source; a row for each."""

    hour_seen: Floats
    hour_expected: Floats
    """Links by hour of the day that came, and that level and weekday alone let expect."""
    day_seen: Floats
    day_expected: Floats
    """The same by weekday, Monday first."""
    seen: Floats
    exposure: Floats
    """Links that came, and usual days in which they came: their ratio is the level."""
    age_hours: Floats
    """Hours of which something was learnt."""
    first_rate: Floats
    hour_variance: Floats
    hour_mean: Floats
    """Sums for the variance of an hour's links beside their mean."""
    day_variance: Floats
    day_square: Floats
    """Sums for the variance of a day's factor."""
    today: Floats
    today_seen: Floats
    today_expected: Floats
    """The local day (days since 1970), and its links until now."""
    share_bad: Floats
    share_all: Floats
    """Sources × ``SHARES``."""
    words_sum: Floats
    words_number: Floats
    lag_sum: Floats
    lag_number: Floats
    asked_until: Floats
    """Hour up to which links were expected; NaN before the first request."""
    last_link_at: Floats
    recent_seen: Floats
    recent_expected: Floats
    """Links of some hours, for what the sources of a country have in common."""
    gap: Floats
    """Links expected since the last one."""
    drop_score: Floats
    drop_seen: Floats
    drop_expected: Floats
    drop_since: Floats
    share_scores: Floats
    share_since: Floats
    share_seen_bad: Floats
    share_seen_all: Floats
    share_run: Floats
    """Of each share: its CUSUM, since when, what came since then, and good ones in a row."""
    expected: Floats
    """Links expected in the last hour that was added."""

    def __len__(self) -> int:
        """Return the number of sources."""
        return len(self.seen)


_BY_COLUMNS = {
    "hour_seen": 24,
    "hour_expected": 24,
    "day_seen": 7,
    "day_expected": 7,
    "share_bad": len(SHARES),
    "share_all": len(SHARES),
    "share_scores": len(SHARES),
    "share_since": len(SHARES),
    "share_seen_bad": len(SHARES),
    "share_seen_all": len(SHARES),
    "share_run": len(SHARES),
}
_UNKNOWN_AT_FIRST = ("first_rate", "today", "asked_until", "last_link_at", "drop_since")


def new_history(sources: int) -> History:
    """Return the history of sources of which nothing is known."""
    made = {}
    for each in fields(History):
        shape = (sources, _BY_COLUMNS[each.name]) if each.name in _BY_COLUMNS else (sources,)
        made[each.name] = np.full(shape, np.nan if each.name in _UNKNOWN_AT_FIRST else 0.0)
    return History(**made)


def level(history: History) -> Floats:
    """Return the usual number of new links on a mean day."""
    first = np.where(np.isnan(history.first_rate), _FIRST_RATE, history.first_rate)
    level: Floats = (history.seen + _LEVEL_PRIOR) / (history.exposure + _LEVEL_PRIOR / first)
    return level


def hour_factors(history: History) -> Floats:
    """Return the rate of each hour of the day beside the mean hour's: sources × 24."""
    usual = _DAY_OF_NEWS / _DAY_OF_NEWS.mean()
    own = (history.hour_seen + _FACTOR_PRIOR) / (history.hour_expected + _FACTOR_PRIOR)
    factors: Floats = usual * own
    return np.asarray(factors / factors.mean(axis=1, keepdims=True))


def weekday_factors(history: History) -> Floats:
    """Return the rate of each weekday beside the mean day's: sources × 7."""
    usual = np.array([1.05, 1.05, 1.05, 1.05, 1.05, 0.85, 0.85])
    own = (history.day_seen + _FACTOR_PRIOR) / (history.day_expected + _FACTOR_PRIOR)
    factors = usual * own
    return np.asarray(factors / factors.mean(axis=1, keepdims=True))


def usual_words(history: History) -> Floats:
    """Return the usual number of words of an article; NaN before five are known."""
    return _mean_of_logs(history.words_sum, history.words_number)


def usual_lag(history: History) -> Floats:
    """Return the usual minutes from an item's stated time to its listing; NaN while unknown."""
    return _mean_of_logs(history.lag_sum, history.lag_number)


def usual_shares(history: History) -> Floats:
    """Return the usual value of each share: sources × ``SHARES``."""
    known = history.share_bad + _SHARE_PRIOR * _USUAL_SHARE
    return np.asarray(known / (history.share_all + _SHARE_PRIOR))


def cautious_shares(history: History) -> Floats:
    """Return the value that each share may well have, for all that is known of it."""
    usual = usual_shares(history)
    spread = np.sqrt(usual * (1 - usual) / (history.share_all + _SHARE_PRIOR))
    return np.asarray(np.minimum(usual + 2 * spread, 0.99))


def day_variance(history: History) -> Floats:
    """Return the variance of the factor of a day."""
    prior = 10 * np.square(level(history)) + 1e-9
    found = (history.day_variance + _DAY_VARIANCE * prior) / (history.day_square + prior)
    return np.asarray(np.clip(found, 0.02, 0.6))


def hour_dispersion(history: History) -> Floats:
    """Return the variance of an hour's links beside their mean: 1 where they come one by one."""
    return np.asarray(np.clip((history.hour_variance + 30) / (history.hour_mean + 30), 1.0, 8.0))


def gap_evidence(history: History, now: float) -> Floats:
    """Return the evidence that a source has gone silent: −ln P(no link in the gap)."""
    days = np.nan_to_num((now - history.last_link_at) / 24, nan=1.0)
    unsure = 1 / (history.seen + _LEVEL_PRIOR) + 0.6 / (1 + history.age_hours / 24)
    variance = day_variance(history) / np.maximum(days, 1.0) + unsure
    at_once = (hour_dispersion(history) + 1) / 2
    return np.asarray(np.log1p(history.gap / at_once * variance) / variance)


def articles_per_link(history: History) -> Floats:
    """Return how many articles a new link usually becomes, at most one."""
    ratio = (history.words_number + 0.9 * _LEVEL_PRIOR) / (history.seen + _LEVEL_PRIOR)
    return np.asarray(np.minimum(ratio, 1.0))


def day_spread(history: History, expected: Floats) -> Floats:
    """Return the standard deviation of a day of which so many articles are expected."""
    unsure = day_variance(history) + 1 / (history.seen + _LEVEL_PRIOR)
    return np.asarray(np.sqrt(expected * hour_dispersion(history) + np.square(expected) * unsure))


def expected_links(history: History, around: Circumstances, start: Floats, end: Floats) -> Floats:
    """Return the links that the baseline lets expect between two hours since 1970."""
    hours, days = hour_factors(history), weekday_factors(history)
    weeks = (days[:, :, None] * hours[:, None, :]).reshape(len(history), 168)
    running = np.concatenate([np.zeros((len(history), 1)), weeks.cumsum(axis=1)], axis=1)
    total = _running(running, end + around.zone_hours) - _running(
        running, start + around.zone_hours
    )
    return np.asarray(np.maximum(total, 0.0) * level(history) / 24)


def common_factor(history: History, around: Circumstances) -> Floats:
    """Return how much of the expected the other sources of the same country bring just now."""
    groups = around.country + 1
    seen = np.minimum(history.recent_seen, history.recent_expected * 1.5)
    expected = history.recent_expected
    all_seen = np.bincount(groups, seen, groups.max(initial=0) + 1)[groups] - seen
    all_expected = np.bincount(groups, expected, groups.max(initial=0) + 1)[groups] - expected
    factor = (all_seen + _COMMON_PRIOR) / (all_expected + _COMMON_PRIOR)
    return np.asarray(np.clip(factor, _LEAST_COMMON, 1.0))


def add_hour(
    history: History, sums: HourSums, around: Circumstances, *, is_usual: Bools | None = None
) -> History:
    """Return the history with an hour's evidence, and with its lesson where it is over.

    Args:
        history: up to the hour before.
        sums: what the hour brought.
        around: of the sources.
        is_usual: sources that teach what is usual, those that are well; None while the hour is not
            over, when nothing is learnt.
    """
    first_rate = np.where(np.isnan(history.first_rate), around.first_rate, history.first_rate)
    history = replace(history, first_rate=first_rate)
    was_asked = ~np.isnan(sums.asked_at)
    begin = np.where(np.isnan(history.asked_until), sums.asked_at, history.asked_until)
    begin = np.where(sums.asked_at - begin > _LONGEST_GAP, sums.asked_at, begin)
    start, end = np.where(was_asked, begin, 0.0), np.where(was_asked, sums.asked_at, 0.0)
    plain = np.where(was_asked, expected_links(history, around, start, end), 0.0)
    expected = plain * common_factor(history, around)
    after = _with_evidence(history, sums, expected, was_asked, float(sums.hour))
    if is_usual is None:
        return after
    return _learnt(history, after, sums, around, expected, is_usual)


def _with_evidence(
    history: History, sums: HourSums, expected: Floats, was_asked: Bools, hour: float
) -> History:
    links = sums.counts[:, PLACE["links"]]
    unsure = day_variance(history) + 0.6 / (1 + history.age_hours / 24)
    spread = hour_dispersion(history) + level(history) * unsure
    step = (expected * (1 - _DROP) + links * np.log(_DROP)) / spread
    score = np.clip(history.drop_score + step, 0.0, MOST_EVIDENCE)
    is_on = score > 0
    bad, all_of = _shares(sums.counts)
    usual = np.clip(usual_shares(history), 0.002, 0.98)
    worse = 0.75 + usual / 4
    steps = bad * np.log(worse / usual) + (all_of - bad) * np.log((1 - worse) / (1 - usual))
    is_unknown = _IS_OF_CONTENT & (history.share_all < _KNOWN_AFTER)
    steps = np.where(is_unknown | (usual > _WITHOUT_MEANING), 0.0, steps)
    run = np.where(bad > 0, np.minimum(all_of - bad, 1.0), history.share_run + all_of)
    scores = np.clip(history.share_scores + steps, 0.0, MOST_EVIDENCE)
    scores = np.where(run >= _GOOD_IN_A_ROW, 0.0, scores)
    are_on = scores > 0
    return replace(
        history,
        asked_until=np.where(was_asked, sums.asked_at, history.asked_until),
        last_link_at=np.where(links > 0, sums.asked_at, history.last_link_at),
        gap=np.where(links > 0, 0.0, history.gap + expected),
        drop_score=score,
        drop_seen=np.where(is_on, history.drop_seen + links, 0.0),
        drop_expected=np.where(is_on, history.drop_expected + expected, 0.0),
        drop_since=np.where(history.drop_score > 0, history.drop_since, hour),
        share_scores=scores,
        share_since=np.where(history.share_scores > 0, history.share_since, hour),
        share_seen_bad=np.where(are_on, history.share_seen_bad + bad, 0.0),
        share_seen_all=np.where(are_on, history.share_seen_all + all_of, 0.0),
        share_run=run,
        recent_seen=history.recent_seen + links,
        recent_expected=history.recent_expected + expected,
        expected=expected,
    )


def _learnt(
    before: History,
    after: History,
    sums: HourSums,
    around: Circumstances,
    expected: Floats,
    is_usual: Bools,
) -> History:
    """Return the history with what an hour teaches of the sources that are well."""
    links = sums.counts[:, PLACE["links"]]
    weight = is_usual & (expected > 0)
    rate = level(before)
    local = np.floor(np.nan_to_num(sums.asked_at) + around.zone_hours).astype(np.int64)
    hour, weekday = local % 24, (local // 24 + 3) % 7
    rows = np.arange(len(before))
    hours, days = hour_factors(before), weekday_factors(before)
    usual_hour = _DAY_OF_NEWS / _DAY_OF_NEWS.mean()
    kept = np.where(weight, _DECAY, 1.0)
    hour_seen, hour_expected = (
        before.hour_seen * kept[:, None],
        before.hour_expected * kept[:, None],
    )
    day_seen, day_expected = before.day_seen * kept[:, None], before.day_expected * kept[:, None]
    hour_seen[rows, hour] += links * weight
    hour_expected[rows, hour] += expected * weight * usual_hour[hour] / hours[rows, hour]
    usual_day = np.where(weekday >= 5, 0.85, 1.05)
    day_seen[rows, weekday] += links * weight
    day_expected[rows, weekday] += expected * weight * usual_day / days[rows, weekday]
    error = np.square(np.minimum(links, 3 * expected + 6) - expected)
    beyond = np.maximum(error - np.square(expected) * day_variance(before), 0.0)
    bad, all_of = _shares(sums.counts)
    teach = is_usual.astype(float)
    keep = np.where(is_usual, _DECAY, 1.0)
    counts = sums.counts
    today = np.floor((sums.hour + around.zone_hours) / 24)
    is_new_day = today != before.today
    whole = is_new_day & is_usual & (before.today_expected > 0.5 * rate)
    missed = np.square(
        np.minimum(before.today_seen, 2 * before.today_expected) - before.today_expected
    )
    surplus = missed - before.today_expected * hour_dispersion(before)
    square = np.square(before.today_expected)
    day_keep = np.where(whole, 0.5 ** (1 / _HALF_LIFE_DAYS), 1.0)
    return replace(
        after,
        hour_seen=hour_seen,
        hour_expected=hour_expected,
        day_seen=day_seen,
        day_expected=day_expected,
        seen=before.seen * kept + links * weight,
        exposure=before.exposure * kept + expected * weight / rate,
        age_hours=before.age_hours + weight,
        hour_variance=before.hour_variance * kept + beyond * weight,
        hour_mean=before.hour_mean * kept + expected * weight,
        day_variance=before.day_variance * day_keep + np.where(whole, surplus, 0.0),
        day_square=before.day_square * day_keep + np.where(whole, square, 0.0),
        today=today,
        today_seen=np.where(is_new_day, 0.0, before.today_seen) + links,
        today_expected=np.where(is_new_day, 0.0, before.today_expected) + expected,
        share_bad=before.share_bad * keep[:, None] + bad * teach[:, None],
        share_all=before.share_all * keep[:, None] + all_of * teach[:, None],
        words_sum=before.words_sum * keep + counts[:, PLACE["log_words"]] * teach,
        words_number=before.words_number * keep + counts[:, PLACE["articles"]] * teach,
        lag_sum=before.lag_sum * keep + counts[:, PLACE["log_lag"]] * teach,
        lag_number=before.lag_number * keep + counts[:, PLACE["dated_links"]] * teach,
        recent_seen=after.recent_seen * np.where(is_usual, _COMMON_DECAY, 0.0),
        recent_expected=after.recent_expected * np.where(is_usual, _COMMON_DECAY, 0.0),
    )


def _shares(counts: Floats) -> tuple[Floats, Floats]:
    """Return what is counted of each share, and of how many: sources × ``SHARES``."""
    bad, all_of = counts @ _BAD, counts @ _ALL_OF
    return np.minimum(bad, all_of), all_of


def _mean_of_logs(total: Floats, number: Floats) -> Floats:
    known = np.where(number >= 5, number, np.nan)
    return np.asarray(np.exp(total / known))


def _running(running: Floats, hours: Floats) -> Floats:
    """Return the sum of the week's factors up to an hour; hour 96 since 1970 began a Monday."""
    since = hours - 96
    weeks = np.floor(since / 168)
    within = since - weeks * 168
    place = np.minimum(np.floor(within).astype(np.int64), 167)
    rows = np.arange(len(hours))
    at, following = running[rows, place], running[rows, place + 1]
    return np.asarray(weeks * running[:, -1] + at + (within - place) * (following - at))


def relearnt(history: History, rows: Bools) -> History:
    """Return the history without what was learnt of some sources, which have changed for good.

    Their rate of the time since the change is what is expected of them at first.
    """
    fresh = new_history(len(history))
    expected = np.maximum(history.drop_expected, 1e-9)
    changed = np.where(history.drop_expected > 0, history.drop_seen / expected, 1.0)
    rate = level(history) * np.clip(changed, 0.05, 1.0)
    kept = {"first_rate": rate, "asked_until": history.asked_until}
    mixed = {}
    for each in fields(History):
        old = getattr(history, each.name)
        new = kept.get(each.name, getattr(fresh, each.name))
        mixed[each.name] = np.where(rows[:, None] if old.ndim > 1 else rows, new, old)
    return History(**mixed)


def as_json(history: History, row: int) -> dict[str, object]:
    """Return what is known of one source as it is stored; unknown numbers are None."""
    return {each.name: _as_json(getattr(history, each.name)[row]) for each in fields(History)}


def from_json(stored: Sequence[Mapping[str, Any] | None]) -> History:
    """Return the history of sources as ``as_json`` stored each, None for a new one."""
    history = new_history(len(stored))
    for row, found in enumerate(stored):
        for each in fields(History):
            known = getattr(history, each.name)
            value = (found or {}).get(each.name)
            if value is not None and np.shape(value) == np.shape(known[row]):
                known[row] = np.array(value, dtype=float)
    return history


def _as_json(value: Any) -> object:
    numbers = np.round(np.atleast_1d(value), 5)
    kept = [None if np.isnan(number) else float(number) for number in numbers]
    return kept if np.ndim(value) else kept[0]
