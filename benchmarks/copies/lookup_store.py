"""Fill a store of any size for the benchmark of copy look-ups, in Dateline's schema and by SQL.

The generated articles have what matters to a look-up: as many fingerprints as real texts, the
fingerprints of their outlet's boilerplate, copies of each other, dates, and outlets of unequal
size. Their words do not matter and are few.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import LiteralString

from psycopg import Connection

from benchmarks.copies.lookup_copies import OUTLETS, Planted, boilerplate
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import FINGERPRINTS, ensure_months, ensure_partitions, migrate
from pipeline.warehouse.store import connect, create_database

TODAY = date(2026, 6, 30)
MONTHS = 24
"""Number of monthly partitions, as after two years of operation."""
WINDOW = 60
"""Days before ``TODAY`` over which the articles are spread."""
OLDER = 10
"""One article for every ten in the window is added in the two years before it."""
MADE_WORDS = 60
"""Words of a generated article."""

_KEYS: LiteralString = """
create or replace function pg_temp.own_key(i bigint, j int) returns bigint
    language sql immutable as $$ select hashint8extended(i * 256 + j, 1) $$;
create or replace function pg_temp.chance(i bigint, seed int) returns float8
    language sql immutable as $$
    select (hashint8extended(i, seed) & 1048575) / 1048576.0 $$;
create or replace function pg_temp.outlet(i bigint) returns int
    -- The largest of the 200 has 17 % of all articles.
    language sql immutable as $$ select 1 + floor(200 * pg_temp.chance(i, 2) ^ 3)::int $$;
create or replace function pg_temp.has_boilerplate(i bigint) returns boolean
    language sql immutable as $$ select pg_temp.chance(i, 7) < 0.2 $$;
create temporary table boilerplate (source_id int, j bigint, key bigint, words text);
"""
_ARTICLES: LiteralString = """
insert into news.articles
    (article_id, source_id, canonical_url, first_seen_at, last_seen_at, published_at)
overriding system value
select i, pg_temp.outlet(i), 'https://outlet.example/' || i, seen, seen, seen
from generate_series(1, %(older)s::bigint + %(recent)s) as i
cross join lateral (
    select (%(today)s::date - case
        when i <= %(older)s then %(window)s + %(before)s * (%(older)s - i) / %(older)s
        else %(window)s * (%(older)s + %(recent)s - i) / %(recent)s
    end::int)::timestamptz as seen
) as day
"""
_VERSIONS: LiteralString = """
insert into news.article_versions (article_version_id, article_id, version_no, content_sha256,
    body_sha256, is_current, body_text, word_count, article_kind, is_wire_copy, is_paywalled,
    first_seen_at, last_seen_at, first_run_id, first_fetch_id, extractor_version, deduplicated_at)
overriding system value
select i, i, 1, sha256(i::text::bytea), sha256(i::text::bytea), true,
    concat_ws(' ', own.words, f.words), 100, 'article', false, false, first_seen_at, first_seen_at,
    1, 1, 'benchmark', first_seen_at
from news.articles as a cross join lateral (select a.article_id as i) as n
left join boilerplate as f
    on f.source_id = a.source_id and f.j = 1 and pg_temp.has_boilerplate(a.article_id)
cross join lateral (
    select string_agg('w' || (hashint8extended(i * 256 + k, 6) & 511), ' ') as words
    from generate_series(1, %(words)s) as k
) as own
"""
_FINGERPRINTS: LiteralString = """
insert into news.article_fingerprints (fingerprint, article_version_id, seen_on)
select f.key, a.article_id, a.first_seen_at::date
from news.articles as a join boilerplate as f on f.source_id = a.source_id
where pg_temp.has_boilerplate(a.article_id)
union all
select
    case when i %% 20 = 0 and i > 5000 and j <= 0.8 * held
        then pg_temp.own_key(i - 1 - (5000 * pg_temp.chance(i, 5))::bigint, j)
        else pg_temp.own_key(i, j)
    end, i, seen_on
