"""Alerts as rows: what is the case, since when, and which channels were told.

An alert is a condition, found again at each tick by a query: a source whose last change of state is
to a bad one, a check with findings in the last publish, a link that ended in quarantine, a run that
goes on for too long. A condition that is new opens an alert, one that is gone closes it. What is an
event instead (a task failed) is opened by whoever saw it, and closed by the query of what cured it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import quote

from psycopg import Connection
from psycopg.rows import dict_row

from pipeline.alerts.digest import Alert, Severity
from pipeline.text import one_line, storable
from pipeline.warehouse.session_locks import hold_lock
from pipeline.warehouse.transactions import transact

_LOCK = 0x616C_7274
"""Key of the advisory lock under which digests are sent ("alrt")."""
_LOCK_WAIT = 60.0
"""Seconds."""
_TOLD_LATE = timedelta(days=3)
"""An alert that is over is still told for this long to a channel that was away."""
LONG_DAGS = ("backfill", "reprocess", "dateline-backfill", "dateline-reprocess")
"""Runs that may take eight times as long as others before they count as slow."""
BAD_STATES = ("silent", "blocked", "redesigned", "thinner", "failing", "sleeping")
"""States of a source that are alerts, once the evidence is that of one (severity ``alert``).
``late`` is none: it becomes ``silent`` or ``ok``."""


def conditions(
    conn: Connection, now: datetime, slow_run_hours: float
) -> tuple[list[Alert], dict[str, str]]:
    """Return the alerts that should be open now, and the present state of each source by key.

    Args:
        conn: any connection.
        now: the time.
        slow_run_hours: a run that goes on for longer is one.
    """
    found = [
        *_of_checks(conn),
        *_of_quarantine(conn),
        *slow_runs(conn, now, slow_run_hours),
    ]
    rows = conn.execute(_SOURCE_STATES).fetchall()
    states = {key: state for key, state, *_ in rows}
    found += [
        _of_source(key, state, reason, severity)
        for key, state, reason, severity, is_alert in rows
        if is_alert and state in BAD_STATES and severity != "off"
    ]
    return found, states


SWEPT = ("source_state", "check", "quarantine", "slow_run", "component")
"""Kinds whose alerts are closed when they are not found any more."""

_SOURCE_STATES: LiteralString = """
select
    s.source_key, c.state, c.reason, s.alert_severity,
    c.severity = 'alert' or (
        c.severity = 'notice'
        and exists (
            select from ops.alerts as a
            where a.kind = 'source_state' and a.key = s.source_key || ' ' || c.state
                and a.closed_at is null
        )
    )
