"""Export a mart into a folder of files, and later only what changed since.

A mart with ``changed_seq`` is exported step by step. Each step adds files and rewrites none:

    who_said_what/day=2026-11-28/0-412.parquet     rows of articles that changed after 0, up to 412
    who_said_what/changes/0-412.parquet            article_id, changed_seq and is_deleted of each
    who_said_what/cursor.json                      the step that was completed last

A row counts as long as its article has no later change in ``changes``; then its new rows are in the
files of that step, unless it has none there any more. So a copy never loses a deletion, and a step
can be repeated. A mart without ``changed_seq`` is small, and each export replaces its files.

A step is written under other names and renamed when it is whole; ``cursor.json`` comes last. What a
killed export left is removed by the next.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection, IsolationLevel, sql

from pipeline.errors import SettingsError, UsageError
from pipeline.exports.formats import Column, Format, Row, Write, check_format, kind_of, writer
from pipeline.telemetry import log
from pipeline.warehouse.read_only import reader

_DAYS = ("best_date", "published_date", "day", "seen_at", "decided_at", "first_seen_at")
"""Columns by whose day a mart is divided; the first that it has."""
_LEFT_OUT = frozenset({"tsvector"})
_CURSOR_FILE = "cursor.json"
_PART = ".part"
_ROWS_AT_ONCE = 1_000
_CHANGES: LiteralString = (
    "select article_id, changed_seq, is_deleted from mart.article_changes"
    " where changed_seq > %(since)s and changed_seq <= %(until)s order by changed_seq"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    mart: str
    folder: Path
    since: int | None
    """The change number after which the rows begin; None where the mart has none."""
    until: int | None
    rows: int
    deleted: int
    """Articles that are gone since; their rows do not count any more."""
    files: int


@dataclass(frozen=True, slots=True)
class _Mart:
    name: str
    columns: tuple[Column, ...]
    day: str | None
    """Column by whose day the rows are divided."""

    @property
    def has_changes(self) -> bool:
        return any(column.name == "changed_seq" for column in self.columns)


def marts() -> list[str]:
    """Return the names of the marts, in alphabetical order."""
    with reader() as session:
        return _names(session.conn)


def export(
    mart: str, folder: Path, form: Format, *, since: datetime | int | None = None
) -> Exported:
    """Export a mart into ``folder/<mart>``: everything at first, then what changed.

    Args:
        mart: a view of the schema ``mart``.
        folder: where exports are; it is created.
        form: the format; a folder has one.
        since: begin after this time or change number instead of where the last export ended; where
            there was one, never later than that.

    Raises:
        UsageError: there is no such mart, it has no change numbers and ``since`` is given, or the
            folder has another format.
        SettingsError: the format or the folder cannot be written here, or another export writes to
            the folder.
    """
    check_format(form)
    target = folder / mart.removeprefix("mart.")
    with reader() as session:
        conn = session.conn
        found = _mart(conn, mart.removeprefix("mart."))
        if since is not None and not found.has_changes:
            raise UsageError(
                f"mart.{found.name} has no change numbers and is exported whole: leave --since out"
            )
        with _writable(target), _held(target), _snapshot(conn):
            if found.has_changes:
                done = _export_changes(conn, found, target, form, since)
            else:
                done = _export_whole(conn, found, target, form)
    log.info("exported", mart=done.mart, rows=done.rows, since=done.since, until=done.until)
    return done


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Create the folder, and say so where it or a file in it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise SettingsError(
            f"{folder} cannot be written: {error.strerror or error}; nothing of this export counts:"
            " mend it or give another folder, and run the command again"
        ) from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(
                f"another export writes to {folder}: run the command again when it is over"
            ) from error
        yield


@contextmanager
def _snapshot(conn: Connection) -> Iterator[None]:
    """Open a transaction in which every query sees the same moment."""
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    conn.read_only = True
    with conn.transaction(force_rollback=True):
        conn.execute("set local statement_timeout = 0")
        yield


def _names(conn: Connection) -> list[str]:
    found = conn.execute(
        "select c.relname from pg_catalog.pg_class as c"
        " where c.relnamespace = 'mart'::regnamespace and c.relkind in ('v', 'm') order by 1"
    )
    return [row[0] for row in found]


def _mart(conn: Connection, name: str) -> _Mart:
    found = conn.execute(
        "select a.attname, t.typname"
        " from pg_catalog.pg_class as c"
        " join pg_catalog.pg_attribute as a on a.attrelid = c.oid"
        " join pg_catalog.pg_type as t on t.oid = a.atttypid"
        " where c.relnamespace = 'mart'::regnamespace and c.relname = %s"
        " and a.attnum > 0 and not a.attisdropped order by a.attnum",
        (name,),
    ).fetchall()
    if not found:
        raise UsageError(f"there is no mart {name}: {', '.join(_names(conn))}")
    columns = tuple(
        Column(column, kind_of(kind)) for column, kind in found if kind not in _LEFT_OUT
    )
    names = {column.name for column in columns}
    return _Mart(name, columns, next((day for day in _DAYS if day in names), None))


def _export_changes(
    conn: Connection, mart: _Mart, folder: Path, form: Format, since: datetime | int | None
) -> Exported:
    last = _last_step(folder, form)
    begin = last if since is None else _number(conn, since)
    if last:  # a later beginning would leave out what changed in between, for ever
        begin = min(begin, last)
    [(until,)] = conn.execute("select coalesce(max(changed_seq), 0) from mart.article_changes")
    _remove_leftovers(folder, last)
    if until <= begin:
        return Exported(mart.name, folder, begin, until, 0, 0, 0)
    span = {"since": begin, "until": until}
    name = f"{begin}-{until}.{form}"
    query = _select(mart) + sql.SQL(" where changed_seq > %(since)s and changed_seq <= %(until)s")
    step = _Step(folder, name, form, mart)
    rows = step.write(_rows(conn, query + _ordered(mart), span))
    changes = list(conn.execute(_CHANGES, span))
    step.write_changes(changes)
    step.finish()
    _write_whole(
        folder / _CURSOR_FILE,
        json.dumps({"changed_seq": max(until, last), "format": form}).encode(),
    )
    deleted = sum(is_deleted for _, _, is_deleted in changes)
    return Exported(mart.name, folder, begin, until, rows, deleted, len(step.paths))


def _export_whole(conn: Connection, mart: _Mart, folder: Path, form: Format) -> Exported:
    path = folder / f"{mart.name}.{form}"
    part = path.with_name(path.name + _PART)
    count = 0
    with writer(part, mart.columns, form) as write:
        for rows in _batches(_rows(conn, _select(mart), {})):
            write(rows)
            count += len(rows)
    part.replace(path)
    return Exported(mart.name, folder, None, None, count, 0, 1)


def _select(mart: _Mart) -> sql.Composed:
    return sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(sql.Identifier(column.name) for column in mart.columns),
        sql.Identifier("mart", mart.name),
    )


def _ordered(mart: _Mart) -> sql.Composable:
    if mart.day is None:
        return sql.SQL("")
    return sql.SQL(" order by {}").format(sql.Identifier(mart.day))


def _rows(conn: Connection, query: sql.Composed, values: dict[str, int]) -> Iterator[Row]:
    with conn.cursor(name="export") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        yield from cursor.execute(query, values)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rest = iter(rows)
    while batch := list(islice(rest, _ROWS_AT_ONCE)):
        yield batch


class _Step:
    """The files of one step; each has the suffix ``.part`` until ``finish``."""

    def __init__(self, folder: Path, name: str, form: Format, mart: _Mart) -> None:
        self._folder = folder
        self._name = name
        self._form = form
        self._mart = mart
        self.paths: list[Path] = []

    def write(self, rows: Iterable[Row]) -> int:
        """Write rows, which come in the order of their days; return how many there were."""
        place = next(
            (n for n, column in enumerate(self._mart.columns) if column.name == self._mart.day),
            None,
        )
        count, day, write = 0, "", None
        with ExitStack() as file:
            for batch in _batches(rows):
                for its_day, of_day in _by_day(batch, place):
                    if write is None or its_day != day:
                        file.close()
                        day = its_day
                        write = file.enter_context(self._file(day, self._mart.columns))
                    write(of_day)
                    count += len(of_day)
        return count

    def write_changes(self, changes: Sequence[Row]) -> None:
        """Write which articles changed and which are gone."""
        columns = (
            Column("article_id", "int64"),
            Column("changed_seq", "int64"),
            Column("is_deleted", "bool"),
        )
        with self._file("changes", columns) as write:
            write(changes)

    @contextmanager
    def _file(self, folder: str, columns: Sequence[Column]) -> Iterator[Write]:
        path = self._folder / folder / self._name
        path.parent.mkdir(exist_ok=True)
        self.paths.append(path)
        with writer(path.with_name(path.name + _PART), columns, self._form) as write:
            yield write

    def finish(self) -> None:
        """Give the files their names."""
        for path in self.paths:
            path.with_name(path.name + _PART).replace(path)


def _by_day(rows: Sequence[Row], place: int | None) -> Iterator[tuple[str, list[Row]]]:
    """Divide rows at the changes of their day; yield the name of the day's folder with them."""
    part: list[Row] = []
    before = ""
    for row in rows:
        day = _folder_of(None if place is None else row[place])
        if part and day != before:
            yield before, part
            part = []
        before = day
        part.append(row)
    if part:
        yield before, part


