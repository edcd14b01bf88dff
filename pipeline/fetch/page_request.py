"""One page from its URL to its response: checks, retries, redirects, and the verdict.

Which URLs belong to a source: adverts in feeds and hijacked redirects lead elsewhere. Pure.
"""

from functools import lru_cache

from pipeline.errors import PageError, Refused
from pipeline.fetch import response_checks
from pipeline.fetch.http_client import Answer, Headers
from pipeline.fetch.redirects import Visit
from pipeline.fetch.robots import Rules
from pipeline.fetch.session import Budget, Network, Terms
from pipeline.models import Response, Source, Validators
from pipeline.outcomes import Outcome
from pipeline.urls import authority, site


@lru_cache(maxsize=1024)
def sites(source: Source) -> frozenset[str]:
    """Return the sites of a source: those of its URLs, and its ``hosts``.

    A source with neither (lists and local files only) has none, and everything is on-site.
    """
    urls = (source.homepage or "", *source.feeds, *source.sitemaps, *source.sections)
    named = [url for url in urls if url] + [f"http://{host}/" for host in source.hosts]
    return frozenset(site(url) for url in named) - {""}


def is_onsite(url: str, source: Source | None) -> bool:
    """Tell whether a URL is of one of the source's sites."""
    known = sites(source) if source is not None else frozenset()
    return not known or site(url) in known


class Errand:
    """Fetches one page; made for one use.

    Args:
        network: shared by all errands of a process.
        source: whose page it is, for the off-site check.
        kind: page, or document (feeds and sitemaps).
        validators: for a conditional GET.
    """

    def __init__(
        self,
        network: Network,
        source: Source | None,
        kind: response_checks.Kind,
        validators: Validators | None,
    ) -> None:
        self._network = network
        self._source = source
        self._kind = kind
        self._validators = validators
        self._delay = 0.0
        self._budget = Budget(network.settings.total_timeout)

    def run(self, url: str) -> Response:
        """Fetch; every fault of the page becomes an outcome with a reason."""
        visit = Visit(url, self._check, self._ask, self._network.settings.max_redirects)
        answer = None
        try:
            answer = visit.follow()
            if response_checks.is_unchanged(answer, self._validators) is None:
                response_checks.check_body(answer, self._kind)
        except PageError as error:
            return self._response(url, visit, answer=answer, error=error)
        return self._response(url, visit, answer=answer)

    def _check(self, url: str) -> None:
        """Refuse a hop that leaves the source, rests, or is disallowed by robots.txt."""
        if not url.lower().startswith(("http://", "https://")):
            raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r} is not an http(s) URL")
        if not is_onsite(url, self._source):
            raise Refused(
                Outcome.OFFSITE_REFUSED,
                f"{authority(url)} is not of source {self._source.key if self._source else ''}; "
                "if it is, add it to the source's hosts",
            )
        self._network.health.check(authority(url))
        rules = self._rules(url)
        denied = rules.check(url)
        if denied:
            raise Refused(Outcome.ROBOTS_DENIED, denied)
        self._delay = rules.crawl_delay

    def _ask(self, url: str, cookies: Headers) -> Answer:
        headers = (*cookies, *response_checks.conditions(self._validators))
        name = authority(url)
        try:
            answer = self._network.patience.tries(lambda: self._ask_once(url, headers))
        except PageError as error:
            self._network.health.failed(name, error)
            raise
        self._network.health.succeeded(name)
        return answer

    def _ask_once(self, url: str, headers: Headers) -> Answer:
        terms = Terms(self._source, self._kind, self._delay)
        return self._network.get(url, terms, headers, self._budget)

    def _rules(self, url: str) -> Rules:
        try:
            return self._network.rules(url, self._source)
        except PageError as error:
            self._network.health.failed(authority(url), error)
            raise

    def _response(
        self,
        requested: str,
        visit: Visit,
        *,
        answer: Answer | None = None,
        error: PageError | None = None,
    ) -> Response:
        unchanged = response_checks.is_unchanged(answer, self._validators) if answer else None
        return Response(
            requested_url=requested,
            final_url=visit.url,
            fetched_at=self._network.around.now(),
            status=answer.status if answer else error.http_status if error else None,
            headers=answer.headers if answer else (),
            body=b"" if unchanged or answer is None else answer.body,
            redirects=tuple(visit.trail),
            outcome=error.outcome if error else Outcome.UNCHANGED if unchanged else None,
            reason=error.reason if error else unchanged,
            ip_address=answer.ip_address if answer else None,
        )
