"""The accuracy of the marts' columns as rows: ``mart.accuracy``.

``make eval`` makes rows of its figures (here and in the modules that measure) and gives those of a
part to ``record``. All rows are in ``accuracy_rows.tsv``; ``sql/marts/63_accuracy.sql`` is written
from it, so that every store of this version can be asked how wrong a column is.
``python -m benchmarks.accuracy_rows`` writes the mart again from the file.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.language.attribution_scores import AttributionScore
from benchmarks.language.resampling import Interval, added
from benchmarks.language.span_scores import SpanScore

FILE = Path(__file__).with_name("accuracy_rows.tsv")
MART = Path(__file__).parents[1] / "sql" / "marts" / "63_accuracy.sql"

_SHARES = tuple(f"{what}{end}" for what in ("precision", "recall") for end in ("", "_low", "_high"))


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """How often a column of a mart is right, on one test set; shares are from 0 to 1."""

    part: str
    """The part of ``make eval`` that measures it; its rows are replaced together."""
    mart: str
    column: str
    grade: str
    """Grade of the rows it is about: "A, B" is the default view. Empty: all rows."""
    kind: str
    """Kind of quote, class of name, kind of match. Empty: all."""
    test_set: str
    tuned_on: str
    """yes: rules, weights or thresholds were chosen with the set in view; partly; no."""
    n: int
    """Rows judged for the precision; where there is no precision, right answers wanted."""
    precision: float | None = None
    precision_low: float | None = None
    precision_high: float | None = None
    recall: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None
    measured_on: str = ""


def with_intervals(
    row: AccuracyRow, precision: Interval | None = None, recall: Interval | None = None
) -> AccuracyRow:
    """Return a row with the 95 % intervals of its shares."""
    if precision:
        row = replace(row, precision_low=precision.low, precision_high=precision.high)
    if recall:
        row = replace(row, recall_low=recall.low, recall_high=recall.high)
    return row


def read_rows(path: Path = FILE) -> list[AccuracyRow]:
    """Read all rows; none where the file does not exist yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [_row(line) for line in csv.DictReader(stream, delimiter="\t")]


def _row(line: Mapping[str, str]) -> AccuracyRow:
    values: dict[str, Any] = dict(line)
    values["n"] = int(line["n"])
    values |= {name: float(line[name]) if line[name] else None for name in _SHARES}
    return AccuracyRow(**values)


