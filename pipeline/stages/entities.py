"""Record and withdraw what people decide about entities, and exchange decisions as CSV.

A command is one transaction under the lock of names, so two at once take turns. Afterwards the
names that wait for a publish are resolved too: the views of ``mart`` follow at once, those that
count days with the next publish.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from psycopg import Connection

from pipeline.csv_cells import spreadsheet_cell, text_of_cell
from pipeline.errors import UsageError
from pipeline.text import normalise, one_line
from pipeline.warehouse import entity_decisions
from pipeline.warehouse.duplicates import find_article
from pipeline.warehouse.entities import lock_names, renew_families, resolve_names
from pipeline.warehouse.entity_decisions import (
    Candidate,
    DecisionKind,
    EntityDecision,
    Ground,
    Name,
    Within,
    added_name,
    checked_class,
    name_of,
    names_of,
)
from pipeline.warehouse.store import store

COLUMNS = (
    "decision entity_type entity_name other_type other_name source_key canonical_url scheme"
    " external_id reason decided_by decided_at"
).split()
"""Columns of the CSV."""


@contextmanager
def _deciding() -> Iterator[Connection]:
    """Open the store for one decision: a transaction under the lock of names."""
    with store() as connection:
        renew_families(connection)
        with connection.transaction():
            lock_names(connection)
            yield connection
        resolve_names(connection)


def find(words: str, label: str | None = None, limit: int = 20) -> list[Candidate]:
    """Return the entities of which a name holds these words, most used first."""
    kind = checked_class(label) if label else None
    with store() as connection:
        renew_families(connection)
        return entity_decisions.candidates(connection, words, kind, limit)


def merge(one: str, other: str, ground: Ground) -> Name:
    """Let ``other`` stand for ``one`` and all its names; return the name as it stands now.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        first, second = name_of(connection, one), name_of(connection, other)
        return entity_decisions.merge(connection, first, second, ground)


def reclassify(entity: str, label: str, ground: Ground) -> Name:
    """Give an entity another class; return its name in that class.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        return entity_decisions.reclassify(connection, name_of(connection, entity), label, ground)


def alias(entity: str, spelling: str, label: str | None, ground: Ground) -> Name:
    """Add a spelling to an entity; return the spelling's row.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        found = name_of(connection, entity)
        kind = label or found.entity_type
        return entity_decisions.alias(connection, found, spelling, kind, ground)


def split(name: str, label: str | None, ground: Ground) -> list[Name]:
    """Take a spelling out of its family; return what was taken out.

    A name goes with all its classes, a number or CLASS:NAME alone.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        first = name_of(connection, name, label)
        same = [
            each
            for each in names_of(connection, name, label)
            if each.normalized_name == first.normalized_name
        ]
        return entity_decisions.split(connection, same, ground)


def split_in(
    entity: str, place: str, other: str, label: str | None, ground: Ground
) -> tuple[Name, int]:
    """Let an entity's mentions in an outlet or an article mean another; return it and their number.

    Args:
        entity: whose mentions they are now.
        place: the key of a source, an article's id or a URL.
        other: who is meant there: an entity, or a new name.
        label: class of a new name; by default that of the entity.
        ground: why, by whom and when.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        found = name_of(connection, entity)
        if other.isascii() and other.isdigit():
            meant = name_of(connection, other)
        else:
            meant = added_name(connection, other, label or found.entity_type)
        count = entity_decisions.split_in(
            connection, found, meant, _within(connection, place), ground
        )
        return meant, count


def _within(connection: Connection, place: str) -> Within:
    row = connection.execute(
        "select source_id from news.sources where source_key = %s", (place,)
    ).fetchone()
    if row:
        return Within(source_id=row[0])
    if not place.isdigit() and "/" not in place:
        raise UsageError(
            f"{one_line(place)!r} is no outlet and no article: give the key of a source (dateline"
            " source list), an article_id or a URL"
        )
    return Within(article_id=find_article(connection, place))


def rename(entity: str, shown: str, ground: Ground) -> Name:
    """Show another name for an entity; return it.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        return entity_decisions.rename(connection, name_of(connection, entity), shown, ground)


def block(entity: str, ground: Ground) -> Name:
    """Take an entity out of the marts; return it.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        return entity_decisions.block(connection, name_of(connection, entity), ground)


def identify(entity: str, scheme: str, external_id: str, ground: Ground) -> Name:
    """Store by which id an entity is known elsewhere; return it.

    Raises:
        UsageError: it cannot be; the message says why, and what to do instead.
    """
    with _deciding() as connection:
        found = name_of(connection, entity)
        entity_decisions.identify(connection, found, scheme, external_id, ground)
        return found


def undo(decision_id: str, by: str) -> EntityDecision:
    """Take a decision back and return it.

    Raises:
        UsageError: there is no such decision, or it was undone.
    """
    with _deciding() as connection:
        return entity_decisions.undo(connection, decision_id, by)


