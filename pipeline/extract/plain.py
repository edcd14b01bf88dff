"""Plain text in, article out: ``extract_text`` is the room's door for text others scraped.

``plain_lines`` makes paragraphs of it, ``frame`` finds the headline and what stands around the
article. The body is cleaned by ``pipeline.clean`` afterwards, like any other.
"""

from dataclasses import replace

from pipeline import urls
from pipeline.clean.credits import read_credit
from pipeline.clean.openings import Opening, read_opening
from pipeline.clean.patterns import reason_for
from pipeline.extract.frame import Frame, find_frame
from pipeline.extract.language import judge_language
from pipeline.extract.plain_facts import HeadFacts, read_head
from pipeline.extract.plain_lines import paragraphs
from pipeline.outcomes import Outcome
from pipeline.records import Article, RemovedBlock

_DATA = frozenset({"update_note", "comments"})
"""Notes and counters, which the cleaning keeps as data."""


def extract_text(text: str, *, url: str | None = None) -> Article:
    """Return the article of a plain text: title found, paragraphs joined by a blank line.

    Never raises; an empty text gives the outcome ``bad_content``.
    """
    lines = paragraphs(text)
    frame = find_frame(lines)
    facts = read_head(lines, frame.title, frame.start)
    title = lines[frame.title] if frame.title is not None else None
    page = urls.canonical_url(url) if url and urls.is_web_url(url) else None
    kept, removed = _parted(lines, frame, facts)
    body = "\n\n".join(kept)
    article = Article(
        url=url,
        canonical_url=page,
        title=title,
        title_origin="visible" if title else None,
        authors=facts.authors,
        authors_origin="visible" if facts.authors else None,
        published_at=facts.published,
        published_origin="visible" if facts.published else None,
        modified_at=facts.modified,
        modified_origin="visible" if facts.modified else None,
        text=body or None,
        removed=tuple(removed),
    )
    return judge_language(article) if body else _empty(article)


def _parted(
    lines: list[str], frame: Frame, facts: HeadFacts
) -> tuple[list[str], list[RemovedBlock]]:
    """Part the body from the frame; counters and notes stay, for the cleaning to read."""
    kept: list[str] = []
    removed: list[RemovedBlock] = []
    for place, line in enumerate(lines):
        if place == frame.title:
            continue
        reason, opening = reason_for(line), read_opening(line)
        is_data = reason in _DATA or opening or read_credit(line)
        if place in facts.places and not (opening and _says_more(opening)):
            removed.append(RemovedBlock(line, "byline"))
        elif place in frame.head and not is_data:
            removed.append(RemovedBlock(line, reason or "page_head"))
        elif place in frame.foot and not (is_data or reason):
            removed.append(RemovedBlock(line, "page_foot"))
        else:
            kept.append(line)
    return kept, removed


def _says_more(opening: Opening) -> bool:
    return opening.comment_count is not None or bool(opening.categories)


def _empty(article: Article) -> Article:
    return replace(article, outcome=Outcome.BAD_CONTENT, reason="the text is empty")
