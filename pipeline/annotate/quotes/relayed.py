"""Take a statement out of the report of a medium that only passes it on.

In "Minister Ida Holm said the pier would open in May, Xinhua reported" the tagger mostly makes the
agency the source of all the rest. Holm spoke, and the agency says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import Quotation
from pipeline.annotate.quotes.span_repair import speech_verbs
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.speakers.nouns import PRESS, PRESS_NAME, head_noun
from pipeline.line_rules.agencies import agency_named

_REPORTED = re.compile(r"(?:has\s+|have\s+)?report(?:ed|s)?\b", re.IGNORECASE)
_MEDIA = frozenset({*PRESS, "agency", "broadcaster", "media", "radio", "television"})
# What speaks in the content, in front of its verb: "Minister Ida Holm |said".
_SUBJECT = re.compile(
    r"(?:that\s+)?((?!(?:it|he|she|they|we|you|this|that|there|those|who|what)\b)"
    r"(?:[\w’'.()-]+\s+){0,9}[\w’'.()-]+)\s+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:is|was|are|were|be|been|has|had|have|will|would|can|could|that|which|who|when|while|after|"
    r"before|because|as|if|to)\b",
    re.IGNORECASE,
)
# Behind the verb: "told |reporters that |the pier was safe".
_ADDRESSEE = re.compile(r"\s+(?:[\w’'.-]+\s+){1,3}that\s+")
# "said | on Sunday |that the pier was safe".
_WHEN = re.compile(r"\s+(?:on|in|at|late|earlier|last)\s+(?:[\w’'.-]+\s+){1,4}(?=that\s)")
_TELLS = re.compile(r"t(?:old|ells?)$", re.IGNORECASE)
FEWEST_WORDS = 3
"""Words of the statement that is left."""


def take_out_of_report(text: str, item: Attribution, quoted: Sequence[Quotation]) -> None:
    """Give an attribution the source, cue and content that its medium only passes on.

    Args:
        text: the whole text.
        item: the attribution, which is changed where it is such a report.
        quoted: the quotations of the paragraph.
    """
    if len(item.content) != 1 or not item.cue or not item.source:
        return
    content, cue, source = item.content[0], item.cue[0], item.source[0]
    behind = content.end <= min(cue.start, source.start)
    if not behind or not _REPORTED.match(text, cue.start, cue.end) or not _is_medium(text, source):
        return
    verb = next(iter(speech_verbs(text, (content.start, content.end), quoted)), None)
    subject = _SUBJECT.fullmatch(text, content.start, verb.start) if verb else None
    if verb is None or subject is None or _CLAUSE.search(subject[1]):
        return
    when = _WHEN.match(text, verb.end, content.end)
    start = when.end() if when else verb.end + 1
    if _TELLS.search(text, verb.start, verb.end):
        addressee = _ADDRESSEE.match(text, verb.end, content.end)
        if addressee is None:
            return
        start = addressee.end()
    if len(text[start : content.end].split()) < FEWEST_WORDS:
        return
    item.source = [CharSpan(*subject.span(1), "Source", source.score)]
    item.cue = [verb._replace(score=cue.score)]
    item.content = [content._replace(start=start)]


def _is_medium(text: str, source: CharSpan) -> bool:
    """Tell whether a source is a medium: "PTI", "state media", "the Linden Post"."""
    words = text[source.start : source.end]
    is_named = agency_named(words, is_sure=True) is not None or PRESS_NAME.search(words) is not None
    return is_named or head_noun(words) in _MEDIA
