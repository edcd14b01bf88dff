"""From the tagger's entity spans to clean mentions: trimmed, labelled alike, none forgotten.

Borders follow the Worldwide corpus: titles, "the" and "'s" outside, initials and "Jr." inside.
An abbreviation in parentheses belongs to the long form in front of it. What class a name has is
for ``agreement`` to say, where else it stands for ``missed``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from pipeline.annotate.labels import misc_label
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.label_agreement import VOTELESS, agree
from pipeline.annotate.names.titles import without_titles
from pipeline.annotate.names.untagged import (
    forgotten,
    full_names,
    is_spoken,
    known_peoples,
    official_names,
    places_in_speech,
    quoted_titles,
    surnames,
)
from pipeline.annotate.spans import CharSpan

_EDGE = " \t\u00a0\n\r\"“”'‘’«»()[]{},;:!?…–—|*•/"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_THE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)
_HYPHENS = re.compile(r"[-–—/]")
_LINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ACRONYM = re.compile(
    r"\s?\((?:the |or |also known as |known as )?[“\"‘']?"
    r"([A-Z][A-Z0-9&.-]{1,9}s?|[A-Z][a-z]{2,7})[”\"’']?\)"
)
_PARTY = re.compile(r"[DRI]-[A-Z][\w.]*")
"""As in "Sen. Ann Lee (D-Nev.)": a party and a state, no name."""
_CAPTION = re.compile(r"\s(?:Image|Photo|Picture|File|Credit|By)$")
"""As in "Ida Tarn Image: Harbour Herald"."""
_INITIALS = re.compile(r"(?<![\w.’'-])(?:[A-Z]\.? ?){1,3}(?<=[ .])$")
_GENERATION = re.compile(r",? [JS]r\b\.?")
_STOPS_KEPT = re.compile(r"(?:\b[A-Za-z]\.)+$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St|Mt|No|Bros)\.$")


def clean_mentions(text: str, spans: Iterable[CharSpan]) -> list[CharSpan]:
    """Return the article's mentions in order and without overlap; input labels are ours.

    "GPE" in the input means any place, "MISC" any name that is none of the other classes.
    """
    trimmed = [part for span in spans for part in _trimmed(text, span)]
    spoken = [span for span in trimmed if is_spoken(text, span)]
    if spoken:
        trimmed = [span for span in trimmed if span not in spoken]
        trimmed.extend(places_in_speech(text, spoken))
    trimmed.extend(official_names(text, trimmed))
    trimmed.extend(quoted_titles(text))
    trimmed = _without_overlap(trimmed)
    trimmed = _without_overlap([*trimmed, *full_names(text, trimmed)])
    trimmed, spelled_out = _with_acronyms(text, trimmed)
    agreed = agree(text, trimmed, spelled_out)
    more = [
        *known_peoples(text, agreed),
        *surnames(text, agreed),
        *forgotten(text, agreed, spelled_out),
    ]
    return _without_overlap([*agreed, *more])


def _trimmed(text: str, span: CharSpan) -> Iterator[CharSpan]:
    start, end = span.start, span.end
    line = _LINE.search(text, start, end)
    if line:
        end = line.start()
    while start < end and (text[start] in _EDGE or text[start] == "-"):
        start += 1
    start, end = _within_brackets(text, start, end)
    end = _trim_end(text, start, end)
    if span.label not in VOTELESS:
        start = _behind_the(text, start, end, span.label)
    if span.label == "PERSON":
        caption = _CAPTION.search(text, start, end)
        end = caption.start() if caption and text[end : end + 1] == ":" else end
        start = end - len(without_titles(text[start:end]))
        start, end = _with_initials(text, start), _with_generation(text, end)
    surface = text[start:end]
    if not any(map(str.isalnum, surface)) or _PARTY.fullmatch(surface):
        return
    yield from _split_pair(text, span._replace(start=start, end=end))


def _within_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut at a bracket without its pair: "UN) General Assembly", "Tarn (Vesterby"."""
    opened, closed = text.rfind("(", start, end), text.find(")", start, end)
    if closed != -1 and (opened == -1 or opened > closed) and closed + 1 < end:
        start = closed + 1 + text[closed + 1 : end].startswith(" ")
    elif opened > start and closed == -1:
        end = opened
    return start, end


