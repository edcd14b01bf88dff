"""Train the model of the article's end: ``python -m training.text.article_end``.

Every place between two lines of a text is an example: is more of what stands below it outside the
gold text than in it? It weighs by how much. The figures printed are of pages of domains that
neither the trees nor the words saw.

Gold texts that stop in the midst of the story teach nothing (``_is_cut_short``): of 220 in NAEB
twelve hold an introduction or the first paragraphs only. They are scored all the same.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import data_folder
from benchmarks.tables import markdown
from benchmarks.text.extractors import Found
from benchmarks.text.fold_models import model_of, words_of
from benchmarks.text.page_scores import Fractions, compare, scores_of
from benchmarks.text.page_sets import FOLDS, Page, load_pages
from pipeline.clean.cleaner import clean_article
from pipeline.extract import article_end, body
from pipeline.extract.article_end import (
    FEATURES,
    MODEL,
    OF_LINE,
    WORDS,
    Known,
    Places,
    best_place,
)
from pipeline.extract.html_layout import TextBlock
from pipeline.extract.line_alignment import PlacedLine
from pipeline.extract.page import extract_page
from pipeline.extract.trees import TreeFile, read_trees
from pipeline.line_rules.boilerplate import reason_for
from pipeline.models import Article
from pipeline.text import ends_sentence, tokens, word_count
from training.text.boosting import Array, grow, write

TAUGHT = ("naeb", "scrapinghub", "scrapinghub-intl", "fundus", "fundus-intl", "wcxb")
SCORED = (*TAUGHT, "readability", "segments")
ROUNDS = 150
_OPTIONS = {"num_leaves": 10, "min_data_in_leaf": 60, "feature_fraction": 0.25, "lambda_l2": 5.0}
_MOST_WEIGHT, _LEAST_WEIGHT = 0.5, 0.02
"""Of a place, by the share of the words below it that are wrong."""
_CUT_SHARE = 0.25
"""Share of a text that looks like its other paragraphs and is not in the gold."""
_DOMAINS = 3
"""Domains on which a word stands below an article before it has a weight."""
_LEAST_ODDS = -1.5
"""Words with less are as good as unknown."""
_TELLING = [OF_LINE.index("telling word"), OF_LINE.index("telling words")]
_LIKE_THE_TEXT = OF_LINE.index("like the text")


@dataclass(slots=True)
class Example:
    """A page, its text before the cut, and the places where it may end."""

    page: Page
    article: Article
    lines: list[str] = field(default_factory=list)
    places: Places | None = None
    words: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """Of the lines at the places, the first one included; 0 for what cleaning removes."""
    is_right: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def judged(self) -> list[str]:
        """The lines at the places, the first one included."""
        assert self.places is not None
        first = next(n for n, line in enumerate(self.lines) if not reason_for(line))
        return [self.lines[n] for n in (first, *self.places.below)]

    @property
    def gains(self) -> Array:
        """Return for each place how many more words below it are wrong than right, as a share."""
        signed = np.where(self.is_right, -self.words, self.words)
        return np.cumsum(signed[::-1])[::-1][1:] / max(30.0, self.words.sum())

    def found(self, end: int | None = None) -> Found:
        """Return the cleaned text, cut before a line or not at all."""
        article = self.article
        if end is not None:
            below = [line for line in self.lines[end:] if article_end.is_needed_below(line)]
            article = replace(article, text="\n\n".join([*self.lines[:end], *below]))
        return Found(text=clean_article(article, None).text or "")


def examples() -> Iterator[Example]:
    """Yield the pages of all sets as extraction meets them, with nothing cut."""
    met: list[tuple[list[str], Places]] = []

    def record(
        lines: Sequence[PlacedLine],
        blocks: Sequence[TextBlock],
        known: Known,
    ) -> int:
        places = article_end.describe_places(lines, blocks, known, weights={"": 0.0})
        met.append(([line for line, _ in lines], places))
        return len(lines)

    body.find_end = record
    try:
        for page in load_pages(data_folder(), SCORED):
            if page.set != "segments" and not page.gold["text"]:
                continue
            met.clear()
            example = Example(page, extract_page(page.body(), url=page.url))
            if met and met[-1][1].below and "\n\n".join(met[-1][0]) == example.article.text:
                example.lines, example.places = met[-1]
                _label(example)
            yield example
    finally:
        body.find_end = article_end.find_end


def _label(example: Example) -> None:
    kept = set(example.found().text.split("\n\n"))
    judged = example.judged
    example.words = np.array([word_count(line) * float(line in kept) for line in judged])
    gold = tokens(example.page.gold["text"] or "")
    runs, joined = {*zip(gold, gold[1:], gold[2:], gold[3:], strict=False)}, f" {' '.join(gold)} "
    example.is_right = np.array([_is_in_gold(tokens(line), runs, joined) for line in judged])


def _is_in_gold(line: list[str], runs: set[tuple[str, str, str, str]], joined: str) -> bool:
    own = [*zip(line, line[1:], line[2:], line[3:], strict=False)]
    return (
        2 * sum(run in runs for run in own) >= len(own) if own else f" {' '.join(line)} " in joined
    )


def _is_cut_short(example: Example) -> bool:
    """Tell whether much that looks like the text is not in the gold."""
    assert example.places is not None
    like = np.concatenate([[0.0], example.places.rows[:, _LIKE_THE_TEXT]])
    prose = np.array([ends_sentence(line) and word_count(line) > 11 for line in example.judged])
    lacking = example.words[prose & (like > 0.3) & ~example.is_right].sum()
    return bool(lacking > _CUT_SHARE * max(1.0, example.words.sum()))


def word_weights(taught: Sequence[Example]) -> dict[str, float]:
    """Return the log odds of words below articles, counted by domain."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    domains: dict[bool, set[str]] = {True: set(), False: set()}
    met: set[tuple[bool, str, str]] = set()
    for each in taught:
        for line, words, is_right in zip(each.judged, each.words, each.is_right, strict=True):
            for word in article_end.words_of(line) if words else ():
                key = (bool(is_right), each.page.domain, word)
                counts[key[0]][word] += key not in met
                domains[key[0]].add(key[1])
                met.add(key)
    odds = {
        word: math.log((count + 1) / (len(domains[False]) + 2))
        - math.log((counts[True][word] + 1) / (len(domains[True]) + 2))
        for word, count in counts[False].items()
        if count >= _DOMAINS
    }
    return {word: round(value, 2) for word, value in sorted(odds.items()) if value > _LEAST_ODDS}


