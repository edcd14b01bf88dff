"""Identity of URLs: canonical form, host, authority, registrable domain, site.

Two addresses with the same canonical form lead to one article, whatever the site. So the form does
only what is true everywhere: scheme and host in lower case, default port, user name and the dot at
the end of a host gone, an international host in its ASCII form, dot segments resolved,
percent-encoding in one spelling (RFC 3986, section 6.2.2), the query sorted, the parameters of
``url_parameters.tsv`` and the fragment gone, and the address that a cache of AMP pages names in
place of the cache's own.

What only some sites mean is kept, because merging two stories loses one of them:

- ``//`` in a path, which many servers answer as ``/`` and some as another page;
- bytes that are not UTF-8: ``?t=%E1%E2`` and ``?t=%E3%E4`` are two stories of a site in GBK;
- a fragment that begins with ``!`` or ``/``: there it is the route of a page made by a script;
- every parameter that the list does not name: on many sites ``?id=7``, ``?cid=7`` or ``?p=7`` *is*
  the article. courlan's ``strict`` mode was rejected, because it drops them.

These differ in spelling only as far as the pages say so (``pipeline/identity/``): http and https,
``www.``, ``m.`` and ``amp.`` in front of a host, ``/amp``, ``.amp.html`` and ``/print`` after a
path, ``//``, a slash or ``index.html`` at the end, and unknown parameters such as ``ref``,
``source``, ``from`` or ``page``. No function here uses the network.
"""

import ipaddress
import posixpath
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

