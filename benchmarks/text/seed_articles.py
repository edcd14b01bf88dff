"""Score names and quotes of the two example articles against their hand-made gold.

A name is a surface form of the body. It is *right* if some mention of that form has the type and
the canonical name. Relative dates ("last month") are counted separately. A quote is *right* if its
kind, its content (quotation marks and punctuation at its ends aside) and its speaker are. Names and
quotes that the gold marks as optional do not count.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.language.attribution_scores import overlap
from pipeline.annotate.annotator import Annotator
from pipeline.models import Annotation, Quote

_EDGES = re.compile(r"^(?:\W|that\b)+|\W+$", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\d|day\b", re.IGNORECASE)


def measure_seeds(annotator: Annotator, folder: Path) -> dict[str, float]:
    """Return the shares of right names and quotes of the example articles.

    Returns:
        ``seeds.entities.right`` and so on, with ``seeds.entities.n``; the groups are ``entities``,
        ``relative`` (dates), ``direct``, ``mixed``, ``indirect`` and ``quotes`` (of any kind).
    """
    golds = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.gold.json"))]
    counts: Counter[str] = Counter()
    annotations = annotator.annotate(
        (gold["body"] for gold in golds), (gold["title"] for gold in golds)
    )
    for gold, annotation in zip(golds, annotations, strict=True):
        _count_entities(gold, annotation, counts)
        _count_quotes(gold, annotation, counts)
    shares = {key: counts[key] / counts[_base(key)] for key in counts if _base(key) != key}
    return {f"seeds.{key}": value for key, value in shares.items()} | {
        f"seeds.{key}.n": float(counts[key]) for key in counts if _base(key) == key
    }


def _base(key: str) -> str:
    return key.partition(".")[0]


def _count_entities(gold: dict[str, Any], annotation: Annotation, counts: Counter[str]) -> None:
    """Count surface forms of the body: found, with right label, with right name, with both."""
    body = gold["body"]
    found = {(m.text, m.label, m.name) for m in annotation.mentions}
    for entity in gold["entities"]:
        surface = entity["surface"]
        if entity.get("optional") or not re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", body):
            continue
        is_relative = entity["type"] == "DATE" and not _ABSOLUTE.search(surface)
        group = "relative" if is_relative else "entities"
        types = {entity["type"], *entity.get("alt_types", [])}
        alike = [(label in types, name) for text, label, name in found if text == surface]
        counts[group] += 1
        counts[f"{group}.found"] += bool(alike)
        counts[f"{group}.label"] += any(is_type for is_type, _ in alike)
        counts[f"{group}.name"] += any(name == entity["canonical"] for _, name in alike)
        counts[f"{group}.right"] += (True, entity["canonical"]) in alike


def _count_quotes(gold: dict[str, Any], annotation: Annotation, counts: Counter[str]) -> None:
    """Count quotes by kind: found (overlap of ½ or more), exact, right kind, right speaker."""
    body = gold["body"]
    for quote in gold["quotes"]:
        if quote.get("optional"):
            continue
        for group in (quote["kind"], "quotes"):
            counts[group] += 1
            for what, is_so in _verdicts(body, quote, annotation).items():
                counts[f"{group}.{what}"] += is_so


def _verdicts(body: str, quote: dict[str, Any], annotation: Annotation) -> dict[str, bool]:
    start = body.index(quote["content"])
    span = (start, start + len(quote["content"]))

    def nearness(found: Quote) -> float:
        return overlap(found.content, (span,))

    best = max(annotation.quotes, key=nearness, default=None)
    if best is None or nearness(best) < 0.5:
        return dict.fromkeys(("found", "exact", "kind", "speaker", "right"), False)
    given = " ".join(body[a:b] for a, b in best.content)
    parts = {
        "exact": _EDGES.sub("", given) == _EDGES.sub("", quote["content"]),
        "kind": best.kind == quote["kind"],
        "speaker": best.speaker == quote["speaker_canonical"],
    }
    return {"found": True, **parts, "right": all(parts.values())}
