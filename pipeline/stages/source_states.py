"""Stage *source states*: how each source fares, judged by what the last hours brought.

Called by *publish*. Hours that are over for an hour are learnt from and stored; the later ones
count as evidence and are summed again at the next call, since pages are decided after they are
listed.
"""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from psycopg import Connection

from pipeline.source_states.history import (
    History,
    add_hour,
    articles_per_link,
    as_json,
    day_spread,
    expected_links,
    from_json,
    level,
    relearnt,
    usual_lag,
    usual_words,
)
from pipeline.source_states.observations import PLACE, Circumstances, Floats, HourSums
from pipeline.source_states.verdict import Verdict, judge
from pipeline.telemetry import log, meter
from pipeline.warehouse.source_states import (
    NewState,
    WatchedSource,
    count_days,
    document_stands,
    first_attempt_at,
    hour_of,
    hour_sums,
    last_articles,
    last_stored_day,
    store_days,
    store_histories,
    store_hours,
    store_states,
    sums_of_last_day,
    time_of,
    watched_sources,
)
from pipeline.warehouse.store import store
from pipeline.warehouse.transactions import transact

_SETTLED_AFTER = timedelta(hours=1)
"""Time after which an hour's links are decided, but for a few."""
_LONGEST_PAST = timedelta(days=35)
"""Time of which the first call learns."""
_FOR_GOOD_AFTER = timedelta(days=21)
_DAY = timedelta(days=1)
_ARTICLES = PLACE["articles"]


def update_source_states(now: datetime) -> dict[str, int]:
    """Judge all sources, and store their states, hours and days.

    Returns:
        The number of sources by state, and of ``changes``.
    """
    with store() as connection:
        counts = transact(connection, lambda live: _update(live, now.astimezone(UTC)))
    meter().count("source_state_changes", counts["changes"])
    return dict(counts)


def _update(conn: Connection, now: datetime) -> Counter[str]:
    sources = watched_sources(conn)
    if not sources:
        return Counter(changes=0)
    ids = [each.source_id for each in sources]
    around = _circumstances(sources, now)
    settled = from_json([each.history for each in sources])
    if any(_has_changed_for_good(each, now) for each in sources):
        changed = np.array([_has_changed_for_good(each, now) for each in sources], dtype=bool)
        settled = relearnt(settled, changed)
    begin = _begin(conn, sources, now)
    hours = (
        hour_sums(conn, ids, begin, now, usual_words(settled), usual_lag(settled))
        if begin <= now
        else []
    )
    until = max(begin, time_of(hour_of(now - _SETTLED_AFTER)))
    teaches = np.array([each.severity != "alert" for each in sources], dtype=bool)
    over: list[tuple[HourSums, Floats]] = []
    latest, open_expected, open_articles = settled, np.zeros(len(ids)), np.zeros(len(ids))
    for sums in hours:
        if time_of(sums.hour) < until:
            latest = add_hour(latest, sums, around, is_usual=teaches)
            settled = latest
            over.append((sums, settled.expected))
        else:
            latest = add_hour(latest, sums, around)
            open_expected += latest.expected
            open_articles += sums.counts[:, _ARTICLES]
    if over:
        store_hours(conn, ids, begin, over)
        store_histories(conn, ids, [as_json(settled, row) for row in range(len(ids))], until)
    _complete_days(conn, ids, settled, around, begin, now, has_new_hours=bool(over))
    before = [(each.state, each.severity) for each in sources]
    stands = document_stands(conn, ids, now)
    verdicts = judge(latest, stands, around, before, now.timestamp() / 3600)
    stored_expected, stored_articles = sums_of_last_day(conn, ids, now - _DAY)
    expected = (stored_expected + open_expected) * articles_per_link(settled)
    came = last_articles(conn, begin, now)
    states = [
        NewState(
            source_id=source.source_id,
            verdict=verdicts[row],
            expected=float(expected[row]),
            seen=int(stored_articles[row] + open_articles[row]),
            usual_a_day=float(level(settled)[row]),
            last_good_at=came.get(source.source_id),
        )
        for row, source in enumerate(sources)
    ]
    changes = store_states(conn, states, now)
    _log_changes(sources, verdicts)
    counts: Counter[str] = Counter(each.state for each in verdicts)
    counts["changes"] = changes
    return counts


def _has_changed_for_good(source: WatchedSource, now: datetime) -> bool:
    """Return whether a source has been thinner for so long that this is its usual state now."""
    is_thinner = source.state == "thinner" and source.since is not None
    return is_thinner and now - (source.since or now) > _FOR_GOOD_AFTER


def _begin(conn: Connection, sources: list[WatchedSource], now: datetime) -> datetime:
    """Return the begin of the first hour that was not learnt from."""
    learnt = [each.learnt_until for each in sources if each.learnt_until is not None]
    if learnt:
        return max(max(learnt), time_of(hour_of(now - _LONGEST_PAST)))
    first = first_attempt_at(conn, [each.source_id for each in sources]) or now
    return time_of(hour_of(max(first, now - _LONGEST_PAST)))


def _circumstances(sources: list[WatchedSource], now: datetime) -> Circumstances:
    countries = {name: place for place, name in enumerate(sorted({_country(s) for s in sources}))}
    return Circumstances(
        zone_hours=np.array([_zone_hours(each.time_zone, now) for each in sources]),
        country=np.array([countries[_country(each)] for each in sources]),
        first_rate=np.array(
            [np.nan if s.first_rate is None else min(s.first_rate, _MOST_A_DAY) for s in sources]
        ),
        is_paused=np.array([each.is_paused for each in sources], dtype=bool),
    )


_MOST_A_DAY = 500.0
"""Links a day that a habit, which is a gap between items, may let expect of a source at first."""


def _country(source: WatchedSource) -> str:
    return source.country or ""


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _zone_hours(name: str | None, now: datetime) -> float:
    """Return the hours that a time zone is ahead of UTC now; 0 where it is not known."""
    zone = _zone(name) if name else None
    offset = now.astimezone(zone).utcoffset() if zone else None
    return offset.total_seconds() / 3600 if offset else 0.0


def _complete_days(
    conn: Connection,
    ids: list[int],
    history: History,
    around: Circumstances,
    begin: datetime,
    now: datetime,
    *,
    has_new_hours: bool,
) -> None:
    """Store what each day lets expect, from the last stored one to today, and count articles."""
    today = now.date()
    last = last_stored_day(conn)
    if has_new_hours or last is None or last < today:
        day = max(min(last or begin.date(), today), today - _LONGEST_PAST)
        while day <= today:
            start = datetime.combine(day, time(), UTC)
            end = min(start + _DAY, now)
            whole = (start.timestamp() / 3600, end.timestamp() / 3600)
            links = expected_links(history, around, *(np.full(len(ids), each) for each in whole))
            expected = links * articles_per_link(history)
            store_days(conn, ids, day, expected, day_spread(history, expected))
            day += _DAY
    count_days(conn, min(begin, now - _DAY))


def _log_changes(sources: list[WatchedSource], verdicts: list[Verdict]) -> None:
    for source, verdict in zip(sources, verdicts, strict=True):
        if (source.state, source.severity) != (verdict.state, verdict.severity):
            log.info(
                "source state",
                source_id=source.source_id,
                state=verdict.state,
                severity=verdict.severity,
                reason=verdict.reason,
            )
