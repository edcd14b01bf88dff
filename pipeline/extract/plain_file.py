"""Bytes of a plain text in, article out: ``read_plain`` is the room's door for text files.

What is no text, too long for an article or without a letter is named; the rest is ``plain``'s.
"""

from dataclasses import replace

from pipeline.extract.decoding import MAX_BYTES, decode, is_binary
from pipeline.extract.plain import extract_text
from pipeline.extract.tree import MAX_CHARS
from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.words import visible

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
