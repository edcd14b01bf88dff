"""Measure agency credits on the PolNeAR corpus: ``python -m benchmarks.copies.agency_credits``.

The gold is the corpus's own ``wire`` field, the agency whose text an article is. Articles whose
field is "NA" (all of one outlet) are left out. The field names four agencies, nearly all from
datelines, so the figures say nothing about other agencies and little about sign-offs. Where outlets
print agency texts that the corpus did not mark, a right answer counts as a wrong one.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from pipeline.line_rules.credits import find_credit

AGENCIES = {
    "ap": "Associated Press",
    "afp": "Agence France-Presse",
    "reuters": "Reuters",
    "upi": "United Press International",
}
"""The corpus's name of an agency and ours."""
PARTS = ("train", "dev")
READINGS = ("text", "text and byline")


def measure(data: Path) -> dict[str, float]:
    """Score both parts; ``dev`` was not used for development.

    Returns:
        ``<part>/<reading>/precision|recall|f1`` of the agency named (precision is 1 if
        none was named), ``<part>/n`` articles and ``<part>/n.wire`` agency texts.
    """
    figures: dict[str, float] = {}
    for part in PARTS:
        articles = list(read_articles(data, part))
        gold = [AGENCIES.get((article["wire"] or "").lower()) for article in articles]
        figures |= {f"{part}/n": len(articles), f"{part}/n.wire": sum(map(bool, gold))}
        for reading in READINGS:
            found = [agency_found(article, reading) for article in articles]
            for score, value in scores(zip(gold, found, strict=True)).items():
                figures[f"{part}/{reading}/{score}"] = value
    return figures


def read_articles(data: Path, part: str) -> Iterator[dict[str, Any]]:
    """Yield the articles whose ``wire`` field names an agency or says that there is none."""
    packed = data / "polnear" / f"{part}.jsonl.gz"
    plain = data / "polnear" / f"{part}.jsonl"
    with gzip.open(packed, "rt", encoding="utf-8") if packed.exists() else plain.open() as lines:
        yield from (row for row in map(json.loads, lines) if row["wire"] != "NA")


def agency_found(article: dict[str, Any], reading: str) -> str | None:
    """Return the agency credited with the whole text, with or without the byline."""
    authors = [article["author"]] if article["author"] and "byline" in reading else []
    credit = find_credit(title=article["title"], authors=authors, text=article["text"])
    return credit.agency if credit.kind == "whole" else None


def scores(pairs: Iterable[tuple[str | None, str | None]]) -> dict[str, float]:
    """Return precision, recall and F1 over pairs of (gold, found)."""
    both = list(pairs)
    right = sum(gold == found for gold, found in both if gold)
    named = sum(found is not None for _, found in both)
    wanted = sum(gold is not None for gold, _ in both)
    precision = right / named if named else 1.0
    recall = right / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def report(figures: dict[str, float]) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{part:6} {reading:16} P {figures[f'{part}/{reading}/precision']:.3f}"
        f"  R {figures[f'{part}/{reading}/recall']:.3f}  F1 {figures[f'{part}/{reading}/f1']:.3f}"
        f"  ({figures[f'{part}/n.wire']:.0f} agency texts of {figures[f'{part}/n']:.0f})"
        for part in PARTS
        for reading in READINGS
    ]
    return "\n".join(["agency credits on polnear (its wire field):", *lines, ""])


if __name__ == "__main__":
    sys.stdout.write(report(measure(data_folder())))
