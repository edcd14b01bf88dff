"""Read the title or office of a person from the words around the name; it is no part of the name.

"US Deputy Secretary of State Wendy Sherman" is the name "Wendy Sherman" with the role "US Deputy
Secretary of State"; "Hugh Hill, a doctor at the clinic," has the role "doctor at the clinic". The
words of titles, with their kinds, are in ``titles.tsv``, the letters behind names ("Ida Holm KC")
in ``postnominals.tsv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.given_names import is_common_given_name
from pipeline.tables import read_rows

_LINKS = frozenset("of for and the to at in on & -".split())
"""Words inside a title that are no title words: "Secretary of State for Trade and Industry"."""
_PLACE_PREPOSITIONS = frozenset({"at", "to", "in", "on"})
_SENTENCE_OPENERS = frozenset(
    "a an the when while as after before if but and or that this these those he she they it we i "
    "in on at by for from with under since because though although both neither either not so then "
    "meanwhile however later earlier yesterday today sometimes often once still perhaps".split()
)
"""Words that begin sentences with a capital and belong to no title: "Then President Holm"."""
_AFTER_OFFICE = frozenset(
    "of for at in on with who whom whose which that by to from against than after before during "
    "about and or but is was were are has had said says told when while as".split()
)
"""An apposition names its office before any of these: ", joined by Justice Holm," names none."""
_NO_APPOSITION = frozenset("both all also still once now then himself herself".split())
"""First words after which a phrase between commas is no apposition: ", both mayors,"."""
_BURMESE_HONORIFICS = frozenset({"U", "Daw"})
_WORD = re.compile(r"[^\s,;:()“”\"]+")
_LEADING = re.compile(r"([^\s]+)\s+")
_APPOSITION = re.compile(
    r",\s+(?:(?:an?|the|his|her|their|its|one of the)\s+)?([^,;:.!?“”\"()\n]{3,90})[,.;]"
)
_ARTICLE = r"(?:an?|the|his|her|their|its|our|one)"
_OPENING_DESCRIPTION = re.compile(rf"\s*(?i:{_ARTICLE})\s+((?:[\w’'-]+\s+){{0,8}}[\w’'-]+),\s+$")
_ADJACENT_DESCRIPTION = re.compile(
    rf"\b(?i:{_ARTICLE})\s+((?:[a-z][\w’'-]*\s+){{0,2}}[a-z][\w’'-]*),?\s+$"
)
_APPOSITION_WITH_ARTICLE = re.compile(rf",\s+{_ARTICLE}\s+([^,;:.!?“”\"()\n]{{3,90}})[,.;]")
_APPOSED = re.compile(rf"\b(?i:{_ARTICLE})\s+")
_APPOSED_PHRASE = re.compile(r"((?:[\w’'-]+\s+){0,8}[\w’'-]+),\s+")
_OF_OFFICE = frozenset({"of", "for", "at", "in", "to", "and"})
MOST_OFFICE_WORDS = 5
"""Words up to the office: "new deputy foreign affairs minister"."""
LOOK_BACK = 120
"""Characters in front of a name in which its title must stand; the longest in PolNeAR's training
part has 96."""


_OCCUPATION = re.compile(r"[A-Z][a-z]+(?:(?<=[^aeiou])[eo]r|ist|woman|smith|wright)")
"""The endings of words for what people do: "Fitter", "Violinist". Behind a vowel "er" ends given
names: "Naseer". "Naseer" and "Herman" are why "eer" and "man" are left out."""


class _Titles(NamedTuple):
    """The words of ``titles.tsv`` by kind; its header says what the kinds mean."""

    honorifics: frozenset[str]
    ranks: frozenset[str]
    offices: frozenset[str]
    modifiers: frozenset[str]
    surnames: frozenset[str]
    """Offices that are surnames as well: "Stephen King" holds none."""
    genders: dict[str, str]
    """Word → "m" or "f"."""


@lru_cache(maxsize=1)
def _load() -> _Titles:
    kinds: dict[str, set[str]] = defaultdict(set)
    genders: dict[str, str] = {}
    for word, listed, gender, surname in read_rows(__package__, "titles.tsv", columns=4):
        for kind in listed.split("|"):
            kinds[kind].add(word)
        if gender != "-":
            genders[word] = gender
        if surname == "yes":
            kinds["surname"].add(word)
    return _Titles(
        frozenset(kinds["honorific"]),
        frozenset(kinds["rank"]),
        frozenset(kinds["office"]),
        frozenset(kinds["modifier"]),
        frozenset(kinds["surname"]),
        genders,
    )


def is_title_word(word: str) -> bool:
    """Tell whether a word can be part of a title: "Secretary", "Lt.", "Mr."."""
    titles = _load()
    plain = word.lower().rstrip(".,")
    return plain in titles.offices or plain in titles.ranks or plain in titles.honorifics


def is_office(word: str) -> bool:
    """Tell whether a word names an office, rank or occupation; "Mr." does not."""
    titles = _load()
    plain = word.lower().rstrip(".,")
    return plain in titles.offices or plain in titles.ranks


def without_last_titles(words: list[str], behind: str) -> list[str]:
    """Return words without the titles at their end.

    Words that are titles alone are dropped, and of others an abbreviated office that the name
    follows: "Green MEP". "Department of Justice" is a body though "justice" is an office.

    Args:
        words: what stands in front of a person's name: "Green MEP", "Flt" before "Lt".
        behind: what stands between the words and the name.
    """
    following = behind.replace(".", "").split()
    if not all(map(is_title_word, following)):
        return words
    ranks, modifiers = _load().ranks, _load().modifiers
    rest, behind_it = list(words), following[0] if following else ""
    while rest and (
        is_title_word(rest[-1]) or (rest[-1].lower() in modifiers and behind_it.lower() in ranks)
    ):
        behind_it = rest.pop()
    is_seat = not following and words[-1].isupper()
    return rest if not rest or is_seat else words


def without_titles(name: str) -> str:
    """Remove leading titles from a person's name: "President Joe Biden" → "Joe Biden"."""
    rest = _without_nationality(_after_last_office(name.removeprefix("Tan Sri ")))
    rest = _without_occupation(rest)
    while (match := _LEADING.match(rest)) and _is_leading_title(match[1], rest[match.end() :]):
        rest = rest[match.end() :]
    return rest


