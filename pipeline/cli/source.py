"""``dateline source`` lists, checks and adds the outlets of the sources folder."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table

if TYPE_CHECKING:
    from pipeline.discover.discovery import DocumentCheck
    from pipeline.models import Source

_HELP = (
    "List, check and add the outlets of the folder sources/ ($DATELINE_SOURCES).\n\n"
    "Example: dateline source add https://news.example/"
)
_LIST_HELP = (
    "List the sources and how many feeds, sitemaps, sections, lists and files each has.\n\n"
    "Example: dateline source list"
)
_CHECK_HELP = (
    "Read each feed, sitemap, section and list once and show how many links it has.\n\n"
    "Nothing is stored. The exit code is 1 if one of them has no links or cannot be read.\n\n"
    "Example: dateline source check example-herald"
)
_ADD_HELP = (
    "Propose a source from a homepage or a feed, and write sources/KEY.toml.\n\n"
    "Tries the feeds that the page announces and the news sitemaps that robots.txt names.\n\n"
    "Example: dateline source add https://news.example/"
)

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_Private = Annotated[bool, typer.Option(help="Fetch loopback and private hosts too.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_LIST_HELP)(list_sources)
    group.command("check", help=_CHECK_HELP)(check_sources)
    group.command("add", help=_ADD_HELP)(add_source)
    app.add_typer(group, name="source", help=_HELP, rich_help_panel=EVERY_DAY)


def list_sources(as_json: _Json = False) -> None:
    """List the sources; print the errors of unusable files on stderr."""
    from pipeline.models import LINK_FIELDS

    sources, all_well = _read_sources()
    columns = ["key", "name", "language", *LINK_FIELDS]
    rows = [
        [source.key, source.name, source.language]
        + [len(getattr(source, name)) for name in LINK_FIELDS]
        + [source.is_active]
        for source in sources
    ]
    print_table(rows, [*columns, "is_active"], "json" if as_json else "table")
    sys.exit(0 if all_well else 1)


def check_sources(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="Only these sources; by default all."),
    ] = None,
    allow_private_addresses: _Private = False,
    as_json: _Json = False,
) -> None:
    """Read each document of the named sources, or of all sources, once."""
    from pipeline.discover.discovery import check
    from pipeline.fetch.fetcher import Fetcher
    from pipeline.settings import settings

    _log_errors_only()
    sources, all_well = _read_sources()
    with Fetcher(settings(), allow_private_addresses=allow_private_addresses or None) as fetcher:
        for source in _chosen(sources, keys):
            if not as_json:
                typer.secho(f"{source.key} ({source.name})", bold=True)
            for checked in check(source, fetcher):
                _print_check(checked, as_json=as_json)
                all_well = all_well and checked.outcome is None
    sys.exit(0 if all_well else 1)


def _print_check(checked: "DocumentCheck", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        typer.echo(json.dumps(asdict(checked)))
        return
    is_usable = checked.outcome is None
    sign = typer.style("ok", fg="green") if is_usable else typer.style("no", fg="red")
    found = f"{checked.links} link{'' if checked.links == 1 else 's'}"
    newest = f", newest {checked.newest}" if checked.newest else ""
    offsite = f", {checked.offsite} off-site" if checked.offsite else ""
    typer.echo(f"  {sign}  {checked.found_in}: {found}{newest}{offsite}")
    if not is_usable:
        typer.echo(f"      {checked.outcome}: {checked.reason}")
        if checked.hint:
            typer.echo(f"      {checked.hint}")


def add_source(
    url: Annotated[str, typer.Argument(help="A homepage or a feed.")],
    key: Annotated[str | None, typer.Option(help="Name of the source and of its file.")] = None,
    allow_private_addresses: _Private = False,
    dry_run: Annotated[bool, typer.Option(help="Print the file and write nothing.")] = False,
) -> None:
    """Propose a source and write its file, unless a file of that name exists."""
    from dataclasses import replace

    from pipeline.fetch.fetcher import Fetcher
    from pipeline.settings import settings
    from pipeline.sources.files import source_toml, write_new
    from pipeline.sources.wizard import propose_source

    _log_errors_only()
    with Fetcher(settings(), allow_private_addresses=allow_private_addresses or None) as fetcher:
        proposal = propose_source(url, fetcher)
    for note in proposal.notes:
        typer.secho(f"… {note}", err=True, dim=True)
    source = replace(proposal.source, allow_private_addresses=allow_private_addresses)
    source = replace(source, key=key) if key else source
    text = source_toml(source, f"Proposed by `dateline source add {url}`; edit freely.")
    if dry_run:
        typer.echo(text, nl=False)
        return
    path = write_new(text, Path(settings().sources) / f"{source.key}.toml")
    typer.echo(str(path))
    typer.secho(f"Now try it: dateline source check {source.key}", err=True)


def _log_errors_only() -> None:
    """Log errors only, since these commands print what they find themselves."""
    from pipeline.settings import settings
    from pipeline.telemetry import configure_logging

    configure_logging("ERROR", settings().log_format)


def _read_sources() -> "tuple[list[Source], bool]":
    """Return the sources of the folder, and whether all its files can be used."""
    from pipeline.settings import settings
    from pipeline.sources.files import read_sources

    sources, problems = read_sources(settings().sources)
    for problem in problems:
        typer.secho(f"dateline: {problem}", err=True, fg="red")
    return sources, not problems


def _chosen(sources: "list[Source]", keys: list[str] | None) -> "list[Source]":
    from pipeline.errors import SourceError

    named = {source.key: source for source in sources}
    for key in keys or ():
        if key not in named:
            known = ", ".join(sorted(named)) or "none"
            raise SourceError(f"there is no source {key!r}. Known are: {known}.")
    return [named[key] for key in keys] if keys else sources
