"""Links that lead through a redirector (Google Alerts, Bing News) to an address they hold.

Only what stands in the link is read, and nothing is requested. Newer links of news.google.com hold
no address but a key that only Google can resolve; they stay as they are.
"""

import base64
import binascii
import re
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.tables import read_rows
from pipeline.urls import is_web_url

_MAX_HOPS = 3
"""A search alert may lead to a social network's redirector, which leads to the article."""
_YAHOO_TARGET = "/RU="
# Google News encodes a message of Protocol Buffers: 08 13 22, the address's length, the address.
_CLEAR_ADDRESS = re.compile(rb"\x22([\x01-\x7f]|[\x80-\xff][\x01-\x7f])(https?://[\x21-\x7e]+)")


def redirect_target(url: str) -> str:
    """Return the address that a redirector's link holds, or the URL itself where it holds none.

    >>> redirect_target("https://www.google.com/url?sa=t&url=https://herald.example/ferry&usg=A")
    'https://herald.example/ferry'
    >>> redirect_target("https://herald.example/url?url=https://other.example/")
    'https://herald.example/url?url=https://other.example/'
    """
    for _ in range(_MAX_HOPS):
        target = _target(url)
        if target is None:
            return url
        url = target
    return url


def _target(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    for path, where in _redirectors().get(host, ()):
        if not parts.path.startswith(path):
            continue
        if where == "path":
            rest = parts.path[len(path) :] + (f"?{parts.query}" if parts.query else "")
            found = [f"https://{rest}"]
        elif where == "google_news":
            found = _in_google_news(parts.path[len(path) :].partition("/")[0])
        elif _YAHOO_TARGET in parts.path:
            found = [unquote(parts.path.partition(_YAHOO_TARGET)[2].partition("/")[0])]
        else:
            values = parse_qs(parts.query)
            found = [value for name in where.split() for value in values.get(name, ())]
        target = next((each for each in found if is_web_url(each)), None)
        if target is not None:
            return target
    return None


def _in_google_news(key: str) -> list[str]:
    """Return the address in an article's key: "CBMi…" is Base64 of it in the older form."""
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (binascii.Error, ValueError):
        return []
    found = _CLEAR_ADDRESS.search(raw)
    if not found:
        return []
    length = found[1][0] & 0x7F
    if len(found[1]) > 1:  # lengths from 128 on take two bytes, seven bits each
        length |= found[1][1] << 7
    return [found[2][:length].decode("ascii")]


@cache
def _redirectors() -> dict[str, list[tuple[str, str]]]:
    """Return the paths of each host with where they hold the target."""
    known: dict[str, list[tuple[str, str]]] = {}
    for host, path, where, _, _ in read_rows(__package__, "redirectors.tsv", columns=5):
        known.setdefault(host, []).append((path, where))
    return known
