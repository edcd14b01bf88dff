"""The bytes that the invented outlets serve: feeds, sitemaps, section pages, articles, walls.

Pages are small, because the simulation reads hundreds of thousands of them, but of the structure
that real ones have: the head with title and canonical, navigation, the article, the footer. Walls
show what those of the named products show by structure and headers.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from benchmarks.collect import texts
from benchmarks.collect.web import Document, Outlet

Headers = tuple[tuple[str, str], ...]

HTML: Headers = (("Content-Type", "text/html; charset=utf-8"),)
XML: Headers = (("Content-Type", "application/xml; charset=utf-8"),)
JSON: Headers = (("Content-Type", "application/feed+json"),)

_SECTIONS = "Home Latest Politics Region Business Sport Culture Weather".split()
_AGES = {"rss": "<ttl>30</ttl>", "atom": ""}
_PERIOD = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed, sitemap or section page."""

    url: str
    title: str
    published: datetime


def feed(outlet: Outlet, document: Document, items: Sequence[Item], built: datetime) -> bytes:
    """Return a feed of these items, newest first; ``built`` is when its server made it."""
    if document.kind == "json_feed":
        return _json_feed(outlet, items)
    if document.kind == "atom":
        return _atom(outlet, items, built)
    hint = _AGES["rss"] if document.hint == "ttl" else ""
    hint += _PERIOD if document.hint == "update_period" else ""
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f"<pubDate>{format_datetime(item.published)}</pubDate></item>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>{outlet.key}</title><link>{outlet.url}/</link>{hint}"
        f"<lastBuildDate>{format_datetime(built)}</lastBuildDate>\n{entries}</channel></rss>\n"
    ).encode()


def _atom(outlet: Outlet, items: Sequence[Item], built: datetime) -> bytes:
    entries = "".join(
        f'<entry><title>{escape(item.title)}</title><link href="{escape(item.url)}"/>'
        f"<id>{escape(item.url)}</id><published>{item.published.isoformat()}</published>"
        f"<updated>{item.published.isoformat()}</updated></entry>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{outlet.key}</title><id>{outlet.url}/</id>"
        f"<updated>{built.isoformat()}</updated>\n{entries}</feed>\n"
    ).encode()


def _json_feed(outlet: Outlet, items: Sequence[Item]) -> bytes:
    entries = [
        {"id": item.url, "url": item.url, "title": item.title}
        | {"date_published": item.published.isoformat()}
        for item in items
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.key}
    return json.dumps(head | {"items": entries}).encode()


def news_sitemap(outlet: Outlet, items: Iterable[Item]) -> bytes:
    """Return a news sitemap."""
    entries = "".join(
        f"<url><loc>{escape(item.url)}</loc><news:news><news:publication><news:name>{outlet.key}"
        "</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{item.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{entries}</urlset>\n'
    ).encode()


def sitemap(items: Iterable[Item]) -> bytes:
    """Return a sitemap without titles."""
    entries = "".join(
        f"<url><loc>{escape(item.url)}</loc><lastmod>{item.published.isoformat()}</lastmod></url>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    ).encode()


def sitemap_index(children: Iterable[tuple[str, datetime | None]]) -> bytes:
    """Return a sitemap index of addresses with the time of their last change, or None."""
    entries = "".join(
        f"<sitemap><loc>{escape(url)}</loc>"
        f"{f'<lastmod>{changed.isoformat()}</lastmod>' if changed else ''}</sitemap>\n"
        for url, changed in children
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}'
        "</sitemapindex>\n"
    ).encode()


def section(outlet: Outlet, items: Iterable[Item], notes: str = "") -> bytes:
    """Return a section page: a list of headlines with links."""
    teasers = "".join(
        f'<article><h2><a href="{escape(item.url)}">{escape(item.title)}</a></h2></article>\n'
        for item in items
    )
    return _page(outlet, "Latest", f"<main>{teasers}</main>", "", notes)


def article(
    outlet: Outlet,
    item: Item,
    paragraphs: Sequence[str],
    canonical: str | None,
    *,
    is_redesigned: bool = False,
    notes: str = "",
) -> bytes:
    """Return an article's page; the layout differs after a redesign."""
    body = "".join(f"<p>{escape(each)}</p>\n" for each in paragraphs)
    inner = f"<article><h1>{escape(item.title)}</h1>\n{body}</article>"
    if is_redesigned:
        inner = f'<div class="wrap"><main>{inner}</main></div>'
    head = f'<link rel="canonical" href="{escape(canonical)}">' if canonical else ""
    head += f'<meta property="article:published_time" content="{item.published.isoformat()}">'
    return _page(outlet, item.title, inner, head, notes)


def shell(outlet: Outlet) -> bytes:
    """Return the page of an application that shows its articles only to a browser."""
    inner = '<div id="app"></div><script src="/static/app.js"></script>'
    return _page(outlet, outlet.key, inner, "", "")


def front_page(outlet: Outlet) -> bytes:
    """Return the homepage, which names no article."""
    lead = "".join(f"<p>{each}</p>" for each in texts.sentences(f"front {outlet.number}", 30))
    return _page(outlet, outlet.key, f"<main>{lead}</main>", "", "")


