"""``dateline source`` finds, checks, lists, pauses and exchanges the outlets to read."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import EVERY_DAY, login_name
from pipeline.cli.output import print_table

if TYPE_CHECKING:
    from pipeline.discover.discovery import DocumentCheck
    from pipeline.models import Article, Source
    from pipeline.sources.advice import Advice, CheckedSource
    from pipeline.sources.opml import ImportRow
    from pipeline.sources.registry import Registry
    from pipeline.warehouse.sources import SourceState

_HELP = (
    "Find, check, list, pause and exchange the outlets of the folder sources/ "
    "($DATELINE_SOURCES).\n\n"
    "Example: dateline source add https://news.example/"
)
_LIST_HELP = (
    "List the sources with their documents, their state, when they are due next, and why a source "
    "is not ok (docs/operations.md).\n\n"
    "State and due time come from the store where it runs; this command never starts it.\n\n"
    "Example: dateline source list"
)
_CHECK_HELP = (
    "Read each feed, sitemap, section and list once, and say what should be changed.\n\n"
    "Shows how many links each document has, and proposes: the new address of a feed that moved, "
    "another feed where one is empty or gone, another language, time zone or expectation. With "
    "--registry it does so for outlets of the registry, with --all for these and your sources, and "
    "says which to drop. Nothing is stored or changed. The exit code is 1 if a document has no "
    "links or cannot be read, or a source is silent.\n\n"
    "Example: dateline source check example-herald\n\n"
    "Example: dateline source check --registry --country ch"
)
_ADD_HELP = (
    "Propose a source from a homepage, section page, feed or sitemap; write sources/KEY.toml.\n\n"
    "Looks for feeds that the page announces or that its menus link, feeds at the usual paths, and "
    "the news sitemaps that robots.txt or an index names. Reads five articles, and proposes "
    "language, country, time zone, articles a day and the latest acceptable age.\n\n"
    "Example: dateline source add https://news.example/ --dry-run"
)
_REGISTRY_HELP = (
    "List the outlets that ship with Dateline, to be enabled by their keys.\n\n"
    "Their addresses come from a public list and were not tried: check --registry does it.\n\n"
    "Example: dateline source registry --country de"
)
_ENABLE_HELP = (
    "Copy outlets of the registry into the sources folder.\n\n"
    "Example: dateline source enable bbc lemonde spiegel"
)
_PAUSE_HELP = (
    "Pause sources: they are not read until you resume them; what was stored stays.\n\n"
    "Example: dateline source pause example-herald --reason 'new site in May'"
)
_RESUME_HELP = "Read paused sources again.\n\nExample: dateline source resume example-herald"
_REMOVE_HELP = (
    "Remove sources: their files are moved to sources/removed/; stored articles stay.\n\n"
    "Example: dateline source remove example-herald --yes"
)
_IMPORT_HELP = (
    "Make sources of the feeds of an OPML file, as feed readers export it.\n\n"
    "Feeds of one site become one source, folders its group. Feeds that a source has already are "
    "left alone. Every entry ends in one result; --json shows all of them. Nothing is fetched: "
    "`dateline source check` tries the new sources. The exit code is 1 if an entry is unusable.\n\n"
    "Example: dateline source import feeds.opml --dry-run"
)
_EXPORT_HELP = (
    "Print the feeds of the sources as OPML, for a feed reader.\n\n"
    "Example: dateline source export > feeds.opml"
)

_MAP_HELP = (
    "Say of which outlet the pages of a host, a file or a folder are.\n\n"
    "It is stronger than what pages state, for articles that are loaded from then on from files, "
    "archives and sources of many outlets; `dateline reprocess --stage extract --all` applies it "
    "to those that are stored. Without arguments, lists what was mapped.\n\n"
    "Example: dateline source map /news/herald herald --reason 'saved without addresses'"
)
_UNMAP_HELP = (
    "Forget what was mapped; pages tell their outlets again.\n\n"
    "Example: dateline source unmap /news/herald"
)

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_Private = Annotated[bool, typer.Option(help="Fetch loopback and private hosts too.")]
_Keys = Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of sources.")]
_Country = Annotated[
    str | None, typer.Option(help="Outlets of this country only, ISO 3166-1: de, gb.")
]
_MAPPED = ["address", "source_key", "mapped_by", "mapped_at", "reason"]
_LONGEST_LINE = 90
"""Characters shown of an article's first line."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("add", help=_ADD_HELP)(add_source)
    group.command("check", help=_CHECK_HELP)(check_sources)
    group.command("list", help=_LIST_HELP)(list_sources)
    group.command("pause", help=_PAUSE_HELP)(pause_sources)
    group.command("resume", help=_RESUME_HELP)(resume_sources)
    group.command("remove", help=_REMOVE_HELP)(remove_sources)
    group.command("registry", help=_REGISTRY_HELP)(list_registry)
    group.command("enable", help=_ENABLE_HELP)(enable_outlets)
    group.command("import", help=_IMPORT_HELP)(import_opml)
    group.command("export", help=_EXPORT_HELP)(export_opml)
    group.command("map", help=_MAP_HELP)(map_outlet)
    group.command("unmap", help=_UNMAP_HELP)(unmap_outlet)
    app.add_typer(group, name="source", help=_HELP, rich_help_panel=EVERY_DAY)


