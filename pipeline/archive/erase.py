"""Erase records from WARC files, so that what a page said is nowhere in the archive.

An erased record is overwritten by one of the same length that says so and nothing else. Every
other record keeps its place, and no row that leads to one has to change. The length is made up by
the comment field of the gzip header (RFC 1952), which readers pass over. Writing the file without
the record was rejected: it would move all records behind it, and a killed command would leave rows
that lead into the middle of records.
"""

import io
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from fastwarc.warc import WarcRecord, WarcRecordType

from pipeline.archive.cdxj import index_name
from pipeline.archive.framing import read_member
from pipeline.archive.storage import hold, open_file, write_file
from pipeline.archive.warc import read_record
from pipeline.errors import ArchiveError

_TEXT = b"this record was taken down\r\n"
_COMMENT_FLAG = b"\x10"
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """A capture as the index of its file lists it."""

    url: str
    offset: int
    length: int
    locator: str


@dataclass(frozen=True, slots=True)
class _Region:
    """Bytes of a file that are overwritten: a capture and the requests that belong to it."""

    start: int
    end: int


def indexed_records(name: str) -> Iterator[IndexedRecord]:
    """Yield the captures of a file.

    Raises:
        ArchiveError: the index cannot be read.
    """
    with open_file(index_name(name)) as file:
        for line in file:
            fields = json.loads(line.decode().split(" ", 2)[2])
            offset, length = int(fields["offset"]), int(fields["length"])
            locator = f"{name}#offset={offset}&length={length}"
            yield IndexedRecord(fields["url"], offset, length, locator)


def says(record: IndexedRecord, phrases: Collection[bytes]) -> bool:
    """Tell whether the body of a capture holds one of these phrases; a damaged one does not."""
    try:
        body = read_record(record.locator).body
    except ArchiveError:
        return False
    return any(phrase in body for phrase in phrases)


def erase(name: str, is_unwanted: Callable[[IndexedRecord], bool]) -> list[IndexedRecord] | None:
    """Overwrite the captures of a file that are not wanted, with their requests.

    A reader or a crash finds the file as it was or as it is to be. A second call finds nothing.

    Args:
        name: the file; it has an index.
        is_unwanted: decides about a capture.

    Returns:
        The captures that are erased now; None where the file is being written, so that nothing was
        done.

    Raises:
        ArchiveError: the file cannot be read or written.
    """
    with hold(name) as is_held:
        if not is_held:
            return None
        unwanted = {each.offset: each for each in indexed_records(name) if is_unwanted(each)}
        if not unwanted:
            return []
        with open_file(name) as file:
            regions = [_region(file, each) for each in sorted(unwanted)]
            write_file(name, _with_erased(file, regions))
        write_file(index_name(name), _index_without(name, unwanted))
    return list(unwanted.values())


def _region(file: IO[bytes], offset: int) -> _Region:
    """Return the place of a capture and of the request records that follow it."""
    size = file.seek(0, io.SEEK_END)
    end = read_member(file, offset).end
    while end < size:
        following = read_member(file, end)
        if b"\r\nwarc-type: request\r\n" not in following.head[:4096].lower():
            break
        end = following.end
    return _Region(offset, end)


def _with_erased(file: IO[bytes], regions: Collection[_Region]) -> Iterator[bytes]:
    place = 0
    for region in regions:
        yield from _bytes_between(file, place, region.start)
        yield _erased_record(region.end - region.start)
        place = region.end
    yield from _bytes_between(file, place, file.seek(0, io.SEEK_END))


def _bytes_between(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, _READ_BYTES):
        file.seek(place)
        yield file.read(min(_READ_BYTES, end - place))


def _erased_record(length: int) -> bytes:
    """Return a gzip member of this length with a record that says that one was here.

    Every record of a page has more headers than this one, so it is longer.
    """
    record = WarcRecord()
    record.init_headers(WarcRecordType.metadata)
    record.headers["Content-Type"] = "text/plain"
    record.set_bytes_content(_TEXT)
    plain = io.BytesIO()
    record.write(plain)
    packed = zlib.compress(plain.getvalue(), 9, wbits=16 + zlib.MAX_WBITS)
    header, rest = packed[:10], packed[10:]
    blanks = length - len(packed) - 1
    if blanks < 0:
        raise ArchiveError(f"a record of {length} bytes is too short to be erased")
    return header[:3] + _COMMENT_FLAG + header[4:] + b" " * blanks + b"\0" + rest


def _index_without(name: str, unwanted: Mapping[int, IndexedRecord]) -> bytes:
    with open_file(index_name(name)) as file:
        return b"".join(
            line
            for line in file
            if int(json.loads(line.decode().split(" ", 2)[2])["offset"]) not in unwanted
        )
