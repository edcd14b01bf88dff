"""``make eval``: every accuracy figure beside its peers in one run, and the tables of the docs.

Prints the reports and the tables, and keeps the tables, with the counts and the date of the run, in
``docs/recorded/``: ``accuracy.md`` for the README, the others for ``docs/accuracy.md``.
``python -m benchmarks.eval language`` does the part on names and quotes alone, ``memory`` the one
on site memory, ``plain`` the one on plain text.
"""

import argparse
import sys
from pathlib import Path

from benchmarks import (
    bench_annotate,
    errors,
    eval_annotate,
    eval_dedupe,
    eval_extract,
    eval_memory,
    eval_metadata,
    eval_plain,
    eval_quality,
    language_tables,
)
from benchmarks.data import data_folder
from benchmarks.readings import Readings
from benchmarks.tables import Line, lines_table, measured_today, percent
from pipeline.annotate.annotator import Annotator

RECORDED = Path(__file__).parents[1] / "docs" / "recorded"
Figures = dict[str, float]


def text_lines(f: Figures) -> list[Line]:
    """Return the rows on body text and metadata."""

    def others(score: str) -> str:
        plain, precise = f[f"trafilatura/{score}"], f[f"trafilatura precision/{score}"]
        return f"trafilatura {percent(plain)}, with favor_precision {percent(precise)}"

    rows = [
        ("body text, 4-gram F1", "Scrapinghub pages, English (80)", "scrapinghub en/F1"),
        ("body text, 4-gram F1", "Fundus pages (50)", "fundus/F1"),
        ("body text, precision", "Fundus pages (50)", "fundus/precision"),
        ("segments to keep and to leave, F1", "trafilatura's own set (221)", _SEGMENTS),
        ("boilerplate lines left", "6,927 lines of the English pages", "furniture lines left, all"),
        (
            "the same, hosts kept apart from the patterns",
            "one half of the hosts",
            "furniture lines left, unseen hosts",
        ),
    ]
    lines = [Line(what, data, f[f"dateline/{key}"], others(key)) for what, data, key in rows]
    for what in ("title", "day", "authors"):
        name = {"day": "day of publication", "authors": "authors, all of them right"}.get(
            what, what
        )
        peer = f"trafilatura {percent(f[f'trafilatura/fundus/{what}'])}"
        lines.append(Line(name, "Fundus pages (50)", f[f"dateline/fundus/{what}"], peer))
    lines.append(Line("kept and removed text exactly", "the two example articles", f[_SEEDS_EXACT]))
    return lines


_SEGMENTS = "trafilatura segments/F1"
_SEEDS_EXACT = "dateline/seeds/exact"


def copy_lines(f: Figures) -> list[Line]:
    """Return the rows on copies."""
    data = f"made and real copies ({f['n.rows']:,.0f} texts, {f['n.pairs']:,.0f} pairs), tuned on"

    def others(score: str) -> str:
        jaccard, minhash = f[f"jaccard.{score}"], f[f"datasketch.{score}"]
        return f"4-gram Jaccard {percent(jaccard)}, datasketch MinHash {percent(minhash)}"

    return [
        Line(f"copies, pairs of one group: {score}", data, f[f"groups.{score}"], others(score))
        for score in ("precision", "recall")
    ]


def measure_language(data: Path) -> eval_annotate.Scores:
    """Score names, quotes and speakers beside the peers; print the report, record the page."""
    sys.stderr.write("annotate …\n")
    annotator = Annotator.load()
    readings = Readings.of(data, "dev", annotator)
    scores = eval_annotate.score(data, annotator, readings)
    sys.stdout.write(eval_annotate.report(scores) + "\n")
    model = f"Model and rules: `{annotator.version}`."
    record("language", f"{language_tables.page(scores)}\n\n{measured_today()} {model}\n")
    record("mistakes", f"{errors.write(readings)}\n\n{measured_today()} {model}\n")
    return scores


def record(name: str, text: str) -> None:
    """Print a part and keep it for the docs."""
    sys.stdout.write(text + "\n")
    (RECORDED / f"{name}.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Run the measurements, print them, and record the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "part", nargs="?", choices=["all", "language", "memory", "plain"], default="all"
    )
    part = parser.parse_args().part
    data = data_folder()
    if part in ("all", "memory"):
        sys.stderr.write("memory …\n")
        record("memory", eval_memory.page(data))
    if part in ("all", "plain"):
        sys.stderr.write("plain text …\n")
        record("plain", eval_plain.page(data))
    if part in ("memory", "plain"):
        return
    language = measure_language(data)
    if part == "language":
        return
    sys.stderr.write("extract …\n")
    extracted, known = eval_extract.measure(data), eval_metadata.measure(data)
    lines = text_lines({**extracted, **known})
    sys.stdout.write(eval_extract.report(extracted) + eval_metadata.report(known))
    record("metadata", f"{eval_metadata.report(known)}\n{eval_quality.page(data)}\n")
    sys.stderr.write("dedupe …\n")
    lines += copy_lines(copies := eval_dedupe.measure(data))
    sys.stdout.write(eval_dedupe.report(copies))
    text = f"{lines_table([*lines, *language_tables.readme_lines(language)])}\n\n"
    record("accuracy", f"{text}{measured_today()}\n")
    sys.stderr.write("speed …\n")
    record("speed", f"{bench_annotate.table(data)}\n")


if __name__ == "__main__":
    main()
