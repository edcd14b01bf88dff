"""Make clean mentions of the spans that the tagger found: correct borders and labels, add mentions.

Borders follow the Worldwide corpus: titles, "the" and "'s" are outside a name, initials and "Jr."
inside. An abbreviation in parentheses gets the label of the long form before it.
``label_agreement`` then decides the labels, and ``untagged`` finds further mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from pipeline.annotate.labels import misc_label
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.gazetteer import is_known_place
from pipeline.annotate.names.given_names import is_common_given_name
from pipeline.annotate.names.known_classes import ends_in_possessive, known_class
from pipeline.annotate.names.label_agreement import VOTELESS, with_agreed_labels
from pipeline.annotate.names.not_names import NotNames
from pipeline.annotate.names.titles import (
    is_office,
    is_postnominal,
    is_title_word,
    kinds_in_names,
    kinds_of_bodies,
    without_last_titles,
    without_postnominals,
    without_titles,
)
from pipeline.annotate.names.untagged import (
    full_organisation_names,
    is_spoken_sentence,
    known_countries_and_peoples,
    known_organisations,
    people_by_given_name,
    places_in_speech,
    quoted_titles,
    repeated_names,
    surnames_of_people,
)
from pipeline.annotate.spans import ABBREVIATIONS, CharSpan

# A credit in front of a name: "|Courtesy of |Forest News".
_COURTESY = re.compile(r"(?:[Cc]ourtesy|COURTESY)\s+(?:of|OF)\s+")
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of the direction in which text is written."""
_EDGE = _DIRECTIONS + " \t\u00a0\n\r\"“”'‘’«»()[]{},;:!?…–—|*•/"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_KINDS_OUTSIDE_NAMES = "|".join(sorted(kinds_of_bodies() - kinds_in_names()))
_THE = re.compile(
    rf"(?:the|recent|latest|former|current|previous|{_KINDS_OUTSIDE_NAMES})"
    r"\s+(?=[^\W_])",
    re.IGNORECASE,
)
"""Words in front of a name that have a capital only at the beginning: "Recent Lindco figures"."""
# In front of a body: "|union |Unite"; with a capital it may be part of the name ("Union Bank").
_KIND_IN_FRONT = re.compile(rf"(?i:{'|'.join(sorted(kinds_in_names()))})\s(?!Of\b)(?=[A-Z])")
_HYPHENS = re.compile(r"[-–—/]")
_LINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ACRONYM = re.compile(
    r"\s?\((?:the |or |also known as |known as )?[“\"‘']?"
    r"([A-Z][A-Z0-9&.-]{1,9}s?|[A-Z][a-z]{2,7})[”\"’']?\)"
)
# Behind a name that the tokens cut: "Tarn Milk Co|-op|".
_CO_OP = re.compile(r"-op(?:erative)?\b", re.IGNORECASE)
_PARTY = re.compile(r"[DRI]-[A-Z][\w.]*")
"""A party and a state, which are no name: "Sen. Ann Lee (D-Nev.)"."""
_CAPTION = re.compile(r"\s(?:Image|Photo|Picture|File|Credit|By)$")
"""A word of a picture credit behind a name: "Ida Tarn Image: Harbour Herald"."""
_SENTENCE_END = re.compile(r"(?<![\w.’'-])([A-Z]{2,}|[^\W\d_]{4,})\.\s+(?=[A-Z])")
_HANDLE = re.compile(r"\s\(?@")
_LAST_WORDS = re.compile(r"(?:\s(?:of|in|on|for|to|the|and|at|by|with|from|as|into|is|said))+$")
"""Words in which no name ends: "Cabinet of" before a name of its own."""
_DOTS = re.compile(r"(?<=[A-Z])\.(?=[A-Z.\s-]|$)")
MOST_WORDS_OF_LONG = 8
"""Words up to which a long form is searched for the letters of its abbreviation in any order."""
_COMPASS = frozenset("north south east west central latin".split())
"""Words before a people's name that are part of it: "West African"."""
_ACRONYM_WITH_STOP = re.compile(r"[A-Z]{2,}\.")
_GLUED_NUMBER = re.compile(r"[a-z]\d+$")
"""The next cell of a table behind a place: "Tarn West1"."""
_INITIALS = re.compile(r"(?<![\w.’'-])(?:[A-Z]\.? ?){1,3}(?<=[ .])$")
# In front of a player's name: "QB |Paul Oller".
_POSITION = re.compile(r"[A-Z]{1,3}\s+(?=[A-Z][a-z]+\s)")
LOOK_BESIDE = 24
"""Characters between the first words of a title and the name behind it: "Flt" and "Lt Ida Holm"."""
_GENERATION = re.compile(r",? [JS]r\b\.?")
_STOPS_KEPT = re.compile(r"(?:\b[A-Za-z]\.)+$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St|Mt|No|Bros)\.$")


