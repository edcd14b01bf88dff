"""Feed lists of feed readers (OPML 1.0 and 2.0), read into sources and written from them.

Feeds of one site become one source, since a source is an outlet; the folder that holds a feed
becomes the source's ``group``. Every entry of the file ends in one named result, and a bad one
stops no other. No entity is expanded, no other file is read.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO

from lxml import etree

from pipeline.errors import UsageError
from pipeline.extract.encoding import decode
from pipeline.models import Source
from pipeline.sources.feed_services import service_of
from pipeline.sources.keys import free_key
from pipeline.sources.places import country_of, known_country
from pipeline.text import one_line, squeeze, visible
from pipeline.urls import canonical_url, host, is_web_url, site

MAX_BYTES = 20_000_000
"""An OPML file of 10,000 feeds has 2 MB."""
_FOLDERS = " / "
"""Between the names of nested folders in ``group``."""
_LONGEST_NAME = 200
# "?a=1&b=2", which many programs write unescaped; the parser would drop "&b".
_RAW_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);)", re.I)
# The declaration of a file that is read as UTF-8 may name another charset.
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow."""


class Imported(StrEnum):
    """What became of one entry of an OPML file."""

    NEW = "new"
    """It is a feed of a source that was not there."""
    KNOWN = "known"
    """A source has this feed; it was left alone."""
    DUPLICATE = "duplicate"
    """The file lists the feed twice."""
    NO_ADDRESS = "no_address"
    """It has no xmlUrl."""
    BAD_ADDRESS = "bad_address"
    """Its xmlUrl is no web address."""
    NOT_FOLLOWED = "not_followed"
    """It includes another OPML file."""
    BROKEN_FILE = "broken_file"
    """The XML ends or breaks here; what came before was read."""
    NOT_WRITTEN = "not_written"
    """The source's file could not be written."""


FAILED = frozenset(Imported) - {Imported.NEW, Imported.KNOWN, Imported.DUPLICATE}
"""Results that the operator must look at."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One entry of an OPML file that names a feed, or fails to."""

    line: int
    name: str
    feed: str | None
    homepage: str | None = None
    language: str | None = None
    group: str | None = None
    is_comment: bool = False
    """The file says that the entry is commented out; the source is paused."""
    fault: Imported | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """The result of one entry."""

    line: int
    name: str
    feed: str | None
    result: Imported
    key: str | None = None
    """The source that has the feed."""
    reason: str | None = None


def read_opml(body: bytes) -> list[Outline]:
    """Return the entries of an OPML file in its order.

    Broken XML is read up to the place where it breaks, which becomes the last entry.

    Raises:
        UsageError: it is no OPML, is too large, or declares entities.
    """
    if len(body) > MAX_BYTES:
        raise UsageError(f"it has {len(body)} bytes, the limit is {MAX_BYTES}. Split it.")
    if b"<!ENTITY" in body.replace(b"\0", b"").upper():
        raise UsageError("it declares entities, which are never expanded. Remove the DOCTYPE.")
    reader = _Reader()
    fault = reader.read(_RAW_AMPERSAND.sub(b"&amp;", _in_ascii_bytes(body)))
    if not reader.is_opml:
        raise UsageError("it is no OPML file: there is no <opml>. Export one from a feed reader.")
    if fault is not None:
        reader.found.append(fault)
    return reader.found


def _in_ascii_bytes(body: bytes) -> bytes:
    """Return a file whose ASCII characters are single bytes: UTF-16 becomes UTF-8."""
    if b"\0" not in body:
        return body
    text = decode(body, None, limit=len(body))
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


