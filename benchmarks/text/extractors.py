"""Run Dateline and its peers over one page and return what each of them finds in one form.

``readability-lxml`` and ``newspaper4k`` are in the dependency group ``peers``, which ``make eval``
installs; where they are missing, ``installed`` leaves them out.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.outcomes import Outcome

OURS = "dateline"


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool finds in one page; empty where it finds nothing."""

    text: str = ""
    title: str = ""
    day: str = ""
    authors: tuple[str, ...] = ()
    image: str = ""
    outcome: str = "ok"
    """Dateline's outcome; a peer that fails gives "error"."""
    kind: str = ""
    quality: float = 0.0
    seconds: float = 0.0
    """CPU time; of trafilatura that of its text alone."""


Extractor = Callable[[bytes, str | None], Found]


def _dateline(body: bytes, url: str | None) -> Found:
    article = clean_article(extract_page(body, url=url), None)
    return Found(
        text=article.text or "",
        title=article.title or "",
        day=(article.published_at or "")[:10],
        authors=article.authors,
        image=article.image_url or "",
        outcome="ok" if article.outcome is Outcome.LOADED else str(article.outcome),
        kind=article.kind,
        quality=article.quality_score or 0.0,
    )


def _trafilatura(**options: bool) -> Extractor:
    def read(body: bytes, url: str | None) -> Found:
        import trafilatura

        text = trafilatura.extract(body, url=url, include_comments=False, **options)
        return Found(text=text or "")

    return read


def _trafilatura_with_metadata(body: bytes, url: str | None) -> Found:
    """Return the text of the default mode, and metadata as ``bare_extraction`` reads them."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    start = time.process_time()
    text = trafilatura.extract(body, url=url, include_comments=False)
    seconds = time.process_time() - start
    tree = trafilatura.load_html(body)
    if tree is None:
        return Found(text=text or "", seconds=seconds)
    known: Any = extract_metadata(tree, default_url=url)
    return Found(
        text=text or "",
        title=known.title or "",
        day=(known.date or "")[:10],
        authors=tuple(filter(None, re.split(r";\s*", known.author or ""))),
        image=known.image or "",
        seconds=seconds,
    )


def _readability(body: bytes, url: str | None) -> Found:
    from lxml.html import fromstring
    from readability import Document

    document = Document(body, url=url)
    article = fromstring(document.summary())
    return Found(text="\n".join(article.itertext()), title=document.short_title() or "")


def _newspaper(body: bytes, url: str | None) -> Found:
    from newspaper import Article

    article = Article(url or "https://page.invalid/", fetch_images=False)
    article.download(input_html=body.decode("utf-8", "replace"))
    article.parse()
    return Found(
        text=article.text or "",
        title=article.title or "",
        day=article.publish_date.strftime("%Y-%m-%d") if article.publish_date else "",
        authors=tuple(article.authors),
        image=article.top_image or "",
    )


EXTRACTORS: dict[str, Extractor] = {
    OURS: _dateline,
    "trafilatura": _trafilatura_with_metadata,
    "trafilatura precision": _trafilatura(favor_precision=True),
    "trafilatura recall": _trafilatura(favor_recall=True),
    "trafilatura fast": _trafilatura(fast=True),
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
}
_PACKAGES = {"readability-lxml": "readability", "newspaper4k": "newspaper"}


def installed() -> list[str]:
    """Return the names of the tools that can run here."""
    return [name for name in EXTRACTORS if name not in _PACKAGES or find_spec(_PACKAGES[name])]


def run(tool: str, body: bytes, url: str | None) -> Found:
    """Return what a tool finds in a page, with the CPU time it took.

    Dateline is to raise nothing, so only the errors of peers are caught.
    """
    for name in ("readability", "newspaper", "trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    start = time.process_time()
    try:
        found = EXTRACTORS[tool](body, url)
    except Exception:  # a page that breaks a peer has no text for it
        if tool == OURS:
            raise
        found = Found(outcome="error")
    return replace(found, seconds=found.seconds or time.process_time() - start)
