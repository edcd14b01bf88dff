"""What judging costs in a large store: ``python -m benchmarks.operate.store_speed``.

A thousand sources with a million attempts of links over 60 days. The first call learns from five
weeks; the second is what a publish pays, with the sums of the last hours and all rows of states.
"""

import os
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from pipeline.settings import settings
from pipeline.stages.source_states import update_source_states
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect

_FAST_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
MOST_SECONDS = 1.0
_ROWS = """
insert into ops.runs (dag_id, airflow_run_id, code_version) values ('ingest', 'made', '0');
insert into news.sources (source_key, source_name, country_code, time_zone)
select 'outlet' || n, 'Outlet ' || n, 'DE', 'Europe/Berlin'
from generate_series(1, %(sources)s) as n;
insert into ops.documents
    (source_id, document_kind, url, first_seen_at, last_attempt_at, state, links_new, habit_seconds)
select source_id, 'feed', 'https://' || source_key || '.example/feed', now() - interval '60 days',
    now(), 'ok', 1000, 5000
from news.sources;
insert into ops.document_attempts
    (document_id, run_id, attempted_at, outcome, links_found, links_new, state, next_due_at)
select d.document_id, 1, now() - n * interval '30 minutes', 'read', 20,
    (n %% 3 = 0)::int, 'ok', now()
from ops.documents as d
cross join generate_series(0, 60 * 48) as n
where n < 48 * 3 or n %% 8 = 0;
insert into ops.links (
    source_id, url, canonical_url, found_by, found_in, stated_at, first_listed_at, last_listed_at
)
select s, 'https://outlet' || s || '.example/' || n, 'https://outlet' || s || '.example/' || n,
    'feed', 'https://outlet' || s || '.example/feed', at - interval '5 minutes', at, at
from (
    select 1 + n %% %(sources)s as s, n,
        now() - interval '60 days' * (%(links)s - n) / %(links)s as at
    from generate_series(1, %(links)s) as n
) as made;
insert into ops.link_attempts
    (run_id, source_id, link_id, planned_at, outcome, decided_at, article_id)
select 1, source_id, link_id, first_listed_at, 'loaded', first_listed_at + interval '1 minute',
    link_id
from ops.links;
insert into ops.runs (dag_id, airflow_run_id, code_version) values ('ingest', 'again', '0');
insert into ops.link_attempts
    (run_id, source_id, link_id, planned_at, outcome, decided_at, article_id)
select 2, source_id, link_id, first_listed_at + interval '1 hour', 'unchanged',
    first_listed_at + interval '1 hour', link_id
from ops.links
where first_listed_at < now() - interval '1 hour';
insert into news.articles
    (article_id, source_id, canonical_url, first_seen_at, last_seen_at, published_at)
overriding system value
select link_id, source_id, canonical_url, first_listed_at, first_listed_at, stated_at
from ops.links;
insert into news.article_versions (
    article_id, version_no, content_sha256, body_sha256, is_current, body_text, word_count,
    article_kind, is_wire_copy, is_paywalled, published_at, first_seen_at, last_seen_at,
    first_run_id, first_fetch_id, extractor_version
)
select article_id, 1, sha256(article_id::text::bytea), sha256('b'), true,
    repeat('Twelve words of this text stand here to be looked at again. ', 60), 700, 'news', false,
    false, published_at, first_seen_at, first_seen_at, 1, 1, '1'
from news.articles
where first_seen_at > now() - interval '2 days';
"""


def main() -> None:
    """Fill a store, judge twice, print the seconds."""
    configure_logging("ERROR", "plain")
    sources, links = 1000, 500_000
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), _FAST_OPTIONS)
        server.start()
        try:
            seconds = _measured(server.dsn("postgres"), sources, links)
        finally:
            server.remove()
    if seconds > MOST_SECONDS:
        sys.exit(1)


def _measured(dsn: str, sources: int, links: int) -> float:
    os.environ["DATELINE_DSN"] = dsn
    settings.cache_clear()
    with closing(connect(dsn)) as conn:
        migrate(conn)
        for statement in _ROWS.split(";\n"):
            if statement.strip():
                with psycopg.ClientCursor(conn) as cursor:
                    cursor.execute(statement.encode(), {"sources": sources, "links": links})
        conn.execute("vacuum analyze")
        row = conn.execute("select count(*) from ops.link_attempts").fetchone()
        print(f"{sources} sources, {row[0] if row else 0} attempts of links")
    taken = 0.0
    for call in ("first call, which learns from 35 days", "second call", "third call"):
        began, cpu = time.perf_counter(), time.process_time()
        update_source_states(datetime.now(UTC))
        taken = time.perf_counter() - began
        own = time.process_time() - cpu
        print(f"{call}: {taken:.2f} s, of which {own:.2f} CPU-s in this process")
    return taken


if __name__ == "__main__":
    main()
