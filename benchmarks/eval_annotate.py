"""Accuracy of names, quotes and speakers: ``python -m benchmarks.eval_annotate``.

Everything goes through the public door, ``Annotator.annotate``, so rules and model are measured
together; beside it stand the rules alone and, as an upper bound of linking, the gold spans.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import rule_baseline
from benchmarks.attribution_scores import Parts, Score, Span, overlap
from benchmarks.data import data_folder
from pipeline.annotate.annotator import Annotator, Read, annotate_spans
from pipeline.annotate.layout import CharSpan
from pipeline.records import Annotation
from training import corpora

NINE = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "Location",
    "LOC": "Location",
    "NORP": "NORP",
    "FAC": "Facility",
    "PRODUCT": "Product",
    "DATE": "Date",
    "MONEY": "Money",
}
"""Our labels → Worldwide's classes; all others are its Misc."""
_EDGES = re.compile(r"^(?:\W|that\b)+|\W+$", re.IGNORECASE)


def measure(data: Path, split: str = "dev") -> dict[str, float]:
    """Score the shipped annotator.

    Returns:
        ``polnear.*``, ``rules.*`` and ``linker.*`` (see ``Score.figures``), ``worldwide.f1``,
        ``seeds.*`` (shares, with ``.n``), ``words_per_core_second`` and ``own_share`` of the time.
    """
    annotator = Annotator.load()
    rows = list(corpora.read_rows(_polnear(data, split)))
    figures: dict[str, float] = {}
    started = time.process_time()
    annotations = list(annotator.annotate(row["text"] for row in rows))
    seconds = time.process_time() - started
    systems: dict[str, Callable[[int], list[Parts]]] = {
        "polnear": lambda number: as_parts(annotations[number]),
        "rules": lambda number: rule_baseline.attributions(rows[number]["text"]),
        "linker": lambda number: as_parts(_from_gold(rows[number])),
    }
    for name, attributions in systems.items():
        score = Score()
        for number, row in enumerate(rows):
            score.add(row["text"], gold_parts(row), attributions(number))
        figures |= {f"{name}.{key}": value for key, value in score.figures().items()}
    figures["words_per_core_second"] = sum(len(r["text"].split()) for r in rows) / seconds
    figures |= measure_entities(annotator, data, split)
    return figures | measure_seeds(annotator, data / "seed-articles")


def _polnear(data: Path, split: str) -> Path:
    return data / "polnear" / ("train.jsonl.gz" if split == "train" else f"{split}.jsonl")


def gold_parts(row: dict[str, Any]) -> list[Parts]:
    """Return the attributions of a PolNeAR row."""
    return [Parts(_spans(a["content"]), _spans(a["source"])) for a in row["attributions"]]


def as_parts(annotation: Annotation) -> list[Parts]:
    """Return the attributions of an annotation."""
    return [Parts(quote.content, quote.source) for quote in annotation.quotes]


def _spans(given: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in given)


def _from_gold(row: dict[str, Any]) -> Annotation:
    spans = [
        CharSpan(start, end, role)
        for attribution in row["attributions"]
        for role in corpora.ROLES
        for start, end in attribution[role.lower()]
    ]
    return annotate_spans(row["text"], Read((), tuple(spans)))


def measure_entities(annotator: Annotator, data: Path, split: str) -> dict[str, float]:
    """Return the exact-span F1 on Worldwide, our labels mapped back to its nine classes."""
    documents = corpora.worldwide(data / "worldwide-ner", split)
    counts: Counter[str] = Counter()
    annotations = annotator.annotate(document.text for document in documents)
    for document, annotation in zip(documents, annotations, strict=True):
        found = {(m.start, m.end, NINE.get(m.label, "Misc")) for m in annotation.mentions}
        gold = set(document.spans)
        counts.update(right=len(found & gold), found=len(found), gold=len(gold))
    total = counts["found"] + counts["gold"]
    return {"worldwide.f1": 2 * counts["right"] / max(1, total), "worldwide.n": counts["gold"]}


def measure_seeds(annotator: Annotator, folder: Path) -> dict[str, float]:
    """Return shares of the seeds' names and quotes, optional ones left out."""
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
    """Count surface forms of the body: found, with the right label, with the right name."""
    body = gold["body"]
    found = {(m.text, m.label, m.name) for m in annotation.mentions}
    surfaces = {text for text, _, _ in found}
    for entity in gold["entities"]:
        surface = entity["surface"]
        if entity.get("optional") or not re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", body):
            continue
        types = {entity["type"], *entity.get("alt_types", [])}
        alike = [(label, name) for text, label, name in found if text == surface]
        counts["entities"] += 1
        counts["entities.found"] += surface in surfaces
        counts["entities.label"] += any(label in types for label, _ in alike)
        counts["entities.name"] += any(name == entity["canonical"] for _, name in alike)


def _count_quotes(gold: dict[str, Any], annotation: Annotation, counts: Counter[str]) -> None:
    """Count quotes of each kind: found (overlap ≥ ½), exactly, of that kind, with the speaker."""
    body = gold["body"]
    for quote in gold["quotes"]:
        if quote.get("optional"):
            continue
        start = body.index(quote["content"])
        span = (start, start + len(quote["content"]))
        best = max(annotation.quotes, key=lambda q: overlap(q.content, (span,)), default=None)
        kind = quote["kind"]
        counts[kind] += 1
        if best is None or overlap(best.content, (span,)) < 0.5:
            continue
        given = " ".join(body[a:b] for a, b in best.content)
        counts[f"{kind}.found"] += 1
        counts[f"{kind}.exact"] += _EDGES.sub("", given) == _EDGES.sub("", quote["content"])
        counts[f"{kind}.kind"] += best.kind == kind
        counts[f"{kind}.speaker"] += best.speaker == quote["speaker_canonical"]


_SYSTEMS = {
    "polnear": "Dateline",
    "rules": "rules alone",
    "linker": "gold spans, our linking",
}
_ATTRIBUTIONS = {
    "content": "F1, content",
    "source": "F1, content and source",
    "found": "recall, content",
    "found_with_source": "recall, content and source",
}


def report(figures: dict[str, float], split: str) -> str:
    """Lay the figures out as a table: data set, what, n, percent."""
    lines = [_line("data", "what", "n", "%")]
    for system, label in _SYSTEMS.items():
        for group in ("all", "direct"):
            n = f"{figures[f'{system}.{group}.n']:.0f}"
            for key, what in _ATTRIBUTIONS.items():
                value = _percent(figures[f"{system}.{group}.{key}"])
                lines.append(_line(f"PolNeAR {split}", f"{label}, {group}: {what}", n, value))
    n = f"{figures['worldwide.n']:.0f}"
    value = _percent(figures["worldwide.f1"])
    lines.append(_line(f"Worldwide {split}", "Dateline, entities: exact F1", n, value))
    for key, share in figures.items():
        if key.startswith("seeds.") and not key.endswith(".n"):
            n = f"{figures[f'seeds.{_base(key[6:])}.n']:.0f}"
            lines.append(_line("seed articles", f"Dateline, {key[6:]}", n, _percent(share)))
    speed = f"{figures['words_per_core_second']:,.0f}"
    return "\n".join([*lines, f"words per core-second, everything: {speed}", ""])


def _line(*cells: str) -> str:
    data, what, n, value = cells
    return f"{data:16}{what:56}{n:>6}{value:>8}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def main() -> None:
    """Measure and write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="dev", choices=["dev", "train"])
    split = parser.parse_args().split
    sys.stdout.write(report(measure(data_folder(), split), split))


if __name__ == "__main__":
    main()