def list_sources(as_json: _Json = False) -> None:
    """List the sources; print the errors of unusable files on stderr."""
    from pipeline.models import LINK_FIELDS

    sources, all_well = _read_sources()
    reasons = _pause_reasons(sources)
    stored = _stored_states()
    states, due, why = {}, {}, {}
    for source in sources:
        known = stored.get(source.key) if source.is_active else None
        states[source.key] = _state(known) if known else reasons[source.key]
        due[source.key] = known.next_due_at if known else None
        why[source.key] = known.reason if known and known.state not in (None, "ok") else None
    if as_json:
        columns = ["key", "name", "language", "country", "group", *LINK_FIELDS]
        rows = [
            [
                source.key,
                source.name,
                source.language,
                source.country,
                source.group,
                *(len(getattr(source, name)) for name in LINK_FIELDS),
                source.is_active,
                states[source.key],
                due[source.key],
                why[source.key],
            ]
            for source in sources
        ]
        print_table(rows, [*columns, "is_active", "state", "next_due_at", "reason"], "json")
    else:
        lines = [
            (
                each.key,
                each.name,
                each.language,
                _documents(each),
                states[each.key],
                due[each.key],
                why[each.key],
            )
            for each in sources
        ]
        print_table(lines, "key name language documents state next_due_at reason".split())
    sys.exit(0 if all_well else 1)


def _state(known: "SourceState") -> str:
    """Return the source's state; before the first publish its documents': "2 ok, 1 failing"."""
    if known.state is not None:
        return known.state
    counts = known.documents
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{counts[state]} {state}" for state in sorted(counts, key=str))


def _stored_states() -> "dict[str, SourceState]":
    """Return the states that the store knows, none where it does not run; never start it."""
    from contextlib import closing

    import psycopg

    from pipeline.errors import DatelineError
    from pipeline.settings import settings
    from pipeline.warehouse.embedded_server import embedded_server
    from pipeline.warehouse.sources import source_states
    from pipeline.warehouse.store import connect

    try:
        if settings().dsn or embedded_server().is_ready():
            with closing(connect()) as connection:
                return source_states(connection)
        why = "store not running, so states are those of the files"
    except (DatelineError, psycopg.Error) as error:
        why = f"no states from the store: {str(error).splitlines()[0]}"
    typer.secho(f"… {why}", err=True, dim=True)
    return {}


