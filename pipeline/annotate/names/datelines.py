"""Places in capitals at the head of a dateline: "OSLO, Oct 3 (Tarn Wire) - " is Oslo.

Knows no list of places; that the words are a place is the tagger's word.
"""

from __future__ import annotations

import re

from pipeline.annotate.layout import CharSpan

_VOWEL = re.compile(r"[AEIOUYÄÖÜÅØÆÁÉÍÓÚ]")
_LINE_BEFORE = re.compile(r"[\n\r]\s*$")
_DATELINE = re.compile(
    r"(?:, [A-Z][\w .]{1,30})?(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?"
    r"\s?(?:\([^()\n]{1,40}\)\s?)?(?:[—–]|-{1,2}\s|:\s)"
)
"""What follows the place of a dateline: ", Oct 3 (Tarn Wire) - "."""
FEWEST_LETTERS = 3


def spelled_dateline(text: str, span: CharSpan, place: str) -> str | None:
    """Write one word in capitals as usual where a dateline begins with it, else return None.

    "NCR" and the like, initials, have no vowel.
    """
    if not (place.isupper() and place.isalpha() and len(place) >= FEWEST_LETTERS):
        return None
    opens = span.start == 0 or _LINE_BEFORE.search(text, max(0, span.start - 4), span.start)
    if not opens or not _VOWEL.search(place) or not _DATELINE.match(text, span.end):
        return None
    return place.capitalize()
