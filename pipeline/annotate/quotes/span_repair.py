"""Repair the tagger's spans of one paragraph by its quotation marks and verbs of saying.

A content grows to the marks of the quotations it touches, quotations beside a verb of saying become
contents, and cues that the tagger left out are added. The spans are linked later (``linking``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.quotes.quotation_marks import Quotation, is_speech
from pipeline.annotate.spans import CharSpan
from pipeline.line_rules.calendar_words import ENGLISH_MONTH, ENGLISH_WEEKDAYS
from pipeline.models import Span

RULE_SCORE = 0.6
"""Score of a span that a rule added: about the share of such spans that are in PolNeAR too."""
NEAR = 50
"""Characters between a quotation and the speech verb that introduces it."""
# In the examples of patterns, "|" shows where the match begins and ends.
# A source that ends in a relative pronoun: "Lee, who".
_RELATIVE = re.compile(r"\S,?\s+(who|which|that)$", re.IGNORECASE)
# A source that is a relative clause: "who asked not to be named,".
_WHO_DID = re.compile(r"who\s+\w+\s+\w")
_NO_VERB = r"(?!(?:said|says|told|added|according|and|but)\b)"
_PHRASE_BEFORE = re.compile(
    r"(?:^|[,.:;!?”\"’»—–]\s*|\b(?:and|but|said|says|told)\s+)"
    r"((?:(?i:an?|the|one|another|his|her|their|its|some|two|three|several)\s)?"
    rf"{_NO_VERB}[^\W_][\w’'-]*(?:\s{_NO_VERB}[\w’'-]+){{0,9}}),\s+$"
)
"""The noun phrase that "who" refers to: "an official of the department, who"."""
LONGEST_PHRASE = 100
"""Characters in front of "who" in which that noun phrase is looked for."""
# In front of a content: "told the council | that".
_VERB_BEFORE = re.compile(
    rf"{speech_verb_pattern().pattern}\s+(?:[\w’'-]+\s+){{0,3}}$", re.IGNORECASE
)
_DAY = rf"(?:{'|'.join(ENGLISH_WEEKDAYS)}|{ENGLISH_MONTH}\s+\d{{1,2}})"
# "on May 3 and the council the day after" at the end of a sentence.
_DATE_AND = re.compile(rf"\s+on\s+{_DAY}\s+and\s+(?:the|an?)\s+[^,;:.!?“”\"\n]+(?=[.!?](?:\s|$))")
# "—she paused—" between two quotations.
_ASIDE = re.compile(r"\s?[—–]\s?[^—–]{3,60}[—–]\s?")
# Subject and verb behind a quotation: "Holm shot back.", "she laughed as".
_QUOTATION_TAG = re.compile(
    r"\s+((?:[A-Z][\w.’'-]*)(?:\s+[A-Z][\w.’'-]*){0,3}|he|she|they)\s+"
    r"((?!(?:and|or|of|is|was|were|are|has|had|have|who|in|on|at|for|to|as|did|does)\b)[a-z]+"
    r"(?:\s+(?:back|in|out|on|off))?)(?=[.,;]|\s+(?:at|with|to|in|on|as|when|after)\b)"
)
# The end of a content that nothing follows: "“small parks”|—and|".
_DANGLING = re.compile(r"\s*[—–]\s*(?:and|but|or|with|while)$")
# Behind a content that ends within a word: "Chick-fil|-A".
_REST_OF_WORD = re.compile(r"(?<=\w)(?:\w|-(?=\w))[\w-]*")
# What parts a quotation from the verb behind it: "“a rant”|, a list of posts |that| said".
_CLAUSE_END = re.compile(r"[,;:—–]|\b(?:that|which|who|when|as|\w+ing)\b")
# Behind "“We go,” Holm said": who reports it.
_ACCORDING = re.compile(r",?\s+according\s+to\s+[^.;:\n“”\"]{1,80}", re.IGNORECASE)
_THAT = re.compile(r"that,?\s+$", re.IGNORECASE)
# The time of an entry of a live blog: "|10:05 |The pier is open, says Holm".
_CLOCK = re.compile(r"\s*[0-2]?\d[:.][0-5]\d\s+(?=[“\"A-Z])")
# A heading that runs into its paragraph: "|Electric Lamps and Wet Boats |If you sail".
_HEADING = re.compile(
    r"\s*(?:[A-Z0-9][\w’'-]*\s)(?:(?:[A-Z0-9][\w’'-]*|and|or|of|the|vs\.?|for|in|to|a|an|with|&)\s){1,10}"
    r"(?=(?:If|When|While|Although|As|Because|Since|According\sto|There|You|We|It|They|He|She|This|These|Many|"
    r"Most|Some)\s[a-z])"
)


def repair_spans(
    text: str, bounds: Span, spans: Sequence[CharSpan], quoted: Sequence[Quotation]
) -> list[CharSpan]:
    """Return the repaired Source, Cue and Content spans of a paragraph, in order.

    Args:
        text: the whole text, which all offsets count into.
        bounds: the paragraph.
        spans: what the tagger found in it.
        quoted: the quotations of the paragraph, in order.
    """
    heading = _HEADING.match(text, *bounds) or _CLOCK.match(text, *bounds)
    if heading:
        spans = list(_behind(heading.end(), spans))
    repaired = _add_untagged_cues(text, bounds, _grow_to_marks(text, spans, quoted), quoted)
    repaired = _add_quotation_tags(text, bounds, repaired, quoted)
    return _add_untagged_quotations(text, bounds, repaired, quoted)


def _behind(start: int, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield the spans without what stands in front of an offset."""
    for span in spans:
        if span.end > start:
            yield span._replace(start=max(start, span.start))


