"""spaCy's English tokeniser, guarded against text that is no prose.

spaCy strips affixes one at a time and copies the rest each time, so a megabyte of quotation marks
without a blank takes hours (quadratic). Runs without white space that are longer than any word
become one token here; all else is spaCy's own work.
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
"""Characters: spaCy's own limit of 1,000,000 protects its parser and NER, which need memory by the
character; windows of word pieces do not."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BLOB = re.compile(rf"\S{{{LONGEST_RUN},}}")


class GuardedTokenizer(Tokenizer):  # type: ignore[misc]
    """spaCy's tokeniser for any text; the Doc's text is equal to it but for lone surrogates."""

    def __call__(self, text: str) -> Doc:
        """Tokenise one text."""
        text = encodable(text)
        if not _BLOB.search(text):
            whole: Doc = super().__call__(text)
            return whole
        words: list[str] = []
        spaces: list[bool] = []
        position = 0
        for match in _BLOB.finditer(text):
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
        """Read rules that were saved; where none were saved the language's own stay."""
        if Path(path).exists():
            super().from_disk(path, **options)
        return self


def encodable(text: str) -> str:
    """Replace lone surrogates by U+FFFD, one for one, so that all places stay.

    spaCy hashes strings as UTF-8, in which a lone surrogate does not exist.
    """
    return _SURROGATE.sub("\ufffd", text)


def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """Make the tokeniser that a pipeline's ``config.cfg`` names, with its language's rules."""
    return lambda nlp: guarded(create_tokenizer()(nlp))


def make_any_length() -> Callable[[Language], Language]:
    """Lift the length limit of a pipeline that has nothing but our components."""
    return any_length


def any_length(nlp: Language) -> Language:
    """Let a pipeline read texts of any length; returns it."""
    nlp.max_length = LONGEST_TEXT
    return nlp


def guarded(tokenizer: Tokenizer) -> GuardedTokenizer:
    """Give a tokeniser with the same rules that is safe for any text."""
    return GuardedTokenizer(
        tokenizer.vocab,
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )


def guard(nlp: Language) -> Language:
    """Guard a pipeline's tokeniser, unless it is one of another kind, and lift its length limit."""
    if type(nlp.tokenizer) is Tokenizer:
        nlp.tokenizer = guarded(nlp.tokenizer)
    return any_length(nlp)
