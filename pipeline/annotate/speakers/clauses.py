"""Whether a name is its clause’s subject, or was asked, by the words in front; no parser.

"Even comedian Ida Holm …" and "…, said Ida Holm" are subjects; "a letter from Ida Holm" is governed
by its preposition, "she met Ida Holm" by its verb.
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.quotes.cues import is_speech_verb

Place = Literal["subject", "governed", "object"]

_TOKEN = re.compile(r"[\w.’'-]+|[,;:()—–“”\"]")
_PREPOSITIONS = frozenset(
    "by with of for to as at from in on against like including about between under alongside "
    "behind near over than into without toward towards upon via among versus not".split()
)
_CONJUNCTIONS = frozenset(
    "that when while and but because if where since after before though although so then until "
    "unless whether or yet who which how why what nor once whereas however meanwhile even only "
    "just today yesterday now also later still instead finally".split()
)
_WITHIN_NAMES = frozenset(
    "the a an former late his her presumptive republican democratic rival fellow presidential "
    "prime senior campaign communications national state deputy policy political foreign press "
    "party federal local conservative liberal longtime veteran fundraiser volunteer".split()
)
_HEARERS = frozenset("told tells telling tell asked asks asking assured reminded urged".split())
"""Verbs whose object is whom one speaks to: "told Ann Lee", but "…,” asked Ann Lee"."""
_ASKED = re.compile(r"\b(?:asked|pressed|questioned)\s+(?:[A-Z][\w.]*\s+){0,3}$")
_ASKED_FIRST = re.compile(
    r"(?i:[“\"]?(?:(?:when|if|but|and)\s+)*(?:asked|pressed|questioned)\b)"
    r"[^“”]{0,200},\s+(?:[A-Z][\w.]*\s+){0,3}"
)
LONGEST = 8
"""Words looked back from a name through its titles."""
LOOK_BACK = 150
"""Characters that eight words have at most."""


def place_of(text: str, sentence_start: int, start: int) -> Place:
    """Return the place of a name that begins at ``start`` in its clause."""
    words = _TOKEN.findall(text, max(sentence_start, start - LOOK_BACK), start)
    for place in range(len(words) - 1, max(-1, len(words) - 1 - LONGEST), -1):
        word = words[place]
        plain = word.lower().strip(".")
        if not word[0].isalnum() or plain in _CONJUNCTIONS:
            return "subject"
        if word[0].isupper() or is_title_word(word) or plain in _WITHIN_NAMES:
            continue
        if plain in _PREPOSITIONS:
            return "governed"
        if plain in _HEARERS:
            inverted = plain == "asked" and place and not words[place - 1][0].isalnum()
            return "subject" if inverted else "object"
        return "subject" if is_speech_verb(plain) else "object"
    return "subject"


def is_asked(text: str, sentence_start: int, start: int) -> bool:
    """Tell "Oller asked Holm how high" and "Asked how high it was, Holm …" of Holm."""
    return bool(
        _ASKED.search(text, max(0, start - 40), start)
        or _ASKED_FIRST.fullmatch(text, sentence_start, start)
    )
