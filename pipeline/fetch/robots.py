"""robots.txt by RFC 9309, with Crawl-delay and Sitemap lines.

A 4xx response allows everything (2.3.1.3); 5xx and 429 deny everything for now (2.3.1.4). The first
500 kB are read (2.5). The rules are valid for 24 hours in this process (2.4), a failure for ten
minutes.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from protego import Protego

from pipeline.errors import PageError
from pipeline.fetch.http_client import HttpResponse
from pipeline.outcomes import Outcome

MAX_BYTES = 500_000
MAX_CRAWL_DELAY = 120.0
"""Seconds; a longer Crawl-delay is read as this (StormCrawler's and news-crawl's limit too)."""
_VALID_SECONDS = 24 * 3600.0
_FAILURE_VALID_SECONDS = 600.0
_EMPTY = Protego.parse("")


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The robots.txt of one host, as it applies to our crawler."""

    product: str
    """Our product token ("Dateline"); the whole User-Agent would match other crawlers' groups."""
    parsed: Protego = field(default=_EMPTY, repr=False)
    denied: str | None = None
    """Why everything is denied; None where robots.txt could be read."""

    def check(self, url: str) -> str | None:
        """Return the reason why the URL may not be fetched, None where it may."""
        if self.denied:
            return self.denied
        allowed = self.parsed.can_fetch(url, self.product)
        return None if allowed else f"robots.txt disallows it for {self.product}"

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests, at most 120; 0.0 where robots.txt names none."""
        return min(MAX_CRAWL_DELAY, max(0.0, self.parsed.crawl_delay(self.product) or 0.0))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The URLs of all Sitemap lines, in whichever group they are."""
        return tuple(self.parsed.sitemaps)


def product_token(user_agent: str) -> str:
    """Return the product token of a User-Agent (RFC 9309, 2.2.1).

    >>> product_token("Dateline/0.1.0 (news; +https://news.example)")
    'Dateline'
    """
    words = user_agent.replace("/", " ").split()
    return words[0] if words else "*"


def parse_robots(response: HttpResponse, product: str) -> RobotsRules:
    """Return the rules from the response to robots.txt, after its redirects."""
    if 200 <= response.status < 300:
        text = response.body[:MAX_BYTES].decode("utf-8-sig", errors="replace")
        return RobotsRules(product, Protego.parse(text))
    if 400 <= response.status < 500 and response.status != 429:
        return RobotsRules(product)
    return RobotsRules(product, denied=f"robots.txt cannot be read now: HTTP {response.status}")


class RobotsCache:
    """Keeps the rules of every host and fetches them when they are missing or out of date.

    Safe for threads: a robots.txt is fetched by one thread while the others wait for it.

    Args:
        ask: requests the URL of a robots.txt; raises PageError.
        product: our product token.
        clock: returns seconds that never go back.
    """

    def __init__(
        self, ask: Callable[[str], HttpResponse], product: str, clock: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._product = product
        self._clock = clock
        self._cached: dict[str, tuple[float, RobotsRules]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def rules(self, root: str) -> RobotsRules:
        """Return the rules for a root URL (scheme and authority: "https://news.example").

        Raises:
            PageError: the host cannot be reached, or must not be (private address).
        """
        with self._guard:
            lock = self._locks.setdefault(root, threading.Lock())
        with lock:
            expires, rules = self._cached.get(root, (0.0, None))
            if rules is None or self._clock() >= expires:
                rules = self._fetch(root)
                valid = _FAILURE_VALID_SECONDS if rules.denied else _VALID_SECONDS
                self._cached[root] = (self._clock() + valid, rules)
            return rules

    def _fetch(self, root: str) -> RobotsRules:
        try:
            return parse_robots(self._ask(f"{root}/robots.txt"), self._product)
        except PageError as error:
            if error.outcome in (Outcome.ADDRESS_REFUSED, Outcome.UNREACHABLE):
                raise
            if error.http_status and 400 <= error.http_status < 500 and error.http_status != 429:
                return RobotsRules(self._product)
            reason = f"robots.txt cannot be read now: {error.reason}"
            return RobotsRules(self._product, denied=reason)
