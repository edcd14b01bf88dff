"""What a source says about its requests: which URLs are its own, its headers, cookies and proxy.

``is_onsite`` tells which URLs belong to a source: advertisements in feeds and hijacked redirects
lead to other sites. Headers and cookies, which may hold a subscriber's login, go to the source's
own sites only, and no record of a request shows them.
"""

import os
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from pipeline.errors import NotConfigured
from pipeline.models import Exchange, Source
from pipeline.urls import site

Headers = tuple[tuple[str, str], ...]
NOT_KEPT = "(not kept)"
"""Stands in records for the value of a source's own header or cookie."""
_FROM_ENVIRONMENT = "env:"


@lru_cache(maxsize=1024)
def sites(source: Source) -> frozenset[str]:
    """Return the sites (registrable domains, mostly) of a source's URLs and of its ``hosts``.

    A source of lists and local files only has none, and every URL counts as on-site.
    """
    urls = (source.homepage or "", *source.feeds, *source.sitemaps, *source.sections)
    named = [url for url in urls if url] + [f"http://{host}/" for host in source.hosts]
    return frozenset(site(url) for url in named) - {""}


def is_onsite(url: str, source: Source | None) -> bool:
    """Tell whether a URL belongs to one of the source's sites, or the source allows any."""
    if source is None or source.allow_foreign:
        return True
    known = sites(source)
    return not known or site(url) in known


def from_environment(value: str) -> str:
    """Return a value as it is, or of "env:NAME" the value of that environment variable.

    Raises:
        NotConfigured: there is no such variable, or no header can carry its value.
    """
    if not value.startswith(_FROM_ENVIRONMENT):
        return value
    name = value.removeprefix(_FROM_ENVIRONMENT)
    found = os.environ.get(name)
    if not found:
        raise NotConfigured(f"not asked: the source takes a value from the variable {name}; set it")
    if not found.isprintable() or not all(ord(character) < 256 for character in found):
        raise NotConfigured(
            f"not asked: the variable {name} has a character that no header can carry; correct it"
        )
    return found


def proxy_address(value: str) -> str:
    """Return the address of a proxy, which may come from the environment.

    Raises:
        NotConfigured: there is no such variable, or the address is none of an HTTP proxy.
    """
    address = from_environment(value)
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if is_usable and address.isascii():
        return address
    named = value if value.startswith(_FROM_ENVIRONMENT) else "as set"
    raise NotConfigured(
        f"not asked: the proxy ({named}) is none such as http://proxy.example:3128; correct it"
    )


def own_headers(source: Source | None, url: str) -> Headers:
    """Return the headers and cookies that a source adds to a request; none to other sites."""
    if source is None or not (source.headers or source.cookies) or site(url) not in sites(source):
        return ()
    headers = tuple((name, from_environment(value)) for name, value in source.headers)
    cookies = "; ".join(f"{name}={from_environment(value)}" for name, value in source.cookies)
    return (*headers, ("Cookie", cookies)) if cookies else headers


def merged(general: Headers, own: Headers) -> Headers:
    """Return headers of which a source's own replace those of the same name; cookies are joined."""
    names = {name.lower() for name, _ in own}
    earlier = "; ".join(value for name, value in general if name.lower() == "cookie")
    kept = tuple(each for each in general if each[0].lower() not in names)
    return kept + tuple(
        (name, f"{earlier}; {value}" if name == "Cookie" and earlier else value)
        for name, value in own
    )


def without_secrets(exchange: Exchange, own: Headers) -> Exchange:
    """Return an exchange without the values of a source's own headers and cookies.

    Cookies that the server sets in return may be a login too.
    """
    if not own:
        return exchange
    names = {name.lower() for name, _ in own}
    answered = {"set-cookie"} if "cookie" in names else set()
    return replace(
        exchange,
        request_headers=_hidden(exchange.request_headers, names),
        headers=_hidden(exchange.headers, answered),
    )


def _hidden(headers: Headers, names: set[str]) -> Headers:
    return tuple((name, NOT_KEPT if name.lower() in names else value) for name, value in headers)
