"""Nouns that refer to speakers: "the company", "the Texas senator", "the statement".

The nouns of every kind are in ``nouns.toml``, each kind with its meaning and an example.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

from pipeline.annotate.names.titles import is_office

_TABLES: dict[str, Any] = tomllib.loads(
    (files(__package__) / "nouns.toml").read_text(encoding="utf-8")
)


WORD = re.compile(r"[^\W\d_][\w’'-]*")
"""A word of a phrase: "op-ed", "O’Neill", no number."""


def _words_of(kind: str) -> frozenset[str]:
    words = _TABLES[kind]["words"]
    return frozenset(words.split() if isinstance(words, str) else words)


COLLECTIVES = _words_of("collective")
OFFICIALS = _words_of("officials")
DOCUMENTS = _words_of("document")
WRITTEN = _words_of("written")
AGENCIES = _words_of("agency")
ORGANISATIONS = _words_of("organisation")
ANY_ORGANISATION = _words_of("any_organisation")
PRESS = _words_of("press")
LORE = _words_of("lore")
TESTIMONY = _words_of("testimony")
EVIDENCE = _words_of("evidence")
FIGURES = _words_of("figures")
_RANK_AND_FILE = _words_of("rank_and_file")
_RULERS = _words_of("ruler")
_POSITIONS = _words_of("position")
NAMELESS = _words_of("nameless")
PARTISANS = _words_of("partisan")
PARTIES = _words_of("party")
PORTFOLIOS = _words_of("portfolio")
LAWMAKERS = _words_of("lawmaker")
DISTINGUISHING = _words_of("distinguishing")
WITHIN_NAMES = _words_of("name_modifier")
PAIRS_OF_PEOPLE = _words_of("pair_of_people")
PAIRS_OF_COUNTRIES = _words_of("pair_of_countries")
PAIRS_OF_SIDES = _words_of("pair_of_sides")
_PEOPLE = _words_of("person") | _words_of("relative")
_NO_PEOPLE = _words_of("no_person") | DOCUMENTS
_PERSON_ENDING = re.compile(r"(?:er|or|ist|man|woman|ian|ess|ee|ent|ant)$")

SPOKESPERSON = re.compile(
    rf"\b(?:{'|'.join(sorted(_words_of('spokesperson'), key=len, reverse=True))})\b", re.IGNORECASE
)
_MODIFIES = re.compile(rf"['’]s?\b|\s+(?:{'|'.join(sorted(_words_of('entourage')))}|spokes\w+)\b")
PRESS_NAME = re.compile(
    rf"\b(?:{'|'.join(sorted(_words_of('press_name')))})\b"
    rf"|^(?:The\s)?(?:{'|'.join(sorted(_words_of('press_full_name')))})$"
)
_SYNONYMS: dict[str, str] = {
    word: chosen for chosen, words in _TABLES["synonyms"].items() for word in words.split()
}


def head_noun(phrase: str) -> str:
    """Return the head of a noun phrase in lower case: "the mayor of Tarn" → "mayor".

    That is the last word before any comma, "of", "for", "in" and the like; "" without a word.
    """
    core = re.split(r",|\s(?:of|for|in|within|at|from|on|to|by|with|who|that|which|and)\s", phrase)[
        0
    ]
    words = WORD.findall(core)
    return words[-1].lower() if words else ""


# "the Norrland space agency", "the state's highest court", with up to four words in between.
_AGENCY = re.compile(r"(?:[Tt]he\s+)?((?!The\b)[A-Z][\w’'.-]*(?:\s+[\w’'.-]+){0,4}?\s+([a-z]+))")


def agency_in(phrase: str) -> str | None:
    """Return the agency that a whole phrase describes by its place, as it is written.

    In "the Norrland space agency" the agency speaks and not Norrland; in "the Norrland government"
    and "the Norrland side" the country does (``COLLECTIVES``), and "the Lindco board" is Lindco's.
    """
    match = _AGENCY.fullmatch(phrase.strip(" ,"))
    if match is None or match[2] not in AGENCIES:
        return None
    return match[1]


def is_body_or_document(noun: str) -> bool:
    """Tell whether a noun names an organisation or something written: "ministry", "report"."""
    return noun in DOCUMENTS or noun in ORGANISATIONS or noun in COLLECTIVES


def is_person_noun(noun: str) -> bool:
    """Tell whether a noun names a person: an office, an occupation, a relative, "protester"."""
    if noun in _PEOPLE or is_office(noun):
        return True
    return len(noun) > 3 and _PERSON_ENDING.search(noun) is not None and noun not in _NO_PEOPLE


def are_rank_and_file(noun: str, *, of_a_place: bool) -> bool:
    """Tell whether a noun names people of a body or a place who do not speak for it.

    The students, workers and fans of an organisation do not; its leaders, officials and lawyers do.
    Of a country only those do who govern it, not its farmers and doctors.
    """
    singular = noun.removesuffix("s")
    if noun in _RANK_AND_FILE or noun in _POSITIONS:
        return True
    if noun == singular or not is_person_noun(singular):
        return False
    return noun not in _RULERS if of_a_place else not is_office(singular)


_ANYBODY = frozenset(
    "he she it they who some many most others another one everyone everybody somebody someone "
    "people experts expert personnel staff crew witnesses "
    "agreement contract data evidence law polling record research rule rules".split()
)
"""Pronouns, nouns of people that no ending tells, and what is written although nobody issued it."""


def can_speak(phrase: str) -> bool:
    """Tell whether a source without a name is people, a body or something written.

    "Workers", "the automaker" and "a survey of 300 firms" are; "the standings" are not. A capital
    behind the first word counts as a name.
    """
    words = WORD.findall(phrase)
    if any(word[0].isupper() for word in words[1:]) or any(map(str.isupper, words)):
        return True
    head = head_noun(phrase)
    nouns = {head, head.removesuffix("s"), head.removesuffix("es")}
    return head in _ANYBODY or any(is_person_noun(n) or is_body_or_document(n) for n in nouns)


_NUMBER = re.compile(r"\d|%|\b(?:half|majority|percent|third|quarter)\b", re.IGNORECASE)


def counts_or_is_body(phrase: str) -> bool:
    """Tell whether a source is a body, something written or a number of people that were asked.

    "Police", "the ministry", "the survey" and "62 percent of the guests" are; "trainers" and "many
    users" are not.
    """
    head = head_noun(phrase)
    nouns = {head, head.removesuffix("s"), f"{head[:-3]}y" if head.endswith("ies") else head}
    is_body = any(map(is_body_or_document, nouns)) or not nouns.isdisjoint(EVIDENCE)
    return is_body or _NUMBER.search(phrase) is not None


def modifies_noun(text: str, end: int) -> bool:
    """Tell whether a person's name that ends here modifies a noun: "Dane’s plan", "Dane aides"."""
    return _MODIFIES.match(text, end) is not None


def with_one_synonym(noun: str) -> str:
    """Return the word that represents a noun and its synonyms: "sen" → "senator"."""
    return _SYNONYMS.get(noun, noun)


def words_compared(text: str) -> frozenset[str]:
    """Return the words of a description as they are compared with another one.

    They are in lower case and without punctuation and possessive, and synonyms are one word. Words
    with a hyphen also count as their parts.
    """
    words = {
        word.lower().strip(".,()").removesuffix("'s").removesuffix("’s") for word in text.split()
    }
    words |= {part for word in words for part in word.split("-") if "-" in word}
    return frozenset(map(with_one_synonym, words))
