"""Measure titles, dates and authors of real pages beside trafilatura's own metadata in one run.

``python -m benchmarks.text.page_metadata`` prints a table, ``measure`` returns the figures. The two
sets of ``news-pages`` have conventions of their own. Fundus's gold comes from a parser written for
each outlet, which takes the headline from whichever of ``h1``, JSON-LD and ``og:title`` its writer
chose. Trafilatura's gold was read off the pages by hand, and its authors keep "and", roles and
desks. So authors are scored twice: as equal lists, and as equal sets of words.

The seven titles and three bylines of Fundus pages that were wrong were read for both halves of the
hosts; of trafilatura's set only the errors of the half used for development were.
"""

import gzip
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from benchmarks.tables import markdown, percent
from benchmarks.text.page_text import Page, half
from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.text import normalise

PEER = "trafilatura"
OURS = "dateline"
_JOINERS = frozenset("and und et y e by von with".split())


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool returns for one page; empty where it found nothing."""

    title: str
    day: str
    authors: tuple[str, ...]


def measure(data: Path) -> dict[str, float]:
    """Return every figure under the name ``<tool>/<set>/<score>``, for both tools."""
    folder = data / "news-pages"
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = map(json.loads, stream)
        pages = [row for row in rows if row["title"] or row["date"] or row["authors"]]
    figures: dict[str, float] = {}
    for tool, read in ((PEER, _peer), (OURS, _ours)):
        found = {page["id"]: read(_bytes(folder, page), page["url"]) for page in pages}
        figures |= {f"{tool}/{name}": score for name, score in scores(pages, found)}
    return figures


def scores(pages: Iterable[Page], found: Mapping[str, Found]) -> Iterator[tuple[str, float]]:
    """Yield the share of right titles, dates and authors by set and by half of the hosts."""
    sets: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        sets[page["source_set"]].append(page)
        sets[f"{page['source_set']}, {half(page)}"].append(page)
    for name, chosen in sorted(sets.items()):
        for score, (key, right) in _SCORES.items():
            with_gold = [page for page in chosen if page[key]]
            if with_gold:
                hits = sum(right(page, found[page["id"]]) for page in with_gold)
                yield f"{name}/{score}", hits / len(with_gold)
                yield f"{name}/{score}/n", len(with_gold)


def _same_title(page: Page, found: Found) -> bool:
    return normalise(page["title"]) == normalise(found.title)


def _same_day(page: Page, found: Found) -> bool:
    return bool(page["date"][:10] == found.day)


def _same_authors(page: Page, found: Found) -> bool:
    return set(map(normalise, page["authors"])) == set(map(normalise, found.authors))


def _same_author_words(page: Page, found: Found) -> bool:
    return _author_words(page["authors"]) == _author_words(found.authors)


def _author_words(names: Iterable[str]) -> set[str]:
    """Return the words of names; "Ann Moor und Per Aasen" equals ["Ann Moor", "Per Aasen"]."""
    return {word for name in names for word in re.findall(r"\w+", normalise(name))} - _JOINERS


_SCORES: dict[str, tuple[str, Callable[[Page, Found], bool]]] = {
    "title": ("title", _same_title),
    "day": ("date", _same_day),
    "authors": ("authors", _same_authors),
    "authors' words": ("authors", _same_author_words),
}


def _bytes(folder: Path, page: Page) -> bytes:
    return gzip.decompress((folder / "pages" / f"{page['id']}.html.gz").read_bytes())


def _ours(body: bytes, url: str | None) -> Found:
    article = clean_article(extract_page(body, url=url), None)
    return Found(article.title or "", (article.published_at or "")[:10], article.authors)


def _peer(body: bytes, url: str | None) -> Found:
    """Call trafilatura as ``bare_extraction(…, with_metadata=True)`` does, also for short pages."""
    from trafilatura import load_html
    from trafilatura.metadata import extract_metadata

    tree = load_html(body)
    if tree is None:
        return Found("", "", ())
    metadata: Any = extract_metadata(tree, default_url=url)
    authors = tuple(name for name in re.split(r";\s*", metadata.author or "") if name)
    return Found(metadata.title or "", (metadata.date or "")[:10], authors)


def report(figures: Mapping[str, float]) -> str:
    """Return the figures as a Markdown table: a row for each score, a column for each tool."""
    prefix = f"{OURS}/"
    names = [key.removeprefix(prefix) for key in figures if key.startswith(prefix)]
    rows = []
    for name in (name for name in names if not name.endswith("/n")):
        pages, what = name.split("/")
        count = int(figures[f"{OURS}/{name}/n"])
        rows.append(
            (what, f"{pages} ({count})", *(percent(figures[f"{t}/{name}"]) for t in (OURS, PEER)))
        )
    return markdown(("right, in percent", "pages", OURS, PEER), rows) + "\n"


def main() -> None:
    """Print the table, and the seconds it took to stderr."""
    start = time.perf_counter()
    sys.stdout.write(report(measure(data_folder())))
    sys.stderr.write(f"{time.perf_counter() - start:.0f} s\n")


if __name__ == "__main__":
    main()
