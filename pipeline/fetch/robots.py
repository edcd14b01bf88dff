"""robots.txt files: fetched when due, remembered for up to a day, also across processes.

What a response means is said by RFC 9309: a 4xx status, a redirect loop or more than five redirects
stand for a host without rules (2.3.1.2, 2.3.1.3). A 5xx status or no answer means that nothing may
be asked (2.3.1.4); so does 429 here, because a host that asks for fewer requests should not get
more. The file that was read last holds for 30 days while no newer one can be had (2.4). The first
500 kB are read (2.5).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pipeline.errors import NotConfigured, PageError, Refused
from pipeline.fetch.freshness import freshness_seconds
from pipeline.fetch.http_client import HttpResponse
from pipeline.fetch.robots_rules import RobotsRules, parse_robots
from pipeline.models import Exchange, Source
from pipeline.outcomes import Outcome

MAX_BYTES = 500_000
_LONGEST_VALID = timedelta(hours=24)
_SHORTEST_VALID = timedelta(hours=1)
"""Many sites send "max-age=0" for robots.txt; asking before each visit would be no better guest."""
_FAILURE_VALID = timedelta(minutes=10)
_COPY_VALID = timedelta(days=30)
_CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What is known of the robots.txt of one scheme and authority."""

    root: str
    """Such as "https://news.example"."""
    fetched_at: datetime
    expires_at: datetime
    status: int | None = None
    """Of the last response, after redirects; None where none came."""
    outcome: Outcome | None = None
    """Why the rules are not known now; None where they are, also where there are none (4xx)."""
    reason: str | None = None
    body: bytes = b""
    """The file as it was read last."""
    read_at: datetime | None = None
    """When ``body`` was read; None where it never was."""
    raw_uri: str | None = None
    """The locator of the archived response with ``body``; None where it is not archived yet."""
    exchanges: tuple[Exchange, ...] = field(default=(), compare=False, repr=False)
    """The requests of this attempt; empty for a file that comes from a store."""

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the file need not be fetched; never where the clock was set back."""
        return self.fetched_at - _CLOCK_TOLERANCE <= now < self.expires_at


class RobotsStore(Protocol):
    """Remembers robots.txt files across processes."""

    def get(self, root: str) -> RobotsFile | None:
        """Return what was put last for a scheme and authority, also if it is out of date."""

    def put(self, file: RobotsFile) -> None:
        """Remember the result of an attempt to fetch a robots.txt, also of a failed one."""


class MemoryRobotsStore:
    """A ``RobotsStore`` for one process."""

    def __init__(self) -> None:
        self._files: dict[str, RobotsFile] = {}

    def get(self, root: str) -> RobotsFile | None:
        """Return what was put last."""
        return self._files.get(root)

    def put(self, file: RobotsFile) -> None:
        """Remember a file."""
        self._files[file.root] = file


Ask = Callable[[str, Source | None, Callable[[Exchange], None]], HttpResponse]
"""Requests the URL of a robots.txt and follows its redirects; raises PageError."""


class RobotsCache:
    """Returns the rules of hosts and fetches a robots.txt where it is missing or out of date.

    Safe for threads: a robots.txt is fetched by one thread while the others wait for it.

    Args:
        ask: requests a robots.txt.
        product: our product token.
        now: returns the time.
        store: where files are remembered.
    """

    def __init__(
        self, ask: Ask, product: str, now: Callable[[], datetime], store: RobotsStore
    ) -> None:
        self._ask = ask
        self._product = product
        self._now = now
        self._store = store
        self._known: dict[str, tuple[RobotsFile, RobotsRules]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def rules(self, root: str, source: Source | None) -> RobotsRules:
        """Return the rules of a scheme and authority ("https://news.example").

        Raises:
            PageError: the rules are not known, or the host must not be asked (private address).
        """
        with self._guard:
            lock = self._locks.setdefault(root, threading.Lock())
        with lock:
            file, rules = self._known.get(root) or (self._store.get(root), None)
            if file is None or not file.holds_at(self._now()):
                file, rules = self._fetch(root, source, file), None
                self._store.put(file)
                file = replace(file, exchanges=())
            if rules is None:
                rules = parse_robots(file.body, self._product)
            self._known[root] = file, rules
        if file.outcome is not None and not self._has_copy(file):
            raise Refused(file.outcome, file.reason or "robots.txt cannot be read", file.status)
        return rules

    def _has_copy(self, file: RobotsFile) -> bool:
        """Tell whether an older copy stands in for a file that is out of reach.

        It does not where the host does not answer at all: then its pages cannot be had either.
        """
        is_recent = file.read_at is not None and self._now() - file.read_at < _COPY_VALID
        return is_recent and file.outcome is Outcome.ROBOTS_UNREACHABLE

    def _fetch(self, root: str, source: Source | None, known: RobotsFile | None) -> RobotsFile:
        exchanges: list[Exchange] = []
        body, reason = b"", None
        try:
            response = self._ask(f"{root}/robots.txt", source, exchanges.append)
            body = response.body
        except PageError as error:
            is_paused = error.outcome is Outcome.RATE_LIMITED and error.http_status is None
            is_ours = error.outcome in (Outcome.ADDRESS_REFUSED, Outcome.QUARANTINED)
            if is_paused or is_ours or isinstance(error, NotConfigured):
                raise  # the host was not asked
            if not _means_no_rules(error):
                return self._failed(root, known, error, tuple(exchanges))
            reason = f"no rules: {error.reason}"
        now = self._now()
        fresh = freshness_seconds(exchanges[-1].headers, now)
        valid = _LONGEST_VALID if fresh is None else timedelta(seconds=min(fresh, 86_400))
        return RobotsFile(
            root,
            fetched_at=now,
            expires_at=now + max(valid, _SHORTEST_VALID),
            status=exchanges[-1].status,
            reason=reason,
            body=body[:MAX_BYTES],
            read_at=now,
            raw_uri=known.raw_uri if known and _is_same_file(known, body, reason) else None,
            exchanges=tuple(exchanges),
        )

    def _failed(
        self,
        root: str,
        known: RobotsFile | None,
        error: PageError,
        exchanges: tuple[Exchange, ...],
    ) -> RobotsFile:
        """Return the file after a failure, with the body of the last one that was read.

        A host that does not answer at all is asked again at once: that is not its robots.txt's
        fault, and after some failures the host is left alone anyway.
        """
        is_down = error.outcome is Outcome.UNREACHABLE
        now = self._now()
        return RobotsFile(
            root,
            fetched_at=now,
            expires_at=now if is_down else now + _FAILURE_VALID,
            status=error.http_status,
            outcome=Outcome.UNREACHABLE if is_down else Outcome.ROBOTS_UNREACHABLE,
            reason=error.reason if is_down else f"robots.txt cannot be read now: {error.reason}",
            body=known.body if known else b"",
            read_at=known.read_at if known else None,
            raw_uri=known.raw_uri if known else None,
            exchanges=exchanges,
        )


def _is_same_file(known: RobotsFile, body: bytes, reason: str | None) -> bool:
    """Tell whether a file was read that is the one read before; a 4xx is no file."""
    return reason is None and known.reason is None and known.body == body


def _means_no_rules(error: PageError) -> bool:
    """Tell whether a failed request means that the host has no rules (RFC 9309, 2.3.1.3)."""
    status = error.http_status or 0
    if error.outcome is Outcome.REDIRECT_LOOP or (400 <= status < 500 and status != 429):
        return True
    # A picture, or a redirect without Location.
    return error.outcome is Outcome.BAD_CONTENT and 200 <= status < 400