def _grow_to_marks(
    text: str, spans: Sequence[CharSpan], quoted: Sequence[Quotation]
) -> list[CharSpan]:
    """Grow contents to the marks of their quotations and drop the cues and sources inside.

    A content that says itself who said it (“We go,” Holm said, according to the Herald) is cut to
    the quotation; who reports it is no source.
    """
    grown: list[CharSpan] = []
    cues: list[CharSpan] = []
    reports: list[Span] = []
    for content in sorted(span for span in spans if span.label == "Content"):
        start = content.start
        end = _end_of_words(text, start, _end_after_date(text, content))
        for quotation in quoted:
            if quotation.overlaps(start, end):
                # PolNeAR's contents include "that" (“said that …”), but not in front of a mark.
                lead = text[start : quotation.start] if start < quotation.start else ""
                start = (
                    min(start, quotation.start) if not _THAT.fullmatch(lead) else quotation.start
                )
                end = _end_at_mark(text, end, quotation) if quotation.is_closed else end
        own = _own_attribution(text, (start, end), quoted)
        if own is not None:
            reported = _ACCORDING.match(text, end)
            reports += [reported.span()] if reported else []
            end, cue = own
            cues.append(cue)
        if grown and start < grown[-1].end:
            grown[-1] = grown[-1]._replace(end=max(end, grown[-1].end))
        else:
            grown += _without_asides(text, content._replace(start=start, end=end), quoted)
    others = [
        _relative_subject(text, span)
        for span in spans
        if span.label != "Content"
        and not _overlaps_any(span, grown)
        and not any(low <= span.start < high for low, high in reports)
    ]
    return sorted([*grown, *cues, *others])


def _own_attribution(
    text: str, content: Span, quoted: Sequence[Quotation]
) -> tuple[int, CharSpan] | None:
    """Return where the quotation ends that a content opens with, and the verb of saying behind it.

    In "“We go,” Holm said in a letter, according to the Herald" the words are those of Holm, and
    the paper only says so. None where the content is the quotation alone, or no verb follows.
    """
    for quotation in quoted:
        if quotation.start != content[0] or not quotation.is_closed:
            continue
        if text[quotation.end - quotation.width - 1] not in ",?!":
            return None
        near = (quotation.end, min(content[1], quotation.end + NEAR))
        verbs = speech_verbs(text, near, quoted)
        # “a rant,” a series of posts that said: no subject of that verb stands before a comma.
        if not verbs or _CLAUSE_END.search(text, quotation.end, verbs[0].start):
            return None
        return quotation.end, verbs[0]
    return None


def _end_after_date(text: str, content: CharSpan) -> int:
    """Return the end of a content that a date interrupts: "A in Oslo | on May 3 and B in Rome".

    What "and" joins to the content is content, so the date between is not that of the statement.
    """
    match = _DATE_AND.match(text, content.end)
    return match.end() if match else content.end


def _end_of_words(text: str, start: int, end: int) -> int:
    """Return the end of a content that is neither within a word nor behind a bare "and".

    "a row with Chick-fil|-A" ends behind the word, "“small parks”|—and" in front of the dash.
    """
    dangling = _DANGLING.search(text, start, end)
    rest = _REST_OF_WORD.match(text, end)
    return dangling.start() if dangling else rest.end() if rest else end


def _without_asides(text: str, content: CharSpan, quoted: Sequence[Quotation]) -> list[CharSpan]:
    """Return the pieces of a content without asides: “We go”—she paused—“at dawn” gives two."""
    inside = [q for q in quoted if content.start <= q.start and q.end <= content.end]
    pieces = [content]
    for earlier, later in pairwise(inside):
        if _ASIDE.fullmatch(text, earlier.end, later.start):
            last = pieces.pop()
            pieces += [last._replace(end=earlier.end), last._replace(start=later.start)]
    return pieces


