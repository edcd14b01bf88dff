"""Vary documents between epochs (data augmentation); spans move with the text.

Text from the web has other quotation marks and headlines than the corpora, and names that are not
in them.
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
"""Share of documents with curly quotation marks that get straight ones."""
SHARE_CURLED = 0.35
"""Share of documents with straight quotation marks that get curly ones."""
SHARE_TITLE_IN_CAPITALS = 0.04
"""Share of documents whose first paragraph, in PolNeAR the headline, is set in capitals."""
SHARE_PARAGRAPH_IN_CAPITALS = 0.02
"""Share of other paragraphs that are set in capitals."""
SHARE_LOWER_CASE = 0.015
"""Share of documents that are set in lower case."""
SHARE_RENAMED = 0.5
"""Share of documents in which people and places get other names."""
_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")


class Names:
    """The words of people's names and the one-word places of documents, for random choice."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Collect the last words of people's names, their other words, and one-word places."""
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
        """Return a random new word for each word of the document's people and one-word places.

        A word has the same new word everywhere, so that "Ines Halvorsen" and "Halvorsen" stay one
        person.
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
    """Replace words in the names of people and places; all spans move with the text.

    Args:
        document: the document.
        words: old word → new word.
    """
    places = [
        (start + word.start(), start + word.end(), words[word.group()])
        for start, end, label in _all_spans(document)
        if label in ("Person", "Location")
        for word in _WORD.finditer(document.text[start:end])
        if word.group() in words
    ]
    return _replaced(document, sorted(set(places)))


def _replaced(document: Document, changes: list[tuple[int, int, str]]) -> Document:
    """Return the document with parts of its text replaced: (start, end, new text), in order."""
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
    spans = tuple((moved[start], moved[end], label) for start, end, label in document.spans)
    silver = document.silver and tuple(
        (moved[start], moved[end], label) for start, end, label in document.silver
    )
    return replace(document, text="".join(parts), spans=spans, silver=silver)


def varied(document: Document, random: Random, names: Names | None = None) -> Document:
    """Return the document with random quotation marks, capitals and, from `names`, names."""
    if names and random.random() < SHARE_RENAMED:
        document = renamed(document, names.exchange(document, random))
    return replace(
        document, text=_with_other_case(_with_other_marks(document.text, random), random)
    )


def _with_other_marks(text: str, random: Random) -> str:
    if "“" in text or "’" in text:
        return text.translate(STRAIGHTEN) if random.random() < SHARE_STRAIGHTENED else text
    return curled(text) if random.random() < SHARE_CURLED else text


def _with_other_case(text: str, random: Random) -> str:
    if random.random() < SHARE_LOWER_CASE:
        return _if_as_long(text, text.lower())
    lines = text.split("\n")
    for number, line in enumerate(lines):
        share = SHARE_PARAGRAPH_IN_CAPITALS if number else SHARE_TITLE_IN_CAPITALS
        if random.random() < share:
            lines[number] = _if_as_long(line, line.upper())
    return "\n".join(lines)


def _if_as_long(text: str, changed: str) -> str:
    """Return the changed text if it is as long as the original ("ß" becomes "SS"), for offsets."""
    return changed if len(changed) == len(text) else text


def curled(text: str) -> str:
    """Return the text with curly quotation marks, opening or closing by the character before."""
    text = re.sub(r'(^|(?<=[\s(\[—–-]))"', "“", text, flags=re.MULTILINE).replace('"', "”")
    text = re.sub(r"(^|(?<=[\s(\[—–“-]))'(?=\w)", "‘", text, flags=re.MULTILINE)
    return text.replace("'", "’")
