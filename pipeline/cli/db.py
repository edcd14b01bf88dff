"""``dateline db``: start, stop and inspect the embedded Postgres server, and migrate the schema."""

import sys
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_note, print_table
from pipeline.errors import StoreUnavailable

if TYPE_CHECKING:
    from psycopg import Connection

_HELP = (
    "Start, stop and inspect the Postgres server that comes with Dateline.\n\n"
    "The first command that needs the server starts it; it runs until `dateline db stop`. If "
    "$DATELINE_DSN is set, Dateline uses that server instead and only migrates it.\n\n"
    "Example: dateline db status"
)
_START_HELP = (
    "Start the server, bring its schema up to date, and print its address.\n\n"
    "It listens on a socket that only your account may use. For tools that need TCP, --tcp makes "
    "it listen on 127.0.0.1 too, from now on, where it asks for a password: `dateline db login` "
    "creates one.\n\n"
    'Example: psql "$(dateline db start)"'
)
_LOGIN_HELP = (
    "Create a login for a person or a tool, and print its address with its password.\n\n"
    "Roles: analyst reads the marts, with a time limit of 60 s for each query; ui reads the same "
    "for pages of your own; loader runs every stage. A login that exists gets another "
    "password.\n\n"
    "Example: dateline db login metabase --role analyst"
)
_STOP_HELP = "Stop the server; the stored rows are kept.\n\nExample: dateline db stop"
_STATUS_HELP = (
    "Show where the data is, whether the server answers, and whether the schema is up to date.\n\n"
    "The exit code is 1 if the server does not answer or the schema is out of date.\n\n"
    "Example: dateline db status --json"
)
_MIGRATE_HELP = (
    "Bring the schema up to date and print the files that were applied.\n\n"
    "Example: dateline db migrate"
)
_RECOUNT_HELP = (
    "Compute the counts behind the daily and weekly marts again, from everything stored.\n\n"
    "A publish counts only what changed, and an upgrade counts again by itself where the rules "
    "changed: this is for rows that somebody changed with triggers switched off. Readers see the "
    "old counts until it is done.\n\n"
    "Example: dateline db recount"
)
_VERIFY_HELP = (
    "Verify what is stored: nothing lost, nothing doubled, nothing left lying.\n\n"
    "Runs the invariants of sql/invariants and the checks of sql/checks over everything, and "
    "prints a row per finding. For a store at rest: while a run is going on, it finds the work "
    "that is under way. The exit code is 1 if an invariant, or a check of severity error, has a "
    "finding. `dateline archive verify` does the same for the archive.\n\n"
    "Example: dateline db verify"
)


class _Role(StrEnum):
    ANALYST = "analyst"
    UI = "ui"
    LOADER = "loader"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("start", help=_START_HELP)(start)
    group.command("login", help=_LOGIN_HELP)(login)
    group.command("stop", help=_STOP_HELP)(stop)
    group.command("status", help=_STATUS_HELP)(status)
    group.command("migrate", help=_MIGRATE_HELP)(migrate)
    group.command("recount", help=_RECOUNT_HELP)(recount)
    group.command("verify", help=_VERIFY_HELP)(verify)
    app.add_typer(group, name="db", help=_HELP, rich_help_panel=STORE)


def _configure_logging() -> None:
    from pipeline.settings import settings
    from pipeline.telemetry import configure_logging

    configure_logging(settings().log_level, settings().log_format)


def start(
    tcp: Annotated[
        bool | None,
        typer.Option("--tcp/--no-tcp", help="Listen on 127.0.0.1 too, from now on, or no longer."),
    ] = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port for --tcp.")] = 5432,
) -> None:
    """Start the server and print its DSN on stdout."""
    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.store import ensure_store

    _configure_logging()
    if tcp is not None and not settings().dsn:
        embedded_server().listen(port if tcp else None)
        if tcp:
            print_note(
                f"listening on 127.0.0.1:{port}: dateline db login NAME prints an address with a "
                "password."
            )
    dsn = ensure_store()
    if settings().dsn:
        print_note(
            "DATELINE_DSN names a server of your own: it answers, and its schema is up to date."
        )
    typer.echo(dsn)


def login(
    name: Annotated[str, typer.Argument(help="Name of the login.")],
    role: Annotated[_Role, typer.Option(help="What it may do.")] = _Role.ANALYST,
) -> None:
    """Print the DSN of a login on stdout."""
    from psycopg import conninfo

    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.roles import create_login
    from pipeline.warehouse.store import connect, ensure_store

    _configure_logging()
    where = ensure_store()
    with closing(connect(where)) as conn:
        password = create_login(conn, name, role.value)
    parts = conninfo.conninfo_to_dict(where)
    if not settings().dsn:
        port = embedded_server().tcp_port()
        if port is None:
            print_note(
                "the server is reached by its socket only: dateline db start --tcp opens TCP."
            )
        else:
            parts |= {"host": "127.0.0.1", "port": str(port)}
    typer.echo(_uri({**parts, "user": name, "password": password}))


