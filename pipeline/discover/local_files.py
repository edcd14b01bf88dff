"""Local files as links: pages, folders of pages, the records of WARC files, lists of URLs.

A list is a text file with one URL per line; blank lines and lines that begin with # are skipped.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.archive.captures import is_archive
from pipeline.archive.warc import BrokenRecord, iter_warc
from pipeline.discover.document_type import DocumentType, document_type
from pipeline.discover.results import Entry, Problem
from pipeline.errors import ArchiveError, Refused
from pipeline.file_formats import GZIP
from pipeline.models import Link, Source
from pipeline.outcomes import Outcome
from pipeline.text import one_line, storable
from pipeline.urls import is_web_url

FILES_KEY = "files"
"""Key of the one source that lists all local pages that are targets of ``dateline run``."""
_START = 65_536
"""Decompressed bytes that are read to tell a file's type."""
_PAGE_NAMES = (".html", ".htm", ".xhtml", ".txt", ".text", ".warc")
_PAGE_START = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html|WARC/)", re.I)
_READ_ERRORS = (OSError, EOFError, zlib.error)
_NOT_PAGES: dict[DocumentType, str] = {
    "feed": "a saved feed, not a page: give its address instead",
    "json_feed": "a saved feed, not a page: give its address instead",
    "sitemap": "a saved sitemap, not a page: give its address instead",
    "json": "JSON, not a page",
    "list": "a list of URLs, not a page: name the file itself, or put it under lists",
}


def read_files(source: Source) -> Iterator[Link | Problem]:
    """Yield a link per page among the source's files and per page in its WARC files.

    A file that the source names, or that has the name of a page or WARC file in a folder, must be
    one, or becomes a problem. Other files of a folder (scripts and images of a mirror, notes of a
    data set) are skipped unless they begin as HTML.
    """
    for name in source.files:
        path = Path(name)
        if path.is_dir():
            yield from _folder_links(path, source.key)
        elif path.exists():
            yield from _file_links(path, name, source.key)
        else:
            yield Problem(name, Outcome.NOT_FOUND, "no such file or folder")


def _folder_links(folder: Path, key: str) -> Iterator[Link | Problem]:
    """Walk a folder in name order, without hidden files and links to other folders."""
    unreadable: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if not name.startswith(".") and (_has_page_name(name) or _begins_as_html_or_warc(path)):
                yield from _file_links(path, str(folder), key)
    for error in unreadable:
        yield Problem(str(error.filename), Outcome.NOT_FOUND, f"cannot be read: {error.strerror}")


def _has_page_name(name: str) -> bool:
    plain = name.lower().removesuffix(".gz")
    return "." not in plain or plain.endswith(_PAGE_NAMES)


def _begins_as_html_or_warc(path: Path) -> bool:
    try:
        return bool(_PAGE_START.match(_start_of(path)))
    except _READ_ERRORS:
        return False


def local_document_type(path: Path) -> DocumentType:
    """Return the type of a file by its content, decompressed if its first bytes say gzip.

    Raises:
        OSError: the file cannot be read.
        EOFError: its gzip data is truncated.
        zlib.error: its gzip data is broken.
    """
    return document_type(_start_of(path))


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        start = file.read(_START)
        if start.startswith(GZIP):
            file.seek(0)
            start = gzip.GzipFile(fileobj=file).read(_START)
    return start


def _file_links(path: Path, found_in: str, key: str) -> Iterator[Link | Problem]:
    if key == FILES_KEY and is_archive(path):
        return  # its pages belong to the outlets of their hosts: the stage backfill reads them
    try:
        kind = local_document_type(path)
    except _READ_ERRORS as error:
        yield Problem(str(path), Outcome.BAD_CONTENT, f"cannot be read: {error}")
        return
    if kind == "warc":
        yield from _record_links(path, key)
    elif kind == "binary":
        yield Problem(str(path), Outcome.BAD_CONTENT, "neither HTML nor text nor WARC")
    elif kind in _NOT_PAGES:
        yield Problem(str(path), Outcome.BAD_CONTENT, _NOT_PAGES[kind])
    else:
        yield Link(path.absolute().as_uri(), key, "file", found_in)


def _record_links(path: Path, key: str) -> Iterator[Link | Problem]:
    """Yield the pages of a WARC file."""
    try:
        for page in iter_warc(path.absolute()):
            if isinstance(page, BrokenRecord):
                yield Problem(page.raw_uri, Outcome.BAD_CONTENT, page.reason)
            elif page.status in (None, 200) and _is_page_type(page.content_type):
                yield Link(page.url, key, "warc", str(path.absolute()), snapshot=page.raw_uri)
    except ArchiveError as error:
        yield Problem(str(path), Outcome.BAD_CONTENT, str(error))


def _is_page_type(content_type: str | None) -> bool:
    kind = (content_type or "text/html").lower()
    return "html" in kind or kind.startswith("text/plain")


def read_list(body: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return the URLs of a list, and its lines that are not URLs.

    Raises:
        Refused: bad_content if no line is a URL.
    """
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines()]
    listed = [storable(line) for line in lines if line and not line.startswith("#")]
    good = tuple(Entry(line) for line in listed if is_web_url(line))
    bad = tuple(one_line(line, 80) for line in listed if not is_web_url(line))
    if bad and not good:
        raise Refused(Outcome.BAD_CONTENT, f"not a list of URLs: it begins {bad[0]!r}")
    return good, bad
