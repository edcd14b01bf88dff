"""Where an outlet is: its country and time zone, from its addresses, its pages and its clocks.

``countries.tsv`` lists the countries with their top-level domains and time zones,
``language_countries.tsv`` the countries that have most outlets in a language. A language alone
proposes a country only where it has one; German is written in five countries with one clock.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pipeline.discover.sections import parse_html
from pipeline.errors import PageError
from pipeline.line_rules.dates import parse_instant
from pipeline.tables import read_rows
from pipeline.urls import host, registrable_domain

# "en-GB", "pt_BR", "zh-Hant-TW": a language with the country in which it is written
_LOCALE = re.compile(r"([a-z]{2,3})[-_](?:[a-z]{4}[-_])?([a-z]{2})", re.IGNORECASE)
_OFFSET = re.compile(r"T[\d:.]+([+-])(\d\d):(\d\d)$")
_MOST_AGREE = 0.9
"""Share of the stated times whose offset a zone must have; the rest may be old or edited."""
_MONTHS = range(1, 13)
_ANY_YEAR = 2026
_TEMPLATE_LOCALE = "US"
"""Country of the locale that WordPress and other systems write where nobody has chosen one."""


@dataclass(frozen=True, slots=True)
class Country:
    """One row of ``countries.tsv``."""

    code: str
    has_own_domain: bool
    """False where anybody in the world may register below its top-level domain."""
    main_zone: str | None
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that was found, None if it was not, and from what."""

    value: str | None
    why: str
    is_certain: bool = True
    """False for what pages merely state: a template's locale is often not the outlet's."""


def country_of(urls: Iterable[str], locales: Sequence[str]) -> Finding:
    """Return an outlet's country: by its top-level domain, else as its pages and feeds state it.

    Args:
        urls: its homepage first, then its feeds.
        locales: such as "en-GB", in the order in which they are believed.

    >>> country_of(["https://herald.example.co.uk/"], ["en-US"]).value
    'GB'
    >>> country_of(["https://herald.example/"], ["en-US", "en-IE"]).value
    'IE'
    """
    weak: Finding | None = None
    for url in urls:
        labels = host(url).split(".")
        country = _by_domain().get(labels[-1]) if len(labels) > 1 else None
        if country is None:
            continue
        suffix = registrable_domain(host(url)).partition(".")[2]
        # ".co" is sold worldwide, ".com.co" belongs to outlets of Colombia.
        if country.has_own_domain or "." in suffix:
            return Finding(country.code, f"its address ends in .{suffix}")
        weak = weak or Finding(None, f"its address ends in .{suffix}, which is sold worldwide")
    stated = [found[2].upper() for found in map(_LOCALE.fullmatch, locales) if found]
    known = [code for code in stated if code in _countries()]
    chosen = next((code for code in known if code != _TEMPLATE_LOCALE), None)
    if chosen is None and known:
        why = "its pages say en-US, which many systems write by default: check"
        return Finding(known[0], why, is_certain=False)
    if chosen is not None:
        return Finding(chosen, "its pages or feeds state it", is_certain=False)
    return weak or Finding(None, "neither its address nor its pages name a country")


def country_of_language(language: str, times: Iterable[str]) -> Finding:
    """Return the one country of a language whose clocks agree with the stated times.

    >>> country_of_language("vi", []).value
    'VN'
    >>> country_of_language("es", ["2026-11-20T08:15:00+01:00"]).value
    'ES'
    """
    found = _agreeing_countries(language, with_offset(times))
    if len(found) == 1:
        why = f"most outlets in {language!r} with such times are there: check"
        return Finding(found[0].code, why, is_certain=False)
    return Finding(None, "neither its address, its pages nor its language name a country")


