"""``mart.accuracy``: written from rows, kept by part, and answered by a store."""

from pathlib import Path

from psycopg import Connection

from benchmarks import accuracy_rows
from benchmarks.accuracy_rows import AccuracyRow


def row(part: str, column: str, precision: float | None = 0.5) -> AccuracyRow:
    return AccuracyRow(part, "who_said_what", column, "A, B", "", "a set", "no", 10, precision)


def test_the_mart_is_written_from_the_rows() -> None:
    written = accuracy_rows.MART.read_text(encoding="utf-8")
    assert written == accuracy_rows.mart_of(accuracy_rows.read_rows()), (
        "run python -m benchmarks.accuracy_rows"
    )


def test_a_part_replaces_its_own_rows_only(tmp_path: Path) -> None:
    path, mart = tmp_path / "rows.tsv", tmp_path / "mart.sql"
    accuracy_rows.record("text", [row("", "title"), row("", "authors")], path, mart)
    accuracy_rows.record("language", [row("", "speaker_name", None)], path, mart)
    accuracy_rows.record("text", [row("", "title", 0.75)], path, mart)
    rows = accuracy_rows.read_rows(path)
    assert [(each.part, each.column, each.precision) for each in rows] == [
        ("language", "speaker_name", None),
        ("text", "title", 0.75),
    ]
    assert mart.read_text(encoding="utf-8") == accuracy_rows.mart_of(rows)


def test_every_row_is_about_a_column_that_exists(store: Connection) -> None:
    unknown = store.execute(
        "select a.mart_name, a.column_name from mart.accuracy as a"
        " left join mart.column_catalogue as c"
        " on c.table_schema = 'mart' and c.table_name = a.mart_name"
        " and c.column_name = a.column_name"
        " where c.column_name is null"
    ).fetchall()
    assert unknown == []


def test_shares_lie_within_their_intervals(store: Connection) -> None:
    odd = store.execute(
        "select * from mart.accuracy where n <= 0"
        " or not coalesce(precision_share between precision_low and precision_high, true)"
        " or not coalesce(recall_share between recall_low and recall_high, true)"
    ).fetchall()
    assert odd == []
