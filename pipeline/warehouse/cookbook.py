"""The queries of ``sql/cookbook``, which answer one question each and run by name.

A file ``NN_name.sql`` begins with comment lines that say the question, what a row of the result is,
and for each parameter its default and meaning::

    -- question: How often is a name in the news?
    -- row: one row per day and entity, newest first
    -- set: name = torvesk -- part of the name, in upper or lower case

The query uses a parameter as ``:'name'``, so that the file runs in psql too
(``psql -v name=torvesk -f 09_….sql``).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from pipeline.errors import UsageError
from pipeline.warehouse.sql_files import SqlFile, read_sql, sql_folder

_HEADER = re.compile(r"^-- (question|row|set): (.*)$")
_PARAMETER = re.compile(r"(?P<name>\w+) = (?P<default>.*?) -- (?P<meaning>.+)")
_PLACEHOLDER = re.compile(r":'\w+'")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of a query that the reader may set."""

    name: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CookbookQuery:
    """One query: its name (without number and ending), its question, and its SQL."""

    name: str
    question: str
    row: str
    """What a row of the result is."""
    parameters: tuple[Parameter, ...]
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the file, which tells whether a recorded answer is of this query."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def with_values(self, values: Mapping[str, str]) -> str:
        """Return the SQL with these values, and the defaults for all others, as literals.

        Raises:
            UsageError: the query has no such parameter.
        """
        known = {each.name: each.default for each in self.parameters}
        if unknown := sorted(set(values) - set(known)):
            raise UsageError(
                f"{self.name} has no parameter {', '.join(unknown)}; it has: "
                f"{', '.join(known) or 'none'}."
            )
        literals = {
            f":'{name}'": sql.Literal(value).as_string()
            for name, value in (known | dict(values)).items()
        }
        # One pass, so that a value which contains :'name' is not filled in itself.
        return _PLACEHOLDER.sub(lambda found: literals.get(found[0], found[0]), self.text)


def cookbook() -> dict[str, CookbookQuery]:
    """Return the queries by name, in the order of their numbers."""
    found = (_query(file) for file in read_sql(sql_folder() / "cookbook"))
    return {query.name: query for query in found}


def _query(file: SqlFile) -> CookbookQuery:
    heads: dict[str, list[str]] = {"question": [], "row": [], "set": []}
    for line in file.text.splitlines():
        header = _HEADER.match(line)
        if not header:
            break
        heads[header[1]].append(header[2])
    parameters = [_PARAMETER.fullmatch(line) for line in heads["set"]]
    return CookbookQuery(
        name=file.name.partition("_")[2],
        question=" ".join(heads["question"]),
        row=" ".join(heads["row"]),
        parameters=tuple(
            Parameter(each["name"], each["default"], each["meaning"]) for each in parameters if each
        ),
        text=file.text,
    )
