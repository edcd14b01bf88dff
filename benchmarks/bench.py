"""Run all speed benchmarks: ``make bench``.

Each figure is measured beside another tool or is a ratio within one run.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.collect import collect_bench
from benchmarks.operate import cookbook_speed, operate_bench, store_speed
from benchmarks.speed import (
    annotate_speed,
    crawl_speed,
    dedupe_speed,
    document_memory,
    end_to_end,
    fetch_memory,
    growth,
    idle_tick,
    lookup_speed,
    publish_speed,
)

ARTICLES = 1_000_000


def in_large_store() -> None:
    """Make one large store, and measure in it what needs one."""
    with tempfile.TemporaryDirectory() as folder:
        cookbook_speed.main(ARTICLES, Path(folder))
        publish_speed.main(ARTICLES, Path(folder))


def main() -> None:
    """Run every benchmark in turn."""
    parts = {
        "copies": dedupe_speed.main,
        "copies, look-ups": lookup_speed.main,
        "names and quotes": annotate_speed.main,
        "names and quotes, growth": growth.main,
        "end to end": end_to_end.main,
        "fetch and archive, beside Scrapy": crawl_speed.main,
        "memory of a fetch process": fetch_memory.main,
        "memory of long documents": document_memory.main,
        "a tick with nothing due, in Airflow": idle_tick.main,
        "collect, a burst over sockets": collect_bench.burst,
        "collect, an hour over sockets": collect_bench.hour,
        "collect, 30 days simulated": collect_bench.main,
        "states of sources, in a large store": store_speed.main,
        "questions of the cookbook, loading and publishing, in a large store": in_large_store,
        "sources that break, simulated": operate_bench.main,
    }
    for part, run in parts.items():
        sys.stdout.write(f"== {part}\n")
        run()


if __name__ == "__main__":
    main()
