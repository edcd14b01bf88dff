"""The rows of the by-eye sample: what an analyst sees by default of pages of many kinds.

Stored pages are extracted and annotated as in production, and of each page a few rows that
``mart.who_said_what`` would show (grades A and B) are taken. Which ones are taken hangs on the
words alone, so a new model or rule leaves every row that it gives again in the sample.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.language.news_articles import read_articles
from benchmarks.text.page_sets import Page, load_pages
from pipeline.annotate.annotator import Annotator
from pipeline.extract.page import extract_page
from pipeline.models import Quote

PAGES_OF_SET = {
    "naeb": 85,
    "scrapinghub": 45,
    "fundus": 25,
    "wcxb": 95,
    "postlight": 30,
    "segments": 30,
}
"""How many pages of each set are in the sample."""
ROWS_OF_PAGE = {"direct": 2, "mixed": 8, "indirect": 2}
"""Most rows of a kind that are taken from one page: a long page must not fill the sample."""
DEFAULT_VIEW = ("A", "B")


@dataclass(frozen=True, slots=True)
class Row:
    """A quote of a page as the default view shows it."""

    page: str
    kind: str
    content_sha256: str
    """First 12 hexadecimal digits of the hash of the words, whatever the white space."""
    speaker: str
    """The names given, joined with " and "; empty where nobody is named."""
    text: str
    """The page's text, for the reader; not kept."""
    quote: Quote

    @property
    def key(self) -> tuple[str, str]:
        """What a verdict is matched by."""
        return self.page, self.content_sha256


def sample_pages(data: Path) -> list[Page]:
    """Return the English pages of the sample, those of the labelled articles left out."""
    labelled = {article.id for article in read_articles()}
    chosen = []
    for name, number in PAGES_OF_SET.items():
        pages = [
            page
            for page in load_pages(data, [name])
            if page.lang in ("en", None) and page.id not in labelled
        ]
        chosen += sorted(pages, key=lambda page: _hash(page.id))[:number]
    return chosen


def sample_rows(
    data: Path, annotator: Annotator | None = None, ids: Collection[str] | None = None
) -> list[Row]:
    """Extract and annotate the pages and return the sampled rows, page by page.

    Args:
        data: the folder of the measuring data.
        annotator: the annotator to measure; by default a new one.
        ids: the pages; by default those of ``sample_pages``.
    """
    texts: list[tuple[str, str, str | None]] = []
    pages = sample_pages(data) if ids is None else (p for p in load_pages(data) if p.id in ids)
    for page in pages:
        article = extract_page(page.body(), url=page.url)
        if article.text and article.outcome.name == "LOADED":
            texts.append((page.id, article.text, article.title))
    annotations = (annotator or Annotator.load()).annotate(
        (text for _, text, _ in texts), (title for *_, title in texts)
    )
    rows: list[Row] = []
    for (page_id, text, _), annotation in zip(texts, annotations, strict=True):
        rows += rows_of_page(page_id, text, annotation.quotes)
    return rows


def rows_of_page(page: str, text: str, quotes: Iterable[Quote]) -> Iterator[Row]:
    """Yield the sampled rows of one page in the order of the text."""
    every = [_row(page, text, quote) for quote in quotes if quote.grade in DEFAULT_VIEW]
    shown = {(row.kind, row.content_sha256): row for row in reversed(every)}.values()
    for kind, number in ROWS_OF_PAGE.items():
        of_kind = [row for row in shown if row.kind == kind]
        taken = sorted(of_kind, key=lambda row: row.content_sha256)[:number]
        yield from sorted(taken, key=lambda row: row.quote.content)


def _row(page: str, text: str, quote: Quote) -> Row:
    words = " ".join(" ".join(text[start:end] for start, end in quote.content).split())
    return Row(page, quote.kind, _hash(words), quote.speaker or "", text, quote)


def shuffled(rows: Sequence[Row], reader: str) -> list[Row]:
    """Return the rows in an order that differs by reader, so that the readings are independent."""
    return sorted(rows, key=lambda row: _hash(f"{reader}:{row.page}:{row.content_sha256}"))


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]
