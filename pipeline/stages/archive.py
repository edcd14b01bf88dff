"""Archive upkeep: index files again, join small ones, remove old ones.

Rows lead to records (``raw_uri``), so that files move and go in steps that a kill cannot spoil: a
joined file is whole before the rows lead into it, and its parts go after that; a file's rows are
cleared before it goes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from pipeline.archive import upkeep
from pipeline.archive.upkeep import ArchiveFile, Join
from pipeline.archive.warc import BrokenRecord
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.warehouse import archive_rows
from pipeline.warehouse.store import store


@dataclass(frozen=True, slots=True)
class Indexed:
    """A file whose index was made again."""

    name: str
    captures: int
    broken: tuple[BrokenRecord, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Files that became one."""

    name: str
    parts: int
    size: int
    rows: int
    """Rows that lead into the joined file now; 0 in a dry run."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be in a dry run."""

    files: tuple[ArchiveFile, ...]
    size: int
    rows: int
    """Rows that led into these files; 0 in a dry run."""
    current_versions: int
    """Current versions whose page is lost: `reprocess` has only their stored text."""
    kept: int
    """Old files that stay, since a page in them is needed."""


def index(with_all: bool = False) -> Iterator[Indexed]:
    """Make the indexes that are missing or too old, and finish files of killed writers.

    Args:
        with_all: make those of all files, except of those that are being written.
    """
    upkeep.remove_leftovers(settings().archive_url)
    for file in upkeep.archive_files(settings().archive_url):
        if file.state in ("interrupted", "not indexed") or (with_all and file.state == "ready"):
            broken = upkeep.make_index(file.name)
            yield Indexed(file.name, upkeep.contents(file.name).captures, tuple(broken))


def compact(dry_run: bool = False) -> list[Joined]:
    """Join the small files of each day that get no more records.

    Files with pages that wait to be read are left for the next time, since their readers have the
    places in hand.
    """
    base = settings().archive_url
    with store() as connection, archive_rows.hold_archive_lock(connection):
        done = [] if dry_run else _finish_begun(connection, base)
        busy = archive_rows.waiting_files(connection) | _parts_of_begun(base)
        joins = upkeep.plan_joins(_finished_files(base), settings().archive_file_bytes, busy)
        if dry_run:
            return [_joined(join, 0) for join in joins]
        done += [_finish(connection, join) for join in joins if upkeep.begin_join(join)]
    for each in done:
        log.info("archive files joined", file=each.name, parts=each.parts, rows=each.rows)
    return done


def _finish_begun(connection: Connection, base: str) -> list[Joined]:
    """Complete the joins that a killed process began."""
    states = {file.name: file.state for file in upkeep.archive_files(base)}

    done = []
    for join in upkeep.unfinished_joins(base):
        has_parts = all(part in states for part in join.parts)
        # The index is written last; where a part is gone, the parts were being removed.
        is_whole = states.get(join.name) == "ready" or (join.name in states and not has_parts)
        if is_whole or (has_parts and upkeep.begin_join(join)):
            done.append(_finish(connection, join))
        elif not has_parts:
            upkeep.forget_join(join)
    return done


def _parts_of_begun(base: str) -> set[str]:
    joins = upkeep.unfinished_joins(base)
    return {part.rpartition("/")[2] for join in joins for part in join.parts}


def _finished_files(base: str) -> list[ArchiveFile]:
    """Return the files that no writer continues."""
    latest = datetime.now(UTC) - timedelta(seconds=settings().archive_file_seconds)
    return [file for file in upkeep.archive_files(base) if file.begun_at < latest]


def _finish(connection: Connection, join: Join) -> Joined:
    rows = archive_rows.move_locators(connection, join.moves())
    upkeep.end_join(join)
    return _joined(join, rows)


def _joined(join: Join, rows: int) -> Joined:
    return Joined(join.name, len(join.parts), sum(join.sizes), rows)


def prune(days: int | None = None, with_needed: bool = False, dry_run: bool = False) -> Pruned:
    """Remove WARC files that are older than some days.

    Args:
        days: the age; ``archive_days`` by default, and 0 keeps all.
        with_needed: remove files too that hold the page of a current or held version. Pages that
            wait to be read stay in any case.
        dry_run: remove nothing.
    """
    base = settings().archive_url
    age = settings().archive_days if days is None else days
    if not age:
        return Pruned((), 0, 0, 0, 0)
    oldest = datetime.now(UTC) - timedelta(days=age)
    with store() as connection, archive_rows.hold_archive_lock(connection):
        if not dry_run:
            _finish_begun(connection, base)
        old = [file for file in _finished_files(base) if file.begun_at < oldest]
        stays = _names_that_stay(connection, with_needed)
        gone = [file for file in old if file.name.rpartition("/")[2] not in stays]
        lost = archive_rows.pages_of_current_versions(connection, [file.name for file in gone])
        rows = 0 if dry_run else _remove(connection, gone)
    size = sum(file.size for file in gone)
    if gone and not dry_run:
        log.info("archive pruned", files=len(gone), bytes=size, days=age, pages_lost=lost)
    return Pruned(tuple(gone), size, rows, lost, len(old) - len(gone))


def _names_that_stay(connection: Connection, with_needed: bool) -> set[str]:
    if with_needed:
        return archive_rows.waiting_files(connection)
    return archive_rows.needed_files(connection)


def _remove(connection: Connection, files: Sequence[ArchiveFile]) -> int:
    rows = archive_rows.forget_files(connection, [file.name for file in files]) if files else 0
    for file in files:
        upkeep.remove_file(file.name)
    return rows


def index_counts() -> dict[str, int]:
    """Do what ``index`` does; return how many files it indexed and how much is damaged."""
    made = list(index())
    for each in made:
        for place in each.broken:
            log.warning("archive file damaged", place=place.raw_uri, reason=place.reason)
    return {"indexed": len(made), "damaged": sum(len(each.broken) for each in made)}


def compact_counts() -> dict[str, int]:
    """Do what ``compact`` does; return how many files became how many."""
    done = compact()
    return {"joined": sum(each.parts for each in done), "files": len(done)}


def prune_counts() -> dict[str, int]:
    """Do what ``prune`` does by the setting; return how much it removed."""
    pruned = prune()
    return {"removed": len(pruned.files), "kept": pruned.kept, "bytes": pruned.size}
