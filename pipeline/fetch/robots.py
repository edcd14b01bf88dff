"""robots.txt by RFC 9309, with Crawl-delay and Sitemap lines; knows nothing of pages.

4xx allows all (2.3.1.3), 5xx and 429 deny all for now (2.3.1.4), 500 kB are read (2.5), an answer
holds for 24 hours in this process (2.4), a failed one for ten minutes.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from protego import Protego

from pipeline.errors import PageError
from pipeline.fetch.http_client import Answer
from pipeline.outcomes import Outcome

MAX_BYTES = 500_000
MAX_CRAWL_DELAY = 120.0
"""Seconds; a longer Crawl-delay is read as this (StormCrawler's and news-crawl's limit too)."""
_HOLDS = 24 * 3600.0
_FAILURE_HOLDS = 600.0
_EMPTY = Protego.parse("")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one authority allows us."""

    product: str
    """Our product token ("Dateline"): the whole User-Agent would match foreign groups by chance."""
    parsed: Protego = field(default=_EMPTY, repr=False)
    denied: str | None = None
    """Why everything is denied, where robots.txt could not be read."""

    def check(self, url: str) -> str | None:
        """Return why the URL may not be fetched, or None."""
        if self.denied:
            return self.denied
        allowed = self.parsed.can_fetch(url, self.product)
        return None if allowed else f"robots.txt disallows it for {self.product}"

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests, 0.0 where none is asked for, at most 120."""
        return min(MAX_CRAWL_DELAY, max(0.0, self.parsed.crawl_delay(self.product) or 0.0))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The Sitemap lines, whichever group they stand in."""
        return tuple(self.parsed.sitemaps)


def product_token(user_agent: str) -> str:
    """Return the product token of a User-Agent (RFC 9309, 2.2.1).

    >>> product_token("Dateline/0.1.0 (news; +https://news.example)")
    'Dateline'
    """
    words = user_agent.replace("/", " ").split()
    return words[0] if words else "*"


def rules_of(answer: Answer, product: str) -> Rules:
    """Read the rules from an answer that followed its redirects."""
    if 200 <= answer.status < 300:
        text = answer.body[:MAX_BYTES].decode("utf-8-sig", errors="replace")
        return Rules(product, Protego.parse(text))
    if 400 <= answer.status < 500 and answer.status != 429:
        return Rules(product)
    return Rules(product, denied=f"robots.txt cannot be read now: HTTP {answer.status}")


class RobotsMemory:
    """The rules of every authority asked so far; each robots.txt is fetched once at a time.

    Args:
        ask: gets robots.txt of a root URL ("https://news.example"); raises PageError.
        product: our product token.
        clock: seconds that only go forward.
    """

    def __init__(
        self, ask: Callable[[str], Answer], product: str, clock: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._product = product
        self._clock = clock
        self._known: dict[str, tuple[float, Rules]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def rules(self, root: str) -> Rules:
        """Return the rules in force for a root URL (scheme and authority).

        Raises:
            PageError: the host cannot be reached at all, or may not be.
        """
        with self._guard:
            lock = self._locks.setdefault(root, threading.Lock())
        with lock:
            ends, rules = self._known.get(root, (0.0, None))
            if rules is None or self._clock() >= ends:
                rules = self._fresh(root)
                holds = _FAILURE_HOLDS if rules.denied else _HOLDS
                self._known[root] = (self._clock() + holds, rules)
            return rules

    def _fresh(self, root: str) -> Rules:
        try:
            return rules_of(self._ask(f"{root}/robots.txt"), self._product)
        except PageError as error:
            if error.outcome in (Outcome.ADDRESS_REFUSED, Outcome.UNREACHABLE):
                raise
            if error.http_status and 400 <= error.http_status < 500 and error.http_status != 429:
                return Rules(self._product)
            reason = f"robots.txt cannot be read now: {error.reason}"
            return Rules(self._product, denied=reason)