def _folder_of(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.date()
    return f"day={value.isoformat()}" if isinstance(value, date) else "day=none"


def _last_step(folder: Path, form: Format) -> int:
    try:
        kept = json.loads((folder / _CURSOR_FILE).read_text())
    except FileNotFoundError:
        return 0
    if kept["format"] != form:
        raise UsageError(
            f"{folder} holds an export to {kept['format']}: give --to {kept['format']}, or another"
            " folder"
        )
    return int(kept["changed_seq"])


def _number(conn: Connection, since: datetime | int) -> int:
    """Return the number of the last change before a time; a number stays as it is."""
    if isinstance(since, int):
        return since
    [(number,)] = conn.execute(
        "select coalesce(max(changed_seq), 0) from mart.article_changes where changed_at < %s",
        (since,),
    )
    return int(number)


def _remove_leftovers(folder: Path, last: int) -> None:
    """Remove what a killed export left: parts, and files of a step that was not completed."""
    for path in (*folder.glob("day=*/*"), *folder.glob("changes/*")):
        begin = path.name.partition("-")[0]
        end = path.name.partition("-")[2].partition(".")[0]
        is_unfinished = begin.isdigit() and end.isdigit() and int(end) > last
        if path.name.endswith(_PART) or is_unfinished:
            path.unlink()


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + _PART)
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
