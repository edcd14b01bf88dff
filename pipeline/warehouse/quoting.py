"""A quote's words as an analyst reads them: without quotation marks, parts joined by a blank."""

from collections.abc import Sequence

from pipeline.records import Span
from pipeline.words import squeeze, storable

_DOUBLE_MARKS = str.maketrans("", "", '“”„‟«»"＂')
_SINGLE_PAIRS = (("‘", "’"), ("'", "'"), ("‚", "‘"), ("‹", "›"))


def quoted_words(text: str, spans: Sequence[Span]) -> str:
    """Return the words of a quote's content.

    >>> quoted_words('"We won," she said, "and how."', [(0, 9), (20, 30)])
    'We won, and how.'
    """
    parts = [_bare(text[start:end]) for start, end in spans]
    return " ".join(part for part in parts if part)


def surface(text: str, spans: Sequence[Span]) -> str | None:
    """Return the words of these spans on one line, or None where there are none."""
    return squeeze(storable(" ".join(text[start:end] for start, end in spans))) or None


def _bare(part: str) -> str:
    plain = squeeze(storable(part).translate(_DOUBLE_MARKS))
    for opening, closing in _SINGLE_PAIRS:
        # Only around the whole part: an apostrophe inside is none of our business.
        if len(plain) > 1 and plain.startswith(opening) and plain.endswith(closing):
            return plain[1:-1].strip()
    return plain
