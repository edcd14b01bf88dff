"""``dateline entity`` finds entities and records what people decide about them."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import STORE, login_name
from pipeline.cli.output import Format, print_note, print_table
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.warehouse.entity_decisions import Ground, Name

_HELP = (
    "Find people, organisations and places; merge, split, rename and block them.\n\n"
    "ENTITY is a number that find shows, a name, or CLASS:NAME (ORG:Tarn). A decision is about a "
    "name, is stronger than what texts say, and holds when articles are loaded or annotated again. "
    "Merged entities can be merged further; the order does not matter. mart.entity_mentions, "
    "mart.who_said_what and the other views follow at once, those that count days with the next "
    "publish, and the articles concerned get new change numbers."
)
_Entity = Annotated[str, typer.Argument(help="A number, a name, or CLASS:NAME.")]
_Reason = Annotated[str | None, typer.Option(help="The reason, stored for later readers.")]
_By = Annotated[str | None, typer.Option(help="Who decides; by default your login name.")]
_Class = Annotated[
    str | None, typer.Option("--type", help="PERSON, ORG, GPE and so on; by default any.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_FOUND = "entity_id entity_type entity_name aliases text_count outlets last_seen is_blocked".split()
_DECISIONS = (
    "decision_id decision entity_type entity_name other_type other_name source_key canonical_url"
    " scheme external_id reason decided_by decided_at undone_by undone_at"
).split()


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    commands = typer.Typer(no_args_is_help=True)
    for command in (
        find,
        merge,
        reclassify,
        alias,
        split,
        rename,
        block,
        identify,
        undo,
        decisions,
    ):
        commands.command()(command)
    commands.command("import")(import_decisions)
    app.add_typer(commands, name="entity", help=_HELP, rich_help_panel=STORE)


def find(
    words: Annotated[str, typer.Argument(help="Words of a name, or a number.")],
    label: _Class = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most entities to show.")] = 20,
    as_json: _Json = False,
) -> None:
    """List the entities of which a name holds these words, the most used first.

    Example: dateline entity find marlow
    """
    from pipeline.stages.entities import find as search

    rows = [[getattr(each, name) for name in _FOUND] for each in search(words, label, limit)]
    print_table(rows, _FOUND, "json" if as_json else "table")


def merge(
    entity: _Entity,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The entity that stands for it.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Let one entity stand for another and all its names.

    Example: dateline entity merge 'I. Marlow' 'Ida Marlow' --reason 'the same mayor'
    """
    from pipeline.stages.entities import merge as decide

    _say(decide(entity, into, _ground(reason, by)))


