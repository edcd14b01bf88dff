"""Varies a document between epochs, so that the model learns the language and not the articles.

What is extracted from the web has other quotation marks and headlines than the corpora, and names
that are in neither. Spans move with the text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from training.corpora import Document, Span

STRAIGHTEN = str.maketrans("“”‘’", "\"\"''")
SHARE_STRAIGHTENED = 0.35
SHARE_CURLED = 0.35
SHARE_SHOUTED = 0.04
"""Of the documents, those whose first paragraph (the headline, in PolNeAR) is set in capitals."""
SHARE_SHOUTED_PARAGRAPHS = 0.02
SHARE_MURMURED = 0.015
"""Of the documents, those in lower case throughout."""
SHARE_RENAMED = 0.5
"""Of the documents, those in which people and places bear other names."""
_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")


class Names:
    """The words of which people's names and the names of places are made, to be drawn from."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Collect the last and other words of people's names, and places of one word."""
        self.family: list[str] = []
        self.given: list[str] = []
        self.places: list[str] = []
        for document in documents:
            for start, end, label in document.spans:
                words = document.text[start:end].split()
                if not all(_WORD.fullmatch(word) for word in words):
                    continue
                if label == "Person":
                    self.family.append(words[-1])
                    self.given.extend(words[:-1])
                elif label == "Location" and len(words) == 1:
                    self.places.append(words[0])

    def exchange(self, document: Document, random: Random) -> dict[str, str]:
        """Draw a new word for each word of the document's people and one-word places.

        One word has one new word, so that "Ines Halvorsen" and "Halvorsen" stay one person.
        """
        chosen: dict[str, str] = {}
        for start, end, label in _all_spans(document):
            words = document.text[start:end].split()
            if label == "Person":
                pools = [self.given] * (len(words) - 1) + [self.family]
            elif label == "Location" and len(words) == 1:
                pools = [self.places]
            else:
                continue
            for word, pool in zip(words, pools, strict=True):
                if _WORD.fullmatch(word) and word not in chosen:
                    chosen[word] = _cased_as(word, random.choice(pool))
        return chosen


def _cased_as(word: str, new: str) -> str:
    return new.upper() if word.isupper() else new.lower() if word.islower() else new


def _all_spans(document: Document) -> list[Span]:
    return sorted({*document.spans, *(document.silver or ())})


def renamed(document: Document, words: dict[str, str]) -> Document:
    """Put the new words in the place of the old ones wherever they stand in a person's or a place's
    name; all spans move with the text."""
    places = [
        (start + word.start(), start + word.end(), words[word.group()])
        for start, end, label in _all_spans(document)
        if label in ("Person", "Location")
        for word in _WORD.finditer(document.text[start:end])
        if word.group() in words
    ]
    return _replaced(document, sorted(set(places)))


def _replaced(document: Document, changes: list[tuple[int, int, str]]) -> Document:
    parts: list[str] = []
    moved = [0] * (len(document.text) + 1)
    """Old offset → new offset."""
    done = shift = 0
    for start, end, new in changes:
        if start < done:
            continue
        parts += [document.text[done:start], new]
        moved[done : start + 1] = range(done + shift, start + shift + 1)
        shift += len(new) - (end - start)
        # A border inside the old word moves to the end of the new one.
        moved[start + 1 : end + 1] = [end + shift] * (end - start)
        done = end
    moved[done:] = range(done + shift, len(moved) + shift)
    parts.append(document.text[done:])
    spans, silver = (
        None if given is None else tuple((moved[a], moved[b], label) for a, b, label in given)
        for given in (document.spans, document.silver)
    )
    return replace(document, text="".join(parts), spans=spans, silver=silver)


def varied(document: Document, random: Random, names: Names | None = None) -> Document:
    """Give the document with other quotation marks, other capitals and, if `names` are there to
    draw from, other names."""
    if names and random.random() < SHARE_RENAMED:
        document = renamed(document, names.exchange(document, random))
    return replace(document, text=_cased(_marked(document.text, random), random))


def _marked(text: str, random: Random) -> str:
    if "“" in text or "’" in text:
        return text.translate(STRAIGHTEN) if random.random() < SHARE_STRAIGHTENED else text
    return curled(text) if random.random() < SHARE_CURLED else text


def _cased(text: str, random: Random) -> str:
    if random.random() < SHARE_MURMURED:
        return _if_as_long(text, text.lower())
    lines = text.split("\n")
    for number, line in enumerate(lines):
        share = SHARE_SHOUTED_PARAGRAPHS if number else SHARE_SHOUTED
        if random.random() < share:
            lines[number] = _if_as_long(line, line.upper())
    return "\n".join(lines)


def _if_as_long(text: str, changed: str) -> str:
    """Give the changed text unless it has grown: "ß" becomes "SS", and offsets would move."""
    return changed if len(changed) == len(text) else text


def curled(text: str) -> str:
    """Replace straight quotation marks by curly ones, as word processors do: by what stands
    before."""
    text = re.sub(r'(^|(?<=[\s(\[—–-]))"', "“", text, flags=re.MULTILINE).replace('"', "”")
    text = re.sub(r"(^|(?<=[\s(\[—–“-]))'(?=\w)", "‘", text, flags=re.MULTILINE)
    return text.replace("'", "’")