from (
    select distinct on (x.source_id)
        x.source_id, x.reason,
        case when y.is_active then x.to_state else 'paused' end as state,
        case when y.is_active then x.severity else 'none' end as severity
    from ops.source_state_changes as x
    join news.sources as y using (source_id)
    order by x.source_id, x.changed_at desc, x.source_state_change_id desc
) as c
join news.sources as s using (source_id)
order by s.source_key
"""
"""A state that was sure enough for an alert and is less so now keeps its alert open."""


def _of_source(source_key: str, state: str, reason: str | None, severity: Severity) -> Alert:
    title = f"{source_key} is {state}"
    return Alert("source_state", f"{source_key} {state}", severity, title, reason or "", source_key)


def _of_checks(conn: Connection) -> list[Alert]:
    """Return an alert for each check of severity error and source, as the last publish found it."""
    rows = conn.execute(
        """
        select f.check_name, f.source_key, count(*),
            (array_agg(f.finding order by f.finding_no))[1:3],
            case when count(distinct f.page_url) = 1 then min(f.page_url) end
        from ops.check_results as r
        join ops.check_findings as f using (publish_id, check_name)
        where r.publish_id = (select max(publish_id) from ops.check_results)
            and r.severity = 'error'
        group by f.check_name, f.source_key
        order by f.check_name, f.source_key
        """
    ).fetchall()
    found = []
    for name, source, count, first, page in rows:
        about = f" ({source})" if source else ""
        more = f"; and {count - len(first)} more" if count > len(first) else ""
        found.append(
            Alert(
                "check",
                f"{name} {source or ''}".strip(),
                "severe",
                f"check {name} fails{about}",
                "; ".join(first) + more,
                source,
                page,
            )
        )
    return found


def _of_quarantine(conn: Connection) -> list[Alert]:
    """Return an alert for each link, and each current version, that ended in quarantine."""
    links = conn.execute(
        """
        select l.link_id, s.source_key, l.url, a.reason
        from ops.links as l
        join news.sources as s on s.source_id = l.source_id
        left join lateral (
            select t.reason from ops.link_attempts as t
            where t.link_id = l.link_id and t.outcome = 'quarantined'
            order by t.attempt_id desc limit 1
        ) as a on true
        where l.last_outcome = 'quarantined'
        order by l.link_id
        """
    ).fetchall()
    versions = conn.execute(
        """
        select v.article_version_id, s.source_key, a.canonical_url, f.reason
        from news.article_versions as v
        left join ops.page_failures as f on f.article_version_id = v.article_version_id
        join news.articles as a on a.article_id = v.article_id
        join news.sources as s on s.source_id = a.source_id
        where v.annotation_outcome = 'quarantined' and v.is_current
        order by v.article_version_id
        """
    ).fetchall()
    return [
        *(
            Alert(
                "quarantine",
                f"link {number}",
                "warning",
                f"a page of {source} is quarantined",
                reason or "",
                source,
                url,
            )
            for number, source, url, reason in links
        ),
        *(
            Alert(
                "quarantine",
                f"version {number}",
                "warning",
                f"names and quotes of a page of {source} are quarantined",
                f"its text is stored; annotation failed: {reason or 'see the log'}",
                source,
                url,
            )
            for number, source, url, reason in versions
        ),
    ]


def slow_runs(conn: Connection, now: datetime, hours: float) -> list[Alert]:
    """Return an alert for each run that goes on for longer than runs of its DAG should.

    Args:
        conn: a connection.
        now: the present.
        hours: what a run may take; those of ``LONG_DAGS`` may take eight times as long.
    """
    rows = conn.execute(
        """
        select run_id, dag_id, airflow_run_id, started_at from ops.runs
        where status = 'running'
            and started_at < %(now)s - %(limit)s
                * case when dag_id = any(%(long)s) then 8 else 1 end
        order by run_id
        """,
        {"now": now, "limit": timedelta(hours=hours), "long": list(LONG_DAGS)},
    ).fetchall()
    return [
        Alert(
            "slow_run",
            f"run {run_id}",
            "warning",
            f"run {run_id} of {dag} goes on for over"
            f" {hours * (8 if dag in LONG_DAGS else 1):g} hours",
            f"started {started:%Y-%m-%d %H:%M} UTC as {name}; or its process was killed",
            ui_path=None if dag.startswith("dateline-") else run_path(dag, name),
        )
        for run_id, dag, name, started in rows
    ]


def run_path(dag_id: str, airflow_run_id: str) -> str:
    """Return the path of a run's page in the Airflow UI."""
    return f"dags/{quote(dag_id, safe='')}/runs/{quote(airflow_run_id, safe='')}"


def update_alerts(
    conn: Connection, found: Sequence[Alert], states: Mapping[str, str], now: datetime
) -> int:
    """Open an alert for each new condition, close those that are gone; return how many are open.

    Args:
        conn: any connection.
        found: what ``conditions`` returned.
        states: the present state by source.
        now: the time.
    """

    def work(live: Connection) -> int:
        _open(live, found, now)
        live.execute(_CLOSE_SWEPT, _arrays(found) | {"now": now, "kinds": list(SWEPT)})
        live.execute(_CLOSE_TASKS, {"now": now})
        names = sorted(states)
        live.execute(
            "update ops.alerts as a set closing_note = d.state"
            " from unnest(%s::text[], %s::text[]) as d(source_key, state)"
            " join news.sources as s using (source_key)"
            " where a.source_id = s.source_id and a.kind = 'source_state' and a.closed_at = %s",
            (names, [states[name] for name in names], now),
        )
        row = live.execute("select count(*) from ops.alerts where closed_at is null").fetchone()
        return int(row[0]) if row else 0

    return transact(conn, work)