def reclassify(
    entity: _Entity,
    label: Annotated[str, typer.Argument(metavar="CLASS", help="PERSON, ORG, GPE and so on.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Give an entity another class: it is merged into its name of that class.

    Example: dateline entity reclassify PERSON:Halvane GPE --reason 'a country'
    """
    from pipeline.stages.entities import reclassify as decide

    found = decide(entity, label, _ground(reason, by))
    print_note(f"{found} is the entity now, with {found.name_count} names")


def alias(
    entity: _Entity,
    spelling: Annotated[str, typer.Argument(help="Another name of it, used by texts or not yet.")],
    label: Annotated[
        str | None, typer.Option("--type", help="Class of the spelling; by default the entity's.")
    ] = None,
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Add a spelling to an entity.

    Example: dateline entity alias 'Ida Marlow' 'Ida Marlow-Dane'
    """
    from pipeline.stages.entities import alias as decide

    _say(decide(entity, spelling, label, _ground(reason, by)))


def split(
    name: Annotated[
        str, typer.Argument(help="The name that leaves: a number, a name, CLASS:NAME.")
    ],
    within: Annotated[
        str | None,
        typer.Option(
            "--in",
            metavar="OUTLET|ARTICLE",
            help="Only there: the key of a source, an article_id or a URL. Needs --into.",
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(help="Who is meant there: the number of an entity, or a name to show."),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--type", help="Class of the name; by default any.")
    ] = None,
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Take a spelling out of its family, or the mentions of an outlet or an article.

    Example: dateline entity split 'Roy Dane' --in harbour-gazette --into 'Roy Dane (footballer)'
    """
    from pipeline.stages.entities import split as decide
    from pipeline.stages.entities import split_in

    if (within is None) != (into is None):
        given, missing = ("--into", "--in") if within is None else ("--in", "--into")
        raise UsageError(f"{given} needs {missing}: give both, or none to split the spelling")
    if within is None or into is None:
        for found in decide(name, label, _ground(reason, by)):
            _say(found)
        return
    meant, count = split_in(name, within, into, label, _ground(reason, by))
    print_note(f"{count} mentions in {within} mean {meant} now; later ones will too")


def rename(
    entity: _Entity,
    name: Annotated[str, typer.Argument(help="The name to show.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Show another name for an entity everywhere; texts that print it mean the entity too.

    Example: dateline entity rename 12 'Ida Marlow'
    """
    from pipeline.stages.entities import rename as decide

    found = decide(entity, name, _ground(reason, by))
    print_note(f"{found} is shown as {found.canonical_name!r} now")


def block(entity: _Entity, reason: _Reason = None, by: _By = None) -> None:
    """Take an entity out of all counts and lists; mart.dim_entity alone keeps it, as blocked.

    Its quotes stay, without a named speaker.

    Example: dateline entity block ORG:CPU --reason 'a processor'
    """
    from pipeline.stages.entities import block as decide

    found = decide(entity, _ground(reason, by))
    print_note(f"{found} is blocked, with {found.name_count} names")


def identify(
    entity: _Entity,
    scheme: Annotated[str, typer.Argument(help="Where the id is known: wikidata, our-list.")],
    external_id: Annotated[str, typer.Argument(metavar="ID", help="Its id there.")],
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """Store by which id an entity is known elsewhere: external_ids of mart.dim_entity.

    Example: dateline entity identify 'Ida Marlow' our-list P-1207
    """
    from pipeline.stages.entities import identify as decide

    found = decide(entity, scheme, external_id, _ground(reason, by))
    print_note(f"{found} is {external_id} in {scheme}")


def undo(
    decision: Annotated[str, typer.Argument(help="A decision_id that decisions shows.")],
    by: _By = None,
) -> None:
    """Withdraw a decision; what texts say counts again.

    Example: dateline entity undo 7
    """
    from pipeline.stages.entities import undo as withdraw

    found = withdraw(decision, by or login_name())
    print_note(f"undone: decision {found.decision_id}, {found.decision} {found.entity_name}")


def decisions(
    everything: Annotated[bool, typer.Option("--all", help="Also those that were undone.")] = False,
    as_json: _Json = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, oldest first, for dateline entity import.")
    ] = False,
) -> None:
    """List the decisions, newest first.

    Example: dateline entity decisions --csv > decisions.csv
    """
    from pipeline.stages.entities import decisions as decided
    from pipeline.stages.entities import write_csv

    if as_csv and (as_json or everything):
        raise UsageError("--csv has what holds, for import: leave out --json and --all")
    found = decided(also_undone=everything)
    if as_csv:
        write_csv(sys.stdout, found)
        return
    columns = _DECISIONS if everything else _DECISIONS[:-2]
    style: Format = "json" if as_json else "table"
    print_table([[getattr(each, name) for name in columns] for each in found], columns, style)


def import_decisions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; - is standard input.")],
    by: Annotated[
        str | None,
        typer.Option(help="Who decides where FILE does not say so; by default your login name."),
    ] = None,
) -> None:
    """Record the decisions of a CSV, all or none; what holds already is passed over.

    Columns decision (merge, alias, split, rename, block, identify) and entity_name are needed,
    entity_type is PERSON by default; dateline entity decisions --csv shows the others. Names that
    no text has used yet are added.

    Example: dateline entity import decisions.csv
    """
    from pipeline.stages.entities import read_csv

    try:
        if str(file) == "-":
            made, known = read_csv(sys.stdin, by or login_name())
        else:
            with file.open(encoding="utf-8-sig", newline="") as stream:
                made, known = read_csv(stream, by or login_name())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Give a CSV file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not text in UTF-8: save it as UTF-8") from error
    except csv.Error as error:
        raise UsageError(f"{file} is no CSV: {error}. Save it as CSV") from error
    print_note(f"{made} decisions recorded, {known} held already")


def _ground(reason: str | None, by: str | None) -> "Ground":
    from pipeline.warehouse.entity_decisions import Ground

    return Ground(reason, by or login_name())


def _say(name: "Name") -> None:
    """Print what a name is now."""
    if name.canonical_entity_id == name.entity_id:
        print_note(f"{name} is an entity of its own now")
    else:
        print_note(f"{name} is {name.canonical_entity_id} ({name.canonical_name!r}) now")
