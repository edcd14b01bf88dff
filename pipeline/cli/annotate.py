"""``dateline annotate``: entities and quotes with their speakers, as a Unix filter."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Annotated, Any, NamedTuple

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.models import Annotation, Quote, Speaker
from pipeline.outcomes import Outcome

READ_AHEAD = 64
"""Rows held at most before they are annotated: enough to fill the model's batches."""
_HELP = """Find names, and who said what, in texts.

Each row needs "id" and "text"; "title" (the headline) helps with names.

Each row comes back with "entities" and "quotes"; their offsets count the \
characters of the text as given. Quotation marks lie inside a quote's "content"; \
"speaker" is null where nobody can be named. A text of 40 words or more in \
another language gets the outcome not_english.

It streams, and needs no database and no network.

Example: dateline annotate articles.jsonl | jq -r '.quotes[] | .speaker'
"""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""

    @app.command(help=_HELP, rich_help_panel=FILTERS)
    def annotate(
        file: Annotated[
            Path | None,
            typer.Argument(metavar="FILE", help="JSON Lines; standard input if left out or -."),
        ] = None,
    ) -> None:
        with open_input(file) as stream:
            if not run_filter(stream, sys.stdout, annotated_rows):
                raise typer.Exit(1)


def annotated_rows(rows: Iterator[Row]) -> Iterator[Mapping[str, Any]]:
    """Turn rows with a text into annotated rows, in their order.

    Takes what has arrived as one batch: full batches from a file, single rows from a slow pipe.
    """
    # Imported here: spaCy takes a second, and "dateline --help" needs none of it.
    from pipeline.annotate.annotator import Annotator
    from pipeline.settings import settings

    annotator = Annotator.load(settings().nlp_model)
    for batch in _as_they_come(rows):
        checked = [_check(row) for row in batch]
        good = [item for item in checked if isinstance(item, _Text)]
        done = annotator.annotate((item.text for item in good), (item.title for item in good))
        for item in checked:
            yield _as_row(item.id, next(done)) if isinstance(item, _Text) else item


def _as_they_come(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Read in a thread, so that a reader who waits for each answer gets it before the next row."""
    arrived: Queue[Row | Exception | None] = Queue(READ_AHEAD)

    def pump() -> None:
        try:
            for row in rows:
                arrived.put(row)
        # The rim of a thread: what goes wrong in reading is raised where the rows are used.
        except Exception as error:
            arrived.put(error)
        arrived.put(None)

    Thread(target=pump, daemon=True).start()
    while (item := arrived.get()) is not None:
        batch: list[Row] = []
        while isinstance(item, Row):
            batch.append(item)
            if arrived.empty() or len(batch) == READ_AHEAD:
                break
            item = arrived.get()
        yield batch
        if isinstance(item, Exception):
            raise item
        if item is None:
            return


class _Text(NamedTuple):
    id: Any
    text: str
    title: str | None


def _check(row: Row) -> _Text | dict[str, Any]:
    try:
        text = row.text("text")
        title = row.text("title")
    except RowError as error:
        return {"id": row.id, "error": str(error)}
    if text is None:
        return {"id": row.id, "error": 'a row needs a "text"'}
    return _Text(row.id, text, title)


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