def record(part: str, rows: Iterable[AccuracyRow], path: Path = FILE, mart: Path = MART) -> None:
    """Replace the rows of a part, dated today, and write the mart of all rows."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    kept = [row for row in read_rows(path) if row.part != part]
    new = [replace(row, part=part, measured_on=today) for row in rows]
    write_rows([*kept, *new], path)
    mart.write_text(mart_of(read_rows(path)), encoding="utf-8")


def write_rows(rows: Iterable[AccuracyRow], path: Path = FILE) -> None:
    """Write rows, ordered by mart, column, grade, kind and set."""
    ordered = sorted(
        rows, key=lambda row: (row.mart, row.column, row.grade, row.kind, row.test_set)
    )
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(field.name for field in fields(AccuracyRow))
        for row in ordered:
            writer.writerow(_cell(value) for value in astuple(row))


def _cell(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)


_COLUMNS = {
    "mart_name": "View of mart that the row is about.",
    "column_name": "Its column.",
    "grade": "Grade of the quotes it is about: A, B is the default view. Null: whatever the grade.",
    "kind": "Kind of quote, class of name or kind of page it is about. Null: all.",
    "test_set": "What it was measured on: see docs/accuracy.md.",
    "tuned_on": "Whether rules, weights or thresholds were chosen with that set in view: yes, "
    "partly or no.",
    "n": "Values that were judged.",
    "precision_share": "Of the values that are given, the share that is right, 0 to 1.",
    "precision_low": "Lower end of its 95 % interval, where one was computed.",
    "precision_high": "Upper end of it.",
    "recall_share": "Of the right values there are, the share that is given, 0 to 1; null where "
    "nobody counted them.",
    "recall_low": "Lower end of its 95 % interval, where one was computed.",
    "recall_high": "Upper end of it.",
    "measured_on": "Day of the measurement.",
}
_ABOUT = "One row per column of mart, grade, kind and test set: how often its values are right."


def mart_of(rows: Sequence[AccuracyRow]) -> str:
    """Return the SQL of ``mart.accuracy``."""
    lines = [
        "-- one row per column of mart, grade, kind and test set: how often its values are right.",
        "-- Written by make eval (benchmarks/accuracy_rows.py) from benchmarks/accuracy_rows.tsv.",
        "create view mart.accuracy as",
        "select",
        *(f"    m.{name}," for name in list(_COLUMNS)[:-1]),
        f"    m.{list(_COLUMNS)[-1]}",
        "from (",
        "    values",
        ",\n".join(f"    {_values(row)}" for row in rows),
        ") as m (",
        ",\n".join(f"    {name}" for name in _COLUMNS),
        ");",
        f"comment on view mart.accuracy is {_text(_ABOUT)};",
        *(
            f"comment on column mart.accuracy.{name} is {_text(comment)};"
            for name, comment in _COLUMNS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _values(row: AccuracyRow) -> str:
    texts = (row.mart, row.column, row.grade, row.kind, row.test_set, row.tuned_on)
    shares = (row.precision, row.precision_low, row.precision_high)
    found = (row.recall, row.recall_low, row.recall_high)
    return ", ".join(
        (
            "(" + ", ".join(f"{_text(text)}::text" for text in texts),
            f"{row.n}",
            *(f"{_number(share)}::numeric" for share in (*shares, *found)),
            f"{_text(row.measured_on)}::date)",
        )
    )


def _text(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'" if text else "null"


def _number(share: float | None) -> str:
    return "null" if share is None else f"{share:.3f}"


def names_rows(names: SpanScore) -> list[AccuracyRow]:
    """Return the rows of ``mart.entity_mentions``, all classes and each."""
    total = added(names.articles)
    rows = []
    for label in ("", *names.labels()):
        labels = [label] if label else names.labels()
        gold, found, right = (
            sum(total[side, each] for each in labels) for side in ("gold", "found", "right")
        )
        rows.append(
            AccuracyRow(
                part="",
                mart="entity_mentions",
                column="entity_type",
                grade="",
                kind=label,
                test_set="Worldwide newswire, dev",
                tuned_on="partly",
                n=found,
                precision=right / found if found else None,
                recall=right / gold if gold else None,
            )
        )
    return rows


def polnear_rows(attributions: AttributionScore) -> list[AccuracyRow]:
    """Return the rows of ``mart.all_attributions`` on PolNeAR."""
    total = added(attributions.articles)
    return [
        AccuracyRow(
            part="",
            mart="all_attributions",
            column="quote_text",
            grade="",
            kind=kind,
            test_set="PolNeAR, dev",
            tuned_on="partly",
            n=total[f"{group} found", ""],
            precision=total[f"{group} found", " met"] / max(1, total[f"{group} found", ""]),
            recall=total[f"{group} gold", " met"] / max(1, total[f"{group} gold", ""]),
        )
        for group, kind in (("all", ""), ("direct", "direct"))
    ]


def text_rows(figures: Mapping[str, float], pages: int) -> list[AccuracyRow]:
    """Return the row of an article's text on hosts that were kept apart, in runs of four words."""
    return [
        AccuracyRow(
            part="",
            mart="articles",
            column="body_text",
            grade="",
            kind="",
            test_set="Scrapinghub and Fundus, hosts kept apart",
            tuned_on="partly",
            n=pages,
            precision=figures["dateline/unseen hosts/precision"],
            recall=figures["dateline/unseen hosts/recall"],
        )
    ]


def metadata_rows(figures: Mapping[str, float]) -> list[AccuracyRow]:
    """Return the rows of headline, day and authors on hosts that were kept apart."""
    columns = {"title": "title", "day": "published_at", "authors": "authors"}
    sets = {"fundus, unseen hosts": "Fundus", "trafilatura, unseen hosts": "trafilatura's own set"}
    return [
        AccuracyRow(
            part="",
            mart="articles",
            column=column,
            grade="",
            kind="",
            test_set=f"{name}, hosts kept apart",
            tuned_on="partly",
            n=int(figures[f"dateline/{key}/{score}/n"]),
            precision=figures[f"dateline/{key}/{score}"],
        )
        for key, name in sets.items()
        for score, column in columns.items()
        if f"dateline/{key}/{score}" in figures
    ]


def copy_rows(figures: Mapping[str, float]) -> list[AccuracyRow]:
    """Return the rows of ``mart.copies``: pairs of one group, and made sets not tuned on."""
    sets = {"": ("stories and their copies", "yes", figures["n.pairs"], "groups")}
    sets |= {
        name: (f"made set: {name}", "partly", figures[f"fresh.{name}.n"], f"fresh.{name}")
        for name in dict.fromkeys(key.split(".")[1] for key in figures if key.startswith("fresh."))
    }
    return [
        AccuracyRow(
            part="",
            mart="copies",
            column="duplicate_group_id",
            grade="",
            kind="",
            test_set=test_set,
            tuned_on=tuned_on,
            n=int(n),
            precision=figures[f"{key}.precision"],
            recall=figures[f"{key}.recall"],
        )
        for test_set, tuned_on, n, key in sets.values()
    ]


def main() -> None:
    """Write the mart again from the rows."""
    MART.write_text(mart_of(read_rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
