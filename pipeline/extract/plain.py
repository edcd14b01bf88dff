"""Plain text in, article out: ``extract_text`` is the room's door for text others scraped.

The title is the first line that is no furniture, if it looks like a headline; paragraphs are lines,
or runs of lines where the text was wrapped at a column. The body is cleaned by ``pipeline.clean``
afterwards, like any other.
"""

import re

from pipeline import urls
from pipeline.clean.credits import read_credit
from pipeline.clean.openings import read_opening
from pipeline.clean.patterns import reason_for
from pipeline.extract.frame import Frame, find_frame
from pipeline.extract.language import judge_language
from pipeline.outcomes import Outcome
from pipeline.records import Article, RemovedBlock
from pipeline.words import squeeze, storable

MAX_CHARS = 2_000_000
"""About 300,000 words: a book, not an article; the rest is cut off."""
_TITLE_WORDS = 30
_TITLE_CHARS = 250
_WRAP_LEAST, _WRAP_MOST = 40, 100
_DATA = frozenset({"update_note", "comments"})
"""Notes and counters, which the cleaning keeps as data."""
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FULL_STOP = re.compile(r"[.;,:…][\"”’')]*$")


def extract_text(text: str, *, url: str | None = None) -> Article:
    """Return the article of a plain text: title found, paragraphs joined by a blank line.

    Never raises; an empty text gives the outcome ``bad_content``.
    """
    lines = paragraphs(text)
    frame = find_frame(lines)
    title = lines[frame.title] if frame.title is not None else None
    page = urls.canonical_url(url) if url and urls.is_web_url(url) else None
    kept, removed = _parted(lines, frame)
    body = "\n\n".join(kept)
    article = Article(
        url=url, canonical_url=page, title=title, text=body or None, removed=tuple(removed)
    )
    return judge_language(article) if body else _empty(article)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text; lines wrapped at a column are joined again."""
    plain = storable(text[:MAX_CHARS]).replace("\r\n", "\n").replace("\r", "\n")
    chunks = [chunk.split("\n") for chunk in _BLANK_LINE.split(plain)]
    wrapped = _is_wrapped(chunks)
    listed = [" ".join(chunk) if wrapped else line for chunk in chunks for line in chunk]
    if wrapped:
        listed = [" ".join(chunk) for chunk in chunks]
    return [line for raw in listed if (line := squeeze(raw))]


def _is_wrapped(chunks: list[list[str]]) -> bool:
    """Lines are wrapped where most inner line ends of multi-line chunks come at a column."""
    inner = [line.rstrip() for chunk in chunks if len(chunk) > 2 for line in chunk[:-1]]
    full = [line for line in inner if _WRAP_LEAST <= len(line) <= _WRAP_MOST]
    return len(chunks) > 1 and len(inner) > 3 and len(full) >= 0.8 * len(inner)


def _parted(lines: list[str], frame: Frame) -> tuple[list[str], list[RemovedBlock]]:
    """Part the body from the frame; facts and notes stay, for the cleaning to read."""
    kept: list[str] = []
    removed: list[RemovedBlock] = []
    for place, line in enumerate(lines):
        if place == frame.title:
            continue
        reason = reason_for(line)
        is_data = reason in _DATA or read_opening(line) or read_credit(line)
        if place in frame.head and not is_data:
            removed.append(RemovedBlock(line, reason or "page_head"))
        elif place in frame.foot and not (is_data or reason):
            removed.append(RemovedBlock(line, "page_foot"))
        else:
            kept.append(line)
    return kept, removed


def _empty(article: Article) -> Article:
    from dataclasses import replace

    return replace(article, outcome=Outcome.BAD_CONTENT, reason="the text is empty")