def time_zone_of(country: str | None, times: Iterable[str], language: str | None = None) -> Finding:
    """Return the time zone of an outlet: the zone of its country that has the stated offsets.

    Many systems write all times in UTC, so an offset of zero says nothing. Where no other offset
    is stated, the zone of nine people in ten of the country is taken, if it has such a zone. Where
    no country is known, all countries of its language that have the offsets must have one clock.

    Args:
        country: its country, ISO 3166-1.
        times: publication times as its feeds and pages state them, ISO 8601.
        language: its language, ISO 639-1.

    >>> time_zone_of("US", ["2026-11-20T08:15:00-06:00"]).value
    'America/Chicago'
    >>> time_zone_of(None, ["2026-11-20T08:15:00+01:00"], "de").value
    'Europe/Berlin'
    """
    found = _countries().get(country or "")
    stated = with_offset(times)
    offsets = ", ".join(sorted({time[-6:] for time in stated}))
    if found is None:
        shared = _shared_zone(language or "", stated)
        if shared is not None:
            return Finding(
                shared, f"the countries of {language!r} have one clock {offsets}".strip()
            )
        shown = f"; its times have the offset {offsets}" if offsets else ""
        return Finding(None, f"no country is known{shown}. Write the zone of its newsroom")
    if not stated and found.main_zone is None:
        return Finding(None, f"{country} has {len(found.zones)} zones and no time has an offset")
    if not stated:
        return Finding(found.main_zone, f"the zone of {country}; no time has an offset")
    zone = _agreeing_zone(found, stated)
    if zone is None:
        return Finding(None, f"no zone of {country} has the offsets {offsets}")
    agreeing = sum(has_offset(time, zone) for time in stated)
    return Finding(zone, f"{agreeing} of {len(stated)} stated offsets are its own")


def _agreeing_zone(country: Country, stated: Sequence[str]) -> str | None:
    """Return the first zone of a country that has nearly all of the stated offsets."""
    for zone in country.zones:
        if sum(has_offset(time, zone) for time in stated) >= _MOST_AGREE * len(stated):
            return zone
    return None


def _agreeing_countries(language: str, stated: Sequence[str]) -> list[Country]:
    """Return the countries of a language that have a zone with the stated offsets."""
    found = [_countries()[code] for code in _by_language().get(language, ())]
    return [each for each in found if not stated or _agreeing_zone(each, stated)]


def _shared_zone(language: str, stated: Sequence[str]) -> str | None:
    """Return the zone that all countries of a language share, of those with the stated offsets.

    The clocks are compared in every month of the year of the first time.
    """
    agreeing = _agreeing_countries(language, stated)
    zones = [_agreeing_zone(each, stated) if stated else each.main_zone for each in agreeing]
    first = parse_instant(stated[0]) if stated else None
    year = first.local.year if first else _ANY_YEAR
    if None in zones:
        return None
    clocks = {
        tuple(datetime(year, month, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset() for month in _MONTHS)
        for zone in zones
        if zone is not None
    }
    return zones[0] if len(clocks) == 1 else None


def with_offset(times: Iterable[str]) -> list[str]:
    """Return the times that state another offset than zero, which many systems always write."""
    return [time for time in times if _offset(time)]


def has_offset(time: str, zone: str) -> bool:
    """Tell whether an ISO 8601 time has the offset that a zone has at that moment."""
    instant, offset = parse_instant(time), _offset(time)
    if instant is None or instant.at is None or offset is None:
        return False
    return instant.at.astimezone(ZoneInfo(zone)).utcoffset() == offset


def locales_of(body: bytes) -> tuple[str, ...]:
    """Return the locales that a page states for itself: ``<html lang>``, then og:locale."""
    try:
        tree = parse_html(body)
    except PageError:
        return ()
    stated = [tree.get("lang") or "", *tree.xpath('//meta[@property="og:locale"]/@content')]
    return tuple(str(value).strip() for value in stated if str(value).strip())


def known_country(code: str) -> Country | None:
    """Return the country of a code of ISO 3166-1, or None."""
    return _countries().get(code)


def _offset(time: str) -> timedelta | None:
    found = _OFFSET.search(time)
    if not found:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -size if found[1] == "-" else size


@lru_cache(maxsize=1)
def _by_language() -> dict[str, tuple[str, ...]]:
    rows = read_rows(__package__, "language_countries.tsv", 2)
    return {language: tuple(countries.split()) for language, countries in rows}


@lru_cache(maxsize=1)
def _countries() -> dict[str, Country]:
    return {country.code: country for country in _by_domain().values()}


@lru_cache(maxsize=1)
def _by_domain() -> dict[str, Country]:
    rows = read_rows(__package__, "countries.tsv", 5)
    return {
        domain: Country(code, mark == "own", None if main == "-" else main, tuple(zones.split()))
        for code, domain, mark, main, zones in rows
    }
