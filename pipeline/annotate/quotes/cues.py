"""Attribution cues: the words that tell that somebody says, thinks or intends something.

The words, with their class and an example each, are in ``cues.tsv``. The classes follow the
guidelines of the PolNeAR corpus (assertion, belief, intention), which count "expected" and
"decided" as attributions; a reader who wants speech only keeps the class "speech".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, cast

from pipeline.models import CueClass, QuoteKind
from pipeline.tables import read_rows

_SPEECH_PHRASE = re.compile(r"according to|in the words of|statement|interview", re.IGNORECASE)
"""Phrases that make any attribution one of speech: "expected, in an interview, that"."""
_WORD = re.compile(r"[A-Za-z]+")
_INNER_SPEECH = frozenset(
    "thought thinks think wondered wonders imagined imagines thinking".split()
)
"""Verbs whose quoted words are thoughts: "“Too late,” Holm thought"."""


class _Entry(NamedTuple):
    """A row of ``cues.tsv``."""

    cue_class: CueClass
    forms: tuple[str, ...]
    introduces_quotes: bool
    """Whether quoted words beside the verb are a quote without the tagger's word for it."""


@lru_cache(maxsize=1)
def _entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(cast("CueClass", cue_class), _forms(word, part, forms), quoted == "yes")
        for word, part, cue_class, quoted, forms, _ in read_rows(__package__, "cues.tsv", 6)
    )


def _forms(word: str, part: str, listed: str) -> tuple[str, ...]:
    """Return the forms that a row lists, or those of a regular verb, or the word alone."""
    if listed != "-":
        return tuple(listed.split())
    if part != "verb":
        return (word,)
    stem = word.removesuffix("e")
    third_person = word + ("es" if word.endswith(("s", "sh", "ch", "x")) else "s")
    return word, third_person, f"{stem}ed", f"{stem}ing"


@lru_cache(maxsize=1)
def _class_of_form() -> dict[str, CueClass]:
    return {form: entry.cue_class for entry in _entries() for form in entry.forms}


def cue_class(cue: str, kind: QuoteKind) -> CueClass:
    """Return the class of a cue: that of its last word that ``cues.tsv`` has.

    Without such a word a mixed quote or a missing cue counts as speech ("“No,” Holm smiled") and
    an indirect quote as thought ("bets on", "was relieved at"). Words quoted in full are speech
    ("“Yes,” he agreed") unless the verb is one of thinking.
    """
    words = _WORD.findall(cue.lower())
    if kind == "direct":
        return "thought" if words and words[-1] in _INNER_SPEECH else "speech"
    if _SPEECH_PHRASE.search(cue):
        return "speech"
    unknown: CueClass = "speech" if kind == "mixed" or not words else "thought"
    return cue_class_of_word(cue) or unknown


def cue_class_of_word(cue: str) -> CueClass | None:
    """Return the class of the last word of a cue that ``cues.tsv`` has, None without one."""
    classes = _class_of_form()
    found = [classes[word] for word in _WORD.findall(cue.lower()) if word in classes]
    return found[-1] if found else None


@lru_cache(maxsize=1)
def _quoting_forms() -> frozenset[str]:
    return frozenset(
        form for entry in _entries() if entry.introduces_quotes for form in entry.forms
    )


def is_speech_verb(word: str) -> bool:
    """Tell whether a word is a form of a verb that introduces quoted words: "said", "warns"."""
    return word.lower() in _quoting_forms()


@lru_cache(maxsize=1)
def speech_verb_pattern() -> re.Pattern[str]:
    """Return a pattern that finds the verbs of ``is_speech_verb`` in lower case, as whole words."""
    forms = sorted(_quoting_forms(), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(forms) + r")\b")
