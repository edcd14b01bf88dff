"""``dateline sql``: run a query and print its rows as a table, JSON Lines or CSV.

The queries of ``sql/cookbook`` are run by name. ``pipeline/warehouse/read_only.py`` explains why a
query can only read.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import Format, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    import psycopg

    from pipeline.warehouse.read_only import Statement

_HELP = (
    "Run an SQL query and print its rows as a table, JSON Lines (--json) or CSV (--csv).\n\n"
    "QUERY is SQL, the name of a query that comes with Dateline (--list shows them), the name of a "
    "file with SQL, or - for standard input. Start with the views of schema mart; "
    "mart.column_catalogue explains every column. Queries can only read: they run under a login "
    "that has no other rights, in a transaction that is rolled back.\n\n"
    'Example: dateline sql "select speaker_name, quote_text, title from mart.who_said_what '
    'limit 3"\n\n'
    "Example: dateline sql --list\n\n"
    'Example: dateline sql who_said_what_about --set "about=harbour or bridge" --csv'
)

MAX_TIMEOUT = 86_400
"""Seconds: a day."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def sql(
        query: Annotated[
            str | None,
            typer.Argument(
                metavar="QUERY|NAME|FILE",
                help="SQL, the name of a query, a file, or - for standard input.",
                show_default=False,
            ),
        ] = None,
        values: Annotated[
            list[str] | None,
            typer.Option(
                "--set",
                metavar="NAME=VALUE",
                help="Set a parameter of a named query; may be repeated.",
                show_default=False,
            ),
        ] = None,
        list_queries: Annotated[
            bool, typer.Option("--list", help="List the named queries and their parameters.")
        ] = False,
        timeout: Annotated[
            float | None,
            typer.Option(
                min=0,
                max=MAX_TIMEOUT,
                metavar="SECONDS",
                help="Cancel a query after this time, 0 for no limit; by default "
                "$DATELINE_SQL_TIMEOUT or 60.",
                show_default=False,
            ),
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object per row.")
        ] = False,
        as_csv: Annotated[
            bool, typer.Option("--csv", help="Print CSV with a header line.")
        ] = False,
    ) -> None:
        from pipeline.settings import settings

        if as_json and as_csv:
            raise UsageError("--json and --csv exclude each other: give one of them.")
        style: Format = "json" if as_json else "csv" if as_csv else "table"
        if list_queries:
            _print_cookbook(style)
            return
        if query is None:
            raise UsageError("give a query, or --list for the named ones.")
        text = _query_text(query, values or [])
        _print_results(text, settings().sql_timeout if timeout is None else timeout, style)


def _print_cookbook(style: Format) -> None:
    """Print the named queries: a list for people, or rows with all their properties."""
    from pipeline.warehouse.cookbook import cookbook

    queries = list(cookbook().values())
    if style != "table":
        rows = [
            (
                each.name,
                each.question,
                each.row,
                "; ".join(f"{one.name}={one.default} ({one.meaning})" for one in each.parameters),
            )
            for each in queries
        ]
        print_table(rows, ["name", "question", "row", "parameters"], style)
        return
    width = max(len(each.name) for each in queries)
    for each in queries:
        typer.echo(f"{each.name:{width}}  {each.question}")
        for one in each.parameters:
            typer.echo(f"{'':{width}}  --set {one.name}={one.default}  {one.meaning}")


def _query_text(query: str, values: list[str]) -> str:
    """Return the SQL that the argument names: a named query, standard input, a file, or itself.

    Raises:
        UsageError: there is no such file or name, or a value is set that the query does not have.
    """
    from pipeline.warehouse.cookbook import cookbook

    named = cookbook().get(query)
    if named:
        return named.with_values(_assignments(values))
    if values:
        raise UsageError("--set needs a named query: dateline sql --list shows them.")
    if query == "-":
        return _utf8(_standard_input(), "standard input")
    try:
        path = Path(query)
        if path.is_file():
            return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{query} is not text in UTF-8: {error.reason}") from error
    except (OSError, ValueError):  # a query of 5 kB or with NUL is not a file name
        return _utf8(query, "the query")
    _utf8(query, "the query")
    if query.endswith(".sql") and " " not in query.strip():
        raise UsageError(f"there is no file {query}.")
    if query.isidentifier():
        raise UsageError(f"there is no query named {query}: dateline sql --list shows the names.")
    return query


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input is not text in UTF-8: {error.reason}.") from error


def _utf8(text: str, name: str) -> str:
    """Return the text; raise UsageError where bytes of it are not UTF-8.

    Python keeps such a byte of an argument as half of a surrogate pair, which no query can contain.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{name} is not text in UTF-8 (character {error.start + 1}): convert it first."
        ) from error
    return text


def _assignments(values: list[str]) -> dict[str, str]:
    found = {}
    for value in values:
        _utf8(value, "a value of --set")
        name, equals, given = value.partition("=")
        if not equals:
            raise UsageError(f"--set {value}: write it as NAME=VALUE.")
        found[name.strip()] = given.strip()
    return found


def _print_results(text: str, timeout: float, style: Format) -> None:
    import psycopg

    from pipeline.warehouse.read_only import (
        read_only_transaction,
        reader,
        refuse_other_statements,
        run_statement,
        statements,
    )

    if not 0 <= timeout <= MAX_TIMEOUT:  # nan passes the check of the option's range
        raise UsageError(
            f"a timeout of {timeout:g} s is refused: --timeout and $DATELINE_SQL_TIMEOUT take "
            f"0 to {MAX_TIMEOUT} s, 0 for no limit."
        )
    found = statements(text)
    if not found:
        raise UsageError("the text contains no statement.")
    refuse_other_statements(found)
    with reader() as session, read_only_transaction(session.conn):
        if session.warning:
            _say(session.warning)
        # Such as how far back a search looked.
        session.conn.add_notice_handler(lambda said: _say(said.message_primary))
        for statement in found:
            try:
                cursor = run_statement(session.conn, statement, timeout)
                rows = cursor.fetchall()
            except psycopg.errors.QueryCanceled as error:
                if "statement timeout" not in str(error):
                    raise UsageError(_error_line(error, text, statement)) from error
                raise UsageError(
                    f"the query took longer than {timeout:g} s: narrow it down, or give it more "
                    "time with --timeout."
                ) from error
            except psycopg.Error as error:
                raise UsageError(_error_line(error, text, statement)) from error
            names = [column.name for column in cursor.description or ()]
            print_table(rows, names, style)


def _say(line: str | None) -> None:
    if line:
        typer.secho(f"dateline: {line}", err=True, fg="yellow")


def _error_line(error: "psycopg.Error", text: str, statement: "Statement") -> str:
    """Return a Postgres error as one line, with the position and the hint that it gives.

    Args:
        error: the error of the statement.
        text: the whole text; line and column are counted in it.
        statement: the statement of the text that failed.
    """
    message = error.diag.message_primary or " ".join(str(error).split())
    place = ""
    if error.diag.statement_position:
        before = text[: statement.start + int(error.diag.statement_position) - 1]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        shown = text.splitlines()[line - 1].strip() if text.splitlines()[line - 1 :] else ""
        place = f" (line {line}, column {column}: {shown[:120]})"
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"{message}{place}.{hint}"
