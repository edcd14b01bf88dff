"""Score the stories: ``python -m benchmarks.stories.events`` (``--half tuned`` while tuning).

The labelled set and the score are described in ``benchmarks/stories/README.md``.
"""

import argparse
import gzip
import json
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean
from time import perf_counter

from benchmarks.data import data_folder
from benchmarks.stories.memory import MemoryBook
from benchmarks.stories.single_pass import single_pass
from benchmarks.tables import Line, measured_today, percent
from pipeline.annotate.annotator import Annotator
from pipeline.stories.clusters import place
from pipeline.stories.terms import STORY_RULES, Named, counted

ALONE = "-"
UNDECIDED = "?"
HELD_FROM = "2016-04-19"
"""First day of the half that is held apart."""
_LABELS = Path(__file__).with_name("events.tsv")
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """An article of PolNeAR and its event."""

    id: str
    day: str
    title: str
    text: str
    """The text without the headline."""
    event: str


@dataclass(frozen=True, slots=True)
class Score:
    """B³ over the articles that share an event."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    """Bounds of the 95 % interval of F1."""


def labelled_articles(data: Path, *, is_held: bool) -> list[LabelledArticle]:
    """Return the articles of a half in the order of their days."""
    folder = data / "polnear"
    lines = gzip.decompress((folder / "train.jsonl.gz").read_bytes()).decode().splitlines()
    lines += (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {row["id"]: row for row in map(json.loads, lines)}
    found = []
    for line in _LABELS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        name, event = line.split("\t")
        row = rows[name]
        if (row["date"] >= HELD_FROM) is is_held:
            title = row["title"] or ""
            text = row["text"].strip().removeprefix(title.strip()).lstrip(" .\n")
            found.append(LabelledArticle(name, row["date"], title, text, event))
    return found


def names_of(articles: Sequence[LabelledArticle]) -> list[list[Named]]:
    """Return the names that the annotator finds in each article."""
    texts, titles = [each.text for each in articles], [each.title for each in articles]
    return [
        [Named(each.label, each.name, each.start) for each in found.mentions if not each.is_credit]
        for found in Annotator.load().annotate(texts, titles)
    ]


def told(articles: Sequence[LabelledArticle], names: Sequence[Sequence[Named]]) -> list[int]:
    """Return the story of each article as Dateline tells it, a number of its own where alone."""
    book = MemoryBook()
    for number, (article, found) in enumerate(zip(articles, names, strict=True)):
        terms = counted(article.title, article.text, found)
        if terms is not None:
            book.add(number, datetime.fromisoformat(article.day).replace(tzinfo=UTC), terms)
            place(book, number)
    return [book.story.get(number, -1 - number) for number in range(len(articles))]


def _alike_in_words(articles: Sequence[LabelledArticle]) -> list[int]:
    return single_pass(
        (date.fromisoformat(each.day), f"{each.title} {each.text}") for each in articles
    )


def score(articles: Sequence[LabelledArticle], stories: Sequence[int]) -> Score:
    """Return the score of stories, given by their numbers in the order of the articles."""
    members: dict[int, set[int]] = defaultdict(set)
    events: dict[str, set[int]] = defaultdict(set)
    for number, (article, story) in enumerate(zip(articles, stories, strict=True)):
        if article.event != UNDECIDED:
            members[story].add(number)
        if article.event not in (ALONE, UNDECIDED):
            events[article.event].add(number)
    found: dict[str, list[tuple[float, float]]] = {
        event: [
            (len(event_members & own) / len(own), len(event_members & own) / len(event_members))
            for own in (members[stories[number]] for number in event_members)
        ]
        for event, event_members in sorted(events.items())
    }
    precision, recall, f1 = _means(found, list(found))
    chance = random.Random(1)
    names = list(found)
    again = sorted(_means(found, chance.choices(names, k=len(names)))[2] for _ in range(_RESAMPLES))
    return Score(precision, recall, f1, again[_RESAMPLES // 40], again[-_RESAMPLES // 40])


def _means(
    found: Mapping[str, Sequence[tuple[float, float]]], events: Sequence[str]
) -> tuple[float, float, float]:
    pairs = [pair for event in events for pair in found[event]]
    precision, recall = mean(pair[0] for pair in pairs), mean(pair[1] for pair in pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def measure(data: Path, halves: Sequence[str]) -> dict[str, dict[str, Score]]:
    """Return the scores of each method on each half."""
    found = {}
    for half in halves:
        articles = labelled_articles(data, is_held=half == "held")
        names = names_of(articles)
        begun = perf_counter()
        ours = told(articles, names)
        seconds = perf_counter() - begun
        sys.stderr.write(f"{half}: {1000 * seconds / len(articles):.1f} ms an article\n")
        found[half] = {
            "Dateline": score(articles, ours),
            "Dateline, words alone": score(articles, told(articles, [[] for _ in articles])),
            "TF-IDF, single pass": score(articles, _alike_in_words(articles)),
            "every article alone": score(articles, list(range(len(articles)))),
        }
    return found


def page(scores: Mapping[str, Mapping[str, Score]]) -> str:
    """Return the table on stories of ``docs/accuracy.md``."""
    lines = [
        "| half | method | precision | recall | B³ F1 | 95 % interval |",
        "| --- | --- | --: | --: | --: | --- |",
    ]
    for half, methods in scores.items():
        for method, each in methods.items():
            lines.append(
                f"| {half} | {method} | {each.precision:.3f} | {each.recall:.3f} | {each.f1:.3f}"
                f" | {each.low:.3f}–{each.high:.3f} |"
            )
    return "\n".join(
        [
            *lines,
            "",
            f"{measured_today('python -m benchmarks.eval stories')} Rules: {STORY_RULES}.",
            "",
        ]
    )


def readme_lines(scores: Mapping[str, Mapping[str, Score]]) -> list[Line]:
    """Return the row of the README's table."""
    held = scores["held"]
    others = ("TF-IDF, single pass", "every article alone")
    return [
        Line(
            "articles on one event, B³ F1",
            "seven US outlets, half kept apart (117)",
            held["Dateline"].f1,
            ", ".join(f"{name} {percent(held[name].f1)}" for name in others),
        )
    ]


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["tuned", "held"], help="score this half alone")
    half = parser.parse_args().half
    sys.stdout.write(page(measure(data_folder(), [half] if half else ["held", "tuned"])))


if __name__ == "__main__":
    main()
