"""Find quotes that have no verb of saying beside quotation marks.

Four forms are read: a signature (“Words.” — Ida Holm), a label, as in a transcript or a headline
(HOLM: Words), a dash in place of a quotation mark (— Words, said Ida Holm), and a block quote,
which plain text has left without marks or indentation, behind "Holm wrote:".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from pipeline.annotate.quotes.cues import is_speech_verb, speech_verb_pattern
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import Quotation, Quotations, is_speech, words_in
from pipeline.annotate.quotes.source_grammar import find_source
from pipeline.annotate.quotes.span_repair import speech_verbs
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.models import Span

FORM_SCORE = 0.9
"""Score of the spans that these forms add; the forms hardly ever mean anything else."""
_WORDS = re.compile(r"\w")
# "— Ida Holm, harbour master" behind a quotation or on a line of its own.
_SIGNATURE = re.compile(r"\s*([―—–]|--?)\s*([A-Z][^“”\"\n,;:]{1,60})(?:,[^“”\"\n]{1,80})?\s*$")
# "HOLM:" or "Ida Holm (harbour master):" at the start of a paragraph.
_LABEL = re.compile(
    r"\s*[“\"]?((?:[A-Z][\w.’'-]*\.?\s){0,3}[A-Z][\w’'-]+)(?:\s\([^()]{1,40}\))?(:)\s+(?=\S)"
)
_NAME_WORD = re.compile(r"[^\W\d_][\w’'-]*")
# A dash that opens a line of dialogue: "— We go".
_DASH = re.compile(r"\s*[—–―]\s*(?=[A-Z“‘¿¡])")
# The dash behind the tag, where the speaker continues: "said Holm. — All of us."
_NEXT_DASH = re.compile(r"[.,!?]\s+[—–―]\s*|\s[—–―]\s+")
# The end of a paragraph in front of a block quote: "Holm wrote to the council:".
_BLOCK_LEAD = re.compile(rf"(?:{speech_verb_pattern().pattern})(?:\s+[^.:,;]{{0,25}})?:\s*$")
# The same in front of a picture or a film: "Holm said this in the video below:".
_BELOW = re.compile(r"\b(?:below|here|above|video|audio|photos?)\s*:\s*$", re.IGNORECASE)
# A paragraph that introduces the quoted one below: "From the desk of Ida Holm, mayor."
_FROM = re.compile(
    r"\s*((?:And\s+)?(?:(?:[Aa]\s+)?(?:statement|message|word)\s+)?[Ff]rom)\s+(?:the\s+desk\s+of\s+)?"
    r"((?:[A-Z][\w.’'-]*\s+){0,5}[A-Z][\w’'-]*)(?:,[^“”\"\n]{1,120})?\s*[:.]?\s*"
)
# A paragraph that begins with a capital and ends like a sentence.
_PROSE = re.compile(r"\s*[…\[(]?[A-Z…].*[.!?…)\]]\s*$", re.DOTALL)
_ASKING = frozenset({"Answer", "Host", "Interviewer", "Moderator", "Question", "Reporter"})
"""Labels of interviews that are no names."""
_NARRATING = frozenset("narrator narration announcer voiceover voice-over".split())
"""Labels of what the programme itself says: its words are no statement, but end a turn."""
FEWEST_BLOCK_WORDS = 5
"""Words of a paragraph from which it can be a block quote."""
FEWEST_TURNS = 3
"""Labelled paragraphs from which a text is an interview."""
OPENING_WORDS = 3
"""Words behind a label that are compared: "You can follow" begins every item of a list."""
FARTHEST_TURN = 4
"""Paragraphs from one label to the next up to which those between continue the turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One paragraph of a speaker's turn; label and colon are those of its first paragraph."""

    label: Span
    colon: Span
    content: Span
    is_first: bool
    is_transcript: bool
    """Whether the text has other turns; the words are then the speaker's own."""


