"""Find the outlet of a page by its host: a source of the user, of the registry, or a made one."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from pipeline.errors import UsageError
from pipeline.models import Source
from pipeline.urls import host, registrable_domain, site

_REMEMBERED_HOSTS = 50_000
"""Hosts whose outlet is kept; a month of CC-NEWS has some 20,000."""


class Outlets:
    """The known outlets by host, and made ones for all other hosts.

    Args:
        sources: the user's own; they win over the registry.
        registry: outlets that the user has not enabled. They get pages, but are never polled.
    """

    def __init__(self, sources: Iterable[Source], registry: Iterable[Source] = ()) -> None:
        self.by_key: dict[str, Source] = {}
        self._by_host: dict[str, Source] = {}
        for source in sources:
            self._add(source)
        for outlet in registry:
            if outlet.key not in self.by_key:
                self._add(replace(outlet, is_active=False))
        self._find = lru_cache(maxsize=_REMEMBERED_HOSTS)(self._of_host)

    def of_url(self, url: str) -> Source:
        """Return the outlet of a page."""
        return self._find(host(url), site(url))

    def chosen(self, names: Iterable[str]) -> frozenset[str]:
        """Return the keys that these keys and hosts stand for.

        Raises:
            UsageError: one is neither a known key nor a host.
        """
        return frozenset(self._key_of_name(name.strip().lower()) for name in names)

    def _key_of_name(self, name: str) -> str:
        if name in self.by_key:
            return name
        if re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", name):
            return self.of_url(f"http://{name}/").key
        raise UsageError(
            f"no outlet {name!r} among the sources and the registry: give its key "
            "(`dateline source list`) or its host, such as news.example."
        )

    def _add(self, source: Source) -> None:
        self.by_key[source.key] = source
        for name in _hosts(source):
            self._by_host.setdefault(name, source)

    def _of_host(self, name: str, site_name: str) -> Source:
        top = registrable_domain(name) if name else ""
        bare = site_name.removeprefix("www.")
        candidates = _parents(name, top) if site_name == top else [bare]
        known = (self._by_host[each] for each in candidates if each in self._by_host)
        return next(known, None) or self._made(bare or "unknown")

    def _made(self, name: str) -> Source:
        key = re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:60] or "unknown"
        if key in self.by_key:
            key = f"{key[:55]}-host"
        return Source(key, name, hosts=(name,), is_active=False)


def _hosts(source: Source) -> list[str]:
    """Return the hosts whose pages are the source's; a local name or address with its port.

    The hosts of feeds and sitemaps count only where the source names no homepage, because feeds are
    often hosted by somebody else.
    """
    urls = [url for url in (source.homepage, *source.sections) if url]
    if not source.homepage:
        urls += [*source.feeds, *source.sitemaps]
    urls += [f"http://{name}/" for name in source.hosts]
    return list(dict.fromkeys(_name(url) for url in urls))


def _name(url: str) -> str:
    name = host(url)
    is_domain = "." in name and registrable_domain(name) == site(url)
    return (name if is_domain else site(url)).removeprefix("www.")


def _parents(name: str, top: str) -> list[str]:
    """Return a host and its parents up to the registrable domain: "a.b.example" and "b.example".

    >>> _parents("www.news.example.org", "example.org")
    ['www.news.example.org', 'news.example.org', 'example.org']
    """
    labels = name.split(".")
    found = []
    for number in range(len(labels)):
        candidate = ".".join(labels[number:])
        found.append(candidate)
        if candidate == top:
            break
    return found
