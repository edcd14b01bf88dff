"""What the report says, read from the marts with the rights of an analyst.

Every query takes ``first`` and ``last``, the days of the report, both included; articles count on
their ``best_date``. Those that compare take ``before``, the first day of the span of the same
length before them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import dict_row

Row = dict[str, Any]
_DAY = timedelta(days=1)

QUERIES: Mapping[str, LiteralString] = {
    "totals": """
        select count(*) as articles, count(*) filter (where is_original) as originals,
            count(distinct source_key) as outlets, coalesce(sum(word_count), 0) as words,
            count(*) filter (where best_date_origin <> 'published') as undated
        from mart.articles where best_date between %(first)s and %(last)s
    """,
    "outcomes": """
        select decided_at::date as day, outcome, count(*) as links
        from mart.url_fate
        where decided_at >= %(first)s and decided_at < %(last)s::date + 1
        group by 1, 2
    """,
    "completeness": """
        select source_key, published_date, seen, expected, low, high, missing, is_incomplete
        from mart.completeness where published_date between %(first)s and %(last)s
        order by source_key, published_date
    """,
    "volume": """
        select source_key, sum(article_count) as articles,
            sum(original_article_count) as originals, sum(wire_copy_count) as wire_copies,
            sum(edited_count) as edited
        from mart.daily_volume where best_date between %(first)s and %(last)s
        group by 1 order by articles desc, source_key
    """,
    "names": """
        with counted as (
            select entity_id, entity_type, entity_name,
                sum(original_article_count) filter (where best_date >= %(first)s) as articles,
                sum(mention_count) filter (where best_date >= %(first)s) as mentions,
                coalesce(sum(original_article_count) filter (where best_date < %(first)s), 0)
                    as before
            from mart.daily_entity_mentions
            where best_date between %(before)s and %(last)s and entity_type in ('PERSON', 'ORG')
            group by 1, 2, 3
        ),
        ranked as (
            select *, row_number() over (
                partition by entity_type order by articles desc, mentions desc, entity_name
            ) as place
            from counted where articles > 0
        )
        select * from ranked where place <= 12 order by entity_type desc, place
    """,
    "name_days": """
        select entity_id, best_date as day, original_article_count as articles
        from mart.daily_entity_mentions
        where best_date between %(first)s and %(last)s and entity_id = any(%(entities)s)
    """,
    "speakers": """
        with quoted as (
            select speaker_name, quote_text, quote_kind, grade, title, canonical_url, source_key,
                count(*) over (partition by speaker_name) as quotes,
                row_number() over (
                    partition by speaker_name
                    order by grade, quote_kind, confidence desc, article_id, quote_no
                ) as place
            from mart.who_said_what
            where best_date between %(first)s and %(last)s and speaker_name is not null
                and is_original
        )
        select * from quoted where place = 1 order by quotes desc, speaker_name limit 12
    """,
    "stories": """
        select story_id, headline, started_at, ended_at, hours, article_count,
            original_article_count, source_count, first_source_key
        from mart.stories
        where ended_at >= %(first)s and started_at < %(last)s::date + 1
            and original_article_count > 1
        order by source_count desc, article_count desc, ended_at desc, story_id limit 10
    """,
    "story_articles": """
        select sa.story_id, sa.told_at, sa.source_key, a.title, a.canonical_url, sa.is_original
        from mart.story_articles as sa
        join mart.articles as a on sa.article_id = a.article_id
        where sa.story_id = any(%(stories)s)
        order by sa.story_id, sa.told_at, sa.article_id
    """,
    "copied": """
        select first_source_key, first_title, first_canonical_url, first_published_at,
            last_published_at, origin_agency, article_count, source_count, source_keys
        from mart.text_spread
        where first_published_at >= %(first)s and first_published_at < %(last)s::date + 1
            and source_count > 1
        order by source_count desc, article_count desc, first_article_id limit 10
    """,
    "edits": """
        select source_key, canonical_url, seen_at, title_before, title_after, is_title_changed,
            paragraphs_added, paragraphs_removed, update_note, is_announced,
            minutes_after_publication
        from mart.silent_edits
        where seen_at >= %(first)s and seen_at < %(last)s::date + 1
        order by coalesce(is_announced, false), change_share desc, seen_at limit 30
    """,
    "states": """
        select source_key, source_name, state, severity, since, reason
        from mart.source_state where severity <> 'none'
        order by severity, source_key
    """,
    "alerts": """
        select severity, title, text, opened_at, closed_at from mart.alerts
        where opened_at < %(last)s::date + 1 and coalesce(closed_at, now()) >= %(first)s
        order by closed_at is not null, opened_at desc limit 30
    """,
}


def report_rows(conn: Connection, first: date, last: date) -> dict[str, list[Row]]:
    """Return the rows of every query by its name.

    Args:
        conn: an open read-only session.
        first: the first day.
        last: the last day.
    """
    span: dict[str, Any] = {"first": first, "last": last, "before": first - (last - first) - _DAY}
    found: dict[str, list[Row]] = {}
    with conn.cursor(row_factory=dict_row) as cursor:
        for name, query in QUERIES.items():
            span["entities"] = [row["entity_id"] for row in found.get("names", ())]
            span["stories"] = [row["story_id"] for row in found.get("stories", ())]
            found[name] = cursor.execute(query, span).fetchall()
    return found


def newest_day(conn: Connection) -> date | None:
    """Return the last day that has articles; None where the store has none."""
    row = conn.execute("select max(best_date) from mart.daily_volume").fetchone()
    return row[0] if row else None
