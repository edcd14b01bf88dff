"""Find the attributions of one text, paragraph by paragraph.

Within a paragraph the tagger's spans are repaired (``span_repair``) and linked (``linking``), and
missing sources are added (``source_grammar``). Between paragraphs three things run on: a quotation
that opens in several paragraphs and closes in the last one is one attribution; "Ann Lee said:"
introduces the quoted paragraph after it; and a paragraph of quotations alone continues with the
speaker of the one before. The ``speakers`` package then names the speakers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.quotes.linking import Attribution, link
from pipeline.annotate.quotes.quotation_marks import (
    Quotation,
    Quotations,
    is_speech,
    is_title,
    words_in,
)
from pipeline.annotate.quotes.relayed import take_out_of_report
from pipeline.annotate.quotes.source_grammar import find_source, find_subject, share_sources
from pipeline.annotate.quotes.span_repair import RULE_SCORE, repair_spans, speech_verbs
from pipeline.annotate.quotes.statements import has_verb, is_clause
from pipeline.annotate.quotes.verbless import (
    FORM_SCORE,
    Turn,
    find_from,
    find_signature,
    find_turns,
    find_verbless,
    introduces_block_quote,
)
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.models import LostMark, QuoteKind, Span

FEWEST_WORDS = 3
"""Words that a content without marks must have where its cue or its source is missing.

With both, shorter contents ("his plan") are right as often as long ones: keeping them adds 1.8
points of F1 on PolNeAR's training part."""
CUELESS_SCORE = 0.6
"""Tagger score from which a content without a cue is kept.

On PolNeAR's training part two in three of these are attributions whose cue the tagger missed."""
CUELESS_QUOTED_SCORE = 0.8
"""Tagger score from which a quoted sentence without a cue is kept, if it is long enough."""
CUELESS_QUOTED_WORDS = 5
"""A quoted sentence without a cue must have more words than this."""
_AUTHORING = frozenset("write writes wrote written writing report reported reports".split())
_ACTION = re.compile(
    r"\b(?:mock(?:s|ed)|thank(?:s|ed)|introduc(?:es?|ed)|greet(?:s|ed)|invit(?:es?|ed)|su(?:es|ed)|"
    r"declin(?:es?|ed)|den(?:y|ies|ied)|reject(?:s|ed)?|known as)$"
)
_ACTED_ON = re.compile(
    r"it|that|this|them|him|her|(?:an?|the) interviews?|"
    r"(?:(?:the|(?:his|her|their|its) \w+,?)\s)?[A-Z][\w’'.-]*(?:\s[A-Z][\w’'.-]*){0,3}"
)
"""A pronoun, a name, or a relative with a name: nothing is said in "denied it".

PolNeAR's attitudes ("endorsed Holm") are attributions by its guidelines and stay."""
_ADDRESSES = re.compile(
    r"\s*((?:[A-Z][\w.’'-]*\s+){0,3}[A-Z][\w’'-]*|[Hh]e|[Ss]he)\s+"
    r"(?:(?:began|started)\s+(?:talking|speaking|to\s+speak|to\s+talk)|spoke|turned|talked|called\s+out)\s+"
    r"(?:to|with)\b"
)
"""A sentence in front of a quotation that tells who speaks to whom."""
_SAID = frozenset("say says said saying according".split())
_INTRODUCED = re.compile(
    r"\b(?:saying|shouting|chanting|yelling|screaming|reading|telling\s+\w+|adding|asking)[,:]?\s*$"
)
# Words of the paper in front of a quotation: "a photo of the pier |saying: |“We open”".
_ATTACKS = re.compile(
    r"\b(?:slam|blast|denounc|condemn|criticis|criticiz|attack|lambast|decr|deplor)\w*\b"
)
"""Verbs whose quoted words describe a thing that the paper names: slammed the “costly” pier."""
# In front of the marks in such a phrase: "|the |“costly” pier".
_DETERMINER = re.compile(r"(?:the|an?|his|her|its|their|what\s+\w+\s+called)\s+", re.IGNORECASE)
# Words in front of a cue that another verb governs: "the news |that it closed|, Holm denied that".
_SUBORDINATE = re.compile(r"(?:that|whether)\s")
# Reported words behind a cue that hold the whole statement: "with pride |that they sail".
_THAT_BEHIND = re.compile(r"(?:with\s+(?:[\w’'-]+\s+){1,6})?(?=that\b)")
# What quoted words are about, behind their tag: "“It is safe,” Holm said | of the pier".
_TOPIC = re.compile(
    r"(?:of|about|on|regarding|concerning|when|after|in\s+response)\s", re.IGNORECASE
)
# The paper's words behind a quoted sentence: "“It is late,”| and had| her wait", "| signalling|".
_COMMENT = re.compile(r"\s+(?:(?:and|but)\s+\w+|[a-z]+ing\b)")
# In front of a source in a clause that introduces what follows: "it is dear—|as |Holm said, “…”".
_AS_LEAD = re.compile(r"(?:^|[\W])[Aa]s\s+$")
_OBJECTS = (["it"], ["him"], ["her"], ["them"])
LONGEST_OBJECT = 3
"""Words of an object of the verb in front of a quotation: "thanked |his fans in Tarn|: “…”"."""
LONGEST_TAG = 40
"""Characters between a quotation and the cue of its tag: “…,” the mayor of Tarn | joked."""
_ALNUM = re.compile(r"\w")
_SENTENCE_PUNCTUATION = ".!?,…—-:;"


