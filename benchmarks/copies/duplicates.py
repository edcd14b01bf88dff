"""Measure duplicate detection on ``dedup``: ``python -m benchmarks.copies.duplicates``.

Our figures come from the output of ``dateline dedupe`` without outlets. Two other methods are
measured in the same run: the Jaccard index of word 4-grams over all pairs, and datasketch's MinHash
LSH. A pair counts as found if both rows have the same ``group``; "with edges" also counts the
relations ``duplicate``, ``a_in_b`` and ``b_in_a``. ``cross`` fits the thresholds on half of the
stories and scores the other half (``cross_validation``). ``fresh`` sets are generated from other
articles (``made_copies``).
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]

from benchmarks.copies.bases import bases, boilerplate_lines, read_rows
from benchmarks.copies.cross_validation import cross_validated
from benchmarks.copies.made_copies import make_sets
from benchmarks.data import data_folder
from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import Row
from pipeline.dedupe.fingerprints import shingle_hashes, word_hashes

Pair = tuple[int, int]
PEER_WIDTH, PEER_JACCARD = 4, 0.4
JOINING = {"duplicate", "a_in_b", "b_in_a"}


def measure(data: Path) -> dict[str, float]:
    """Score ``dateline dedupe`` and the other methods.

    Returns:
        ``<system>.precision|recall|f1`` for ``groups``, ``with_edges``, ``with_outlets`` (rows
        name their outlet), ``fifth`` (a random fifth of the rows, so that an outlet has two to
        eight pages), ``jaccard`` and ``datasketch``;
        ``recall.<variant kind>`` and ``false_pairs.<negative kind>`` of our groups; ``n.rows``,
        ``n.clusters``, ``n.pairs``, ``n.fifth`` (true pairs); and the
        figures of ``cross_validated`` and ``fresh_sets``.
    """
    rows = read_rows(data)
    gold = true_pairs(rows)
    found, edges = run_filter_on(rows)
    systems = {
        "groups": found,
        "with_edges": found | edges,
        "with_outlets": run_filter_on(rows, "outlet")[0],
        "jaccard": jaccard_pairs(rows),
        "datasketch": minhash_pairs(rows),
    }
    figures: dict[str, float] = {"n.rows": len(rows), "n.pairs": len(gold)}
    figures["n.clusters"] = len({row["cluster_id"] for row in rows})
    for name, pairs in systems.items():
        figures |= scores(name, pairs, gold)
    figures |= by_kind(rows, gold, found)
    few = sample(rows, 0.2)
    few_gold = true_pairs(few)
    figures["n.fifth"] = len(few_gold)
    figures |= scores("fifth", run_filter_on(few)[0], few_gold)
    return figures | cross_validated(rows) | fresh_sets(data)


def fresh_sets(data: Path, seed: int = 1) -> dict[str, float]:
    """Score ``dateline dedupe``, without outlets, on the sets of ``made_copies``.

    Returns:
        ``fresh.<set>.precision|recall|edges`` (recall with containment) and ``fresh.<set>.n`` (true
        pairs).
    """
    figures: dict[str, float] = {}
    for name, rows in make_sets(bases(data), boilerplate_lines(data), seed):
        gold = true_pairs(rows)
        found, edges = run_filter_on(rows)
        measured = scores("groups", found, gold)
        figures[f"fresh.{name}.n"] = len(gold)
        figures[f"fresh.{name}.precision"] = measured["groups.precision"]
        figures[f"fresh.{name}.recall"] = measured["groups.recall"]
        figures[f"fresh.{name}.edges"] = len((found | edges) & gold) / len(gold)
    return figures


def true_pairs(rows: Sequence[Mapping[str, Any]]) -> set[Pair]:
    """Return the pairs of rows that are in one cluster, by position."""
    return same_value([row["cluster_id"] for row in rows])


def same_value(values: Iterable[Any]) -> set[Pair]:
    """Return the pairs of positions that hold equal values, the smaller position first."""
    places: defaultdict[Any, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        places[value].append(place)
    return {pair for ids in places.values() for pair in combinations(ids, 2)}


def run_filter_on(
    rows: Sequence[Mapping[str, Any]], source: str | None = None
) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs in one group and the pairs with a joining relation.

    Args:
        rows: of the data set.
        source: the key of a row's outlet, or None to give no outlets.
    """

    def given() -> Iterator[Row]:
        for number, row in enumerate(rows):
            outlet = {"source": row[source]} if source and source in row else {}
            yield Row(number, {"text": row["text"], **outlet})

    results = list(find_copies(given()))
    edges = {
        (min(number, match["id"]), max(number, match["id"]))
        for number, result in enumerate(results)
        for match in result["matches"]
        if match["relation"] in JOINING
    }
    return same_value(result["group"] for result in results), edges


def jaccard_pairs(rows: Sequence[Mapping[str, Any]]) -> set[Pair]:
    """Return all pairs whose sets of word 4-grams have a Jaccard index of 0.4 or more."""
    sets = [np.unique(shingle_hashes(word_hashes(row["text"]), PEER_WIDTH)) for row in rows]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(sets):
        for shingle in each.tolist():
            holders[shingle].append(place)
    shared: Counter[Pair] = Counter()
    for places in holders.values():
        shared.update(combinations(places, 2))
    return {
        (a, b)
        for (a, b), count in shared.items()
        if count >= PEER_JACCARD * (len(sets[a]) + len(sets[b]) - count)
    }


