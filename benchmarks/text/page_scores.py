"""Score what a tool finds in a page against the gold, and compare tools and runs over many pages.

Every score of a page is one or two fractions, such as hits of words found. A figure over pages is
the fraction of the sums; where there are two (precision and recall), it is their harmonic mean, as
in scrapinghub/article-extraction-benchmark. On WCXB the text's figure is the mean of the pages' F1
over words, as that collection's own script computes it. Two runs over the same pages are compared
by a paired bootstrap that draws whole domains, because pages of one template go wrong together.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.text.extractors import Found
from benchmarks.text.page_sets import Page
from benchmarks.text.text_scores import overlap
from pipeline.text import normalise, squeeze

Fractions = tuple[tuple[float, float], ...]
"""Numerator and denominator, once or twice."""
SCORES = {
    "text": "text, F1",
    "exact": "pages with F1 of .99 or more",
    "emptied": "pages emptied",
    "refused": "pages refused",
    "with": "segments that must be there, kept",
    "without": "segments that must not be there, left",
    "segments": "segments, F1",
    "title": "title",
    "day": "day",
    "authors": "authors, all of them",
    "image": "lead image",
}
"""The scores, and what they are called in the docs."""
WORD_SETS = frozenset({"wcxb", "wcxb-other"})
"""Sets whose own script counts words instead of runs of four."""
_NO_TEXT = frozenset({"wcxb-other"})
"""Sets of pages that are no articles: whether they are refused is scored, not their text."""
_WORD = re.compile(r"\w+")
_EMPTIED = 0.1
"""Recall below which a page counts as emptied."""
_EXACT = 0.99
_ROUNDS = 2000
_SEED = 20_261_129


class Comparison(NamedTuple):
    """A figure before and after, with the 95 % interval of the difference."""

    before: float
    after: float
    low: float
    high: float


def scores_of(page: Page, found: Found) -> Iterator[tuple[str, Fractions]]:
    """Yield the scores of one page for which it has gold."""
    gold = page.gold
    if page.set != "segments" and (gold["text"] or page.set in _NO_TEXT):
        yield "refused", _share(found.outcome != "ok")
    if gold["text"] and page.set not in _NO_TEXT:
        yield from _text_scores(page, found)
    if page.set == "segments":
        yield "segments", _segments(found.text, gold["with"] or [], gold["without"] or [])
    elif page.set == "wcxb":
        text = squeeze(found.text).casefold()
        for name in ("with", "without"):
            segments = [squeeze(each).casefold() for each in gold[name] or ()]
            yield name, ((sum(each in text for each in segments), len(segments)),)
    if page.set not in _NO_TEXT:
        yield from _fact_scores(page, found)


def text_score(page: Page, found: Found) -> tuple[float, float]:
    """Return precision and recall of a text, by words on WCXB and by runs of four elsewhere."""
    gold = page.gold["text"]
    if page.set in WORD_SETS:
        wanted, got = _words(gold), _words(found.text)
        hit = (wanted & got).total()
        counts = hit, got.total() - hit, wanted.total() - hit
    else:
        counts = overlap(gold, found.text)
    hit, extra, missed = counts
    return hit / max(1, hit + extra), hit / max(1, hit + missed)


def harmonic(precision: float, recall: float) -> float:
    """Return the harmonic mean of two shares."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _text_scores(page: Page, found: Found) -> Iterator[tuple[str, Fractions]]:
    precision, recall = text_score(page, found)
    f1 = harmonic(precision, recall)
    if page.set in WORD_SETS:
        yield "text", ((f1, 1),)
    else:
        # A page without any text has no precision, and counts for recall alone.
        has_text = bool(_WORD.search(found.text))
        yield "text", ((precision, float(has_text)), (recall, 1))
    yield "exact", _share(f1 >= _EXACT)
    yield "emptied", _share(recall < _EMPTIED)


def _fact_scores(page: Page, found: Found) -> Iterator[tuple[str, Fractions]]:
    gold = page.gold
    if gold["title"]:
        yield "title", _share(normalise(gold["title"]) == normalise(found.title))
    if gold["date"]:
        yield "day", _share(gold["date"][:10] == found.day)
    if gold["authors"]:
        names = [{normalise(name) for name in each} for each in (gold["authors"], found.authors)]
        yield "authors", _share(names[0] == names[1])
    if gold.get("image"):
        yield "image", _share(gold["image"] == found.image)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _share(is_so: bool) -> Fractions:
    return ((float(is_so), 1.0),)


def _segments(text: str, wanted: Sequence[str], unwanted: Sequence[str]) -> Fractions:
    hit = sum(segment in text for segment in wanted)
    extra = sum(segment in text for segment in unwanted)
    return ((2 * hit, hit + len(wanted) + extra),)


def figure(scores: Iterable[Fractions]) -> float:
    """Return the figure over pages."""
    return _of_sums(_added(scores))


def compare(
    pages: Sequence[Page], before: Mapping[str, Fractions], after: Mapping[str, Fractions]
) -> Comparison:
    """Return a figure of two runs over the same pages, with the interval of the difference.

    Args:
        pages: those that both runs scored.
        before: the score of each page, by its id.
        after: the same of the later run.
    """
    domains: dict[str, list[str]] = defaultdict(list)
    for page in pages:
        domains[page.domain].append(page.id)
    runs = [
        np.array([_added(run[each] for each in ids) for ids in domains.values()])
        for run in (before, after)
    ]
    drawn = np.random.default_rng(_SEED).integers(len(domains), size=(_ROUNDS, len(domains)))
    figures = [[_of_sums(sums) for sums in run[drawn].sum(axis=1)] for run in runs]
    low, high = np.quantile(np.subtract(figures[1], figures[0]), (0.025, 0.975))
    return Comparison(
        figure(before[page.id] for page in pages),
        figure(after[page.id] for page in pages),
        float(low),
        float(high),
    )


def _added(scores: Iterable[Fractions]) -> Fractions:
    columns = zip(*scores, strict=True)
    return tuple(
        (sum(up for up, _ in column), sum(down for _, down in column)) for column in columns
    )


def _of_sums(sums: Iterable[Any]) -> float:
    shares = [up / down if down else 0.0 for up, down in sums]
    return harmonic(*shares) if len(shares) == 2 else shares[0]