from (
    select article_id as i, first_seen_at::date as seen_on,
        (%(counts)s::int[])[1 + floor(100 * pg_temp.chance(article_id, 4))::int] as held
    from news.articles
) as a cross join lateral generate_series(1, a.held) as j
"""
_WITHOUT_INDEXES: LiteralString = """
alter table news.article_fingerprints drop constraint article_fingerprints_pkey;
drop index news.article_fingerprints_version;
"""
_WITH_INDEXES: LiteralString = """
alter table news.article_fingerprints add primary key (fingerprint, article_version_id, seen_on);
create index article_fingerprints_version on news.article_fingerprints (article_version_id);
"""
_ONE: LiteralString = """
with a as (
    insert into news.articles
        (source_id, canonical_url, first_seen_at, last_seen_at, published_at)
    select %(outlet)s, 'https://planted.example/' || gen_random_uuid(), day, day, day
    from (select %(day)s::date::timestamptz as day) as d
    returning article_id, first_seen_at as day
)
insert into news.article_versions (article_id, version_no, content_sha256, body_sha256, is_current,
    body_text, word_count, article_kind, is_wire_copy, is_paywalled, first_seen_at, last_seen_at,
    first_run_id, first_fetch_id, extractor_version)
select a.article_id, 1, h.digest, h.digest, true, %(text)s, 500, 'article', false, false, a.day,
    a.day, 1, 1, 'benchmark'
from a cross join lateral (select sha256(convert_to(%(text)s, 'UTF8')) as digest) as h
returning article_id
"""
_SEQUENCES: LiteralString = """
select setval(pg_get_serial_sequence('news.articles', 'article_id'), max(article_id)),
    setval(pg_get_serial_sequence('news.article_versions', 'article_version_id'), max(article_id))
from news.articles
"""


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Start Dateline's embedded server in a folder and yield the DSN of an empty store."""
    embedded = EmbeddedServer(home)
    embedded.start()
    try:
        create_database(embedded.dsn("postgres"), "dateline")
        with closing(connect(embedded.dsn())) as conn:
            migrate(conn)
        yield embedded.dsn()
    finally:
        embedded.remove()


def fill(conn: Connection, articles: int, counts: Sequence[int]) -> None:
    """Fill an empty store; the large indexes are created after the rows.

    Args:
        conn: connection to a migrated store without articles.
        articles: number within the window; a tenth as many are added before it.
        counts: fingerprints of a text at each percentile of real texts (100 values).
    """
    ensure_partitions(conn, TODAY)
    days = range(0, 30 * MONTHS + 1, 15)
    ensure_months(conn, FINGERPRINTS, [TODAY - timedelta(days=day) for day in days])
    conn.execute("set maintenance_work_mem to '512MB'")
    conn.execute("set max_parallel_maintenance_workers to 0")
    with conn.transaction():
        conn.execute(
            "set local session_replication_role to replica"
        )  # no foreign key checks, for there are no runs, and no search vectors
        conn.execute(_KEYS)
        _fill_outlets(conn)
        _fill_articles(conn, articles)
        conn.execute(_WITHOUT_INDEXES)
        conn.execute(_FINGERPRINTS, {"counts": list(counts)})
        conn.execute(_WITH_INDEXES)
    conn.execute("vacuum (analyze) news.articles, news.article_versions, news.article_fingerprints")
    conn.execute("checkpoint")


def _fill_outlets(conn: Connection) -> None:
    rows = [
        (outlet + 1, number, key, boilerplate(outlet))
        for outlet in range(OUTLETS)
        for number, key in enumerate(fingerprints(boilerplate(outlet)), 1)
    ]
    with conn.cursor() as cursor:
        cursor.executemany("insert into boilerplate values (%s, %s, %s, %s)", rows)
    conn.execute(
        "insert into news.sources (source_key, source_name)"
        " select 'outlet-' || i, 'Outlet ' || i from generate_series(1, %s) as i",
        (OUTLETS,),
    )


def _fill_articles(conn: Connection, articles: int) -> None:
    days = {"today": TODAY, "window": WINDOW, "before": 30 * MONTHS - WINDOW}
    conn.execute(_ARTICLES, days | {"older": articles // OLDER, "recent": articles})
    conn.execute(_VERSIONS, {"words": MADE_WORDS})
    conn.execute(_SEQUENCES)


def plant(conn: Connection, given: Sequence[Planted], days_ago: int) -> list[int]:
    """Store texts as articles that wait for deduplication, and return their ids."""
    return [_plant(conn, each, TODAY - timedelta(days=days_ago)) for each in given]


def _plant(conn: Connection, given: Planted, day: date) -> int:
    with conn.transaction():
        conn.execute("set local session_replication_role to replica")
        row = conn.execute(
            _ONE, {"outlet": given.outlet + 1, "day": day, "text": given.text}
        ).fetchone()
    return int(row[0]) if row else 0
