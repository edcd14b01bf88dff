"""``dateline quarantine`` shows pages that break Dateline, and tries them again."""

import sys
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table
from pipeline.cli.retry import print_retried

_HELP = (
    "Show pages that broke a limit of time or memory, or Dateline itself, and try them again.\n\n"
    "A page that breaks a limit is tried by three runs, then it is quarantined and the run is "
    "red. It is tried again when the rules of its stage change, or when you say so.\n\n"
    "Example: dateline quarantine list"
)
_LIST_HELP = (
    "List the quarantined pages and those that wait for another attempt: stage, limit, attempts, "
    "archive place.\n\nExample: dateline quarantine list --source harbour"
)
_SHOW_HELP = (
    "Show all that is known of a page in the quarantine.\n\n"
    "Example: dateline quarantine show https://news.example/2026/11/storm"
)
_RETRY_HELP = (
    "Read pages of the quarantine again from the archive, under the same limits.\n\n"
    "The exit code is 1 if one of them fails again.\n\n"
    "Example: dateline quarantine retry https://news.example/2026/11/storm"
)
_RELEASE_HELP = (
    "Read a page again without limit of time, because you know that it is no attack: a very long "
    "report. The limit of memory stays.\n\n"
    "Example: dateline quarantine release https://news.example/2026/11/inquiry-in-full"
)
_COLUMNS = (
    "source_key url stage state broken_limit attempt_count reason last_failed_at archive_place"
).split()
_ALL_COLUMNS = (
    *_COLUMNS,
    *"first_failed_at quarantined_at rules_version run_id body_bytes final_url article_id".split(),
)
_LIST = f"""
select {", ".join(_COLUMNS)} from mart.quarantine
where %(source)s::text is null or source_key = %(source)s
order by last_failed_at desc, url
limit 500
"""  # noqa: S608  # no value is spliced in
_SHOW = f"""
select {", ".join(_ALL_COLUMNS)} from mart.quarantine
where fetch_id = any(%(fetches)s)
order by stage, last_failed_at
"""  # noqa: S608  # no value is spliced in
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_Url = Annotated[str, typer.Argument(metavar="URL", help="The page's URL in any spelling.")]
_Urls = Annotated[list[str], typer.Argument(metavar="URL...", help="URLs of pages.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_LIST_HELP)(list_pages)
    group.command("show", help=_SHOW_HELP)(show_page)
    group.command("retry", help=_RETRY_HELP)(retry_pages)
    group.command("release", help=_RELEASE_HELP)(release_page)
    app.add_typer(group, name="quarantine", help=_HELP, rich_help_panel=EVERY_DAY)


def list_pages(
    source: Annotated[str | None, typer.Option(help="Only pages of this source.")] = None,
    as_json: _Json = False,
) -> None:
    """List the pages in the quarantine."""
    from pipeline.warehouse.store import store

    with store() as connection:
        rows = connection.execute(_LIST, {"source": source}).fetchall()
    print_table(rows, _COLUMNS, "json" if as_json else "table")


def show_page(url: _Url, as_json: _Json = False) -> None:
    """Show one page, as rows of one field each on a terminal."""
    from pipeline.stages.quarantine import find
    from pipeline.warehouse.store import store

    found = find(url)
    with store() as connection:
        rows = connection.execute(_SHOW, {"fetches": [each.fetch_id for each in found]}).fetchall()
    if as_json:
        print_table(rows, _ALL_COLUMNS, "json")
        return
    for row in rows:
        print_table(list(zip(_ALL_COLUMNS, row, strict=True)), ("field", "value"))


def retry_pages(urls: _Urls, as_json: _Json = False) -> None:
    """Try pages again under the limits."""
    from pipeline.stages.quarantine import find, retry

    for url in urls:
        find(url)
    sys.exit(print_retried(retry(urls), as_json=as_json))


def release_page(url: _Url, as_json: _Json = False) -> None:
    """Try a page without limit of time."""
    from pipeline.stages.quarantine import find, retry

    find(url)
    sys.exit(print_retried(retry([url], without_limits=True), as_json=as_json))
