"""Load the measured pages with their gold, and divide them into folds by registrable domain.

What is learned or chosen by looking at pages is measured on domains that were not looked at: train
on the pages of four folds, score those of the fifth (``Page.fold``), and add up the five parts.
"""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDS = 5
SETS = {
    "naeb": "NAEB, news of 2023",
    "scrapinghub": "Scrapinghub, English",
    "scrapinghub-intl": "Scrapinghub, other languages",
    "fundus": "Fundus, English news",
    "fundus-intl": "Fundus, other languages",
    "readability": "Readability's pages",
    "wcxb": "WCXB, articles",
    "wcxb-other": "WCXB, other kinds of pages",
    "segments": "trafilatura's own set",
    "postlight": "Postlight's pages",
    "htmldate": "htmldate's pages",
    "htmldate-news": "htmldate's news pages",
}
"""The names of the sets, and what they are called in the docs."""
_COLLECTIONS = ("web-pages", "news-pages")


@dataclass(frozen=True, slots=True)
class Page:
    """One stored page with what is known about it."""

    id: str
    url: str | None
    domain: str
    """The registrable domain; the id where the page's address is unknown."""
    lang: str | None
    set: str
    kind: str | None
    """WCXB's kind of the page: article, forum, product, …"""
    gold: Mapping[str, Any]
    """``title``, ``authors``, ``date``, ``text``, ``with``, ``without``, ``image``; null where
    unknown."""
    path: Path

    @property
    def fold(self) -> int:
        """The fold of the page's domain."""
        return fold_of(self.domain)

    def body(self) -> bytes:
        """Return the page as it was stored, in its own charset."""
        return gzip.decompress(self.path.read_bytes())


def fold_of(domain: str) -> int:
    """Return the fold of a registrable domain, 0 to 4, the same on every machine and day."""
    return _hash(domain) % FOLDS


def load_pages(
    data: Path, sets: Collection[str] = tuple(SETS), *, one_in: int = 1
) -> Iterator[Page]:
    """Yield the pages of some sets.

    Args:
        data: the folder of the measuring data.
        sets: names of ``SETS``.
        one_in: yield only the pages of one domain in so many, for a quick look.
    """
    for collection in _COLLECTIONS:
        folder = data / collection
        with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
            for gold in map(json.loads, stream):
                page = Page(
                    id=gold["id"],
                    url=gold["url"],
                    domain=gold["host_group"] or gold["id"],
                    lang=gold["lang"],
                    set=_set_of(gold),
                    kind=gold.get("kind"),
                    gold=gold,
                    path=folder / "pages" / f"{gold['id']}.html.gz",
                )
                # Another digit of the hash than the fold's: a sample has pages of every fold.
                if page.set in sets and _hash(page.domain) // FOLDS % one_in == 0:
                    yield page


def _hash(domain: str) -> int:
    return int.from_bytes(hashlib.sha256(domain.encode()).digest()[:4])


def _set_of(gold: Mapping[str, Any]) -> str:
    name: str = gold["source_set"]
    if name == "wcxb" and gold["kind"] != "article":
        return "wcxb-other"
    if name == "scrapinghub" and gold["lang"] != "en":
        return "scrapinghub-intl"
    return "segments" if name == "trafilatura" else name
