"""Read the word tables (``*.tsv``) that lie beside the modules that use them.

A table begins with comment lines that explain its columns and name its source; every other line is
one row, with tabs between its columns. The rows of the annotator's tables are part of the model
version (``annotate/model_version.py``), the comments are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files


def read_rows(package: str, name: str, columns: int) -> Iterator[list[str]]:
    """Yield the rows of a table as lists of columns, in the order of the file.

    Args:
        package: the package that holds the file, as a rule the caller's ``__package__``.
        name: the file's name, such as "titles.tsv".
        columns: how many columns each row must have.

    Raises:
        ValueError: a row has another number of columns; says which one.
    """
    lines = (files(package) / name).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        row = line.split("\t")
        if len(row) != columns:
            raise ValueError(
                f"{name}, line {number}: {len(row)} columns between tabs, expected {columns}"
            )
        yield row
