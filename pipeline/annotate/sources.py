"""The source of a cue that the tagger left without one, by the grammar of news English.

"Wendy Sherman, the deputy secretary, also said", "said the statement", "according to Reuters",
"she added": the subject stands right before its verb, or right after it where the order is
inverted. Nothing farther is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.marks import Quotation

SOURCE_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
RULE_SCORE = 0.6
_BETWEEN = re.compile(
    r"(?:['’]s\s+[a-z]+)?(?:,[^,“”\"]{2,90},|\s\([^()]{1,40}\))?\s+"
    r"(?:(?:has|had|have|is|was|also|later|then|again|now|once|who|\w+ly)\s+){0,3}$"
)
_PRONOUN = re.compile(
    r"\b(he|she|they|it|we|i|who)\s+(?:(?:has|had|have|also|later|then|again|now|\w+ly)\s+){0,3}$",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"\b((?:the|an?|his|her|their|its|one|both|some|many|several)\s+(?:[\w’'-]+\s+){0,3}?[\w’'-]+)\s+"
    r"(?:(?:has|had|have|also|later|then|\w+ly)\s+){0,2}$",
    re.IGNORECASE,
)
_AFTER_PHRASE = re.compile(
    r"\s+((?:the|an?|his|her|their|its|one)\s+(?:[\w’'-]+\s){0,2}?[\w’'-]+)(?=[\s.,;]|$)"
    r"(?=\s*(?:[.,;“\"]|in\b|on\b|at\b|after\b|during\b|when\b|$))"
)
_AFTER_PRONOUN = re.compile(r"\s+(he|she|they|it)\b")
_TITLES = re.compile(r"\s+(?:[\w’'.-]+\s+){0,6}$")
LOOK = 130
"""Characters looked at on either side of the cue."""


def find_source(
    layout: Layout, cue: CharSpan, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[CharSpan]:
    """Return the source beside a cue, as a list of none or one."""
    start, end = layout.sentence_at(cue.start)
    low = max([start, cue.start - LOOK, *(q.end for q in quoted if q.end <= cue.start)])
    high = min([end, cue.end + LOOK, *(q.start for q in quoted if q.start >= cue.end)])
    near = [m for m in mentions if m.label in SOURCE_LABELS and low <= m.start and m.end <= high]
    found = _before(layout.text, cue, near, low) or _after(layout.text, cue, near, high)
    return [CharSpan(*found, "Source", RULE_SCORE)] if found else []


def _before(text: str, cue: CharSpan, near: list[CharSpan], low: int) -> tuple[int, int] | None:
    for mention in reversed(near):
        if mention.end <= cue.start and _BETWEEN.fullmatch(text, mention.end, cue.start):
            return mention.start, mention.end
    for pattern in (_PRONOUN, _PHRASE):
        match = pattern.search(text, low, cue.start)
        if match:
            return match.span(1)
    return None


def _after(text: str, cue: CharSpan, near: list[CharSpan], high: int) -> tuple[int, int] | None:
    for mention in near:
        if mention.start >= cue.end and _TITLES.fullmatch(text, cue.end, mention.start):
            return mention.start, mention.end
    match = _AFTER_PRONOUN.match(text, cue.end, high) or _AFTER_PHRASE.match(text, cue.end, high)
    return match.span(1) if match else None
