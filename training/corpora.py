"""Reads the annotated corpora: running text with character spans, one document an article.

The formats are those of the data folders `worldwide-ner` and `polnear`, described in their
READMEs. Knows nothing of tokens, pieces and models, and needs the standard library alone.
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
"""The data folder beside the checkout, unless the environment names another."""

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
NO_BLANK_BEFORE = frozenset(",.;:!?)]}%’”")
NO_BLANK_AFTER = frozenset("([{“‘$£€¥#@")


@dataclass(frozen=True, slots=True)
class Document:
    """One article; `task` is the head of the model that its spans are for: entities, attribution
    or, where nobody has annotated it, "".

    `silver` holds what an earlier model found for the other heads, or None where it was not asked.
    """

    id: str
    text: str
    spans: tuple[Span, ...]
    task: str
    silver: tuple[Span, ...] | None = None


def worldwide(folder: Path, split: str) -> list[Document]:
    """Read Worldwide-NER, `split` train or dev; blocks become paragraphs, each article's URL block
    is dropped."""
    rows = (row for row in read_rows(folder / f"{split}.jsonl.gz") if not row["id"].endswith("#0"))
    articles = groupby(rows, key=lambda row: str(row["id"]).rpartition("#")[0])
    return [_article(name, list(blocks)) for name, blocks in articles]


def polnear(folder: Path, split: str, mended: bool = False) -> list[Document]:
    """Read PolNeAR; every piece of a split content is a span of its own, and spans end with their
    paragraph.

    `mended` joins the pieces of a span that only white space parts: 405 of the 3,472 cuts in train
    are such, made by the annotators' tool, and no text tells where they are. For training only.
    """
    path = folder / ("train.jsonl.gz" if split == "train" else f"{split}.jsonl")
    return [
        Document(row["id"], row["text"], tuple(_roles(row, mended)), "attribution")
        for row in read_rows(path)
    ]


def news_pages(folder: Path) -> list[Document]:
    """Read the gold text of the English pages: plain text, nothing marked in it."""
    return [
        Document(row["id"], row["text"], (), "")
        for row in read_rows(folder / "gold.jsonl.gz")
        if row["text"] and row["lang"] == "en"
    ]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read a JSON Lines file, packed with gzip or not."""
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
    """Read spans off BIOES tags, in tokens: B-Date E-Date O S-Person → (0, 2, Date), (3, 4,
    Person)."""
    start = 0
    for index, tag in enumerate(tags):
        if tag[0] in "BS":
            start = index
        if tag[0] in "ES":
            yield start, index + 1, tag[2:]


def _roles(row: dict[str, Any], mended: bool) -> Iterator[Span]:
    for attribution in row["attributions"]:
        for role in ROLES:
            pieces = attribution[role.lower()]
            for start, end in joined(row["text"], pieces) if mended else pieces:
                yield from _within_paragraphs(row["text"], start, end, role)


def joined(text: str, pieces: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Join neighbouring pieces with nothing but white space between them."""
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