def _with_words(each: Example, weights: dict[str, float]) -> Array:
    """Return the rows of a page with these weights of words."""
    assert each.places is not None
    rows, judged = each.places.rows.copy(), each.judged
    told = np.array([article_end.told_by_words(line, weights) for line in judged])
    counts = np.array([word_count(line) for line in judged], dtype=np.float64)
    for part, values in enumerate(article_end.spread(told, counts)):
        rows[:, [part * len(OF_LINE) + column for column in _TELLING]] = values
    return rows


def _grow(taught: Sequence[Example], weights: dict[str, float]) -> TreeFile:
    rows = np.concatenate([_with_words(each, weights) for each in taught])
    gains = np.concatenate([each.gains for each in taught])
    sizes = np.concatenate([np.full(len(each.gains), len(each.gains)) for each in taught])
    importance = (np.minimum(np.abs(gains), _MOST_WEIGHT) + _LEAST_WEIGHT) / np.sqrt(sizes)
    return grow(
        rows,
        gains > 0,
        FEATURES,
        ("end",),
        rounds=ROUNDS,
        weights=importance / importance.mean(),
        **_OPTIONS,
    )


def teaching(every: Sequence[Example]) -> list[Example]:
    """Return the examples that teach: those of the sets for it whose gold is whole."""
    return [e for e in every if e.places and e.page.set in TAUGHT and not _is_cut_short(e)]


def write_model(taught: Sequence[Example], model: Path, words: Path) -> None:
    """Write the model that these pages teach, and its words."""
    model.parent.mkdir(parents=True, exist_ok=True)
    weights = word_weights(taught)
    words.write_text("".join(f"{word}\t{odds}\n" for word, odds in weights.items()), "utf-8")
    write(_grow(taught, weights), model)


def write_folds(taught: Sequence[Example]) -> None:
    """Write for each fold the model that the pages of the other folds teach."""
    for fold in range(FOLDS):
        model = model_of(MODEL.stem, fold)
        write_model([e for e in taught if e.page.fold != fold], model, words_of(model))


def ends_by_folds(every: Sequence[Example]) -> dict[str, int]:
    """Return by page where its text is cut, by the trees that never saw its domain."""
    ends = {}
    for each in every:
        if each.places is not None:
            model = model_of(MODEL.stem, each.page.fold)
            rows = _with_words(each, article_end.word_weights(words_of(model)))
            odds = read_trees(model).scores(rows)[:, 0]
            if (best := best_place(each.places, 1 / (1 + np.exp(-odds)))) is not None:
                ends[each.page.id] = each.places.below[best]
    return ends


def report(every: Sequence[Example], ends: dict[str, int]) -> str:
    """Return how the figures of the text differ with the cut, with the interval."""
    scores: list[dict[str, dict[str, Fractions]]] = [defaultdict(dict), defaultdict(dict)]
    for each in every:
        whole = each.found()
        cut = each.found(ends[each.page.id]) if each.page.id in ends else whole
        for run, found in zip(scores, (whole, cut), strict=True):
            for name, fractions in scores_of(each.page, found):
                run[name][each.page.id] = fractions
    rows = []
    for name in SCORED:
        for score in ("text", "exact", "segments", "without"):
            pages = [e.page for e in every if e.page.set == name and e.page.id in scores[0][score]]
            if pages:
                found = compare(pages, scores[0][score], scores[1][score])
                difference = (
                    f"{found.after - found.before:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"
                )
                count = sum(page.id in ends for page in pages)
                figures = (f"{found.before:.4f}", f"{found.after:.4f}", difference)
                rows.append((f"{name}: {score}", str(len(pages)), str(count), *figures))
    return markdown(("figure", "pages", "cut", "whole", "cut", "difference"), rows)


def main() -> None:
    """Write the model and those of the folds, and print the figures of the folds."""
    every = [*examples()]
    taught = teaching(every)
    sys.stdout.write(f"article end: {len(every)} pages, {len(taught)} of them teach\n")
    write_model(taught, MODEL, WORDS)
    write_folds(taught)
    sys.stdout.write(report(every, ends_by_folds(every)) + "\n")


if __name__ == "__main__":
    main()