def open_alerts(conn: Connection, found: Sequence[Alert], now: datetime) -> None:
    """Open these alerts, or mark those that are open already as seen again."""
    transact(conn, lambda live: _open(live, found, now))


def close_alert(conn: Connection, kind: str, key: str, now: datetime) -> None:
    """Close the open alert of this kind and key, if there is one."""

    def work(live: Connection) -> None:
        live.execute(
            "update ops.alerts set closed_at = %s"
            " where kind = %s and key = %s and closed_at is null",
            (now, kind, key),
        )

    transact(conn, work)


def _open(conn: Connection, found: Sequence[Alert], now: datetime) -> None:
    conn.execute(_OPEN, _arrays(found) | {"now": now})


def _arrays(found: Sequence[Alert]) -> dict[str, Any]:
    once = {(each.kind, each.key): each for each in found}.values()
    return {
        "kind": [each.kind for each in once],
        "key": [storable(each.key) for each in once],
        "source": [each.source_key for each in once],
        "page": [storable(each.page_url) if each.page_url else None for each in once],
        "severity": [each.severity for each in once],
        "title": [one_line(storable(each.title)) for each in once],
        "text": [one_line(storable(each.text), 1000) for each in once],
        "path": [each.ui_path for each in once],
    }


_GIVEN: LiteralString = """
unnest(%(kind)s::text[], %(key)s::text[], %(source)s::text[], %(page)s::text[],
    %(severity)s::text[], %(title)s::text[], %(text)s::text[], %(path)s::text[])
    as g(kind, key, source_key, page_url, severity, title, text, ui_path)
"""
_OPEN: LiteralString = (
    """
insert into ops.alerts (
    kind, key, source_id, page_url, severity, title, text, ui_path, opened_at, last_seen_at
)
select g.kind, g.key, s.source_id, g.page_url, g.severity, g.title, g.text, g.ui_path,
    %(now)s, %(now)s
from """
    + _GIVEN
    + """
left join news.sources as s using (source_key)
on conflict (kind, md5(key)) where closed_at is null do update set
    severity = excluded.severity, title = excluded.title, text = excluded.text,
    last_seen_at = excluded.last_seen_at
"""
)
_CLOSE_SWEPT: LiteralString = (
    """
update ops.alerts as a set closed_at = %(now)s
where a.closed_at is null and a.kind = any(%(kinds)s)
    and not exists (
        select from """
    + _GIVEN
    + """ where g.kind = a.kind and g.key = a.key
    )
"""
)
_CLOSE_TASKS: LiteralString = """
update ops.alerts as a set closed_at = %(now)s
where a.closed_at is null and a.kind = 'task'
    and exists (
        select from ops.runs as r
        where r.dag_id = split_part(a.key, '.', 1) and r.status = 'succeeded'
            and r.started_at > a.last_seen_at
    )
"""
"""A failed task is cured by a whole run that began after it and succeeded."""


@contextmanager
def one_sender(conn: Connection) -> Iterator[bool]:
    """Hold the lock under which alerts are updated and sent; yield False where another keeps it.

    Two publishes at once would send each digest twice. The holder is done within a minute: it
    sends within ``DELIVERY_SECONDS``.
    """
    with hold_lock(conn, _LOCK, seconds=_LOCK_WAIT) as is_ours:
        yield is_ours


@dataclass(frozen=True, slots=True)
class Pending:
    """What one channel is to be told."""

    opened: tuple[Alert, ...]
    closed: tuple[Alert, ...]
    opened_ids: list[int]
    closed_ids: list[int]
    still_open: int
    """Open alerts of which it was told before."""


def add_channels(conn: Connection, names: Collection[str], now: datetime) -> None:
    """Store that these channels are used; those that are known stay as they are."""

    def work(live: Connection) -> None:
        live.execute(
            "insert into ops.alert_channels (channel, first_used_at) select name, %s"
            " from unnest(%s::text[]) as name on conflict (channel) do nothing",
            (now, sorted(set(names))),
        )

    transact(conn, work)