from pipeline.errors import UsageError
from pipeline.tables import read_rows
from pipeline.text import storable

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL_BYTES = 2000
"""Postgres cannot index longer keys (btree limit about 2.7 kB); RFC 9110 asks for 8000 at least."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH = re.compile(r"%[0-9A-Fa-f]{2}|[^\w.~!$&'()*+,:=@-]", re.ASCII | re.DOTALL)
"""What is not the same in a path with and without percent-encoding: a slash, a semicolon and a
question mark, for ``/a%2Fb`` is another path than ``/a/b``; and what only encoding can write."""
_QUERY = re.compile(r"%[0-9A-Fa-f]{2}|[^\w.~!$'()*,:/?@-]", re.ASCII | re.DOTALL)
"""The same for a query, where ``&``, ``=``, ``+`` and ``;`` divide."""
_PATH_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_SEGMENT_SESSION = re.compile(r"/\((?:[A-Z]\([^()/]*\))+\)(?=/|$)")
"""Session ids of ASP.NET without cookies: "/(S(lit3py55t21z5v55))/news/a.aspx"."""
_SUB_PIECE = re.compile(r";(?=[\w.%~-]+=)")
_CACHED = re.compile(
    r"https?://(?:[^/?#]+\.cdn\.ampproject\.org/[cv]|[^/?#]+\.bing-amp\.com/c"
    r"|(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?/amp)/(s/)?([^/?#]+\.[^/?#]+(?:[/?#].*)?)"
)
"""Caches of AMP pages write the address of the original behind their own; ``s/`` means https."""


class _NoiseParameters(NamedTuple):
    names: frozenset[str]
    beginnings: tuple[str, ...]
    pairs: frozenset[str]
    """With their value: "print=1"."""


@lru_cache(maxsize=1)
def _noise_parameters() -> _NoiseParameters:
    names = [row[0] for row in read_rows("pipeline", "url_parameters.tsv", 4)]
    return _NoiseParameters(
        frozenset(name for name in names if "=" not in name and not name.endswith("*")),
        tuple(name[:-1] for name in names if name.endswith("*")),
        frozenset(name for name in names if "=" in name),
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
        before, _, fragment = url.partition("#")
        address, mark, query = before.strip().partition("?")
        # A backslash is a slash in an http(s) URL (WHATWG URL, 4.4).
        parts = urlsplit(address.replace("\\", "/") + mark + query)
        if parts.scheme == "file":
            return _canonical_file_url(parts, url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url[:200]!r} is not an absolute http(s) URL")
        result = (
            f"{parts.scheme}://{_ascii_host(_authority(parts))}"
            f"{_clean_path(parts.path)}{_clean_query(parts.query)}{_hash_route(fragment)}"
        )
        size = len(result.encode())
    except ValueError as error:
        raise UsageError(f"{url[:200]!r} cannot be read as a URL: {error}") from error
    if size > MAX_URL_BYTES:
        raise UsageError(f"URL of {size} bytes, the limit is {MAX_URL_BYTES}: {url[:80]}…")
    if cached := _CACHED.fullmatch(result):
        with suppress(UsageError):
            return canonical_url(f"http{'s' if cached[1] else ''}://{cached[2]}")
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


def query_pieces(url: str) -> list[tuple[str, str]]:
    """Return the names of a canonical URL's parameters in lower case, each with its piece.

    >>> query_pieces("https://news.example/a?ID=7&story-of-a-ferry")
    [('id', 'ID=7'), ('story-of-a-ferry', 'story-of-a-ferry')]

    A query without "=" names an article by itself on some sites; its name is all of it.
    """
    query = url.partition("#")[0].partition("?")[2]
    return [(_name(piece), piece) for piece in query.split("&") if piece]


def without_parameters(url: str, names: Iterable[str]) -> str:
    """Return a canonical URL without the parameters of these names (in lower case).

    >>> without_parameters("https://news.example/a?id=7&ref=home", ["ref"])
    'https://news.example/a?id=7'
    """
    dropped = frozenset(names)
    before, mark, fragment = url.partition("#")
    kept = [piece for name, piece in query_pieces(url) if name not in dropped]
    query = f"?{'&'.join(kept)}" if kept else ""
    return f"{before.partition('?')[0]}{query}{mark}{fragment}"


def _name(piece: str) -> str:
    return unquote_to_bytes(piece.partition("=")[0]).decode("utf-8", "replace").lower()


def _authority(parts: SplitResult) -> str:
    """Return host and non-default port in lower case; the host without a dot at its end."""
    name = (parts.hostname or "").rstrip(".")
    if ":" in name:
        name = f"[{name}]"
    port = parts.port
    return name if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f"{name}:{port}"


def _ascii_host(authority_: str) -> str:
    """Return an authority whose host is in its ASCII form: "bücher.example" is "xn--bcher-kva…"."""
    if not authority_ or authority_.startswith(":"):
        raise ValueError("there is no host")
    if authority_.isascii():
        return authority_
    name, colon, port = authority_.partition(":")
    with suppress(UnicodeError):
        name = name.encode("idna").decode("ascii").lower().rstrip(".") or name
    return f"{name}{colon}{port}"


def _encoded(text: str, escaped: re.Pattern[str]) -> str:
    """Return a text in one spelling of percent-encoding, of which a pattern finds what may change.

    Bytes and not characters are decoded, so bytes that are no UTF-8 stay as they are.
    """

    def spelt(found: re.Match[str]) -> str:
        part = found[0]
        if len(part) == 3:
            decoded = chr(int(part[1:], 16))
            return part.upper() if escaped.match(decoded) else decoded
        data = part.encode("utf-8", "surrogatepass")
        return "".join(f"%{byte:02X}" for byte in data)

    return escaped.sub(spelt, text)


def _clean_path(path: str) -> str:
    spelt = "/".join(
        ";".join(_encoded(part, _PATH) for part in segment.split(";"))
        for segment in path.removeprefix("/").split("/")
    )
    bare = _PATH_SESSION.sub("", _SEGMENT_SESSION.sub("", f"/{spelt}"))
    kept: list[str] = []
    segments = bare.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in ([".."], ["."]):
        kept.append("")
    return "/" + "/".join(kept)


def _clean_query(query: str) -> str:
    spelt = (
        ";".join(
            "=".join(
                "+".join(_encoded(word, _QUERY) for word in re.split(r"\+| |%20", side))
                for side in part.split("=")
            )
            for part in piece.split(";")
        )
        for piece in query.split("&")
    )
    kept = sorted(filter(None, map(_without_noise, spelt)), key=lambda piece: piece.partition("="))
    return f"?{'&'.join(kept)}" if kept else ""


def _without_noise(piece: str) -> str:
    """Return a piece of a query ("b=1", "b=1;utm_source=x") without what is noise everywhere."""
    return ";".join(part for part in _SUB_PIECE.split(piece) if not _is_noise(part))


def _is_noise(piece: str) -> bool:
    known, name = _noise_parameters(), _name(piece)
    return (
        name in known.names
        or name.startswith(known.beginnings)
        or f"{name}={piece.partition('=')[2].lower()}" in known.pairs
    )


def _hash_route(fragment: str) -> str:
    """Return the fragment with its "#" where a script reads it as the address of a page."""
    path, mark, query = fragment.partition("#")[0].strip().partition("?")
    if not re.match(r"!|/", path) or not path.strip("!/"):
        return ""
    spelt = "/".join(_encoded(segment, _PATH) for segment in path.split("/"))
    return f"#{spelt}{_clean_query(query) if mark else ''}"


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
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def authority(url: str) -> str:
    """Return host and non-default port: robots.txt and crawl delays are per authority."""
    try:
        return _authority(urlsplit(url))
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

    The tenants of a platform are domains of their own ("ann.substack.com"): those of the private
    section of the public suffix list and of ``platforms.tsv``. An IP address, and a name without a
    public suffix ("localhost"), is its own domain. Uses the bundled snapshot of the list, never the
    network.
    """
    if is_ip_address(name):
        return name
    found = _suffix_extractor()(name)
    if found.domain == "www" and "." in found.suffix and _is_platform(found.suffix):
        return found.suffix  # the platform's own pages
    return found.top_domain_under_public_suffix or name


def is_public_suffix(name: str) -> bool:
    """Tell whether domains of others are registered directly below a host: "co.uk", "com".

    >>> is_public_suffix("co.uk"), is_public_suffix("bbc.co.uk")
    (True, False)
    """
    return _suffix_extractor()(name).suffix == name


def _is_platform(suffix: str) -> bool:
    return suffix in _platforms() or _suffix_extractor()(suffix).is_private


@lru_cache(maxsize=1)
def _platforms() -> frozenset[str]:
    return frozenset(row[0] for row in read_rows("pipeline", "platforms.tsv", 2))


@lru_cache(maxsize=1)
def _suffix_extractor() -> "TLDExtract":
    from tldextract import TLDExtract

    return TLDExtract(
        suffix_list_urls=(),
        cache_dir=None,
        include_psl_private_domains=True,
        extra_suffixes=sorted(_platforms()),
    )


def site(url: str) -> str:
    """Return the site of a URL: its registrable domain, else its host and port.

    IP addresses and local names have no registrable domain, so two servers on two ports of
    127.0.0.1 are two sites, while "http://news.example.com:8080/" is of the site "example.com". A
    tenant whom a platform names in the path ("medium.com/@ann") shares the platform's site: there
    robots.txt and pace are the platform's.
    """
    name = host(url)
    domain = registrable_domain(name) if name else ""
    return authority(url) if is_ip_address(name) or "." not in domain else domain
