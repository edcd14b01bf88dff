"""Read the source files of the sources folder and store sources and their documents in Postgres."""

from collections.abc import Sequence
from datetime import UTC, datetime

from psycopg import Connection

from pipeline.errors import SourceError
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.sources.edit import removed_keys
from pipeline.sources.files import read_source, read_sources
from pipeline.telemetry import log
from pipeline.warehouse.documents import sync_documents
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


def register(
    connection: Connection, sources: Sequence[Source], *, keep_others: bool = False
) -> None:
    """Store sources and the documents that they name.

    Args:
        connection: a connection to the store.
        sources: as their files describe them.
        keep_others: keep other documents of these sources active, which a target of
            ``dateline run`` does not name.
    """
    ids = upsert_sources(connection, sources)
    sync_documents(connection, sources, ids, datetime.now(UTC), keep_others=keep_others)


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
