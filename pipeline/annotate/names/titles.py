"""Titles and offices of people: outside the name, kept as its role.

"US Deputy Secretary of State Wendy Sherman" is the name "Wendy Sherman" with the role "US Deputy
Secretary of State"; "Hugh Hill, a doctor at the clinic," has the role "doctor at the clinic".
"""

from __future__ import annotations

import re

from pipeline.annotate.names.aliases import load_aliases

HONORIFICS = frozenset(
    "mr mrs ms miss mx sir dame madam mme dr prof hon rev lord lady datuk dato dato’ datin "
    "seri puan encik smt shri adv engr barr alhaji alhaja hajia otunba".split()
)
MALE_HONORIFICS = frozenset("mr sir lord king prince pope father brother imam sheikh".split())
FEMALE_HONORIFICS = frozenset("mrs ms miss dame madam mme lady queen princess sister".split())
RANKS = frozenset(
    "general gen lieutenant lt colonel col major maj captain capt sergeant sgt corporal cpl "
    "commander cmdr admiral adm brigadier brig marshal constable inspector superintendent "
    "detective officer chief sheriff ret retd".split()
)
OFFICES = frozenset(
    "president vice minister premier chancellor secretary undersecretary deputy senator sen "
    "representative rep congressman congresswoman governor gov mayor councillor councilman "
    "councilwoman alderman ambassador envoy commissioner judge justice prosecutor attorney "
    "solicitor king queen prince princess emperor sultan emir sheikh pope cardinal archbishop "
    "bishop father imam ayatollah rabbi pastor reverend professor doctor director chairman "
    "chairwoman chairperson chair ceo cfo coo founder co-founder owner editor editor-in-chief "
    "correspondent reporter journalist columnist author writer analyst economist scientist "
    "researcher historian lawyer spokesman spokeswoman spokesperson spox coach manager captain "
    "speaker leader head boss whip nominee candidate frontrunner contender businessman "
    "businesswoman billionaire activist lawmaker legislator parliamentarian mp mps mep adviser "
    "advisor aide strategist pollster consultant official diplomat negotiator delegate "
    "administrator superintendent treasurer comptroller registrar principal dean rector "
    "coordinator organizer organiser executive president-elect host anchor moderator commentator "
    "actor actress singer musician artist director-general farmer teacher nurse resident student "
    "physician neurosurgeon mogul tycoon developer".split()
)
_SURNAMES = frozenset(
    "king queen prince pope judge dean bishop cardinal head boss host coach pastor justice speaker "
    "farmer father".split()
)
"""Offices that are surnames as well: "Stephen King" holds none."""
_MODIFIERS = frozenset(
    "prime foreign defense defence interior finance home press first former ex acting assistant "
    "associate senior junior late interim retired outgoing incoming then-president prime-minister "
    "executive managing national federal state presidential republican democratic gop police "
    "campaign health education justice trade energy environment transport labour labor climate "
    "security affairs treasury majority minority house senate party opposition supreme high chief "
    "special regional provincial general attorney white".split()
)
_LINKS = frozenset("of for and the to at in on & -".split())
_PLACING = frozenset({"at", "to", "in", "on"})
_NO_TITLE = frozenset(
    "a an the when while as after before if but and or that this these those he she they it we i "
    "in on at by for from with under since because though although both neither either not so then "
    "meanwhile however later earlier yesterday today sometimes often once still perhaps".split()
)
_AFTER_OFFICE = frozenset(
    "of for at in on with who whom whose which that by to from against than after before during "
    "about and or but is was were are has had said says told when while as".split()
)
"""An apposition names its office before any of these: ", joined by Justice Holm," names none."""
_NO_OFFICE = frozenset("both all also still once now then himself herself".split())
_BURMESE = frozenset({"U", "Daw"})
_WORD = re.compile(r"[^\s,;:()“”\"]+")
_LEADING = re.compile(r"([^\s]+)\s+")
_APPOSITION = re.compile(
    r",\s+(?:(?:an?|the|his|her|their|its|one of the)\s+)?([^,;:.!?“”\"()\n]{3,90})[,.;]"
)
_ARTICLE = r"(?:an?|the|his|her|their|its|our|one)"
_OPENING = re.compile(rf"\s*(?i:{_ARTICLE})\s+((?:[\w’'-]+\s+){{0,8}}[\w’'-]+),\s+$")
_CLOSE = re.compile(rf"\b(?i:{_ARTICLE})\s+((?:[a-z][\w’'-]*\s+){{0,2}}[a-z][\w’'-]*),?\s+$")
_APPOSITION_WITH_ARTICLE = re.compile(rf",\s+{_ARTICLE}\s+([^,;:.!?“”\"()\n]{{3,90}})[,.;]")
_APPOSED = re.compile(rf"\b(?i:{_ARTICLE})\s+")
_APPOSED_PHRASE = re.compile(r"((?:[\w’'-]+\s+){0,8}[\w’'-]+),\s+")
_OF_OFFICE = frozenset({"of", "for", "at", "in", "to", "and"})
MOST_OFFICE_WORDS = 5
"""Words up to the office: "new deputy foreign affairs minister"."""
LOOK_BACK = 120
"""Characters in front of a name in which its title must stand; the longest in PolNeAR's training
part has 96."""


