"""Find the outlet of a page by its host: a source of the user, of the registry, or a made one.

A page of a web address, and a record of an archive, is of the host of its address, whatever it
says of itself. A file has no address but those that the page states (``home_address``). What a
person has mapped wins over both.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.errors import UsageError
from pipeline.models import AddressClaim, ClaimKind, Source
from pipeline.urls import (
    canonical_url,
    canonical_url_or_none,
    host,
    is_ip_address,
    is_public_suffix,
    is_web_url,
    registrable_domain,
    site,
)

_REMEMBERED_HOSTS = 50_000
"""Hosts whose outlet is kept; a month of CC-NEWS has some 20,000."""
_LONGEST_KEY = 60
"""Characters of the longest key that is made of a host; of a longer one the first 51 stand with a
digest of the host."""
_CUT_KEY = 51


class Outlets:
    """The known outlets by host, and made ones for all other hosts.

    Args:
        sources: the user's own; they win over the registry.
        registry: outlets that the user has not enabled. They get pages, but are never polled.
        mapped: sources by a host, or by the address of a file or folder, as a person decided.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        registry: Iterable[Source] = (),
        mapped: Mapping[str, Source] | None = None,
    ) -> None:
        self.by_key: dict[str, Source] = {}
        self._by_host: dict[str, Source] = {}
        self._mapped = mapped or {}
        for source in sources:
            self._add(source)
        for outlet in registry:
            if outlet.key not in self.by_key:
                self._add(replace(outlet, is_active=False))
        self._find = lru_cache(maxsize=_REMEMBERED_HOSTS)(self._of_host)

    def with_mapped(self, mapped: Mapping[str, Source]) -> "Outlets":
        """Return these outlets with what a person has mapped in place of what was mapped before."""
        other = Outlets((), (), mapped)
        other.by_key, other._by_host = self.by_key, self._by_host
        return other

    def of_url(self, url: str) -> Source:
        """Return the outlet of a page."""
        return self._find(host(url), site(url))

    def of_page(self, url: str, claims: Sequence[AddressClaim]) -> Source | None:
        """Return the outlet of a page, or None where neither it nor a person names one.

        Args:
            url: where the page was read, a web address or a local file's.
            claims: the addresses that the page states.
        """
        if is_web_url(url):
            return self.of_url(url)
        if mapped := self._mapped_folder(url):
            return mapped
        address = home_address([each for each in claims if self._may_be_home(each.url)])
        return self.of_url(address) if address else None

    def _may_be_home(self, url: str) -> bool:
        """Tell whether an outlet may be at an address: at "localhost" or "10.0.0.7" a known one."""
        name = host(url)
        is_domain = "." in name and not is_ip_address(name) and not is_public_suffix(name)
        return is_domain or self._known(name, site(url)) is not None

    def _mapped_folder(self, url: str) -> Source | None:
        """Return the source to which the longest address is mapped that is a file or holds it."""
        path = canonical_url_or_none(url) or url
        around = (each for each in self._mapped if f"{path}/".startswith(f"{each.rstrip('/')}/"))
        longest = max(around, key=len, default=None)
        return self._mapped[longest] if longest else None

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
        return self._known(name, site_name) or self._made(_bare(site_name) or "unknown")

    def _known(self, name: str, site_name: str) -> Source | None:
        top = registrable_domain(name) if name else ""
        candidates = _parents(name, top) if site_name == top else [_bare(site_name)]
        mapped = (self._mapped[each] for each in candidates if each in self._mapped)
        known = (self._by_host[each] for each in candidates if each in self._by_host)
        return next(mapped, None) or next(known, None)

    def _made(self, name: str) -> Source:
        key = re.sub(r"[^a-z0-9]+", "-", _in_ascii(name)).strip("-") or "unknown"
        if len(key) > _LONGEST_KEY:  # two long hosts may begin alike
            key = f"{key[:_CUT_KEY]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        if key in self.by_key:
            key = f"{key[:55]}-host"
        return Source(key, name, hosts=(name,), is_active=False)


def _in_ascii(name: str) -> str:
    """Return a host as it stands in the DNS: "bücher.example" is "xn--bcher-kva.example"."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:  # a label that is empty or too long is no host's
        return name


_BEST_CLAIMS: Sequence[ClaimKind] = ("og_url", "rel_canonical", "amp_canonical", "json_ld")
"""Copies of agency stories name their original in ``rel=canonical`` and themselves in ``og:url``:
of 1,066 pages of known address that state one, so 1,058 tell their site, with ``rel=canonical``
first 1,055. 65 more state none."""


def home_address(claims: Sequence[AddressClaim]) -> str | None:
    """Return the address that tells a file's outlet, or None where the page states none.

    >>> own = AddressClaim("og_url", "https://herald.example/harbour-opens")
    >>> home_address([AddressClaim("rel_canonical", "https://agency.example/7"), own])
    'https://herald.example/harbour-opens'
    """
    best = min(claims, key=lambda claim: _BEST_CLAIMS.index(claim.kind), default=None)
    return best.url if best else None


def mapped_address(text: str) -> str:
    """Return the host, or the address of the local file or folder, that a person maps.

    >>> mapped_address("https://www.herald.example/politics"), mapped_address("file:///news/a/")
    ('herald.example', 'file:///news/a')

    Raises:
        UsageError: it is neither.
    """
    if text.startswith("file:"):
        return canonical_url(text)
    if is_web_url(text):
        return _name(text)
    if re.fullmatch(r"[\w-]+(\.[\w-]+)*(:\d{1,5})?", text) and is_web_url(f"http://{text}/"):
        return _name(f"http://{text.lower()}/")
    raise UsageError(
        f"{text!r} is neither a host, such as news.example, nor a file or folder here."
    )


def _bare(name: str) -> str:
    return name.removeprefix("www.")


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
    return _bare(name if is_domain else site(url))


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
