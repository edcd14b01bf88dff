"""Measure confidence and grades of quotes: ``python -m benchmarks.language.calibration``.

The confidence was fitted on one half of PolNeAR's dev articles; the other half is measured here.
The reliability table has ten bins of equal numbers. The expected calibration error is the mean over
the bins, weighted by their sizes, of the distance between the mean confidence and the share that is
right. Right means: content and source overlap those of a gold attribution by half, or both have no
source.

PolNeAR also counts attitudes and intentions, so the precision of a grade here says whether words
and source are right, not whether they are a statement.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.language.attribution_scores import Parts, matched, overlap
from benchmarks.language.readings import bare, gold_parts, polnear_file
from benchmarks.tables import markdown
from pipeline.annotate.annotator import Annotator, quotes_with_features
from pipeline.annotate.quotes.confidence import Features
from pipeline.models import Quote, QuoteKind
from training import corpora

BINS = 10
KINDS: tuple[QuoteKind, ...] = ("direct", "mixed", "indirect")


class Half(Enum):
    """The halves of PolNeAR's dev articles, by the last bit of the digest of their ids."""

    FITTED = 0
    HELD_APART = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """A quote that was found, with its features and whether gold has it."""

    quote: Quote
    features: Features
    is_right: bool


def half_of(article: str) -> Half:
    """Return the half to which an article belongs."""
    return Half(hashlib.sha256(article.encode()).digest()[-1] % 2)


def read_half(data: Path, half: Half) -> list[Judged]:
    """Annotate the articles of one half and judge every quote that is found."""
    rows = [
        row for row in corpora.read_rows(polnear_file(data, "dev")) if half_of(row["id"]) is half
    ]
    tagged = bare(Annotator.load(), [row["text"] for row in rows])
    judged = []
    for row, spans in zip(rows, tagged, strict=True):
        found = quotes_with_features(row["text"], spans)
        parts = [Parts(quote.content, quote.source) for quote, _ in found]
        partners = matched(gold_parts(row), parts)
        for number, (quote, known) in enumerate(found):
            judged.append(Judged(quote, known, _is_right(parts[number], partners.get(number))))
    return judged


def _is_right(found: Parts, gold: Parts | None) -> bool:
    if gold is None:
        return False
    without = not gold.source and not found.source
    return without or overlap(gold.source, found.source) >= 0.5


def calibration_error(judged: Sequence[Judged]) -> float:
    """Return the expected calibration error over ``BINS`` bins of equal numbers."""
    gaps = (len(each) * abs(_mean(each) - _share(each)) for each in _bins(judged))
    return sum(gaps) / max(1, len(judged))


def _bins(judged: Sequence[Judged]) -> list[Sequence[Judged]]:
    ordered = sorted(judged, key=lambda each: each.quote.confidence)
    edges = [round(number * len(ordered) / BINS) for number in range(BINS + 1)]
    return [ordered[a:b] for a, b in pairwise(edges) if b > a]


def _mean(judged: Sequence[Judged]) -> float:
    return sum(each.quote.confidence for each in judged) / len(judged)


def _share(judged: Iterable[Judged]) -> float:
    found = [each.is_right for each in judged]
    return sum(found) / len(found) if found else 0.0


def reliability_table(judged: Sequence[Judged]) -> str:
    """Return the confidences of each bin beside the share that is right, as Markdown."""
    rows = [
        [
            f"{each[0].quote.confidence:.2f} to {each[-1].quote.confidence:.2f}",
            str(len(each)),
            f"{100 * _mean(each):.1f}",
            f"{100 * _share(each):.1f}",
        ]
        for each in _bins(judged)
    ]
    return markdown(["confidence", "quotes", "mean confidence", "right"], rows)


def grades_table(judged: Sequence[Judged]) -> str:
    """Return by kind and grade how many quotes are right, and the share of these that is kept."""
    rows = []
    for kind in KINDS:
        of_kind = [each for each in judged if each.quote.kind == kind]
        right = sum(each.is_right for each in of_kind)
        for name in ("A", "B", "A and B", "C"):
            group = [each for each in of_kind if each.quote.grade in name]
            kept = sum(each.is_right for each in group) / max(1, right)
            cells = [f"{100 * _share(group):.1f}", f"{100 * kept:.1f}"]
            rows.append([kind, name, str(len(group)), *cells])
    return markdown(["kind", "grade", "quotes", "right", "share of the right ones"], rows)


def page(data: Path) -> str:
    """Return the tables on the half that is held apart, as Markdown."""
    judged = read_half(data, Half.HELD_APART)
    return "\n\n".join(
        (
            f"Held apart: {len(judged):,} quotes found in the half of PolNeAR's dev articles on "
            "which the confidence was not fitted. Expected calibration error: "
            f"{calibration_error(judged):.3f}.",
            reliability_table(judged),
            "Right is what PolNeAR has, which counts attitudes and intentions too: of its indirect "
            "attributions most are no statement, and get a C.",
            grades_table(judged),
        )
    )


def main() -> None:
    """Measure the half that is held apart and write the tables to standard output."""
    sys.stdout.write(page(data_folder()) + "\n")


if __name__ == "__main__":
    main()
