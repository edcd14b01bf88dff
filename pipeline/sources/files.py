"""Sources in TOML files: ``sources/<key>.toml``, one outlet per file.

Every field is checked when a file is read; the error names the file, the field, the value and what
to write instead. Relative paths in ``lists`` and ``files`` are relative to the TOML file. A source
is also written as TOML, for the operator to edit.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from pipeline.errors import SourceError
from pipeline.models import ADMITTED_KINDS, LINK_FIELDS, Source
from pipeline.urls import host, is_web_url

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_HOST = re.compile(
    r"(?=.{1,253}(:|$))[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?"
)
_SECRET_FIELDS = frozenset({"headers", "cookies", "proxy"})
"""Fields whose values no message repeats."""
_KNOWN = tuple(field.name for field in fields(Source))
_LINKING_FIELDS = ("homepage", *LINK_FIELDS)


class _WrongValue(Exception):
    """A value is not valid for its field; the message says what to write instead."""


def read_source(path: Path) -> Source:
    """Read one source; its ``key`` is the name of the file if the file gives none.

    Raises:
        SourceError: names the file, the field, the value and what to write instead.
    """
    return checked_source({"key": path.stem, **read_toml(path)}, str(path), path.parent)


def checked_source(values: Mapping[str, Any], where: str, folder: Path) -> Source:
    """Return the source that these values describe.

    Args:
        values: as TOML gives them; with a key.
        where: the place of the values, with which an error begins.
        folder: against which relative paths in ``lists`` and ``files`` are resolved.

    Raises:
        SourceError: names the place, the field, the value and what to write instead.
    """
    _refuse_unknown(where, values)
    if "name" not in values:
        raise SourceError(f'{where}: name is missing. Write, say, name = "The Example Herald".')
    checked = {name: _checked(where, name, value) for name, value in values.items()}
    if not any(checked.get(name) for name in _LINKING_FIELDS):
        raise SourceError(f"{where}: nothing to read. Give one of {', '.join(_LINKING_FIELDS)}.")
    for name in ("lists", "files"):
        checked[name] = _absolute(checked.get(name, ()), folder)
    return Source(**checked)


def read_sources(folder: Path) -> tuple[list[Source], list[SourceError]]:
    """Read every ``*.toml`` of a folder in name order; return sources, and errors of broken files.

    Raises:
        SourceError: the folder does not exist.
    """
    if not folder.is_dir():
        raise SourceError(
            f"there is no folder {folder}. Make it, or set DATELINE_SOURCES to yours; "
            "`dateline source add URL` writes a first file into it."
        )
    found: dict[str, tuple[Source, Path]] = {}
    problems: list[SourceError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            source = read_source(path)
        except SourceError as error:
            problems.append(error)
            continue
        if source.key in found:
            other = found[source.key][1].name
            problems.append(
                SourceError(f"{path}: key {source.key!r} is taken by {other}. Give another key.")
            )
        else:
            found[source.key] = (source, path)
    return [source for source, _ in found.values()], problems


def read_toml(path: Path) -> dict[str, Any]:
    """Return the values of a TOML file.

    Raises:
        SourceError: it cannot be read; the message says why and what to do.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path}: not TOML: {error}. Write strings in double quotes.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not UTF-8 ({error}). Save it as UTF-8.") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _refuse_unknown(where: str, values: Mapping[str, Any]) -> None:
    for name in values:
        if name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(_KNOWN)}."
            raise SourceError(f"{where}: unknown field {name!r}. {hint}")


def _checked(where: str, name: str, value: Any) -> Any:
    try:
        return _CHECKS[name](value)
    except _WrongValue as error:
        shown = "…" if name in _SECRET_FIELDS else repr(value)
        raise SourceError(f"{where}: {name} = {shown}: {error}.") from error


