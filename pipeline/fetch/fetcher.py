"""The fetcher: from URLs to responses, politely and safely; never raises for a page's fault."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from pipeline.errors import PageError
from pipeline.fetch.errand import Errand
from pipeline.fetch.judge import Kind, check_bytes, may_be
from pipeline.fetch.local import read_archived, read_file
from pipeline.fetch.network import Network
from pipeline.fetch.pace import MemoryPace, Pace
from pipeline.fetch.retry import Patience
from pipeline.fetch.side_by_side import side_by_side
from pipeline.fetch.surroundings import Surroundings
from pipeline.records import Response, Source, Validators
from pipeline.settings import Settings
from pipeline.urls import authority


@dataclass(frozen=True, slots=True)
class Request:
    """One page that is asked for."""

    key: int
    """The caller's own name for it (a link id); comes back with the response."""
    url: str
    validators: Validators | None = None
    source: Source | None = None
    archived_at: str | None = None
    """A WARC locator: the page is read from there and no host is asked."""


class Fetcher:
    """Asks hosts for pages; one per task or process, a context manager, safe for threads.

    Args:
        settings: limits, delays, user agent.
        pace: shared memory of slots; in-process by default.
        allow_private_addresses: overrides the setting; a source may allow it for itself.
        kept: responses that another fetcher of this process kept, by URL; each is given once.
        patience: retries within one fetch.
        surroundings: time, sleep and name resolution; tests give others.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pace: Pace | None = None,
        allow_private_addresses: bool | None = None,
        kept: dict[str, Response] | None = None,
        patience: Patience | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        around = surroundings or Surroundings()
        allow = allow_private_addresses
        self._network = Network(
            settings,
            pace or MemoryPace(around.clock),
            allow_private=settings.allow_private_addresses if allow is None else allow,
            patience=patience or Patience(),
            around=around,
        )
        self.kept: dict[str, Response] = {} if kept is None else kept

    def __enter__(self) -> Self:
        """Return the fetcher."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """End every wait and close all connections."""
        self._network.close()

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: Source | None = None,
        kind: Kind = "page",
    ) -> Response:
        """Ask for one URL; a page's fault is told by ``Response.outcome`` and ``reason``.

        ``outcome`` is None when there is a body to read. ``document`` also takes feeds and
        sitemaps (JSON, gzip). ``file://`` is read only below the source's own ``files``.
        """
        kept = self.kept.pop(url, None)
        if kept is not None and may_be(kept, kind):
            return kept
        if url.startswith("file:"):
            now = self._network.around.now()
            return self._local(url, partial(read_file, url, source, self.max_body_bytes, now))
        return Errand(self._network, source, kind, validators).run(url)

    def keep(self, response: Response) -> None:
        """Give this response to the next ``fetch`` of its URL, once, instead of asking again."""
        self.kept[response.requested_url] = response

    @property
    def max_body_bytes(self) -> int:
        """The size limit of one body."""
        return self._network.settings.max_body_bytes

    def fetch_all(self, requests: Sequence[Request]) -> Iterator[tuple[Request, Response]]:
        """Ask for many URLs: hosts side by side, each host one page at a time and paced.

        Yields as the responses come. Leaving the loop early ends after the pages on their way.
        """
        return side_by_side(requests, lambda request: authority(request.url), self.fetch_request)

    def fetch_request(self, request: Request) -> Response:
        """Ask for one request, from the network, a file or an archive."""
        if request.archived_at is None:
            return self.fetch(request.url, validators=request.validators, source=request.source)
        return self._local(
            request.url, partial(read_archived, request.archived_at, request.url, request.source)
        )

    def sitemaps(self, url: str, source: Source | None = None) -> tuple[str, ...]:
        """Return the Sitemap lines of the robots.txt that governs a URL; none if unreadable."""
        try:
            return self._network.rules(url, source).sitemaps
        except PageError:
            return ()

    def _local(self, url: str, read: Callable[[], Response]) -> Response:
        try:
            response = read()
            check_bytes(response.body)
        except PageError as error:
            return Response(
                requested_url=url,
                final_url=url,
                fetched_at=self._network.around.now(),
                status=None,
                outcome=error.outcome,
                reason=error.reason,
            )
        return response