def decisions(*, also_undone: bool = False) -> list[EntityDecision]:
    """Return the decisions that hold, newest first, and those that were undone where asked for."""
    with store() as connection:
        return entity_decisions.decisions(connection, also_undone=also_undone)


def write_csv(stream: TextIO, rows: Iterable[EntityDecision]) -> None:
    """Write decisions, oldest first, as CSV that is safe for spreadsheets."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in sorted(rows, key=lambda row: row.decision_id):
        writer.writerow([_cell(getattr(each, column)) for column in COLUMNS])


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else spreadsheet_cell(str(value))


def read_csv(stream: TextIO, by: str) -> tuple[int, int]:
    """Record the decisions of a CSV; return how many are new, and how many held already.

    All of them are recorded or none. Names that no text has used yet are added.

    Args:
        stream: a header with columns of ``COLUMNS``, of which decision and entity_name are needed.
        by: who decides where the file does not say so.

    Raises:
        UsageError: a row cannot be recorded; the message names its line.
    """
    reader = csv.DictReader(stream)
    unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
    missing = {"decision", "entity_name"}.difference(reader.fieldnames or ())
    if unknown or missing:
        what = f"has a column {unknown[0]!r}" if unknown else f"has no column {min(missing)!r}"
        raise UsageError(f"the file {what}: name the columns {', '.join(COLUMNS)}")
    made = known = 0
    with _deciding() as connection:
        held = {_key(each) for each in entity_decisions.decisions(connection)}
        try:
            for cells in reader:
                row = _row(cells)
                if _key(row) in held:
                    known += 1
                    continue
                _record(connection, row, by)
                held.add(_key(row))
                made += 1
        except (UsageError, csv.Error) as error:
            raise UsageError(
                f"line {reader.line_num}: {error}. Nothing of the file was recorded"
            ) from error
    return made, known


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the CSV; an empty cell is None."""

    decision: DecisionKind
    entity_type: str
    entity_name: str
    other_type: str | None
    other_name: str | None
    source_key: str | None
    canonical_url: str | None
    scheme: str | None
    external_id: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None

    def needed(self, column: str) -> str:
        """Return a cell that must not be empty.

        Raises:
            UsageError: it is.
        """
        value = getattr(self, column)
        if value is None:
            raise UsageError(f"the decision {self.decision} needs {column}: fill the cell")
        return str(value)


def _row(cells: Mapping[str, str | None]) -> _Row:
    if None in cells or None in cells.values():
        raise UsageError("it has not as many cells as the header: add or remove commas")
    texts = {name: text_of_cell(cells.get(name) or "").strip() or None for name in COLUMNS}
    decided, name = texts["decision"] or "", texts["entity_name"]
    decision = {str(kind): kind for kind in entity_decisions.KINDS}.get(decided)
    if decision is None or name is None:
        what = "no entity_name" if name is None else f"the decision {one_line(decided)!r}"
        raise UsageError(
            f"it has {what}: name an entity, and one of {', '.join(entity_decisions.KINDS)}"
        )
    kind = checked_class(texts["entity_type"] or "PERSON")
    other_type = texts["other_type"] or (kind if texts["other_name"] else None)
    known = ("decision", "entity_type", "entity_name", "other_type", "decided_at")
    rest = {column: texts[column] for column in COLUMNS if column not in known}
    return _Row(decision, kind, name, other_type, decided_at=_time(texts["decided_at"]), **rest)


def _key(row: _Row | EntityDecision) -> tuple[str | None, ...]:
    """Return by what two rows are one decision."""
    other = row.other_name or ""
    return (
        row.decision,
        row.entity_type,
        normalise(row.entity_name),
        row.other_type,
        other if row.decision == "rename" else normalise(other),
        row.source_key,
        row.canonical_url,
        row.scheme,
        row.external_id,
    )


def _record(connection: Connection, row: _Row, by: str) -> None:
    ground = Ground(row.reason, row.decided_by or by, row.decided_at)
    name = added_name(connection, row.entity_name, row.entity_type)
    place = row.source_key or row.canonical_url
    if row.decision in ("merge", "alias") or place:
        other = added_name(connection, row.needed("other_name"), row.other_type or row.entity_type)
        if place:
            within = _within(connection, place)
            entity_decisions.split_in(connection, name, other, within, ground)
        else:
            entity_decisions.merge(connection, name, other, ground, row.decision, ahead=True)
    elif row.decision == "split":
        entity_decisions.split(connection, [name], ground, ahead=True)
    elif row.decision == "rename":
        entity_decisions.rename(connection, name, row.needed("other_name"), ground)
    elif row.decision == "block":
        entity_decisions.block(connection, name, ground)
    else:
        scheme, number = row.needed("scheme"), row.needed("external_id")
        entity_decisions.identify(connection, name, scheme, number, ground)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"decided_at {one_line(text)!r} is no time: write 2026-11-28T09:00:00+00:00"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
