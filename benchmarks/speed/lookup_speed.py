"""Measure whether look-ups of copies stay fast as the store grows.

``python -m benchmarks.speed.lookup_speed`` fills a fresh store of Dateline's own schema (embedded
server, temporary folder) with generated articles, adds real ones, and looks up three kinds of
copies of these; two MinHash indexes do the same with the same texts in the same run.
``--articles 10000 100000 1000000 --record`` takes ten minutes and 12 GB of disk, and writes the
tables for the documentation.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.copies.lookup_copies import KINDS
from benchmarks.copies.lookup_measures import Figures, measure_dateline, measure_peer
from benchmarks.copies.lookup_peers import PEERS
from benchmarks.data import data_folder
from benchmarks.tables import markdown, measured_today, percent

SIZES = (10_000, 100_000)
RECORDED = Path(__file__).parents[2] / "docs" / "recorded" / "lookups.md"


def measure(sizes: Iterable[int], data: Path) -> Iterator[Figures]:
    """Yield the figures of every method at every size, each measured in a fresh process."""
    fresh = multiprocessing.get_context("spawn")
    for size in sizes:
        with ProcessPoolExecutor(1, mp_context=fresh) as pool:
            yield pool.submit(measure_dateline, size, data).result()
        for peer, most in PEERS.items():
            if size <= most:
                with ProcessPoolExecutor(1, mp_context=fresh) as pool:
                    yield pool.submit(measure_peer, peer, size, data).result()


def speed_table(figures: Iterable[Figures]) -> str:
    """Return times and sizes as a Markdown table."""
    head = (
        "stored in 60 days",
        "method",
        "look-up, processor ms: p50 / p95 / max",
        "by the wall clock",
        "pages touched",
        "signature, ms",
        "insert, ms",
        "whole stage, processor ms an article",
        "kB an article",
    )
    return markdown(head, [_speed(each) for each in figures])


def _speed(each: Figures) -> tuple[str, ...]:
    return (
        f"{each.articles:,}",
        each.method,
        _spread(each.processor),
        _spread(each.times),
        "–" if each.buffers is None else f"{each.buffers:.0f}",
        f"{each.signature:.2f}",
        f"{each.insert:.2f}",
        "–" if each.stage is None else f"{each.stage:.1f}",
        f"{each.kept_bytes / 1000:.2f}",
    )


def _spread(times: Sequence[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in (*np.percentile(times, (50, 95)), max(times)))


def found_table(figures: Iterable[Figures]) -> str:
    """Return the shares found and the unrelated texts returned as a Markdown table."""
    head = ("stored", "method", *(f"{kind}, %" for kind in KINDS), "unrelated texts a look-up")
    rows = [
        (
            f"{each.articles:,}",
            each.method,
            *(percent(share) for share in each.found),
            f"{each.others:.1f}",
        )
        for each in figures
    ]
    return markdown(head, rows)


def page(figures: Sequence[Figures], command: str) -> str:
    """Return both tables and the note below them."""
    asked = (
        "300 copies of 100 real articles and 300 stored articles are looked up, one after the"
        " other; one text in five ends with 40 words of its outlet's boilerplate, and the largest"
        " of 200 outlets has 17 % of all texts. The whole stage then handles the 300 copies in one"
        " turn."
    )
    parts = (speed_table(figures), found_table(figures), f"{asked} {measured_today(command)}")
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] = ()) -> None:
    """Print the tables, and write them with ``--record``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.lookup_speed")
    parser.add_argument("--articles", type=int, nargs="+", default=SIZES)
    parser.add_argument("--record", action="store_true", help=f"keep the tables in {RECORDED.name}")
    chosen = parser.parse_args(arguments)
    figures = []
    for each in measure(chosen.articles, data_folder()):
        sys.stderr.write(f"{each.articles:,} {each.method}: done\n")
        figures.append(each)
    command = " ".join(["python -m benchmarks.speed.lookup_speed", *arguments])
    text = page(figures, command)
    sys.stdout.write(text)
    if chosen.record:
        RECORDED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
