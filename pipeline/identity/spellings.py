"""Spellings of an address: what two addresses may differ in and still lead to one page.

Nobody can tell from two spellings alone that they lead to one page. They are compared with the
texts of the pages: equal texts under two spellings are one article, equal texts under two other
addresses are copies.
"""

import re

from pipeline.urls import authority, canonical_url_or_none, query_pieces

_HOST_VARIANT = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.)")
_HOST_STARTS = ("", "www.", "m.", "mobile.", "amp.")
_PATH_ENDS = ("", "/", "/amp", "/amp/", "/print", "/index.html")
_ENDING = re.compile(r"/(?:amp|print|printable|(?:index|default)\.(?:html?|php|aspx?|jsp))$", re.I)
_VERSION = re.compile(r"\.(?:amp|print)(?=\.html?$|$)", re.IGNORECASE)


def plain_host(url: str) -> str:
    """Return host and port without ``www.``, ``m.`` and ``amp.`` in front.

    >>> plain_host("https://amp.news.example/a")
    'news.example'
    """
    return _HOST_VARIANT.sub("", authority(url))


def plain_address(url: str) -> str:
    """Return what all spellings of an address have in common.

    >>> plain_address("http://m.news.example//ferry/amp/?ref=home")
    'news.example/ferry'

    That is host and path without the marks of AMP and print versions, doubled slashes, the slash
    and the ``index.html`` at the end; a hash route stays, the scheme and the query go.
    """
    before, mark, route = url.partition("#")
    path = before.partition("?")[0].partition("://")[2].partition("/")[2]
    plain = _VERSION.sub("", "/" + "/".join(part for part in path.split("/") if part))
    while (shorter := _ENDING.sub("", plain)) != plain:
        plain = shorter
    plain = re.sub(r"^/amp(?=/)", "", plain)
    return f"{plain_host(url)}{plain.rstrip('/')}{mark}{route}"


def plain_url(url: str) -> str:
    """Return the one URL that stands for all spellings of a canonical URL.

    >>> plain_url("http://www.news.example/ferry/?id=7")
    'https://news.example/ferry?id=7'

    A local file has one spelling: its own URL.
    """
    if url.startswith("file:"):
        return url
    address, mark, route = plain_address(url).partition("#")
    query = url.partition("#")[0].partition("?")[2]
    plain = f"https://{address}{f'?{query}' if query else ''}{mark}{route}"
    return canonical_url_or_none(plain) or url


def likely_spellings(url: str) -> frozenset[str]:
    """Return a canonical URL with its usual other spellings, as an index of URLs is asked for them.

    >>> "http://www.news.example/ferry/" in likely_spellings("https://m.news.example/ferry")
    True

    There are two schemes, five forms of the host and six ends of the path.
    """
    plain = plain_url(url)
    if plain.startswith("file:"):
        return frozenset((url,))
    before, mark, route = plain.removeprefix("https://").partition("#")
    address, question, query = before.partition("?")
    bare = address.rstrip("/")
    found = {
        f"{scheme}://{start}{bare}{end}{question}{query}{mark}{route}"
        for scheme in ("http", "https")
        for start in _HOST_STARTS
        for end in _PATH_ENDS
    }
    return frozenset(found | {url, plain})


def are_spellings(one: str, other: str) -> bool:
    """Tell whether two addresses differ in less than a path or a parameter."""
    return plain_address(one) == plain_address(other) and query_pieces(one) == query_pieces(other)


def differing_parameter(one: str, other: str) -> str | None:
    """Return the parameter that has one value in one address and another in the other.

    >>> differing_parameter("https://n.example/a?id=1&ref=x", "https://n.example/a?id=1&ref=y")
    'ref'

    None where the addresses differ in anything else, or where one of them lacks the parameter:
    ``?page=1`` shows what no ``page`` shows, and ``?page=2`` something else.
    """
    if plain_address(one) != plain_address(other):
        return None
    pieces = set(query_pieces(one)), set(query_pieces(other))
    alone = [sorted(pieces[0] - pieces[1]), sorted(pieces[1] - pieces[0])]
    names = [{name for name, _ in each} for each in alone]
    if (
        len(names[0]) == 1
        and names[0] == names[1]
        and all("=" in p for each in alone for _, p in each)
    ):
        return names[0].pop()
    return None


def differing_parameters(one: str, other: str) -> frozenset[str] | None:
    """Return the parameters in which two addresses differ, None where they differ in more.

    >>> sorted(differing_parameters("https://n.example/a?id=1&sid=x", "https://n.example/a?id=2"))
    ['id', 'sid']
    """
    if plain_address(one) != plain_address(other):
        return None
    pieces = set(query_pieces(one)) ^ set(query_pieces(other))
    if not all("=" in piece for _, piece in pieces):
        return None
    return frozenset(name for name, _ in pieces)
