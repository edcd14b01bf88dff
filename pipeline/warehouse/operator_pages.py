"""Queries of the operator's pages in Airflow's UI.

Each reads an indexed range (the last days, one source, one run) or the rows that are open, never a
whole table: a page takes less than a second on a million articles, which
``python -m benchmarks.operate.page_speed`` measures.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import dict_row

Row = dict[str, Any]

SOURCES_A_PAGE = 100
MOST_COUNTED = 10_000
"""Waiting rows are counted up to this number."""
_MOST_READ = {"text": 1000, "url": 4000}
"""Characters that are read of a text and a URL of strangers; pages show fewer."""

_SOURCES: LiteralString = """
from news.sources as s
left join mart.source_state as t on t.source_key = s.source_key
where (s.is_active or t.source_key is not null)
"""
_STATE: LiteralString = "coalesce(t.state, 'new')"


def source_counts(conn: Connection) -> dict[str, int]:
    """Return how many sources are in each state, the most frequent first.

    A source that no publish has judged yet is ``new``.
    """
    found = conn.execute(
        f"select {_STATE}, count(*) {_SOURCES} group by 1 order by count(*) desc, 1"
    )
    return dict(found.fetchall())


def source_board(conn: Connection, state: str, words: str, page: int) -> list[Row]:
    """Return a page of sources, those in trouble first, and one more if there are more.

    Args:
        conn: any connection.
        state: only sources in this state; empty for all.
        words: part of the key or name; empty for all.
        page: from 0.
    """
    return _rows(
        conn,
        f"""
        select s.source_key, s.source_name, {_STATE} as state,
            coalesce(t.severity, 'none') as severity, t.since, t.expected, t.seen,
            left(t.reason, %(text)s) as reason, t.last_good_at, t.next_try_at
        {_SOURCES}
            and (%(state)s = '' or {_STATE} = %(state)s)
            and (%(words)s = '' or position(
                lower(%(words)s) in lower(s.source_key || ' ' || s.source_name)) > 0)
        order by case t.severity when 'alert' then 0 when 'notice' then 1 else 2 end,
            {_STATE} = 'paused', s.source_key
        limit %(limit)s offset %(offset)s
        """,
        state=state,
        words=words,
        limit=SOURCES_A_PAGE + 1,
        offset=page * SOURCES_A_PAGE,
    )


def completeness(conn: Connection, source_keys: Sequence[str], days: int) -> dict[str, list[Row]]:
    """Return the last days of ``mart.completeness`` by source."""
    found: dict[str, list[Row]] = {key: [] for key in source_keys}
    for row in _rows(
        conn,
        """
        select source_key, published_date, expected, seen, low, high, is_incomplete
        from mart.completeness
        where source_key = any(%(keys)s) and published_date > current_date - %(days)s
        """,
        keys=list(source_keys),
        days=days,
    ):
        found[row["source_key"]].append(row)
    return found


def totals(conn: Connection) -> Row:
    """Return what the head of the first page says of everything."""
    return _row(
        conn,
        """
        select
            (select coalesce(sum(t.seen), 0) from mart.source_state as t) as seen,
            (select coalesce(round(sum(t.expected)), 0) from mart.source_state as t) as expected,
            (select count(*) from ops.alerts where closed_at is null) as open_alerts,
            (select count(*) from ops.page_failures where quarantined_at is not null)
                as quarantined,
            p.publish_id, p.started_at as published_at, p.status as publish_status,
            coalesce(c.failed, 0) as failed_checks, coalesce(c.warnings, 0) as check_warnings
        from (select) as one
        left join lateral (
            select * from ops.publishes
            where status <> 'running'
            order by started_at desc
            limit 1
        ) as p on true
        left join lateral (
            select count(*) filter (where severity = 'error') as failed,
                count(*) filter (where severity = 'warning') as warnings
            from ops.check_results
            where publish_id = p.publish_id and not is_passed
        ) as c on true
        """,
    )


def outcomes_by_day(conn: Connection, days: int) -> list[Row]:
    """Return how many links ended in each outcome on each of the last days."""
    return _rows(
        conn,
        """
        -- Day by day, so that no row's day is computed: half the processor time.
        select d.day::date as day, x.outcome, x.links
        from generate_series(current_date - %(days)s + 1, current_date, interval '1 day') as d(day)
        cross join lateral (
            select a.outcome, count(*) as links from ops.link_attempts as a
            where a.decided_at >= d.day and a.decided_at < d.day + interval '1 day'
            group by a.outcome
        ) as x
        """,
        days=days,
    )


_FIRST_LOADS: LiteralString = """
with first_loads as (
    select a.decided_at, a.decided_at - l.first_listed_at as lag
    from ops.link_attempts as a
    -- Laterals with an offset or a limit are looked up by their index for each row; as joins,
    -- Postgres reads both tables whole: 0.9 s in place of 0.1 s for a day of 10,000 articles.
    cross join lateral (
        select x.first_listed_at from ops.links as x where x.link_id = a.link_id offset 0
    ) as l
    left join lateral (
        select true as is_found from ops.link_attempts as b
        where b.link_id = a.link_id and b.attempt_id < a.attempt_id and b.outcome = 'loaded'
        limit 1
    ) as before on true
    where a.decided_at >= {} and a.outcome = 'loaded' and a.snapshot is null
        and before.is_found is null
)
select count(*) as articles,
    percentile_disc(0.5) within group (order by lag) as p50,
    percentile_disc(0.9) within group (order by lag) as p90,
    percentile_disc(0.99) within group (order by lag) as p99
