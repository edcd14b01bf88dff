"""The labelled news articles of ``news_attributions/``: every attribution of each, by positions.

The texts are the gold texts of two collections of the measuring data; a hash of each text makes
sure that positions never point into another one.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.language.attribution_scores import Span
from training import corpora

FILE = Path(__file__).parent / "news_attributions" / "articles.jsonl"
COLLECTIONS = ("news-pages", "web-pages")
Kind = Literal["direct", "mixed", "indirect"]
KINDS: dict[str, Kind] = {"d": "direct", "m": "mixed", "i": "indirect"}


@dataclass(frozen=True, slots=True)
class AttributionLabel:
    """One attribution: spans are [start, end) in characters of the gold text."""

    kind: Kind
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    speakers: tuple[str, ...] = ()
    """Full names as the article gives them; empty where it names nobody."""
    also: dict[str, list[str]] = field(default_factory=dict)
    """For a name in ``speakers``: the forms that are as good."""
    statement: bool = True
    """False where careful readers could differ on whether it is a statement at all."""


@dataclass(frozen=True, slots=True)
class ArticleLabels:
    """All attributions of one article."""

    id: str
    domain: str
    half: str
    """``read``: may be looked at when rules are made; ``kept``: never."""
    kind: str
    """Kind of page: business, sport, court, science, foreign, feature, how-to …"""
    text_sha256: str
    """The first 12 hexadecimal digits of the hash of the text that was labelled."""
    attributions: tuple[AttributionLabel, ...] = ()


def text_hash(text: str) -> str:
    """Return the first 12 hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def gold_texts(data: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of the collections' gold with a text, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for name in COLLECTIONS:
        with gzip.open(data / name / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows |= {row["id"]: row for row in map(json.loads, lines) if row.get("text")}
    return rows


def read_articles(path: Path = FILE) -> list[ArticleLabels]:
    """Read the labelled articles; none where the file does not exist yet."""
    if not path.exists():
        return []
    return [_article(row) for row in corpora.read_rows(path)]


def _article(row: dict[str, Any]) -> ArticleLabels:
    return ArticleLabels(
        id=row["id"],
        domain=row["domain"],
        half=row["half"],
        kind=row["kind"],
        text_sha256=row["text_sha256"],
        attributions=tuple(_label(label) for label in row["attributions"]),
    )


def _label(row: dict[str, Any]) -> AttributionLabel:
    return AttributionLabel(
        kind=row["kind"],
        content=_spans(row["content"]),
        cue=_spans(row.get("cue", ())),
        source=_spans(row.get("source", ())),
        speakers=tuple(row.get("speakers", ())),
        also=row.get("also", {}),
        statement=row.get("statement", True),
    )


def _spans(given: Iterable[Iterable[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in given)


def write_articles(articles: Iterable[ArticleLabels], path: Path = FILE) -> None:
    """Write labelled articles, one a line, ordered by id."""
    path.parent.mkdir(exist_ok=True)
    lines = []
    for article in sorted(articles, key=lambda article: article.id):
        row = {
            "id": article.id,
            "domain": article.domain,
            "half": article.half,
            "kind": article.kind,
            "text_sha256": article.text_sha256,
            "attributions": [_row(label) for label in article.attributions],
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


def _row(label: AttributionLabel) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": label.kind, "content": label.content}
    row |= {
        name: value
        for name in ("cue", "source", "speakers", "also")
        if (value := getattr(label, name))
    }
    return row if label.statement else row | {"statement": False}


def checked_text(article: ArticleLabels, texts: dict[str, dict[str, Any]]) -> str:
    """Return the text of a labelled article.

    Raises:
        ValueError: the data has no such page, or its text is not the one that was labelled.
    """
    row = texts.get(article.id)
    found = text_hash(row["text"]) if row else "no page"
    if row is None or found != article.text_sha256:
        raise ValueError(
            f"{article.id}: labelled on text {article.text_sha256}, the data has {found}; "
            "label it again with benchmarks.language.label_sheet"
        )
    return str(row["text"])
