"""JSON Lines in, JSON Lines out: what the three Unix filters share.

One output row per input row, in input order, ``id`` echoed as given; a null key counts as absent.
A bad line becomes ``{"id", "error"}``, or ``{"id": null, "line": n, "error"}`` where it has no id,
and the rest goes on.
"""

import json
import math
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO

from pipeline.errors import UsageError
from pipeline.text import one_line


class RowError(UsageError):
    """One row cannot be used; the message becomes its ``error``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One usable input line: its ``id`` as given and its other non-null keys."""

    id: Any
    fields: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Return the string under ``key``, or None where it is absent.

        Raises:
            RowError: the value is not a string.
        """
        value = self.fields.get(key)
        if value is None or isinstance(value, str):
            return value
        raise RowError(f"{key!r} must be a string, not {type(value).__name__}")


Transform = Callable[[Iterator[Row]], Iterable[Mapping[str, Any]]]
"""Takes the rows and gives one output row for each, in their order; may read ahead."""


@contextmanager
def open_input(path: Path | None) -> Iterator[BinaryIO]:
    """Open the file, or standard input for None or ``-``.

    Raises:
        UsageError: the file cannot be read, or standard input is a terminal.
    """
    if path is None or str(path) == "-":
        if sys.stdin.isatty():
            raise UsageError("nothing to read: give a FILE, or pipe JSON Lines in (see --help)")
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with stream:
        yield stream


def write_row(out: TextIO, row: Mapping[str, Any]) -> None:
    """Write one JSON line, non-ASCII escaped, so that it survives any terminal and any tool."""
    out.write(json.dumps(row, ensure_ascii=True, separators=(", ", ": ")) + "\n")


def run_filter(stream: BinaryIO, out: TextIO, transform: Transform) -> bool:
    """Run the transform over the stream; return whether every row went well.

    Bad lines keep their place: the reader notes what it saw, the writer replays the notes.
    """
    notes: deque[Mapping[str, Any] | None] = deque()
    all_well = True

    def usable_rows() -> Iterator[Row]:
        for note in _read(stream):
            if isinstance(note, Row):
                notes.append(None)
                yield note
            else:
                notes.append(note)

    def write_bad_lines() -> bool:
        wrote = False
        while notes and (note := notes[0]) is not None:
            write_row(out, note)
            notes.popleft()
            wrote = True
        return wrote

    for result in transform(usable_rows()):
        all_well &= not write_bad_lines()
        notes.popleft()
        write_row(out, result)
        all_well &= "error" not in result
        if not notes:
            out.flush()
    all_well &= not write_bad_lines()
    out.flush()
    return all_well


def _read(stream: BinaryIO) -> Iterator[Row | Mapping[str, Any]]:
    for number, line in enumerate(stream, 1):
        raw = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if raw.strip():
            yield _parse(raw, number)


def _parse(line: bytes, number: int) -> Row | Mapping[str, Any]:
    try:
        given = json.loads(line, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        return _bad(number, f"not JSON: {one_line(str(error), 120)}")
    if not isinstance(given, dict):
        return _bad(number, f"a row must be a JSON object, not {type(given).__name__}")
    if given.get("id") is None:
        return _bad(number, 'a row needs an "id"')
    fields = {key: value for key, value in given.items() if key != "id" and value is not None}
    return Row(given["id"], fields)


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):  # 1e999 is JSON, but no float holds it, and it came back as Infinity
        _no_number(written)
    return number


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number that can be given back")


def _bad(number: int, error: str) -> Mapping[str, Any]:
    return {"id": None, "line": number, "error": error}
