"""Why a page shows no text: it is data of another kind, or its words are elsewhere.

Says where the words are (frames, pictures, a script, another address), so that somebody can go and
get them. Knows nothing of outcomes but the two that it names.
"""

import json
import re

from lxml.html import HtmlElement

from pipeline.outcomes import Outcome
from pipeline.text import one_line, squeeze

_LONGEST = 80
_MOST_NAMED = 3
_BEGINNING = 2000
_FEED = re.compile(
    r"(?>(?><\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*)"
    r"<(?:\w+:)?(rss|feed|rdf|urlset|sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEEDS = {"urlset": "a sitemap", "sitemapindex": "a sitemap index"}
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"\s]+)", re.IGNORECASE)
_LONG_REFRESH = 10
"""Seconds: front pages load themselves anew every five minutes."""


def foreign_data(text: str) -> tuple[Outcome, str] | None:
    """Return outcome and reason where a text is a feed, a sitemap or JSON, and None for a page."""
    if found := _FEED.match(text[:_BEGINNING]):
        name = _FEEDS.get(found[1].lower(), "a feed")
        return (
            Outcome.NOT_AN_ARTICLE,
            f"{name} and no page: give its address to `dateline run`, which reads what it names",
        )
    if _is_json(text):
        return Outcome.BAD_CONTENT, "JSON and no page: give the text in it as plain text"
    return None


def _is_json(text: str) -> bool:
    plain = text.strip()
    if not plain or (plain[0], plain[-1]) not in (("{", "}"), ("[", "]")):
        return False
    try:
        json.loads(plain)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def whereabouts(root: HtmlElement | None, *, is_error: bool = False) -> str | None:
    """Return where the words of a page are that shows hardly any; None where nothing tells.

    Args:
        root: the page with its scripts and frames.
        is_error: whether it is an error page or a wall, of which only a redirect says more.
    """
    if root is None:
        return None
    if target := _refresh(root):
        return f"the page sends its readers on to {target}: give that address"
    if is_error:
        return None
    if frames := _named(root, "frame"):
        return f"a frameset: the text is in its frames ({frames}): give their addresses"
    if frames := _named(root, "iframe"):
        return f"the text may be in an inner frame ({frames}): give its address"
    if documents := _named(root, "object", "data") or _named(root, "embed"):
        return f"the text may be in an embedded document ({documents}), which is not read"
    if pictures := int(root.xpath("count(//body//img)")):
        many = f"{pictures} pictures" if pictures > 1 else "a picture"
        return f"the page shows {many}: text in pictures is not read"
    if int(root.xpath("count(//script)")):
        return "a script may fill the page, which is not run: give its feed, AMP or print version"
    return None


def _refresh(root: HtmlElement) -> str | None:
    for tag in root.iter("meta"):
        content = squeeze((tag.get("content") or "")[:_BEGINNING])
        seconds = re.match(r"\s*(\d+)", content)
        if (tag.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        if seconds and int(seconds[1][:9]) > _LONG_REFRESH:
            continue
        if found := _REFRESH.match(content):
            return one_line(found[1], _LONGEST)
    return None


def _named(root: HtmlElement, tag: str, attribute: str = "src") -> str:
    """Return the addresses that elements name, as many as a reader wants to see."""
    places = [place for each in root.iter(tag) if (place := (each.get(attribute) or "").strip())]
    shown = [one_line(place, _LONGEST) for place in dict.fromkeys(places)]
    more = ", …" if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
