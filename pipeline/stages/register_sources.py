"""Read the source files of the sources folder and store sources and their documents in Postgres."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from psycopg import Connection

from pipeline.errors import SourceError
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.sources.edit import removed_keys
from pipeline.sources.files import read_source, read_sources
from pipeline.telemetry import log
from pipeline.warehouse.documents import add_documents_by_hand, sync_documents
from pipeline.warehouse.sources import deactivate_sources, upsert_sources
from pipeline.warehouse.store import store


def active_sources() -> list[str]:
    """Store the sources of ``settings().sources`` and return the keys of the active ones, sorted.

    A file that cannot be used is logged and left out. Sources that `dateline source remove` has
    removed become inactive.

    Raises:
        SourceError: no file can be used.
    """
    folder = settings().sources
    found, problems = read_sources(folder)
    for problem in problems:
        log.error("source left out", problem=str(problem))
    if not found:
        hint = f": {problems[0]}" if problems else ". Write one with `dateline source add URL`."
        raise SourceError(f"no usable source in {folder}{hint}")
    removed = removed_keys(folder) - {source.key for source in found}
    with store() as connection:
        register(connection, found)
        deactivate_sources(connection, sorted(removed))
    return sorted(source.key for source in found if source.is_active)


def register(connection: Connection, sources: Sequence[Source]) -> None:
    """Store sources and the documents that they name, as their files describe them."""
    ids = upsert_sources(connection, sources)
    sync_documents(connection, sources, ids, datetime.now(UTC))


def register_targets(connection: Connection, sources: Sequence[Source]) -> None:
    """Store the sources and documents of targets of ``dateline run``.

    The schedule never asks for them. A source that is stored already stays as it is.
    """
    inactive = [replace(source, is_active=False) for source in sources]
    ids = upsert_sources(connection, inactive, only_new=True)
    add_documents_by_hand(connection, sources, ids, datetime.now(UTC))


def source_of(source_key: str) -> Source:
    """Return the source with this key from its file.

    Raises:
        SourceError: no file has this key, or its file cannot be used.
    """
    folder = settings().sources
    path = folder / f"{source_key}.toml"
    if not path.exists():
        found, _ = read_sources(folder)
        named = {source.key: source for source in found}
        if source_key in named:
            return named[source_key]
        known = ", ".join(sorted(named)) or "none"
        raise SourceError(f"no source {source_key!r} in {folder} (there: {known})")
    return read_source(path)
