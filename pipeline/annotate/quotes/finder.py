"""The attributions of one text, paragraph by paragraph, and what runs on from one to the next.

The tagger's spans are mended and joined within their paragraph. A quotation that opens in several
paragraphs and closes in the last is one; so are "Ann Lee said:" and the quoted paragraph after it;
a paragraph of bare quotations goes on with the speaker before. Who that is, is ``speakers``'
business.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.quotes.linking import Attribution, link
from pipeline.annotate.quotes.quotation_marks import Marks, Quotation, is_speech, is_title, words_in
from pipeline.annotate.quotes.source_grammar import find_source, find_subject, share_sources
from pipeline.annotate.quotes.span_repair import RULE_SCORE, mend, speech_verbs
from pipeline.annotate.quotes.verbless import (
    FORM_SCORE,
    Turn,
    find_turns,
    formed,
    leads_to_block,
    signature_of,
)
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.models import QuoteKind, Span

FEWEST_WORDS = 3
"""Words of a content without marks that lacks cue or source. Shorter ones with both ("his plan")
are right as often as long ones: keeping them adds 1.8 points of F1 on PolNeAR's training part."""
CUELESS_SCORE = 0.6
"""How sure the tagger must be of a content that no cue belongs to; of such on PolNeAR’s training
part two in three are attributions whose cue it missed."""
LOOSE_SCORE = 0.8
LOOSE_WORDS = 5
"""How sure the tagger must be of quoted words without any cue, and how many there must be."""
_AUTHORING = frozenset("write writes wrote written writing report reported reports".split())
_DEED = re.compile(
    r"\b(?:mock(?:s|ed)|thank(?:s|ed)|introduc(?:es?|ed)|greet(?:s|ed)|invit(?:es?|ed)|su(?:es|ed)|"
    r"declin(?:es?|ed)|den(?:y|ies|ied)|reject(?:s|ed)?|known as)$"
)
_OBJECT = re.compile(
    r"it|that|this|them|him|her|(?:an?|the) interviews?|"
    r"(?:(?:the|(?:his|her|their|its) \w+,?)\s)?[A-Z][\w’'.-]*(?:\s[A-Z][\w’'.-]*){0,3}"
)
"""A pronoun, a name, or kin with a name: nothing is said in "denied it". PolNeAR's attitudes
("endorsed Holm") are attributions by its guidelines and stay."""
_ALNUM = re.compile(r"\w")
_SENTENCE_LIKE = ".!?,…—-:;"


