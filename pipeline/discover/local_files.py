"""Local files as links: pages, folders of pages, and the records of WARC files.

Lists: text with one URL a line; blank lines and lines that begin with # are skipped. Pure.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.archive.warc import BrokenRecord, iter_warc
from pipeline.discover.document_type import Shape, shape_of
from pipeline.discover.results import Entry, Problem
from pipeline.errors import ArchiveError, Refused
from pipeline.file_formats import GZIP
from pipeline.models import Link, Source
from pipeline.outcomes import Outcome
from pipeline.text import one_line, storable
from pipeline.urls import is_web_url

_START = 65_536
"""Bytes, decompressed, by which a file's shape is told."""
_PAGE_NAMES = (".html", ".htm", ".xhtml", ".txt", ".text", ".warc")
_PAGE_START = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html|WARC/)", re.I)
_UNREADABLE = (OSError, EOFError, zlib.error)
_NO_PAGES: dict[Shape, str] = {
    "feed": "a feed saved to disk, no page: give its address instead",
    "json_feed": "a feed saved to disk, no page: give its address instead",
    "sitemap": "a sitemap saved to disk, no page: give its address instead",
    "json": "JSON, no page",
    "list": "a list of URLs, no page: name the file itself, or put it under lists",
}


def read_files(source: Source) -> Iterator[Link | Problem]:
    """Yield a link per page below the source's files and per page recorded in its WARC files.

    What is named itself, or in a folder is called like a page or a WARC, must be one, or becomes a
    problem. The rest of a folder (a mirror's scripts and images, a data set's notes) is passed
    over, unless it says that it is HTML.
    """
    for name in source.files:
        path = Path(name)
        if path.is_dir():
            yield from _folder(path, source.key)
        elif path.exists():
            yield from _links_of(path, name, source.key)
        else:
            yield Problem(name, Outcome.NOT_FOUND, "no such file or folder")


def _folder(folder: Path, key: str) -> Iterator[Link | Problem]:
    """Walk a folder by name; hidden files and links to other folders are left out."""
    unreadable: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if not name.startswith(".") and (_is_called_page(name) or _begins_as_page(path)):
                yield from _links_of(path, str(folder), key)
    for error in unreadable:
        yield Problem(str(error.filename), Outcome.NOT_FOUND, f"cannot be read: {error.strerror}")


def _is_called_page(name: str) -> bool:
    plain = name.lower().removesuffix(".gz")
    return "." not in plain or plain.endswith(_PAGE_NAMES)


def _begins_as_page(path: Path) -> bool:
    try:
        return bool(_PAGE_START.match(_start_of(path)))
    except _UNREADABLE:
        return False


def local_shape(path: Path) -> Shape:
    """Tell what a file is by its content, decompressed if its first bytes say gzip.

    Raises:
        OSError: it cannot be read.
    """
    return shape_of(_start_of(path))


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        start = file.read(_START)
        if start.startswith(GZIP):
            file.seek(0)
            start = gzip.GzipFile(fileobj=file).read(_START)
    return start


def _links_of(path: Path, found_in: str, key: str) -> Iterator[Link | Problem]:
    try:
        shape = local_shape(path)
    except _UNREADABLE as error:
        yield Problem(str(path), Outcome.BAD_CONTENT, f"cannot be read: {error}")
        return
    if shape == "warc":
        yield from _records_of(path, key)
    elif shape == "binary":
        yield Problem(str(path), Outcome.BAD_CONTENT, "neither HTML nor text nor WARC")
    elif shape in _NO_PAGES:
        yield Problem(str(path), Outcome.BAD_CONTENT, _NO_PAGES[shape])
    else:
        yield Link(path.absolute().as_uri(), key, "file", found_in)


def _records_of(path: Path, key: str) -> Iterator[Link | Problem]:
    """Yield the pages of a WARC file; ``found_in`` is the record's locator."""
    try:
        for page in iter_warc(path.absolute()):
            if isinstance(page, BrokenRecord):
                yield Problem(page.raw_uri, Outcome.BAD_CONTENT, page.reason)
            elif page.status in (None, 200) and _may_be_page(page.content_type):
                yield Link(page.url, key, "warc", page.raw_uri)
    except ArchiveError as error:
        yield Problem(str(path), Outcome.BAD_CONTENT, str(error))


def _may_be_page(content_type: str | None) -> bool:
    kind = (content_type or "text/html").lower()
    return "html" in kind or kind.startswith("text/plain")


def read_list(body: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the URLs of a list, and the lines that are none.

    Raises:
        Refused: bad_content, when no line is a URL.
    """
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines()]
    said = [storable(line) for line in lines if line and not line.startswith("#")]
    good = tuple(Entry(line) for line in said if is_web_url(line))
    bad = tuple(one_line(line, 80) for line in said if not is_web_url(line))
    if bad and not good:
        raise Refused(Outcome.BAD_CONTENT, f"not a list of URLs: it begins {bad[0]!r}")
    return good, bad
