"""One page from its URL to its response: checks before each hop, retries, redirects, outcome."""

from dataclasses import replace

from pipeline.errors import PageError, Refused
from pipeline.fetch import response_checks
from pipeline.fetch.body_memory import BodyMemory
from pipeline.fetch.http_client import Headers, HttpResponse, header, held_bytes
from pipeline.fetch.redirects import RedirectChain
from pipeline.fetch.reservations import OBEYED, reservations
from pipeline.fetch.robots_rules import RobotsRules
from pipeline.fetch.session import RequestOptions, Session, TimeBudget
from pipeline.fetch.source_access import is_onsite
from pipeline.fetch.throttle import parse_retry_after
from pipeline.fetch.walls import recognise_wall
from pipeline.models import Exchange, Response, Source, Validators
from pipeline.outcomes import Outcome
from pipeline.urls import authority


class PageRequest:
    """Fetches one page; each object is used once.

    Args:
        session: shared by all page requests of a process.
        source: the source the page belongs to, for the off-site check and the delay.
        kind: page, or document (feeds and sitemaps).
        validators: for a conditional GET.
        memory: room to take for a long body; the caller gives it back.
    """

    def __init__(
        self,
        session: Session,
        source: Source | None,
        kind: response_checks.Kind,
        validators: Validators | None,
        memory: BodyMemory | None = None,
    ) -> None:
        self._session = session
        self._source = source
        self._kind = kind
        self._validators = validators
        self._delay = 0.0
        self._budget = TimeBudget(session.settings.total_timeout)
        self._memory = memory
        self._exchanges: list[Exchange] = []
        self._refused_uses: frozenset[str] = frozenset()
        self._reservations: tuple[str, ...] = ()

    def run(self, url: str) -> Response:
        """Fetch the page; an error becomes the response's outcome and reason."""
        chain = RedirectChain(url, self._check, self._ask, self._session.settings.max_redirects)
        response = None
        try:
            response = chain.follow()
            if response_checks.is_unchanged(response, self._validators_of(chain.url)) is None:
                response_checks.check_body(response, self._kind)
                self._read_reservations(response)
        except PageError as error:
            return self._response(url, chain, response=response, error=error)
        return self._response(url, chain, response=response)

    def _validators_of(self, url: str) -> Validators | None:
        """Return the validators if they are those of this address, to which a redirect may lead."""
        known = self._validators
        return known if known and known.url in (None, url) else None

    def _read_reservations(self, response: HttpResponse) -> None:
        """Note what the page reserves; where that is to be obeyed, keep nothing of the page."""
        found = reservations(response.headers, response.body, self._session.product)
        self._reservations = tuple(sorted({*found, *self._refused_uses}))
        refused = [word for word in self._reservations if word in OBEYED]
        if refused and self._kind == "page" and self._session.settings.reservations == "obey":
            last = self._exchanges[-1]
            if self._memory is not None:
                self._memory.give_back(held_bytes([last]))
            self._exchanges[-1] = replace(last, body=b"", is_cut=True)
            raise Refused(
                Outcome.RESERVED,
                f"the page reserves {', '.join(refused)}, and DATELINE_RESERVATIONS is obey",
                response.status,
            )

    def _check(self, url: str) -> None:
        """Refuse a hop that is off-site, on a paused host, or disallowed by robots.txt."""
        if not url.lower().startswith(("http://", "https://")):
            raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r} is not an http(s) URL")
        if not is_onsite(url, self._source):
            if wall := recognise_wall(None, (), b"", url):  # a consent page on its vendor's host
                raise Refused(wall.outcome, wall.reason)
            raise Refused(
                Outcome.OFFSITE_REFUSED,
                f"{authority(url)} is not a host of source "
                f"{self._source.key if self._source else ''}; add it to its hosts if it is",
            )
        self._session.health.check(authority(url))
        rules = self._rules(url)
        denied = rules.check(url)
        if denied:
            raise Refused(Outcome.ROBOTS_DENIED, denied)
        self._delay = rules.crawl_delay
        self._refused_uses = rules.refused_uses

    def _ask(self, url: str, cookies: Headers) -> HttpResponse:
        headers = (*cookies, *response_checks.conditional_headers(self._validators_of(url)))
        name = authority(url)
        try:
            response = self._session.retries.call(
                lambda: self._ask_once(url, headers), self._session.pause
            )
        except PageError as error:
            self._session.failed(name, error)
            raise
        self._session.health.succeeded(name)
        return response

    def _ask_once(self, url: str, headers: Headers) -> HttpResponse:
        options = RequestOptions(
            self._source, self._kind, self._delay, self._exchanges.append, self._memory
        )
        try:
            response = self._session.get(url, options, headers, self._budget)
        except PageError as error:
            if error.http_status is not None and self._exchanges:
                self._refuse_wall(url, self._exchanges[-1], f"HTTP {error.http_status}, ")
            raise
        if self._may_be_wall(url, response):
            self._refuse_wall(url, self._exchanges[-1])
        return response

    def _may_be_wall(self, url: str, response: HttpResponse) -> bool:
        """Whether a good response is to be judged; a document only if it is HTML unasked for."""
        if not 200 <= response.status < 300:
            return False
        if response_checks.is_unchanged(response, self._validators_of(url)) is not None:
            return False
        return self._kind == "page" or b"<html" in response.body[:2000].lower()

    def _refuse_wall(self, url: str, exchange: Exchange, prefix: str = "") -> None:
        """Raise ``Refused`` if the response is a wall; no attempt of today gets past it."""
        wall = recognise_wall(exchange.status, exchange.headers, exchange.body, url)
        if wall is not None:
            raise Refused(wall.outcome, f"{prefix}{wall.reason}", exchange.status)

    def _rules(self, url: str) -> RobotsRules:
        try:
            return self._session.rules(url, self._source)
        except PageError as error:
            self._session.health.failed(authority(url), error)
            raise

    def _response(
        self,
        requested_url: str,
        chain: RedirectChain,
        *,
        response: HttpResponse | None = None,
        error: PageError | None = None,
    ) -> Response:
        known = self._validators_of(chain.url)
        unchanged = response_checks.is_unchanged(response, known) if response else None
        status = error.http_status if error else response.status if response else None
        last = self._exchanges[-1] if self._exchanges and status is not None else None
        headers = last.headers if last else ()
        now = self._session.environment.now()
        return Response(
            requested_url=requested_url,
            final_url=chain.url,
            fetched_at=now,
            status=status,
            headers=headers,
            body=b"" if unchanged or error or response is None else response.body,
            redirects=tuple(chain.history),
            outcome=error.outcome if error else Outcome.UNCHANGED if unchanged else None,
            reason=error.reason if error else unchanged,
            ip_address=last.ip_address if last else None,
            exchanges=tuple(self._exchanges),
            elapsed_ms=sum(exchange.elapsed_ms or 0 for exchange in self._exchanges),
            retry_after=parse_retry_after(header(headers, "retry-after"), now),
            moved_to=chain.url if not error and chain.history and chain.is_permanent else None,
            reservations=self._reservations,
        )