"""
"""Articles with the time from listing to row: a link's first load; a later one is an edit."""


def freshness(conn: Connection) -> Row:
    """Return percentiles of the time from listing to row over the articles of the last 24 hours."""
    return _row(conn, _FIRST_LOADS.format("now() - interval '1 day'") + "from first_loads")


def freshness_by_day(conn: Connection, days: int) -> list[Row]:
    """Return the same percentiles for each of the last days, newest first."""
    return _rows(
        conn,
        _FIRST_LOADS.format("current_date - %(days)s + 1")
        + ", decided_at::date as day from first_loads group by day order by day desc",
        days=days,
    )


def backlog(conn: Connection) -> list[Row]:
    """Return what waits for what: how many (up to ``MOST_COUNTED``), since when the oldest."""
    return _rows(
        conn,
        """
        select 'to be asked for' as waiting, count(*) as waiting_count, min(planned_at) as oldest_at
        from (
            select planned_at from ops.link_attempts
            where outcome is null and fetch_id is null order by planned_at limit %(most)s
        ) as x
        union all
        select 'to be read', count(*), min(planned_at) from (
            select planned_at from ops.link_attempts
            where outcome is null and fetch_id is not null
            order by planned_at limit %(most)s
        ) as x
        union all
        select 'to be compared with others', count(*), min(first_seen_at) from (
            select first_seen_at from news.article_versions
            where is_current and deduplicated_at is null limit %(most)s
        ) as x
        union all
        select 'to be annotated', count(*), min(first_seen_at) from (
            select first_seen_at from news.article_versions
            where annotated_at is null and is_current limit %(most)s
        ) as x
        union all
        select 'due, and not planned yet', count(*), min(next_try_at) from (
            select l.next_try_at from ops.links as l
            join news.sources as s on s.source_id = l.source_id and s.is_active
            where l.next_try_at <= now()
                and not exists (
                    select from ops.link_attempts as a
                    where a.source_id = l.source_id and a.link_id = l.link_id and a.outcome is null
                )
            order by l.next_try_at limit %(most)s
        ) as x
        """,
        most=MOST_COUNTED,
    )


def oldest_undecided(conn: Connection) -> list[Row]:
    """Return the links that wait longest for their outcome."""
    return _rows(
        conn,
        """
        select s.source_key, left(l.url, %(url)s) as url, left(l.link_title, %(text)s) as title,
            l.first_listed_at, a.planned_at, a.is_fetched
        from (
            select link_id, planned_at, fetch_id is not null as is_fetched from ops.link_attempts
            where outcome is null
            order by planned_at, attempt_id
            limit 20
        ) as a
        join ops.links as l on l.link_id = a.link_id
        join news.sources as s on s.source_id = l.source_id
        order by a.planned_at
        """,
    )


def alerts(conn: Connection, source_key: str = "") -> list[Row]:
    """Return the open alerts and the last that are over, of one source or of all."""
    return _rows(
        conn,
        """
        select kind, severity, source_key, left(page_url, %(url)s) as page_url,
            left(title, %(text)s) as title, left(text, %(text)s) as text, is_open, opened_at,
            closed_at, left(closing_note, %(text)s) as closing_note, sent_to, failing_channels
        from mart.alerts
        where %(key)s = '' or source_key = %(key)s
        order by is_open desc, opened_at desc
        limit 100
        """,
        key=source_key,
    )


def checks(conn: Connection) -> list[Row]:
    """Return the checks of the last publish, those that failed first."""
    return _rows(
        conn,
        """
        select c.check_name, c.severity, c.is_passed, c.finding_count, c.checked_at
        from ops.check_results as c
        where c.publish_id = (select max(publish_id) from ops.check_results)
        order by c.is_passed, c.severity, c.check_name
        """,
    )