class QuoteFinder:
    """Finds the attributions of one text. Make a new finder for each text."""

    def __init__(
        self, layout: Layout, quotations: Quotations, mentions: Sequence[CharSpan]
    ) -> None:
        """Take a text with its quotations and its mentions of names, which may be sources."""
        self._layout = layout
        self._quotations = quotations
        self._mentions = mentions
        self._found: list[Attribution] = []
        self._turns = find_turns(layout, mentions)
        # What the paragraph before the current one leaves to it:
        self._open: Attribution | None = None
        """The attribution whose quotation is still open."""
        self._lead: Attribution | None = None
        """The attribution at its end that a colon closes: "Ann Lee said:"."""
        self._block_lead: Attribution | None = None
        """The same in front of a block quote without marks: "Ann Lee wrote:"."""
        self._last: Attribution | None = None
        """The attribution of its last quotation."""

    def find(self, spans: Sequence[CharSpan]) -> list[Attribution]:
        """Return the attributions of the text in reading order.

        Args:
            spans: what the tagger found, each labelled Source, Cue or Content.
        """
        by_paragraph: dict[int, list[CharSpan]] = defaultdict(list)
        for span in spans:
            by_paragraph[self._layout.paragraph_at(span.start)].append(span)
        for number in range(len(self._layout.paragraphs)):
            self._read_paragraph(number, by_paragraph.get(number, []))
        return [item for item in self._found if item.content and self._is_worth_keeping(item)]

    def _read_paragraph(self, number: int, spans: list[CharSpan]) -> None:
        """Add the attributions of a paragraph and note what it leaves to the next one."""
        if number in self._turns:
            self._add_turn(self._turns[number])
            return
        quoted = self._quotations.in_paragraph(number)
        bounds = self._layout.paragraphs[number]
        if self._block_lead is not None:
            self._block_lead.content.append(CharSpan(*bounds, "Content", RULE_SCORE))
            self._last, self._block_lead = self._block_lead, None
            self._lead = self._open = None
            return
        if not quoted and self._add_signature(bounds):
            return
        linked = find_verbless(self._layout, bounds, quoted, self._mentions)
        if linked:
            self._open = None
        elif spans or quoted:
            repaired = repair_spans(self._layout.text, bounds, spans, quoted)
            linked = sorted(link(self._layout, repaired), key=lambda item: item.start)
            if quoted and self._is_only_quotations(number, quoted):
                linked = self._link_bare_paragraph(linked, quoted)
            self._drop_later_deeds(linked, quoted)
            self._add_sources(linked, quoted)
            for item in linked:
                take_out_of_report(self._layout.text, item, quoted)
            linked = self._without_earlier_quotes(linked, quoted)
            self._drop_objects(linked, quoted)
            self._drop_adjuncts(linked, quoted)
            self._cut_narration(linked, quoted)
            self._join_open_quotation(number, linked, quoted)
        self._found.extend(linked)
        self._lead = self._find_lead(number, linked, quoted)
        self._last = next((item for item in reversed(linked) if _touches(item, quoted)), None)

    def _add_signature(self, bounds: Span) -> bool:
        """Make "— Ida Holm" the source of the quotations before it; return whether it was one."""
        signature = find_signature(self._layout, bounds)
        if signature is None or self._last is None or self._last.cue:
            return False
        self._last.cue, self._last.source = [signature[0]], [signature[1]]
        self._last.inherits = False
        self._last = None
        return True

    def _add_turn(self, turn: Turn) -> None:
        """Add a paragraph of a transcript; paragraphs up to the next label are one attribution."""
        if turn.is_first or self._last is None:
            self._last = Attribution(
                cue=[CharSpan(*turn.colon, "Cue", FORM_SCORE)],
                source=[CharSpan(*turn.label, "Source", FORM_SCORE)],
                is_verbatim=turn.is_transcript,
            )
            self._found.append(self._last)
        self._last.content.append(CharSpan(*turn.content, "Content", FORM_SCORE))
        self._open = self._lead = None

    def _add_sources(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Add sources that the tagger left out, by the grammar of the sentence."""
        for item in linked:
            item.content.sort()
            if not item.source and item.cue and _touches(item, quoted):
                item.source.extend(find_source(self._layout, item.cue[0], quoted, self._mentions))
        share_sources(self._layout, linked)
        for item in linked:
            if not item.source and item.cue and item.content:
                item.source.extend(find_subject(self._layout, item, quoted, self._mentions))

    def _drop_later_deeds(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Take cue and source from a quotation that ends its sentence, if they are a deed's.

        "“The boats will be back.” Bob nodded": who nods in the next sentence hardly spoke.
        """
        text = self._layout.text
        for item in linked:
            if not item.cue or not item.content or not _touches(item, quoted):
                continue
            cue, last = item.cue[0], item.content[-1]
            words = text[cue.start : cue.end].split()
            if last.end > cue.start or any(map(is_speech_verb, words)) or not item.source:
                continue
            ends = text[last.start : last.end].rstrip("”\"’' »")[-1:] in ".!?"
            follows = item.source[0].start >= last.end and item.source[0].end <= cue.start
            if ends and follows and len(words) == 1:
                item.cue, item.source = [], self._addressing_subject(last.start)

    def _addressing_subject(self, position: int) -> list[CharSpan]:
        """Return Holm, if the sentence before is "Holm began talking to Dane.": one or none."""
        start = self._layout.bounds_at(position)[0]
        match = None
        for sentence in self._layout.sentences(self._layout.paragraph_at(position)):
            if start <= sentence[0] < position:
                match = _ADDRESSES.match(self._layout.text, sentence[0], position)
        return [CharSpan(*match.span(1), "Source", RULE_SCORE)] if match else []

    def _cut_narration(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Cut the paper's own words off contents that have quotation marks.

        Whole sentences without marks beside one with them are the paper's, and so is what a comma
        parts from quoted words behind which a verb other than "said" follows: "Field has let her
        hair go, “in solidarity,” she joked".
        """
        text = self._layout.text
        for item in linked:
            for place, content in enumerate(item.content):
                inside = [q for q in quoted if q.overlaps(content.start, content.end)]
                if not inside:
                    continue
                first, last = inside[0], inside[-1]
                start, end = content.start, content.end
                if first.start > start:
                    start = max(start, min(first.start, self._layout.sentence_at(first.start)[0]))
                    if self._is_adjunct(item, first, last) or self._is_introduced(start, first):
                        start = first.start
                    elif len(inside) == 1 and self._is_described(item, start, first):
                        start, end = first.start, first.end
                if first.start == start and len(inside) == 1 and self._is_commented(first, end):
                    end = last.end
                if last.end < end and text[last.end - 2 : last.end - 1] in set(".!?"):
                    rest = text[last.end : end]
                    end = last.end if rest.strip(' .”"')[:1].isupper() else end
                item.content[place] = content._replace(start=start, end=end)

    def _is_adjunct(self, item: Attribution, first: Quotation, last: Quotation) -> bool:
        """Tell whether a comma parts the quotation from the words before, and a tag follows it."""
        text = self._layout.text
        cue = item.cue[0] if item.cue else None
        if cue is None or cue.start < last.end or cue.start - last.end > LONGEST_TAG:
            return False
        plain = any(word in _SAID for word in text[cue.start : cue.end].lower().split())
        return text[: first.start][-2:].strip() in {",", "—", "–"} and not plain

    def _is_introduced(self, start: int, first: Quotation) -> bool:
        """Tell whether the words from ``start`` to a quotation introduce it and are the paper's.

        For example "a photo of the pier, saying: “We open.”" and "of the clean-up: “That is us.”".
        """
        text = self._layout.text
        lead = text[start : first.start]
        if not first.inner(text)[:1].isupper():
            return False
        if _INTRODUCED.search(lead):
            return True
        return lead.rstrip()[-1:] in {":", ","} and not is_clause(lead, is_plain=False)

    def _is_commented(self, only: Quotation, end: int) -> bool:
        """Tell whether the paper goes on behind a quoted sentence that opens a content.

        "“It was late,” and had her friend wait", "“It is safe,” signalling a change of mind".
        """
        text = self._layout.text
        is_sentence = only.inner(text)[:1].isupper() and _ends_in_comma(text, only)
        return is_sentence and _COMMENT.match(text, only.end, end) is not None

    def _is_described(self, item: Attribution, start: int, only: Quotation) -> bool:
        """Tell whether quoted words describe what the paper names: slammed the “costly” pier."""
        text = self._layout.text
        cue = text[item.cue[0].start : item.cue[0].end] if item.cue else ""
        is_phrase = _DETERMINER.fullmatch(text[start : only.start]) is not None
        return is_phrase and _ATTACKS.search(cue) is not None

    def _without_earlier_quotes(
        self, linked: list[Attribution], quoted: list[Quotation]
    ) -> list[Attribution]:
        """Part quotations from a statement in the sentence behind them.

        In "“A.” At noon Holm said that B" the first words may be somebody else's: only the sentence
        with the verb is Holm's.
        """
        text = self._layout.text
        result: list[Attribution] = []
        for item in linked:
            result.append(item)
            if not item.cue or not item.source:
                continue
            cue, source = item.cue[0], item.source[0]
            begin = self._layout.sentence_at(min(cue.start, source.start))[0]
            earlier = [
                each
                for each in item.content
                if each.end <= begin
                and any(q.start <= each.start and q.end >= each.end - 1 for q in quoted)
                and text[each.start : each.end].rstrip("”\"’' »")[-1:] in ".!?"
            ]
            if earlier and any(each.start >= cue.end for each in item.content):
                item.content = [each for each in item.content if each not in earlier]
                result.insert(-1, Attribution(content=earlier))
        return result

    def _drop_objects(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Drop the object of the verb in front of a quotation, which is no part of what was said.

        "She thanked |fans| on Instagram: “It is late.”", "|what| Holm calls “slow boats”, which are
        found in the north".
        """
        text = self._layout.text
        starts = {quotation.start: quotation.end for quotation in quoted}
        for item in linked:
            if len(item.content) < 2 or item.content[1].start not in starts:
                continue
            first, second = item.content[:2]
            words = text[first.start : first.end].lower().split()
            gap = text[first.end : second.start].rstrip()
            if words == ["what"]:
                second = second._replace(end=starts[second.start])
                item.content = [second, *item.content[2:]]
            elif len(words) <= LONGEST_OBJECT and (
                gap.endswith(":") or (gap == "," and words in _OBJECTS)
            ):
                item.content = item.content[1:]

    def _drop_adjuncts(self, linked: list[Attribution], quoted: list[Quotation]) -> None:
        """Drop what stands before subject and verb where the statement stands behind them.

        "After two years, Holm says with pride that the pier is safe" and "The talk led Holm to say,
        “It is safe.”" have one statement each; "This, according to Holm, is safe" is one in two.
        """
        text = self._layout.text
        for item in linked:
            if not item.cue:
                continue
            cue = item.cue[0]
            item.content = self._without_topic(item, cue, quoted)
            after = [each for each in item.content if each.start >= cue.end]
            before = [each for each in item.content if each.end <= cue.start]
            if not after:
                continue
            first = after[0]
            lead = min(cue.start, item.source[0].start if item.source else cue.start)
            is_led = _AS_LEAD.search(text[max(0, lead - 4) : lead]) is not None
            if before and is_led and any(q.start == first.start for q in quoted):
                item.content = after
                continue
            if before and not _SUBORDINATE.match(text, before[0].start):
                if has_verb(text[before[0].start : before[-1].end]):
                    continue
            elif before:
                item.content = after
                continue
            that = _THAT_BEHIND.match(text, first.start, first.end)
            if that and that.end() > first.start:
                place = item.content.index(first)
                item.content[place] = first._replace(start=that.end())
            opening = next((q for q in quoted if q.start == first.start), None)
            is_whole = opening is not None and opening.inner(text)[:1].isupper()
            if not before or not (that or is_whole):
                continue
            if not any(q.overlaps(each.start, each.end) for q in quoted for each in before):
                item.content = [each for each in item.content if each not in before]

    def _without_topic(
        self, item: Attribution, cue: CharSpan, quoted: list[Quotation]
    ) -> list[CharSpan]:
        """Return the contents without the topic of quoted words behind their tag.

        In "“It is safe,” Holm said of the pier that she built" the last words are the paper's.
        """
        marked = [q for q in quoted for each in item.content if q.overlaps(each.start, each.end)]
        if not any(q.end <= cue.start and _ends_in_comma(self._layout.text, q) for q in marked):
            return item.content
        return [
            each
            for each in item.content
            if each.start < cue.end
            or _TOPIC.match(self._layout.text, each.start, each.end) is None
            or any(q.overlaps(each.start, each.end) for q in marked)
        ]

    def _is_only_quotations(self, number: int, quoted: list[Quotation]) -> bool:
        """Tell whether a paragraph has no word outside its quotations."""
        start, end = self._layout.paragraphs[number]
        edges = [start, *(place for q in quoted for place in (q.start, q.end)), end]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return not any(_ALNUM.search(self._layout.text, a, b) for a, b in gaps)

    def _link_bare_paragraph(
        self, linked: list[Attribution], quoted: list[Quotation]
    ) -> list[Attribution]:
        """Return the attribution of a paragraph of quotations alone.

        There is none where the paragraph is a subheading or a title, nor where the paragraph
        before introduces it: its attribution then takes the contents.
        """
        text = self._layout.text
        spoken = [
            CharSpan(q.start, q.end, "Content", RULE_SCORE)
            for q in quoted
            if is_speech(q.inner(text))
            and (q.inner(text)[-1:] in _SENTENCE_PUNCTUATION or not q.is_closed)
        ]
        if not spoken:
            return []
        seen = [span for item in linked for span in item.content]
        if self._lead is not None:
            self._lead.content.extend(seen or spoken)
            return []
        source = list(self._last.source) if self._last else []
        return [Attribution(source=source, content=seen or spoken, inherits=True)]

    def _join_open_quotation(
        self, number: int, linked: list[Attribution], quoted: list[Quotation]
    ) -> None:
        """Join a quotation that began in the paragraph before, and note one that stays open.

        By convention each paragraph of such a quotation opens with a mark, and only the last one
        closes.
        """
        item = self._open
        if item is not None and quoted and self._quotations.opens_paragraph(number):
            first = next((other for other in linked if _holds(other, quoted[0])), None)
            if first is None or first.cue:
                item = first
            else:
                item.content.extend(first.content)
                linked.remove(first)
        elif quoted:
            item = None
        self._open = None
        if quoted and not quoted[-1].is_closed and self._quotations.opens_paragraph(number + 1):
            self._open = next((o for o in linked if _holds(o, quoted[-1])), item)

    def _find_lead(
        self, number: int, linked: list[Attribution], quoted: list[Quotation]
    ) -> Attribution | None:
        """Return the attribution that a paragraph ending in a colon begins, or None."""
        start, end = self._layout.paragraphs[number]
        sender = None if quoted else find_from(self._layout, (start, end))
        if sender is not None and self._quotations.opens_paragraph(number + 1):
            for item in linked:
                self._found.remove(item)
            self._found.append(Attribution(cue=[sender[0]], source=[sender[1]]))
            return self._found[-1]
        text = self._layout.text[start:end].rstrip()
        if not text.endswith(":"):
            return None
        leads_block = introduces_block_quote(self._layout, self._quotations, number)
        if not leads_block and not self._quotations.opens_paragraph(number + 1):
            return None
        lead = self._lead_attribution(linked, end, quoted)
        if leads_block and lead is not None and not lead.content:
            self._block_lead, lead.is_verbatim = lead, True
        return lead

    def _lead_attribution(
        self, linked: list[Attribution], end: int, quoted: list[Quotation]
    ) -> Attribution | None:
        """Return the last attribution with a cue, or a new one at a verb that was not tagged."""
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
        """Tell whether an attribution has enough words, parts or certainty to be a quote."""
        text = self._layout.text
        words = sum(words_in(text[span.start : span.end]) for span in item.content)
        if item.cue and item.source:
            return words > 0 and not self._is_action(item)
        if not item.cue and self._is_heading(item):
            return False
        if words >= FEWEST_WORDS:
            has_speaker = bool(item.cue or item.source or item.inherits)
            return has_speaker or self._is_certain_without_cue(item)
        marked = any(text[span.start] in "“\"«‘'" for span in item.content)
        return marked and bool(item.cue) and words > 0

    def _is_action(self, item: Attribution) -> bool:
        """Tell whether the cue is an action on somebody: "mocked Holm", "thanked his wife"."""
        if len(item.content) != 1:
            return False
        text, content = self._layout.text, item.content[0]
        cue = text[item.cue[-1].start : item.cue[-1].end]
        said = text[content.start : content.end].rstrip(" ,.")
        return _ACTION.search(cue) is not None and _ACTED_ON.fullmatch(said) is not None

    def _is_heading(self, item: Attribution) -> bool:
        """Tell whether the line does not end like a sentence: 6. "The harbour problem"."""
        start, end = self._layout.bounds_at(item.content[0].start)
        line = self._layout.text[start:end].rstrip().rstrip("”\"’'»)]")
        return not line.endswith(tuple(_SENTENCE_PUNCTUATION))

    def _is_certain_without_cue(self, item: Attribution) -> bool:
        """Tell whether the tagger is sure of a content that has no cue.

        "He held on. “At first I shouted. Then I sang.”" is speech without a verb of saying.
        """
        text = self._layout.text
        if all(span.score >= CUELESS_SCORE for span in item.content):
            return True
        return any(
            span.score >= CUELESS_QUOTED_SCORE
            and text[span.start] in '“"«'
            and text[span.start : span.end].rstrip('”"»')[-1:] in ".!?,"
            and words_in(text[span.start : span.end]) > CUELESS_QUOTED_WORDS
            for span in item.content
        )

    def kind_of(self, item: Attribution) -> QuoteKind:
        """Return direct if all letters are between marks, mixed if some are, else indirect."""
        text = self._layout.text
        if item.is_verbatim:
            return "direct"
        inside = outside = 0
        for span in item.content:
            quoted = self._quotations.in_paragraph(self._layout.paragraph_at(span.start))
            quoted = [
                q
                for q in quoted
                if q.overlaps(*span[:2]) and (self._is_spoken(item) or not is_title(q.inner(text)))
            ]
            edges = [span.start, *(place for q in quoted for place in (q.start, q.end)), span.end]
            for place, (a, b) in enumerate(pairwise(edges)):
                letters = len(_ALNUM.findall(text[max(a, span.start) : min(b, span.end)]))
                inside += letters * (place % 2)
                outside += letters * (1 - place % 2)
        if not inside:
            return "indirect"
        return "mixed" if outside else "direct"

    def lost_mark_of(self, item: Attribution) -> LostMark | None:
        """Return the quotation mark that the quotations of an attribution lack, if one does."""
        for span in item.content:
            number = self._layout.paragraph_at(span.start)
            for quotation in self._quotations.in_paragraph(number):
                if not quotation.overlaps(span.start, span.end):
                    continue
                if not quotation.is_opened:
                    return "opening"
                # A quotation that goes on in the next paragraph is closed there.
                if not quotation.is_closed and not self._quotations.opens_paragraph(number + 1):
                    return "closing"
        return None

    def _is_spoken(self, item: Attribution) -> bool:
        """Tell by the verb whether quoted capitals are speech.

        "They chanted “Red for Ed,”" is, and "she wrote “The Long Night”" names a title.
        """
        text = self._layout.text
        words = [word for span in item.cue for word in text[span.start : span.end].split()]
        return any(is_speech_verb(word) and word not in _AUTHORING for word in words)


def _touches(item: Attribution, quoted: list[Quotation]) -> bool:
    return any(q.overlaps(span.start, span.end) for q in quoted for span in item.content)


def _ends_in_comma(text: str, quotation: Quotation) -> bool:
    return quotation.inner(text).rstrip()[-1:] == ","


def _holds(item: Attribution, quotation: Quotation) -> bool:
    return any(quotation.overlaps(span.start, span.end) for span in item.content)
