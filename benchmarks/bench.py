"""``make bench``: speed, each figure beside a peer or within one run."""

import sys

from benchmarks import bench_annotate, bench_dedupe, bench_growth, bench_lookups, bench_whole


def main() -> None:
    """Run every benchmark in turn."""
    parts = {
        "copies": bench_dedupe.main,
        "copies, look-ups": bench_lookups.main,
        "names and quotes": bench_annotate.main,
        "names and quotes, growth": bench_growth.main,
        "end to end": bench_whole.main,
    }
    for part, run in parts.items():
        sys.stdout.write(f"== {part}\n")
        run()


if __name__ == "__main__":
    main()
