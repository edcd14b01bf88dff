"""``dateline sql``: a query's rows as a table, JSON Lines or CSV; reads only."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import Format, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    import psycopg

_HELP = (
    "Ask the store in SQL and print the rows: a table, or --json, or --csv.\n\n"
    "QUERY is SQL, the name of a file with SQL, or - for standard input. Start with the views "
    "of schema mart; mart.column_catalogue explains every column. The transaction is read-only.\n\n"
    'Example: dateline sql "select speaker_name, quote_text, title from mart.who_said_what limit 3"'
)

_STAY_READ_ONLY = "select pg_catalog.set_config('default_transaction_read_only', 'on', false)"
"""Postgres takes "set transaction read write" before a transaction's first query, so this is that
query; and what follows a "commit;" in the text runs in a transaction that begins read-only too. The
rollback at the end takes the setting back: behind PgBouncer the session is somebody else's next."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def sql(
        query: Annotated[str, typer.Argument(metavar="QUERY|FILE", show_default=False)],
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
        as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header line.")] = False,
    ) -> None:
        from pipeline.warehouse.store import connect, ensure_store

        if as_json and as_csv:
            raise UsageError("--json and --csv exclude each other: give one of them.")
        text = _read(query)
        with closing(connect(ensure_store())) as conn:
            conn.read_only = True
            _print_results(conn, text, "json" if as_json else "csv" if as_csv else "table")


def _read(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    try:
        path = Path(query)
        if path.is_file():
            return path.read_text()
    except (OSError, ValueError):  # a query of 5 kB or with NUL is no file name
        return query
    except UnicodeDecodeError as error:
        raise UsageError(f"{query} is no text in UTF-8: {error.reason}") from error
    if query.endswith(".sql") and " " not in query.strip():
        raise UsageError(f"there is no file {query}.")
    return query


def _print_results(conn: "psycopg.Connection", text: str, style: Format) -> None:
    import psycopg

    try:
        with conn.transaction(force_rollback=True):
            conn.execute(_STAY_READ_ONLY)
            cursor = conn.execute(text.encode())
            while True:
                if cursor.description:
                    names = [column.name for column in cursor.description]
                    print_table(cursor.fetchall(), names, style)
                if not cursor.nextset():
                    break
    except psycopg.Error as error:
        raise UsageError(complaint(error, text)) from error


def complaint(error: "psycopg.Error", text: str) -> str:
    """Return what Postgres says of a query in one line, with the place and the hint it gives."""
    said = error.diag.message_primary or " ".join(str(error).split())
    place = ""
    if error.diag.statement_position:
        before = text[: int(error.diag.statement_position) - 1]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        shown = text.splitlines()[line - 1].strip() if text.splitlines()[line - 1 :] else ""
        place = f" (line {line}, column {column}: {shown[:120]})"
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"{said}{place}.{hint}"
