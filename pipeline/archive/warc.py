"""WARC 1.1 files of our own: one file a task, one gzip member a record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.records import Response


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


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A place in a WARC file that cannot be read."""

    raw_uri: str
    reason: str


class ArchiveWriter:
    """Writes the responses of one task into one new ``.warc.gz`` file; a context manager.

    Safe order for a caller that stores locators: ``write`` … ``write``, ``flush``, then the rows.
    After ``flush`` (or ``close``) every locator returned so far can be read, whatever kills us.
    """

    def __init__(self, base: str, *, run_id: int, source_key: str, part: str) -> None:
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

    def write(self, response: Response) -> str:
        """Write request and response (or a resource for ``file://``); return the locator.

        Raises:
            ArchiveError: the record could not be written (disk full, store not there).
        """
        raise NotImplementedError

    def flush(self) -> None:
        """Make every locator returned so far readable by others and safe from a kill."""
        raise NotImplementedError

    def close(self) -> None:
        """Flush and give the file its final name; a writer without records leaves no file."""
        raise NotImplementedError


def read_record(raw_uri: str) -> ArchivedPage:
    """Read one record back.

    Raises:
        ArchiveError: the file is not there, or the record is damaged.
    """
    raise NotImplementedError


def iter_warc(path: str | Path) -> Iterator[ArchivedPage | BrokenRecord]:
    """Yield the HTML responses and resources of any WARC file; damage becomes a broken record."""
    raise NotImplementedError
