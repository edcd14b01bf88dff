"""``dateline backfill`` loads the past: archives of others, CC-NEWS, a site's own sitemaps."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_progress
from pipeline.cli.run import print_report

if TYPE_CHECKING:
    from pipeline.stages.backfill import Filters
    from pipeline.stages.local_backfill import Options, PlanFiles
    from pipeline.stages.local_run import RunReport

_HELP = (
    "Load the past: WARC and ARC files of anybody, CC-NEWS, a site's own sitemaps.\n\n"
    "A backfill that was killed or stopped is continued by the same command.\n\n"
    "Example: dateline backfill cc-news 2024-05 --outlets bbc,theguardian.com"
)
_WARC_HELP = (
    "Load WARC and ARC files: paths, folders of them, s3:// and https:// addresses.\n\n"
    "Each page belongs to the outlet of its host: one of your sources, else one of the registry, "
    "else one made from the host, which is never polled. Every capture of a page is a version in "
    "the order of the captures, however the files are ordered.\n\n"
    "Example: dateline backfill warc crawl/ --outlet bbc.co.uk --since 2024-05-01"
)
_CC_NEWS_HELP = (
    "Load a month of CC-NEWS, Common Crawl's archive of news sites.\n\n"
    "The files (about 1 GB each, some 400 a month) are downloaded one by one, filtered, and "
    "deleted; what is kept is copied into your archive first. Give outlets and days, or the whole "
    "month is loaded.\n\n"
    "Example: dateline backfill cc-news 2024-05 --outlets bbc,spiegel.de --since 2024-05-10 "
    "--until 2024-05-12"
)
_SITE_HELP = (
    "Load what one of your sources published on some days, from its own site.\n\n"
    "Goes through its sitemaps (those of robots.txt too) and its section pages, at the pace that "
    "the site allows. Pages whose day neither a sitemap nor their address tells are asked for as "
    "well, and kept if they state one of the days.\n\n"
    "Example: dateline backfill site example-herald --since 2024-05-01 --until 2024-05-31"
)

_NEXT = (
    "How far each file was read: "
    '{own} sql "select file_name, status, page_count from ops.backfill_files"'
)

_Outlets = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet",
        "--outlets",
        metavar="KEY,…",
        help="Only these outlets: keys of sources or of the registry, or hosts.",
    ),
]
_Languages = Annotated[
    list[str] | None,
    typer.Option("--language", "--languages", metavar="CODE,…", help="Only pages in: en, de, …"),
]
_Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Only captures of this day (UTC) or later."),
]
_Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Only captures of this day (UTC) or earlier."),
]
_Jobs = Annotated[
    int | None, typer.Option(min=1, help="Number of processes; by default one per core.")
]
_Annotate = Annotated[
    bool, typer.Option("--annotate/--no-annotate", help="Look for names and quotes.")
]
_Again = Annotated[bool, typer.Option(help="Read files again that were read before.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the log.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("warc", help=_WARC_HELP)(backfill_warc)
    group.command("cc-news", help=_CC_NEWS_HELP)(backfill_cc_news)
    group.command("site", help=_SITE_HELP)(backfill_site)
    app.add_typer(group, name="backfill", help=_HELP, rich_help_panel=EVERY_DAY)


def backfill_warc(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, folders, https:// files, s3:// (folders end in a slash).",
        ),
    ],
    outlet: _Outlets = None,
    language: _Languages = None,
    since: _Since = None,
    until: _Until = None,
    again: _Again = False,
    annotate: _Annotate = True,
    jobs: _Jobs = None,
    as_json: _Json = False,
    verbose: _Verbose = False,
) -> None:
    """Load archives."""
    from pipeline.stages.backfill import plan_archives

    filters = _filters(outlet, language, since, until)
    options = _options(jobs, verbose=verbose, annotate=annotate)
    _run(
        lambda run_id: plan_archives(run_id, paths, filters, again=again),
        filters,
        options,
        as_json=as_json,
    )


def backfill_cc_news(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="The month, such as 2024-05.")],
    outlet: _Outlets = None,
    language: _Languages = None,
    since: _Since = None,
    until: _Until = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where crawl-data/ lies; by default https://data.commoncrawl.org/.",
        ),
    ] = None,
    keep: Annotated[bool, typer.Option(help="Keep the downloaded files.")] = False,
    again: _Again = False,
    annotate: _Annotate = True,
    jobs: _Jobs = None,
    as_json: _Json = False,
    verbose: _Verbose = False,
) -> None:
    """Load a month of CC-NEWS."""
    from pipeline.backfill.cc_news import BASE
    from pipeline.stages.backfill import plan_cc_news

    filters = _filters(outlet, language, since, until)
    options = _options(jobs, verbose=verbose, annotate=annotate, keep=keep)
    _run(
        lambda run_id: plan_cc_news(run_id, month, filters, base=base or BASE, again=again),
        filters,
        options,
        as_json=as_json,
    )


def backfill_site(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of one of your sources.")],
    since: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day of publication.")
    ],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of publication.")],
    max_pages: Annotated[
        int, typer.Option(min=1, help="Most pages to ask for; the same command goes on.")
    ] = 5000,
    again: Annotated[
        bool, typer.Option(help="Read sitemaps again that an earlier call has finished.")
    ] = False,
    annotate: _Annotate = True,
    jobs: _Jobs = None,
    as_json: _Json = False,
    verbose: _Verbose = False,
) -> None:
    """Load the past of one site."""
    from pipeline.stages import local_backfill

    options = _options(jobs, verbose=verbose, annotate=annotate)
    report = local_backfill.backfill_site(
        key,
        (since.date(), until.date()),
        print_progress,
        options,
        most_pages=max_pages,
        again=again,
    )
    _print_report(report, as_json=as_json)


def _filters(
    outlets: list[str] | None,
    languages: list[str] | None,
    since: datetime | None,
    until: datetime | None,
) -> "Filters":
    from pipeline.stages.backfill import Filters

    return Filters(
        _listed(outlets),
        _listed(languages),
        since.date().isoformat() if since else None,
        until.date().isoformat() if until else None,
    )


def _listed(values: list[str] | None) -> tuple[str, ...]:
    """Return the values of an option that is given several times or with commas."""
    return tuple(
        part.strip() for value in values or () for part in value.split(",") if part.strip()
    )


def _options(jobs: int | None, *, verbose: bool, annotate: bool, keep: bool = False) -> "Options":
    from pipeline.settings import settings
    from pipeline.stages.local_backfill import Options
    from pipeline.telemetry import configure_logging

    log_level = settings().log_level if verbose else "ERROR"
    configure_logging(log_level, settings().log_format)
    return Options(jobs, annotate, keep, log_level)


def _run(plan: "PlanFiles", filters: "Filters", options: "Options", *, as_json: bool) -> None:
    from pipeline.stages.local_backfill import backfill_archives

    _print_report(backfill_archives(plan, filters, print_progress, options), as_json=as_json)


def _print_report(report: "RunReport", *, as_json: bool) -> None:
    pages, records = report.counts.get("pages", 0), report.counts.get("records", 0)
    print_report(report, f"{pages:,} pages of {records:,} records", _NEXT, as_json=as_json)
    sys.exit(1 if report.problems or report.outcomes.get("quarantined") else 0)
