"""``dateline dedupe`` finds copies among texts, as a Unix filter, and records people's decisions.

The commands ``undo``, ``redo`` and ``decisions`` work on the store. Any other first argument is the
filter's FILE; a file named like a command is given as ``./undo``.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.cli.app import FILTERS, login_name
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.cli.output import print_table

if TYPE_CHECKING:
    from pipeline.dedupe.candidates import OnDiskCandidates
    from pipeline.models import Match

_HELP = """Find copies among texts: JSON Lines in, JSON Lines out.

Each row needs "id" and "text". "source" (the outlet) is optional and helps to separate page \
boilerplate from the story.

Each row comes back with "group" (a number that all copies of one story share: the position of \
the first of them), "is_original" (true for the longest text of a group and for a text without \
copies) and "matches", one for each row that shares text with it:

{"id", "relation", "jaccard", "containment"}

"relation" is duplicate, a_in_b (the other text contains this one), b_in_a (this one contains the \
other) or partial (too little for a copy, or two texts of one template with different names and \
figures). "containment" is the share of the shorter text that the other one contains. \
Texts of fewer than 40 words match only if they are the same.

Example: dateline dedupe articles.jsonl | jq -r 'select(.is_original) | .id'
"""
_GROUP_HELP = f"""{_HELP}
The commands below work on articles in the store. Articles that were declared different are never \
put into one group again, whatever later comparisons find. Write ./undo for a file that has the \
name of a command.
"""
_FILE_HELP = (
    "Run the filter on a file or on standard input; dateline dedupe --help describes its rows.\n\n"
    "Example: dateline dedupe articles.jsonl"
)
_UNDO_HELP = (
    "Declare that two articles are not duplicates; they never share a group again.\n\n"
    "Without OTHER, the article leaves its group: it is declared different from every other member."
    " The groups and the views that count them change at once, those that count days with the next"
    " run. The measured similarity of the texts stays stored.\n\n"
    "Example: dateline dedupe undo 1207 https://news.example/storm --reason 'two matches'"
)
_REDO_HELP = (
    "Withdraw what undo declared; the articles are grouped by their texts again.\n\n"
    "Without OTHER, all decisions about the article are withdrawn.\n\n"
    "Example: dateline dedupe redo 1207 https://news.example/storm"
)
_DECISIONS_HELP = (
    "List the pairs of articles that were declared different, newest first.\n\n"
    "Example: dateline dedupe decisions --json"
)
_FILTER = "FILE"
"""Name of the hidden command that is the filter; users never type it."""

_Article = Annotated[str, typer.Argument(help="An article_id of mart.articles, or a URL.")]
_Other = Annotated[
    str | None, typer.Argument(help="Another article; by default every copy of the first.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]


class _FilterOrCommand(TyperGroup):
    """A command group that passes its arguments to the filter if the first is not a command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = self.commands.keys() - {_FILTER} | {*ctx.help_option_names}
        return super().parse_args(ctx, args if args[:1] and args[0] in named else [_FILTER, *args])


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    commands = typer.Typer(cls=_FilterOrCommand, subcommand_metavar="[FILE] | COMMAND [ARGS]...")
    commands.command(_FILTER, help=_FILE_HELP, hidden=True)(filter_rows)
    commands.command("undo", help=_UNDO_HELP)(undo)
    commands.command("redo", help=_REDO_HELP)(redo)
    commands.command("decisions", help=_DECISIONS_HELP)(decisions)
    app.add_typer(commands, name="dedupe", help=_GROUP_HELP, rich_help_panel=FILTERS)


def filter_rows(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="JSON Lines; by default, or for -, standard input."),
    ] = None,
) -> None:
    """Run the filter on the rows of a file or of standard input."""
    with open_input(file) as stream:
        all_well = run_filter(stream, sys.stdout, find_copies)
    raise typer.Exit(0 if all_well else 1)


def undo(
    article: _Article,
    other: _Other = None,
    reason: Annotated[
        str | None, typer.Option(help="The reason, stored for later readers.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; by default your login name.")] = None,
) -> None:
    """Declare two articles different, or one from all its copies."""
    from pipeline.stages.dedupe import undo as declare

    _report(
        declare(article, other, reason=reason, decided_by=by or login_name()),
        "are declared different",
    )


