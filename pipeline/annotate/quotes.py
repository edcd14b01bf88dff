"""Attributions of one text: the tagger's spans joined, and mended where the marks show more.

What rules add to the tagger: contents grow to their quotation marks; a quotation beside a speech
verb is an attribution although the tagger saw none; a source is looked for beside its cue; a
quotation that runs over paragraphs, or is interrupted by "she said", is one. Knows no names: who
is meant by a source is ``speakers``' business.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.annotate.cues import speech_verb_pattern
from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.linking import Attribution, link
from pipeline.annotate.marks import (
    Quotation,
    is_speech,
    is_title,
    opens_with_mark,
    quotations,
    words_in,
)
from pipeline.annotate.sources import find_source
from pipeline.records import QuoteKind

FEWEST_WORDS = 3
"""Words of a content without marks; shorter ones ("which", "a fact") are of no use to a reader."""
RULE_SCORE = 0.6
"""Score of a span that a rule added: about the share of such spans that PolNeAR has as well."""
NEAR = 50
"""Characters between a quotation and the speech verb that introduces it."""
_ALNUM = re.compile(r"\w")


def find_attributions(
    layout: Layout, spans: Sequence[CharSpan], mentions: Sequence[CharSpan]
) -> list[Attribution]:
    """Return the attributions of a text in reading order; spans are labelled Source Cue Content."""
    by_paragraph: dict[int, list[CharSpan]] = defaultdict(list)
    for span in spans:
        by_paragraph[layout.paragraph_at(span.start)].append(span)
    found: list[Attribution] = []
    open_quote: Attribution | None = None
    for number in range(len(layout.paragraphs)):
        quoted = quotations(layout, number)
        if not quoted and number not in by_paragraph:
            open_quote = None
            continue
        here = _paragraph(layout, number, by_paragraph.get(number, []), quoted, mentions)
        open_quote = _continue(layout, number, here, quoted, open_quote)
        found.extend(here)
    return [item for item in found if _is_worth_keeping(layout, item)]


def _paragraph(
    layout: Layout,
    number: int,
    spans: list[CharSpan],
    quoted: list[Quotation],
    mentions: Sequence[CharSpan],
) -> list[Attribution]:
    text = layout.text
    spans = _snap(text, spans, quoted)
    spans = _with_missed(layout, number, spans, quoted)
    here = sorted(link(text, spans), key=lambda item: item.start)
    here.extend(_bare(layout, number, here, quoted))
    for item in here:
        if not item.source and item.cue:
            item.source.extend(find_source(layout, item.cue[0], quoted, mentions))
        item.content.sort()
    return here


def _snap(text: str, spans: list[CharSpan], quoted: list[Quotation]) -> list[CharSpan]:
    """Grow contents to the marks of the quotations they touch; drop cues and sources inside."""
    contents = sorted(span for span in spans if span.label == "Content")
    grown: list[CharSpan] = []
    for content in contents:
        start, end = content.start, content.end
        for quotation in quoted:
            if quotation.overlaps(start, end):
                start = min(start, quotation.start)
                end = max(end, quotation.end) if quotation.is_closed else end
        if grown and start < grown[-1].end:
            grown[-1] = grown[-1]._replace(end=max(end, grown[-1].end))
        else:
            grown.append(content._replace(start=start, end=end))
    others = [span for span in spans if span.label != "Content" and not _covered(span, grown)]
    return sorted([*grown, *others])


def _covered(span: CharSpan, contents: list[CharSpan]) -> bool:
    return any(span.start < content.end and span.end > content.start for content in contents)


def _with_missed(
    layout: Layout, number: int, spans: list[CharSpan], quoted: list[Quotation]
) -> list[CharSpan]:
    """Add quotations that the tagger left out though a speech verb stands beside them."""
    text = layout.text
    added: list[CharSpan] = []
    for quotation in quoted:
        if not quotation.is_closed or not is_speech(quotation.inner(text)):
            continue
        if any(quotation.overlaps(s.start, s.end) for s in spans if s.label == "Content"):
            continue
        cue = _cue_beside(layout, number, quotation, [*spans, *added], quoted)
        if cue is not None:
            added.append(CharSpan(quotation.start, quotation.end, "Content", RULE_SCORE))
            if cue not in spans and cue not in added:
                added.append(cue)
    if not added:
        return spans
    kept = [span for span in spans if span.label == "Content" or not _covered(span, added)]
    return sorted({*kept, *added})


def _cue_beside(
    layout: Layout,
    number: int,
    quotation: Quotation,
    spans: Sequence[CharSpan],
    quoted: list[Quotation],
) -> CharSpan | None:
    """Find the cue next to a quotation, the tagger's first, then any speech verb outside marks."""
    start, end = layout.paragraphs[number]
    low, high = max(start, quotation.start - NEAR), min(end, quotation.end + NEAR)
    for span in spans:
        if span.label == "Cue" and span.end > low and span.start < high:
            return span
    best: CharSpan | None = None
    for match in speech_verb_pattern().finditer(layout.text, low, high):
        if any(other.overlaps(*match.span()) for other in quoted):
            continue
        cue = CharSpan(*match.span(), "Cue", RULE_SCORE)
        if best is None or _gap(cue, quotation) < _gap(best, quotation):
            best = cue
    return best


