"""Reads the names out of bylines: "By Jane Doe, Political Editor and JOHN ROE | Reuters".

A name has two to five words; a single word ("Ruvela", "newsdesk7") counts only if no name of the
byline has two. What follows "in", "for" and "at" is a place or an employer, and a role ends a name.
Names in scripts without capitals are taken as they are. "Photos by Per Aasen" names a contributor,
no author. The words are in ``byline_words.tsv``. A word that is common in the names of newsrooms
and is a surname too ("Press") makes no newsroom of a name that begins with a given name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import get_args

from pipeline.line_rules.agencies import agency_named
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.calendar_words import ENGLISH_MONTH, ENGLISH_WEEKDAY, MONTH_NAME
from pipeline.models import Contributor, ContributorRole
from pipeline.tables import read_rows
from pipeline.text import normalise, storable

CAPITAL = f"[{''.join(letter for letter in map(chr, range(0x530)) if letter.isupper())}]"
"""Pattern for a capital letter of the Latin, Greek and Cyrillic scripts."""
_LONGEST_NAME_LINE = 40
"""Characters of a line that holds a name alone."""


def _words() -> dict[str, list[str]]:
    """Read ``byline_words.tsv``: the words of each kind, in lower case."""
    words: dict[str, list[str]] = {}
    for kind, _, forms, _ in read_rows(__package__, "byline_words.tsv", columns=4):
        words.setdefault(kind, []).extend(forms.split("|"))
    return words


def _one_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, dict.fromkeys(words)))


def _labels_of_lines() -> list[str]:
    """Return the labels that show a byline by themselves.

    "Analysis:" also begins a headline, and "Author:" names that of a book under review.
    """
    rows = read_rows(__package__, "byline_words.tsv", columns=4)
    foreign = [forms for kind, language, forms, _ in rows if kind == "label" and language != "en"]
    words = [word for forms in foreign for word in forms.split("|")]
    english = ["text", "interview", "writer", "author of the article"]
    return [*english, *(w for w in words if w not in _WORDS["genre"])]


_WORDS = _words()
BY = r"(?:[Bb]y|BY)"
"""Pattern for the English "by" as bylines print it."""
BEFORE_NAME = f"(?:{_one_of(_WORDS['before'])})"
"""Pattern for "by" in any language of the table, in lower case."""
_LEAD = re.compile(
    rf"^\W*(?:(?:{_one_of(_WORDS['made'])})\s*)?"
    rf"(?:(?!von\s+de[rnm]\b)(?:{BEFORE_NAME}\b\W*)+|\b(?:{_one_of(_WORDS['label'])})\s*[:：／])[:：\s]*",
    re.IGNORECASE,
)
"""What precedes the names: "By", "Written by", "Author:"; "von der Leyen" is a name."""
_BYLINE_START = re.compile(
    r"(?:[Bb]y|BY)+(?=[A-Z])|(?:[Bb]y|BY){2,} |"
    r"(?:(?:[Ww]ritten|[Pp]osted|[Ss]tory|[Rr]eported|[Ss]ubmitted) )?(?:[Bb]y|BY)\b|"
    r"(?:[Vv]on|VON|Por|Par|Di|Door|Av|Af|Oleh|بقلم|โดย)\b|"
    rf"(?i:{_one_of(_labels_of_lines())})\s*[:：／]"
)
"""Stricter than ``_LEAD``, for lines of a page that are not known to be bylines."""
_INNER_BY = re.compile(
    rf"^.*\b(?:{BY}|(?i:{_one_of(_WORDS['genre'])}) (?:von|par|por|de))\s+(?=\w)"
)
"""A "by" further on in the line: "View all posts by Ines Moor", "Eine Kolumne von Ines Moor"."""
_DATE = re.compile(
    rf"(?<=\w)[\s,]+(?:on )?(?:{ENGLISH_WEEKDAY},? )?"
    rf"(?:(?:{ENGLISH_MONTH}|(?i:{MONTH_NAME})) )?\d.*$"
)
_GLUED_LEAD = re.compile(
    rf"^(?:(?i:{_one_of(_WORDS['made'])})\s*)?(?:{BY}|[Vv]on|[Pp]ar|[Pp]or)+(?=[^\W\d_a-z][a-zß-ÿ.])"
    rf"|^(?:{BY}){{2,}}\s+"
)
_ADDRESS = re.compile(r"https?:\S+|www\.\S+|\S+@\S+\.\w+|(?<!\w)@\w+|\(at\)\S*")
_AND = "and|und(?! zu )|et|with|avec|mit|plus"
_FOREIGN_AND = "y|e|och|og|en|и|i|ja|ve|és|και|و|dan"
_JOINED = re.compile(
    rf"\s*(?:[;|/•·&\n、，،]|,(?:\s+(?:{_AND}|{_FOREIGN_AND})(?=\s))?|\s[-–—]+\s|[-–—]+\s|\s[-–—]+)\s*"
    rf"|\s+(?:{_AND})\s+",
    re.IGNORECASE,
)
"""What stands between two names; "Ines Moor, Per Aasen, and Lu Ray" has a comma before "and"."""
_BAR_IN_LIST = re.compile(
    rf"\s*\|\s*((?:{_AND}|&)(?=\s))(?:\s*\|)?\s+|(?<!\w)((?:{BEFORE_NAME}|from|{_AND}|&)\s*)\|\s*",
    re.IGNORECASE,
)
"""The border of two elements within a list: "By | Ines Moor | and | Per Aasen"."""
_BETWEEN_NAMES = re.compile(rf"\s+(?:{_FOREIGN_AND})\s+")
_AFTER = re.compile(r"\s+(?:for|in|at|on|from|via|of|für|aus|pour|para|à|près)\s+.*", re.IGNORECASE)
_SUFFIX = re.compile(r",\s*((?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)", re.IGNORECASE)
_DEGREE = re.compile(
    r"[,\s]+(?:Ph\.?\s?D\.?|M\.?D\.?|M\.?B\.?A\.?|J\.?D\.?|[OMC]BE|Esq\.?|R\.?N\.?|FRS|M\.?Sc\.?)(?=$|[,;\s])"
)
_LETTERS_BEHIND = re.compile(r"(?<=\S )(\S*[a-zß-ÿ]) (?![IVX]+$)[A-Z]{3,5}$")
"""Letters of a qualification behind two words of a name: "Ines Moor CPP"."""
_NEVER_IN_NAME = re.compile(
    rf"\d|[@<>{{}}=?!:]|https?:|\b(?:{_one_of(_WORDS['never'])})\b", re.IGNORECASE
)
_NEVER_FIRST = frozenset(_WORDS["never_first"])
"""Words with which no name begins, though some are surnames: "Read More", but "Mark Read"."""
_SURNAMES = frozenset(_WORDS["surname"])
_HOUSES = frozenset(_WORDS["house"])
_ROLES = frozenset(_WORDS["role"])
_GROUPS = frozenset(("staff", "desk", "bureau", "research", "editors", "reporters", "journalists"))
"""Roles of several people: "Lakeshore Staff" is a newsroom, "News Reporter" nobody's name."""
_WORK = {word: role for role in get_args(ContributorRole) for word in _WORDS[role]}
"""The role of a contributor by the word for the work: "illustrated", "photos"."""
_CONTRIBUTION = re.compile(
    rf"(?:^|(?<=[^\w-]))(?P<work>{_one_of((*_WORK, *_WORDS['other_work']))})"
    rf"(?:\s+(?:{BEFORE_NAME}|de|from)\b\W*|\s*[:：/]\s*|\s+(?=[\u3040-\u9fff]))(?P<names>[^|;•·\n]*)",
    re.IGNORECASE,
)
"""What a byline says of other people's work: "Photos by Per Aasen"."""
_BODY = re.compile(
    rf"\b(?:{_one_of(_WORDS['body'])})\b|\.\w{{2,4}}$|{_one_of(_WORDS['body_part'])}", re.IGNORECASE
)
"""A word of an organisation's name, or the end of a domain: "lakeshore.com"."""
_PLACES = frozenset(_WORDS["place"])
_REGION = re.compile(r"(?:North|South|West|East) \w+", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[a-zß-ÿ]{3})(?<!Fitz)[A-Z][^,;|&]*")
"""What a template glues to a name: "Ines MoorHarbour2 comments"; McAvoy and FitzRoy stay whole."""
_SECOND_HALF = re.compile(r"[A-Z][a-zß-ÿ]+")
"""What may be the second half of a surname: "VanderMeer", "SubbaRao"."""
_CALENDAR_WORD = re.compile(rf"{ENGLISH_WEEKDAY}|{ENGLISH_MONTH}|(?i:{MONTH_NAME})")
_DOUBLED = re.compile(r"^(\S+ \S.*) \1$")
"""A name that stands twice: beside the author's picture and below it."""
_WORD = re.compile(r"[^\W\d_][\w.’'-]*")
_PARTICLES = frozenset(_WORDS["particle"])
PARTICLE = f"(?:{_one_of(_WORDS['particle'])})"
"""Pattern for what is part of a name in lower case: "van", "de la"."""
_NAME_LINE = re.compile(rf"(?:{CAPITAL}[\w.’'-]+ (?:{PARTICLE} ){{0,3}}){{1,3}}{CAPITAL}[\w’'-]+")
_NO_NAME = frozenset(("the", "a", "an", "my", "our", "your", *_WORDS["before"]))
_NAME_WORDS = 5
"""Words of the longest name."""
_NAME_CHARS = 60
"""Characters of the longest name."""
_BYLINE_CHARS = 300
"""Characters of the longest line that is read as a byline."""
_ROLE_LINE_WORDS = 5
"""Words of the longest line that is a role alone."""
_HANDLE = re.compile(r"[^\W\d_][\w.-]{2,30}")
_MAX_NAMES = 30
"""Names kept for one page: more is a list of staff."""


