"""Who holds a text's fingerprints: the one query whose cost must not grow with the store.

A branch of the query for each month of the window, its bounds written out, so that the planner
leaves all other partitions out and reads each month in the order of its primary key. With the
bounds as parameters, or one ``order by`` over all months, it may sort every holder of a key instead
(measured: 100,000 articles in 24 months gave that plan), and a page's furniture has a hundred
thousand holders. Knows nothing of texts.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import LiteralString

from psycopg import Connection, sql

from pipeline.warehouse.partitions import month_after

_MONTH: LiteralString = """(
            select f.article_version_id
            from news.article_fingerprints as f
            where f.fingerprint = wanted.fingerprint
                and f.seen_on >= {first} and f.seen_on < {end}{within}
            order by f.article_version_id
            limit {limit}
        )"""
_WITHIN: LiteralString = " and f.seen_on between %(earliest)s and %(latest)s"
_HOLDERS: LiteralString = """
with shared as (
    select held.article_version_id, count(*) as fingerprint_count
    from unnest(%(fingerprints)s::bigint[]) as wanted(fingerprint)
    cross join lateral (
        select months.article_version_id
        from ({months}) as months
        limit {limit}
    ) as held
    group by held.article_version_id
)
select v.article_id
from shared
join news.article_versions as v on v.article_version_id = shared.article_version_id
where v.is_current
order by shared.fingerprint_count desc, v.article_id
"""


def holders(
    conn: Connection,
    day: date,
    fingerprints: Sequence[int],
    *,
    window_days: int,
    limit: int,
) -> list[int]:
    """Return the articles whose current version holds a fingerprint, most shared first.

    Of a fingerprint with more than ``limit`` holders the oldest are taken, those of the months that
    lie whole in the window before the two at its edges: an edge is read from its first day on.

    Args:
        conn: to a migrated store.
        day: on which the article was first seen for which others are sought; it is among them.
        fingerprints: of its text, or some of them.
        window_days: how far apart two articles may have been seen first.
        limit: holders taken for one fingerprint.
    """
    reach = timedelta(days=window_days)
    query = holders_query(day - reach, day + reach, limit)
    values = {
        "fingerprints": sorted(set(fingerprints)),
        "earliest": day - reach,
        "latest": day + reach,
    }
    return [row[0] for row in conn.execute(query, values)]


def holders_query(earliest: date, latest: date, limit: int) -> sql.SQL:
    """Return the query for a window; the same text for all days with the same months.

    So the server plans it once for a connection, not once for a look-up.
    """
    return _written(earliest.replace(day=1), latest.replace(day=1), limit)


@lru_cache(maxsize=64)
def _written(first: date, last: date, limit: int) -> sql.SQL:
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1], 1))
    edges = [last, first] if last > first else [first]
    branches = [_month(month, limit) for month in months if month not in edges]
    branches += [_month(month, limit, _WITHIN) for month in edges]
    query = sql.SQL(_HOLDERS).format(
        months=sql.SQL("\n        union all\n        ").join(branches), limit=sql.Literal(limit)
    )
    # Put together once: at each look-up it took as long as sending it.
    return sql.SQL(query.as_string())


def _month(month: date, limit: int, within: LiteralString = "") -> sql.Composed:
    return sql.SQL(_MONTH).format(
        first=sql.Literal(month.isoformat()),
        end=sql.Literal(month_after(month, 1).isoformat()),
        within=sql.SQL(within),
        limit=sql.Literal(limit),
    )
