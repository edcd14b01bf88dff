"""``dateline sql``: run a query and print its rows as a table, JSON Lines or CSV.

Queries of ``sql/cookbook`` run by their name. ``pipeline/warehouse/read_only.py`` says why a query
can read and do nothing else.
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
    "Ask the store in SQL and print the rows: a table, or --json, or --csv.\n\n"
    "QUERY is SQL, the name of a query that comes with Dateline (--list shows them), the name of a "
    "file with SQL, or - for standard input. Start with the views of schema mart; "
    "mart.column_catalogue explains every column. Queries only read: they run under a login of "
    "their own without any other right, in a transaction that is rolled back.\n\n"
    'Example: dateline sql "select speaker_name, quote_text, title from mart.who_said_what '
    'limit 3"\n\n'
    "Example: dateline sql --list\n\n"
    'Example: dateline sql who_said_what_about --set "about=harbour or bridge" --csv'
)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def sql(
        query: Annotated[
            str | None, typer.Argument(metavar="QUERY|NAME|FILE", show_default=False)
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
                metavar="SECONDS",
                help="Cancel a query after so long, 0 for never; default: $DATELINE_SQL_TIMEOUT, "
                "else 60.",
                show_default=False,
            ),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
        as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header line.")] = False,
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
        text = _read(query, values or [])
        _print_results(text, settings().sql_timeout if timeout is None else timeout, style)


def _print_cookbook(style: Format) -> None:
    """Print the named queries: for people name, question and parameters, else all that is known."""
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


def _read(query: str, values: list[str]) -> str:
    """Return the SQL that the argument stands for: standard input, a file, a named query, itself.

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
        return sys.stdin.read()
    try:
        path = Path(query)
        if path.is_file():
            return path.read_text()
    except UnicodeDecodeError as error:
        raise UsageError(f"{query} is not text in UTF-8: {error.reason}") from error
    except (OSError, ValueError):  # a query of 5 kB or with NUL is not a file name
        return query
    if query.endswith(".sql") and " " not in query.strip():
        raise UsageError(f"there is no file {query}.")
    if query.isidentifier():
        raise UsageError(f"there is no query named {query}: dateline sql --list shows the names.")
    return query


def _assignments(values: list[str]) -> dict[str, str]:
    found = {}
    for value in values:
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

    found = statements(text)
    if not found:
        raise UsageError("the text holds no statement.")
    refuse_other_statements(found)
    with reader() as session, read_only_transaction(session.conn):
        if session.warning:
            typer.secho(f"dateline: {session.warning}", err=True, fg="yellow")
        for statement in found:
            try:
                cursor = run_statement(session.conn, statement, timeout)
            except psycopg.errors.QueryCanceled as error:
                raise UsageError(
                    f"the query took longer than {timeout:g} s: narrow it down, or give it more "
                    "time with --timeout."
                ) from error
            except psycopg.Error as error:
                raise UsageError(complaint(error, text, statement)) from error
            names = [column.name for column in cursor.description or ()]
            print_table(cursor.fetchall(), names, style)


def complaint(error: "psycopg.Error", text: str, statement: "Statement") -> str:
    """Return what Postgres says of a statement in one line, with the place and the hint it gives.

    Args:
        error: what Postgres said.
        text: the whole text; line and column are counted in it.
        statement: the statement of it that failed.
    """
    said = error.diag.message_primary or " ".join(str(error).split())
    place = ""
    if error.diag.statement_position:
        before = text[: statement.start + int(error.diag.statement_position) - 1]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        shown = text.splitlines()[line - 1].strip() if text.splitlines()[line - 1 :] else ""
        place = f" (line {line}, column {column}: {shown[:120]})"
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"{said}{place}.{hint}"
