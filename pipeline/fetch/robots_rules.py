"""The rules of a robots.txt that apply to our crawler (RFC 9309). Nothing here does any I/O.

Which groups are ours is decided here, which paths they name by Protego. Protego's own choice of a
group differs from RFC 9309 in three ways: ``User-agent: d`` applies to Dateline (it compares
beginnings), ``User-agent: Dateline/0.1`` does not, and a line that is no rule, such as
``Crawl-delay``, between two ``User-agent`` lines ends the group of the first one.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from protego import Protego

from pipeline.fetch.reservations import refused_uses

MAX_CRAWL_DELAY = 120.0
"""Seconds; a longer Crawl-delay is read as this (StormCrawler's and news-crawl's limit too)."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_COMPATIBLE = re.compile(r"compatible;\s*([A-Za-z0-9_-]+)", re.I)
_PRODUCT = re.compile(r"([A-Za-z0-9_-]+)(?:/\S*)?")
_AGENT_NAMES = frozenset({"user-agent", "useragent", "user agent"})
_RULE_NAMES = {
    "allow": "Allow",
    "disallow": "Disallow",
    # Misspellings that Google's parser accepts: "Disalow: /private".
    "dissallow": "Disallow",
    "dissalow": "Disallow",
    "disalow": "Disallow",
    "diasllow": "Disallow",
    "disallaw": "Disallow",
}
_DELAY_NAMES = frozenset({"crawl-delay", "crawldelay"})
_SITEMAP_NAMES = frozenset({"sitemap", "site-map"})
_USAGE_NAMES = frozenset({"content-signal", "content-usage"})
_NAMES = _USAGE_NAMES | _AGENT_NAMES | _RULE_NAMES.keys() | _DELAY_NAMES | _SITEMAP_NAMES


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one host for our crawler."""

    product: str
    parsed: Protego = field(default_factory=lambda: Protego.parse(""), repr=False)
    """Our groups, merged into one for every user agent."""
    sitemaps: tuple[str, ...] = ()
    """The URLs of all Sitemap lines, in whichever group they are."""
    refused_uses: frozenset[str] = frozenset()
    """What Content-Signal and Content-Usage lines of our groups refuse for the whole host."""

    def check(self, url: str) -> str | None:
        """Return the reason why the URL may not be fetched, None where it may."""
        allowed = self.parsed.can_fetch(url, "*")
        return None if allowed else f"robots.txt disallows it for {self.product}"

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests, at most 120; 0.0 where robots.txt names none."""
        return min(MAX_CRAWL_DELAY, max(0.0, self.parsed.crawl_delay("*") or 0.0))


def parse_robots(body: bytes, product: str) -> RobotsRules:
    """Return the rules for a product token.

    Groups that name the token, in whatever case and with or without a version, are merged. Where
    no group does, the groups for ``*`` apply.
    """
    own: list[str] = []
    general: list[str] = []
    sitemaps: list[str] = []
    uses: dict[bool, set[str]] = {True: set(), False: set()}
    is_own = is_general = has_rules = names_us = False
    for name, value in _lines(body.decode("utf-8-sig", errors="replace")):
        if name in _AGENT_NAMES:
            if has_rules:
                is_own = is_general = has_rules = False
            is_own = is_own or _names_product(value, product)
            is_general = is_general or value.split(maxsplit=1)[:1] == ["*"]
            names_us = names_us or is_own
        elif name in _SITEMAP_NAMES:
            sitemaps.append(value)
        elif name in _USAGE_NAMES:
            refused = refused_uses(value)
            uses[True] |= refused if is_own else set()
            uses[False] |= refused if is_general else set()
        elif name in _RULE_NAMES or name in _DELAY_NAMES:
            has_rules = has_rules or name in _RULE_NAMES
            line = f"{_RULE_NAMES.get(name, 'Crawl-delay')}: {_one_line(value)}"
            own += [line] * is_own
            general += [line] * is_general
    lines = own if names_us else general
    merged = Protego.parse("\n".join(["User-agent: *", *lines]))
    return RobotsRules(product, merged, tuple(filter(None, sitemaps)), frozenset(uses[names_us]))


def product_token(user_agent: str) -> str:
    """Return the product token of a User-Agent (RFC 9309, 2.2.1).

    Of the form that browsers began, ``Mozilla/5.0 (compatible; NAME/1.0; …)``, it is the name
    after "compatible", or else the last product, as in ``Mozilla/5.0 (X11) Gecko/2010 NAME/1.0``.

    >>> product_token("Dateline/0.1.0 (news; +https://news.example)")
    'Dateline'
    >>> product_token("Mozilla/5.0 (compatible; MyLab/1.0; +https://lab.example)")
    'MyLab'
    """
    named = _COMPATIBLE.search(user_agent)
    if named:
        return named[1]
    products = _PRODUCT.findall(re.sub(r"\([^()]*\)?", " ", user_agent))
    if not products:
        return "*"
    first: str = products[0]
    return first if first.lower() != "mozilla" else str(products[-1])


def _lines(text: str) -> list[tuple[str, str]]:
    """Return the known lines as lower-case names and values, without comments.

    A missing colon is forgiven where two words remain: "Sitemap https://news.example/map.xml".
    """
    found = []
    for line in _LINE_END.split(text):
        content = line.partition("#")[0].strip()
        name, _, value = content.partition(":")
        words = content.split()
        if name.strip().lower() in _NAMES:
            found.append((name.strip().lower(), value.strip()))
        elif len(words) == 2 and words[0].lower() in _NAMES:
            found.append((words[0].lower(), words[1]))
    return found


def _names_product(value: str, product: str) -> bool:
    """Tell whether the value of a User-agent line begins with our token, whatever follows it."""
    token = _TOKEN.match(value)
    return token is not None and token[0].lower() == product.lower()


def _one_line(value: str) -> str:
    """Return a value without characters that Python's ``splitlines`` takes for the end of a line.

    To RFC 9309 they are a part of the path: "Disallow: /a\\u2028b".
    """
    if len(f"{value}.".splitlines()) == 1:
        return value
    return "".join(part if len(f"{part}.".splitlines()) == 1 else quote(part) for part in value)