@lru_cache(maxsize=1)
def _postnominals() -> frozenset[str]:
    return frozenset(
        letters for letters, _ in read_rows(__package__, "postnominals.tsv", columns=2)
    )


@lru_cache(maxsize=1)
def kinds_of_bodies() -> frozenset[str]:
    """Return the words that say in front of a name what a body is: "retailer", "union"."""
    return frozenset(_in_names())


def kinds_in_names() -> frozenset[str]:
    """Return those with which names begin too: "Union Bank", but no name begins with "Retailer"."""
    return frozenset(word for word, in_names in _in_names().items() if in_names)


@lru_cache(maxsize=1)
def _in_names() -> dict[str, bool]:
    rows = read_rows(__package__, "kinds_of_bodies.tsv", columns=3)
    return {word: in_names == "yes" for word, in_names, _ in rows}


def is_postnominal(word: str) -> bool:
    """Tell whether letters behind a name are an honour, a degree or a seat: "KC", "Ph.D.", "MP"."""
    return word.replace(".", "").strip(",()") in _postnominals()


def without_postnominals(name: str) -> str:
    """Remove honours, degrees and seats behind a person's name: "Ida Holm OBE" → "Ida Holm".

    A name in capitals keeps what it has: "MARY DO" may be her surname.
    """
    words = name.split(" ")
    while len(words) > 1 and is_postnominal(words[-1]) and not "".join(words[:-1]).isupper():
        words.pop()
    return " ".join(words).rstrip(",")


