"""``dateline run`` takes targets or sources through all stages without Airflow."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import own_command, print_note, print_progress, print_table

if TYPE_CHECKING:
    from pipeline.stages.local_run import RunReport

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
        quotes, mentions = report.counts.get("quotes", 0), report.counts.get("mentions", 0)
        if report.outcomes.keys() & {"loaded", "unchanged"}:
            hint = _NEXT
        else:
            hint = _WHY if report.outcomes else _NO_LINK
        did = f"{quotes} quotes, {mentions} mentions of names"
        print_report(report, did, hint, as_json=as_json)
        sys.exit(0 if report.all_went_well else 1)


def print_report(report: "RunReport", did: str, hint: str, *, as_json: bool) -> None:
    """Print what a run ended in, its outcomes as a table or all of it as one JSON object.

    Args:
        report: the run.
        did: what it did, in a few words: "12 quotes, 80 mentions of names".
        hint: what to do next; {own} stands for this command, {run} for the number of the run.
        as_json: whether to print JSON.
    """
    for problem in report.problems:
        typer.secho(f"dateline: {problem}", err=True, fg="yellow")
    if as_json:
        record = {"run_id": report.run_id, "outcomes": report.outcomes, **report.counts}
        typer.echo(json.dumps(record | {"seconds": round(report.seconds, 1)}))
        return
    print_table(list(report.outcomes.items()), ["outcome", "links"])
    next_step = hint.format(own=own_command(), run=report.run_id)
    print_note(f"run {report.run_id}: {did}, {report.seconds:.0f} s. {next_step}")
