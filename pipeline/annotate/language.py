"""Whether a text is English, for the gate in front of the model, which reads nothing else.

Short texts pass: py3langid takes "Bolsonaro vence" style headlines and lists of names for anything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_WORDS = 40
"""The gate looks only at texts of so many blank-separated words or more."""
SAMPLE = 6_000
"""Characters looked at; a thousand words decide as well as a megabyte, in a thousandth of the time."""
_CONFIDENT = 0.9


def is_english(text: str) -> bool:
    """Tell whether the model can read the text; every text under 40 words counts as readable."""
    sample = text[:SAMPLE]
    if len(sample.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return True
    language, probability = _identifier().classify(sample)
    return language == "en" or probability < _CONFIDENT


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
