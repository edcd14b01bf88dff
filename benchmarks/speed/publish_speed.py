"""What loading and publishing cost in a large store: ``python -m benchmarks.speed.publish_speed``.

Takes a made store (``benchmarks.operate.made_store``), with ``--home FOLDER`` one that stays there.
A thousand invented articles are loaded, looked up for copies and annotated in it, and as many in an
empty store of the same server. The made store has no fingerprints: what a look-up costs beside
those of a million texts, ``benchmarks.speed.lookup_speed`` measures. After that it publishes four
times: the loaded articles; a thousand made ones of the last hours, which name whom the others name;
a thousand that are annotated again and stay as they were; and nothing. Prints wall clock and CPU
seconds; those of the server hold autovacuum's too.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import Connection

from benchmarks.operate.made_store import add, made_server, server_cpu
from benchmarks.operate.stage_wal import annotate, annotations, load_items, look_for_copies
from pipeline.settings import settings
from pipeline.stages.publish import publish
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.schema import ensure_partitions, migrate
from pipeline.warehouse.store import connect, create_database
from tests.warehouse.stories import NOON, begin

MOST_SECONDS = 20.0
"""How long a publish after new articles may take."""
MOST_TIMES = 1.3
"""How much longer loading may take than in an empty store."""
NEW = 1_000
ARTICLES = 200_000
_TOGETHER = 100
"""Articles of one batch."""
_READ_AGAIN = """
with latest as (
    select article_version_id from news.article_versions
    where is_current order by article_id desc limit %s
),
marked as (
    update news.article_versions as v set annotated_at = now()
    from latest as l where v.article_version_id = l.article_version_id
)
insert into news.names_to_resolve (article_version_id) select article_version_id from latest
"""


class Clock:
    """Prints what work costs this process and the server."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._home = server.home

    def time(self, what: str, work: Callable[[], object]) -> tuple[float, float]:
        """Do some work, print what it took, and return wall clock and CPU seconds."""
        began, cpu = time.perf_counter(), self._cpu()
        work()
        seconds, used = time.perf_counter() - began, self._cpu() - cpu
        print(f"{what}: {seconds:.1f} s, {used:.1f} CPU-s", flush=True)
        return seconds, used

    def _cpu(self) -> float:
        return time.process_time() + server_cpu(self._home)


def load(conn: Connection, clock: Clock, where: str) -> tuple[float, float]:
    """Load, compare and annotate invented articles; return seconds and CPU seconds of the load."""
    ensure_partitions(conn, NOON.date() + timedelta(days=1))
    row = conn.execute("select count(*) from ops.links where url like '%harbour%'").fetchone()
    first = row[0] if row else 0
    run_id = begin(conn, f"load from {first}")

    def store() -> None:
        for number in range(first, first + NEW, _TOGETHER):
            items = load_items(conn, run_id, range(number, number + _TOGETHER))
            load_batch(conn, run_id, f"made {number}", items)

    took = clock.time(f"loading {NEW} articles into {where}", store)
    clock.time("looking for copies of them", lambda: look_for_copies(conn))
    annotated = annotations(conn)
    clock.time("storing their annotations", lambda: annotate(conn, annotated))
    return took


def measure(server: EmbeddedServer) -> tuple[float, float]:
    """Print what each step costs; return the seconds of a publish, and how many times a load is.

    The times of a load are of CPU seconds, which a busy machine does not change much.
    """
    clock = Clock(server)
    os.environ["DATELINE_DSN"] = server.dsn()
    settings.cache_clear()
    name = f"empty_{time.time_ns()}"
    create_database(server.dsn("postgres"), name)
    with closing(connect(server.dsn(name))) as conn:
        migrate(conn)
        _, cpu_empty = load(conn, clock, "an empty store")
    with closing(connect(server.dsn())) as conn:
        conn.execute(f"drop database {name}".encode())
        _publish(conn)
        _, cpu_large = load(conn, clock, "the made store")
        times = cpu_large / cpu_empty
        print(f"loading into the made store: {times:.2f} times as long by CPU seconds")
        clock.time(f"publish after {NEW} invented articles", lambda: _publish(conn))
        add(conn, NEW)
        seconds, _ = clock.time(f"publish after {NEW} made articles", lambda: _publish(conn))
        conn.execute(_READ_AGAIN, (NEW,))
        clock.time(f"publish after {NEW} were annotated again", lambda: _publish(conn))
        clock.time("publish after nothing", lambda: _publish(conn))
    return seconds, times


def _publish(conn: Connection) -> None:
    now = datetime.now(UTC)
    publish(open_run(conn, "publish", f"at {now.isoformat()}", now, "0"))


def main(articles: int = ARTICLES, home: Path | None = None) -> None:
    """Measure in a made store; exit with 1 where a publish or a load takes too long."""
    configure_logging("ERROR", "plain")
    with made_server(articles, home) as server:
        seconds, times = measure(server)
    if seconds > MOST_SECONDS or times > MOST_TIMES:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--home", type=Path, help="a folder in which the store is made, and stays")
    given = parser.parse_args()
    main(given.articles, given.home)
