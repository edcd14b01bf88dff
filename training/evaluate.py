"""Score a model folder on the dev sets: `python -m training.evaluate [--model FOLDER]`.

The score is micro-averaged F1 of exact spans of characters. The tagger runs as it ships (int8,
spaCy's tokens), so gold spans whose borders are inside a token count as missed. No torch is needed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import spacy

from pipeline.annotate.tagging.tagger import Tagger
from training import corpora

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.tokens import Doc

    from pipeline.annotate.tagging.tagger import TaggedSpans, TokenSpan
    from training.corpora import Document, Span

BATCH = 32
"""Articles that are tagged in one call."""


@dataclass(slots=True)
class Tally:
    """Numbers of gold, found and right spans for each label."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, gold: Iterable[Span], found: Iterable[Span]) -> None:
        """Add the spans of one document; duplicates count once."""
        wanted, got = set(gold), set(found)
        self.gold.update(label for _, _, label in wanted)
        self.found.update(label for _, _, label in got)
        self.right.update(label for _, _, label in wanted & got)

    def scores(self, *labels: str) -> tuple[float, float, float]:
        """Return precision, recall and F1 of the given labels together, or of all labels."""
        chosen = labels or tuple(self.gold | self.found)
        gold, found, right = (
            sum(counts[label] for label in chosen) for counts in (self.gold, self.found, self.right)
        )
        precision = right / found if found else 0.0
        recall = right / gold if gold else 0.0
        return precision, recall, 2 * right / (gold + found) if gold + found else 0.0


def measure(data: Path = corpora.DATA, model: Path | None = None) -> dict[str, float]:
    """Score the model on both dev sets.

    Returns:
        `entities`, `entities.Person`, …, `source`, `cue`, `content`: F1 from 0 to 1. `entities.n`
        and so on: the number of gold spans. `words_per_core_second`: words tokenised and tagged
        in a second of this process's CPU time.

    Raises:
        FileNotFoundError: a dev file is missing.
        ModelError: the model cannot be used.
    """
    tagger = Tagger.load(model)
    timer = Timer(tagger)
    entities = tally(timer, corpora.worldwide(data / "worldwide-ner", "dev"))
    roles = tally(timer, corpora.polnear(data / "polnear", "dev"))
    figures = {"entities": entities.scores()[2], "entities.n": float(entities.gold.total())}
    for label in corpora.ENTITIES:
        figures[f"entities.{label}"] = entities.scores(label)[2]
        figures[f"entities.{label}.n"] = float(entities.gold[label])
    for role in corpora.ROLES:
        figures[role.lower()] = roles.scores(role)[2]
        figures[f"{role.lower()}.n"] = float(roles.gold[role])
    return figures | {"words_per_core_second": timer.words / timer.seconds}


class Timer:
    """Tag texts, and count words and CPU seconds."""

    def __init__(self, tagger: Tagger) -> None:
        """Take a tagger, and let it read its weights before anything is timed."""
        self._tagger = tagger
        self._nlp = spacy.blank("en")
        self._tagger.tag([self._nlp.make_doc("Warm.")])
        self.words = 0
        self.seconds = 0.0

    def tag(self, texts: Sequence[str]) -> tuple[list[Doc], list[TaggedSpans]]:
        """Return the Docs of texts and the spans found in them."""
        started = time.process_time()
        docs = [self._nlp.make_doc(text) for text in texts]
        tagged = self._tagger.tag(docs)
        self.seconds += time.process_time() - started
        self.words += sum(len(text.split()) for text in texts)
        return docs, tagged


def tally(timer: Timer, documents: Sequence[Document]) -> Tally:
    """Return the counts of gold, found and right spans in the documents."""
    counts = Tally()
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        docs, tagged = timer.tag([document.text for document in batch])
        for document, doc, spans in zip(batch, docs, tagged, strict=True):
            chosen = spans.entities if document.task == "entities" else spans.attribution
            counts.add(document.spans, in_characters(doc, chosen))
    return counts


def in_characters(doc: Doc, spans: Iterable[TokenSpan]) -> list[Span]:
    """Return spans of tokens as spans of characters."""
    return [
        (doc[span.start].idx, doc[span.end - 1].idx + len(doc[span.end - 1]), span.label)
        for span in spans
    ]


def report(figures: dict[str, float]) -> str:
    """Return the figures as a table: set, label, gold spans, F1 in percent."""
    rows = [
        f"{'Worldwide dev' if name.startswith('entities') else 'PolNeAR dev':14}"
        f"{name:24}{figures[name + '.n']:7.0f}{100 * value:7.1f}"
        for name, value in figures.items()
        if name + ".n" in figures
    ]
    speed = f"words per core-second (tokenise + tag): {figures['words_per_core_second']:,.0f}"
    return "\n".join(["exact spans, F1", *rows, speed, ""])


def main() -> None:
    """Read the arguments and write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=corpora.DATA)
    parser.add_argument("--model", type=Path, default=None, help="folder; default: the shipped one")
    chosen = parser.parse_args()
    sys.stdout.write(report(measure(chosen.data, chosen.model)))


if __name__ == "__main__":
    main()
