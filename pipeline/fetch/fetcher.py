"""The fetcher."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from pipeline.fetch.pace import Pace
from pipeline.records import Response, Source, Validators
from pipeline.settings import Settings


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
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pace: Pace | None = None,
        allow_private_addresses: bool | None = None,
    ) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: Source | None = None,
        kind: Literal["page", "document"] = "page",
    ) -> Response:
        """Ask for one URL; a page's fault is told by ``Response.outcome`` and ``reason``.

        ``outcome`` is None when there is a body to read. ``document`` also takes feeds and
        sitemaps (JSON, gzip). ``file://`` is read only below the source's own ``files``.
        """
        raise NotImplementedError

    def fetch_all(self, requests: Sequence[Request]) -> Iterator[tuple[Request, Response]]:
        """Ask for many URLs: hosts side by side, each host one page at a time and paced."""
        raise NotImplementedError
