"""``dateline run`` takes targets or sources through all stages without Airflow."""

import json
import sys
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import own_command, print_progress, print_table

_HELP = (
    "Load feeds, sitemaps, pages, lists of URLs, folders and files into Postgres.\n\n"
    "Runs the same stages as Airflow does, for a laptop or a script. Without TARGET, reads the "
    "sources of the folder sources/, all their documents and links; with --due those that are due. "
    "Every link ends in a named outcome: see `dateline fate URL`.\n\n"
    "Example: dateline run https://news.example/feed.xml pages/ article.txt urls.txt crawl.warc.gz"
)

_NEXT = 'Ask with: {own} sql "select speaker_name, quote_text from mart.who_said_what"'
_WHY = 'Why: {own} sql "select url, outcome, reason from mart.url_fate where run_id = {run}"'
_NO_LINK = "No link was new or due. When documents are due: {own} source list"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def run(
        targets: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="[TARGET]...",
                help="A feed, sitemap, page or list of URLs; a folder, file or WARC.",
            ),
        ] = None,
        jobs: Annotated[
            int | None, typer.Option(min=1, help="Number of processes; by default one per core.")
        ] = None,
        allow_private_addresses: Annotated[
            bool, typer.Option(help="Fetch loopback and private hosts too (demo, intranet).")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
        due: Annotated[
            bool,
            typer.Option(
                "--due", help="Of the sources, ask only for what is due, as Airflow does."
            ),
        ] = False,
        verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")] = False,
    ) -> None:
        from pipeline.errors import UsageError
        from pipeline.settings import settings
        from pipeline.stages.local_run import run_sources, run_targets
        from pipeline.telemetry import configure_logging

        if due and targets:
            raise UsageError("--due is for the sources of the folder: leave the targets out.")
        log_level = settings().log_level if verbose else "ERROR"
        configure_logging(log_level, settings().log_format)

        report = (
            run_targets(
                targets,
                print_progress,
                jobs=jobs,
                allow_private=allow_private_addresses,
                log_level=log_level,
            )
            if targets
            else run_sources(print_progress, everything=not due, jobs=jobs, log_level=log_level)
        )
        for problem in report.problems:
            typer.secho(f"dateline: {problem}", err=True, fg="yellow")
        if as_json:
            record = {"run_id": report.run_id, "outcomes": report.outcomes, **report.counts}
            typer.echo(json.dumps(record | {"seconds": round(report.seconds, 1)}))
        else:
            print_table(list(report.outcomes.items()), ["outcome", "links"])
            quotes, mentions = report.counts.get("quotes", 0), report.counts.get("mentions", 0)
            if report.outcomes.keys() & {"loaded", "unchanged"}:
                hint = _NEXT
            else:
                hint = _WHY if report.outcomes else _NO_LINK
            typer.secho(
                f"run {report.run_id}: {quotes} quotes, {mentions} mentions of names, "
                f"{report.seconds:.0f} s. " + hint.format(own=own_command(), run=report.run_id),
                err=True,
            )
        sys.exit(0 if report.all_went_well else 1)
