"""Write rows as Parquet, CSV or JSON Lines, with types that other tools read.

A column's type follows from its Postgres type, not from its values, so that every file of an
export has the same schema. What Parquet readers do not share becomes text: JSON, ranges and
whatever is not listed here. An interval becomes seconds.

A CSV cell of text that a spreadsheet would take for a formula gets an apostrophe before it, as
OWASP advises; Parquet and JSON Lines hold the text as it is.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.csv_cells import spreadsheet_cell
from pipeline.errors import SettingsError
from pipeline.extras import how_to_install

if TYPE_CHECKING:
    import pyarrow

Format = Literal["parquet", "csv", "jsonl"]
Row = Sequence[Any]
Write = Callable[[Iterable[Row]], None]
Kind = Literal[
    "int16", "int32", "int64", "float32", "float64", "bool", "date", "time", "local_time", "bytes",
    "seconds", "texts", "ints", "json", "text",
]  # fmt: skip
_KINDS: Mapping[str, Kind] = {
    "int2": "int16",
    "int4": "int32",
    "int8": "int64",
    "float4": "float32",
    "float8": "float64",
    "numeric": "float64",
    "bool": "bool",
    "date": "date",
    "timestamptz": "time",
    "timestamp": "local_time",
    "bytea": "bytes",
    "interval": "seconds",
    "text[]": "texts",
    "_text": "texts",
    "int8[]": "ints",
    "_int8": "ints",
    "int4[]": "ints",
    "_int4": "ints",
    "json": "json",
    "jsonb": "json",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export."""

    name: str
    kind: Kind


def kind_of(type_name: str) -> Kind:
    """Return how values of a Postgres type are written; ``text`` for all that have no other way."""
    return _KINDS.get(type_name, "text")


def check_format(form: Format) -> None:
    """Check that a format can be written here.

    Raises:
        SettingsError: Parquet without pyarrow.
    """
    if form == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise SettingsError(
                f"Parquet needs pyarrow: {how_to_install('parquet')} (or export --to csv or jsonl)"
            ) from error


@contextmanager
def writer(path: Path, columns: Sequence[Column], form: Format) -> Iterator[Write]:
    """Yield a function that appends rows to a new file; the file is whole when the block ends."""
    if form == "parquet":
        with _parquet(path, columns) as write:
            yield write
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if form == "csv":
            table = csv.writer(file, lineterminator="\n")
            table.writerow([column.name for column in columns])

            def write_csv(rows: Iterable[Row]) -> None:
                table.writerows(
                    [_csv_cell(value, column) for value, column in zip(row, columns, strict=True)]
                    for row in rows
                )

            yield write_csv
            return

        def write_lines(rows: Iterable[Row]) -> None:
            for row in rows:
                record = {
                    column.name: _json_value(value, column)
                    for value, column in zip(row, columns, strict=True)
                }
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")

        yield write_lines


@contextmanager
def _parquet(path: Path, columns: Sequence[Column]) -> Iterator[Write]:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(column.name, _arrow_type(column.kind)) for column in columns])
    with parquet.ParquetWriter(path, schema, compression="zstd") as file:

        def write(rows: Iterable[Row]) -> None:
            values = list(zip(*rows, strict=True))
            arrays = [
                pyarrow.array([_arrow_value(each, column) for each in cells], field.type)
                for cells, column, field in zip(values, columns, schema, strict=True)
            ]
            if arrays:
                file.write_batch(pyarrow.record_batch(arrays, schema=schema))

        yield write


def _arrow_type(kind: Kind) -> "pyarrow.DataType":
    import pyarrow

    types: dict[Kind, Any] = {
        "int16": pyarrow.int16(),
        "int32": pyarrow.int32(),
        "int64": pyarrow.int64(),
        "float32": pyarrow.float32(),
        "float64": pyarrow.float64(),
        "bool": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "time": pyarrow.timestamp("us", tz="UTC"),
        "local_time": pyarrow.timestamp("us"),
        "bytes": pyarrow.binary(),
        "seconds": pyarrow.float64(),
        "texts": pyarrow.list_(pyarrow.string()),
        "ints": pyarrow.list_(pyarrow.int64()),
    }
    return types.get(kind, pyarrow.string())


def _arrow_value(value: Any, column: Column) -> Any:
    if value is None:
        return None
    if column.kind == "json":
        return _json_text(value)
    if column.kind in ("seconds", "text") or isinstance(value, Decimal):
        return _json_value(value, column)
    return value


def _json_value(value: Any, column: Column) -> Any:
    if value is None or column.kind == "json":
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if column.kind == "text":
        return str(value)
    return value


def _csv_cell(value: Any, column: Column) -> Any:
    if column.kind in ("texts", "ints", "json"):
        return None if value is None else _json_text(value)
    plain = _json_value(value, column)
    return spreadsheet_cell(plain) if isinstance(plain, str) and column.kind == "text" else plain


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