def _gap(cue: CharSpan, quotation: Quotation) -> int:
    return max(cue.start - quotation.end, quotation.start - cue.end)


def _bare(
    layout: Layout, number: int, here: list[Attribution], quoted: list[Quotation]
) -> list[Attribution]:
    """Make an attribution of a paragraph that is nothing but quotations, its speaker unsaid."""
    if not quoted or any(item.cue for item in here):
        return []
    text = layout.text
    start, end = layout.paragraphs[number]
    edges = [start, *(place for q in quoted for place in (q.start, q.end)), end]
    outside = "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    spoken = [q for q in quoted if is_speech(q.inner(text)) and q.inner(text)[-1:] in ".!?,…—-"]
    if _ALNUM.search(outside) or not spoken:
        for item in here:
            item.inherits = not _ALNUM.search(outside)
        return []
    if here:
        for item in here:
            item.inherits = True
        return []
    content = [CharSpan(q.start, q.end, "Content", RULE_SCORE) for q in spoken]
    return [Attribution(content=content, inherits=True)]


def _continue(
    layout: Layout,
    number: int,
    here: list[Attribution],
    quoted: list[Quotation],
    open_quote: Attribution | None,
) -> Attribution | None:
    """Join a quotation that began in the paragraph before; return the one that is open at the end.

    The convention: each paragraph opens with a mark, only the last one closes.
    """
    if open_quote is not None and quoted and opens_with_mark(layout, number):
        first = next((item for item in here if quoted[0].overlaps(*_extent(item))), None)
        if first is not None and not first.cue:
            open_quote.content.extend(first.content)
            here.remove(first)
        elif first is None:
            open_quote.content.append(CharSpan(quoted[0].start, quoted[0].end, "Content", 0.5))
        else:
            open_quote = first
    elif quoted:
        open_quote = None
    if not quoted or quoted[-1].is_closed or not opens_with_mark(layout, number + 1):
        return None
    last = quoted[-1]
    return next((item for item in here if last.overlaps(*_extent(item))), open_quote)


def _extent(item: Attribution) -> tuple[int, int]:
    return item.content[0].start, item.content[-1].end


def _is_worth_keeping(layout: Layout, item: Attribution) -> bool:
    text = layout.text
    words = sum(words_in(text[span.start : span.end]) for span in item.content)
    if words >= FEWEST_WORDS:
        return bool(item.cue or item.source or item.inherits)
    marked = any(text[span.start : span.end][:1] in "“\"«‘'" for span in item.content)
    return marked and bool(item.cue) and words > 0


def kind_of(layout: Layout, item: Attribution) -> QuoteKind:
    """Tell direct (wholly between marks, edge punctuation apart), mixed (in part), indirect."""
    text = layout.text
    inside = outside = 0
    for span in item.content:
        number = layout.paragraph_at(span.start)
        quoted = [q for q in quotations(layout, number) if q.overlaps(span.start, span.end)]
        quoted = [q for q in quoted if not is_title(q.inner(text))]
        edges = [span.start, *(place for q in quoted for place in (q.start, q.end)), span.end]
        for place, (a, b) in enumerate(pairwise(edges)):
            letters = len(_ALNUM.findall(text[max(a, span.start) : min(b, span.end)]))
            if place % 2:
                inside += letters
            else:
                outside += letters
    if not inside:
        return "indirect"
    return "mixed" if outside else "direct"
