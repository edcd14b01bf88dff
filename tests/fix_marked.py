"""Annotate texts that have the tagger's spans written into them, so that tests need no model."""

import re

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Annotation, Quote

_TAGS = re.compile(r"\[([SCKPOGN]):([^\]]*)\]")
_ROLES = {"S": "Source", "C": "Cue", "K": "Content"}
_NAMES = {"P": "PERSON", "O": "ORG", "G": "GPE", "N": "NORP"}
_FULL_NAME = re.compile(r"(?!The\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?")


def annotate(marked: str) -> tuple[str, Annotation]:
    """Annotate a text in which spans are marked, and return it without the marks.

    The marks are [S:source], [C:cue], [K:content], and [P:person], [O:organisation], [G:place],
    [N:nationality]. Capitalised words of a source are people.
    """
    text = ""
    entities: list[CharSpan] = []
    attribution: list[CharSpan] = []
    position = 0
    for match in _TAGS.finditer(marked):
        text += marked[position : match.start()]
        place = len(text)
        text += match[2]
        position = match.end()
        if match[1] in _NAMES:
            entities.append(CharSpan(place, len(text), _NAMES[match[1]]))
        else:
            attribution.append(CharSpan(place, len(text), _ROLES[match[1]]))
        if match[1] == "S":
            people = (name.span() for name in _FULL_NAME.finditer(match[2]))
            entities += [CharSpan(place + a, place + b, "PERSON") for a, b in people]
    text += marked[position:]
    return text, annotate_spans(text, TaggedText(tuple(entities), tuple(attribution)))


def contents(text: str, quote: Quote) -> list[str]:
    return [text[start:end] for start, end in quote.content]