def _documents(source: "Source") -> str:
    """Return how many documents a source has of each kind: "2 feeds, 1 sitemap"."""
    from pipeline.models import LINK_FIELDS

    counts = {name: len(getattr(source, name)) for name in LINK_FIELDS}
    named = [f"{count} {name[:-1] if count == 1 else name}" for name, count in counts.items()]
    return ", ".join(text for text in named if not text.startswith("0 ")) or "its homepage"


def _pause_reasons(sources: "list[Source]") -> dict[str, str]:
    """Return "active", or since when and why a source is paused, by key."""
    from pipeline.settings import settings
    from pipeline.sources.edit import file_of, pause_reason

    folder = settings().sources
    return {
        source.key: "active"
        if source.is_active
        else pause_reason(file_of(source.key, folder)) or "paused"
        for source in sources
    }


def check_sources(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="Only these sources; by default all."),
    ] = None,
    registry: Annotated[
        bool, typer.Option("--registry", help="Check outlets of the registry instead.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Check the sources and the whole registry.")
    ] = False,
    country: _Country = None,
    allow_private_addresses: _Private = False,
    as_json: _Json = False,
) -> None:
    """Read each document of the named sources, or of all sources, once."""
    from pipeline.errors import SourceError
    from pipeline.fetch.fetcher import Fetcher
    from pipeline.outcomes import Outcome
    from pipeline.settings import settings
    from pipeline.sources.advice import Recommendation, check_all

    _log_errors_only()
    chosen, all_well = _to_check(keys or [], registry=registry, everything=everything)
    chosen = [source for source in chosen if _upper(country) in (None, source.country)]
    if country and not chosen:
        raise SourceError(f"no source of {_upper(country)}. Leave --country out to check all.")
    if not chosen and all_well:
        folder = settings().sources
        raise SourceError(f"no source in {folder}. Write one with `dateline source add URL`.")
    shows_verdicts = registry or everything
    verdicts: dict[str, list[str]] = {verdict: [] for verdict in Recommendation}
    outcomes: Counter[str] = Counter()
    with Fetcher(settings(), allow_private_addresses=allow_private_addresses or None) as fetcher:
        for checked in check_all(chosen, fetcher):
            _print_checked(checked, as_json=as_json)
            if shows_verdicts and as_json:
                row = {"source_key": checked.source.key, "verdict": checked.verdict}
                typer.echo(json.dumps(row))
            verdicts[checked.verdict].append(checked.source.key)
            outcomes.update(str(document.outcome) for document in checked.documents)
    if shows_verdicts and not as_json:
        for verdict, named in verdicts.items():
            typer.echo(f"{verdict} ({len(named)}): {' '.join(named) or '-'}")
    if len(chosen) > 1 and outcomes.keys() == {str(Outcome.UNREACHABLE)}:
        text = "dateline: no host was reached: look at the network before you drop a source."
        typer.secho(text, err=True, fg="red")
    works = not any(verdicts[each] for each in ("drop", "retry", "repair"))
    sys.exit(0 if all_well and works else 1)


def _to_check(keys: list[str], *, registry: bool, everything: bool) -> "tuple[list[Source], bool]":
    """Return the sources to check, and whether all files could be read."""
    from pipeline.settings import settings

    if registry:
        outlets, all_well = _read_registry()
        return outlets.chosen(keys), all_well
    if not everything:
        sources, all_well = _read_sources()
        return _chosen(sources, keys), all_well
    outlets, all_well = _read_registry()
    sources, are_well = _read_sources() if Path(settings().sources).is_dir() else ([], True)
    named = {**outlets.outlets, **{source.key: source for source in sources}}
    return _chosen(list(named.values()), keys), all_well and are_well


def _print_checked(checked: "CheckedSource", *, as_json: bool) -> None:
    """Print the documents of a source and what should be changed."""
    source = checked.source
    if as_json:
        for document in checked.documents:
            typer.echo(json.dumps(asdict(document)))
        for advice in checked.advice:
            typer.echo(json.dumps(asdict(advice)))
        return
    typer.secho(f"{source.key} ({source.name})", bold=True)
    for document in checked.documents:
        _print_document(document)
    for advice in checked.advice:
        typer.echo(f"  {_change(advice)}: {advice.why}")


