"""Explain why a page shows no text: the bytes are a feed or JSON, or the text is elsewhere.

The reasons name the place of the text where it can be seen (frames, pictures, a script, another
address), so that the user can fetch that instead.
"""

import json
import re

from lxml.html import HtmlElement

from pipeline.outcomes import Outcome
from pipeline.text import one_line, squeeze

_ADDRESS_CHARS = 80
_MAX_ADDRESSES = 3
_PREFIX_CHARS = 2000
"""Characters in which the root element of a feed must stand."""
_FEED_ROOT = re.compile(
    r"(?>(?><\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*)"
    r"<(?:\w+:)?(rss|feed|rdf|urlset|sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEED_NAMES = {"urlset": "a sitemap", "sitemapindex": "a sitemap index"}
_REFRESH_TARGET = re.compile(r"\s*[\d.]*\s*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"\s]+)", re.IGNORECASE)
_LONGEST_REDIRECT = 10
"""Seconds. A longer refresh is no redirect: front pages reload themselves every five minutes."""


def other_format(text: str) -> tuple[Outcome, str] | None:
    """Return the outcome and reason of a feed, a sitemap or JSON, and None for anything else."""
    if found := _FEED_ROOT.match(text[:_PREFIX_CHARS]):
        name = _FEED_NAMES.get(found[1].lower(), "a feed")
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


def explain_missing_text(root: HtmlElement | None, *, is_error: bool = False) -> str | None:
    """Return where the text of a page with few words may be, or None where there is no sign of it.

    Args:
        root: the page with its scripts and frames, or None.
        is_error: whether it is an error page or a wall; of those only a redirect is reported.
    """
    if root is None:
        return None
    if target := _redirect_target(root):
        return f"the page sends its readers on to {target}: give that address"
    if is_error:
        return None
    if frames := _addresses(root, "frame"):
        return f"a frameset: the text is in its frames ({frames}): give their addresses"
    if frames := _addresses(root, "iframe"):
        return f"the text may be in an inner frame ({frames}): give its address"
    if documents := _addresses(root, "object", "data") or _addresses(root, "embed"):
        return f"the text may be in an embedded document ({documents}), which is not read"
    if pictures := int(root.xpath("count(//body//img)")):
        many = f"{pictures} pictures" if pictures > 1 else "a picture"
        return f"the page shows {many}: text in pictures is not read"
    if int(root.xpath("count(//script)")):
        return "a script may fill the page, which is not run: give its feed, AMP or print version"
    return None


def _redirect_target(root: HtmlElement) -> str | None:
    for tag in root.iter("meta"):
        content = squeeze((tag.get("content") or "")[:_PREFIX_CHARS])
        seconds = re.match(r"\s*(\d+)", content)
        if (tag.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        if seconds and int(seconds[1][:9]) > _LONGEST_REDIRECT:
            continue
        if found := _REFRESH_TARGET.match(content):
            return one_line(found[1], _ADDRESS_CHARS)
    return None


def _addresses(root: HtmlElement, tag: str, attribute: str = "src") -> str:
    """Return the first addresses that elements of a kind load, separated by commas."""
    addresses = [
        address for each in root.iter(tag) if (address := (each.get(attribute) or "").strip())
    ]
    shown = [one_line(address, _ADDRESS_CHARS) for address in dict.fromkeys(addresses)]
    more = ", …" if len(shown) > _MAX_ADDRESSES else ""
    return ", ".join(shown[:_MAX_ADDRESSES]) + more
