"""Measure names, quotes and speakers: ``python -m benchmarks.language.names_and_quotes``.

Texts go through ``Annotator.annotate``, so rules and model are measured together. Beside them are
scored: the tagger without rules, the peers, and the linking of gold spans, which is the upper bound
of linking.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.language import peers, rule_baseline, speakers
from benchmarks.language.attribution_scores import FIGURES, GROUPS, AttributionScore, Parts, overlap
from benchmarks.language.readings import (
    NINE,
    Readings,
    as_nine,
    as_parts,
    as_roles,
    gold_parts,
    linked_gold,
    mentions_as_nine,
)
from benchmarks.language.span_scores import LabelledSpan, SpanScore
from benchmarks.text.seed_articles import measure_seeds
from pipeline.annotate.annotator import Annotator

__all__ = ["NINE", "Scores", "as_parts", "gold_parts", "measure", "measure_seeds", "overlap"]

DATELINE = "Dateline"
TAGGER = "Dateline's tagger, no rules"
RULES = "rules"
LINKER = "gold spans, Dateline's linking"
CNN = "spaCy CNN"
SMALL_ENGLISH = "en_core_web_sm"
MEDIUM_ENGLISH = "en_core_web_md"
TEXTACY = "textacy"


@dataclass(slots=True)
class Scores:
    """The scores of all systems, by name of the system."""

    names: dict[str, SpanScore] = field(default_factory=dict)
    """Exact names on Worldwide, by class and region."""
    roles: dict[str, SpanScore] = field(default_factory=dict)
    """Exact sources, cues and contents on PolNeAR."""
    attributions: dict[str, AttributionScore] = field(default_factory=dict)
    seeds: dict[str, float] = field(default_factory=dict)
    speakers: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    """Number of PolNeAR articles on which a peer raised an error."""
    articles: int = 0
    """Number of PolNeAR articles."""


def score(data: Path, annotator: Annotator, readings: Readings, with_peers: bool = True) -> Scores:
    """Score the annotations of a part, the example articles and, if asked for, the peers."""
    scores = score_ours(readings)
    if with_peers:
        _score_peers(scores, readings, data)
    scores.seeds = measure_seeds(annotator, data / "seed-articles")
    by_id = {row["id"]: a for row, a in zip(readings.rows, readings.quoted, strict=True)}
    gold = [quote for quote in speakers.read_gold() if quote.id in by_id]
    if gold:
        scores.speakers = speakers.score(speakers.match_gold(gold, by_id))
    return scores


def score_ours(readings: Readings) -> Scores:
    """Score names and quotes of Dateline and of the systems that need no training."""
    scores = Scores(articles=len(readings.rows))
    _score_names(scores, readings)
    _score_attributions(scores, readings)
    return scores


def _score_names(scores: Scores, readings: Readings) -> None:
    found = [mentions_as_nine(annotation) for annotation in readings.names]
    scores.names[DATELINE] = _spans(readings, found)
    scores.names[TAGGER] = _spans(
        readings, [as_nine(read.entities) for read in readings.bare_names]
    )


def _spans(readings: Readings, found: Iterable[Iterable[LabelledSpan]]) -> SpanScore:
    result = SpanScore()
    for document, region, spans in zip(readings.named, readings.regions, found, strict=True):
        result.add(document.spans, spans, region)
    return result


def _score_attributions(scores: Scores, readings: Readings) -> None:
    """Score roles and attributions of Dateline, the bare tagger, gold's spans and the rules."""
    scores.roles[TAGGER] = _roles(
        readings, [{(s.start, s.end, s.label) for s in read.attribution} for read in readings.roles]
    )
    ours = [as_parts(annotation) for annotation in readings.quoted]
    cues = [
        {(start, end, "Cue") for quote in annotation.quotes for start, end in quote.cue}
        for annotation in readings.quoted
    ]
    scores.roles[DATELINE] = _roles(
        readings, [as_roles(parts) | cue for parts, cue in zip(ours, cues, strict=True)]
    )
    scores.attributions[DATELINE] = _attributions(readings, ours)
    scores.attributions[LINKER] = _attributions(
        readings, [as_parts(linked_gold(row)) for row in readings.rows]
    )
    _add_peer(
        scores, readings, RULES, [rule_baseline.attributions(r["text"]) for r in readings.rows]
    )


