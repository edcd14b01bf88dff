"""``dateline annotate`` finds names and quotes with their speakers, as a Unix filter."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.outcomes import Outcome

if TYPE_CHECKING:
    from pipeline.models import Annotation, Quote, Speaker

READ_AHEAD = 64
"""Most rows that wait to be annotated; enough to fill the model's batches."""
_HELP = """Find names, and who said what, in texts.

Each row needs "id" and "text"; "title" (the headline) helps with names.

Each row comes back with "entities" and "quotes"; their offsets count the \
characters of the text as given. Quotation marks lie inside a quote's "content"; \
"speaker" is null where no name can be given. A text of 40 words or more in \
another language gets the outcome not_english.

A row is written as soon as it is annotated. No database and no network are needed.

Example: dateline annotate articles.jsonl | jq -r '.quotes[] | .speaker'
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(help=_HELP, rich_help_panel=FILTERS)
    def annotate(
        file: Annotated[
            Path | None,
            typer.Argument(
                metavar="FILE", help="JSON Lines; by default, or for -, standard input."
            ),
        ] = None,
    ) -> None:
        with open_input(file) as stream:
            if not run_filter(stream, sys.stdout, annotated_rows):
                raise typer.Exit(1)


def annotated_rows(rows: Iterator[Row]) -> Iterator[Mapping[str, Any]]:
    """Yield one annotated row, or one with an ``error``, for each input row, in order.

    The rows that have arrived are annotated as one batch: full batches from a file, single rows
    from a slow pipe.
    """
    # Imported here because spaCy takes a second to load.
    from pipeline.annotate.annotator import Annotator
    from pipeline.settings import settings

    annotator = Annotator.load(settings().nlp_model)
    for batch in _batches_as_they_arrive(rows):
        checked = [_check(row) for row in batch]
        good = [item for item in checked if isinstance(item, _Text)]
        done = annotator.annotate((item.text for item in good), (item.title for item in good))
        for item in checked:
            yield _as_row(item.id, next(done)) if isinstance(item, _Text) else item


def _batches_as_they_arrive(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield the rows that have arrived since the batch before, at most ``READ_AHEAD``.

    A thread reads them, so that a program that sends a row and waits for the answer gets it.
    """
    arrived: Queue[Row | Exception | None] = Queue(READ_AHEAD)

    def read() -> None:
        try:
            for row in rows:
                arrived.put(row)
        # Nobody would see an exception of this thread; it is raised where the rows are used.
        except Exception as error:
            arrived.put(error)
        arrived.put(None)

    Thread(target=read, daemon=True).start()
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
    """The values of a row that can be annotated."""

    id: Any
    text: str
    title: str | None


def _check(row: Row) -> _Text | dict[str, Any]:
    """Return the row's text, or the output row that says what is wrong with it."""
    try:
        text = row.text("text")
        title = row.text("title")
    except RowError as error:
        return {"id": row.id, "error": str(error)}
    if text is None:
        return {"id": row.id, "error": 'a row needs a "text"'}
    return _Text(row.id, text, title)


def _as_row(row_id: Any, annotation: "Annotation") -> dict[str, Any]:
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


def _quote(quote: "Quote") -> dict[str, Any]:
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


def _speakers(speakers: "Iterable[Speaker]") -> list[dict[str, Any]]:
    return [
        {"name": speaker.name, "label": speaker.label, "role": speaker.role} for speaker in speakers
    ]