def _behind_the(text: str, start: int, end: int, label: str) -> int:
    """Step over "the", which belongs to titles of works alone: "The Salt Road"."""
    the = _THE.match(text, start, end)
    if the is None:
        return start
    rest = text[the.end() : end]
    work = label == "MISC" and the[0][0] == "T" and " " in rest and misc_label(rest) == "MISC"
    return start if work else the.end()


def _with_initials(text: str, start: int) -> int:
    """Take in initials that the tagger left in front of a name: "K. R. Holm", "A G Holm".

    A single letter needs its full stop: "A Holm" and "I Holm" may be words.
    """
    match = _INITIALS.search(text, max(0, start - 12), start)
    if match is None or (len(match[0].split()) == 1 and "." not in match[0]):
        return start
    return match.start()


def _with_generation(text: str, end: int) -> int:
    """Take in "Jr." behind a name; with numerals, rank and office, Worldwide is of two minds."""
    match = _GENERATION.match(text, end)
    return match.end() if match else end


def _trim_end(text: str, start: int, end: int) -> int:
    while start < end:
        surface = text[start:end]
        possessive = _POSSESSIVE.search(surface)
        if possessive:
            end -= len(possessive[0])
        elif surface[-1] in _EDGE or (surface[-1] == "." and not _STOPS_KEPT.search(surface)):
            end -= 1
        else:
            break
    return end


def _split_pair(text: str, span: CharSpan) -> Iterator[CharSpan]:
    """Split "US-Russia" into its two countries, take "-backed" off "U.S.-backed".

    "Guinea-Bissau" and "NATO-Russia Council" stay whole.
    """
    surface = text[span.start : span.end]
    parts = _HYPHENS.split(surface)
    aliases = load_aliases()
    if len(parts) == 2 and parts[1].islower() and aliases.find(parts[0]):
        yield span._replace(end=span.start + len(parts[0]))
        return
    known = [aliases.find(part) or aliases.find_demonym(part) for part in parts]
    if (
        len(parts) < 2
        or aliases.find(surface)
        or not all(known)
        or not any(map(aliases.find, parts))
    ):
        yield span
        return
    position = span.start
    for part in parts:
        yield span._replace(start=position, end=position + len(part))
        position += len(part) + 1


def _without_overlap(spans: list[CharSpan]) -> list[CharSpan]:
    """Keep the longer of two spans that overlap, the earlier of two alike; in reading order."""
    kept: list[CharSpan] = []
    for span in sorted(spans, key=lambda item: (item.start, item.start - item.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end - span.start > kept[-1].end - kept[-1].start:
            kept[-1] = span
    return kept


def _with_acronyms(text: str, spans: list[CharSpan]) -> tuple[list[CharSpan], dict[str, str]]:
    """Add "(SSD)" after "Strategic Stability Dialogue"; also return {"SSD": the long form}."""
    found: list[CharSpan] = []
    spelled_out: dict[str, str] = {}
    for span in spans:
        match = _ACRONYM.match(text, span.end) if span.label not in {"DATE", "MONEY"} else None
        if match and is_acronym(match[1], text[span.start : span.end]):
            found.append(CharSpan(match.start(1), match.end(1), span.label, span.score))
            spelled_out.setdefault(key(match[1]), text[span.start : span.end])
    taken = sorted(found)
    starts = [span.start for span in taken]
    kept = [span for span in spans if not _overlaps(span, taken, starts)]
    return _without_overlap([*kept, *found]), spelled_out


def _overlaps(span: CharSpan, taken: list[CharSpan], starts: list[int]) -> bool:
    place = bisect_left(starts, span.end) - 1
    return place >= 0 and taken[place].end > span.start


def _initials(short: str) -> str:
    """Return an abbreviation in capitals: the "s" of "NGOs" is a plural, that of "Sars" is not."""
    return short.rstrip("s") if short.rstrip("s").isupper() else short.upper()


def is_acronym(short: str, long: str) -> bool:
    """Tell whether the initials of the long form, small words optional, give the short one.

    "Organization for Security and Co-operation in Europe" gives O(f)S(a)C(o)(i)E.
    """
    letters = [letter for letter in _initials(short) if letter.isalpha()]
    words = re.findall(r"[^\W_]+", long)
    if len(letters) < 2 or len(words) < 2:
        return False
    matched = 0
    for word in words:
        if matched < len(letters) and word[0].upper() == letters[matched]:
            matched += 1
    return matched == len(letters) and words[0][0].upper() == letters[0]
