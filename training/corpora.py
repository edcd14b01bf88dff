"""Read the annotated corpora as documents: the text of an article with spans of characters.

The formats are those of the data folders `worldwide-ner`, `polnear`, `news-pages` and `gum-news`,
described in their READMEs. Only the standard library is needed.
"""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DATA = Path(os.environ.get("DATELINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""The data folder: that of the environment variable, else the one beside the checkout."""

Span = tuple[int, int, str]
"""Start and end (exclusive) in characters of the document's text, and the label."""

ENTITIES = (
    "Location",
    "Person",
    "Organization",
    "NORP",
    "Date",
    "Misc",
    "Money",
    "Facility",
    "Product",
)
ROLES = ("Source", "Cue", "Content")
GUM_CLASSES = {"person": "Person", "place": "Location", "organization": "Organization"}
"""Worldwide's class of GUM's types; its others cut the world in another way."""
GUM_GENRES = frozenset(
    "academic bio conversation court interview news speech textbook vlog voyage".split()
)
"""All genres but those whose licences forbid commercial use."""
NO_BLANK_BEFORE = frozenset(",.;:!?)]}%’”")
NO_BLANK_AFTER = frozenset("([{“‘$£€¥#@")


@dataclass(frozen=True, slots=True)
class Document:
    """One article with its annotation."""

    id: str
    text: str
    spans: tuple[Span, ...]
    """The annotated spans, made by hand."""
    task: str
    """The model's head that the spans are for, "entities" or "attribution"; "" without any."""
    silver: tuple[Span, ...] | None = None
    """Spans that an earlier model found for the other heads; None without silver labels."""


def worldwide(folder: Path, split: str) -> list[Document]:
    """Read Worldwide-NER.

    Blocks become paragraphs; the first block of an article, its URL, is dropped.

    Args:
        folder: the data folder of the corpus.
        split: "train" or "dev".
    """
    rows = (row for row in read_rows(folder / f"{split}.jsonl.gz") if not row["id"].endswith("#0"))
    articles = groupby(rows, key=lambda row: str(row["id"]).rpartition("#")[0])
    return [_article(name, list(blocks)) for name, blocks in articles]


def polnear(folder: Path, split: str, join_pieces: bool = False) -> list[Document]:
    """Read PolNeAR.

    Each piece of a discontinuous content is a span of its own, and spans end with their paragraph.

    Args:
        folder: the data folder of the corpus.
        split: "train" or "dev".
        join_pieces: whether to join the pieces of a span between which there is only white space:
            405 of the 3,472 cuts in train, which the annotators' tool made and which nothing in the
            text shows. For training only.
    """
    path = folder / ("train.jsonl.gz" if split == "train" else f"{split}.jsonl")
    return [
        Document(row["id"], row["text"], tuple(_roles(row, join_pieces)), "attribution")
        for row in read_rows(path)
    ]


def news_pages(folder: Path) -> list[Document]:
    """Read the gold texts of the English news pages, which have no annotation."""
    return [
        Document(row["id"], row["text"], (), "")
        for row in read_rows(folder / "gold.jsonl.gz")
        if row["text"] and row["lang"] == "en"
    ]


def gum(folder: Path) -> list[Document]:
    """Read GUM's train texts of GUM_GENRES, without spans; `gum_phrases` has the phrases."""
    return [Document(row["id"], row["text"], (), "") for row in _gum_rows(folder)]


def gum_phrases(folder: Path) -> dict[str, list[Span]]:
    """Return id → the noun phrases with a type of GUM_CLASSES, labelled with Worldwide's class."""
    return {
        row["id"]: [
            (phrase["start"], phrase["end"], GUM_CLASSES[phrase["type"]])
            for phrase in row["entities"]
            if phrase["type"] in GUM_CLASSES
        ]
        for row in _gum_rows(folder)
    }


def _gum_rows(folder: Path) -> Iterator[dict[str, Any]]:
    for name in ("news.train.jsonl", "other.train.jsonl.gz"):
        for row in read_rows(folder / name):
            if row["genre"] in GUM_GENRES:
                yield row


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON Lines file, which may be compressed with gzip."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    for line in text.split("\n"):
        if line:
            yield json.loads(line)


def _article(name: str, blocks: list[dict[str, Any]]) -> Document:
    text = ""
    spans: list[Span] = []
    for block in blocks:
        paragraph, found = _block(block)
        spans += [(start + len(text), end + len(text), label) for start, end, label in found]
        text += paragraph + "\n\n"
    return Document(name, text, tuple(spans), "entities")


def _block(row: dict[str, Any]) -> tuple[str, list[Span]]:
    tokens: list[str] = row["tokens"]
    blanks = row["spaces"] or _guess_blanks(tokens)
    text, places = "", []
    for token, blank in zip(tokens, blanks, strict=True):
        places.append((len(text), len(text) + len(token)))
        text += token + " " * blank
    return text.rstrip(), [
        (places[start][0], places[end - 1][1], label)
        for start, end, label in tag_spans(row["tags"])
    ]


def _guess_blanks(tokens: list[str]) -> list[int]:
    following = [*tokens[1:], "."]
    return [
        int(token not in NO_BLANK_AFTER and after not in NO_BLANK_BEFORE and after[:1] != "'")
        for token, after in zip(tokens, following, strict=True)
    ]


def tag_spans(tags: list[str]) -> Iterator[Span]:
    """Yield the spans of BIOES tags, counted in tokens.

    B-Date E-Date O S-Person gives (0, 2, Date) and (3, 4, Person).
    """
    start = 0
    for index, tag in enumerate(tags):
        if tag[0] in "BS":
            start = index
        if tag[0] in "ES":
            yield start, index + 1, tag[2:]


def _roles(row: dict[str, Any], join_pieces: bool) -> Iterator[Span]:
    for attribution in row["attributions"]:
        for role in ROLES:
            pieces = attribution[role.lower()]
            for start, end in joined(row["text"], pieces) if join_pieces else pieces:
                yield from _within_paragraphs(row["text"], start, end, role)


def joined(text: str, pieces: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Return the pieces in order; those with only white space between them are joined."""
    result: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for start, end in pieces):
        if result and not text[result[-1][1] : start].strip():
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _within_paragraphs(text: str, start: int, end: int, label: str) -> Iterator[Span]:
    place = start
    for line in text[start:end].splitlines(keepends=True):
        kept = line.strip()
        if kept:
            first = place + line.index(kept)
            yield first, first + len(kept), label
        place += len(line)
