"""What a page says about its site: feeds, name and language."""

from urllib.parse import urljoin

from pipeline.discover.sections import base_of, parse_html
from pipeline.errors import PageError
from pipeline.text import squeeze, storable
from pipeline.urls import is_web_url

_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)


def feeds_of(body: bytes, url: str) -> tuple[str, ...]:
    """Return the feeds that a page names by ``<link rel="alternate">``, comment feeds last."""
    try:
        tree = parse_html(body)
    except PageError:
        return ()
    base = base_of(tree, url)
    found: dict[str, bool] = {}
    for link in tree.iter("link"):
        kind = (link.get("type") or "").lower().partition(";")[0].strip()
        is_alternate = "alternate" in (link.get("rel") or "").lower().split()
        target = _joined(base, link.get("href") or "")
        if is_alternate and kind in _FEED_TYPES and target is not None:
            about = f"{link.get('title') or ''} {target}".lower()
            found.setdefault(target, "comment" in about)
    return tuple(sorted(found, key=lambda target: found[target]))


def name_of(body: bytes) -> str | None:
    """Return the site's name from og:site_name or application-name, or None."""
    try:
        tree = parse_html(body)
    except PageError:
        return None
    for path in (
        '//meta[@property="og:site_name"]/@content',
        '//meta[@name="application-name"]/@content',
    ):
        for value in tree.xpath(path):
            if squeeze(str(value)):
                return storable(squeeze(str(value)))
    return None


def title_of(body: bytes) -> str | None:
    """Return the first part of a page's title: "Herald" of "Herald | News from …"; or None."""
    try:
        title = squeeze(storable(parse_html(body).findtext(".//title") or ""))
    except PageError:
        return None
    for mark in (" | ", " – ", " — ", " - ", ": "):
        title = title.partition(mark)[0]
    return title or None


def language_of(body: bytes) -> str | None:
    """Return the language that ``<html lang>`` names, without its region, or None."""
    try:
        found = parse_html(body).get("lang") or ""
    except PageError:
        return None
    code = found.lower().partition("-")[0].partition("_")[0].strip()
    return code if len(code) == 2 and code.isalpha() else None


def _joined(base: str, link: str) -> str | None:
    try:
        found = urljoin(base, link.strip())
    except ValueError:
        return None
    return found if link.strip() and is_web_url(found) else None
