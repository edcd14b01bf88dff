"""Where an outlet is: its country and time zone, from its addresses, its pages and its clocks.

``countries.tsv`` lists the countries with their top-level domains and time zones. Nothing is
guessed from a language alone: German is read in three countries of one time zone, English in
dozens.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
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


def time_zone_of(country: str | None, times: Iterable[str]) -> Finding:
    """Return the time zone of an outlet: the zone of its country that has the stated offsets.

    Many systems write all times in UTC, so an offset of zero says nothing. Where no other offset
    is stated, the zone of nine people in ten of the country is taken, if it has such a zone.

    Args:
        country: its country, ISO 3166-1.
        times: publication times as its feeds and pages state them, ISO 8601.

    >>> time_zone_of("US", ["2026-11-20T08:15:00-06:00"]).value
    'America/Chicago'
    """
    found = _countries().get(country or "")
    stated = with_offset(times)
    offsets = sorted({time[-6:] for time in stated})
    if found is None:
        shown = f"; its times have the offset {', '.join(offsets)}" if offsets else ""
        return Finding(None, f"no country is known{shown}. Write the zone of its newsroom")
    if not stated and found.main_zone is None:
        return Finding(None, f"{country} has {len(found.zones)} zones and no time has an offset")
    if not stated:
        return Finding(found.main_zone, f"the zone of {country}; no time has an offset")
    for zone in found.zones:
        agreeing = sum(has_offset(time, zone) for time in stated)
        if agreeing >= _MOST_AGREE * len(stated):
            return Finding(zone, f"{agreeing} of {len(stated)} stated offsets are its own")
    return Finding(None, f"no zone of {country} has the offsets {', '.join(offsets)}")


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
def _countries() -> dict[str, Country]:
    return {country.code: country for country in _by_domain().values()}


@lru_cache(maxsize=1)
def _by_domain() -> dict[str, Country]:
    rows = read_rows(__package__, "countries.tsv", 5)
    return {
        domain: Country(code, mark == "own", None if main == "-" else main, tuple(zones.split()))
        for code, domain, mark, main, zones in rows
    }
