"""Simulate weeks of collecting: ``python -m benchmarks.collect.collect_bench --sources 200``.

Prints what was found beside what is to be reached; the exit code is 1 where a figure is missed.
"""

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.collect.simulation import simulate
from benchmarks.collect.socket_run import report
from benchmarks.collect.socket_run import run as run_over_sockets
from benchmarks.collect.truth import Result, table
from benchmarks.collect.web import make_web, parameters
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect

_FAST_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
"""The store of a simulation need not survive a power cut."""
_PROCESSES = 2


def measure(sources: int, days: int, most_per_day: float) -> Result:
    """Simulate a web of this size in a store of its own, and print the table."""
    web = make_web(sources, days, most_per_day)
    began = time.perf_counter()
    arguments = (str(sources), str(days), str(most_per_day))
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), _FAST_OPTIONS)
        server.start()
        try:
            with closing(connect(server.dsn("postgres"))) as connection:
                migrate(connection)
            result = simulate(web, server.dsn("postgres"), arguments, _PROCESSES)
        finally:
            server.remove()
    minutes = (time.perf_counter() - began) / 60
    print(f"{sources} sources, {days} days, simulated in {minutes:.1f} min")
    print(table(result))
    for missed in result.misses:
        print(f"not reached: {missed}")
    for name, examples in result.examples.items():
        print(f"{name}: {'; '.join(examples[:5])}")
    return result


def sockets() -> None:
    """Let three processes ask 200 hosts over real sockets, and print what the server saw."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), _FAST_OPTIONS)
        server.start()
        try:
            with closing(connect(server.dsn("postgres"))) as connection:
                migrate(connection)
            print(report(run_over_sockets(server.dsn("postgres"))))
        finally:
            server.remove()


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
    parser.add_argument("--sockets", action="store_true", help="the run over sockets instead")
    chosen = parser.parse_args()
    if chosen.sockets:
        sockets()
    elif measure(chosen.sources, chosen.days, chosen.most_per_day).misses:
        raise SystemExit(1)
