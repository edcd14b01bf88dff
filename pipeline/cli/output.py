"""Prints result sets on stdout: a table for people, JSON Lines or CSV for programs."""

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Format = Literal["table", "json", "csv"]
_PIPED_WIDTH = 120


def print_table(
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str],
    style: Format = "table",
    *,
    title: str | None = None,
    out: TextIO | None = None,
) -> int:
    """Print the rows in the given style; return how many there were.

    ``table`` folds long cells to the terminal's width (120 columns when piped), ``json`` gives one
    object a row with non-ASCII escaped, ``csv`` has a header line.
    """
    stream = out or sys.stdout
    listed = [list(row) for row in rows]
    if style == "json":
        for row in listed:
            record = dict(zip(columns, map(_plain, row), strict=True))
            stream.write(json.dumps(record, ensure_ascii=True) + "\n")
    elif style == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_csv_cell(value) for value in row] for row in listed)
    else:
        _print_for_people(listed, columns, title, stream)
    return len(listed)


def _print_for_people(
    rows: list[list[Any]], columns: Sequence[str], title: str | None, stream: TextIO
) -> None:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for index, column in enumerate(columns):
        numeric = any(_is_number(row[index]) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    width = shutil.get_terminal_size().columns if stream.isatty() else _PIPED_WIDTH
    console = Console(file=stream, width=width, highlight=False)
    console.print(table)
    console.print(f"({len(rows)} row{'' if len(rows) == 1 else 's'})", highlight=False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
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
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool | dict):
        return value
    return str(value)
