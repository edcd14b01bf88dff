"""``dateline dedupe``: near-duplicate texts as a Unix filter."""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter

if TYPE_CHECKING:
    from pipeline.dedupe.spool import SpooledCandidates
    from pipeline.records import Match

_HELP = """Find copies among texts: JSON Lines in, JSON Lines out.

Each row needs "id" and "text"; "source" (the outlet) helps to tell page \
furniture from the story, and may be left out.

Each row comes back with "group" (a number that all copies of one story share, \
the place of its first row), "is_original" (true for the longest text of a group \
and for a text without copies) and "matches", one for each row that shares text:

{"id", "relation", "jaccard", "containment"}

"relation" is duplicate, a_in_b (this text lies in the other), b_in_a or partial; \
"containment" is the share of the shorter story that the other one holds. \
Texts of fewer than 40 words match only when they are the same.

Example: dateline dedupe articles.jsonl | jq -r 'select(.is_original) | .id'
"""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""

    @app.command("dedupe", rich_help_panel=FILTERS, help=_HELP)
    def dedupe(
        file: Annotated[
            Path | None,
            typer.Argument(metavar="FILE", help="JSON Lines; standard input if left out or -."),
        ] = None,
    ) -> None:
        with open_input(file) as stream:
            all_well = run_filter(stream, sys.stdout, find_copies)
        raise typer.Exit(0 if all_well else 1)


def find_copies(rows: Iterator[Row]) -> Iterable[Mapping[str, Any]]:
    """Read all rows, then give one row of groups and matches for each, in order.

    Texts wait in a temporary file; ids, fingerprints and matches in memory.
    """
    from pipeline.dedupe.spool import SpooledCandidates

    with tempfile.TemporaryFile(prefix="dateline-dedupe-") as file:
        store = SpooledCandidates(file)
        notes = [_take_in(row, store) for row in rows]
        verdict = _judge(store, [note.words for note in notes if note.error is None])
    ids = [note.id for note in notes if note.error is None]
    number = 0
    for note in notes:
        if note.error is not None:
            yield {"id": note.id, "error": note.error}
            continue
        yield verdict.row(number, ids)
        number += 1


@dataclass(frozen=True, slots=True)
class _Note:
    """What is kept of a row while the others are read."""

    id: Any
    words: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Groups and matches of all texts, by their number."""

    originals: dict[int, int] = field(default_factory=dict)
    firsts: dict[int, int] = field(default_factory=dict)
    matches: defaultdict[int, list["Match"]] = field(default_factory=lambda: defaultdict(list))

    def row(self, number: int, ids: list[Any]) -> dict[str, Any]:
        """Return the output row; groups count from 1."""
        found = [_seen_from(number, match, ids) for match in self.matches.get(number, ())]
        return {
            "id": ids[number],
            "group": self.firsts.get(number, number) + 1,
            "is_original": self.originals.get(number, number) == number,
            "matches": sorted(found, key=lambda each: -each["jaccard"]),
        }


def _take_in(row: Row, store: "SpooledCandidates") -> _Note:
    from pipeline.words import word_count

    try:
        text, source = row.text("text"), row.text("source")
    except RowError as error:
        return _Note(row.id, error=str(error))
    if text is None:
        return _Note(row.id, error='a row needs a "text"')
    store.add(text, source)
    return _Note(row.id, word_count(text))


def _judge(store: "SpooledCandidates", words: list[int]) -> _Verdict:
    from pipeline.dedupe.groups import GroupText, group
    from pipeline.dedupe.matching import find_matches

    verdict = _Verdict()
    matches = find_matches(range(len(words)), store).matches
    for match in matches:
        verdict.matches[match.a].append(match)
        verdict.matches[match.b].append(match)
    texts = [GroupText(number, count) for number, count in enumerate(words)]
    for found in group(texts, matches):
        verdict.originals.update(dict.fromkeys(found.members, found.original))
        verdict.firsts.update(dict.fromkeys(found.members, min(found.members)))
    return verdict


_TURNED = {"a_in_b": "b_in_a", "b_in_a": "a_in_b"}


def _seen_from(number: int, match: "Match", ids: list[Any]) -> dict[str, Any]:
    is_a = match.a == number
    return {
        "id": ids[match.b if is_a else match.a],
        "relation": match.relation if is_a else _TURNED.get(match.relation, match.relation),
        "jaccard": round(match.jaccard, 4),
        "containment": round(max(match.containment_a, match.containment_b), 4),
    }