def redo(article: _Article, other: _Other = None) -> None:
    """Withdraw the decision about two articles, or all about one."""
    from pipeline.stages.dedupe import redo as withdraw

    _report(withdraw(article, other), "are grouped by their texts again")


def decisions(as_json: _Json = False) -> None:
    """Print all decisions."""
    from pipeline.stages.dedupe import decisions as decided

    rows = [[getattr(each, name) for name in _COLUMNS] for each in decided()]
    print_table(rows, _COLUMNS, "json" if as_json else "table")


_COLUMNS = "decided_at decided_by article_id_a url_a article_id_b url_b reason".split()


def _report(pairs: Sequence[tuple[int, int]], change: str) -> None:
    for one, two in pairs:
        typer.secho(f"articles {one} and {two} {change}", err=True)
    typer.secho("the groups are up to date; the daily marts follow with the next run", err=True)


def find_copies(rows: Iterator[Row]) -> Iterable[Mapping[str, Any]]:
    """Read all rows, then yield for each, in order, its group and matches or its error.

    The texts are kept in a temporary file; ids, fingerprints and matches are kept in memory.
    """
    from tempfile import TemporaryFile

    from pipeline.dedupe.candidates import OnDiskCandidates

    with TemporaryFile(prefix="dateline-dedupe-") as file:
        candidates = OnDiskCandidates(file)
        summaries = [_add(row, candidates) for row in rows]
        good = [summary for summary in summaries if summary.error is None]
        result = _compare(candidates, [summary.words for summary in good])
    ids = [summary.id for summary in good]
    number = 0
    for summary in summaries:
        if summary.error is not None:
            yield {"id": summary.id, "error": summary.error}
            continue
        yield result.row(number, ids)
        number += 1


@dataclass(frozen=True, slots=True)
class _RowSummary:
    """What is kept in memory of a row while the others are read."""

    id: Any
    words: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Groups and matches of all texts; texts are numbered from 0 in input order."""

    originals: dict[int, int] = field(default_factory=dict)
    """The original of each text that has copies."""
    firsts: dict[int, int] = field(default_factory=dict)
    """The first text of each text's group."""
    matches: defaultdict[int, list["Match"]] = field(default_factory=lambda: defaultdict(list))

    def row(self, number: int, ids: list[Any]) -> dict[str, Any]:
        """Return the output row of a text; groups are numbered from 1."""
        found = [_as_row(number, match, ids) for match in self.matches.get(number, ())]
        return {
            "id": ids[number],
            "group": self.firsts.get(number, number) + 1,
            "is_original": self.originals.get(number, number) == number,
            "matches": sorted(found, key=lambda each: -each["jaccard"]),
        }


def _add(row: Row, candidates: "OnDiskCandidates") -> _RowSummary:
    """Add a row's text to the candidates; a row without a text is only summarised."""
    from pipeline.text import word_count

    try:
        text, source = row.text("text"), row.text("source")
    except RowError as error:
        return _RowSummary(row.id, error=str(error))
    if text is None:
        return _RowSummary(row.id, error='a row needs a "text"')
    candidates.add(text, source)
    return _RowSummary(row.id, word_count(text))


def _compare(candidates: "OnDiskCandidates", words: list[int]) -> _Comparison:
    """Find matches and groups; ``words`` holds the word count of each text."""
    from pipeline.dedupe.groups import GroupText, group
    from pipeline.dedupe.matching import find_matches

    result = _Comparison()
    matches = find_matches(range(len(words)), candidates).matches
    for match in matches:
        result.matches[match.a].append(match)
        result.matches[match.b].append(match)
    texts = [GroupText(number, count) for number, count in enumerate(words)]
    for found in group(texts, matches):
        result.originals.update(dict.fromkeys(found.members, found.original))
        result.firsts.update(dict.fromkeys(found.members, min(found.members)))
    return result


_REVERSED = {"a_in_b": "b_in_a", "b_in_a": "a_in_b"}
"""The relation as the other text of a match has it; other relations are symmetric."""


def _as_row(number: int, match: "Match", ids: list[Any]) -> dict[str, Any]:
    """Return a match as the output row of text ``number`` shows it."""
    is_a = match.a == number
    return {
        "id": ids[match.b if is_a else match.a],
        "relation": match.relation if is_a else _REVERSED.get(match.relation, match.relation),
        "jaccard": round(match.jaccard, 4),
        "containment": round(max(match.containment_a, match.containment_b), 4),
    }