def findings(conn: Connection) -> list[Row]:
    """Return what the checks of the last publish found, up to 200 findings."""
    return _rows(
        conn,
        """
        select f.check_name, f.source_key, left(f.page_url, %(url)s) as page_url,
            left(f.finding, %(text)s) as finding
        from ops.check_findings as f
        where f.publish_id = (select max(publish_id) from ops.check_results)
        order by f.check_name, f.finding_no
        limit 200
        """,
    )


def quarantine(conn: Connection, source_key: str = "") -> list[Row]:
    """Return the pages that broke a stage, the last first, of one source or of all."""
    return _rows(
        conn,
        """
        select source_key, left(url, %(url)s) as url, stage, state, broken_limit,
            left(reason, %(text)s) as reason, attempt_count, first_failed_at, last_failed_at,
            body_bytes
        from mart.quarantine
        where %(key)s = '' or source_key = %(key)s
        order by last_failed_at desc
        limit 200
        """,
        key=source_key,
    )


def source(conn: Connection, source_key: str) -> Row | None:
    """Return one source with its state; None where there is no such key."""
    found = _rows(
        conn,
        """
        select s.source_id, s.source_key, s.source_name, s.homepage_url, s.country_code,
            s.language_code, coalesce(t.state, 'new') as state,
            coalesce(t.severity, 'none') as severity, t.since, t.expected, t.seen, t.usual_a_day,
            left(t.reason, %(text)s) as reason, t.last_good_at,
            t.next_try_at, t.judged_at
        from news.sources as s
        left join mart.source_state as t on t.source_key = s.source_key
        where s.source_key = %(key)s
        """,
        key=source_key,
    )
    return found[0] if found else None


def state_history(conn: Connection, source_key: str) -> list[Row]:
    """Return the last changes of a source's state."""
    return _rows(
        conn,
        """
        select changed_at, from_state, state, severity, left(reason, %(text)s) as reason
        from mart.source_state_history
        where source_key = %(key)s
        order by changed_at desc
        limit 20
        """,
        key=source_key,
    )


def documents(conn: Connection, source_key: str) -> list[Row]:
    """Return the documents of a source, those that are asked for first."""
    return _rows(
        conn,
        """
        select document_kind, left(url, %(url)s) as url, state, last_attempt_at, last_new_at,
            last_outcome, left(last_reason, %(text)s) as last_reason, last_http_status,
            failure_count, next_due_at, poll_minutes, poll_reason, links_new, item_count, is_active
        from mart.documents
        where source_key = %(key)s
        order by is_active desc, last_new_at desc nulls last, url
        limit 50
        """,
        key=source_key,
    )


def document_attempts(conn: Connection, source_id: int) -> list[Row]:
    """Return the last requests of a source's documents.

    The 50 last of each document are merged, so that the index of attempts by document serves.
    """
    return _rows(
        conn,
        """
        select left(d.url, %(url)s) as url, d.document_kind, a.*
        from (
            select document_id, document_kind, url from ops.documents
            where source_id = %(id)s
            order by last_attempt_at desc nulls last
            limit 50
        ) as d
        cross join lateral (
            select attempted_at, outcome, left(reason, %(text)s) as reason, http_status,
                links_found, links_new, links_foreign, elapsed_ms
            from ops.document_attempts as t
            where t.document_id = d.document_id
            order by attempted_at desc
            limit 50
        ) as a
        order by a.attempted_at desc
        limit 50
        """,
        id=source_id,
    )


def recent_links(conn: Connection, source_id: int) -> list[Row]:
    """Return what became of the links that the source listed last.

    Of the 300 that were listed last, the 50 that were tried last.
    """
    return _rows(
        conn,
        """
        select left(l.url, %(url)s) as url, left(l.link_title, %(text)s) as title, l.found_by,
            l.first_listed_at, a.outcome, left(a.reason, %(text)s) as reason, a.http_status,
            a.decided_at, a.planned_at, l.attempt_count, l.next_try_at
        from (
            select * from ops.links
            where source_id = %(id)s
            order by last_listed_at desc
            limit 300
        ) as l
        left join lateral (
            select outcome, reason, http_status, decided_at, planned_at from ops.link_attempts as t
            where t.link_id = l.link_id
            order by attempt_id desc
            limit 1
        ) as a on true
        order by coalesce(a.decided_at, a.planned_at, l.first_listed_at) desc, l.link_id desc
        limit 50
        """,
        id=source_id,
    )