def _score_peers(scores: Scores, readings: Readings, data: Path) -> None:
    """Score the peers, those from the package index only where they are installed."""
    texts = [document.text for document in readings.named]
    scores.names[CNN] = _spans(readings, peers.named_by_cnn(texts, data))
    packages = {SMALL_ENGLISH: peers.SMALL_ENGLISH, MEDIUM_ENGLISH: peers.MEDIUM_ENGLISH}
    for name, package in packages.items():
        found = peers.named_by_spacy(package, texts)
        if found is not None:
            scores.names[name] = _spans(readings, found)
    version = peers.textacy_version()
    if version is None:
        return
    quoted = peers.quoted_by_textacy([row["text"] for row in readings.rows])
    for way, found in quoted.items():
        name = f"{TEXTACY} {version}, {way}"
        _add_peer(scores, readings, name, found.attributions)
        scores.refused[name] = found.texts_refused


def _add_peer(
    scores: Scores, readings: Readings, name: str, found: Sequence[Sequence[Parts]]
) -> None:
    scores.attributions[name] = _attributions(readings, found)
    scores.roles[name] = _roles(readings, [as_roles(parts) for parts in found])


def _roles(readings: Readings, found: Iterable[Iterable[LabelledSpan]]) -> SpanScore:
    result = SpanScore()
    for document, spans in zip(readings.attributed, found, strict=True):
        result.add(document.spans, spans)
    return result


def _attributions(readings: Readings, found: Iterable[Sequence[Parts]]) -> AttributionScore:
    result = AttributionScore()
    for row, parts in zip(readings.rows, found, strict=True):
        result.add(row["text"], gold_parts(row), parts)
    return result


def measure(data: Path, split: str = "dev") -> dict[str, float]:
    """Return the figures of Dateline and of the rule baseline, without peers that need training.

    Returns:
        ``polnear.*``, ``rules.*`` and ``linker.*`` (see ``AttributionScore.figures``),
        ``worldwide.f1``, ``worldwide.n``, ``seeds.*`` (shares, with ``.n``).
    """
    annotator = Annotator.load()
    scores = score(data, annotator, Readings.of(data, split, annotator), with_peers=False)
    figures = dict(scores.seeds)
    for key, system in (("polnear", DATELINE), ("rules", RULES), ("linker", LINKER)):
        values = scores.attributions[system].figures()
        figures |= {f"{key}.{name}": value for name, value in values.items()}
    names = scores.names[DATELINE]
    return figures | {"worldwide.f1": names.f1(), "worldwide.n": float(names.number())}


def report(scores: Scores, split: str = "dev") -> str:
    """Return all scores as a plain-text table: data set, what, n, percent."""
    lines = [_line("data", "what", "n", "%")]
    for system, names in scores.names.items():
        lines += _name_lines(system, names, split)
    for system, roles in scores.roles.items():
        for role in ("Source", "Cue", "Content"):
            what = f"{system}: {role.lower()}, exact F1"
            n = str(roles.number(role))
            lines.append(_line(f"PolNeAR {split}", what, n, _percent(roles.f1(role))))
    for system, attributions in scores.attributions.items():
        figures = attributions.figures()
        for group in GROUPS:
            n = f"{figures[f'{group}.n']:.0f}"
            for key in FIGURES:
                value = _percent(figures[f"{group}.{key}"])
                lines.append(_line(f"PolNeAR {split}", f"{system}, {group}: {key}", n, value))
    for key, share in scores.seeds.items():
        if not key.endswith(".n"):
            n = f"{scores.seeds[key.rpartition('.')[0] + '.n']:.0f}"
            lines.append(_line("seed articles", f"{DATELINE}, {key[6:]}", n, _percent(share)))
    words = "\n".join(f"{key}: {meaning}" for key, meaning in FIGURES.items())
    who = "\n" + speakers.report(scores.speakers) if scores.speakers else ""
    return "\n".join([*lines, "", words, who])


def _name_lines(system: str, names: SpanScore, split: str) -> list[str]:
    data = f"Worldwide {split}"
    lines = [_line(data, f"{system}: exact F1", str(names.number()), _percent(names.f1()))]
    for label in names.labels():
        value = _percent(names.f1(label))
        lines.append(_line(data, f"{system}, {label}", str(names.number(label)), value))
    for region in names.regions():
        n, value = names.number(group=region), _percent(names.f1(group=region))
        lines.append(_line(data, f"{system}, region {region}", str(n), value))
    return lines


def _line(*cells: str) -> str:
    data, what, n, value = cells
    return f"{data:16}{what:64}{n:>6}{value:>8}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def main() -> None:
    """Measure a part of both corpora and write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="dev", choices=["dev", "train"])
    parser.add_argument("--no-peers", action="store_true", help="Dateline and the rules only")
    chosen = parser.parse_args()
    data, annotator = data_folder(), Annotator.load()
    readings = Readings.of(data, chosen.split, annotator)
    scores = score(data, annotator, readings, with_peers=not chosen.no_peers)
    sys.stdout.write(report(scores, chosen.split))


if __name__ == "__main__":
    main()