def _change(advice: "Advice") -> str:
    """Return what should be changed; of what a person must look at, the value as it is."""
    if advice.proposed is None:
        return f"{typer.style('look', fg='red')} {advice.field}: {advice.now}"
    sign = typer.style("change", fg="yellow")
    if advice.now is None:
        return f"{sign} {advice.field}: add {advice.proposed}"
    return f"{sign} {advice.field}: {advice.now} → {advice.proposed}"


def _print_document(checked: "DocumentCheck") -> None:
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
    url: Annotated[str, typer.Argument(help="A homepage, section page, feed or sitemap.")],
    key: Annotated[str | None, typer.Option(help="Name of the source and of its file.")] = None,
    allow_private_addresses: _Private = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file and write nothing.")
    ] = False,
    with_articles: Annotated[
        bool, typer.Option("--articles/--no-articles", help="Read five articles and show them.")
    ] = True,
) -> None:
    """Propose a source and write its file, unless a file of that name exists."""
    from dataclasses import replace

    from pipeline.fetch.fetcher import Fetcher
    from pipeline.settings import settings
    from pipeline.sources.files import source_toml, write_new
    from pipeline.sources.wizard import propose_source

    _log_errors_only()
    with Fetcher(settings(), allow_private_addresses=allow_private_addresses or None) as fetcher:
        proposal = propose_source(
            url,
            fetcher,
            with_articles=with_articles,
            tell=lambda note: typer.secho(f"… {note}", err=True, dim=True),
        )
    if with_articles:
        _print_articles(proposal.articles)
    source = replace(proposal.source, allow_private_addresses=allow_private_addresses)
    source = replace(source, key=key) if key else source
    _warn_of_others(source)
    text = source_toml(source, f"Proposed by `dateline source add {url}`; edit freely.")
    if dry_run:
        typer.echo(text, nl=False)
        return
    path = Path(settings().sources) / f"{source.key}.toml"
    write_new(text, path, "Edit it, or give another name with --key.")
    typer.echo(str(path))
    typer.secho(f"Now try it: dateline source check {source.key}", err=True)


def _warn_of_others(proposed: "Source") -> None:
    """Name the sources that read one of these documents already."""
    from pipeline.settings import settings
    from pipeline.sources.files import read_sources

    folder = Path(settings().sources)
    sources = read_sources(folder)[0] if folder.is_dir() else []
    for source in sources:
        for url in {*proposed.feeds, *proposed.sitemaps} & {*source.feeds, *source.sitemaps}:
            text = f"dateline: source {source.key} reads {url} already: keep one of the two."
            typer.secho(text, err=True, fg="yellow")


def _print_articles(articles: "Sequence[Article]") -> None:
    """Print on stderr what the pipeline reads of these pages."""
    from textwrap import shorten

    from pipeline.text import word_count

    rows = []
    for article in articles:
        text = article.text or ""
        first = shorten(text.partition("\n")[0], _LONGEST_LINE, placeholder=" …")
        shown = first if text else f"({article.outcome}: {article.reason})"
        rows.append(
            [
                article.title or article.url,
                article.published_at,
                ", ".join(article.authors),
                word_count(text),
                shown,
            ]
        )
    columns = ["title", "published_at", "authors", "words", "first_line"]
    print_table(rows, columns, out=sys.stderr)
    if not any(article.text for article in articles):
        typer.secho(
            "dateline: no article could be read, so the source would bring nothing. Open its feed "
            "in a browser, or give a section page.",
            err=True,
            fg="yellow",
        )


