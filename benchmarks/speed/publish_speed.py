"""What a publish costs in a large store: ``python -m benchmarks.speed.publish_speed``.

Fills made stores of two sizes (``benchmarks.operate.made_store``) and publishes in each after a
thousand articles changed, spread like new ones over the last days, with all their names to be
joined again. Prints wall clock and CPU seconds, then those of a publish after which nothing
changed. A thousand articles that are read again cost a little more than a thousand new ones: what
the counts hold of them is taken away as well.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.operate.made_store import fill
from pipeline.settings import settings
from pipeline.stages.publish import publish
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect

MOST_SECONDS = 20.0
CHANGED = 1_000
ARTICLES = 200_000
_SMALL = 5_000
_FAST_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
_CHANGE = """
insert into ops.changed_articles (article_id)
select article_id from news.articles order by article_id desc limit %s
"""
_QUEUE = """
insert into news.names_to_resolve (article_version_id)
select v.article_version_id from news.article_versions as v
where v.is_current order by v.article_id desc limit %s
"""


def _server_cpu(home: Path) -> float:
    """Return the CPU seconds that the server and its sessions have used, those that ended too."""
    [file] = home.glob("**/postmaster.pid")
    postmaster = psutil.Process(int(file.read_text().split()[0]))
    times = [postmaster.cpu_times(), *(each.cpu_times() for each in postmaster.children())]
    ended = times[0].children_user + times[0].children_system
    return float(sum(each.user + each.system for each in times) + ended)


def _publish(home: Path, name: str) -> tuple[float, float]:
    """Publish, and return wall clock and CPU seconds."""
    with closing(connect(settings().dsn or "")) as conn:
        run_id = open_run(conn, "publish", name, datetime.now(UTC), "0")
    began, cpu = time.perf_counter(), time.process_time() + _server_cpu(home)
    publish(run_id)
    return time.perf_counter() - began, time.process_time() + _server_cpu(home) - cpu


def measure(articles: int) -> float:
    """Print what publishes cost in a store of this size; return the seconds of the first."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = EmbeddedServer(home, _FAST_OPTIONS)
        server.start()
        try:
            os.environ["DATELINE_DSN"] = server.dsn("postgres")
            settings.cache_clear()
            began = time.perf_counter()
            with closing(connect(server.dsn("postgres"))) as conn:
                migrate(conn)
                fill(conn, articles)
                print(f"{articles} articles made in {time.perf_counter() - began:.0f} s")
                _publish(home, "before")
                conn.execute(_CHANGE, (CHANGED,))
                conn.execute(_QUEUE, (CHANGED,))
            seconds, cpu = _publish(home, "changed")
            print(f"after {CHANGED} articles changed: {seconds:.1f} s, {cpu:.1f} CPU-s")
            idle, idle_cpu = _publish(home, "idle")
            print(f"after nothing changed: {idle:.1f} s, {idle_cpu:.1f} CPU-s", flush=True)
        finally:
            server.remove()
    return seconds


def main(articles: int = ARTICLES) -> None:
    """Measure a small and a large store; exit with 1 where a publish takes too long."""
    configure_logging("ERROR", "plain")
    measure(_SMALL)
    if measure(articles) > MOST_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    main(parser.parse_args().articles)
