"""Sentence boundaries of news text, by rule, as a spaCy component.

A sentence ends with its paragraph, or at an end mark and the quotation marks and brackets that
close right after it. "“Is it true?” she asked" goes on, since a small letter follows the mark.
Abbreviations are the tokeniser's affair: "Mr." is one token and no end mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language

from pipeline.annotate.tagging.word_pieces import breaks_paragraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spacy.tokens import Doc

_FIRST, _INSIDE = np.uint64(1), np.uint64(2**64 - 1)
_ENDS = frozenset(". ! ? … ... .. ?! !! ?? !? 。 ！ ？ । ؟".split())
_QUOTATION = frozenset("\" ” ’ ' '' » ›".split())
_CLOSING = _QUOTATION | frozenset(") ]".split())


@Language.factory("dateline_sentences", assigns=["token.is_sent_start", "doc.sents"])
def make_sentences(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Make the component."""
    return set_sentences


def set_sentences(doc: Doc) -> Doc:
    """Mark the first token of every sentence; returns the document."""
    words = [token.text for token in doc]
    blanks = [bool(token.whitespace_) for token in doc]
    starts = np.fromiter(sentence_starts(words, blanks), dtype=bool, count=len(words))
    # 1 and -1 as spaCy's unsigned attributes; token by token it would take four times as long.
    marks: Any = np.where(starts, _FIRST, _INSIDE)[:, None]
    return doc.from_array(["SENT_START"], marks)


def sentence_starts(words: Sequence[str], blanks: Sequence[bool]) -> Iterator[bool]:
    """Tell of every word (with whether a blank follows it) whether it opens a sentence."""
    fresh, glued = True, False
    ended, quoted = False, False
    for word, blank in zip(words, blanks, strict=True):
        closes = glued and ended and word in _CLOSING
        goes_on = word.isspace() or word in _ENDS or closes
        first = fresh or (ended and not goes_on and not (quoted and word[0].islower()))
        yield first
        fresh = breaks_paragraph(word)
        quoted = closes and (quoted or word in _QUOTATION)
        ended = word in _ENDS or (ended and goes_on)
        glued = not blank