def is_title_word(word: str) -> bool:
    """Tell whether a word can be part of a title: "Secretary", "Lt.", "Mr."."""
    plain = word.lower().rstrip(".,")
    return plain in OFFICES or plain in RANKS or plain in HONORIFICS


def is_office(word: str) -> bool:
    """Tell whether a word names an office or occupation, and no mere form of address."""
    plain = word.lower().rstrip(".,")
    return plain in OFFICES or plain in RANKS


def without_titles(name: str) -> str:
    """Take leading titles off a person's name: "President Joe Biden" → "Joe Biden"."""
    rest = _behind_people(_behind_office(name.removeprefix("Tan Sri ")))
    while (match := _LEADING.match(rest)) and _goes(match[1], rest[match.end() :]):
        rest = rest[match.end() :]
    return rest


def _behind_office(name: str) -> str:
    """Cut up to the last office that has a full name behind it: "Harbour Minister Ida Holm".

    Offices may be short: "Velmark Sen. Ida Holm".
    """
    words = name.split(" ")
    for place in range(len(words) - 3, 0, -1):
        office = words[place].lower().rstrip(".")
        if office in OFFICES - _SURNAMES and words[place + 1][:1].isupper():
            return " ".join(words[place + 1 :])
    return name


def _behind_people(name: str) -> str:
    """Cut what a person is called by country, before a full name: "Frenchman Luc Orval".

    "U" and "Daw" are Burmese for Mr. and Mrs.; "U Thant" has no other name and keeps it. "German"
    is a given name as well.
    """
    first, _, rest = name.partition(" ")
    if rest.count(" ") < 1 or not rest[0].isupper():
        return name
    of_a_country = first != "German" and load_aliases().find_demonym(first)
    return rest if first in _BURMESE or of_a_country else name


def _goes(word: str, rest: str) -> bool:
    if not any(character.isupper() for character in rest):
        return False
    if is_title_word(word):
        return True
    following = rest.split(maxsplit=1)[0]
    leads = word.lower() in _MODIFIERS or load_aliases().find_demonym(word) is not None
    return leads and is_title_word(following) and " " in rest


def role_before(text: str, start: int, sentence_start: int) -> str | None:
    """Return the title that stands right in front of a name, or None."""
    floor = max(sentence_start, start - LOOK_BACK)
    window = text[floor:start]
    if not window or window[-1] not in " \u00a0":
        return None
    words = list(_WORD.finditer(window))
    first = None
    gap_end = len(window)
    for match in reversed(words):
        if window[match.end() : gap_end].strip() or not _may_stand_in_title(match[0]):
            break
        first, gap_end = match, match.start()
    if first is None:
        return None
    return _tidy_role(window[first.start() :])


