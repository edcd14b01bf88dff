"""Which source and which content belong to which cue: the nearest, within a paragraph.

On PolNeAR's own spans this rule joins 98 % of the attributions rightly, so nothing is learned here.
A boundary between sentences counts as 60 characters; sources farther than 150 stay alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.annotate.layout import CharSpan

_SENTENCE_END = re.compile(r"(?:\.[”\"’')]*|[!?])\s+[“\"A-Z]")
SENTENCE_COST = 60
GOING_ON = 15
FARTHEST_SOURCE = 150
FAR = 300
"""Characters beyond which another sentence is taken for granted."""


@dataclass(slots=True, eq=False)
class Attribution:
    """Who (source) says (cue) what (content), as places in the text; any but content may lack."""

    cue: list[CharSpan] = field(default_factory=list)
    source: list[CharSpan] = field(default_factory=list)
    content: list[CharSpan] = field(default_factory=list)
    inherits: bool = False
    """Nothing tells the speaker, but the quotation follows another's directly."""

    @property
    def start(self) -> int:
        """Where its first part begins."""
        return min(span.start for span in [*self.cue, *self.source, *self.content])


def link(text: str, spans: Sequence[CharSpan]) -> list[Attribution]:
    """Join the Source, Cue and Content spans of a paragraph; contents without a cue stay alone.

    A cue may end without content: "Ann Lee said:" in front of a paragraph of quotations.
    """
    cues = [span for span in spans if span.label == "Cue"]
    linked = [Attribution(cue=[cue]) for cue in cues]
    _give_sources(text, [span for span in spans if span.label == "Source"], linked)
    alone: list[Attribution] = []
    for content in spans:
        if content.label != "Content":
            continue
        if linked:
            nearest = min(linked, key=lambda item: _distance(text, content, item))
            nearest.content.append(content)
        else:
            alone.append(Attribution(content=[content]))
    return linked + alone + [stray for item in linked for stray in _strays(text, item)]


def _strays(text: str, item: Attribution) -> list[Attribution]:
    """Part indirect contents of other sentences from an attribution that has quoted words.

    In "Doctors are doubtful. “I shall answer,” Hill said" the first sentence is the paper's own.
    """
    if not any(_is_marked(text, content) for content in item.content):
        return []
    far = [
        content
        for content in item.content
        if not _is_marked(text, content) and _distance(text, content, item) >= SENTENCE_COST
    ]
    item.content = [content for content in item.content if content not in far]
    return [Attribution(content=[content]) for content in far]


def _is_marked(text: str, content: CharSpan) -> bool:
    return text[content.start] in "“\"«‘'„"


def _give_sources(text: str, sources: list[CharSpan], linked: list[Attribution]) -> None:
    """Give every cue at most one source, the nearest pairs first."""
    pairs = sorted(
        (_cost(text, source, item.cue[0]), number, place)
        for number, source in enumerate(sources)
        for place, item in enumerate(linked)
    )
    used: set[int] = set()
    for cost, number, place in pairs:
        if number not in used and not linked[place].source and cost <= FARTHEST_SOURCE:
            linked[place].source.append(sources[number])
            used.add(number)


def _distance(text: str, content: CharSpan, item: Attribution) -> int:
    nearest = min(_cost(text, content, other) for other in [*item.cue, *item.source])
    # “…,” she said. “B.” He …: the second part goes on with her more often than not.
    goes_on = item.cue[0].start < content.start and _is_marked(text, content)
    return nearest - GOING_ON * goes_on


def _cost(text: str, one: CharSpan, other: CharSpan) -> int:
    gap = max(one.start, other.start) - min(one.end, other.end)
    if gap < 0:
        return 0
    if gap > FAR:
        return gap + SENTENCE_COST
    # Two characters more in front: content may end in the full stop and mark that end the sentence.
    between = text[max(0, min(one.end, other.end) - 2) : max(one.start, other.start) + 1]
    return gap + (SENTENCE_COST if _SENTENCE_END.search(between) else 0)
