"""Sources as rows: the outlets that links and articles refer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.errors import UsageError
from pipeline.models import Source
from pipeline.warehouse.transactions import transact

_INSERT = """
insert into news.sources (
    source_key, source_name, homepage_url, country_code, language_code, time_zone, is_active,
    articles_a_day, latest_age_hours, source_group, alert_severity, wanted_languages,
    admit_kinds, text_for, has_many_outlets
)
values (%s, %s, %s, %s, %s, %s, %s, %s::real, %s::real, %s, %s, %s::text[], %s::text[], %s, %s)
"""
_KEEP = "on conflict (source_key) do nothing"
_UPDATE = """
on conflict (source_key) do update set
    source_name = excluded.source_name,
    homepage_url = excluded.homepage_url,
    country_code = excluded.country_code,
    language_code = excluded.language_code,
    time_zone = excluded.time_zone,
    is_active = excluded.is_active,
    articles_a_day = excluded.articles_a_day,
    latest_age_hours = excluded.latest_age_hours,
    source_group = excluded.source_group,
    alert_severity = excluded.alert_severity,
    wanted_languages = excluded.wanted_languages,
    admit_kinds = excluded.admit_kinds,
    text_for = excluded.text_for,
    has_many_outlets = excluded.has_many_outlets,
    updated_at = now()
where (sources.source_name, sources.homepage_url, sources.country_code, sources.language_code,
       sources.time_zone, sources.is_active, sources.articles_a_day, sources.latest_age_hours,
       sources.source_group, sources.alert_severity, sources.wanted_languages,
       sources.admit_kinds, sources.text_for, sources.has_many_outlets)
    is distinct from (excluded.source_name, excluded.homepage_url, excluded.country_code,
                      excluded.language_code, excluded.time_zone, excluded.is_active,
                      excluded.articles_a_day, excluded.latest_age_hours, excluded.source_group,
                      excluded.alert_severity, excluded.wanted_languages,
                      excluded.admit_kinds, excluded.text_for, excluded.has_many_outlets)
"""


def upsert_sources(
    conn: Connection, sources: Sequence[Source], *, only_new: bool = False
) -> dict[str, int]:
    """Store these sources and return their ids by key; other stored sources stay as they are.

    Args:
        conn: an autocommit connection.
        sources: what to store.
        only_new: leave those as they are that are stored already.
    """
    rows = [
        (
            source.key,
            source.name,
            source.homepage,
            source.country,
            source.language,
            source.time_zone,
            source.is_active,
            source.articles_a_day,
            source.latest_age_hours,
            source.group,
            source.alerts,
            list(source.wanted_languages),
            list(source.admit_kinds),
            source.text_for,
            source.has_many_outlets,
        )
        for source in sorted(sources, key=lambda source: source.key)
    ]

    def work(live: Connection) -> dict[str, int]:
        with live.cursor() as cursor:
            cursor.executemany(_INSERT + (_KEEP if only_new else _UPDATE), rows)
        found = live.execute(
            "select source_key, source_id from news.sources where source_key = any(%s)",
            ([row[0] for row in rows],),
        )
        return dict(found.fetchall())

    return transact(conn, work)


def deactivate_sources(conn: Connection, keys: Sequence[str]) -> None:
    """Mark sources that were removed, and their documents, as inactive."""

    def work(live: Connection) -> None:
        found = live.execute(
            "update news.sources set is_active = false, updated_at = now()"
            " where source_key = any(%s) and is_active returning source_id",
            (list(keys),),
        ).fetchall()
        live.execute(
            "update ops.documents set is_active = false where source_id = any(%s) and is_active",
            ([row[0] for row in found],),
        )

    transact(conn, work)


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source and its documents fare, and when the first of them is asked for next."""

    documents: Mapping[str, int]
    """How many are in which state (``ops.documents.state``)."""
    next_due_at: datetime
    state: str | None = None
    """As judged by the last publish (``ops.source_states``); None before the first."""
    reason: str | None = None


def source_states(conn: Connection) -> dict[str, SourceState]:
    """Return the state of every active source that has documents, by key."""
    rows = conn.execute(
        """
        select d.source_key, jsonb_object_agg(d.state, d.documents), min(d.next_due_at),
            min(t.state), min(t.reason)
        from (
            select s.source_id, s.source_key, d.state, count(*) as documents,
                min(d.next_due_at) as next_due_at
            from ops.documents as d
            join news.sources as s on s.source_id = d.source_id
            where d.is_active and s.is_active
            group by s.source_id, s.source_key, d.state
        ) as d
        left join ops.source_states as t on t.source_id = d.source_id
        group by d.source_key
        """
    )
    return {key: SourceState(*found) for key, *found in rows}


def source_ids(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Return the ids of these sources.

    Raises:
        UsageError: one of them was never stored.
    """
    query = "select source_key, source_id from news.sources where source_key = any(%s)"
    found: dict[str, int] = dict(conn.execute(query, (list(set(keys)),)).fetchall())
    missing = sorted(set(keys) - set(found))
    if missing:
        raise UsageError(f"unknown source {', '.join(missing)}: store it first (upsert_sources).")
    return found