def clean_mentions(text: str, spans: Iterable[CharSpan]) -> list[CharSpan]:
    """Return the article's mentions in reading order and without overlap.

    Args:
        text: the article.
        spans: the names found, with labels of ``labels``; GPE means any place here, and MISC any
            name of no other class.
    """
    trimmed = [part for span in spans for part in _trimmed(text, span)]
    trimmed = list(_with_firms(text, trimmed))
    trimmed = list(_without_titles_of_people(text, NotNames(text).without(trimmed)))
    spoken = [span for span in trimmed if is_spoken_sentence(text, span)]
    if spoken:
        trimmed = [span for span in trimmed if span not in spoken]
        trimmed.extend(places_in_speech(text, spoken))
    trimmed.extend(full_organisation_names(text, trimmed))
    trimmed.extend(quoted_titles(text))
    trimmed = _without_overlap(trimmed)
    trimmed = _without_overlap([*trimmed, *people_by_given_name(text, trimmed)])
    trimmed, spelled_out = _with_acronyms(text, trimmed)
    agreed = with_agreed_labels(text, trimmed, spelled_out)
    more = [
        *known_countries_and_peoples(text, agreed),
        *known_organisations(text, agreed),
        *surnames_of_people(text, agreed),
        *repeated_names(text, agreed, spelled_out),
    ]
    return _without_overlap([*agreed, *more])


def _trimmed(text: str, span: CharSpan) -> Iterator[CharSpan]:
    """Yield a span's names with correct borders: one, two if it is a pair, or none."""
    for part in _split_at_stop(text, span):
        yield from _with_borders(text, part)


def _split_at_stop(text: str, span: CharSpan) -> Iterator[CharSpan]:
    """Split a span at a full stop that ends a sentence: "NHL. Hathaway" is two names."""
    stop = _SENTENCE_END.search(text, span.start, span.end)
    word = stop[1] if stop else ""
    if stop is None or word.lower() in ABBREVIATIONS or is_title_word(word):
        yield span
        return
    first = span._replace(end=stop.end(1))
    is_acronym_first = word.isupper() and first.start == stop.start(1)
    yield first._replace(label="ORG") if is_acronym_first and span.label == "PERSON" else first
    yield from _split_at_stop(text, span._replace(start=stop.end()))


def _with_borders(text: str, span: CharSpan) -> Iterator[CharSpan]:
    start, end = span.start, span.end
    line = _LINE.search(text, start, end)
    if line:
        end = line.start()
    while start < end and (text[start] in _EDGE or text[start] == "-"):
        start += 1
    start, end = _within_brackets(text, start, end)
    end = _trim_end(text, start, end)
    if span.label not in VOTELESS:
        start = _after_the(text, start, end, span.label)
        end = _before_other_words(text, start, end, span.label)
    if span.label == "PERSON":
        caption = _CAPTION.search(text, start, end)
        end = caption.start() if caption and text[end : end + 1] == ":" else end
        end = start + len(without_postnominals(text[start:end]))
        start = end - len(without_titles(text[start:end]))
        start = _without_position(text, start, end)
        start, end = _with_initials(text, start), _with_generation(text, end)
    cooperative = _CO_OP.match(text, end) if text[start:end].endswith(" Co") else None
    end = cooperative.end() if cooperative else end
    credit = _COURTESY.match(text, start, end)
    start = credit.end() if credit else start
    surface = text[start:end]
    if not any(map(str.isalnum, surface)) or _PARTY.fullmatch(surface):
        return
    yield from _split_pair(text, span._replace(start=start, end=end))


