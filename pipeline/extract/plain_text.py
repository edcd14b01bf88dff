"""Plain text in, article out: ``extract_text`` is the room's door for text others scraped.

``plain_lines`` makes paragraphs of it, ``frame`` finds the headline and what stands around the
article. The body is cleaned by ``pipeline.clean`` afterwards, like any other.

Bytes of a plain text in, article out: ``read_plain`` is the room's door for text files.

What is no text, too long for an article or without a letter is named; the rest is ``plain``'s.
"""

from dataclasses import replace

from pipeline import urls
from pipeline.extract.encoding import MAX_BYTES, decode, is_binary
from pipeline.extract.html_layout import MAX_CHARS
from pipeline.extract.plain_text_body import Frame, find_frame
from pipeline.extract.plain_text_lines import paragraphs
from pipeline.extract.plain_text_metadata import HeadFacts, read_head
from pipeline.language import judge_language
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.credits import read_credit
from pipeline.line_rules.header_lines import Opening, read_opening
from pipeline.models import Article, RemovedBlock
from pipeline.outcomes import Outcome
from pipeline.text import visible

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


_KEPT_CHARS = 100_000
"""Of a text that is too long its beginning is kept, to tell what it is."""


def read_plain(body: bytes, *, url: str | None, content_type: str | None = None) -> Article:
    """Return the article of a plain text in any charset; never raises.

    Args:
        body: the text.
        url: where it was found, or None.
        content_type: the HTTP header, for its charset.
    """
    if is_binary(body):
        return _bad(url, None, f"the file is no text: it begins with {body[:8]!r}")
    text = decode(body, content_type)
    if len(body) > MAX_CHARS and len(text) > MAX_CHARS:
        size = f"{len(text)} characters" if len(body) <= MAX_BYTES else f"{len(body)} bytes"
        reason = f"no article has {size}, {MAX_CHARS} are the most: give its articles one by one"
        return _bad(url, visible(text[:_KEPT_CHARS]), reason)
    if text.strip() and not any(map(str.isalpha, text)):
        return _bad(url, visible(text).strip(), f"there is no letter in {len(text)} characters")
    return extract_text(text, url=url)


def _bad(url: str | None, text: str | None, reason: str) -> Article:
    empty = extract_text("", url=url)
    return replace(empty, text=text or None, outcome=Outcome.BAD_CONTENT, reason=reason)
