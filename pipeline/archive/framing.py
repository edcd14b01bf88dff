"""Where the records of a WARC file begin and end, and what lies between them that is no record.

fastwarc looks for the next ``WARC/`` and passes over all before it without a word: a damaged first
line, or a gzip member of zeros, costs a record that nobody misses. ``Framing`` follows its
positions and names what was passed over. It reads a second time only where there is a reason, since
most files are whole: in a plain file the few bytes around each end, in a file of gzip members where
another member begins between two records.
"""

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP

GZIP_MEMBER = GZIP + b"\x08"
"""Start of a gzip member: magic bytes and the only compression method there is (RFC 1952)."""
_EXTRA_FLAGS = (b"", b"\0", b"\2", b"\4")
_SYSTEMS = (b"", *(bytes([number]) for number in range(14)), b"\xff")
"""What stands at the ninth and tenth byte of a gzip member; nothing where the bytes end before."""
_SEARCH_BYTES = 1 << 20
"""Bytes read at a time."""
_MEMBER_BYTES = 1 << 16
"""Bytes read at a time of one gzip member; most are smaller."""
_LONGEST_HEAD = 1 << 18
"""Start of a record that is kept; fetch accepts HTTP headers of 100 KiB."""
_DIGEST = re.compile(rb"^warc-block-digest:[ \t]*sha1:(\w+)", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class DamagedRecord(ArchiveError):
    """A record whose content or length is not what it says: the next one is to be looked for."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes between two records that are no record."""

    offset: int
    reason: str


def next_record(file: IO[bytes], offset: int) -> int | None:
    """Return the offset of the next record: a gzip member, or a line such as "WARC/1.0".

    The line may stand within another one, where the record before it is torn.
    """
    while True:
        file.seek(offset)
        window = file.read(_SEARCH_BYTES)
        for mark in re.finditer(rb"\x1f\x8b\x08|WARC/[01]\.\d+\r?\n", window):
            if begins_record(window[mark.start() : mark.start() + 512]):
                return offset + mark.start()
        if len(window) < _SEARCH_BYTES:
            return None
        offset += _SEARCH_BYTES - 512


def begins_record(start: bytes) -> bool:
    """Tell whether these are the first bytes of a record, compressed or not."""
    if not start.startswith(GZIP_MEMBER):
        return start.startswith(b"WARC/")
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 5) == b"WARC/"
    except zlib.error:
        return False


def _may_begin_member(start: bytes) -> bool:
    """Tell whether bytes can be those of a gzip member; its first three also occur by chance.

    In 40 MB of compressed video they occur twice or three times. Of the ten bytes of a header the
    flags have three bits that are zero, and "extra flags" and system have few values (RFC 1952), so
    one chance in 10,000 is left. Without that, a member of 2 MB was read twice now and then.
    """
    flags, extra, system = start[3:4], start[8:9], start[9:10]
    if flags >= b"\x20" or extra not in _EXTRA_FLAGS or system not in _SYSTEMS:
        return False
    try:
        zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start)
    except zlib.error:
        return False
    return True


class FileFrom:
    """A file whose positions count from an offset, as fastwarc expects it.

    Args:
        file: the file; the object moves its position.
        start: the offset.
    """

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file = file
        self._start = start
        self.place = 0
        """Bytes read so far, from the offset on."""
        self.members: list[int] = []
        """Where a gzip member may begin in what was read, in bytes of the file."""
        self._before = b""
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        seen = self._before + data
        first = self._start + self.place - len(self._before)
        found = seen.find(GZIP_MEMBER)
        while found >= 0:
            if _may_begin_member(seen[found : found + 512]):
                self.members.append(first + found)
            found = seen.find(GZIP_MEMBER, found + 1)
        self._before = seen[-2:]
        self.place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to a position."""
        base = self._start if whence == 0 else 0
        self.place = self._file.seek(base + offset, whence) - self._start
        self._before = b""
        return self.place

    def tell(self) -> int:
        """Return the position."""
        return self.place

    def close(self) -> None:
        """Do nothing, since the file is closed by its owner."""


@dataclass(frozen=True, slots=True)
class Member:
    """A record that is a gzip member of its own."""

    offset: int
    end: int
    """Where the next one begins."""
    head: bytes
    """Its first bytes, decompressed, with the headers."""
    fault: str | None
    """What is wrong with the record, although the member is whole; None where nothing is."""


def read_member(file: IO[bytes], offset: int) -> Member:
    """Read the gzip member at an offset to its end, and check length and digest of its record.

    Raises:
        EOFError: it is cut.
        zlib.error: it is damaged; its checksum is compared, too.
    """
    file.seek(offset)
    inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
    record = _RecordCheck()
    waiting, read = b"", 0
    while not inflating.eof:
        if not waiting:
            waiting = file.read(_MEMBER_BYTES)
            read += len(waiting)
        data = inflating.decompress(waiting, _SEARCH_BYTES)
        if not data and not waiting:
            raise EOFError("the file ends within a record")
        record.feed(data)
        waiting = inflating.unconsumed_tail
    end = offset + read - len(inflating.unused_data)
    return Member(offset, end, bytes(record.start[:_LONGEST_HEAD]), record.fault())


class _RecordCheck:
    """Compares the bytes of a record, as they come, with its Content-Length and digest."""

    def __init__(self) -> None:
        self.start = bytearray()
        self._length: int | None = None
        """Bytes of head and block together, None while the head is not complete."""
        self._size = 0
        self._digest = hashlib.sha1(usedforsecurity=False)

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if len(self.start) < _LONGEST_HEAD:
            self.start += data
        before, self._size = self._size, self._size + len(data)
        if self._length is not None:
            self._digest.update(data[: max(0, self._length - before)])
            return
        self._length = stated_end(bytes(self.start))
        if self._length is not None:
            head = self.start.index(b"\r\n\r\n") + 4
            self._digest.update(self.start[head : self._length])

    def fault(self) -> str | None:
        """Return what is wrong with the record once all of it was given."""
        if not self.start.startswith(b"WARC/"):
            return f"it begins with {bytes(self.start[:12])!r}, not with WARC/"
        if self._length is None:
            return "it has no readable Content-Length"
        if self._size < self._length:
            return f"{self._length - self._size} bytes of it are missing by its Content-Length"
        if self._size > self._length + 4:
            return f"{self._size - self._length - 4} bytes are left after its Content-Length"
        stated = _DIGEST.search(self.start.partition(b"\r\n\r\n")[0])
        found = base64.b32encode(self._digest.digest())
        # Some writers state the digest as hexadecimal digits.
        if stated and len(stated[1]) == len(found) and stated[1].upper() != found:
            return "the content does not match its WARC-Block-Digest"
        return None


def stated_end(record: bytes) -> int | None:
    """Return how long a record's head and block are together, as the head states it."""
    head, blank, _ = record.partition(b"\r\n\r\n")
    stated = _LENGTH.search(head + b"\r") if blank else None
    return len(head) + 4 + int(stated[1]) if stated else None


