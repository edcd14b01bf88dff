"""Identity of URLs: canonical form, host, authority, registrable domain, site.

Two links with the same canonical URL are one article: scheme and host in lower case, default port
and fragment gone, dot segments resolved, tracking parameters dropped, the rest of the query sorted
(w3lib's ``canonicalize_url``; RFC 3986, section 6.2). Unknown parameters stay: on many sites
``?id=7`` *is* the article. courlan's ``strict`` mode was rejected, because it drops them. No
function here uses the network.
"""

import ipaddress
import posixpath
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    unquote,
    urlencode,
    urljoin,
    urlsplit,
    urlunsplit,
)

from w3lib.url import canonicalize_url

from pipeline.errors import UsageError
from pipeline.text import storable

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL_BYTES = 2000
"""Postgres cannot index longer keys (btree limit about 2.7 kB); RFC 9110 asks for 8000 at least."""

_TRACKING = re.compile(
    r"^(utm_\w+|at_\w+|mc_[ce]id|pk_\w+|piwik_\w+|matomo_\w+|wt_\w+|hsa_\w+|_hs\w+|fbclid|gclid|gclsrc|dclid|"
    r"msclkid|yclid|twclid|ttclid|igshid|igsh|cmpid|cmp|ito|smid|smtyp|ocid|ncid|sr_share|ns_\w+|ftag|soc_src|"
    r"soc_trk|guccounter|guce_\w+|xtor|mkt_tok|trk|trkinfo|partner|ref_src|ref_url|spm|s_cid|icid|intcmp|cid|"
    r"wpsrc|wprss|feedtype|feedname|rss|traffic_source|amp|outputtype|_ga|_gl|vero_\w+|oly_\w+|__twitter_impression)$",
    re.IGNORECASE,
)
_VERSION_PARAMETERS = re.compile(
    r"(print|printable|printer)=(1|true|y|yes|print)|"
    r"(output|view|display|format|layout)=(amp|print|printable)",
    re.IGNORECASE,
)
"""Parameters that ask for the same article as an AMP or print version."""
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def _without_default_port(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    host, colon, port = netloc.rpartition(":")
    if colon and port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return netloc.rstrip(":") if not port else netloc


def _clean_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(
        [
            (key, value)
            for key, value in pairs
            if not _TRACKING.match(key) and not _VERSION_PARAMETERS.fullmatch(f"{key}={value}")
        ]
    )


def canonical_url(url: str) -> str:
    """Return the canonical form of an absolute http(s) URL or a local file URL; idempotent.

    >>> canonical_url("HTTP://News.Example:80/a/../b?utm_source=x&id=7#top")
    'http://news.example/b?id=7'

    Raises:
        UsageError: it is not an absolute http(s) URL, or is longer than ``MAX_URL_BYTES``.
    """
    try:
        # Without the fragment first: "/? #top" ends in a blank as "/? " does.
        parts = urlsplit(url.partition("#")[0].strip())
        if parts.scheme.lower() == "file":
            return _canonical_file_url(parts, url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url[:200]!r} is not an absolute http(s) URL")
        # A backslash is a slash in an http(s) URL (WHATWG URL, 4.4).
        slashed = parts.path.replace("\\", "/")
        path = urlsplit(urljoin("http://host/", slashed or "/")).path or "/"
        rebuilt = urlunsplit(
            (
                parts.scheme.lower(),
                _without_default_port(parts).lower(),
                path,
                _clean_query(parts.query),
                "",
            )
        )
        result: str = canonicalize_url(rebuilt, keep_blank_values=True)
    except ValueError as error:
        raise UsageError(f"{url[:200]!r} cannot be read as a URL: {error}") from error
    if len(result.encode()) > MAX_URL_BYTES:
        raise UsageError(
            f"URL of {len(result.encode())} bytes, the limit is {MAX_URL_BYTES}: {url[:80]}…"
        )
    return result


def canonical_url_or_none(stated: str | None) -> str | None:
    """Return the canonical form of a URL that a page states, or None where it is unusable.

    >>> canonical_url_or_none("https://news.example/a?utm_source=x")
    'https://news.example/a'

    rel=canonical may hold anything: "/", "http://", 3 kB, a NUL.
    """
    if not stated:
        return None
    with suppress(UsageError):
        return canonical_url(storable(stated))
    return None


def _canonical_file_url(parts: SplitResult, url: str) -> str:
    path = posixpath.normpath(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not path.startswith("/"):
        raise UsageError(f"{url[:200]!r} is not the URL of a local file (file:///folder/page.html)")
    return "file://" + quote(path)


def is_web_url(text: str) -> bool:
    """Tell whether the text is an absolute http(s) URL that ``canonical_url`` accepts."""
    try:
        return not canonical_url(text).startswith("file:")
    except UsageError:
        return False


def host(url: str) -> str:
    """Return the host in lower case without port, or "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def authority(url: str) -> str:
    """Return host and non-default port: robots.txt and crawl delays are per authority."""
    try:
        parts = urlsplit(url)
        return _without_default_port(parts).lower()
    except ValueError:
        return ""


def is_ip_address(name: str) -> bool:
    """Tell whether a host is written as an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def registrable_domain(name: str) -> str:
    """Return the registrable domain of a host ("news.bbc.co.uk" gives "bbc.co.uk").

    An IP address, and a name without a public suffix ("localhost"), is its own domain. Uses the
    bundled snapshot of the public suffix list, never the network.
    """
    if is_ip_address(name):
        return name
    return _suffix_extractor()(name).top_domain_under_public_suffix or name


@lru_cache(maxsize=1)
def _suffix_extractor() -> "TLDExtract":
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def site(url: str) -> str:
    """Return the site of a URL: its registrable domain, else its host and port.

    IP addresses and local names have no registrable domain, so two servers on two ports of
    127.0.0.1 are two sites, while "http://news.example.com:8080/" is of the site "example.com".
    """
    name = host(url)
    domain = registrable_domain(name) if name else ""
    return authority(url) if is_ip_address(name) or "." not in domain else domain