def minhash_pairs(rows: Sequence[Mapping[str, Any]]) -> set[Pair]:
    """Return the pairs that datasketch's MinHash LSH finds (128 permutations, 4-grams, 0.4)."""
    index = MinHashLSH(threshold=PEER_JACCARD, num_perm=128)
    pairs: set[Pair] = set()
    for place, row in enumerate(rows):
        words = row["text"].lower().split()
        grams = {" ".join(words[at : at + PEER_WIDTH]) for at in range(len(words))}
        signature = MinHash(num_perm=128)
        signature.update_batch([gram.encode() for gram in grams])
        pairs.update((other, place) for other in index.query(signature))
        index.insert(place, signature)
    return pairs


def scores(name: str, found: set[Pair], gold: set[Pair]) -> dict[str, float]:
    """Return precision, recall and F1 over pairs."""
    right = len(found & gold)
    precision = right / len(found) if found else 1.0
    recall = right / len(gold)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {f"{name}.precision": precision, f"{name}.recall": recall, f"{name}.f1": f1}


def by_kind(
    rows: Sequence[Mapping[str, Any]], gold: set[Pair], found: set[Pair]
) -> dict[str, float]:
    """Return the recall of pairs with a variant of each kind, and false pairs by negative kind."""
    figures: Counter[str] = Counter()
    for kind, pairs in (("n", gold), ("right", gold & found)):
        for pair in pairs:
            for name in {rows[place]["variant_kind"] for place in pair} - {"original"}:
                figures[f"{kind}.{name}"] += 1
    recall = {
        f"recall.{name.removeprefix('n.')}": figures[name.replace("n.", "right.", 1)] / count
        for name, count in sorted(figures.items())
        if name.startswith("n.")
    }
    false = Counter(
        name
        for pair in found - gold
        for name in {rows[place]["variant_kind"] for place in pair}
        if "negative" in name
    )
    negatives = sorted({row["variant_kind"] for row in rows if "negative" in row["variant_kind"]})
    return recall | {f"false_pairs.{name}": float(false[name]) for name in negatives}


def sample(rows: Sequence[dict[str, Any]], share: float) -> list[dict[str, Any]]:
    """Return a random share of the rows, the same in each run."""
    draw = random.Random(7)
    return [row for row in rows if draw.random() < share]


def report(figures: dict[str, float]) -> str:
    """Return the figures as text: scores of each method, then recall and false pairs by kind."""
    lines = [
        f"dedup: {figures['n.rows']:,.0f} rows, {figures['n.clusters']:,.0f} clusters,"
        f" {figures['n.pairs']:,.0f} true pairs; in the fifth {figures['n.fifth']:,.0f}",
        f"{'':24}      P      R      F",
    ]
    for name in "groups with_edges with_outlets fifth jaccard datasketch".split():
        parts = (figures[f"{name}.{part}"] for part in ("precision", "recall", "f1"))
        lines.append(f"{name:24}" + "".join(f" {value:.4f}" for value in parts))
    lines += _crossed(figures)
    lines.append("recall of pairs with a variant of this kind")
    lines += _of_kind(figures, "recall.", "{:.4f}")
    lines.append("false pairs with a negative of this kind")
    lines += _of_kind(figures, "false_pairs.", "{:6.0f}")
    lines.append(f"{'fresh sets, no outlets':24}      P      R  edges      n")
    names = [name.split(".")[1] for name in figures if name.startswith("fresh.")]
    for name in dict.fromkeys(names):
        parts = (figures[f"fresh.{name}.{part}"] for part in ("precision", "recall", "edges"))
        shown = "".join(f" {value:.4f}" for value in parts)
        lines.append(f"  {name:22}{shown} {figures[f'fresh.{name}.n']:6,.0f}")
    return "\n".join(lines) + "\n"


def _crossed(figures: Mapping[str, float]) -> list[str]:
    """Return lines on the thresholds fitted on each half and their scores on the other."""
    lines = [
        "thresholds fitted on one half of the stories, scored on the other:"
        f" P {figures['cross.precision']:.4f} R {figures['cross.recall']:.4f}"
        f" with edges {figures['cross.edges']:.4f} (n {figures['cross.n']:,.0f})"
    ]
    for half in (0, 1):
        chosen = {
            name.rpartition(".")[2]: value
            for name, value in figures.items()
            if name.startswith(f"cross.{half}.")
        }
        lines.append(f"  half {half} by the other: {chosen}")
    return lines


def _of_kind(figures: Mapping[str, float], kind: str, shape: str) -> list[str]:
    return [
        f"  {name.removeprefix(kind):46} {shape.format(value)}"
        for name, value in figures.items()
        if name.startswith(kind)
    ]


def main() -> None:
    """Print the figures."""
    sys.stdout.write(report(measure(data_folder())))


if __name__ == "__main__":
    main()
