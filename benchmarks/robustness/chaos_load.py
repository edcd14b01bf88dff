"""Kill loaders with SIGKILL while they load, then run four at once, and check every row count.

``make chaos``, or ``python -m benchmarks.robustness.chaos_load --kills 64``. The exit code is 1 if
a row is lost or stored twice. The tests do the same with 4 kills
(``tests/warehouse/test_failures.py``).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect, create_database
from tests.warehouse.chaos import Chaos, expected, found, kill_loaders, prepare, run_loaders


@contextmanager
def fresh_store() -> Iterator[str]:
    """Yield the DSN of an empty store, whose server ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            create_database(server.dsn("postgres"), "dateline")
            with closing(connect(server.dsn())) as conn:
                migrate(conn)
            yield server.dsn()
        finally:
            server.remove()


def _arguments() -> Chaos:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=16)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--batch-size", type=int, default=10)
    parser.add_argument("--loaders", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    return Chaos(
        articles=given.articles,
        batch_size=given.batch_size,
        overlapping=20,
        loaders=given.loaders,
        kills=given.kills,
        seed=given.seed,
    )


def main() -> int:
    """Kill the loaders, print one line for each table, and return the exit code."""
    chaos = _arguments()
    began = time.monotonic()
    with fresh_store() as dsn:
        run_id = prepare(dsn, chaos)
        killed = kill_loaders(dsn, run_id, chaos)
        codes = run_loaders(dsn, run_id, chaos)
        counted = found(dsn, run_id, chaos)
    print(f"{killed} loaders killed with SIGKILL in mid-load, then {len(codes)} at once: {codes}")
    wanted = expected(chaos)
    for table, number in wanted.items():
        verdict = "as expected" if counted[table] == number else "WRONG"
        print(f"  {table:<50} {counted[table]:>7}  expected {number:>7}  {verdict}")
    print(f"{time.monotonic() - began:.0f} s")
    is_sound = counted == wanted and killed >= chaos.kills and not any(codes)
    print("nothing lost, nothing doubled" if is_sound else "FAILED")
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
