"""The targets of ``dateline run TARGET…`` as sources and links.

The type of a target is told by its content. A URL is fetched for that, and the response is kept for
the step that reads it, so that no document is requested twice.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.discover.document_type import DocumentType, document_type, gunzipped
from pipeline.discover.feeds import read_feed
from pipeline.discover.local_files import FILES_KEY, local_document_type, read_list
from pipeline.discover.page_hints import feeds_of
from pipeline.discover.results import Problem
from pipeline.errors import PageError, UsageError
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import FoundBy, Link, Response, Source
from pipeline.outcomes import Outcome
from pipeline.urls import authority, is_web_url, site


@dataclass(frozen=True, slots=True)
class TargetSource:
    """One site of the targets: its documents as a source, and what is named without a document."""

    source: Source
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Targets that could not be read, wholly or in part."""


def sources_of_targets(targets: Sequence[str], fetcher: Fetcher) -> list[TargetSource]:
    """Return a source per site for feeds, sitemaps, pages, lists, folders and files.

    A site is a registrable domain, or the host and port of an IP address; everything local is
    listed by one source ``files``, whose pages are of many outlets. A homepage is replaced by its
    feed, or by the articles it links to. A URL that cannot be fetched stays a link, so that its
    fetch gives it an outcome.

    Raises:
        UsageError: a target is neither a URL nor an existing path.
    """
    collected = _Targets(fetcher)
    for target in targets:
        collected.add(target)
    return collected.sources()


class _Targets:
    """Collects targets as sources by site."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._sources: dict[str, Source] = {}
        self._links: dict[str, dict[str, Link]] = {}
        self._problems: dict[str, list[Problem]] = {}

    def add(self, target: str) -> None:
        if is_web_url(target):
            self._add_url(target)
        elif _is_path(target):
            self._add_path(Path(target).resolve())
        else:
            hint = f" Did you mean https://{target}?" if _looks_like_host(target) else ""
            raise UsageError(f"{target!r} is neither a web address nor an existing path.{hint}")

    def sources(self) -> list[TargetSource]:
        return [
            TargetSource(
                source,
                tuple(self._links.get(name, {}).values()),
                tuple(self._problems.get(name, ())),
            )
            for name, source in self._sources.items()
        ]

    def _add_url(self, url: str) -> None:
        response = self._fetcher.fetch(url, kind="document")
        kind = _response_type(response, self._fetcher.max_body_bytes)
        if kind is not None:
            self._fetcher.keep(response)
            self._extend(url, hosts=(authority(response.final_url),))
        if kind in ("feed", "json_feed"):
            self._add_feed(url, response)
        elif kind == "sitemap":
            self._extend(url, sitemaps=(url,))
        elif kind == "list":
            self._add_list(url, response.body)
        elif kind == "html" and urlsplit(url).path in ("", "/"):
            feeds = feeds_of(response.body, response.final_url)[:1]
            self._extend(url, feeds=feeds, sections=() if feeds else (url,))
        else:
            self._add_link(url, "url", None)

    def _add_feed(self, url: str, response: Response) -> None:
        """Add a feed, with its homepage's host as on-site: feeds are often hosted elsewhere."""
        self._extend(url, feeds=(url,))
        try:
            homepage = read_feed(response.body, response.final_url).homepage
        except PageError:
            return
        if homepage and is_web_url(homepage):
            self._extend(url, hosts=(authority(homepage),))

    def _add_path(self, path: Path) -> None:
        if path.is_file() and _path_type(path) == "list":
            self._add_list(str(path), path.read_bytes())
            return
        known = self._sources.get(FILES_KEY) or Source(
            FILES_KEY, "Local files", has_many_outlets=True
        )
        self._sources[FILES_KEY] = replace(known, files=_merged(known.files, (str(path),)))

    def _add_list(self, found_in: str, body: bytes) -> None:
        good, bad = read_list(body)
        for entry in good:
            self._add_link(entry.url, "list", found_in)
        if bad and good:
            reason = f"{len(bad)} lines are not URLs, the first is {bad[0]!r}"
            problem = Problem(found_in, Outcome.BAD_CONTENT, reason)
            self._problems.setdefault(site(good[0].url), []).append(problem)

    def _add_link(self, url: str, found_by: FoundBy, found_in: str | None) -> None:
        name = self._extend(url)
        link = Link(url, self._sources[name].key, found_by, found_in)
        self._links.setdefault(name, {}).setdefault(url, link)

    def _extend(self, url: str, **fields: tuple[str, ...]) -> str:
        """Add values to the source of a URL's site, and return the site."""
        name = site(url)
        known = self._sources.get(name)
        if known is None:
            known = Source(_key_of(name), name, hosts=(authority(url),))
        merged = {key: _merged(getattr(known, key), values) for key, values in fields.items()}
        self._sources[name] = replace(known, **merged)  # type: ignore[arg-type]
        return name


def _response_type(response: Response, limit: int) -> DocumentType | None:
    if response.outcome is not None:
        return None
    try:
        return document_type(gunzipped(response.body, limit))
    except PageError:
        return None


def _path_type(path: Path) -> DocumentType | None:
    try:
        return local_document_type(path)
    except (OSError, EOFError, zlib.error):
        return None


def _is_path(target: str) -> bool:
    try:
        return bool(target) and Path(target).exists()
    except (OSError, ValueError):  # the name is too long, or has a NUL in it
        return False


def _merged(known: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *values)))


def _key_of(name: str) -> str:
    """Return a source key: "news.example:8001" gives "news-example-8001"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "site"


def _looks_like_host(target: str) -> bool:
    return bool(re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", target))