def _after_last_office(name: str) -> str:
    """Return what follows the last office before a full name: "Harbour Minister Ida Holm".

    Abbreviations count as well: "Velmark Sen. Ida Holm". Without an office the name is returned
    unchanged.
    """
    titles = _load()
    words = name.split(" ")
    for place in range(len(words) - 3, 0, -1):
        office = words[place].lower().rstrip(".")
        if office in titles.offices - titles.surnames and words[place + 1][:1].isupper():
            return " ".join(words[place + 1 :])
    return name


def _without_nationality(name: str) -> str:
    """Remove the nationality in front of a full name: "Frenchman Luc Orval" → "Luc Orval".

    "U" and "Daw" are Burmese for Mr. and Mrs.; "U Thant" has no other name and keeps it. "German"
    is a given name as well and stays.
    """
    first, _, rest = name.partition(" ")
    if rest.count(" ") < 1 or not rest[0].isupper():
        return name
    is_nationality = first != "German" and load_aliases().find_demonym(first)
    return rest if first in _BURMESE_HONORIFICS or is_nationality else name


def _without_occupation(name: str) -> str:
    """Remove an occupation in front of a full name: "Fitter Ruth Lamm" → "Ruth Lamm".

    At the beginning of a sentence or headline it has a capital. A word counts as one if it ends
    like one and a common given name follows; "Walter Paul Holm" keeps all its words, since Walter
    is a given name itself.
    """
    first, _, rest = name.partition(" ")
    words = rest.split(" ")
    is_occupation = _OCCUPATION.fullmatch(first) is not None and not is_common_given_name(first)
    return rest if len(words) > 1 and is_occupation and is_common_given_name(words[0]) else name


def _is_leading_title(word: str, rest: str) -> bool:
    """Tell whether the first word is a title, or leads to one: "former" in "former mayor Holm"."""
    if not any(character.isupper() for character in rest):
        return False
    if is_title_word(word):
        # "Dean" is an office and a given name, and no dean is called by his surname alone.
        return " " in rest or not is_common_given_name(word)
    following = rest.split(maxsplit=1)[0]
    leads = word.lower() in _load().modifiers or load_aliases().find_demonym(word) is not None
    return leads and is_title_word(following) and " " in rest


def role_before(text: str, start: int, sentence_start: int) -> str | None:
    """Return the title that stands directly before the name at ``start``, or None."""
    window_start = max(sentence_start, start - LOOK_BACK)
    window = text[window_start:start]
    if not window or window[-1] not in " \u00a0":
        return None
    words = list(_WORD.finditer(window))
    first = None
    gap_end = len(window)
    for match in reversed(words):
        if window[match.end() : gap_end].strip() or not _may_be_in_title(match[0]):
            break
        first, gap_end = match, match.start()
    if first is None:
        return None
    return _role_in(window[first.start() :])


def _may_be_in_title(word: str) -> bool:
    plain = word.lower().rstrip(".,'’")
    if plain in _LINKS or plain in _load().modifiers or is_title_word(word):
        return True
    if plain in _SENTENCE_OPENERS or plain.endswith(("'s", "’s")):
        return False
    return word[0].isupper() or word[0].isdigit()


def _role_in(run: str) -> str | None:
    """Return the role in a run of words that may be in a title, or None if none is an office.

    Links and honorifics at both ends are removed ("of State Antony Blinken" is no role). Words up
    to a preposition of place in front of the office are removed too: "Speaking at President
    Holm’s" has the role "President".
    """
    honorifics = _load().honorifics
    words = run.split() if not run.isupper() else _from_first_title_word(run.split())
    office = next((n for n, word in enumerate(words) if is_office(word)), 0)
    places = [n for n, word in enumerate(words[:office]) if word.lower() in _PLACE_PREPOSITIONS]
    words = words[places[-1] + 1 :] if places else words
    while words and (words[0].lower() in _LINKS or words[0].lower().rstrip(".") in honorifics):
        words.pop(0)
    while words and words[-1].lower().rstrip(".") in {*honorifics, *_LINKS}:
        words.pop()
    if not any(is_office(word) for word in words):
        return None
    return " ".join(words)