def author_names(byline: str) -> tuple[str, ...]:
    """Return the people in a byline; the organisations if it names no person.

    >>> author_names("By Jane Doe and John Roe, Political Editor")
    ('Jane Doe', 'John Roe')
    """
    return clean_authors([byline])


def clean_authors(bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the people in several bylines, in order and once each, like ``author_names``."""
    names = [name for line in bylines for name in _names(line)]
    people = [name for name in names if not is_organisation(name)]
    return _each_once(people or names)


def starts_as_byline(line: str) -> bool:
    """Tell whether a line begins with "By", "Written by", "Autor:" or the like.

    >>> starts_as_byline("By Ines Moor"), starts_as_byline("Bystanders saw it.")
    (True, False)
    """
    return bool(_BYLINE_START.match(line))


def is_byline_label(line: str) -> bool:
    """Tell whether a line is what precedes a name and nothing else: "Written by", "Author:".

    >>> is_byline_label("Written by"), is_byline_label("By Ines Moor")
    (True, False)
    """
    return not _LEAD.sub("", f" {line} ") and bool(line.strip())


def is_byline(line: str) -> bool:
    """Tell whether a line says who wrote the page and names a person with two words.

    >>> is_byline("By Ines Moor"), is_byline("By Tuesday, the pier was closed.")
    (True, False)
    """
    if not starts_as_byline(line):
        return False
    return any(" " in name or not _has_case(name) for name in clean_authors([line]))


def is_role(line: str) -> bool:
    """Tell whether a line is a role alone: "Environment correspondent", "Health Reporter".

    >>> is_role("Environment correspondent"), is_role("The editor resigned on Monday.")
    (True, False)
    """
    words = line.split()
    return 0 < len(words) <= _ROLE_LINE_WORDS and words[-1].lower() in _ROLES


def has_given_name(name: str) -> bool:
    """Tell whether a name begins with a given name that is common somewhere.

    >>> has_given_name("Kate Moor"), has_given_name("Related Topics")
    (True, False)
    """
    return name.partition(" ")[0].lower() in _given_names()


def is_organisation(name: str) -> bool:
    """Tell by its words whether a name is one of a newsroom, an agency or another organisation.

    >>> is_organisation("Lakeshore Herald"), is_organisation("Ines Moor")
    (True, False)
    """
    return bool(_BODY.search(name)) and not _has_surname(name.lower().split())


def is_publishing_house(name: str) -> bool:
    """Tell whether a name is of a publishing house that is called after a person.

    >>> is_publishing_house("Condé Nast"), is_publishing_house("Ines Moor")
    (True, False)
    """
    return name.lower() in _HOUSES


def _has_surname(words: list[str]) -> bool:
    """Tell whether a word of a newsroom's name is somebody's surname: "Kate Press"."""
    return len(words) in (2, 3) and words[-1] in _SURNAMES and words[0] in _given_names()


@cache
def _given_names() -> frozenset[str]:
    rows = read_rows("pipeline.annotate.names", "given_names.tsv", columns=4)
    return frozenset(name for name, *_ in rows)


def organisations_in(bylines: Iterable[str]) -> tuple[str, ...]:
    """Return the organisations that bylines name, with people or without."""
    return _each_once([name for line in bylines for name in _names(line) if is_organisation(name)])


def contributors_in(bylines: Iterable[str]) -> tuple[Contributor, ...]:
    """Return the people who, as bylines say, did other work than writing, once each.

    >>> contributors_in(["By Ines Moor, photos by Per Aasen"])
    (Contributor(name='Per Aasen', role='photographer'),)
    """
    found = dict(pair for line in bylines for pair in _contributions(_one_line(line)))
    return tuple(Contributor(name, role) for name, role in found.items())


def is_of_others(line: str) -> bool:
    """Tell whether a line begins with other work than writing: "Photos by", "Produced by".

    >>> is_of_others("Photos by Per Aasen"), is_of_others("By Ines Moor, photos by Per Aasen")
    (True, False)
    """
    return bool(_CONTRIBUTION.match(line))


def _contributions(plain: str) -> Iterator[tuple[str, ContributorRole]]:
    for part in _CONTRIBUTION.finditer(plain):
        if role := _WORK.get(part["work"].lower()):
            for name, _ in _people(part["names"]):
                if " " in name or not _has_case(name):
                    yield _in_name_case(name), role
    yield from ((_in_name_case(name), role) for name, role in _people(plain) if role)


def handle_in(byline: str) -> str | None:
    """Return the pen name or login of a byline that is one word ("By newsdesk7"), or None.

    >>> handle_in("von freeman84")
    'freeman84'
    """
    plain = _LEAD.sub("", " ".join(byline.split())).strip(" .,:*")
    return plain if _HANDLE.fullmatch(plain) and not _is_never_a_name(plain) else None


def _is_never_a_name(word: str) -> bool:
    bare = re.sub(r"[\d_]", " ", word)
    is_body = is_organisation(bare) and not is_organisation(word)
    return is_body or bool(_NEVER_IN_NAME.search(bare)) or word.lower() in _ROLES | _NEVER_FIRST


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Drop repeats: a name in another case or without accents, and "Moor" beside "Ines Moor"."""
    chosen: dict[str, str] = {}
    for name in names:
        cased = _in_name_case(name)
        chosen.setdefault(_key(cased), cased)
    last_words = {key.split()[-1] for key in chosen if " " in key}
    return tuple(name for key, name in chosen.items() if key not in last_words)[:_MAX_NAMES]


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", normalise(name))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split()).strip(".")


def _names(line: str) -> list[str]:
    return [name for name, role in _people(_one_line(line)) if role is None]


def _one_line(line: str) -> str:
    """Return a byline without addresses and markup; "" for one that is too long."""
    plain = " ".join(storable(line).split())
    if not plain or len(plain) > _BYLINE_CHARS:
        return ""
    plain = _ADDRESS.sub(" | ", re.sub(r"<[^>]*>|[←→»›]", " ", plain))
    plain = _BAR_IN_LIST.sub(lambda found: f" {found[1] or found[2]} ", plain).strip()
    return _SUFFIX.sub(r" \1", re.sub(r"\([^)]*\)|\[[^\]]*\]", " | ", plain))


@lru_cache(maxsize=512)
def _people(plain: str) -> tuple[tuple[str, ContributorRole | None], ...]:
    """Return the names in a byline in order, with the role of those who did not write.

    People, organisations and contributors are read from the same lines of a page.
    """
    plain = _without_lead(_INNER_BY.sub("", _CONTRIBUTION.sub(" | ", plain)))
    parts = [
        piece
        for part in _JOINED.split(_DEGREE.sub("", plain))
        for name in _by_and(part)
        for piece in _before_agency(name)
    ]
    people: list[tuple[str, ContributorRole | None]] = []
    for part in parts:
        words = part.split()
        role = _WORK.get(words[-1].lower()) if words and is_role(part) else None
        if name := _name(part):
            people.append((name, role))
        elif role and people:  # "Per Aasen, Photographer"
            people[-1] = (people[-1][0], role)
    writers = [name for name, role in people if role is None]
    kept = _without_single_words(_first_name_first(plain, writers))
    others = [(name, role) for name, role in people if role is not None]
    return (*((name, None) for name in kept), *others)


def _without_lead(line: str) -> str:
    """Drop "By"; "Di Rossi" keeps its "Di", since only one word would be left."""
    plain = _GLUED_LEAD.sub("", _LEAD.sub("", f" {line}").strip())
    if " " in plain or not plain or re.match(r"\W*by\b|.*[:：]", line, re.IGNORECASE):
        return plain
    is_named = line.lstrip()[:1].islower() and has_given_name(plain)  # "von Ulrike"
    return plain if is_named or is_organisation(plain) else line  # "Von Redaktion"


def _without_single_words(names: list[str]) -> list[str]:
    """Drop single words beside full names or an organisation: in "AFP, MANILA" a place."""
    whole = [name for name in names if " " in name or is_organisation(name) or not _has_case(name)]
    return whole or names


def _has_case(name: str) -> bool:
    return name.lower() != name.upper()


def _by_and(part: str) -> list[str]:
    """Split at "y", "och" or "и" if both sides are full names; "Ortega y Gasset" is one."""
    pieces = _BETWEEN_NAMES.split(part)
    return pieces if all(len(piece.split()) > 1 for piece in pieces) else [part]


def _before_agency(part: str) -> list[str]:
    """Part a name of two words from the agency behind it: "INES MOOR Associated Press"."""
    words = part.split()
    for at in range(2, len(words)):
        is_whole = len(words[at - 1].rstrip(".")) > 1  # "Ines M. Reuters" is one name
        if is_whole and agency_named(" ".join(words[at:])):
            return [" ".join(words[:at]), " ".join(words[at:])]
    return [part]


def _first_name_first(line: str, names: list[str]) -> list[str]:
    """Return "Ines Moor" for the line "Moor, Ines": two single words with a comma between."""
    surname_first = re.fullmatch(r"[^\W\d_][\w’'-]+, [^\W\d_][\w’'-]*\.?", line)
    are_people = len(names) == 2 and not any(map(is_organisation, names))
    if surname_first and are_people and _has_case(line):
        return [f"{names[1]} {names[0]}"]
    return names


def _name(raw: str) -> str | None:
    kept = raw if _is_body_of_place(raw) else _AFTER.sub("", f" {raw}")
    part = _without_lead(_DATE.sub("", kept)).strip(" .,:*\"“”'")
    if re.search(r"\b(?:Jr|Sr)$", part) and f"{part}." in raw:
        part += "."
    if " " in part:
        part = _LETTERS_BEHIND.sub(r"\1", _GLUED.sub(_surname_end, part)).strip()
    part = _without_role(_DOUBLED.sub(r"\1", part))
    return part if _is_name(part) else None


def _surname_end(glued: re.Match[str]) -> str:
    """Return what is glued to a name if it may be the end of a surname, else nothing."""
    word = glued[0]
    if not _SECOND_HALF.fullmatch(word) or _CALENDAR_WORD.fullmatch(word) or reason_for(word):
        return ""
    is_other = is_organisation(word) or agency_named(word) or word.lower() in _ROLES
    return "" if is_other else word


def _is_body_of_place(raw: str) -> bool:
    """Tell whether "of" or "for" belongs to an organisation's name: "University of Brevik"."""
    found = re.search(r"\s(?:of|for)\s", raw)
    return bool(found and is_organisation(raw[: found.start()]))


def _without_role(part: str) -> str:
    """Cut a role off two words of a name: "Ines Moor Staff Writer", "Editor Ines Moor"."""
    words = part.split()
    roles = [at for at, word in enumerate(words) if word.strip(".,").lower() in _ROLES]
    if not roles or _has_surname([word.strip(".,").lower() for word in words]):
        return part
    kept = words[: roles[0]] if roles[0] else words[roles[-1] + 1 :]
    if len(kept) > 1 or (kept and not _has_case(kept[0])):
        return " ".join(kept)
    is_of_one = roles[-1] == len(words) - 1 and words[-1].lower() not in _GROUPS  # "News Reporter"
    return part if is_organisation(part) and len(roles) < len(words) and not is_of_one else ""


def _is_name(part: str) -> bool:
    words = part.split()
    if not 1 <= len(words) <= _NAME_WORDS or len(part) > _NAME_CHARS or _NEVER_IN_NAME.search(part):
        return False
    is_body = is_organisation(part)
    if words[0].lower() in _NEVER_FIRST or part.lower() in _PLACES or _REGION.fullmatch(part):
        return False
    if re.search(r"\w{4}[.!?] ", part):  # "Jonathan Larsen. Click Here"
        return False
    if is_body:
        return not part[0].islower()
    if words[-1].lower() in _PARTICLES and words[-1].islower():
        return False
    others = [word for word in words if word.lower() not in _PARTICLES]
    return bool(others and _WORD.match(others[0])) and not any(map(_is_common, others))


def _is_common(word: str) -> bool:
    """Tell whether a word is in lower case, as "reporter" is.

    "al-Rashid", "d’Arc" and "tSaoir" are names.
    """
    return word[0].islower() and not re.match(rf"[a-z]{{1,3}}[-’']\w|[a-z]{CAPITAL}", word)


def cased_name(name: str) -> str:
    """Return a name of a field for names with its capitals, where it has none or nothing else.

    >>> cased_name("maria de la cruz"), cased_name("the harbour"), cased_name("Ines Moor")
    ('Maria de la Cruz', 'the harbour', 'Ines Moor')
    """
    words = [word for word in name.split() if word not in _PARTICLES]
    is_lower = name.islower() and 1 < len(words) <= _NAME_WORDS and words[0] not in _NO_NAME
    return _in_name_case(name.upper()) if is_lower and all(map(str.isalpha, words)) else name


def _in_name_case(name: str) -> str:
    """Return "Jane O'Neill" for "JANE O'NEILL"; "BBC News" and "J.R. Roe" stay."""
    if not name.isupper() or " " not in name or is_organisation(name):
        return name
    words = name.split()
    return " ".join(
        _word_in_name_case(word, at in (0, len(words) - 1)) for at, word in enumerate(words)
    )


def _word_in_name_case(word: str, is_at_edge: bool) -> str:
    if re.fullmatch(r"(?:\w\.)+|II|III|IV|\w", word):
        return word
    if word.lower() in _PARTICLES and not is_at_edge:
        return word.lower()
    cased = word.title()
    return f"Mc{cased[2:].capitalize()}" if cased.startswith("Mc") and len(cased) > 3 else cased


def is_name(line: str) -> bool:
    """Return whether a line is two to four capitalised words, as a person's or section's name is.

    Words that are boilerplate are no name: "Read More".

    >>> is_name("Ines Moor"), is_name("What happens next?")
    (True, False)
    """
    return (
        len(line) <= _LONGEST_NAME_LINE
        and bool(_NAME_LINE.fullmatch(line))
        and not reason_for(line)
    )
