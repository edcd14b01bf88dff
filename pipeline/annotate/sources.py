"""The source of a cue that the tagger left without one, by the grammar of news English.

"Wendy Sherman also said", "said the statement", "…, Sherman said, adding that …": the subject
stands right before its verb, right after it where quoted words came first, or it is that of the
verb before (right in four of five cases on PolNeAR's training part). A source beside the cue is
looked for only with plain verbs of speech: of those that looser rules found, four in five were
wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.annotate.cues import is_speech_verb
from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.linking import Attribution
from pipeline.annotate.marks import Quotation

SOURCE_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
RULE_SCORE = 0.6
_ADVERBS = r"(?:(?:has|had|have|also|later|then|again|now|once|\w+ly)\s+){0,3}"
_BETWEEN = re.compile(rf"(?:,[^,“”\"]{{2,90}},|\s\([^()]{{1,40}}\))?\s+{_ADVERBS}$")
_PRONOUN = re.compile(rf"\b(he|she|they|we)\s+{_ADVERBS}$", re.IGNORECASE)
_INVERTED = re.compile(r"[,”\"’»]\s*$")
_TITLES = re.compile(r"\s+(?:(?:the|[A-Z][\w’'.-]*|of|for|and)\s+){0,6}$")
_AFTER_PRONOUN = re.compile(r"\s+(he|she|they)\b")
_AFTER_PHRASE = re.compile(
    r"\s+((?:the|an?|his|her|their|its|one)\s+(?:[\w’'-]+\s){0,2}?[\w’'-]+)"
    r"(?=[.,;]|\s+(?:in|on|at|after|during|when)\b|\s*$)"
)
_WORD = re.compile(r"[A-Za-z]+")
LOOK = 130
"""Characters looked at on either side of the cue."""


def find_source(
    layout: Layout, cue: CharSpan, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[CharSpan]:
    """Return the source beside a cue, as a list of none or one."""
    text = layout.text
    words = _WORD.findall(text[cue.start : cue.end])
    asked = words[:1] and words[0].lower() in {"asked", "was", "were"}
    if asked or not any(map(is_speech_verb, words)) or words[0].endswith("ing"):
        return []
    start, end = layout.sentence_at(cue.start)
    low = max([start, cue.start - LOOK, *(q.end for q in quoted if q.end <= cue.start)])
    high = min([end, cue.end + LOOK, *(q.start for q in quoted if q.start >= cue.end)])
    near = [m for m in mentions if m.label in SOURCE_LABELS and low <= m.start and m.end <= high]
    found = _before(text, cue, near, low)
    if found is None and _INVERTED.search(text, max(0, cue.start - 3), cue.start):
        found = _after(text, cue, near, high)
    return [CharSpan(*found, "Source", RULE_SCORE)] if found else []


def share_sources(layout: Layout, linked: Sequence[Attribution]) -> None:
    """Give "adding" and "and said" the source of the attribution before in the same sentence."""
    for earlier, later in pairwise(linked):
        if later.source or not later.cue or not earlier.source or not earlier.cue:
            continue
        cue = later.cue[0]
        same = layout.sentence_at(earlier.cue[0].start) == layout.sentence_at(cue.start)
        if same and earlier.cue[0].end <= cue.start:
            later.source.extend(earlier.source)


def _before(text: str, cue: CharSpan, near: list[CharSpan], low: int) -> tuple[int, int] | None:
    for mention in reversed(near):
        if mention.end <= cue.start and _BETWEEN.fullmatch(text, mention.end, cue.start):
            return mention.start, mention.end
    match = _PRONOUN.search(text, low, cue.start)
    return match.span(1) if match else None


def _after(text: str, cue: CharSpan, near: list[CharSpan], high: int) -> tuple[int, int] | None:
    for mention in near:
        if mention.start >= cue.end and _TITLES.fullmatch(text, cue.end, mention.start):
            return mention.start, mention.end
    match = _AFTER_PRONOUN.match(text, cue.end, high) or _AFTER_PHRASE.match(text, cue.end, high)
    return match.span(1) if match else None
