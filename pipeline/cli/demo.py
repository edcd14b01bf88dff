"""``dateline demo`` runs all stages on the bundled news site, in a real Airflow.

The file ``demo.json`` in the home folder keeps the ports of the site and the edition to serve next,
so that a second demo finds the same URLs and one edited article.
"""

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import START
from pipeline.cli.output import own_command, print_table
from pipeline.cli.up import (
    ended_by_sigterm,
    print_login,
    run_until_interrupted,
    start_airflow,
    stop_airflow,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from pipeline.demo import DemoSite
    from pipeline.local_airflow.airflow import Airflow
    from pipeline.local_airflow.progress import Progress

_HELP = (
    "Run everything on a bundled news site: Postgres, Airflow, and the tables that come out.\n\n"
    "Three invented outlets are served on loopback, Airflow reads them and fills Postgres; no "
    "network, no account. On a terminal it stays up until Ctrl-C, so that you can look around in "
    "Airflow's UI. A second run stores nothing twice and shows the one article that was edited.\n\n"
    "Example: dateline demo --no-stay"
)

_TABLES = {
    "Outlets": """
        select source_key as outlet, count(*) as articles,
               count(*) filter (where not is_original) as copies, sum(word_count) as words
        from mart.articles group by source_key order by source_key""",
    "Who said what (9 of {quotes} quotes)": """
        select speaker_name as speaker, quote_text as quote, source_key as outlet
        from (
            select speaker_name, quote_text, source_key, row_number() over (
                partition by source_key order by length(quote_text) desc, speaker_name) as place
            from mart.who_said_what
            where quote_kind = 'direct' and speaker_name is not null and is_original
                  and length(quote_text) between 40 and 90
        ) as longest
        where place <= 3 order by source_key, place""",
    "Copies found": """
        select source_key as outlet, title, original_source_key as copied_from,
               original_title, round(containment::numeric, 2) as contained
        from mart.copies order by original_title, source_key""",
    "Edited after publication, without a word": """
        select source_key as outlet, title_after as title, words_before, words_after, seen_at
        from mart.silent_edits order by seen_at""",
    "Where every link of this run ended": """
        select coalesce(outcome, 'undecided') as outcome, count(*) as links
        from mart.url_fate where run_id = {run} group by 1 order by 2 desc, 1""",
}
_UNDECIDED = "select count(*) from mart.url_fate where outcome is null and run_id = {run}"
_NEXT = """
Ask your own questions:
  {own} sql "select speaker_name, quote_text from mart.who_said_what where quote_text ~ 'water'"
  {own} sql "select * from mart.run_quality"
"""


@dataclass(frozen=True, slots=True)
class NextDemo:
    """The edition to serve in the next demo, and the ports, which are part of the URLs."""

    edition: int = 1
    ports: tuple[int, int, int] | None = None
    """The ports of the last demo; None before the first one."""

    @classmethod
    def read(cls, path: Path) -> "NextDemo":
        """Read the file of ``write``; return the first demo if it is missing or unreadable."""
        try:
            known = json.loads(path.read_text())
            return cls(int(known["edition"]), (*map(int, known["ports"]),))  # type: ignore[arg-type]
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        """Write the fields as JSON."""
        path.write_text(json.dumps(asdict(self)))


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=START, help=_HELP)
    def demo(
        stay: Annotated[
            bool | None,
            typer.Option(
                "--stay/--no-stay",
                help="Stay up until Ctrl-C, the default on a terminal; --no-stay ends after the "
                "tables are printed.",
            ),
        ] = None,
    ) -> None:
        from pipeline.local_airflow.airflow import require_airflow
        from pipeline.local_airflow.progress import Progress
        from pipeline.settings import settings
        from pipeline.telemetry import configure_logging

        require_airflow()
        configure_logging("WARNING", settings().log_format)
        stays = sys.stdout.isatty() and sys.stdin.isatty() if stay is None else stay
        with ExitStack() as stack:
            stack.enter_context(ended_by_sigterm())
            is_complete = _demo(stack, Progress(), stays=stays)
        sys.exit(0 if is_complete else 1)