def _page(outlet: Outlet, title: str, inner: str, head: str, notes: str) -> bytes:
    links = "".join(f'<a href="/{name.lower()}/">{name}</a> ' for name in _SECTIONS)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | '
        f"{outlet.key}</title>{head}</head>\n<body><nav>{links}</nav>\n{inner}\n"
        f'<footer><a href="/contact/">Contact</a> {outlet.key} {notes}</footer></body></html>\n'
    ).encode()


def wall(outlet: Outlet, kind: str, request: int) -> tuple[Headers, bytes]:
    """Return headers and body of the page that stands in place of others.

    Args:
        outlet: whose server answers.
        kind: a name of ``web._WALLS``.
        request: a number that differs from request to request, which such pages like to show.
    """
    number = f"{request * 2_654_435_761 % 2**32:08x}"
    made = _WALL_PAGES.get(kind)
    if made is not None:
        headers, body = made
        filled = tuple((name, value.replace("NUMBER", number)) for name, value in headers)
        return (*HTML, *filled), body.replace("NUMBER", number).replace(
            "HOST", outlet.host
        ).encode()
    title, lines = _PLAIN_WALLS[kind]
    inner = "".join(f"<p>{line}</p>" for line in lines)
    return HTML, _page(outlet, title, f"<main><h1>{title}</h1>{inner}</main>", "", "")


def _bare(title: str, body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


_WALL_PAGES: dict[str, tuple[Headers, str]] = {
    "cloudflare": (
        (("Server", "cloudflare"), ("CF-RAY", "NUMBER-FRA"), ("cf-mitigated", "challenge")),
        _bare(
            "Just a moment...",
            "<h1>HOST</h1><script>window._cf_chl_opt={cRay:'NUMBER'};</script>"
            '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>',
        ),
    ),
    "akamai": (
        (("Server", "AkamaiGHost"), ("Mime-Version", "1.0")),
        _bare(
            "Access Denied",
            "<h1>Access Denied</h1>You may not open http://HOST/ on this server.<p>"
            "Reference #18.NUMBER.1732780000.NUMBER</p><p>https://errors.edgesuite.net/18.NUMBER",
        ),
    ),
    "datadome": (
        (("Server", "DataDome"), ("X-DataDome", "protected"), ("X-DD-B", "1")),
        _bare(
            "HOST",
            "<script>var dd={'rt':'c','cid':'NUMBER','host':'geo.captcha-delivery.com'}</script>"
            '<script src="https://ct.captcha-delivery.com/c.js"></script>',
        ),
    ),
    "perimeterx": (
        (("Server", "openresty"), ("X-PX-Request", "NUMBER")),
        _bare(
            "Access to this page has been denied",
            '<div id="px-captcha"></div><script>window._pxAppId="PXNUMBER";</script>'
            '<script src="https://captcha.px-cdn.net/PXNUMBER/captcha.js"></script>',
        ),
    ),
    "imperva": (
        (("X-Iinfo", "12-NUMBER-0 0NNN"), ("Set-Cookie", "visid_incap_1=NUMBER; path=/")),
        _bare(
            "",
            '<iframe src="/_Incapsula_Resource?SWUDNSAI=31&amp;xinfo=12-NUMBER" width="100%">'
            "Request unsuccessful. Incapsula incident ID: NUMBER</iframe>",
        ),
    ),
    "aws_waf": (
        (("Server", "CloudFront"), ("x-amzn-waf-action", "captcha")),
        _bare(
            "Human Verification",
            "<script>window.gokuProps={key:'NUMBER'};</script><script "
            'src="https://NUMBER.token.awswaf.com/NUMBER/captcha.js"></script>',
        ),
    ),
    "rate_limit": ((), _bare("Too many requests", "<h1>429</h1><p>Slow down.</p>")),
}

_PLAIN_WALLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "consent": (
        "Before you go on",
        (
            "We and our 214 partners store information on your device to show you adverts that"
            " fit you and to measure how they do.",
            "You may accept all purposes, refuse them, or choose one by one what we may do with"
            " your data.",
            "Accept all",
            "Manage choices",
        ),
    ),
    "maintenance": (
        "We will be back soon",
        (
            "Our site is being improved tonight and cannot be read for some hours.",
            "Please come back a little later; we are sorry for the trouble that this makes.",
        ),
    ),
    "geo_block": (
        "Not available where you are",
        (
            "This content cannot be shown in your country because of legal rules that apply to"
            " publishers outside of the region.",
            "If you think that this is a mistake, write to our readers' desk and name your"
            " provider.",
        ),
    ),
    "login": (
        "Sign in to read on",
        (
            "Readers with an account see every story, save them for later and comment on them.",
            "Sign in with your address, or open an account in a minute; it costs nothing and you"
            " may leave whenever you wish.",
        ),
    ),
    "challenge": (
        "One moment, please",
        (
            "We are making sure that you are a person and not a program.",
            "This takes a few seconds, after which the page opens by itself. JavaScript must be"
            " switched on.",
        ),
    ),
}


def broken(body: bytes) -> bytes:
    """Return a feed that ends in the middle of its third entry, as a dying server sends it."""
    parts = body.split(b"<link", 5)
    return (
        b"<link".join(parts[:4])[: len(body)] + b"<link"
        if len(parts) > 4
        else body[: len(body) // 2]
    )


def http_date(at: datetime) -> str:
    """Return a time as HTTP headers give it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)