def list_registry(
    country: _Country = None,
    language: Annotated[
        str | None, typer.Option(help="Outlets of this language only, ISO 639-1: de, en.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """List the outlets of the registry, and which of them are enabled."""
    from pipeline.settings import settings

    registry, all_well = _read_registry()
    here = {path.stem for path in Path(settings().sources).glob("*.toml")}
    rows = [
        [
            outlet.key,
            outlet.name,
            outlet.country,
            outlet.language,
            outlet.time_zone,
            len(outlet.feeds),
            len(outlet.sitemaps),
            outlet.key in here,
        ]
        for outlet in registry.chosen((), _upper(country), (language or "").lower() or None)
    ]
    columns = "key name country language time_zone feeds sitemaps is_enabled".split()
    print_table(rows, columns, "json" if as_json else "table")
    sys.exit(0 if all_well else 1)


def enable_outlets(keys: _Keys) -> None:
    """Copy outlets of the registry into the sources folder, as many of them as can be."""
    from pipeline.errors import SourceError
    from pipeline.settings import settings
    from pipeline.sources.registry import enable

    registry, _ = _read_registry()
    enabled = []
    chosen = registry.chosen(keys)
    for outlet in chosen:
        try:
            path = enable(outlet, registry.places[outlet.key], Path(settings().sources))
        except SourceError as error:
            typer.secho(f"dateline: {error}", err=True, fg="red")
        else:
            typer.echo(str(path))
            enabled.append(outlet.key)
    if enabled:
        typer.secho(f"Now try: dateline source check {' '.join(enabled)}", err=True)
    sys.exit(0 if len(enabled) == len(chosen) else 1)


def pause_sources(
    keys: _Keys,
    reason: Annotated[
        str | None, typer.Option(help="Why, for the next person who looks at the file.")
    ] = None,
) -> None:
    """Pause sources by a line in their files."""
    from datetime import UTC, datetime

    from pipeline.settings import settings
    from pipeline.sources.edit import file_of, pause

    for path in [file_of(key, Path(settings().sources)) for key in keys]:
        pause(path, reason, datetime.now(UTC).date())
        typer.echo(f"paused: {path}")


def resume_sources(keys: _Keys) -> None:
    """Resume paused sources."""
    from pipeline.settings import settings
    from pipeline.sources.edit import file_of, resume

    for path in [file_of(key, Path(settings().sources)) for key in keys]:
        resume(path)
        typer.echo(f"active: {path}")


def remove_sources(
    keys: _Keys,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Move the files of sources out of the sources folder."""
    from pipeline.settings import settings
    from pipeline.sources.edit import file_of, remove

    paths = [file_of(key, Path(settings().sources)) for key in keys]
    names = ", ".join(str(path) for path in paths)
    if not yes:
        typer.confirm(f"Remove {names}? Stored articles stay.", abort=True, err=True)
    for path in paths:
        typer.echo(f"moved to {remove(path)}")


def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file, or - for standard input.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Write a source for each outlet of an OPML file that is not there yet."""
    from pipeline.errors import UsageError
    from pipeline.settings import settings
    from pipeline.sources.opml import FAILED, plan_import, read_opml

    folder = Path(settings().sources)
    known = _read_sources()[0] if folder.is_dir() else []
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        outlines = read_opml(body)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from error
    rows, sources = plan_import(outlines, known)
    if not dry_run:
        rows = _write_imported(rows, sources, folder, file.name)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(asdict(row)))
    else:
        for row in rows:
            if row.result in FAILED:
                about = f"{row.name}: " if row.name else ""
                text = f"{file}, line {row.line}: {about}{row.result}: {row.reason}."
                typer.secho(f"dateline: {text}", err=True, fg="red")
        counts = Counter(str(row.result) for row in rows)
        print_table(sorted(counts.items()), ["result", "entries"])
        done = "would be written" if dry_run else "written"
        written = len({row.key for row in rows if row.result == "new"})
        what = f"{written} source{'' if written == 1 else 's'} {done}"
        typer.secho(f"{what}. Then: dateline source check", err=True)
    sys.exit(1 if any(row.result in FAILED for row in rows) else 0)


def _write_imported(
    rows: "list[ImportRow]", sources: "list[Source]", folder: Path, name: str
) -> "list[ImportRow]":
    """Write the new sources, and return the rows with those that could not be written."""
    from dataclasses import replace

    from pipeline.errors import SourceError
    from pipeline.sources.files import source_toml, write_new
    from pipeline.sources.opml import Imported
    from pipeline.text import one_line

    comment = (
        f"Imported from {one_line(name)}. Language, country and zone are guesses by its\n"
        "addresses: `dateline source check {key}` compares them. Edit freely."
    )
    failed: dict[str | None, str] = {}
    for source in sources:
        try:
            text = source_toml(source, comment.replace("{key}", source.key))
            path = folder / f"{source.key}.toml"
            write_new(text, path, "Correct or remove it, and import again.")
        except SourceError as error:
            failed[source.key] = str(error).removesuffix(".")
    return [
        replace(row, result=Imported.NOT_WRITTEN, reason=failed[row.key])
        if row.result is Imported.NEW and row.key in failed
        else row
        for row in rows
    ]


def export_opml() -> None:
    """Print the sources as OPML on stdout; name those without a feed on stderr."""
    from pipeline.sources.opml import opml_of

    sources, all_well = _read_sources()
    sys.stdout.buffer.write(opml_of(sources))
    without = [source.key for source in sources if not source.feeds]
    if without:
        typer.secho(f"not in it, for they have no feed: {', '.join(without)}", err=True, dim=True)
    sys.exit(0 if all_well else 1)


def map_outlet(
    address: Annotated[
        str | None, typer.Argument(help="A host such as news.example, a file or a folder.")
    ] = None,
    key: Annotated[
        str | None, typer.Argument(help="Key of a source of the folder, the registry or the store.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="The reason, stored for later readers.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; by default your login name.")] = None,
    as_json: _Json = False,
) -> None:
    """Map an address to an outlet, or list what was mapped."""
    from pipeline.stages import outlets

    if address is None:
        rows = [[getattr(each, name) for name in _MAPPED] for each in outlets.mapped()]
        print_table(rows, _MAPPED, "json" if as_json else "table")
        return
    if key is None:
        raise typer.BadParameter(f"give the key of the source whose pages those of {address} are")
    known = outlets.map_address(address, key, mapped_by=by or login_name(), reason=reason)
    typer.secho(f"pages of {known} are of {key}", err=True)


def unmap_outlet(
    address: Annotated[str, typer.Argument(help="A host, a file or a folder, as it was mapped.")],
) -> None:
    """Forget what was mapped."""
    from pipeline.stages import outlets

    typer.secho(f"pages of {outlets.unmap_address(address)} tell their own outlets", err=True)


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
    _print_problems(problems)
    return sources, not problems


def _read_registry() -> "tuple[Registry, bool]":
    """Return the registry, and whether all its files can be used."""
    from pipeline.sources.registry import read_registry, registry_folder

    registry = read_registry(registry_folder())
    _print_problems(registry.problems)
    return registry, not registry.problems


def _print_problems(problems: Sequence[Any]) -> None:
    for problem in problems:
        typer.secho(f"dateline: {problem}", err=True, fg="red")


def _upper(country: str | None) -> str | None:
    return country.upper() if country else None


def _chosen(sources: "list[Source]", keys: list[str] | None) -> "list[Source]":
    from pipeline.errors import SourceError
    from pipeline.settings import settings
    from pipeline.sources.keys import known_keys

    named = {source.key: source for source in sources}
    for key in keys or ():
        if key not in named:
            if (Path(settings().sources) / f"{key}.toml").exists():
                raise SourceError(f"source {key!r} cannot be used: correct its file first.")
            raise SourceError(f"there is no source {key!r}. {known_keys(key, named)}")
    return [named[key] for key in keys] if keys else sources
