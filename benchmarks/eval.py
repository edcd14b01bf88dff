"""Measure every accuracy figure beside other tools and write the tables of the docs: ``make eval``.

Prints the reports and writes the tables, with counts and the date of the run, to
``docs/recorded/``: ``accuracy.md`` for the README, the others for ``docs/accuracy.md``.
``python -m benchmarks.eval text`` (or ``plain``, ``memory``, ``copies``,
``stories``, ``language``) runs a part.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import accuracy_rows
from benchmarks.copies import agency_credits, duplicates
from benchmarks.data import data_folder
from benchmarks.language import (
    calibration,
    language_tables,
    mistakes,
    names_and_quotes,
    news_speakers,
    view_sample,
    view_sample_rows,
)
from benchmarks.language.readings import Readings
from benchmarks.memory import site_memory
from benchmarks.speed import annotate_speed
from benchmarks.stories import events
from benchmarks.tables import Line, MeasuredLines, lines_table, measured_today, today
from benchmarks.text import (
    page_metadata,
    page_text,
    quality_score,
    scraped_text,
    text_tables,
    web_pages,
)
from pipeline.annotate.annotator import Annotator

RECORDED = Path(__file__).parents[1] / "docs" / "recorded"
LINES = RECORDED / "accuracy_lines.json"
"""The rows of the README's table by part, each part with the day of its run."""


def measure_text(data: Path) -> list[Line]:
    """Score text and metadata of pages beside peers; return rows of the README's table."""
    record("web_pages", web_pages.page(data))
    extracted, known = page_text.measure(data), page_metadata.measure(data)
    sys.stdout.write(page_text.report(extracted))
    record("text", text_tables.text_page(extracted))
    quality = quality_score.page(data)
    record("metadata", f"{page_metadata.report(known)}\n{quality}\n\n{measured_today()}\n")
    accuracy_rows.record(
        "text", [*accuracy_rows.text_rows(extracted, 69), *accuracy_rows.metadata_rows(known)]
    )
    return text_tables.text_lines({**extracted, **known})


def measure_plain(data: Path) -> list[Line]:
    """Score plain text that somebody else scraped."""
    record("plain", scraped_text.page(data))
    return []


def measure_memory(data: Path) -> list[Line]:
    """Score site memory on generated and real hosts."""
    record("memory", site_memory.page(data))
    return []


def measure_copies(data: Path) -> list[Line]:
    """Score duplicate detection beside other methods, and agency credits."""
    copies = duplicates.measure(data)
    sys.stdout.write(duplicates.report(copies))
    record("copies", text_tables.copies_page(copies))
    accuracy_rows.record("copies", accuracy_rows.copy_rows(copies))
    record("credits", text_tables.credits_page(agency_credits.measure(data)))
    return text_tables.copy_lines(copies)


def measure_language(data: Path) -> list[Line]:
    """Score names, quotes and speakers beside other tools."""
    annotator = Annotator.load()
    readings = Readings.of(data, "dev", annotator)
    scores = names_and_quotes.score(data, annotator, readings)
    sys.stdout.write(names_and_quotes.report(scores) + "\n")
    model = f"Model and rules: `{annotator.version}`."
    record("language", f"{language_tables.page(scores)}\n\n{measured_today()} {model}\n")
    record("calibration", f"{calibration.page(data)}\n\n{measured_today()} {model}\n")
    record("mistakes", f"{mistakes.write(readings)}\n\n{measured_today()} {model}\n")
    elsewhere = news_speakers.measure(data, annotator)
    record("news_speakers", f"{news_speakers.page(elsewhere)}\n\n{measured_today()} {model}\n")
    rows, verdicts = view_sample_rows.sample_rows(data, annotator), view_sample.read_verdicts()
    by_eye = view_sample.report(rows, verdicts)
    record("view_sample", f"{by_eye}\n\n{measured_today()} {model}\n")
    ours = names_and_quotes.DATELINE
    accuracy_rows.record(
        "language",
        [
            *accuracy_rows.names_rows(scores.names[ours]),
            *accuracy_rows.polnear_rows(scores.attributions[ours]),
            *news_speakers.accuracy_rows(elsewhere),
            *view_sample.accuracy_rows(rows, verdicts),
        ],
    )
    return [
        *language_tables.readme_lines(scores),
        *news_speakers.readme_lines(elsewhere),
        *view_sample.readme_lines(rows, verdicts),
    ]


def measure_stories(data: Path) -> list[Line]:
    """Score stories on the half of the labelled articles that is held apart, and on the other."""
    scores = events.measure(data, ["held", "tuned"])
    record("stories", events.page(scores))
    return events.readme_lines(scores)


PARTS: dict[str, Callable[[Path], list[Line]]] = {
    "text": measure_text,
    "plain": measure_plain,
    "memory": measure_memory,
    "copies": measure_copies,
    "stories": measure_stories,
    "language": measure_language,
}
"""Each part prints its report, writes its page and returns its rows of the README's table."""


def record(name: str, text: str) -> None:
    """Print a page and write it to ``docs/recorded/``."""
    sys.stdout.write(text + "\n")
    (RECORDED / f"{name}.md").write_text(text, encoding="utf-8")


def record_lines(part: str, lines: Sequence[Line]) -> None:
    """Replace a part's rows of the README's table; those of other parts stay with their day."""
    runs = {
        name: MeasuredLines(run["measured"], [Line(*line) for line in run["lines"]])
        for name, run in json.loads(LINES.read_text(encoding="utf-8")).items()
    }
    runs[part] = MeasuredLines(today(), lines)
    LINES.write_text(
        json.dumps({name: run._asdict() for name, run in runs.items()}, indent=1) + "\n",
        encoding="utf-8",
    )
    table = lines_table(runs[name] for name in PARTS if name in runs)
    record("accuracy", f"{table}\n\nMeasured with `make eval`.\n")


def main() -> None:
    """Run one part or all, and write its rows of the README's table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["all", *PARTS], default="all")
    part = parser.parse_args().part
    data = data_folder()
    for name in PARTS if part == "all" else [part]:
        sys.stderr.write(f"{name} …\n")
        record_lines(name, PARTS[name](data))
    if part == "all":
        sys.stderr.write("speed …\n")
        record("speed", f"{annotate_speed.table(data)}\n")


if __name__ == "__main__":
    main()