def _may_stand_in_title(word: str) -> bool:
    plain = word.lower().rstrip(".,'’")
    if plain in _LINKS or plain in _MODIFIERS or is_title_word(word):
        return True
    if plain in _NO_TITLE or plain.endswith(("'s", "’s")):
        return False
    return word[0].isupper() or word[0].isdigit()


def _tidy_role(run: str) -> str | None:
    """Cut what a run of capitals has too much: it begins no earlier than needed, ends in a title.

    "of State Antony Blinken": links at the edges go; without an office there is no role.
    "Speaking at President Holm’s": "at" leads to an office only from another one.
    """
    words = run.split() if not run.isupper() else _from_title_on(run.split())
    office = next((n for n, word in enumerate(words) if is_office(word)), 0)
    places = [n for n, word in enumerate(words[:office]) if word.lower() in _PLACING]
    words = words[places[-1] + 1 :] if places else words
    while words and (words[0].lower() in _LINKS or words[0].lower().rstrip(".") in HONORIFICS):
        words.pop(0)
    while words and words[-1].lower().rstrip(".") in {*HONORIFICS, *_LINKS}:
        words.pop()
    if not any(is_office(word) for word in words):
        return None
    return " ".join(words)


def _from_title_on(words: list[str]) -> list[str]:
    """Begin a role in capitals at a word of titles: "MET KENYAN FOREIGN MINISTER" at "KENYAN"."""
    aliases = load_aliases()
    while words and not (
        is_title_word(words[0])
        or words[0].lower() in _MODIFIERS
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
    if not any(map(is_office, words[:stop])) or plain[0] in _NO_OFFICE:
        return None
    return match[1].strip()


def role_apposed(text: str, start: int, end: int, sentence_start: int) -> str | None:
    """Return the office that a name stands behind as an apposition, or None.

    "The mayor of Tarn, Ida Holm, said" has the role "mayor of Tarn", "After meeting the mayor, Ida
    Holm said" has none: the name must have a comma or stop behind it as well.
    """
    if text[end : end + 1] not in {",", ".", ";"}:
        return None
    floor = max(sentence_start, start - LOOK_BACK)
    articles = [*_APPOSED.finditer(text, floor, start)]
    for article in reversed(articles):
        match = _APPOSED_PHRASE.fullmatch(text, article.end(), start)
        if match and _is_office_phrase(match[1].split()):
            return match[1]
    return None


def _is_office_phrase(words: list[str]) -> bool:
    """Tell "mayor of Tarn" and "chief executive" from "mayor said on the road to Tarn"."""
    plain = [word.lower() for word in words]
    stop = next((n for n, word in enumerate(plain) if word in _AFTER_OFFICE), len(words))
    if not stop or stop > MOST_OFFICE_WORDS or not is_office(words[stop - 1]):
        return False
    rest = plain[stop:]
    return not rest or (
        rest[0] in _OF_OFFICE and not any(word in _AFTER_OFFICE - _OF_OFFICE for word in rest)
    )


def described_before(text: str, start: int, sentence_start: int) -> list[str]:
    """Return what a name is called in front: "Her trainer, Babajide Klemm" → ["trainer"].

    With a comma the description opens the sentence; without one it is three words at most.
    """
    floor = max(sentence_start, start - LOOK_BACK)
    match = _OPENING.match(text, floor, start) or _CLOSE.search(text, floor, start)
    return [match[1]] if match else []


def described_after(text: str, end: int, sentence_end: int) -> list[str]:
    """Return what a name is called behind: ", a doctor at the clinic," and the like."""
    match = _APPOSITION_WITH_ARTICLE.match(text, end, max(sentence_end, end))
    return [match[1]] if match else []


def honorific_gender(text: str, start: int) -> str | None:
    """Return "m" or "f" where the word in front of a name tells, or None."""
    words = text[max(0, start - 12) : start].split()
    plain = words[-1].lower().rstrip(".") if words else ""
    if plain in MALE_HONORIFICS:
        return "m"
    return "f" if plain in FEMALE_HONORIFICS else None
