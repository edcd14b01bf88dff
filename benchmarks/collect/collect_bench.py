"""Simulate weeks of collecting: ``python -m benchmarks.collect.collect_bench --sources 200``.

Prints what was found beside what is to be reached; the exit code is 1 where a figure is missed.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.collect import socket_hour
from benchmarks.collect.simulation import simulate
from benchmarks.collect.socket_run import report
from benchmarks.collect.socket_run import run as run_over_sockets
from benchmarks.collect.truth import Result, table
from benchmarks.collect.web import make_web, parameters
from benchmarks.speed.idle_tick import cpu_seconds
from pipeline.settings import settings
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect

_FAST_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
"""The store of a simulation need not survive a power cut."""
_PROCESSES = 2


@contextmanager
def _own_store() -> Iterator[tuple[EmbeddedServer, Path]]:
    """Yield a server with a migrated store and an empty folder; remove both afterwards.

    The folder is the home of this process and its children meanwhile, for their log of links.
    """
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, DATELINE_HOME=folder):
        settings.cache_clear()
        server = EmbeddedServer(Path(folder) / "postgres", _FAST_OPTIONS)
        server.start()
        try:
            with closing(connect(server.dsn("postgres"))) as connection:
                migrate(connection)
            yield server, Path(folder)
        finally:
            server.remove()
    settings.cache_clear()


def _postmaster(server: EmbeddedServer) -> int:
    """Return the number of the server's first process."""
    return int((server.data / "postmaster.pid").read_text().split()[0])


def measure(sources: int, days: int, most_per_day: float) -> Result:
    """Simulate a web of this size in a store of its own, and print the table."""
    web = make_web(sources, days, most_per_day)
    began = time.perf_counter()
    with _own_store() as (server, _):
        result = simulate(web, server.dsn("postgres"), _PROCESSES)
        spent = cpu_seconds([os.getpid(), _postmaster(server)])
    minutes = (time.perf_counter() - began) / 60
    print(
        f"{sources} sources, {days} days, simulated in {minutes:.1f} min ({spent / 60:.1f} CPU-min)"
    )
    print(table(result))
    for missed in result.misses:
        print(f"not reached: {missed}")
    for name, examples in result.examples.items():
        print(f"{name}: {'; '.join(examples[:30])}")
    return result


def burst() -> None:
    """Let three processes ask 200 hosts at once over real sockets; print what the server saw."""
    with _own_store() as (server, _):
        print(report(run_over_sockets(server.dsn("postgres"))))


def hour() -> list[str]:
    """Collect for an hour of the web over real sockets; print the figures, return what is wrong."""
    began = time.perf_counter()
    with _own_store() as (server, folder):
        postmaster = _postmaster(server)
        before: list[float] = []

        def on_hour() -> None:
            print(f"the hours before it: {time.perf_counter() - began:.0f} s")
            before.append(cpu_seconds([postmaster]))

        done = socket_hour.run(
            socket_hour.hour_of_web(), server.dsn("postgres"), folder, on_hour=on_hour
        )
        print(socket_hour.report(done))
        print(f"CPU time of Postgres: {cpu_seconds([postmaster]) - before[0]:.1f} s")
    print(f"in all {(time.perf_counter() - began) / 60:.1f} min")
    for missed in done.misses:
        print(f"not as it must be: {missed}")
    return done.misses


def main() -> None:
    """Simulate the web of the parameters."""
    given = parameters()
    measure(int(given["sources"]), int(given["days"]), float(given["most_per_day"]))


if __name__ == "__main__":
    configure_logging("ERROR")
    given = parameters()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=int(given["sources"]))
    parser.add_argument("--days", type=int, default=int(given["days"]))
    parser.add_argument("--most-per-day", type=float, default=float(given["most_per_day"]))
    parser.add_argument("--burst", action="store_true", help="all requests at once, over sockets")
    parser.add_argument("--hour", action="store_true", help="one hour over sockets")
    chosen = parser.parse_args()
    if chosen.burst:
        burst()
    elif chosen.hour:
        sys.exit(bool(hour()))
    elif measure(chosen.sources, chosen.days, chosen.most_per_day).misses:
        sys.exit(1)