def _absolute(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    return tuple(
        name if is_web_url(name) else str((folder / Path(name).expanduser()).resolve())
        for name in names
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongValue("write a text in double quotes")
    return value.strip()


def _key(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise _WrongValue(
            "write small letters, digits, - and _, at most 63, such as example-herald"
        )
    return value


def _url(value: Any) -> str:
    text = _text(value)
    if not is_web_url(text) or not host(text):
        raise _WrongValue("write a full address that begins with https:// or http://")
    return text


def _list_of(check: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    def checked(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise _WrongValue('write a list, such as ["…"]')
        return tuple(dict.fromkeys(check(item) for item in value))

    return checked


def _host_name(value: Any) -> str:
    text = _text(value).lower()
    if not _HOST.fullmatch(text):
        raise _WrongValue("write host names only, without https:// and without a path")
    return text


def _code(letters: str) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        text = _text(value)
        if not (len(text) == 2 and text.isascii() and text.isalpha()):
            raise _WrongValue(f"write a two-letter {letters}")
        return text

    return checked


def _language(value: Any) -> str:
    return _code("language code of ISO 639-1, such as en")(value).lower()


def _admitted_kind(value: Any) -> str:
    if value not in ADMITTED_KINDS:
        raise _WrongValue(f"write kinds of pages out of {', '.join(ADMITTED_KINDS)}")
    return str(value)


def _country(value: Any) -> str:
    return _code("country code of ISO 3166-1, such as GB")(value).upper()


def _time_zone(value: Any) -> str:
    text = _text(value)
    if text not in _time_zones():
        near = difflib.get_close_matches(text, _time_zones(), n=1, cutoff=0.5)
        raise _WrongValue(
            f"write a zone of the IANA list, such as {near[0] if near else 'Europe/London'}"
        )
    return text


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
        raise _WrongValue("write a whole number from 1 to 100000")
    return value


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    """Return the zones of the IANA list; Python searches its folders at every call.

    "localtime" and "Factory" depend on the machine, and Postgres does not know them.
    """
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _number(unit: str, least: float, most: float) -> Callable[[Any], float]:
    def checked(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number and least <= value <= most):
            raise _WrongValue(f"write {unit} from {least:g} to {most:g}")
        return float(value)

    return checked


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongValue("write true or false, without quotes")
    return value


def _severity(value: Any) -> str:
    if value not in ("severe", "warning", "off"):
        raise _WrongValue('write "severe", "warning" or "off"')
    return str(value)


def _text_readers(value: Any) -> str:
    if value not in ("everyone", "owner"):
        raise _WrongValue('write "everyone" or "owner"')
    return str(value)


_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]{1,4000}")
_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_OUR_HEADERS = frozenset(
    "host user-agent accept-encoding connection content-length transfer-encoding te upgrade range"
    " cookie if-none-match if-modified-since proxy-authorization".split()
)
"""Headers that Dateline itself must set; a source's cookies have a field of their own."""


def _header_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name.lower() in _OUR_HEADERS:
        raise _WrongValue(
            f"{name!r} is no header that a source may set; cookies have the field cookies, the "
            "User-Agent is the setting DATELINE_USER_AGENT"
        )
    return name


def _cookie_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _WrongValue(f"{name!r} is no name of a cookie")
    return name


def _secret(value: Any) -> str:
    text = _text(value)
    if text.startswith("env:") and not _VARIABLE.fullmatch(text):
        raise _WrongValue("after env: write the name of an environment variable")
    if not _VALUE.fullmatch(text):
        raise _WrongValue("write one line of plain characters, or env:NAME")
    return text


def _pairs(check: Callable[[str], str]) -> Callable[[Any], tuple[tuple[str, str], ...]]:
    def checked(value: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, dict):
            raise _WrongValue('write a table, such as { Name = "value" }')
        return tuple((check(name), _secret(text)) for name, text in value.items())

    return checked


def _proxy(value: Any) -> str:
    text = _secret(value)
    if not text.startswith("env:") and not (is_web_url(text) and host(text)):
        raise _WrongValue("write the address of an HTTP proxy, such as http://proxy.example:3128")
    return text


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "key": _key,
    "name": _text,
    "homepage": _url,
    "feeds": _list_of(_url),
    "sitemaps": _list_of(_url),
    "sections": _list_of(_url),
    "lists": _list_of(_text),
    "files": _list_of(_text),
    "language": _language,
    "wanted_languages": _list_of(_language),
    "admit_kinds": _list_of(_admitted_kind),
    "country": _country,
    "time_zone": _time_zone,
    "hosts": _list_of(_host_name),
    "crawl_delay": _number("seconds", 0, 3600),
    "headers": _pairs(_header_name),
    "cookies": _pairs(_cookie_name),
    "proxy": _proxy,
    "max_links": _count,
    "articles_a_day": _number("a number of articles", 0.01, 100_000),
    "latest_age_hours": _number("hours", 0.1, 8760),
    "alerts": _severity,
    "text_for": _text_readers,
    "group": _text,
    "is_active": _flag,
    "has_many_outlets": _flag,
    "allow_foreign": _flag,
    "allow_private_addresses": _flag,
}


_NOTES: Mapping[str, str] = {
    "wanted_languages": "articles in other languages are refused",
    "admit_kinds": "pages of these kinds are stored as articles are",
    "sections": "pages whose article links are followed",
    "hosts": "further hosts that count as this outlet's own",
    "crawl_delay": "least seconds between two requests; robots.txt may ask for more",
    "headers": "sent to this outlet's own sites; a value may be env:NAME",
    "cookies": "sent to this outlet's own sites; a value may be env:NAME",
    "max_links": "links per run, newest first",
    "articles_a_day": "expected; `dateline source check` says if it is far off",
    "latest_age_hours": "older than this, the newest article means that something is wrong",
    "alerts": "severe (in quiet hours too), warning or off: alerts about its state",
    "text_for": "owner: analysts get everything but the full text",
    "time_zone": "for times that a page states without an offset",
    "is_active": "false pauses the source",
    "has_many_outlets": "each page's outlet is read from its address",
    "allow_foreign": "links to other sites are followed",
}


def source_toml(source: Source, comment: str) -> str:
    """Return a source as TOML without fields at their defaults, after ``comment`` as first lines.

    Fields whose meaning their name does not show have a note behind them.
    """
    lines = [f"# {line}" for line in comment.splitlines()]
    for name, value in _stated_fields(source):
        note = f"  # {_NOTES[name]}" if name in _NOTES else ""
        lines.append(f"{name} = {value}{note}")
    return "\n".join(lines) + "\n"


def source_table(source: Source) -> str:
    """Return a source as a TOML table under its key, for a file of many sources."""
    stated = [f"{name} = {value}" for name, value in _stated_fields(source) if name != "key"]
    return "\n".join([f"[{source.key}]", *stated]) + "\n"


def _stated_fields(source: Source) -> Iterator[tuple[str, str]]:
    """Yield the language and the fields that are not at their defaults, with values as TOML."""
    for field in fields(source):
        value = getattr(source, field.name)
        default = None if field.default is MISSING else field.default
        if value != default or field.name == "language":
            yield field.name, _toml(value)


def _toml(value: object) -> str:
    """Return a value as TOML; strings, numbers and booleans of JSON are valid TOML."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    if value and isinstance(value[0], tuple):
        pairs = (
            f"{json.dumps(name)} = {json.dumps(text, ensure_ascii=False)}" for name, text in value
        )
        return f"{{ {', '.join(pairs)} }}"
    items = [json.dumps(item, ensure_ascii=False) for item in value]
    short = f"[{', '.join(items)}]"
    return short if len(items) < 2 else "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def write_new(text: str, path: Path, if_there: str) -> Path:
    """Write a new source file, check it by reading it, and return its path.

    Args:
        text: the file.
        path: where to write it.
        if_there: what the operator can do if the file exists, for the error.

    Raises:
        SourceError: the file exists, cannot be written, or is no valid source; an invalid one is
            removed again.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise SourceError(f"{path} exists already. {if_there}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        read_source(path)
    except SourceError:
        path.unlink()
        raise
    return path