class QuoteFinder:
    """Finds the attributions of one text; one use."""

    def __init__(self, layout: Layout, marks: Marks, mentions: Sequence[CharSpan]) -> None:
        """Take the clean mentions of names, among which sources are looked for."""
        self._layout = layout
        self._marks = marks
        self._mentions = mentions
        self._found: list[Attribution] = []
        self._open: Attribution | None = None
        """The quotation that the paragraph before left open."""
        self._lead: Attribution | None = None
        """What the paragraph before ends with, if that is a colon: "Ann Lee said:"."""
        self._block: Attribution | None = None
        """What the paragraph before says of the speaker of an unmarked one: "Ann Lee wrote:"."""
        self._turns = find_turns(layout, mentions)
        self._last: Attribution | None = None
        """The last quotation of the paragraph before."""

    def find(self, spans: Sequence[CharSpan]) -> list[Attribution]:
        """Return the attributions in reading order; spans are labelled Source Cue Content."""
        by_paragraph: dict[int, list[CharSpan]] = defaultdict(list)
        for span in spans:
            by_paragraph[self._layout.paragraph_at(span.start)].append(span)
        for number in range(len(self._layout.paragraphs)):
            self._paragraph(number, by_paragraph.get(number, []))
        return [item for item in self._found if item.content and self._is_worth_keeping(item)]

    def _paragraph(self, number: int, spans: list[CharSpan]) -> None:
        if number in self._turns:
            self._take_turn(self._turns[number])
            return
        quoted = self._marks.of(number)
        bounds = self._layout.paragraphs[number]
        if self._block is not None:
            self._block.content.append(CharSpan(*bounds, "Content", RULE_SCORE))
            self._block, self._lead, self._last, self._open = None, None, self._block, None
            return
        if not quoted and self._take_signature(bounds):
            return
        linked = formed(self._layout, bounds, quoted, self._mentions)
        if linked:
            self._open = None
        elif spans or quoted:
            mended = mend(self._layout.text, bounds, spans, quoted)
            linked = sorted(link(self._layout, mended), key=lambda item: item.start)
            if quoted and self._is_bare(number, quoted):
                linked = self._bare(linked, quoted)
            self._complete(linked, quoted)
            self._continue(number, linked, quoted)
        self._found.extend(linked)
        self._lead = self._leads_on(number, linked, quoted)
        self._last = next((item for item in reversed(linked) if _touches(item, quoted)), None)

    def _take_signature(self, bounds: Span) -> bool:
        """Let "— Ida Holm" sign the paragraph of bare quotations before it."""
        signature = signature_of(self._layout, bounds)
        if signature is None or self._last is None or self._last.cue:
            return False
        self._last.cue, self._last.source = [signature[0]], [signature[1]]
        self._last.inherits = False
        self._last = None
        return True

    def _take_turn(self, turn: Turn) -> None:
        """Make "HOLM: We go." one attribution with the paragraphs up to the next turn."""
        if turn.is_first or self._last is None:
            self._last = Attribution(
                cue=[CharSpan(*turn.colon, "Cue", FORM_SCORE)],
                source=[CharSpan(*turn.label, "Source", FORM_SCORE)],
                is_verbatim=turn.is_transcript,
            )
            self._found.append(self._last)
        self._last.content.append(CharSpan(*turn.content, "Content", FORM_SCORE))
        self._open = self._lead = None

    def _complete(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        for item in linked:
            item.content.sort()
            if not item.source and item.cue and _touches(item, quoted):
                item.source.extend(find_source(self._layout, item.cue[0], quoted, self._mentions))
        share_sources(self._layout, linked)
        for item in linked:
            if not item.source and item.cue and item.content:
                item.source.extend(find_subject(self._layout, item, quoted, self._mentions))

    def _is_bare(self, number: int, quoted: list[Quotation]) -> bool:
        """Tell whether a paragraph is nothing but quotations."""
        start, end = self._layout.paragraphs[number]
        edges = [start, *(place for q in quoted for place in (q.start, q.end)), end]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return not any(_ALNUM.search(self._layout.text, a, b) for a, b in gaps)

    def _bare(self, linked: list[Attribution], quoted: list[Quotation]) -> list[Attribution]:
        """Make one attribution of a bare paragraph, or none if it is a subheading or a title."""
        text = self._layout.text
        spoken = [
            CharSpan(q.start, q.end, "Content", RULE_SCORE)
            for q in quoted
            if is_speech(q.inner(text))
            and (q.inner(text)[-1:] in _SENTENCE_LIKE or not q.is_closed)
        ]
        if not spoken:
            return []
        seen = [span for item in linked for span in item.content]
        if self._lead is not None:
            self._lead.content.extend(seen or spoken)
            return []
        source = list(self._last.source) if self._last else []
        return [Attribution(source=source, content=seen or spoken, inherits=True)]

    def _continue(self, number: int, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Join a quotation that began in the paragraph before; remember the one left open.

        The convention: each paragraph opens with a mark, only the last one closes.
        """
        item = self._open
        if item is not None and quoted and self._marks.opens(number):
            first = next((other for other in linked if _holds(other, quoted[0])), None)
            if first is None or first.cue:
                item = first
            else:
                item.content.extend(first.content)
                linked.remove(first)
        elif quoted:
            item = None
        self._open = None
        if quoted and not quoted[-1].is_closed and self._marks.opens(number + 1):
            self._open = next((o for o in linked if _holds(o, quoted[-1])), item)

    def _leads_on(
        self, number: int, linked: list[Attribution], quoted: list[Quotation]
    ) -> Attribution | None:
        """Return what a paragraph that ends in a colon says of the speaker to come."""
        start, end = self._layout.paragraphs[number]
        text = self._layout.text[start:end].rstrip()
        is_block = text.endswith(":") and leads_to_block(self._layout, self._marks, number)
        if not text.endswith(":") or not (is_block or self._marks.opens(number + 1)):
            return None
        lead = self._leading(linked, end, quoted)
        if is_block and lead is not None and not lead.content:
            self._block, lead.is_verbatim = lead, True
        return lead

    def _leading(
        self, linked: list[Attribution], end: int, quoted: list[Quotation]
    ) -> Attribution | None:
        cued = [item for item in linked if item.cue]
        if cued:
            return max(cued, key=lambda item: item.cue[0].start)
        verbs = speech_verbs(self._layout.text, self._layout.sentence_at(end - 1), quoted)
        if not verbs:
            return None
        lead = Attribution(cue=verbs[-1:])
        lead.source.extend(find_source(self._layout, verbs[-1], quoted, self._mentions))
        self._found.append(lead)
        return lead

    def _is_worth_keeping(self, item: Attribution) -> bool:
        text = self._layout.text
        words = sum(words_in(text[span.start : span.end]) for span in item.content)
        if item.cue and item.source:
            return words > 0 and not self._is_deed(item)
        if not item.cue and self._is_heading(item):
            return False
        if words >= FEWEST_WORDS:
            return bool(item.cue or item.source or item.inherits) or self._is_loose(item)
        marked = any(text[span.start] in "“\"«‘'" for span in item.content)
        return marked and bool(item.cue) and words > 0

    def _is_deed(self, item: Attribution) -> bool:
        """Tell what is done to somebody from what is said: "mocked Holm", "thanked his wife"."""
        if len(item.content) != 1:
            return False
        text, content = self._layout.text, item.content[0]
        cue = text[item.cue[-1].start : item.cue[-1].end]
        said = text[content.start : content.end].rstrip(" ,.")
        return _DEED.search(cue) is not None and _OBJECT.fullmatch(said) is not None

    def _is_heading(self, item: Attribution) -> bool:
        """Tell a line that ends like no sentence: 6. "The harbour problem"."""
        start, end = self._layout.bounds_at(item.content[0].start)
        line = self._layout.text[start:end].rstrip().rstrip("”\"’'»)]")
        return not line.endswith(tuple(_SENTENCE_LIKE))

    def _is_loose(self, item: Attribution) -> bool:
        """Tell speech without any cue: "He held on. “At first I shouted. Then I sang.”"."""
        text = self._layout.text
        if all(span.score >= CUELESS_SCORE for span in item.content):
            return True
        return any(
            span.score >= LOOSE_SCORE
            and text[span.start] in '“"«'
            and text[span.start : span.end].rstrip('”"»')[-1:] in ".!?,"
            and words_in(text[span.start : span.end]) > LOOSE_WORDS
            for span in item.content
        )

    def kind_of(self, item: Attribution) -> QuoteKind:
        """Tell direct (all between marks, edge punctuation apart), mixed (in part), indirect."""
        text = self._layout.text
        if item.is_verbatim:
            return "direct"
        inside = outside = 0
        for span in item.content:
            quoted = self._marks.of(self._layout.paragraph_at(span.start))
            quoted = [
                q
                for q in quoted
                if q.overlaps(*span[:2]) and (self._is_called(item) or not is_title(q.inner(text)))
            ]
            edges = [span.start, *(place for q in quoted for place in (q.start, q.end)), span.end]
            for place, (a, b) in enumerate(pairwise(edges)):
                letters = len(_ALNUM.findall(text[max(a, span.start) : min(b, span.end)]))
                inside += letters * (place % 2)
                outside += letters * (1 - place % 2)
        if not inside:
            return "indirect"
        return "mixed" if outside else "direct"

    def _is_called(self, item: Attribution) -> bool:
        """Tell "they chanted “Red for Ed,”" from "she wrote “The Long Night”" by the verb."""
        text = self._layout.text
        words = [word for span in item.cue for word in text[span.start : span.end].split()]
        return any(is_speech_verb(word) and word not in _AUTHORING for word in words)


def _touches(item: Attribution, quoted: list[Quotation]) -> bool:
    return any(q.overlaps(span.start, span.end) for q in quoted for span in item.content)


def _holds(item: Attribution, quotation: Quotation) -> bool:
    return any(quotation.overlaps(span.start, span.end) for span in item.content)