def pending(conn: Connection, channel: str, now: datetime, *, only_severe: bool = False) -> Pending:
    """Return the alerts that a channel was not told of yet.

    A channel that was away, or new, is told of all that is open. What ended before it was first
    used, or more than three days ago, it is not told of.

    Args:
        conn: any connection.
        channel: its name; it is stored already.
        now: the time.
        only_severe: leave the others for later, because quiet hours last.
    """
    rows = conn.execute(
        """
        select a.alert_id, a.kind, a.key, a.severity, a.title, a.text, s.source_key, a.page_url,
            a.ui_path, a.opened_at, a.closed_at, a.closing_note
        from ops.alerts as a
        join ops.alert_channels as c on c.channel = %(channel)s
        left join news.sources as s on s.source_id = a.source_id
        where case
                when a.closed_at is null then a.opened_to @> array[c.channel] is false
                else a.closed_to @> array[c.channel] is false
                    and a.closed_at > %(now)s - %(late)s
                    and a.closed_at >= c.first_used_at
            end
            and (a.severity = 'severe' or not %(severe)s)
        order by a.severity, a.opened_at, a.alert_id
        """,
        {"channel": channel, "now": now, "late": _TOLD_LATE, "severe": only_severe},
    ).fetchall()
    alerts = [(row[0], Alert(*row[1:])) for row in rows]
    opened = [(number, each) for number, each in alerts if each.closed_at is None]
    closed = [(number, each) for number, each in alerts if each.closed_at is not None]
    count = conn.execute(
        "select count(*) from ops.alerts where closed_at is null and %s = any(opened_to)",
        (channel,),
    ).fetchone()
    return Pending(
        tuple(each for _, each in opened),
        tuple(each for _, each in closed),
        [number for number, _ in opened],
        [number for number, _ in closed],
        int(count[0]) if count else 0,
    )


def record_delivery(
    conn: Connection, channel: str, told: Pending, error: str | None, now: datetime
) -> None:
    """Store that a channel was told, or why it was not."""

    def work(live: Connection) -> None:
        if error is not None:
            live.execute(
                "update ops.alert_channels set failing_since = coalesce(failing_since, %s),"
                " failure_count = failure_count + 1, last_error = %s where channel = %s",
                (now, one_line(storable(error)), channel),
            )
            return
        live.execute(
            "update ops.alert_channels set last_ok_at = %s, failing_since = null,"
            " failure_count = 0 where channel = %s",
            (now, channel),
        )
        live.execute(
            "update ops.alerts set opened_to = array_append(opened_to, %s), last_sent_at = %s"
            " where alert_id = any(%s)",
            (channel, now, told.opened_ids),
        )
        live.execute(
            "update ops.alerts set closed_to = array_append(closed_to, %s), last_sent_at = %s"
            " where alert_id = any(%s)",
            (channel, now, told.closed_ids),
        )

    transact(conn, work)


@dataclass(frozen=True, slots=True)
class FailingChannel:
    """A channel whose last message was not taken."""

    channel: str
    since: datetime
    error: str


def failing_channels(conn: Connection, names: Collection[str]) -> list[FailingChannel]:
    """Return those of these channels whose last message was not taken."""
    rows = conn.execute(
        "select channel, failing_since, coalesce(last_error, '') from ops.alert_channels"
        " where channel = any(%s) and failing_since is not null order by channel",
        (list(names),),
    )
    return [FailingChannel(*row) for row in rows]


def stored_alerts(conn: Connection, *, only_open: bool, limit: int) -> list[dict[str, Any]]:
    """Return rows of ``mart.alerts``, the newest first."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select * from mart.alerts where is_open or not %s"
            " order by opened_at desc, alert_id desc limit %s",
            (only_open, limit),
        )
        return cursor.fetchall()


def forget_old_alerts(conn: Connection, days: int) -> int:
    """Delete alerts that were over this long ago, and return how many."""

    def work(live: Connection) -> int:
        return live.execute(
            "delete from ops.alerts where closed_at < now() - make_interval(days => %s)", (days,)
        ).rowcount

    return transact(conn, work)
