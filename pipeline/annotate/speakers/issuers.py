"""Find who issued the document that is a quote's source: "a survey by the clinic", "Holm's email".

The name that "by" or "from" governs issued it, else the organisation in front of its noun. Another
name in such a source is what the document is about: in "a poll in Norway" and "a study that tracked
300 Norwegian nurses" neither Norway nor the Norwegians said anything.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.annotate.names.coreference import Chains
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.speakers.nouns import (
    COLLECTIVES,
    DOCUMENTS,
    FIGURES,
    WORD,
    WRITTEN,
    head_noun,
)

# In the examples of patterns, "|" shows where the match begins and ends.
# Behind a document: "figures| released last month by |the board".
_PARTICIPLE = re.compile(
    r"\s(?:\w+ly\s+)?(?:\w+ed|\w+wn|done|made|put\s+out|sent|written)\s+"
    r"(?:(?:(?:last|this|earlier\s+this)\s+\w+|earlier|recently|today|yesterday)\s+)?(?:by|in|on)\s"
)
# Between a document and its issuer: "data| compiled by nurses of the |clinic".
_BY = re.compile(
    r"(?:.*\s)?(?:by|from)\s+(?:(?!(?:about|against|for|in|on|that|to|which|who|with)\b)"
    r"[\w.’'-]+,?\s+){0,6}",
    re.DOTALL,
)
# … where the name is its owner's: "report| of the |Port Board".
_OF = re.compile(r"\s+(?:[\w-]+\s+)?of\s+(?:the\s+)?")
# Behind an owner: "Ida Holm|’s long |letter"; in "Holm’s lawyer’s letter" the lawyer wrote.
_OWN = re.compile(r"['’]s?\s+(?:[\w-]+\s+){0,2}")
# Behind a name that modifies another noun: "by Holm|’s lawyers", "the Norwegian| government".
_NEXT_WORD = re.compile(r"(?:['’]s?)?\s+([\w-]+)")

_OCCUPATION = re.compile(r"(?:['’]s?)?\s+(?:[a-z][\w-]*\s+){1,3}")
_ISSUERS = frozenset({"PERSON", "ORG", "GPE", "NORP", "FAC"})
_PRINTED = frozenset("article brief column editorial op-ed report".split())
_IN = re.compile(r"\s+(?:published\s+)?(?:in|on)\s+(?:the\s+)?", re.IGNORECASE)
_NO_OTHER_NOUN = frozenset("about against and at campaign camp for in of on to with".split())
"""Words behind a person's name that leave the person, or the campaign, the issuer."""


class Document(NamedTuple):
    """The noun of a document in a source."""

    start: int
    end: int
    noun: str
    """In the singular and lower case."""
    source_end: int


def document_noun(phrase: str) -> str:
    """Return the head noun of a source that was written or counted, in the singular; else "".

    A participle may follow it: "figures released by the board".
    """
    head = head_noun(re.sub(r"\s(?:that|which)$", "", _PARTICIPLE.split(phrase)[0]))
    forms = (head, head.removesuffix("s"), f"{head[:-3]}y")
    return next((form for form in forms if form in DOCUMENTS or form in FIGURES), "")


def document_in(text: str, chains: Chains, source: CharSpan, numbers: list[int]) -> Document | None:
    """Return the noun of the document that a source is, or None.

    In "The New York Post" the noun is part of a speaker's name; in "Market Report 2025" it is part
    of the document's.

    Args:
        text: the whole text.
        chains: its mentions.
        source: the source.
        numbers: the mentions that begin in the source.
    """
    phrase = text[source.start : source.end]
    noun = document_noun(phrase)
    match = re.search(rf"\b{noun}(?:e?s)?\b", phrase, re.IGNORECASE) if noun else None
    if match is None:
        return None
    start, end = source.start + match.start(), source.start + match.end()
    around = (n for n in numbers if chains.spans[n].start <= start < chains.spans[n].end)
    is_named = any(chains.of[number].label in _ISSUERS for number in around)
    return None if is_named else Document(start, end, noun, source.end)


def issuer(text: str, chains: Chains, document: Document, numbers: list[int]) -> int | None:
    """Return the mention that issued a document, or None.

    Args:
        text: the whole text.
        chains: its mentions.
        document: the noun of the document.
        numbers: the mentions that begin in the source.
    """
    able = [number for number in numbers if chains.of[number].label in _ISSUERS]
    ways = (_is_by, _is_owner, _is_in_front, _is_of, _is_printed_in)
    return next((n for way in ways for n in able if way(text, chains, document, n)), None)


def _is_by(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether "by" or "from" governs the name: "a study by nurses at | Oslo University"."""
    span = chains.spans[number]
    if span.start < document.end or not _BY.fullmatch(text, document.end, span.start):
        return False
    return _names_agent(text, chains, document, number)


def _is_owner(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether the document is a person's own: "Holm’s email", no "Holm’s team’s email"."""
    span = chains.spans[number]
    between = _OWN.fullmatch(text, span.end, document.start) if span.end < document.start else None
    if chains.of[number].label != "PERSON" or between is None:
        return False
    words = WORD.findall(between[0])[1:]
    return not any(word.lower() in COLLECTIVES for word in words)


def _is_in_front(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether an organisation is named in front: "a Lindco poll", "a US statement".

    A country makes statements; "a Norwegian study" may be anybody's.
    """
    span, label = chains.spans[number], chains.of[number].label
    if span.end > document.start or label == "PERSON":
        return False
    stated = document.noun not in {*WRITTEN, *FIGURES}
    return label in {"ORG", "FAC"} or stated or _is_state(text, span.end)


def _is_of(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether an organisation is named behind "of": "a report of the Port Board"."""
    span = chains.spans[number]
    if chains.of[number].label != "ORG" or span.start < document.end:
        return False
    return _OF.fullmatch(text, document.end, span.start) is not None


def _is_printed_in(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether a medium prints the document: "an article in the Linden Times".

    A study that a journal prints is by others.
    """
    span = chains.spans[number]
    if chains.of[number].label != "ORG" or document.noun not in _PRINTED:
        return False
    return _IN.fullmatch(text, document.end, span.start) is not None


def _names_agent(text: str, chains: Chains, document: Document, number: int) -> bool:
    """Tell whether a name behind "by" is an issuer's.

    "Norwegian" is only in "the Norwegian government", "Oslo University" not in "by Oslo University
    professor Ida Holm".
    """
    label, end = chains.of[number].label, chains.spans[number].end
    following = _NEXT_WORD.match(text, end, document.source_end)
    if label == "NORP":
        return _is_state(text, end)
    if label == "PERSON":
        return following is None or not following[1].islower() or following[1] in _NO_OTHER_NOUN
    # The person is named next: "Oslo University| professor |Ida Holm".
    person = number + 1
    return not (
        person < len(chains.spans)
        and chains.of[person].label == "PERSON"
        and _OCCUPATION.fullmatch(text, end, max(end, chains.spans[person].start))
    )


def _is_state(text: str, end: int) -> bool:
    """Tell whether a collective follows the name that ends here: "Norwegian| government"."""
    following = _NEXT_WORD.match(text, end)
    return following is not None and following[1].lower() in COLLECTIVES