def _from_first_title_word(words: list[str]) -> list[str]:
    """Drop leading words of a run in capitals that belong to no title.

    "MET KENYAN FOREIGN MINISTER" becomes "KENYAN FOREIGN MINISTER": where all words have capitals,
    capitals do not show where the title begins.
    """
    aliases = load_aliases()
    while words and not (
        is_title_word(words[0])
        or words[0].lower() in _load().modifiers
        or aliases.find_demonym(words[0])
        or aliases.find(words[0])
    ):
        words = words[1:]
    return words


def role_after(text: str, end: int, sentence_end: int) -> str | None:
    """Return the office in an apposition after a name, or None: ", a doctor at the clinic,"."""
    match = _APPOSITION.match(text, end, min(len(text), max(sentence_end, end)))
    if match is None:
        return None
    words = match[1].split()
    plain = [word.lower() for word in words]
    stop = next((n for n, word in enumerate(plain) if word in _AFTER_OFFICE), len(words))
    if not any(map(is_office, words[:stop])) or plain[0] in _NO_APPOSITION:
        return None
    return match[1].strip()


def role_apposed(text: str, start: int, end: int, sentence_start: int) -> str | None:
    """Return the office to which the name from ``start`` to ``end`` is an apposition, or None.

    "The mayor of Tarn, Ida Holm, said" has the role "mayor of Tarn". "After meeting the mayor, Ida
    Holm said" has none: the name must be followed by a comma or full stop as well.
    """
    if text[end : end + 1] not in {",", ".", ";"}:
        return None
    window_start = max(sentence_start, start - LOOK_BACK)
    articles = [*_APPOSED.finditer(text, window_start, start)]
    for article in reversed(articles):
        match = _APPOSED_PHRASE.fullmatch(text, article.end(), start)
        if match and _is_office_phrase(match[1].split()):
            return match[1]
    return None


def _is_office_phrase(words: list[str]) -> bool:
    """Tell whether words name an office: "mayor of Tarn", but not "mayor said on the road to"."""
    plain = [word.lower() for word in words]
    stop = next((n for n, word in enumerate(plain) if word in _AFTER_OFFICE), len(words))
    if not stop or stop > MOST_OFFICE_WORDS or not is_office(words[stop - 1]):
        return False
    rest = plain[stop:]
    return not rest or (
        rest[0] in _OF_OFFICE and not any(word in _AFTER_OFFICE - _OF_OFFICE for word in rest)
    )


def described_before(text: str, start: int, sentence_start: int) -> list[str]:
    """Return the description in front of a name: "Her trainer, Babajide Klemm" → ["trainer"].

    A description with a comma must open the sentence; one without has three words at most. The
    list is empty where there is none.
    """
    window_start = max(sentence_start, start - LOOK_BACK)
    match = _OPENING_DESCRIPTION.match(text, window_start, start) or _ADJACENT_DESCRIPTION.search(
        text, window_start, start
    )
    return [match[1]] if match else []


def described_after(text: str, end: int, sentence_end: int) -> list[str]:
    """Return the description after a name, ", a doctor at the clinic,", or an empty list."""
    match = _APPOSITION_WITH_ARTICLE.match(text, end, max(sentence_end, end))
    return [match[1]] if match else []


def honorific_gender(text: str, start: int) -> str | None:
    """Return "m" or "f" where the word before the name at ``start`` tells it ("Mrs."), or None."""
    words = text[max(0, start - 12) : start].split()
    plain = words[-1].lower().rstrip(".") if words else ""
    return _load().genders.get(plain)