def find_verbless(
    layout: Layout, bounds: Span, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[Attribution]:
    """Return the attributions of a paragraph in one of these forms; none for other paragraphs."""
    if not quoted:
        line = read_dialogue(layout, bounds, mentions)
        return [line] if line else []
    signature = read_signed(layout, bounds, quoted)
    return [signature] if signature else read_labelled(layout, bounds, quoted, mentions)


def read_signed(layout: Layout, bounds: Span, quoted: Sequence[Quotation]) -> Attribution | None:
    """Return the attribution of a paragraph of quotations and a name, or None.

    For example “Words.” — Ida Holm, harbour master.
    """
    text = layout.text
    if not quoted or _WORDS.search(text, bounds[0], quoted[0].start):
        return None
    signature = find_signature(layout, (quoted[-1].end, bounds[1]))
    apart = any(_WORDS.search(text, a.end, b.start) for a, b in pairwise(quoted))
    if signature is None or apart or not any(is_speech(q.inner(text)) for q in quoted):
        return None
    return Attribution(
        cue=[signature[0]],
        source=[signature[1]],
        content=[CharSpan(q.start, q.end, "Content", FORM_SCORE) for q in quoted],
    )


def read_labelled(
    layout: Layout, bounds: Span, quoted: Sequence[Quotation], mentions: Sequence[CharSpan]
) -> list[Attribution]:
    """Return the attributions of a paragraph of names, each with a colon and a quotation.

    For example Ida Holm: “We open.” Ola Brandt: “We do not.” A paragraph with other words has none.
    """
    text = layout.text
    found: list[Attribution] = []
    place = bounds[0]
    for quotation in quoted:
        lead = text[place : quotation.start]
        first = bisect_left(mentions, place, key=attrgetter("start"))
        name = mentions[first] if first < len(mentions) else None
        if (
            name is None
            or name.end > quotation.start
            or _WORDS.search(lead.replace(text[name.start : name.end], "", 1))
        ):
            return []
        if not lead.rstrip().endswith(":"):
            return []
        colon = place + lead.rindex(":")
        found.append(
            Attribution(
                cue=[CharSpan(colon, colon + 1, "Cue", FORM_SCORE)],
                source=[CharSpan(name.start, name.end, "Source", FORM_SCORE)],
                content=[CharSpan(quotation.start, quotation.end, "Content", FORM_SCORE)],
            )
        )
        place = quotation.end
    return [] if _WORDS.search(text, place, bounds[1]) else found


def find_signature(layout: Layout, bounds: Span) -> tuple[CharSpan, CharSpan] | None:
    """Return dash and name of a signature that fills the bounds, or None.

    For example "— Ida Holm, harbour master".
    """
    match = _SIGNATURE.match(layout.text, *bounds)
    if match is None or speech_verbs(layout.text, match.span(), ()):
        return None
    end = match.start(2) + len(match[2].rstrip(" ."))
    return (
        CharSpan(*match.span(1), "Cue", FORM_SCORE),
        CharSpan(match.start(2), end, "Source", FORM_SCORE),
    )


def find_turns(layout: Layout, mentions: Sequence[CharSpan]) -> dict[int, Turn]:
    """Return the paragraphs of turns by their number: "HOLM: We go." and those that continue it.

    A label in capitals counts if its last word ends the name of a person of the article. A label in
    other letters counts in the headline, and where the paragraphs are an interview
    (``_interview``): elsewhere "Holm: 12 votes" is an item of a list.
    """
    people = [layout.text[m.start : m.end] for m in mentions if m.label == "PERSON"]
    known = {word.casefold() for name in people for word in _NAME_WORD.findall(name)[-1:]}
    possible: dict[int, re.Match[str]] = {}
    for number, (start, end) in enumerate(layout.paragraphs):
        match = _LABEL.match(layout.text, start, end)
        if match and layout.text[match.end()] not in '“"«‘„':
            possible[number] = match
    interview = set() if _is_list(layout, possible) else _interview(possible, known)
    labels = {
        number: match
        for number, match in possible.items()
        if _is_label(match[1], known, number == 0) or number in interview
    }
    in_capitals = [n for n, match in labels.items() if match[1].isupper() or n in interview]
    return {
        following: turn
        for number, match in labels.items()
        if match[1].casefold() not in _NARRATING
        for following, turn in _paragraphs_of_turn(layout, number, match, in_capitals)
    }


def _interview(labels: Mapping[int, re.Match[str]], known: set[str]) -> set[int]:
    """Return the labelled paragraphs of an interview: a person and another take turns.

    Three turns are needed, or two that follow each other with a question mark in the first. The
    label of the paper that asks ("DIE POST: Do you …?") is a turn of its own. Where no label comes
    again and one is a single word ("Lindoga: A platform for courses"), they are items of a list.
    """
    numbers = [n for n in sorted(labels) if _asks_or_answers(labels[n], known)]
    names = [labels[number][1] for number in numbers]
    speakers = [_NAME_WORD.findall(name)[-1].casefold() for name in names]
    answers = sum(word in known for word in speakers)
    alternate = sum(one != other for one, other in pairwise(speakers))
    is_interview = answers >= 1 and len(numbers) >= FEWEST_TURNS and alternate >= FEWEST_TURNS - 1
    verbs = any(is_speech_verb(word) for name in names for word in name.split())
    in_full = all(" " in name or name.isupper() for name in names)
    comes_again = len(set(speakers)) < len(speakers)
    return set(numbers) if is_interview and not verbs and (comes_again or in_full) else set()


def _is_list(layout: Layout, labels: Mapping[int, re.Match[str]]) -> bool:
    """Tell whether most labelled paragraphs begin alike: "Ida Holm: You can follow Ida at …".

    Such a list has one sentence for every person, with other names; nobody says it.
    """
    openings = Counter(
        " ".join(layout.text[match.end() : layout.paragraphs[number][1]].split()[:OPENING_WORDS])
        for number, match in labels.items()
    )
    return max(openings.values(), default=0) > max(1, len(labels) / 2)


def _asks_or_answers(label: re.Match[str], known: set[str]) -> bool:
    """Tell whether a label is a person of the article or one who asks; "Price:" is neither."""
    words = _NAME_WORD.findall(label[1])
    is_name = words[-1].casefold() in known or label[1].isupper()
    return is_name or words[0] in _ASKING


def _is_label(label: str, known: set[str], is_headline: bool) -> bool:
    words = _NAME_WORD.findall(label)
    if words[-1].casefold() not in known or any(map(is_speech_verb, words)):
        return False
    return label.isupper() or is_headline


def _paragraphs_of_turn(
    layout: Layout, first: int, match: re.Match[str], in_capitals: Sequence[int]
) -> Iterator[tuple[int, Turn]]:
    """Yield the paragraphs of one turn: in a transcript up to the next label, if it is near."""
    later = bisect_right(in_capitals, first)
    following = in_capitals[later] if later < len(in_capitals) else first + 1
    is_label = later > 0 and in_capitals[later - 1] == first
    continues = is_label and following - first <= FARTHEST_TURN
    is_transcript = is_label and len(in_capitals) > 1
    # Where the first label answers a question, those between answers have no label either.
    asked = continues and in_capitals[0] > 0 and _asks(layout, in_capitals[0] - 1)
    for number in range(first, following if continues else first + 1):
        start, end = layout.paragraphs[number]
        if asked and number > first and number + 1 == following and _asks(layout, number):
            return
        span = _stripped(layout.text, match.end() if number == first else start, end)
        yield number, Turn(match.span(1), match.span(2), span, number == first, is_transcript)


def _asks(layout: Layout, number: int) -> bool:
    """Tell whether a paragraph ends with a question mark."""
    return layout.text[slice(*layout.paragraphs[number])].rstrip().endswith("?")


def _stripped(text: str, start: int, end: int) -> Span:
    kept = text[start:end]
    return start + len(kept) - len(kept.lstrip()), start + len(kept.rstrip())


def read_dialogue(layout: Layout, bounds: Span, mentions: Sequence[CharSpan]) -> Attribution | None:
    """Return the attribution of a line of dialogue that a dash opens, or None.

    For example "— We go, said Ida Holm. — All of us."
    """
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
        resumed = _NEXT_DASH.search(text, max(cue.end, source[0].end), bounds[1])
        if contents and resumed:
            contents.append(_stripped(text, resumed.end(), bounds[1]))
        if contents:
            spans = [CharSpan(*content, "Content", FORM_SCORE) for content in contents]
            return Attribution(cue=[cue], source=source, content=spans, is_verbatim=True)
    return None


def find_from(layout: Layout, bounds: Span) -> tuple[CharSpan, CharSpan] | None:
    """Return cue and source of a paragraph that only says from whom the next one is, or None.

    For example "From the desk of Ida Holm, harbour master." and "And from Chairwoman Dane:".
    """
    match = _FROM.fullmatch(layout.text, *bounds)
    if match is None or speech_verbs(layout.text, bounds, ()):
        return None
    return (
        CharSpan(*match.span(1), "Cue", FORM_SCORE),
        CharSpan(*match.span(2), "Source", FORM_SCORE),
    )


def introduces_block_quote(layout: Layout, quotations: Quotations, number: int) -> bool:
    """Tell whether a paragraph ends like "Ida Holm wrote:" and prose without marks follows."""
    if number + 1 >= len(layout.paragraphs) or quotations.in_paragraph(number + 1):
        return False
    start, end = layout.paragraphs[number]
    start = layout.sentence_at(len(layout.text[:end].rstrip()) - 1)[0]
    if not _BLOCK_LEAD.search(layout.text, start, end) or _BELOW.search(layout.text, start, end):
        return False
    block = layout.text[slice(*layout.paragraphs[number + 1])]
    return _PROSE.match(block) is not None and words_in(block) >= FEWEST_BLOCK_WORDS
