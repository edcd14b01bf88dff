"""spaCy's English tokeniser, guarded against text that is no prose.

spaCy strips affixes one at a time and copies the rest each time, so a megabyte of quotation marks
without a blank takes hours (quadratic). Runs without white space that are longer than any word
become one token here; all else is spaCy's own work.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spacy.tokens import Doc

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

LONGEST_RUN = 400
"""Characters without white space. The longest URLs in news text have about 300."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BLOB = re.compile(rf"\S{{{LONGEST_RUN},}}")


class GuardedTokenizer:
    """Callable as spaCy wants it: text in, Doc out, equal to the text but for lone surrogates."""

    def __init__(self, tokenizer: Callable[[str], Doc]) -> None:
        self._inner = tokenizer
        self._vocab = tokenizer("").vocab

    def __call__(self, text: str) -> Doc:
        """Tokenise one text."""
        # spaCy hashes strings as UTF-8, in which a lone surrogate does not exist; one for one, so
        # that all places stay.
        text = _SURROGATE.sub("\ufffd", text)
        if not _BLOB.search(text):
            return self._inner(text)
        words: list[str] = []
        spaces: list[bool] = []
        position = 0
        for match in _BLOB.finditer(text):
            self._append(text[position : match.start()], words, spaces)
            words.append(match[0])
            spaces.append(False)
            position = match.end()
        self._append(text[position:], words, spaces)
        return Doc(self._vocab, words=words, spaces=spaces)

    def _append(self, part: str, words: list[str], spaces: list[bool]) -> None:
        if not part:
            return
        for token in self._inner(part):
            words.append(token.text)
            spaces.append(bool(token.whitespace_))

    def to_bytes(self, **_: object) -> bytes:
        """Serialise nothing: the English rules come with spaCy."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> GuardedTokenizer:
        """Restore nothing."""
        return self

    def to_disk(self, _path: object, **_: object) -> None:
        """Write nothing."""

    def from_disk(self, _path: object, **_: object) -> GuardedTokenizer:
        """Read nothing."""
        return self


def guard(nlp: Language) -> Language:
    """Put the guard around a pipeline's tokeniser and lift spaCy's length limit; returns it.

    The limit (1,000,000 characters) protects spaCy's parser and NER, which need memory by the
    character; windows of word pieces do not.
    """
    nlp.tokenizer = GuardedTokenizer(nlp.tokenizer)
    nlp.max_length = 2**31
    return nlp
