"""``make bench``: speed, each figure beside a peer or within one run."""

import sys

from benchmarks import bench_dedupe, bench_whole


def main() -> None:
    """Run every benchmark in turn."""
    for part, run in (("copies", bench_dedupe.main), ("end to end", bench_whole.main)):
        sys.stdout.write(f"== {part}\n")
        run()


if __name__ == "__main__":
    main()