def removed_blocks(conn: Connection, source_id: int) -> list[Row]:
    """Return text that cleaning took out of the source's last 20 articles, the same text once."""
    return _rows(
        conn,
        """
        select left(b.block_text, %(text)s) as block_text, b.reason, count(*) as articles
        from (
            select article_id from news.articles
            where source_id = %(id)s and published_at is not null
            order by published_at desc
            limit 20
        ) as a
        join news.article_versions as v on v.article_id = a.article_id and v.is_current
        join news.removed_blocks as b on b.article_version_id = v.article_version_id
        group by 1, 2
        order by articles desc, reason, block_text
        limit 30
        """,
        id=source_id,
    )


def run(conn: Connection, dag_id: str, airflow_run_id: str) -> Row | None:
    """Return a run; None where Dateline recorded none of this name."""
    found = _rows(
        conn,
        """
        select run_id, dag_id, airflow_run_id, started_at, finished_at, status, skipped_ticks,
            code_version
        from ops.runs
        where dag_id = %(dag)s and airflow_run_id = %(name)s
        """,
        dag=dag_id,
        name=airflow_run_id,
    )
    return found[0] if found else None


def run_documents(conn: Connection, run_id: int) -> list[Row]:
    """Return what a run's requests of documents came to, by source."""
    return _rows(
        conn,
        """
        select s.source_key, count(*) as asked,
            count(*) filter (where a.outcome = 'read') as read,
            count(*) filter (where a.outcome = 'unchanged') as unchanged,
            count(*) filter (where a.outcome not in ('read', 'unchanged')) as failed,
            sum(a.links_new) as links_new,
            left(max(a.reason) filter (where a.outcome not in ('read', 'unchanged')), %(text)s)
                as reason
        from ops.document_attempts as a
        join ops.documents as d on d.document_id = a.document_id
        join news.sources as s on s.source_id = d.source_id
        where a.run_id = %(id)s
        group by s.source_key
        order by failed desc, s.source_key
        limit 1000
        """,
        id=run_id,
    )


_OUTCOMES: LiteralString = """
select s.source_key, coalesce(a.outcome, 'undecided') as outcome, count(*) as links
from ops.link_attempts as a
join news.sources as s on s.source_id = a.source_id
where {}
group by s.source_key, coalesce(a.outcome, 'undecided')
"""


def run_outcomes(conn: Connection, run_id: int) -> list[Row]:
    """Return how many of the links that a run planned ended in each outcome, by source."""
    return _rows(conn, _OUTCOMES.format("a.run_id = %(id)s"), id=run_id)


def outcomes_between(conn: Connection, begin: datetime, end: datetime | None) -> list[Row]:
    """Return how many links ended in each outcome between two times, by source.

    Args:
        conn: any connection.
        begin: first moment.
        end: last moment; None for now.
    """
    wanted: LiteralString = "a.decided_at between %(begin)s and coalesce(%(end)s, now())"
    return _rows(conn, _OUTCOMES.format(wanted), begin=begin, end=end)


def run_problems(conn: Connection, run_id: int) -> list[Row]:
    """Return links of a run that ended in no article, one row for each source and reason."""
    return _rows(
        conn,
        """
        select s.source_key, a.outcome, left(a.reason, %(text)s) as reason, count(*) as links,
            left((array_agg(l.url))[1], %(url)s) as url
        from ops.link_attempts as a
        join ops.links as l on l.link_id = a.link_id
        join news.sources as s on s.source_id = a.source_id
        where a.run_id = %(id)s
            and a.outcome not in ('loaded', 'unchanged', 'duplicate_url', 'not_an_article')
        group by s.source_key, a.outcome, left(a.reason, %(text)s)
        order by links desc, s.source_key, a.outcome
        limit 100
        """,
        id=run_id,
    )


def run_findings(conn: Connection, run_id: int) -> list[Row]:
    """Return the checks of the publish that a run made, with their findings."""
    return _rows(
        conn,
        """
        select c.check_name, c.severity, c.is_passed, c.finding_count, f.source_key,
            left(f.page_url, %(url)s) as page_url, left(f.finding, %(text)s) as finding
        from ops.check_results as c
        left join ops.check_findings as f
            on f.publish_id = c.publish_id and f.check_name = c.check_name
        where c.publish_id = (select max(publish_id) from ops.publishes where run_id = %(id)s)
        order by c.is_passed, c.severity, c.check_name, f.finding_no
        limit 200
        """,
        id=run_id,
    )


def _rows(conn: Connection, query: str, **values: Any) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), _MOST_READ | values).fetchall()


def _row(conn: Connection, query: str, **values: Any) -> Row:
    return _rows(conn, query, **values)[0]
