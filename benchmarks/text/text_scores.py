"""Scores of an extracted text: 4-gram F1, segments found, boilerplate left, paragraphs lost.

The F1 follows scrapinghub/article-extraction-benchmark: counts of 4-word shingles of each page are
divided by the page's sum, so that long pages do not weigh more; precision and recall are averaged
over the pages where they are defined, and F1 is computed from the two means.
"""

import re
from collections import Counter
from collections.abc import Iterable
from statistics import mean

from pipeline.text import normalise

_TOKEN = re.compile(r"\w+")
_WIDTH = 4
Pair = tuple[str, str]
"""Gold text and found text of one page."""


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Return the text's 4-word shingles with counts; a shorter text is one shingle."""
    words = _TOKEN.findall(text)
    grams = (tuple(words[at : at + _WIDTH]) for at in range(max(1, len(words) - _WIDTH + 1)))
    return Counter(gram for gram in grams if gram)


def precision_recall_f1(pairs: Iterable[Pair]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pages."""
    counts = [overlap(gold, found) for gold, found in pairs]
    precision = mean(hit / (hit + extra) for hit, extra, _ in counts if hit + extra)
    recall = mean(hit / (hit + missed) for hit, _, missed in counts if hit + missed)
    return precision, recall, 2 * precision * recall / (precision + recall)


def overlap(gold: str, found: str) -> tuple[int, int, int]:
    """Return how many shingles both texts have, only the found one, and only the gold."""
    wanted, got = shingles(gold), shingles(found)
    hit = (wanted & got).total()
    return hit, got.total() - hit, wanted.total() - hit


def segment_f1(pages: Iterable[tuple[str, list[str], list[str]]]) -> float:
    """Return F1 over segments.

    Args:
        pages: (found text, segments it must hold, segments it must not hold) of each page.
    """
    hit = missed = extra = 0
    for text, wanted, unwanted in pages:
        found = sum(segment in text for segment in wanted)
        hit, missed = hit + found, missed + len(wanted) - found
        extra += sum(segment in text for segment in unwanted)
    return 2 * hit / (2 * hit + missed + extra)


def boilerplate_left(pages: Iterable[tuple[str, list[str]]]) -> float:
    """Return the share of boilerplate lines that a text still holds as whole lines."""
    left = total = 0
    for text, lines in pages:
        kept = {normalise(line) for line in text.split("\n")}
        left += sum(normalise(line) in kept for line in lines)
        total += len(lines)
    return left / total


def paragraphs_lost(pages: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return the gold paragraphs that another tool keeps and Dateline does not.

    A paragraph is kept if the text holds nine of ten of its shingles.

    Args:
        pages: (gold text, Dateline's text, the other tool's text) of each page.
    """
    lost = []
    for gold, ours, theirs in pages:
        here, there = shingles(ours), shingles(theirs)
        for paragraph in filter(None, gold.split("\n")):
            grams = shingles(paragraph)
            if _share(grams, there) >= 0.9 > _share(grams, here):
                lost.append(paragraph)
    return lost


def _share(grams: Counter[tuple[str, ...]], text: Counter[tuple[str, ...]]) -> float:
    return (grams & text).total() / max(1, grams.total())
