"""Extract an article from plain text: a file, or text that somebody else scraped.

``extract_text`` takes a string, ``extract_text_bytes`` the bytes of a file or response in any
charset. ``plain_text_lines`` makes paragraphs of the text, ``plain_text_body`` finds the headline
and the body among them, ``plain_text_metadata`` reads authors and times near the headline.
Boilerplate within the body is left for ``pipeline.clean``, as with articles from HTML.
"""

from dataclasses import replace

from pipeline import urls
from pipeline.extract.encoding import MAX_BYTES, decode, is_binary
from pipeline.extract.html_layout import MAX_CHARS
from pipeline.extract.plain_text_body import TextBody, find_body
from pipeline.extract.plain_text_lines import paragraphs
from pipeline.extract.plain_text_metadata import HeaderMetadata, read_header_metadata
from pipeline.language import with_language
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.credits import read_credit
from pipeline.line_rules.header_lines import HeaderLine, read_header_line
from pipeline.models import Article, RemovedBlock
from pipeline.outcomes import Outcome
from pipeline.text import visible, word_count

_READ_BY_CLEANING = frozenset({"update_note", "comments"})
"""Lines with these reasons stay in the body, because cleaning reads metadata from them."""
_REPEAT_WORDS = 25
"""Shorter lines may repeat in a list ("Battery life: 10 hours")."""
_KEPT_CHARS = 100_000
"""Of a text that is too long its beginning is kept, to show what it is."""


def extract_text_bytes(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    source_language: str | None = None,
) -> Article:
    """Return the article of a plain text in any charset; never raises.

    A binary file, a text that is too long for an article and one without a letter give the outcome
    ``bad_content`` with a reason.

    Args:
        body: the text.
        url: where it was found, or None.
        content_type: the HTTP header, for its charset.
        source_language: the language that the text's source declares, ISO 639-1.
    """
    if is_binary(body):
        return _bad_content(url, None, f"the file is no text: it begins with {body[:8]!r}")
    text = decode(body, content_type)
    if len(body) > MAX_CHARS and len(text) > MAX_CHARS:
        size = f"{len(text)} characters" if len(body) <= MAX_BYTES else f"{len(body)} bytes"
        reason = f"no article has {size}, {MAX_CHARS} are the most: give its articles one by one"
        return _bad_content(url, visible(text[:_KEPT_CHARS]), reason)
    if text.strip() and not any(map(str.isalpha, text)):
        reason = f"there is no letter in {len(text)} characters"
        return _bad_content(url, visible(text).strip(), reason)
    return extract_text(text, url=url, source_language=source_language)


def extract_text(
    text: str, *, url: str | None = None, source_language: str | None = None
) -> Article:
    """Return the article of a plain text: its title and its paragraphs, separated by blank lines.

    Never raises; an empty text gives the outcome ``bad_content``.
    """
    lines = paragraphs(text)
    found = find_body(lines)
    metadata = read_header_metadata(lines, found.title, found.start)
    title = lines[found.title] if found.title is not None else None
    page = urls.canonical_url(url) if url and urls.is_web_url(url) else None
    kept, removed = _divide(lines, found, metadata)
    body = "\n\n".join(kept)
    article = Article(
        url=url,
        canonical_url=page,
        title=title,
        title_origin="visible" if title else None,
        authors=metadata.authors,
        authors_origin="visible" if metadata.authors else None,
        published_at=metadata.published,
        published_origin="visible" if metadata.published else None,
        modified_at=metadata.modified,
        modified_origin="visible" if metadata.modified else None,
        text=body or None,
        removed=tuple(removed),
    )
    return with_language(article, source_language) if body else _empty(article)


def _divide(
    lines: list[str], found: TextBody, metadata: HeaderMetadata
) -> tuple[list[str], list[RemovedBlock]]:
    """Divide the lines into the body and what stands around it.

    Lines from which cleaning reads metadata (counters, notes, credits) stay in the body.
    """
    kept: list[str] = []
    removed: list[RemovedBlock] = []
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if place == found.title:
            continue
        if word_count(line) >= _REPEAT_WORDS:
            if line in seen:
                removed.append(RemovedBlock(line, "repeated"))
                continue
            seen.add(line)
        reason, header = reason_for(line), read_header_line(line)
        is_metadata = reason in _READ_BY_CLEANING or header or read_credit(line)
        if place in metadata.places and not (header and _says_more(header)):
            removed.append(RemovedBlock(line, "byline"))
        elif place in found.above and not is_metadata:
            removed.append(RemovedBlock(line, reason or "page_head"))
        elif place in found.below and not (is_metadata or reason):
            removed.append(RemovedBlock(line, "page_foot"))
        else:
            kept.append(line)
    return kept, removed


def _says_more(header: HeaderLine) -> bool:
    """Return whether a header line states more than names and times."""
    return header.comment_count is not None or bool(header.categories)


def _empty(article: Article) -> Article:
    return replace(article, outcome=Outcome.BAD_CONTENT, reason="the text is empty")


def _bad_content(url: str | None, text: str | None, reason: str) -> Article:
    empty = extract_text("", url=url)
    return replace(empty, text=text or None, outcome=Outcome.BAD_CONTENT, reason=reason)
