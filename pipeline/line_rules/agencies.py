"""The news agencies that Dateline knows; find the agency that a name in a credit stands for.

The names are in ``agencies.toml``, the wording of credits in ``credit_wording.toml``. Some names
("PA", "MAP") stand for an agency only where a credit is expected, such as in a dateline; the caller
says whether the name was read in such a position.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from pipeline import urls

Kind = Literal["agency", "syndicator", "press_release"]


@cache
def read_credit_wording() -> dict[str, dict[str, list[dict[str, str]]]]:
    """Return the content of ``credit_wording.toml``: tables of alternatives with examples."""
    text = files(__package__).joinpath("credit_wording.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def credit_alternatives(table: str) -> list[str]:
    """Return the regular expressions of one table of ``credit_wording.toml``."""
    return [each["match"] for each in read_credit_wording()[table]["alternatives"]]


_EDGES = " \t\u00a0.,:;()[]*•™®–—-"
_AND = re.compile(r"\s*(?:[/,;+|&•]|\b(?:and|und|et|e|y|en)\b)\s*", re.IGNORECASE)
_DESK_CODE = re.compile(r"[a-z]{1,4}")
_ROLE = re.compile(
    r"staff|writers?|correspondents?|reporters?|editors?|columnists?|journalists?|desk|bureau|"
    r"agency|newswire|wire|service",
    re.IGNORECASE,
)
_ROLE_WORDS = 4
"""Words of the longest role behind an agency's name: "Reuters Middle East bureau staff"."""
_PLACE = re.compile(r"\s+in\s+[^\W\d_a-z][\w .’'-]{1,30}$")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)?$")
_UNNAMED = re.compile("|".join(credit_alternatives("unnamed")), re.IGNORECASE)
LIKELY = re.compile(
    r"(?:The )?[A-Z][\w.’'-]*(?: (?:of |and )?[A-Z][\w.’'-]*){0,3} "
    r"(?<!Free )(?<!Daily )(?<!Sunday )(?<!Evening )(?<!Morning )(?<!University )(?<!Local )"
    r"(?:Press|Press Association|Press Agency|News Agency|Telegraph Agency|News Service|"
    r"News ?wire|Wire Service)"
)
"""A name like that of an agency: "Linden Press", "Corvany News Agency", but not "Space Agency"."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One entry of ``agencies.toml``, which explains the fields."""

    name: str
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    kind: Kind = "agency"


@dataclass(frozen=True, slots=True)
class _Index:
    names: dict[str, str] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    weak: dict[str, str] = field(default_factory=dict)
    sites: dict[str, Agency] = field(default_factory=dict)


@lru_cache(maxsize=1 << 12)
def agency_named(name: str, *, is_sure: bool = False) -> str | None:
    """Return the agency that the whole text names.

    Args:
        name: "AFP", "the Associated Press", "Reuters Staff", "dpa/tmn", "AFP in Brevik".
        is_sure: whether the position admits only agencies, so that "PA" and "MAP" count too.

    >>> agency_named("AFP")
    'Agence France-Presse'
    """
    plain = " ".join(name[:120].split()).strip(_EDGES)
    forms = (plain, _PLACE.sub("", plain), _IN_BRACKETS.sub("", plain), plain.partition("/")[0])
    for form in map(str.rstrip, forms):
        if (found := _exactly(form, is_sure)) and _is_desk_code(plain, form):
            return found
    return _before_role(_PLACE.sub("", plain).split())


def _before_role(words: list[str]) -> str | None:
    """Return the agency that stands before a role: "Associated Press Writer"."""
    if not words or not _ROLE.fullmatch(words[-1]):
        return None
    for end in range(len(words) - 1, max(0, len(words) - 1 - _ROLE_WORDS), -1):
        if found := _exactly(" ".join(words[:end]), is_sure=True):
            return found
    return None


def agencies_listed(text: str, *, is_sure: bool = False) -> tuple[str, ...]:
    """Return the agencies of a text that lists only agencies; otherwise none.

    "Agencies" and the like may be in the list and give no name.

    >>> agencies_listed("AFP, Reuters and agencies")
    ('Agence France-Presse', 'Reuters')
    """
    if whole := agency_named(text, is_sure=is_sure):
        return (whole,)
    parts = [part for part in _AND.split(text.strip(_EDGES)) if part]
    # One certain name makes it a list of agencies: "Reuters/NAN".
    is_sure = is_sure or any(agency_named(part) for part in parts)
    named = [agency_named(part, is_sure=is_sure) for part in parts]
    if not all(name or is_collective(part) for name, part in zip(named, parts, strict=True)):
        return ()
    return tuple(dict.fromkeys(name for name in named if name))


def is_collective(text: str) -> bool:
    """Tell whether a text means agencies without naming one: "Agencies", "news services"."""
    return bool(_UNNAMED.fullmatch(text.strip(_EDGES)))


def own_agency(url: str | None, site_name: str | None) -> Agency | None:
    """Return the agency, or the outlet that others reprint, to which a page belongs."""
    index = _index()
    if url and (found := index.sites.get(urls.site(url)) or index.sites.get(urls.host(url))):
        return found
    named = agency_named(site_name or "")
    return _by_name().get(named) if named else None


@cache
def known_agencies() -> tuple[Agency, ...]:
    """Return all entries of ``agencies.toml``."""
    rows = tomllib.loads(files(__package__).joinpath("agencies.toml").read_text(encoding="utf-8"))
    return tuple(
        Agency(
            name=row["name"],
            names=tuple(row.get("names", ())),
            short=tuple(row.get("short", ())),
            weak=tuple(row.get("weak", ())),
            sites=tuple(row.get("sites", ())),
            kind=row.get("kind", "agency"),
        )
        for row in rows["agency"]
    )


@cache
def _by_name() -> dict[str, Agency]:
    return {agency.name: agency for agency in known_agencies()}


@cache
def _index() -> _Index:
    index = _Index()
    for agency in known_agencies():
        index.names.update({_plain(name): agency.name for name in (agency.name, *agency.names)})
        index.short.update(dict.fromkeys(agency.short, agency.name))
        index.weak.update(dict.fromkeys(agency.weak, agency.name))
        index.sites.update(dict.fromkeys(agency.sites, agency))
    # A name that is also a short or weak form would match in any case: "Efe" is a person's name.
    for name in (*index.short, *index.weak):
        index.names.pop(_plain(name), None)
    return index


def _exactly(form: str, is_sure: bool) -> str | None:
    index = _index()
    short = form.replace(".", "")
    plain = _plain(form)
    return (
        index.names.get(plain)
        or index.names.get(plain.removeprefix("the "))
        or index.short.get(short)
        or (index.weak.get(short) if is_sure else None)
    )


def _is_desk_code(plain: str, form: str) -> bool:
    """Tell whether what follows a slash is the code of a desk ("dpa/lno"), not another name."""
    _, slash, rest = plain.partition("/")
    return not slash or "/" in form or bool(_DESK_CODE.fullmatch(rest.strip()))


def _plain(name: str) -> str:
    folded = name.casefold()
    if folded.isascii():
        return folded
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(each for each in letters if not unicodedata.combining(each))
