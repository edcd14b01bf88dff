"""Look after an archive's files: list them, index and check them, join small ones, remove old ones.

Nothing here knows the rows that refer to records; ``pipeline.stages.archive`` moves those.
"""

import io
import json
import posixpath
import secrets
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Literal

from pipeline.archive.cdxj import INDEX_ENDING, Capture, index_file, index_line, index_name
from pipeline.archive.framing import Member, next_record, read_member
from pipeline.archive.locator import Locator
from pipeline.archive.storage import (
    StoredFile,
    cut_and_close,
    hold,
    open_file,
    read_range,
    remove,
    stored_files,
    write_file,
)
from pipeline.archive.warc import BrokenRecord, capture_of
from pipeline.archive.writer import ENDING, begun_at
from pipeline.errors import ArchiveError

State = Literal["ready", "being written", "interrupted", "not indexed"]
"""``interrupted``: its writer was killed. ``not indexed``: the index is missing or too old."""
_READ_BYTES = 1 << 20
_JOIN_ENDING = ".join"
_PART_ENDING = ".part"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A WARC file of an archive."""

    name: str
    size: int
    begun_at: datetime
    """As its name says; the time of its last change for files of other writers."""
    state: State

    @property
    def folder(self) -> str:
        """The folder of its day."""
        return posixpath.dirname(self.name)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the index of a file lists."""

    captures: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Join:
    """Small files that become one, whose bytes stand one after the other in it."""

    name: str
    parts: tuple[str, ...]
    sizes: tuple[int, ...]

    def moves(self) -> list[tuple[str, str, int]]:
        """Return for each part its name, the new file's, and by how much its offsets grow."""
        found, shift = [], 0
        for part, size in zip(self.parts, self.sizes, strict=True):
            found.append((part, self.name, shift))
            shift += size
        return found


def archive_files(base: str) -> list[ArchiveFile]:
    """Return the WARC files of an archive, oldest first.

    Raises:
        ArchiveError: the archive cannot be listed.
    """
    indexes = {each.name: each.modified_at for each in stored_files(base, INDEX_ENDING)}
    found = [
        ArchiveFile(
            file.name,
            file.size,
            begun_at(file.name) or file.modified_at,
            _state(file, indexes.get(index_name(file.name))),
        )
        for file in stored_files(base, ENDING)
    ]
    return sorted(found, key=lambda file: (file.begun_at, file.name))


def _state(file: StoredFile, indexed_at: datetime | None) -> State:
    if file.is_open:
        with hold(file.name) as is_held:
            return "interrupted" if is_held else "being written"
    return "ready" if indexed_at and indexed_at >= file.modified_at else "not indexed"


