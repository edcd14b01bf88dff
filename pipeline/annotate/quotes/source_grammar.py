"""Find the source of a cue that the tagger left without one, by the grammar of news English.

The subject stands right before its verb ("Ida Holm also said"), right after it where quoted
words came first ("said the statement"), or it is the subject of the verb before ("…, Holm said,
adding that …"; right in four of five cases on PolNeAR's training part). A participle ("…, arguing
that") and a second verb ("… and told") share the subject of the clause before, "After praising X"
that of the clause to come. A source beside the cue is looked for only with plain verbs of saying:
of the sources that looser rules found, four in five were wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import Quotation
from pipeline.annotate.quotes.span_repair import RULE_SCORE
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.models import Span

SOURCE_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_ADVERBS = r"(?:(?:has|had|have|also|later|then|again|now|once|\w+ly)\s+){0,3}"
# In the examples of patterns, "|" shows where the match begins and ends.
# Between a subject and its verb: "Holm | , the mayor, also | said", "Holm | (R-Nev.) | said".
_BETWEEN = re.compile(rf"(?:,[^,“”\"]{{2,90}},|\s\([^()]{{1,40}}\))?\s+{_ADVERBS}$")
# Right in front of the verb: "she later | said".
_PRONOUN = re.compile(rf"\b(he|she|they|we)\s+{_ADVERBS}$", re.IGNORECASE)
# In front of an inverted verb: "“We go,” | said Holm".
_INVERTED = re.compile(r"[,”\"’»?!]\s*$")
# Between an inverted verb and its subject: "said | the Mayor of Tarn, for | Ida Holm".
_TITLES = re.compile(r"\s+(?:(?:the|[A-Z][\w’'.-]*|of|for|and)\s+){0,6}$")
_AFTER_PRONOUN = re.compile(r"\s+(he|she|they)\b")
# A phrase behind an inverted verb: "said | the harbour master | in Tarn".
_AFTER_PHRASE = re.compile(
    r"\s+((?:the|an?|his|her|their|its|one)\s+(?:[\w’'-]+\s){0,2}?[\w’'-]+)"
    r"(?=[.,;]|\s+(?:in|on|at|after|during|when)\b|\s*$)"
)
_WORD = re.compile(r"[A-Za-z]+")
WINDOW = 130
"""Characters on either side of the cue in which its source is looked for."""
# In front of a name, as a part of its phrase: "the former Mayor | Holm".
_NAME_LEAD = r"(?:(?:the|former|then|[A-Z][\w.’'-]*)\s+){0,6}"
# In front of a subject that opens its clause: "…, but Mayor | Holm".
_CLAUSE_START = re.compile(
    rf"(?:[,:;—–]|\s-|\b(?:that|while|as|when|but|and|though|because))\s*{_NAME_LEAD}$"
)
# In front of the subject behind an introductory clause: "After praising X, | Holm".
_AFTER_CLAUSE = re.compile(rf"[,”\"’)—–]\s*{_NAME_LEAD}$")
_ONLY_LEAD = re.compile(rf"{_NAME_LEAD}$")
# Behind a subject: "Holm | met", "Holm | on Monday met", "Holm |, the mayor, met", "he|’d met".
_VERB_FOLLOWS = re.compile(
    r"\s+(?!(?:of|and|or|in|to|for|at|from|with|by|as|than)\b)"
    r"(?:on\s+[A-Z]\w+\s+|last\s+\w+\s+)?[a-z’']+|\s?[,(—–]|\s-\s|[’']d\b"
)
_SUBJECT_PRONOUN = re.compile(r"\b(?:he|she|they|it|who|we|I)\b", re.IGNORECASE)
# A noun phrase with a verb behind it: "the harbour master | has", "some fishermen | asked".
_SUBJECT_PHRASE = re.compile(
    r"\b(?:the|an?|his|her|their|its|some|many|most|several)\s+(?:[\w’'-]+\s){0,2}?[\w’'-]+"
    r"(?=\s+(?:has|have|had|is|are|was|were|will|would|could|did|does|do|\w+ed|\w+s)\b)",
    re.IGNORECASE,
)
# In front of a second verb: "Holm met them | and later | told".
_SECOND_VERB = re.compile(r"\b(?:and|but)\s+(?:\w+ly\s+|then\s+|also\s+|later\s+)?$")
# In front of a participle: "Holm left, | sharply | criticising", "by | calling".
_PARTICIPLE = re.compile(
    r"(?:[,—–][”\"’»']*|\s-|\b(?:and|but|while|by|in|after|before))\s+(?:\w+ly\s+)?$"
)
EARLY = 3
"""Words up to which a participle opens its sentence: "One month after announcing …"."""
_ACCORDING = re.compile(r"according to|as reported by", re.IGNORECASE)
# Behind "according to": up to 12 words, without punctuation.
_NOUN_PHRASE = re.compile(r"\s+([^\s,;:“”\"()]+(?:\s+[^\s,;:“”\"()]+){0,11})")


def find_source(
    layout: Layout, cue: CharSpan, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[CharSpan]:
    """Return the subject beside a cue as a list of one source, or an empty list."""
    text = layout.text
    words = _WORD.findall(text[cue.start : cue.end])
    is_passive = words[:1] and words[0].lower() in {"asked", "was", "were"}
    if is_passive or not any(map(is_speech_verb, words)) or words[0].endswith("ing"):
        return []
    start, end = layout.sentence_at(cue.start)
    low = max([start, cue.start - WINDOW, *(q.end for q in quoted if q.end <= cue.start)])
    high = min([end, cue.end + WINDOW, *(q.start for q in quoted if q.start >= cue.end)])
    near = list(_possible_sources(mentions, low, high))
    found = _source_before(text, cue, near, low)
    if found is None and _INVERTED.search(text, max(0, cue.start - 3), cue.start):
        found = _source_after(text, cue, near, high)
    return _as_source(found)


def find_subject(
    layout: Layout, item: Attribution, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[CharSpan]:
    """Return the subject that a cue shares with another verb of its sentence: one source or none.

    Where it answers, three in four of PolNeAR's sources (training part) are right.
    """
    text, cue = layout.text, item.cue[0]
    start, end = layout.sentence_at(cue.start)
    if _ACCORDING.fullmatch(text, cue.start, cue.end):
        match = _NOUN_PHRASE.match(text, cue.end, start + len(text[start:end].rstrip(" .!?\n")))
        return _as_source(match.span(1) if match else None)
    words = text[cue.start : cue.end].split(maxsplit=1)
    is_participle = bool(words) and words[0].endswith("ing")
    if is_participle and len(text[start : cue.start].split()) <= EARLY:
        low = max([cue.end, *(content.end for content in item.content if content.start < end)])
        after = (s for s in _subjects(text, low, end, mentions, quoted))
        return _as_source(next((s for s in after if _follows_clause(text, low, s)), None))
    link = _PARTICIPLE if is_participle else _SECOND_VERB
    if not link.search(text, start, cue.start):
        return []
    found = _subjects(text, start, cue.start, mentions, quoted)
    before = [subject for subject in found if _opens_clause(text, start, subject)]
    return _as_source(before[-1] if before else None)


def _as_source(found: Span | None) -> list[CharSpan]:
    return [CharSpan(*found, "Source", RULE_SCORE)] if found else []


def _possible_sources(mentions: Sequence[CharSpan], low: int, high: int) -> Iterator[CharSpan]:
    """Yield the mentions in [low, high) that can be a source, in order."""
    for place in range(bisect_left(mentions, low, key=attrgetter("start")), len(mentions)):
        mention = mentions[place]
        if mention.start >= high:
            return
        if mention.label in SOURCE_LABELS and mention.end <= high:
            yield mention


def _subjects(
    text: str, low: int, high: int, mentions: Sequence[CharSpan], quoted: Sequence[Quotation]
) -> Iterator[Span]:
    """Yield what can be a subject, outside quotations, in order: names, pronouns, phrases."""
    names = [(m.start, m.end) for m in _possible_sources(mentions, low, high)]
    others = [
        match.span()
        for pattern in (_SUBJECT_PRONOUN, _SUBJECT_PHRASE)
        for match in pattern.finditer(text, low, high)
        if not any(a < match.end() and match.start() < b for a, b in names)
    ]
    for start, end in sorted(names + others):
        if _VERB_FOLLOWS.match(text, end) and not any(q.overlaps(start, end) for q in quoted):
            yield start, end


def _opens_clause(text: str, low: int, subject: Span) -> bool:
    lead = text[low : subject[0]]
    return _CLAUSE_START.search(lead) is not None or _ONLY_LEAD.fullmatch(lead) is not None


def _follows_clause(text: str, low: int, subject: Span) -> bool:
    return _AFTER_CLAUSE.search(text[max(0, low - 1) : subject[0]]) is not None


def share_sources(layout: Layout, linked: Sequence[Attribution]) -> None:
    """Let "adding" and "and said" share the source of the attribution before in their sentence."""
    for place, later in enumerate(linked):
        if later.source or not later.cue:
            continue
        cue = later.cue[0]
        sentence = layout.sentence_at(cue.start)
        for earlier in reversed(linked[:place]):
            if not earlier.source or not earlier.cue or earlier.cue[0].end > cue.start:
                continue
            if layout.sentence_at(earlier.cue[0].start) == sentence:
                later.source.extend(earlier.source)
                break


def _source_before(text: str, cue: CharSpan, near: list[CharSpan], low: int) -> Span | None:
    """Return the name or pronoun right before a cue: "Holm, the mayor, also | said"."""
    for mention in reversed(near):
        if mention.end <= cue.start and _BETWEEN.fullmatch(text, mention.end, cue.start):
            return mention.start, mention.end
    match = _PRONOUN.search(text, low, cue.start)
    return match.span(1) if match else None


def _source_after(text: str, cue: CharSpan, near: list[CharSpan], high: int) -> Span | None:
    """Return the name, pronoun or noun phrase right after a cue: "said | the mayor of Tarn"."""
    for mention in near:
        if mention.start >= cue.end and _TITLES.fullmatch(text, cue.end, mention.start):
            return mention.start, mention.end
    match = _AFTER_PRONOUN.match(text, cue.end, high) or _AFTER_PHRASE.match(text, cue.end, high)
    return match.span(1) if match else None
