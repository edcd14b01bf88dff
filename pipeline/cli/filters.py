"""Read and write the JSON Lines of the three Unix filters, *extract*, *annotate* and *dedupe*.

A filter writes one output row per input row, in input order, with the ``id`` as given; a key whose
value is null counts as absent. A bad line becomes ``{"id", "error"}``, or ``{"id": null, "line": n,
"error"}`` where it has no usable id, and the lines after it are read as usual.
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
    """A row cannot be used; the message becomes the ``error`` of its output row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A usable input line: its ``id`` as given and its other keys whose values are not null."""

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
"""Turns the rows into one output row each, in the same order; it may read ahead."""


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
    """Write one JSON line with non-ASCII characters escaped, so that any tool can read it."""
    out.write(json.dumps(row, ensure_ascii=True, separators=(", ", ": ")) + "\n")


def run_filter(stream: BinaryIO, out: TextIO, transform: Transform) -> bool:
    """Run the transform over the stream; return True if no row has an error.

    The transform sees usable rows only, and may read ahead. ``pending`` remembers the order of all
    lines read and not written yet: the error row of a bad line, None for a row that the transform
    has taken.
    """
    pending: deque[Mapping[str, Any] | None] = deque()
    all_well = True

    def usable_rows() -> Iterator[Row]:
        for row in _read(stream):
            if isinstance(row, Row):
                pending.append(None)
                yield row
            else:
                pending.append(row)

    def write_bad_lines() -> bool:
        wrote = False
        while pending and (bad_line := pending[0]) is not None:
            write_row(out, bad_line)
            pending.popleft()
            wrote = True
        return wrote

    for result in transform(usable_rows()):
        all_well &= not write_bad_lines()
        pending.popleft()
        write_row(out, result)
        all_well &= "error" not in result
        if not pending:
            out.flush()
    all_well &= not write_bad_lines()
    out.flush()
    return all_well


def _read(stream: BinaryIO) -> Iterator[Row | Mapping[str, Any]]:
    """Yield a row or an error row for each line that is not blank; a byte order mark is skipped."""
    for number, line in enumerate(stream, 1):
        raw = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if raw.strip():
            yield _parse(raw, number)


def _parse(line: bytes, number: int) -> Row | Mapping[str, Any]:
    try:
        given = json.loads(line, parse_constant=_reject_number, parse_float=_parse_float)
    except (ValueError, RecursionError) as error:
        return _error_row(number, f"not JSON: {one_line(str(error), 120)}")
    if not isinstance(given, dict):
        return _error_row(number, f"a row must be a JSON object, not {type(given).__name__}")
    if given.get("id") is None:
        return _error_row(number, 'a row needs an "id"')
    fields = {key: value for key, value in given.items() if key != "id" and value is not None}
    return Row(given["id"], fields)


def _parse_float(written: str) -> float:
    number = float(written)
    if math.isinf(number):  # 1e999 is JSON; as a float it is infinity, which JSON cannot express
        _reject_number(written)
    return number


def _reject_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is not a number that JSON can express")


def _error_row(number: int, error: str) -> Mapping[str, Any]:
    return {"id": None, "line": number, "error": error}
