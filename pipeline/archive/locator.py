"""Locators: the place of one record in an archive file, as one string."""

import re
from dataclasses import dataclass

from pipeline.errors import ArchiveError

_LOCATOR = re.compile(r"(?P<file>.+)#offset=(?P<offset>\d{1,18})(?:&length=(?P<length>\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Locator:
    """The place of one record: an absolute path or a URL (``s3://…``) and a byte range."""

    file: str
    offset: int
    length: int | None = None
    """None for "to the end of the record", in files of others, where the length is not known."""

    def __str__(self) -> str:
        """Return the locator as one string."""
        length = "" if self.length is None else f"&length={self.length}"
        return f"{self.file}#offset={self.offset}{length}"


def parse_locator(raw_uri: str) -> Locator:
    """Return the locator that a string holds.

    Raises:
        ArchiveError: the string is not a locator.
    """
    match = _LOCATOR.fullmatch(raw_uri)
    if match is None:
        raise ArchiveError(
            f"{raw_uri[:200]!r} is not a locator such as <file>#offset=123&length=456"
        )
    length = match["length"]
    return Locator(match["file"], int(match["offset"]), int(length) if length else None)
