"""Recognises boilerplate by its wording: returns why one line is no part of an article.

The wording is in ``wording.toml``. A rule must match the whole line, or its beginning if that is a
request to the reader: news may report on newsletters and cookies. The position of a line in the
text is not considered here; ``pipeline.clean.sections`` does that.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from pipeline.line_rules.calendar_words import CLOCK, ENGLISH_MONTH, ENGLISH_WEEKDAY
from pipeline.text import normalise

Matcher = Callable[[str], re.Match[str] | None]

_LINE_WORDS = 45
"""Words of the longest line that is boilerplate as a whole."""
_PROMPT_WORDS = 60
"""Words of the longest request to the reader."""
_CAPTION_WORDS = 70
"""Words of the longest caption."""
_CAPTION_ENDING = 160
"""Characters at the end of a line in which a caption's credit is."""
_NOTE_WORDS = 150
"""Words of the longest note about a correction or an update."""
_NOTE_CHARS = 1000
"""Characters of the longest note."""
_LINE_CHARS = 600
"""Longer lines are text: of 6,927 harvested boilerplate lines 0.6 % are longer."""

_PART_NAME = re.compile(r"<(month|weekday|clock|when)>")
"""How an alternative of ``wording.toml`` names a part."""
_PINGBACK = re.compile(r"\[?\s?\.\.\.\s?\]\s.*\s\[\s?\.\.\.\s?\]")
"""WordPress quotes the linking page as "[…] words around the link […]"; normalised "[...]"."""
_ONE_WORD_SENTENCE = re.compile(r"[^.]\.$")
"""A paragraph such as "Twitter." is text: a button has no full stop."""
_PRESS_SOURCE = re.compile(r"SOURCE:? [A-Z][\w&’'-]*[a-z][\w .,&’'-]{0,80}")
"""How a press release ends; "Source of the leak" is a subhead."""
_WEAK_CHARS = 20
"""Characters of the longest weak word, with room for punctuation; saves normalising others."""
_CONTRIBUTOR = re.compile(
    r"\b(?:[Bb][Yy]|[Ff]rom|[Ff]or|[Aa]t|[Oo]n|with|[Ff]ollow|[Cc]ontact|[Rr]each) (?:the )?@?[A-Z]"
    r"|tributed |[Cc]ontribut(?:ing|ors?)\b.{0,20}: ?[A-Z]|[A-Z][\w'-]+ (?:can|may) be "
    r"|(?:[Pp]roducer|[Ee]ngineer|[Ee]ditor|[Dd]esigner|[Hh]ost|[Cc]hecker)s?(?: is| are|:) [A-Z]"
)
"""A contributor has a name: "Editing by committee is a bad idea" has none."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The compiled alternatives of ``wording.toml``: one function for each reason."""

    whole: dict[str, Matcher]
    prompts: dict[str, Matcher]
    notes: dict[str, Matcher]
    inline: tuple[Matcher, ...]
    caption: Matcher
    weak_words: frozenset[str]


@cache
def read_wording() -> dict[str, Any]:
    """Return the content of ``wording.toml``: tables of reasons with their alternatives."""
    text = files(__package__).joinpath("wording.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _rules() -> _Rules:
    """Compile the wording at the first line that is read: it takes a tenth of a second."""
    tables = {
        table: {
            reason: line_matcher(table, reason, (each["match"] for each in alternatives))
            for reason, alternatives in read_wording()[table].items()
        }
        for table in ("whole", "prompts", "notes", "inline", "caption")
    }
    return _Rules(
        whole=tables["whole"],
        prompts=tables["prompts"],
        notes=tables["notes"],
        inline=tuple(tables["inline"].values()),
        caption=tables["caption"]["endings"],
        weak_words=frozenset(read_wording()["weak"]["words"]),
    )


def line_matcher(table: str, reason: str, patterns: Iterable[str]) -> Matcher:
    """Return the function that matches a normalised line in the way of a table of the wording.

    Args:
        table: "whole", "prompts", "notes", "inline" or "caption".
        reason: the key in the table.
        patterns: alternatives; the function matches if one of them does.
    """
    either = "|".join(f"(?:{_with_parts(pattern)})" for pattern in patterns)
    if table == "inline":
        # A headline follows a label; after a weak label it must not end as a sentence does.
        ending = r"(?<![.!\"')])" if reason == "weak_labels" else ""
        either = rf"\W{{0,8}}(?:{either}) ?[:|>] ?\S.{{2,250}}{ending}"
    if table == "prompts":
        return re.compile(either).match
    if table == "caption":
        return re.compile(f"(?:{either})$").search
    return re.compile(either).fullmatch


def _with_parts(pattern: str) -> str:
    """Replace names of parts, such as "<month>", by their patterns."""
    while found := _PART_NAME.search(pattern):  # a part may hold others
        part = _parts()[found[1]]
        pattern = f"{pattern[: found.start()]}(?:{part}){pattern[found.end() :]}"
    return pattern


@cache
def _parts() -> dict[str, str]:
    return {
        "month": ENGLISH_MONTH.lower(),
        "weekday": ENGLISH_WEEKDAY.lower(),
        "clock": CLOCK,
        **read_wording()["parts"],
    }


@lru_cache(maxsize=1 << 14)
def reason_for(line: str) -> str | None:
    """Return why a line is boilerplate, or None if it may be text.

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
    return None if reason == "contributor_note" and not _CONTRIBUTOR.search(line) else reason


def is_weak(line: str) -> bool:
    """Tell whether a line that is boilerplate by its wording may also be a subhead.

    >>> is_weak("Twitter"), is_weak("Advertisement")
    (True, False)
    """
    return len(line) < _WEAK_CHARS and normalise(line) in _rules().weak_words


def _note_reason(plain: str, words: int) -> str | None:
    if words > _NOTE_WORDS:
        return None
    return next((reason for reason, matches in _rules().notes.items() if matches(plain)), None)


def _short_reason(plain: str, words: int) -> str | None:
    if words > _LINE_WORDS:
        return None
    for reason, matches in _rules().whole.items():
        if matches(plain):
            return reason
    return "also_read" if any(matches(plain) for matches in _rules().inline) else None


def _longer_reason(plain: str, words: int) -> str | None:
    if words <= _PROMPT_WORDS:
        for reason, matches in _rules().prompts.items():
            if matches(plain):
                return reason
    # A search over whole lines took a tenth of the time of cleaning; no ending is longer than this.
    is_caption = words <= _CAPTION_WORDS and _rules().caption(plain[-_CAPTION_ENDING:])
    return "caption" if is_caption else None
