"""Measure the quality score against the true F1 of correct and damaged texts.

``python -m benchmarks.text.quality_score`` prints the figures by half of the hosts, and the weights
that a fit on the half used for development gives (those in ``pipeline/extract/quality.py``). Each
page of ``news-pages`` with a full gold text gives its extracted text and seven damaged versions of
it; the extracted texts alone would not do, since nine of ten are right.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import data_folder
from benchmarks.tables import markdown
from benchmarks.text.page_text import Page, half
from benchmarks.text.text_scores import shingles
from pipeline.extract.encoding import decode
from pipeline.extract.html_head import read_head
from pipeline.extract.html_layout import TextBlock, parse, strip_scripts, text_blocks
from pipeline.extract.json_ld import read_linked_data
from pipeline.extract.page import extract_page
from pipeline.extract.quality import BIAS, WEIGHTS, features_of

_STEPS = 6000
_RATE = 0.5
Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One text of a page, as extracted or damaged."""

    half: str
    damage: str
    f1: float
    features: tuple[float, ...]


def measure(data: Path) -> dict[str, float]:
    """Return correlation, mean error and mean F1 by fifth of the scores, on unseen hosts."""
    return figures([s for s in samples(data / "news-pages") if s.half == "unseen hosts"])


def page(data: Path) -> str:
    """Return the mean true F1 for each fifth of the scores as a Markdown table."""
    found = measure(data)
    names = [f"quality/fifth {fifth}: mean " for fifth in range(1, 6)]
    rows = [
        (f"fifth {fifth}", f"{found[f'{name}score']:.2f}", f"{found[f'{name}F1']:.2f}")
        for fifth, name in enumerate(names, 1)
    ]
    return markdown(("texts, by score", "mean score", "mean true F1"), rows) + "\n"


def figures(chosen: list[Sample]) -> dict[str, float]:
    """Return the figures of these samples, with the weights as shipped."""
    features = np.array([sample.features for sample in chosen])
    true = np.array([sample.f1 for sample in chosen])
    score = _logistic(features @ np.array(WEIGHTS) + BIAS)
    found = {
        f"quality/correlation with F1 (n={len(chosen)})": float(np.corrcoef(score, true)[0, 1]),
        "quality/mean error": float(abs(score - true).mean()),
    }
    for fifth, places in enumerate(np.array_split(np.argsort(score), 5), 1):
        found[f"quality/fifth {fifth}: mean score"] = float(score[places].mean())
        found[f"quality/fifth {fifth}: mean F1"] = float(true[places].mean())
    return found


def samples(folder: Path) -> Iterator[Sample]:
    """Yield the extracted and the damaged texts of all pages with a full gold text."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        pages = [page for page in map(json.loads, stream) if page["text"]]
    for page in pages:
        body = gzip.decompress((folder / "pages" / f"{page['id']}.html.gz").read_bytes())
        yield from _page_samples(page, body)


def _page_samples(page: Page, body: bytes) -> Iterator[Sample]:
    root = parse(decode(body, None))
    article = extract_page(body, url=page["url"])
    if root is None or not article.text:
        return
    head, data = read_head(root), read_linked_data(root)
    strip_scripts(root)
    blocks = text_blocks(root)
    # The page's id is the seed, so that each run damages it in the same way.
    for damage, text in _variants(article.text, blocks, random.Random(page["id"])):
        features = astuple(features_of(text, head, data, blocks))
        yield Sample(half(page), damage, _f1(page["text"], text), features)


def _f1(gold: str, found: str) -> float:
    wanted, got = shingles(gold), shingles(found)
    return 2 * (wanted & got).total() / max(1, wanted.total() + got.total())


def _variants(
    text: str, blocks: list[TextBlock], chance: random.Random
) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.split("\n") if line]
    others = [block.text for block in blocks if block.text not in lines]
    some = max(5, len(lines) // 2)
    start = chance.randrange(max(1, len(others) - some))
    texts = {
        "none": lines,
        "the whole page": [block.text for block in blocks[:400]],
        "the first half": lines[: len(lines) // 2],
        "the first four fifths": lines[: max(2, len(lines) * 4 // 5)],
        "the first quarter": lines[: max(1, len(lines) // 4)],
        "boilerplate around": others[: some // 2] + lines + others[-some:],
        "boilerplate behind": lines + others[start : start + some],
        "boilerplate only": others[start : start + 3 * some],
    }
    yield from ((damage, "\n\n".join(chosen)) for damage, chosen in texts.items())


def fit(chosen: list[Sample]) -> tuple[Array, float]:
    """Return weights and bias of a logistic regression on the F1, by gradient descent."""
    features = np.array([sample.features for sample in chosen])
    true = np.array([sample.f1 for sample in chosen])
    weights, bias = np.zeros(features.shape[1]), 0.0
    for _ in range(_STEPS):
        gap = _logistic(features @ weights + bias) - true
        weights -= _RATE * (features.T @ gap + weights) / len(true)
        bias -= _RATE * float(gap.mean())
    return weights, bias


def _logistic(inner: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-inner)))


def main() -> None:
    """Print the figures of both halves and the fitted weights."""
    rows = list(samples(data_folder() / "news-pages"))
    for name in ("seen hosts", "unseen hosts"):
        chosen = [row for row in rows if row.half == name]
        sys.stdout.write("".join(f"{name:14}{k:44}{v:.3f}\n" for k, v in figures(chosen).items()))
    weights, bias = fit([row for row in rows if row.half == "seen hosts"])
    sys.stdout.write(f"fitted: {[round(float(w), 2) for w in weights]}, bias {bias:.2f}\n")


if __name__ == "__main__":
    main()
