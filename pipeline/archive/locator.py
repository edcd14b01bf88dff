"""Locators: where a record lies, as one string: ``<file>#offset=123&length=456``.

The file is an absolute path, or a URL that fsspec opens (``s3://…``). Offset and length are bytes
of the compressed file, so that one seek and one read get a record back.
"""

import re
from dataclasses import dataclass

from pipeline.errors import ArchiveError

_FORM = re.compile(r"(?P<file>.+)#offset=(?P<offset>\d{1,18})(?:&length=(?P<length>\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Locator:
    """One record's place."""

    file: str
    offset: int
    length: int | None = None
    """None for "to the end of the record", where the writer of the file did not say."""

    def __str__(self) -> str:
        """Return the one-string form."""
        length = "" if self.length is None else f"&length={self.length}"
        return f"{self.file}#offset={self.offset}{length}"


def parse_locator(raw_uri: str) -> Locator:
    """Read the one-string form.

    Raises:
        ArchiveError: it is none.
    """
    match = _FORM.fullmatch(raw_uri)
    if match is None:
        raise ArchiveError(f"{raw_uri[:200]!r} is no locator such as <file>#offset=123&length=456")
    length = match["length"]
    return Locator(match["file"], int(match["offset"]), int(length) if length else None)
