"""Sources in TOML files: ``sources/<key>.toml``."""

from pathlib import Path

from pipeline.errors import SourceError
from pipeline.records import Source


def read_source(path: Path) -> Source:
    """Read one source.

    Raises:
        SourceError: names the file, the field, the value and what to write instead.
    """
    raise NotImplementedError


def read_sources(folder: Path) -> tuple[list[Source], list[SourceError]]:
    """Read every ``*.toml`` of a folder, in name order; a broken file does not stop the others."""
    raise NotImplementedError