class Framing:
    """Follows the records of a file from an offset on, and finds what was passed over.

    A file that is compressed as a whole is not followed: its end says whether it is whole.

    Args:
        probe: the file again, since its position is moved.
        stream: what the records are read from.
    """

    def __init__(self, probe: IO[bytes], stream: FileFrom) -> None:
        self._probe = probe
        self.stream = stream
        self._size = probe.seek(0, io.SEEK_END)
        self._is_gzip = False
        self.last: int | None = None
        """The offset of the record that came last."""
        self.is_divided = True
        """Whether each record can be read by its offset alone, as far as is known."""

    def move_to(self, offset: int) -> Iterator[Gap]:
        """Take the offset of the next record, and yield what was passed over on the way.

        Args:
            offset: as fastwarc gives it: what is no record may lie before the record there.
        """
        previous = self.last
        if previous is None:
            self.last = offset
            self._is_gzip = self._read(offset, 3) == GZIP_MEMBER
            return
        is_member = self._is_gzip and offset in self.stream.members
        if not is_member and not begins_record(self._read(offset, 512)):
            if self._is_gzip and self._holds_many(previous):
                self.is_divided = False
            offset = next_record(self._probe, offset) or offset
        self.last = offset
        yield from self._between(previous, offset)

    def at_end(self) -> Iterator[Gap]:
        """Yield what was passed over after the last record."""
        if self.last is not None:
            yield from self._between(self.last, self._size)

    def end_of_last(self) -> int | None:
        """Return where the last record ends; None where it is damaged itself, or not known."""
        if self.last is None or not self.is_divided:
            return None
        if not self._is_gzip:
            end = self._end_of_text(self.last)
            return end + 4 if end is not None and end + 4 <= self._size else None
        try:
            return read_member(self._probe, self.last).end
        except (zlib.error, EOFError):
            return None

    def _holds_many(self, offset: int) -> bool:
        """Tell whether a gzip member holds more than one record."""
        try:
            return read_member(self._probe, offset).fault is not None
        except (zlib.error, EOFError):
            return True

    def check(self, offset: int) -> None:
        """Compare what a record says of its length with the bytes that are there.

        Raises:
            DamagedRecord: they differ.
        """
        if self._is_gzip and self.is_divided:
            fault = read_member(self._probe, offset).fault
            if fault:
                raise DamagedRecord(fault)
        self.check_text(offset)

    def check_text(self, offset: int) -> None:
        """Do what ``check`` does in a plain file, where a wrong length hides the records after it.

        Raises:
            DamagedRecord: no record begins where this one ends.
        """
        if self._is_gzip:
            return
        end = self._end_of_text(offset)
        if end is None:
            return
        after = self._read(end, 16) if end <= self._size else b"beyond the end"
        if after.lstrip()[:5] not in (b"WARC/", b"") and not after.startswith(b"\r\n\r\n"):
            raise DamagedRecord("the record does not end where its Content-Length says")

    def _between(self, start: int, end: int) -> Iterator[Gap]:
        """Yield what lies between the record at ``start`` and the next one at ``end``."""
        if not self.is_divided:
            return
        if self._is_gzip:
            yield from self._members_between(start, end)
            return
        place = self._end_of_text(start)
        if place is None or place + 4 >= end:
            return
        between = self._read(place, min(end - place, _LONGEST_HEAD))
        text = between.lstrip()
        if text:
            yield Gap(
                place + len(between) - len(text),
                f"no readable record: it begins with {text[:12]!r}",
            )

    def _members_between(self, start: int, end: int) -> Iterator[Gap]:
        suspects = [each for each in self.stream.members if start < each < end]
        self.stream.members = [each for each in self.stream.members if each >= end]
        if not suspects:
            return
        place = start
        try:
            place = read_member(self._probe, start).end
            while place < end:
                member = read_member(self._probe, place)
                yield Gap(place, member.fault or "it is no record of a known kind")
                place = member.end
        except (zlib.error, EOFError) as error:
            yield Gap(place, str(error))

    def _end_of_text(self, offset: int) -> int | None:
        """Return where a record's block ends by its Content-Length; None where none is stated."""
        start = self._read(offset, 4096)
        if b"\r\n\r\n" not in start:
            start = self._read(offset, _LONGEST_HEAD)
        length = stated_end(start)
        return None if length is None else offset + length

    def _read(self, offset: int, size: int) -> bytes:
        self._probe.seek(offset)
        return self._probe.read(size)