def _end_at_mark(text: str, end: int, quotation: Quotation) -> int:
    """Return the end of a content that touches a quotation: behind the mark, before any comma."""
    if end > quotation.end and text[quotation.end : end].strip(" ,.;:"):
        return end
    return quotation.end


def _relative_subject(text: str, span: CharSpan) -> CharSpan:
    """Cut the source "Lee, who" to "who", the subject of the verb, as PolNeAR annotates it.

    A source with a verb of its own ("who asked not to be named,") is replaced by the noun phrase in
    front of it.
    """
    if span.label == "Source" and _WHO_DID.match(text, span.start, span.end):
        phrase = _PHRASE_BEFORE.search(text, max(0, span.start - LONGEST_PHRASE), span.start)
        return span._replace(start=phrase.start(1), end=phrase.end(1)) if phrase else span
    match = _RELATIVE.search(text, span.start, span.end) if span.label == "Source" else None
    return span._replace(start=match.start(1)) if match else span


def _overlaps_any(span: CharSpan, contents: Sequence[CharSpan]) -> bool:
    return any(span.start < content.end and span.end > content.start for content in contents)


def _add_untagged_cues(
    text: str, bounds: Span, spans: list[CharSpan], quoted: Sequence[Quotation]
) -> list[CharSpan]:
    """Add the cue of "told the council" in front of a content whose verb the tagger missed."""
    added: list[CharSpan] = []
    for number, span in enumerate(spans):
        before = spans[number - 1] if number else None
        if span.label != "Content" or (before is not None and before.label == "Cue"):
            continue
        low = max(bounds[0], span.start - NEAR, before.end if before else 0)
        if _VERB_BEFORE.search(text, low, span.start):
            added += speech_verbs(text, (low, span.start), quoted)[-1:]
    return sorted([*spans, *added])


def _add_quotation_tags(
    text: str, bounds: Span, spans: list[CharSpan], quoted: Sequence[Quotation]
) -> list[CharSpan]:
    """Add subject and verb of “No,” Holm shot back: any verb after such a comma counts."""
    added: list[CharSpan] = []
    for quotation in quoted:
        match = _QUOTATION_TAG.match(text, quotation.end, bounds[1])
        if match is None or text[quotation.end - quotation.width - 1] not in ",?!":
            continue
        near = (quotation.end, match.end() + NEAR)
        if any(span.label == "Cue" and near[0] <= span.start < near[1] for span in spans):
            continue
        source = CharSpan(*match.span(1), "Source", RULE_SCORE)
        cue = CharSpan(*match.span(2), "Cue", RULE_SCORE)
        if not _overlaps_any(cue, spans):
            added += [cue] if _overlaps_any(source, spans) else [source, cue]
    return sorted([*spans, *added])


def _add_untagged_quotations(
    text: str, bounds: Span, spans: list[CharSpan], quoted: Sequence[Quotation]
) -> list[CharSpan]:
    """Add quotations that the tagger missed although a verb of saying is beside them."""
    added: list[CharSpan] = []
    for quotation in quoted:
        if not quotation.is_closed or not is_speech(quotation.inner(text)):
            continue
        if any(quotation.overlaps(s.start, s.end) for s in spans if s.label == "Content"):
            continue
        cue = _cue_beside(text, bounds, quotation, [*spans, *added], quoted)
        if cue is not None:
            added.append(CharSpan(quotation.start, quotation.end, "Content", RULE_SCORE))
            if cue not in spans and cue not in added:
                added.append(cue)
    if not added:
        return spans
    kept = [span for span in spans if span.label == "Content" or not _overlaps_any(span, added)]
    return sorted({*kept, *added})


def _cue_beside(
    text: str,
    bounds: Span,
    quotation: Quotation,
    spans: Sequence[CharSpan],
    quoted: Sequence[Quotation],
) -> CharSpan | None:
    """Return the cue next to a quotation: a tagged one, else the nearest verb of saying."""
    low, high = max(bounds[0], quotation.start - NEAR), min(bounds[1], quotation.end + NEAR)
    for span in spans:
        if span.label == "Cue" and span.end > low and span.start < high:
            return span
    found = speech_verbs(text, (low, high), quoted)
    return min(found, key=lambda cue: _gap(cue, quotation), default=None)


def speech_verbs(text: str, bounds: Span, quoted: Sequence[Quotation]) -> list[CharSpan]:
    """Return the verbs of saying in a stretch of text, outside its quotations, as cues."""
    return [
        CharSpan(*match.span(), "Cue", RULE_SCORE)
        for match in speech_verb_pattern().finditer(text, *bounds)
        if not any(other.overlaps(*match.span()) for other in quoted)
    ]


def _gap(cue: CharSpan, quotation: Quotation) -> int:
    return max(cue.start - quotation.end, quotation.start - cue.end)
