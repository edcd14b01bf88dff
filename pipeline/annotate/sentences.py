"""A spaCy component that sets the sentence boundaries of news text by rule.

A sentence ends with its paragraph, or with an end mark and the quotation marks and brackets that
close directly after it. "“Is it true?” she asked" is one sentence, because a small letter follows
the closing mark. Abbreviations are left to the tokeniser: "Mr." is one token and no end mark.
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
    """Make the component ``dateline_sentences`` for a pipeline."""
    return set_sentences


def set_sentences(doc: Doc) -> Doc:
    """Mark the first token of each sentence of a document, and return the document."""
    words = [token.text for token in doc]
    blanks = [bool(token.whitespace_) for token in doc]
    starts = np.fromiter(sentence_starts(words, blanks), dtype=bool, count=len(words))
    # 1 and -1 as spaCy's unsigned attributes. Setting token.is_sent_start takes four times as long.
    marks: Any = np.where(starts, _FIRST, _INSIDE)[:, None]
    return doc.from_array(["SENT_START"], marks)


def sentence_starts(words: Sequence[str], blanks: Sequence[bool]) -> Iterator[bool]:
    """Yield for each word whether it begins a sentence.

    Args:
        words: the tokens of a text.
        blanks: whether a blank follows each of them.
    """
    begins_paragraph, is_attached = True, False
    is_ended, in_closing_quote = False, False
    for word, blank in zip(words, blanks, strict=True):
        closes = is_attached and is_ended and word in _CLOSING
        continues = word.isspace() or word in _ENDS or closes
        is_speech_tag = in_closing_quote and word[0].islower()
        yield begins_paragraph or (is_ended and not continues and not is_speech_tag)
        begins_paragraph = breaks_paragraph(word)
        in_closing_quote = closes and (in_closing_quote or word in _QUOTATION)
        is_ended = word in _ENDS or (is_ended and continues)
        is_attached = not blank
