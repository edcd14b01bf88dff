"""What an archive gives back."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as an archive holds it; ``body`` is decoded from its Content-Encoding."""

    url: str
    status: int | None
    """None for a resource record (a local file)."""
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    body: bytes
    fetched_at: datetime
    raw_uri: str = ""
    """The locator of its record."""


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A place in a WARC file that cannot be read."""

    raw_uri: str
    reason: str
