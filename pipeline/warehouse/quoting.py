"""A quote's words as an analyst reads them: without the marks around it, parts joined by a blank.

Marks inside stay: ``talks as an “extraordinary meeting”`` tells which words were the speaker's own.
"""

import re
from collections.abc import Sequence

from pipeline.records import Span
from pipeline.words import squeeze, storable

_OPENING, _CLOSING, _EITHER = "“„‟«", "”»", '"＂'
_SINGLE_PAIRS = (("‘", "’"), ("'", "'"), ("‚", "‘"), ("‹", "›"))
_MARKS = re.compile(f"[{_OPENING}{_CLOSING}{_EITHER}]")
_SENTENCE_ENDED = re.compile(rf"[.!?][\s{_OPENING}{_EITHER}]*$")
_EDGES = " ,:;–—"
_PARAGRAPH_MARK = re.compile(rf"\n\s*[{_OPENING}{_EITHER}]")


def quoted_words(text: str, spans: Sequence[Span]) -> str:
    """Return the words of a quote's content.

    >>> quoted_words('"We won," she said, "and how."', [(0, 9), (20, 30)])
    'We won, and how.'
    """
    words = ""
    for number, (start, end) in enumerate(spans):
        before = text[spans[number - 1][1] : start] if number else ""
        if words.endswith(",") and _SENTENCE_ENDED.search(before):
            # "We ate," she said. "Then we left.": the comma stands in a full stop's place.
            words = words[:-1] + "."
        elif words[-1:].isalnum() and _SENTENCE_ENDED.search(before):
            # «We ate», she said. «Then we left.»: the comma stands outside the marks.
            words += "."
        words = f"{words} {_bare(text[start:end])}".strip()
    return words.removesuffix(",")


def surface(text: str, spans: Sequence[Span]) -> str | None:
    """Return the words of these spans on one line, or None where there are none.

    Without the stops at their edges, so that "said:" and "said" are one cue to whoever groups them.
    """
    words = squeeze(storable(" ".join(text[start:end] for start, end in spans)))
    return words.strip(_EDGES) or None


def _bare(part: str) -> str:
    plain = storable(part).strip()
    if plain[:1] and plain[0] in _OPENING + _EITHER:
        # Each paragraph of a long quotation opens anew: “One.\n\n“Two.”
        plain = _PARAGRAPH_MARK.sub("\n", plain)
    plain = squeeze(plain)
    opens, closes = plain[:1] in (*_OPENING, *_EITHER), plain[-1:] in (*_CLOSING, *_EITHER)
    inside = _MARKS.findall(plain[opens : len(plain) - closes])
    if not inside or (opens and closes and inside[0] in _OPENING):
        plain = plain[opens : len(plain) - closes].strip()
    for opening, closing in _SINGLE_PAIRS:
        # Only around the whole part: an apostrophe inside is none of our business.
        if len(plain) > 1 and plain.startswith(opening) and plain.endswith(closing):
            return plain[1:-1].strip()
    return plain
