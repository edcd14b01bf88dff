"""``dateline annotate``: entities and quotes with their speakers, as a Unix filter."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import tee
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.outcomes import Outcome
from pipeline.records import Annotation, Quote, Speaker
from pipeline.settings import settings

_HELP = """Find names, and who said what, in texts.

Each row needs "id" and "text"; "title" (the headline) helps with names.

Each row comes back with "entities" and "quotes"; their offsets count the characters of the text as
given. Quotation marks lie inside a quote's "content"; "speaker" is null where nobody can be named.
A text of 40 words or more in another language gets the outcome not_english.

It streams, and needs no database and no network.

Example: dateline annotate articles.jsonl | jq -r '.quotes[] | .speaker'
"""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""

    @app.command(help=_HELP, rich_help_panel=FILTERS)
    def annotate(
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE]", help="JSON Lines; default: stdin.")
        ] = None,
    ) -> None:
        with open_input(file) as stream:
            if not run_filter(stream, sys.stdout, annotated_rows):
                raise typer.Exit(1)


def annotated_rows(rows: Iterator[Row]) -> Iterator[Mapping[str, Any]]:
    """Turn rows with a text into annotated rows, in their order; reads a batch ahead."""
    # Imported here: spaCy takes a second, and "dateline --help" needs none of it.
    from pipeline.annotate.annotator import Annotator

    annotator = Annotator.load(settings().nlp_model)
    checked, again = tee(map(_check, rows))
    good, titled = tee(item for item in again if isinstance(item, tuple))
    annotations = annotator.annotate((item[1] for item in good), (item[2] for item in titled))
    for item in checked:
        yield _as_row(item[0], next(annotations)) if isinstance(item, tuple) else item


def _check(row: Row) -> tuple[Any, str, str | None] | dict[str, Any]:
    try:
        text = row.text("text")
        title = row.text("title")
    except RowError as error:
        return {"id": row.id, "error": str(error)}
    if text is None:
        return {"id": row.id, "error": 'a row needs a "text"'}
    return row.id, text, title


def _as_row(row_id: Any, annotation: Annotation) -> dict[str, Any]:
    return {
        "id": row_id,
        "entities": [
            {
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
                "label": mention.label,
                "name": mention.name,
            }
            for mention in annotation.mentions
        ],
        "quotes": [_quote(quote) for quote in annotation.quotes],
        "outcome": "ok" if annotation.outcome is Outcome.LOADED else annotation.outcome.value,
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "kind": quote.kind,
        "content": quote.content,
        "cue": quote.cue,
        "source": quote.source,
        "cue_class": quote.cue_class,
        "speaker": quote.speaker,
        "speakers": _speakers(quote.speakers),
        "confidence": quote.confidence,
    }


def _speakers(speakers: Iterable[Speaker]) -> list[dict[str, Any]]:
    return [
        {"name": speaker.name, "label": speaker.label, "role": speaker.role} for speaker in speakers
    ]