class _Reader:
    """Collects the outlines of a file while it is parsed."""

    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self._folders: list[str | None] = []
        self._has_children: list[bool] = []

    def read(self, body: bytes) -> Outline | None:
        """Read a file; return the fault that ends it early, if there is one."""
        context = etree.iterparse(
            BytesIO(body),
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
        )
        try:
            for event, element in context:
                self._take(event, element)
        except etree.XMLSyntaxError as error:
            return _broken(error.lineno or 0, str(error))
        errors = [each for each in context.error_log if each.level_name in ("ERROR", "FATAL")]
        return _broken(errors[0].line, errors[0].message) if errors else None

    def _take(self, event: str, element: etree._Element) -> None:
        tag = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if tag == "opml":
            self.is_opml = True
        if tag != "outline":
            return
        if event == "end":
            self._leave(element)
            return
        values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        if self._has_children:
            self._has_children[-1] = True
        if outline := self._outline(values, element.sourceline or 0):
            self.found.append(outline)
        is_feed = "xmlurl" in values
        self._folders.append(None if is_feed else _name(values))
        self._has_children.append(is_feed)

    def _leave(self, element: etree._Element) -> None:
        name = self._folders.pop()
        if not self._has_children.pop() and not _is_include(element):
            line = element.sourceline or 0
            reason = "it has no xmlUrl. Add the feed's address, or remove it"
            self.found.append(Outline(line, name or "", None, None, None, None, False,
                                      Imported.NO_ADDRESS, reason))  # fmt: skip
        element.clear()

    def _outline(self, values: dict[str, str], line: int) -> Outline | None:
        address = _without_feed_scheme(squeeze(values.get("xmlurl", "")))
        name = _name(values) or host(address) or address
        group = _FOLDERS.join(folder for folder in self._folders if folder) or None
        found = Outline(
            line=line,
            name=name,
            feed=address or None,
            homepage=squeeze(values.get("htmlurl", "")) or None,
            language=values.get("language"),
            group=group[:_LONGEST_NAME] if group else None,
            is_comment=values.get("iscomment", "").lower() == "true",
        )
        if "xmlurl" not in values:
            if values.get("type", "").lower() != "include":
                return None
            reason = f"{values.get('url', '')[:200]} is not read. Import that file by itself"
            return replace(found, fault=Imported.NOT_FOLLOWED, reason=reason)
        if not is_web_url(address):
            reason = f"{address[:200]!r} is no web address. Correct or remove it"
            return replace(found, fault=Imported.BAD_ADDRESS, reason=reason)
        return found


def plan_import(
    outlines: Iterable[Outline], known: Sequence[Source]
) -> tuple[list[ImportRow], list[Source]]:
    """Return a result per entry, and the new sources, of which each has the feeds of one site.

    Args:
        outlines: the entries of a file.
        known: the sources that are there; their feeds are left alone.
    """
    owners = {_identity(url): source.key for source in known for url in source.feeds}
    taken = {source.key for source in known}
    rows: list[ImportRow | None] = []
    sites: dict[str, list[tuple[int, Outline]]] = defaultdict(list)
    seen: set[str] = set()
    for outline in outlines:
        place = len(rows)
        rows.append(None)
        if outline.fault is not None or outline.feed is None:
            fault = outline.fault or Imported.NO_ADDRESS
            rows[place] = ImportRow(
                outline.line, outline.name, outline.feed, fault, None, outline.reason
            )
            continue
        identity = _identity(outline.feed)
        if identity in owners:
            rows[place] = _row(outline, Imported.KNOWN, owners[identity])
        elif identity in seen:
            rows[place] = _row(outline, Imported.DUPLICATE, None)
        else:
            seen.add(identity)
            sites[_outlet_of(outline)].append((place, outline))
    sources = []
    for members in sites.values():
        source = _source([outline for _, outline in members], taken)
        taken.add(source.key)
        sources.append(source)
        for place, outline in members:
            rows[place] = _row(outline, Imported.NEW, source.key)
    return [row for row in rows if row is not None], sources


