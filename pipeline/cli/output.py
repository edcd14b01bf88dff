"""Print result sets on stdout, as a table for people or as JSON Lines or CSV for programs.

``own_command`` returns how to call ``dateline``, for the hints printed under results;
``print_progress`` and ``print_note`` print on stderr what a command is doing and what it did.
"""

import csv
import json
import math
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import typer

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

_MOST_DIGITS = 1000
"""Digits of a whole number that is printed as a number; Python refuses to print 4,301."""
Format = Literal["table", "json", "csv"]
_PIPED_WIDTH = 120
"""Columns of a table that is piped, which has no terminal to ask for its width."""
_GAP = 3
"""Columns of the terminal that SIMPLE_HEAD puts between two cells and around a row, per cell."""
_LEGIBLE = 12
"""A folded cell of fewer characters breaks most English words; a heading is never folded."""
_CUT = 300
"""Most characters shown of a value in a block; `select * from mart.articles` has whole texts."""

_UNPRINTABLE = {
    number: "\ufffd" for number in (*range(32), *range(127, 160)) if number not in (9, 10)
}
"""Control characters and their replacement.

A title may contain ESC; printed unchanged, it would let a news site control the terminal.
"""


def print_table(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str],
    style: Format = "table",
    *,
    out: TextIO | None = None,
) -> None:
    """Print the rows in the given style, on stdout by default.

    ``table`` folds long cells to the terminal's width (120 columns when piped) and prints one block
    per row where the columns are too many for that. ``json`` prints one object per row with
    non-ASCII escaped, ``csv`` a header line and one line per row.

    Raises:
        UsageError: ``json`` and two columns of one name, of which an object would lose one.
    """
    stream = out or sys.stdout
    listed = [list(row) for row in rows]
    if style == "json":
        twice = [name for name, count in Counter(columns).items() if count > 1]
        if twice:
            raise UsageError(f"two columns are named {twice[0]!r}: give one another name with as.")
        for row in listed:
            record = dict(zip(columns, map(_plain, row), strict=True))
            stream.write(json.dumps(record, ensure_ascii=True) + "\n")
    elif style == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_csv_cell(value) for value in row] for row in listed)
    else:
        _print_for_people(listed, columns, stream)


def print_progress(line: str) -> None:
    """Print one line about the step that begins, on stderr and dimmed."""
    typer.secho(f"… {line}", err=True, dim=True)


def print_note(line: str) -> None:
    """Print one line about what was done, on stderr."""
    typer.secho(line, err=True)


def own_command() -> str:
    """Return how to call ``dateline`` from here: its path if the shell would not find the name."""
    program = Path(sys.argv[0])
    if program.name != "dateline" or shutil.which("dateline"):
        return "dateline"
    here = Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))


def _print_for_people(rows: list[list[Any]], columns: Sequence[str], stream: TextIO) -> None:
    # Imported here, as in the functions below: rich takes 0.1 s to load.
    from rich.console import Console

    width = shutil.get_terminal_size().columns if stream.isatty() else _PIPED_WIDTH
    columns = [column.translate(_UNPRINTABLE) for column in columns]
    console = Console(file=stream, width=width, highlight=False)
    texts = [[_cell(value) for value in row] for row in rows]
    if not _fits(texts, columns, width):
        cut = _print_records(texts, columns, console)
        hint = ", long values cut: --json and --csv give them whole" if cut else ""
    else:
        _print_grid(rows, texts, columns, console)
        hint = ""
    console.print(f"({len(rows)} row{'' if len(rows) == 1 else 's'}{hint})", highlight=False)


def _fits(texts: list[list[str]], columns: Sequence[str], width: int) -> bool:
    """Return whether every column can show its whole heading and legible cells."""
    needed = 0
    for index, column in enumerate(columns):
        longest = max((len(text[index]) for text in texts), default=0)
        needed += max(len(column), min(longest, _LEGIBLE)) + _GAP
    return needed <= width


def _print_grid(
    rows: list[list[Any]],
    texts: list[list[str]],
    columns: Sequence[str],
    console: "Console",
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = any(_is_number(row[index]) for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for text in texts:
        table.add_row(*map(Text, text))
    console.print(table)


def _print_records(texts: list[list[str]], columns: Sequence[str], console: "Console") -> bool:
    """Print a block of "column  value" lines for each row; return whether a value was cut."""
    from rich.table import Table
    from rich.text import Text

    for place, text in enumerate(texts, start=1):
        console.print(Text(f"── row {place} ", style="bold"))
        block = Table.grid(padding=(0, 2))
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for column, value in zip(columns, text, strict=True):
            shown = value if len(value) <= _CUT else f"{value[:_CUT]}…"
            block.add_row(Text(column), Text(shown))
        console.print(block)
        console.print()
    return any(len(value) > _CUT for text in texts for value in text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    return _shown(value).translate(_UNPRINTABLE)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return str(_plain(value))


def _csv_cell(value: Any) -> Any:
    plain = _plain(value)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list | dict) else plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return _plain_decimal(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):  # jsonb may hold 1e999, which Python reads as infinity
        return {name: _plain(item) for name, item in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _plain_decimal(value: Decimal) -> int | float | str:
    """Return a number if none of its digits is lost by it, as text otherwise."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value) if value.adjusted() < _MOST_DIGITS else str(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)
