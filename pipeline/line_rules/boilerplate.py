"""What furniture says: a line of text in, the reason why it is no part of an article out.

The wording stands in ``wording.toml``. A pattern must take the *whole* line, or begin with a
command to the reader, since news may report on newsletters and cookies. Knows nothing of where a
line stands: see ``sections`` for that.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pipeline.text import normalise

_LINE_WORDS = 45
_PROMPT_WORDS = 60
_CAPTION_WORDS = 70
_ENDING = 160
"""Characters of the end in which a caption's credit stands."""
_NOTE_WORDS = 150
_LINE_CHARS = 600
"""Longer lines are text: of 6,927 harvested furniture lines 0.6 % are longer."""
_NOTE_CHARS = 1000


def _either(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WORDING: dict[str, Any] = tomllib.loads(
    files("pipeline.line_rules").joinpath("wording.toml").read_text(encoding="utf-8")
)


def _compiled(table: str) -> dict[str, re.Pattern[str]]:
    return {reason: _either(patterns) for reason, patterns in _WORDING[table].items()}


_WHOLE = _compiled("whole")
_PROMPTS = _compiled("prompts")
_NOTES = _compiled("notes")


def _labelled(labels: Iterable[str], ending: str = "") -> re.Pattern[str]:
    return re.compile(rf"\W{{0,8}}(?:{'|'.join(labels)}) ?[:|>»] ?\S.{{2,250}}{ending}")


_INLINE = _labelled(_WORDING["inline"]["labels"])
_WEAK_INLINE = _labelled(_WORDING["inline"]["weak_labels"], ending=r"(?<![.!…\"')])")
_CAPTION = re.compile(rf"(?:{'|'.join(_WORDING['caption']['endings'])})$")
_PINGBACK = re.compile(r"\[?\s?(…|\.\.\.)\s?\]\s.*\s\[\s?(…|\.\.\.)\s?\]")
"""WordPress quotes the linking page as "[…] words around the link […]"."""


_ONE_WORD_SENTENCE = re.compile(r"[^.]\.$")
"""A paragraph such as "Twitter." is written, a button has no full stop."""
_PRESS_SOURCE = re.compile(r"SOURCE:? [A-Z][\w&’'-]*[a-z][\w .,&’'-]{0,80}")
"""How a press release ends; "Source of the leak" is a subhead."""
_WEAK = frozenset(_WORDING["weak"]["words"])
_WEAK_CHARS = 20
_NAMED = re.compile(
    r"\b(?:[Bb][Yy]|[Ff]rom|[Ff]or|[Aa]t|[Oo]n|with|[Ff]ollow|[Cc]ontact|[Rr]each) @?[A-Z]"
    r"|tributed "
)
"""Who worked on a story has a name: "Editing by committee is a bad idea" has none."""


@lru_cache(maxsize=1 << 14)
def reason_for(line: str) -> str | None:
    """Return why a line is furniture, or None for what may be text.

    >>> reason_for("Close this search box.")
    'search_box'
    >>> reason_for("The talks started in Geneva.") is None
    True
    """
    if len(line) > _NOTE_CHARS:
        return None
    plain = normalise(line)
    words = plain.count(" ") + 1
    if not plain or (words == 1 and _ONE_WORD_SENTENCE.search(plain)):
        return None
    if _PINGBACK.fullmatch(plain):
        return "pingback"
    if _PRESS_SOURCE.fullmatch(line):
        return "copyright"
    reason = _note_reason(plain, words)
    if reason or len(line) > _LINE_CHARS:
        return reason
    reason = _short_reason(plain, words) or _longer_reason(plain, words)
    return None if reason == "contributor_note" and not _NAMED.search(line) else reason


def is_weak(line: str) -> bool:
    """Tell whether a line that is furniture by its wording may be a subhead as well.

    >>> is_weak("Twitter"), is_weak("Advertisement")
    (True, False)
    """
    return len(line) < _WEAK_CHARS and normalise(line) in _WEAK


def _note_reason(plain: str, words: int) -> str | None:
    if words > _NOTE_WORDS:
        return None
    return next((reason for reason, note in _NOTES.items() if note.fullmatch(plain)), None)


def _short_reason(plain: str, words: int) -> str | None:
    if words > _LINE_WORDS:
        return None
    for reason, whole in _WHOLE.items():
        if whole.fullmatch(plain):
            return reason
    is_promo = _INLINE.fullmatch(plain) or _WEAK_INLINE.fullmatch(plain)
    return "also_read" if is_promo else None


def _longer_reason(plain: str, words: int) -> str | None:
    if words <= _PROMPT_WORDS:
        for reason, prompt in _PROMPTS.items():
            if prompt.match(plain):
                return reason
    # No ending is longer; most lines are, and a search over them cost a tenth of the cleaning.
    return "caption" if words <= _CAPTION_WORDS and _CAPTION.search(plain[-_ENDING:]) else None