def opml_of(sources: Iterable[Source]) -> bytes:
    """Return the feeds of these sources as OPML 2.0, in folders by their groups.

    Paused sources are marked ``isComment``, as OPML has it.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Sources of Dateline"
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        path = tuple((source.group or "").split(_FOLDERS)) if source.group else ()
        folder = _folder(path, folders)
        for url in source.feeds:
            values = {
                "type": "rss",
                "text": source.name,
                "title": source.name,
                "xmlUrl": url,
                "language": source.language,
            }
            if source.homepage:
                values["htmlUrl"] = source.homepage
            if not source.is_active:
                values["isComment"] = "true"
            written = {name: _UNWRITABLE.sub("", value) for name, value in values.items()}
            etree.SubElement(folder, "outline", written)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _folder(
    path: tuple[str, ...], folders: dict[tuple[str, ...], etree._Element]
) -> etree._Element:
    if path not in folders:
        above = _folder(path[:-1], folders)
        folders[path] = etree.SubElement(above, "outline", text=_UNWRITABLE.sub("", path[-1]))
    return folders[path]


def _without_feed_scheme(address: str) -> str:
    """Return the address that "feed://h.example/f" or "feed:https://h.example/f" stands for."""
    if address.lower().startswith("feed://"):
        return f"http://{address[7:]}"
    return address[5:] if address.lower().startswith("feed:http") else address


def _broken(line: int, message: str) -> Outline:
    reason = f"the XML breaks in line {line} ({one_line(message, 120)}). Export it again"
    return Outline(line, "", None, fault=Imported.BROKEN_FILE, reason=reason)


def _row(outline: Outline, result: Imported, key: str | None) -> ImportRow:
    return ImportRow(outline.line, outline.name, outline.feed, result, key)


def _name(values: dict[str, str]) -> str | None:
    stated = values.get("title") or values.get("text") or ""
    return visible(squeeze(stated))[:_LONGEST_NAME] or None


def _is_include(element: etree._Element) -> bool:
    return str(element.get("type") or "").lower() == "include"


def _identity(url: str) -> str:
    """Return a feed's address without its scheme: http and https are the same feed."""
    return canonical_url(url).partition("://")[2]


def _outlet_of(outline: Outline) -> str:
    """Return what the feeds of one outlet have in common: its site, else the feed itself."""
    feed = outline.feed or ""
    service = service_of(feed)
    if service == "search":
        return feed
    if outline.homepage and is_web_url(outline.homepage):
        return site(outline.homepage)
    return feed if service else site(feed)


def _source(outlines: Sequence[Outline], taken: set[str]) -> Source:
    """Return the source of the feeds of one outlet.

    Language and country are what the entry and the addresses say, and may be wrong; nothing is
    fetched here.
    """
    first = outlines[0]
    feeds = tuple(outline.feed or "" for outline in outlines)
    is_search = service_of(feeds[0]) == "search"
    homepage = first.homepage if first.homepage and is_web_url(first.homepage) else None
    stated = next((outline.language for outline in outlines if outline.language), None)
    country = None
    if not is_search:
        addresses = [homepage] if homepage else list(feeds)
        country = country_of(addresses, [stated] if stated else []).value
    zones = known_country(country or "")
    return Source(
        key=free_key(homepage or feeds[0], taken),
        name=_common_name([outline.name for outline in outlines]),
        homepage=None if is_search else homepage,
        feeds=feeds,
        language=_language(stated),
        country=country,
        time_zone=zones.main_zone if zones else None,
        group=first.group,
        is_active=not all(outline.is_comment for outline in outlines),
        allow_foreign=is_search,
    )


def _common_name(names: Sequence[str]) -> str:
    """Return the words with which all names begin: "BBC News" of "BBC News - World" and others."""
    if len(set(names)) == 1:
        return names[0]
    words = [name.split() for name in names]
    common = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return " ".join(common).rstrip(" -–—|:>·,") or names[0]


def _language(stated: str | None) -> str:
    code = (stated or "").lower().partition("-")[0].strip()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "en"