def _uri(parts: dict[str, Any]) -> str:
    """Return libpq parameters as one address, which most tools take."""
    left = {key: quote(str(value), safe="/") for key, value in parts.items()}
    who = f"{left.pop('user')}:{left.pop('password')}"
    database = left.pop("dbname", "")
    authority = ""
    if not left.get("host", "").startswith("/"):
        authority = f"{left.pop('host', 'localhost')}:{left.pop('port', '5432')}"
    query = "&".join(f"{key}={value}" for key, value in left.items())
    return f"postgresql://{who}@{authority}/{database}{f'?{query}' if query else ''}"


def stop(
    remove: Annotated[
        bool, typer.Option(help="Delete the database too, with everything stored in it.")
    ] = False,
) -> None:
    """Stop the embedded server."""
    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server

    _configure_logging()
    if settings().dsn:
        print_note("DATELINE_DSN names a server of your own: nothing to stop.")
        return
    server = embedded_server()
    was_running = server.stop()
    if remove:
        server.remove()
    done = "stopped" if was_running else "was not running"
    print_note(f"server {done}{f'; {server.data} removed' if remove else ''}.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the state of the server and of the schema."""
    _configure_logging()
    facts = _facts()
    if as_json:
        print_table([list(facts.values())], list(facts), "json")
    else:
        rows = [(key.replace("_", " "), _shown(value)) for key, value in facts.items()]
        print_table(rows, ["what", "is"])
    sys.exit(0 if facts["is_running"] and facts["is_up_to_date"] else 1)


def migrate() -> None:
    """Apply the migrations and marts that are missing."""
    from pipeline.settings import settings
    from pipeline.warehouse.schema import migrate as bring_up_to_date
    from pipeline.warehouse.store import connect, embedded_store

    _configure_logging()
    with closing(connect(settings().dsn or embedded_store())) as conn:
        applied = bring_up_to_date(conn)
    for name in applied:
        typer.echo(name)
    print_note(f"{len(applied)} files applied." if applied else "the schema is up to date.")


def recount() -> None:
    """Count everything that the daily and weekly marts show again."""
    from pipeline.warehouse.mart_counts import count_all
    from pipeline.warehouse.store import connect, ensure_store

    _configure_logging()
    with closing(connect(ensure_store())) as conn:
        counted = count_all(conn)
    print_note(f"counted: {counted.articles} articles on {counted.days} days.")


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
) -> None:
    """Print what the invariants and checks find in the whole store."""
    from pipeline.warehouse import verification
    from pipeline.warehouse.store import connect, current_store

    _configure_logging()
    with closing(connect(current_store())) as conn:
        results = verification.verify(conn)
    broken = [each for each in results if not each.passed]
    rows = [
        (each.check_name, each.severity, finding.source_key, finding.page_url, finding.text)
        for each in broken
        for finding in each.findings
    ]
    columns = ["check", "severity", "source_key", "page_url", "finding"]
    if rows or as_json:
        print_table(rows, columns, "json" if as_json else "table")
    print_note(f"{len(results) - len(broken)} of {len(results)} invariants and checks hold.")
    sys.exit(1 if any(each.severity == "error" for each in broken) else 0)


def _facts() -> dict[str, Any]:
    """Return what ``status`` shows, under the keys of its JSON object."""
    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.store import address, connect

    facts: dict[str, Any] = {"server": "yours, by DATELINE_DSN", "address": None}
    facts |= {"data": None, "is_running": False, "is_up_to_date": False}
    if not settings().dsn:
        server = embedded_server()
        facts |= {"server": "embedded", "data": str(server.data)}
        if not server.is_ready():
            return facts
    try:
        with closing(connect()) as conn:
            return facts | {"address": address(conn), "is_running": True} | _schema_facts(conn)
    except StoreUnavailable as error:
        print_note(str(error))
        return facts


def _schema_facts(conn: "Connection") -> dict[str, Any]:
    from pipeline.annotate.model_version import model_versions
    from pipeline.settings import settings
    from pipeline.warehouse.schema import is_current
    from pipeline.warehouse.version_counts import older_versions, waiting_versions

    facts: dict[str, Any] = {"is_up_to_date": is_current(conn)}
    facts["version"] = conn.info.parameter_status("server_version")
    size = conn.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
    facts["size"] = size[0] if size else None
    if facts["is_up_to_date"]:
        row = conn.execute("select count(*) from news.articles").fetchone()
        facts["articles"] = row[0] if row else 0
        model = model_versions(settings().nlp_pipelines)
        facts["waiting_for_dedupe"], facts["waiting_for_annotation"] = waiting_versions(conn)
        facts["read_by_older_version"], facts["annotated_by_older_version"] = older_versions(
            conn, model
        )
    return facts


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
