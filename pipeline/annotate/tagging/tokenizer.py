"""A tokeniser for spaCy pipelines that takes linear time on text that is no prose.

spaCy's own tokeniser strips affixes one at a time and copies the rest each time, so a megabyte of
quotation marks without a blank takes hours (quadratic). Here a run without white space that is
longer than any word becomes one token; everything else is left to spaCy.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.language import Language, create_tokenizer
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_RUN = 400
"""Characters without white space. The longest URLs in news text have about 300."""
LONGEST_TEXT = 2**31
"""Characters. spaCy's own limit of 1,000,000 protects its parser and NER, whose memory grows with
the text; windows of word pieces need none of that."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONG_RUN = re.compile(rf"\S{{{LONGEST_RUN},}}")


class GuardedTokenizer(Tokenizer):  # type: ignore[misc]
    """spaCy's tokeniser for any text; only lone surrogates differ in the text of the Doc."""

    def __call__(self, text: str) -> Doc:
        """Tokenise one text."""
        text = encodable(text)
        if not _LONG_RUN.search(text):
            doc: Doc = super().__call__(text)
            return doc
        words: list[str] = []
        spaces: list[bool] = []
        position = 0
        for match in _LONG_RUN.finditer(text):
            self._append(text[position : match.start()], words, spaces)
            words.append(match[0])
            spaces.append(False)
            position = match.end()
        self._append(text[position:], words, spaces)
        return Doc(self.vocab, words=words, spaces=spaces)

    def _append(self, part: str, words: list[str], spaces: list[bool]) -> None:
        if not part:
            return
        for token in super().__call__(part):
            words.append(token.text)
            spaces.append(bool(token.whitespace_))

    def from_disk(self, path: Path | str, **options: object) -> GuardedTokenizer:
        """Read saved rules; without any, those of the language stay."""
        if Path(path).exists():
            super().from_disk(path, **options)
        return self


def encodable(text: str) -> str:
    """Return the text with every lone surrogate replaced by U+FFFD, which keeps all offsets.

    spaCy hashes strings as UTF-8, in which a lone surrogate does not exist.
    """
    return _SURROGATE.sub("\ufffd", text)


def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """Return a factory of the tokeniser for ``config.cfg``, with the rules of its language."""
    return lambda nlp: guarded(create_tokenizer()(nlp))


def make_any_length() -> Callable[[Language], Language]:
    """Return the callback for ``config.cfg`` that allows texts of any length."""
    return any_length


def any_length(nlp: Language) -> Language:
    """Set a pipeline's length limit to ``LONGEST_TEXT`` and return the pipeline."""
    nlp.max_length = LONGEST_TEXT
    return nlp


def guarded(tokenizer: Tokenizer) -> GuardedTokenizer:
    """Return a tokeniser with the same rules that is safe for any text."""
    return GuardedTokenizer(
        tokenizer.vocab,
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )


def prepare(nlp: Language) -> Language:
    """Prepare a pipeline for texts of any kind and length, and return it.

    A tokeniser of spaCy's own class is replaced by a guarded one; others stay.
    """
    if type(nlp.tokenizer) is Tokenizer:
        nlp.tokenizer = guarded(nlp.tokenizer)
    return any_length(nlp)
