"""Whether a text is English, for the gate in front of the model, which reads nothing else.

Short texts pass: py3langid takes headlines and lists of names for anything.
"""

from __future__ import annotations

import re

FEWEST_WORDS = 40
"""The gate looks only at texts of so many blank-separated words or more."""
SAMPLE = 6_000
"""Characters looked at; a thousand words decide as well as a megabyte does."""
_FUNCTION_WORDS = frozenset(
    "the of and to in that is was for it with as his on be at by had not are but from have an they "
    "which you were their this has will who would said been its more".split()
)
_PLAINLY_ENGLISH = 0.2
"""Share of these words from which a text needs no model to judge it: newswire has .30 to .45, and
any other language under .10 (German "in" and "an", Dutch "was" and "in" included)."""
_WORD = re.compile(r"[^\W\d_]+")


def is_english(text: str) -> bool:
    """Tell whether the model can read the text; every text under 40 words counts as readable."""
    sample = text[:SAMPLE]
    if len(sample.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return True
    words = _WORD.findall(sample.lower())
    if sum(word in _FUNCTION_WORDS for word in words) >= _PLAINLY_ENGLISH * len(words):
        return True
    # Imported here: the model takes 2.5 s to load, and plain English never needs it.
    from py3langid import classify

    return bool(classify(sample)[0] == "en")