def _within_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut a span at an unpaired bracket: "UN) General Assembly", "Tarn (Vesterby"."""
    opened, closed = text.rfind("(", start, end), text.find(")", start, end)
    if closed != -1 and (opened == -1 or opened > closed) and closed + 1 < end:
        start = closed + 1 + text[closed + 1 : end].startswith(" ")
    elif opened > start and closed == -1:
        end = opened
    return start, end


def _after_the(text: str, start: int, end: int, label: str) -> int:
    """Return the start of a name without "the" or "recent"; "The" may begin a title of a work."""
    kind = _KIND_IN_FRONT.match(text, start, end)
    if kind and (kind[0][0].islower() or _is_known_body(text, kind.end(), end)):
        return kind.end()
    the = _THE.match(text, start, end)
    if the is None:
        return start
    rest = text[the.end() : end]
    work = label == "MISC" and the[0][0] == "T" and " " in rest and misc_label(rest) == "MISC"
    return start if work else the.end()


def _is_known_body(text: str, start: int, end: int) -> bool:
    """Tell whether known_classes.tsv has a body, with or without the "'s" behind it."""
    return known_class(text[start:end]) == "ORG" or ends_in_possessive(text[start : end + 2])


def _before_other_words(text: str, start: int, end: int, label: str) -> int:
    """Return the end of a name without what follows it: a handle, "of", an office, "West1".

    "Moody's" is a name with its "'s".
    """
    for follows in (_HANDLE, _LAST_WORDS):
        match = follows.search(text, start, end)
        end = match.start() if match else end
    if label == "ORG" and ends_in_possessive(text[start : end + 2]):
        return end + 2
    surface = text[start:end]
    words = surface.split()
    if label == "ORG" and len(words) > 2 and (is_office(words[-1]) or words[-1] == "Board"):
        # "UN Special Rapporteur" is an office of the UN; "Ghana Fish Board" is a body of its own.
        if load_aliases().find(words[0]) and not (words[-1] == "Board" and is_country(words[0])):
            return start + len(words[0])
        if load_aliases().find(" ".join(words[:2])):
            return start + len(" ".join(words[:2]))
    if label == "GPE" and _GLUED_NUMBER.search(surface):
        return start + len(surface.rstrip("0123456789"))
    return end


def _with_firms(text: str, spans: Iterable[CharSpan]) -> Iterator[CharSpan]:
    """Join two surnames with "&" between them: "Marks & Harlow" is a firm.

    "Mary & Roy" are two people, and so are "Ida Holm & Roy Dane".
    """
    last: CharSpan | None = None
    for span in sorted(spans):
        if last and text[last.start : span.start].endswith("& "):
            names = text[last.start : last.end].rstrip(" &"), text[span.start : span.end]
            are_surnames = all(name.isalpha() and not is_common_given_name(name) for name in names)
            if text[last.start : last.end].endswith("&") or (
                {last.label, span.label} == {"PERSON"} and are_surnames
            ):
                last = last._replace(end=span.end, label="ORG")
                continue
        if last:
            yield last
        last = span
    if last:
        yield last


def _without_titles_of_people(text: str, spans: Iterable[CharSpan]) -> Iterator[CharSpan]:
    """Yield spans without those that are titles of the person beside them.

    "ACP" in front of "Ida Holm" is a rank, of "Green MEP" only the party is a name, and "OBE" in
    "Ida Holm, OBE" is an honour.
    """
    ordered = sorted(spans)
    named_to = -1
    for span, following in zip_longest(ordered, ordered[1:]):
        words = text[span.start : span.end].split(" ")
        if _is_beside(text, named_to, span.start) and all(map(is_postnominal, words)):
            named_to = span.end
            continue
        if span.label == "PERSON":
            named_to = span.end
        if following and following.label == "PERSON" and following.start - span.end <= LOOK_BESIDE:
            words = without_last_titles(words, text[span.end : following.start])
        if words:
            yield span._replace(end=span.start + len(" ".join(words)))


def _is_beside(text: str, end: int, start: int) -> bool:
    """Tell whether only a comma or a bracket stands between a name and letters: "Ida Holm (KC)"."""
    return 0 <= start - end <= len(", (") and text[end:start].strip(" ,(") == ""


def _without_position(text: str, start: int, end: int) -> int:
    """Return the start of a name without the letters of a player's position: "F Luis Muriel".

    "F Scott Fitzgerald" is never called Scott Fitzgerald in the same text.
    """
    match = _POSITION.match(text, start, end)
    if match is None:
        return start
    name = text[match.end() : end]
    return match.end() if text.count(name) > text.count(text[start:end]) else start


def _with_initials(text: str, start: int) -> int:
    """Return the start of a name with the initials before it: "K. R. Holm", "A G Holm".

    A single letter needs a full stop, since "A Holm" and "I Holm" may begin with a word.
    """
    match = _INITIALS.search(text, max(0, start - 12), start)
    if match is None or (len(match[0].split()) == 1 and "." not in match[0]):
        return start
    if _ACRONYM_WITH_STOP.search(match[0]):
        # In "from the NHL. Hathaway was ejected" a sentence begins with the name.
        return start
    return match.start()


def _with_generation(text: str, end: int) -> int:
    """Return the end of a name with "Jr." after it; Worldwide is inconsistent about numerals."""
    match = _GENERATION.match(text, end)
    return match.end() if match else end


def _trim_end(text: str, start: int, end: int) -> int:
    while start < end:
        surface = text[start:end]
        possessive = _POSSESSIVE.search(surface)
        if possessive and ends_in_possessive(surface):
            break
        if possessive:
            end -= len(possessive[0])
        elif surface[-1] in _EDGE or (surface[-1] == "." and not _STOPS_KEPT.search(surface)):
            end -= 1
        else:
            break
    return end


def _split_pair(text: str, span: CharSpan) -> Iterator[CharSpan]:
    """Split a pair: "US-Russia" and "Ida & Roy" are two names each, "U.S.-backed" is one.

    "Oklahoma Republican" is a place and a people too, and of "Western democratic" only the first
    word is a name. "Guinea-Bissau" and "NATO-Russia Council" are not split.
    """
    surface = text[span.start : span.end]
    one, _, other = surface.partition(" & ")
    if span.label == "PERSON" and other:
        yield span._replace(end=span.start + len(one))
        yield span._replace(start=span.end - len(other))
        return
    aliases = load_aliases()
    place, _, people = surface.rpartition(" ")
    if (
        place
        and is_people(people)
        and not aliases.find_demonym(surface)
        and place.lower() not in _COMPASS
        and (is_known_place(place) or is_country(place))
    ):
        yield span._replace(end=span.start + len(place), label="GPE")
        yield span._replace(start=span.end - len(people), label="NORP")
        return
    first, _, rest = surface.partition(" ")
    if span.label == "NORP" and rest.islower() and is_people(first):
        yield span._replace(end=span.start + len(first))
        return
    parts = _HYPHENS.split(surface)
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


def is_people(word: str) -> bool:
    """Tell whether a word means members of a people or a party: "Kenyans", "Republican"."""
    is_capital = word[:1].isupper()
    known = known_class(word) == "NORP" or load_aliases().find_demonym(word) is not None
    return is_capital and (known or word == "Western")


def is_country(name: str) -> bool:
    """Tell whether the alias table lists a name as a country."""
    known = load_aliases().find(name)
    return known is not None and known.label == "GPE"


def _without_overlap(spans: list[CharSpan]) -> list[CharSpan]:
    """Return the spans in reading order, of two that overlap the longer, or the first if equal."""
    kept: list[CharSpan] = []
    for span in sorted(spans, key=lambda item: (item.start, item.start - item.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end - span.start > kept[-1].end - kept[-1].start:
            kept[-1] = span
    return kept


def _with_acronyms(text: str, spans: list[CharSpan]) -> tuple[list[CharSpan], dict[str, str]]:
    """Add "(SSD)" after "Strategic Stability Dialogue"; also return {"SSD": its long form}."""
    found: list[CharSpan] = []
    spelled_out: dict[str, str] = {}
    for span in spans:
        match = _ACRONYM.match(text, span.end) if span.label not in {"DATE", "MONEY"} else None
        if match and _explains(text[span.start : span.end], match[1]):
            found.append(CharSpan(match.start(1), match.end(1), span.label, span.score))
            spelled_out.setdefault(key(match[1]), text[span.start : span.end])
    taken = sorted(found)
    starts = [span.start for span in taken]
    kept = [span for span in spans if not _overlaps(span, taken, starts)]
    return _without_overlap([*kept, *found]), spelled_out


def _overlaps(span: CharSpan, taken: list[CharSpan], starts: list[int]) -> bool:
    place = bisect_left(starts, span.end) - 1
    return place >= 0 and taken[place].end > span.start


def _explains(long: str, short: str) -> bool:
    """Tell whether the name before parentheses explains the abbreviation in them.

    Beside initials, these are the beginnings of words in any order, since the letters may be those
    of another language: "U.S.-Korea Free Trade Agreement (KORUS)", "Impact Investing Forum (FII)".
    """
    return is_acronym(short, long) or (
        short.isupper() and len(short) > 2 and _made_of_beginnings(short, long)
    )


def _made_of_beginnings(short: str, long: str) -> bool:
    words = [word.upper() for word in re.findall(r"[^\W_]+", _DOTS.sub("", long)) if len(word) > 1]
    if not 2 <= len(words) <= MOST_WORDS_OF_LONG:
        return False
    return _can_be_cut(short, tuple(words))


def _can_be_cut(rest: str, words: tuple[str, ...]) -> bool:
    """Tell whether letters are beginnings of at most three letters of distinct words."""
    if not rest:
        return True
    return any(
        _can_be_cut(rest[size:], words[:number] + words[number + 1 :])
        for number, word in enumerate(words)
        for size in range(min(3, len(word), len(rest)), 0, -1)
        if word[:size] == rest[:size]
    )


def _in_capitals(short: str) -> str:
    """Return an abbreviation in capitals: "NGOs" without its plural "s", "Sars" as "SARS"."""
    return short.rstrip("s") if short.rstrip("s").isupper() else short.upper()


def is_acronym(short: str, long: str) -> bool:
    """Tell whether the initials of a long form give the short one; small words are optional.

    "Organization for Security and Co-operation in Europe" gives O(f)S(a)C(o)(i)E.
    """
    letters = [letter for letter in _in_capitals(short) if letter.isalpha()]
    words = re.findall(r"[^\W_]+", long)
    if len(letters) < 2 or len(words) < 2:
        return False
    matched = 0
    for word in words:
        if matched < len(letters) and word[0].upper() == letters[matched]:
            matched += 1
    return matched == len(letters) and words[0][0].upper() == letters[0]
