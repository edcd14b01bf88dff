"""Ways to quote without a verb between the marks: signatures, turns, dashes, block quotes.

“Words.” — Ida Holm (a signature), HOLM: Words (a turn in a transcript, and "Holm: Words" as in a
headline), — Words, said Ida Holm (a dash as mark), and "Holm wrote:" before a paragraph that
nothing marks (a block quote, whose indentation plain text has lost).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.annotate.cues import is_speech_verb, speech_verb_pattern
from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.linking import Attribution
from pipeline.annotate.marks import Marks, Quotation, is_speech, words_in
from pipeline.annotate.mending import RULE_SCORE, speech_verbs
from pipeline.annotate.sources import find_source
from pipeline.records import Span

_WORDS = re.compile(r"\w")
_SIGNATURE = re.compile(r"\s*([―—–]|--?)\s*([A-Z][^“”\"\n,;:]{1,60})(?:,[^“”\"\n]{1,80})?\s*$")
_LABEL = re.compile(
    r"\s*[“\"]?((?:[A-Z][\w.’'-]*\.?\s){0,3}[A-Z][\w’'-]+)(?:\s\([^()]{1,40}\))?(:)\s+(?=\S)"
)
_NAME_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_DASH = re.compile(r"\s*[—–―]\s*(?=[A-Z“‘¿¡])")
_NEXT_DASH = re.compile(r"[.,!?]\s+[—–―]\s*|\s[—–―]\s+")
_BLOCK_LEAD = re.compile(rf"(?:{speech_verb_pattern().pattern})(?:\s+[^.:,;]{{0,25}})?:\s*$")
_BELOW = re.compile(r"\b(?:below|here|above|video|audio|photos?)\s*:\s*$", re.IGNORECASE)
_PROSE = re.compile(r"\s*[…\[(]?[A-Z…].*[.!?…)\]]\s*$", re.DOTALL)
FEWEST_BLOCK_WORDS = 5
FARTHEST_TURN = 4
"""Paragraphs from one label to the next within which all is the first one's turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One paragraph of a turn; ``label`` and ``colon`` are those of its first paragraph."""

    label: Span
    colon: Span
    content: Span
    is_first: bool
    is_transcript: bool
    """Other turns follow or went before, so that the words are the speaker's own."""


def signed(layout: Layout, bounds: Span, quoted: Sequence[Quotation]) -> Attribution | None:
    """Read “Words.” — Ida Holm, harbour master: a paragraph of quotations and a name."""
    text = layout.text
    if not quoted or _WORDS.search(text, bounds[0], quoted[0].start):
        return None
    match = _SIGNATURE.match(text, quoted[-1].end, bounds[1])
    gaps = pairwise(quoted)
    if match is None or any(_WORDS.search(text, a.end, b.start) for a, b in gaps):
        return None
    if not any(is_speech(q.inner(text)) for q in quoted) or speech_verbs(text, match.span(), ()):
        return None
    name = match.start(2), match.start(2) + len(match[2].rstrip(" ."))
    return Attribution(
        cue=[CharSpan(*match.span(1), "Cue", RULE_SCORE)],
        source=[CharSpan(*name, "Source", RULE_SCORE)],
        content=[CharSpan(q.start, q.end, "Content", RULE_SCORE) for q in quoted],
    )


def find_turns(layout: Layout, mentions: Sequence[CharSpan]) -> dict[int, Turn]:
    """Return the paragraphs that are turns, by number: "HOLM: We go." and what follows it.

    A label in capitals counts if its last word is that of a person of the article; in small
    letters only in the headline, since elsewhere "Holm: 12 votes" and "Holm: what she needs" are
    lists.
    """
    people = [layout.text[m.start : m.end] for m in mentions if m.label == "PERSON"]
    known = {word.casefold() for name in people for word in _NAME_WORD.findall(name)[-1:]}
    labels: dict[int, re.Match[str]] = {}
    for number, (start, end) in enumerate(layout.paragraphs):
        match = _LABEL.match(layout.text, start, end)
        if match and _is_label(match[1], known, number == 0) and match.end() < end:
            labels[number] = match
    shouted = [number for number, match in labels.items() if match[1].isupper()]
    return {
        following: turn
        for number, match in labels.items()
        for following, turn in _turn(layout, number, match, shouted)
    }


def _is_label(label: str, known: set[str], is_headline: bool) -> bool:
    words = _NAME_WORD.findall(label)
    if words[-1].casefold() not in known or any(map(is_speech_verb, words)):
        return False
    return label.isupper() or is_headline


def _turn(
    layout: Layout, first: int, match: re.Match[str], shouted: Sequence[int]
) -> Iterator[tuple[int, Turn]]:
    """Yield the paragraphs of one turn: in a transcript up to the next label, if that is near."""
    following = next((number for number in shouted if number > first), first + 1)
    is_inside = first in shouted and following - first <= FARTHEST_TURN
    is_transcript = first in shouted and len(shouted) > 1
    for number in range(first, following if is_inside else first + 1):
        start, end = layout.paragraphs[number]
        span = _stripped(layout.text, match.end() if number == first else start, end)
        yield number, Turn(match.span(1), match.span(2), span, number == first, is_transcript)


def _stripped(text: str, start: int, end: int) -> Span:
    kept = text[start:end]
    return start + len(kept) - len(kept.lstrip()), start + len(kept.rstrip())


def dashed(layout: Layout, bounds: Span, mentions: Sequence[CharSpan]) -> Attribution | None:
    """Read a line of dialogue that a dash opens: "— We go, said Ida Holm. — All of us."."""
    text = layout.text
    opening = _DASH.match(text, *bounds)
    if opening is None:
        return None
    for cue in speech_verbs(text, (opening.end(), bounds[1]), ()):
        source = find_source(layout, cue, (), mentions)
        if not source:
            continue
        first = _stripped(text, opening.end(), min(cue.start, source[0].start))
        contents = [first] if words_in(text[slice(*first)]) else []
        again = _NEXT_DASH.search(text, max(cue.end, source[0].end), bounds[1])
        if contents and again:
            contents.append(_stripped(text, again.end(), bounds[1]))
        if contents:
            spans = [CharSpan(*content, "Content", RULE_SCORE) for content in contents]
            return Attribution(cue=[cue], source=source, content=spans, is_verbatim=True)
    return None


def leads_to_block(layout: Layout, marks: Marks, number: int) -> bool:
    """Tell "Ida Holm wrote:" in front of a paragraph of prose that nothing marks as hers."""
    if number + 1 >= len(layout.paragraphs) or marks.of(number + 1):
        return False
    start, end = layout.paragraphs[number]
    start = layout.sentence_at(len(layout.text[:end].rstrip()) - 1)[0]
    if not _BLOCK_LEAD.search(layout.text, start, end) or _BELOW.search(layout.text, start, end):
        return False
    block = layout.text[slice(*layout.paragraphs[number + 1])]
    return _PROSE.match(block) is not None and words_in(block) >= FEWEST_BLOCK_WORDS
