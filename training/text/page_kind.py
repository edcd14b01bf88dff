"""Train the model of page kinds: ``python -m training.text.page_kind``.

Articles are those of all sets with gold, the other pages are WCXB's. The figures printed are of
pages of domains that neither the trees nor the cut saw: for each of five folds the trees grow on
the other four, and the cut is chosen on scores across those four, so that at most
``REFUSED_ARTICLES`` of their articles are refused.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import data_folder
from benchmarks.text.fold_models import model_of, use_end_of_fold, use_shipped_models
from benchmarks.text.page_sets import FOLDS, Page, load_pages
from pipeline.extract.metadata import PageContext
from pipeline.extract.page import examine
from pipeline.extract.page_kind import CLASSES, MODEL, odds_of_article
from pipeline.extract.page_sums import ExaminedPage, page_sums
from pipeline.extract.trees import TreeFile, read_trees, trees_of
from pipeline.models import ArticleKind
from training.text.boosting import SEED, Array, grow, out_of_fold, write

ARTICLES = (
    "wcxb",
    "naeb",
    "scrapinghub",
    "scrapinghub-intl",
    "fundus",
    "fundus-intl",
    "readability",
    "postlight",
    "segments",
    "htmldate-news",
)
OTHERS = "wcxb-other"
KINDS = {"collection": "listing"}
"""WCXB's kinds that Dateline has another name for."""
ROUNDS, LEAVES = 60, 8
REFUSED_ARTICLES = 0.009
"""Share of the articles that the cut may refuse. A page of a news site that is lost costs more
than a thread of a forum that is stored."""
BOOTSTRAPS = 2000


@dataclass(frozen=True, slots=True)
class Examples:
    """The pages with what is known of them."""

    pages: Sequence[Page]
    features: Sequence[str]
    rows: Array
    labels: NDArray[np.intp]
    """Number of each page's kind in ``CLASSES``."""
    folds: NDArray[np.intp]


def examples(pages: Sequence[Page]) -> Examples:
    """Return the pages that have a text, with their features.

    The article's end is decided by models that did not see the page, as it will be on new pages.
    """
    kept, sums = [], []
    for page in pages:
        use_end_of_fold(page.fold)
        context = PageContext(page.url, None, None, datetime.now(UTC))
        found = examine(page.body(), context)
        if isinstance(found, ExaminedPage):
            kept.append(page)
            sums.append(page_sums(found))
    use_shipped_models()
    return Examples(
        pages=kept,
        features=tuple(sums[0]),
        rows=np.array([list(each.values()) for each in sums], dtype=np.float64),
        labels=np.array([CLASSES.index(_kind(page)) for page in kept]),
        folds=np.array([page.fold for page in kept]),
    )


def _kind(page: Page) -> ArticleKind:
    if page.set != OTHERS:
        return "article"
    name: ArticleKind = KINDS.get(page.kind or "", page.kind)
    return name


def train(known: Examples, chosen: NDArray[np.bool_]) -> TreeFile:
    """Return trees grown on the chosen pages, with a cut found by folds among them alone."""
    rows, labels = known.rows[chosen], known.labels[chosen]

    def grown_on(mask: NDArray[np.bool_]) -> TreeFile:
        return grow(
            rows[mask], labels[mask], known.features, CLASSES, rounds=ROUNDS, num_leaves=LEAVES
        )

    scores = out_of_fold(known.folds[chosen], lambda mask: trees_of(grown_on(mask)), rows)
    cut = np.quantile(odds_of_article(scores)[labels == 0], REFUSED_ARTICLES)
    return {**grown_on(np.full(len(rows), True)), "cut": round(float(cut), 3)}


def write_folds(known: Examples) -> None:
    """Write for each fold the model that the pages of the other folds teach."""
    for fold in range(FOLDS):
        model = model_of(MODEL.stem, fold)
        model.parent.mkdir(parents=True, exist_ok=True)
        write(train(known, known.folds != fold), model)


def judged_by_folds(known: Examples) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which pages are refused, and the other kind named, by models that never saw them."""
    refused, named = np.zeros(len(known.pages), bool), np.zeros(len(known.pages), np.intp)
    for fold in range(FOLDS):
        held = known.folds == fold
        trees = read_trees(model_of(MODEL.stem, fold))
        scores = trees.scores(known.rows[held].tolist())
        refused[held] = odds_of_article(scores) < trees.cut
        named[held] = 1 + scores[:, 1:].argmax(axis=1)
    return refused, named


def report(known: Examples, refused: NDArray[np.bool_], named: NDArray[np.intp]) -> Iterator[str]:
    """Yield the shares refused, with intervals by a bootstrap over domains."""
    domains = np.unique([page.domain for page in known.pages], return_inverse=True)[1]
    sets = np.array([page.set for page in known.pages])
    groups = {"all articles": known.labels == 0, "all other pages": known.labels > 0}
    groups |= {f"articles: {name}": sets == name for name in ARTICLES}
    groups |= {
        f"other pages: {name}": known.labels == number
        for number, name in enumerate(CLASSES)
        if number
    }
    for name, of_group in groups.items():
        low, high = _interval(refused[of_group], domains[of_group])
        share = refused[of_group].mean()
        yield f"{name:32}{of_group.sum():5} pages{share:8.1%} refused [{low:.1%}, {high:.1%}]"
    right = (named == known.labels)[refused & (known.labels > 0)]
    yield f"of the refused other pages, {right.mean():.0%} are named by their kind"


def _interval(refused: NDArray[np.bool_], domains: NDArray[np.intp]) -> tuple[float, float]:
    """Return the 95 % interval of a share, with the pages of a domain drawn together."""
    numbers, places = np.unique(domains, return_inverse=True)
    hits, sizes = np.bincount(places, refused), np.bincount(places)
    draws = np.random.default_rng(SEED).integers(len(numbers), size=(BOOTSTRAPS, len(numbers)))
    shares = hits[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def known_examples() -> Examples:
    """Return all pages whose kind is known.

    Raises:
        SystemExit: there are no models of the article's end by folds.
    """
    if not model_of("article_end", 0).is_file():
        sys.exit("train the article's end first: python -m training.text.article_end")
    return examples(list(load_pages(data_folder(), (*ARTICLES, OTHERS))))


def main() -> None:
    """Write the model and those of the folds, and print the figures of the folds."""
    known = known_examples()
    write(train(known, np.full(len(known.pages), True)), MODEL)
    write_folds(known)
    for line in report(known, *judged_by_folds(known)):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{MODEL.name}: {MODEL.stat().st_size / 1024:.0f} KiB\n")


if __name__ == "__main__":
    main()