def contents(name: str) -> Contents:
    """Return what a file's index lists; nothing where there is no index.

    Raises:
        ArchiveError: the index cannot be read.
    """
    try:
        with open_file(index_name(name)) as file:
            times = [line.split(b" ", 2)[1].decode() for line in file]
    except ArchiveError:
        times = []
    ordered = [
        datetime.strptime(time, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        for time in ([min(times), max(times)] if times else [])
    ]
    return Contents(len(times), *(ordered or (None, None)))


def make_index(name: str) -> list[BrokenRecord]:
    """Write a file's index from its records, and finish a file that a killed writer left.

    What the writer was writing when it was killed is cut off: no row refers to it, since rows are
    stored after their records.

    Returns:
        The damaged places, which the index leaves out.

    Raises:
        ArchiveError: the file cannot be read, or is being written.
    """
    with hold(name) as is_held:
        if not is_held:
            raise ArchiveError(f"{name} is being written: index it again later")
        lines: list[str] = []
        broken: list[BrokenRecord] = []
        end: int | None = None
        with open_file(name) as file:
            for found in _members(file):
                if isinstance(found, _Damage):
                    end = found.offset if found.is_last else None
                    broken.append(_broken(name, found))
                    continue
                member, capture = found
                if capture is not None:
                    length = member.end - member.offset
                    lines.append(index_line(capture, name, member.offset, length))
        for stored in stored_files(posixpath.dirname(name), posixpath.basename(name)):
            if stored.is_open:
                cut_and_close(name, stored.size if end is None else end)
                if end is not None:
                    broken.pop()
        write_file(index_name(name), index_file(lines))
    return broken


@dataclass(frozen=True, slots=True)
class _Damage:
    offset: int
    reason: str
    is_last: bool
    """The file is torn there: no record follows."""


def _members(file: IO[bytes]) -> Iterator[tuple[Member, Capture | None] | _Damage]:
    """Yield the intact records of a file, with what an index says, and the damaged places."""
    place: int | None = 0
    size = file.seek(0, io.SEEK_END)
    while place is not None and place < size:
        try:
            member = read_member(file, place)
        except (zlib.error, EOFError) as error:
            following = next_record(file, place + 1)
            yield _Damage(place, str(error), following is None)
            place = following
            continue
        place = member.end
        if member.fault is not None:
            yield _Damage(member.offset, member.fault, is_last=False)
            continue
        try:
            yield member, capture_of(member.head)
        except ArchiveError as error:
            yield _Damage(member.offset, str(error), is_last=False)


def check_file(name: str) -> tuple[int, list[BrokenRecord]]:
    """Read a whole file; return how many captures it holds and which places are damaged.

    Raises:
        ArchiveError: the file does not exist.
    """
    captures, broken = 0, []
    with open_file(name) as file:
        for found in _members(file):
            if isinstance(found, _Damage):
                broken.append(_broken(name, found))
            elif found[1] is not None:
                captures += 1
    return captures, broken


def _broken(name: str, damage: _Damage) -> BrokenRecord:
    return BrokenRecord(str(Locator(name, damage.offset)), f"damaged: {damage.reason}")


def plan_joins(
    files: Sequence[ArchiveFile], file_bytes: int, busy: Collection[str] = ()
) -> list[Join]:
    """Return which small files are to become one: those of a day, in the order of their time.

    Args:
        files: the files of an archive.
        file_bytes: the size up to which files are joined; half of it is not small any more.
        busy: names without folders of files that are to stay as they are.
    """
    small: dict[str, list[ArchiveFile]] = {}
    for file in files:
        is_ours = begun_at(file.name) is not None and posixpath.basename(file.name) not in busy
        if is_ours and file.state == "ready" and file.size < file_bytes / 2:
            small.setdefault(file.folder, []).append(file)
    joins = []
    for of_day in small.values():
        group: list[ArchiveFile] = []
        for file in of_day:
            if group and sum(each.size for each in group) + file.size > file_bytes:
                joins.append(group)
                group = []
            group.append(file)
        joins.append(group)
    return [_join(group) for group in joins if len(group) > 1]


def _join(group: Sequence[ArchiveFile]) -> Join:
    stem = group[0].name.removesuffix(ENDING).rpartition("-")[0]
    name = f"{stem}-{secrets.token_hex(4)}{ENDING}"
    return Join(name, tuple(each.name for each in group), tuple(each.size for each in group))


def begin_join(join: Join) -> bool:
    """Write the joined file and its index; return False where a part is being written.

    A note beside it lists the parts until ``end_join``, so that a join that was killed can be
    completed.

    Raises:
        ArchiveError: a part cannot be read, or the file cannot be written.
    """
    with ExitStack() as stack:
        if not all(stack.enter_context(hold(part)) for part in join.parts):
            return False
        note = {"name": join.name, "parts": join.parts, "sizes": join.sizes}
        write_file(join.name + _JOIN_ENDING, json.dumps(note).encode())
        write_file(join.name, _bytes_of(join))
        lines = [line for move in join.moves() for line in _moved_lines(*move)]
        write_file(index_name(join.name), index_file(lines))
    return True


def unfinished_joins(base: str) -> list[Join]:
    """Return the joins that were begun and not ended.

    Raises:
        ArchiveError: a note cannot be read.
    """
    found = []
    for file in stored_files(base, _JOIN_ENDING):
        note = json.loads(read_range(file.name, 0, file.size))
        found.append(Join(note["name"], tuple(note["parts"]), tuple(note["sizes"])))
    return found


def end_join(join: Join) -> None:
    """Remove the parts, of which every locator leads into the joined file by now."""
    for part in join.parts:
        remove_file(part)
    forget_join(join)


def forget_join(join: Join) -> None:
    """Remove the note of a join."""
    remove(join.name + _JOIN_ENDING)


def remove_file(name: str) -> None:
    """Remove a WARC file and its index.

    Raises:
        ArchiveError: it cannot be removed.
    """
    remove(index_name(name))
    remove(name)


def remove_leftovers(base: str, age: timedelta = timedelta(hours=1)) -> None:
    """Remove what a killed process left of files that are written whole."""
    for file in stored_files(base, _PART_ENDING):
        if datetime.now(UTC) - file.modified_at > age:
            remove(file.name)


def _bytes_of(join: Join) -> Iterator[bytes]:
    for part, size in zip(join.parts, join.sizes, strict=True):
        for place in range(0, size, _READ_BYTES):
            wanted = min(_READ_BYTES, size - place)
            data = read_range(part, place, wanted)
            if len(data) != wanted:
                raise ArchiveError(f"{part} has shrunk while it was joined: run the command again")
            yield data


def _moved_lines(part: str, name: str, shift: int) -> Iterator[str]:
    """Yield the index lines of a part as they are in the joined file."""
    with open_file(index_name(part)) as file:
        for line in file.read().decode().splitlines():
            key, at, fields = line.split(" ", 2)
            values = json.loads(fields)
            values["offset"] = str(int(values["offset"]) + shift)
            values["filename"] = posixpath.basename(name)
            yield f"{key} {at} {json.dumps(values)}"