def _demo(stack: ExitStack, progress: "Progress", *, stays: bool) -> bool:
    """Run the demo; return True if every link has an outcome and no kind of row is missing."""
    from pipeline.local_airflow.airflow import Airflow
    from pipeline.settings import settings
    from pipeline.warehouse.store import connect

    dsn = _start_store(stack, progress)
    _name_countries()
    file = settings().home_folder / "demo.json"
    site = _serve(stack, NextDemo.read(file), progress)
    _use_sources(site)
    airflow = Airflow(settings(), dsn)
    stack.callback(stop_airflow, airflow, progress)
    start_airflow(airflow, progress)
    _run_dags(airflow, progress)
    with connect(dsn) as connection:
        _print_results(connection)
        problems = _problems(connection)
    for problem in problems:
        progress.say(f"dateline: {problem}")
    if not problems:
        NextDemo(2, site.ports).write(file)
    typer.echo(_NEXT.format(own=own_command()), err=True)
    if stays:
        print_login(airflow)
        run_until_interrupted(airflow, progress)
    return not problems


def _start_store(stack: ExitStack, progress: "Progress") -> str:
    """Return the DSN of a migrated store; a server that the demo started stops when it ends."""
    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.store import ensure_store

    if settings().dsn is None and not embedded_server().is_ready():
        stack.callback(embedded_server().stop)
    with progress.step("starting Postgres", "Postgres is up, its schema up to date"):
        return ensure_store()


def _name_countries() -> None:
    """Record what the invented countries are, as an outlet does with its own list of names."""
    from pipeline import demo
    from pipeline.stages.entities import read_csv

    with Path(demo.__file__).with_name("names.csv").open(encoding="utf-8", newline="") as stream:
        read_csv(stream, "dateline demo")


def _serve(stack: ExitStack, demo: NextDemo, progress: "Progress") -> "DemoSite":
    """Serve the demo site until the stack is closed."""
    from pipeline.demo import PREFERRED_PORTS, DemoSite, free_ports

    wanted = demo.ports or PREFERRED_PORTS
    ports = free_ports(wanted)
    if demo.ports and ports != wanted:
        progress.say(
            f"ports {wanted} of the last demo are partly taken: serving at {ports}, so the same "
            "articles will appear as new ones"
        )
    with progress.step("serving the demo site", f"the demo site is up, edition {demo.edition}"):
        return stack.enter_context(DemoSite(demo.edition, ports))


def _use_sources(site: "DemoSite") -> None:
    """Write the outlets' source files and point the settings of this process to them."""
    from pipeline.settings import settings

    folder = settings().home_folder / "demo-sources"
    site.write_sources(folder)
    os.environ["DATELINE_SOURCES"] = str(folder)
    # A tick that falls into the demo would take its pages first. The site changes only between
    # demos, so one tick a leap year is enough.
    os.environ.setdefault("DATELINE_SCHEDULE", "0 0 29 2 *")
    settings.cache_clear()


def _run_dags(airflow: "Airflow", progress: "Progress") -> None:
    """Trigger *ingest*, and wait for it and for the runs that its assets start, one by one."""
    from pipeline.local_airflow.api import follow_run, trigger, wait_for_asset_runs

    api = airflow.api
    ingest = trigger(api, "ingest", {"everything": True})
    follow_run(api, "ingest", ingest, progress)
    for curate in wait_for_asset_runs(api, "ingest", ingest, "curate"):
        follow_run(api, "curate", curate, progress)
        for publish in wait_for_asset_runs(api, "curate", curate, "publish"):
            follow_run(api, "publish", publish, progress)


def _print_results(connection: "Connection") -> None:
    quotes = _count(connection, "select count(*) from mart.who_said_what")
    run = _last_run(connection)
    for title, query in _TABLES.items():
        cursor = connection.execute(query.format(run=run).encode())
        columns = [column.name for column in cursor.description or []]
        rows = cursor.fetchall()
        if rows:
            typer.secho(f"\n{title.format(quotes=quotes)}", bold=True)
            print_table(rows, columns)


def _problems(connection: "Connection") -> list[str]:
    """Return one line for each kind of row that is missing, and for undecided links."""
    counts = {
        "articles": "select count(*) from mart.articles",
        "quotes": "select count(*) from mart.who_said_what where speaker_name is not null",
        "copies": "select count(*) from mart.copies",
    }
    missing = [f"no {what}" for what, query in counts.items() if not _count(connection, query)]
    undecided = _count(connection, _UNDECIDED.format(run=_last_run(connection)))
    return missing + ([f"{undecided} links without an outcome"] if undecided else [])


def _last_run(connection: "Connection") -> int:
    return _count(connection, "select max(run_id) from ops.runs where dag_id = 'ingest'")


def _count(connection: "Connection", query: str) -> int:
    """Return the number that a query gives, 0 for null."""
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
