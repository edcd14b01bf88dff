"""``dateline annotate`` finds names and quotes with their speakers, as a Unix filter."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pipeline.cli.app import FILTERS
from pipeline.cli.filters import Row, RowError, open_input, run_filter
from pipeline.outcomes import AnnotationOutcome

if TYPE_CHECKING:
    from pipeline.models import Quote, Speaker
    from pipeline.page_worker import Broken, Failed
    from pipeline.stages.annotate import Annotated as AnnotatedText

_HELP = """Find names, and who said what, in texts.

Each row needs "id" and "text"; "title" (the headline) helps with names, and "language" (ISO \
639-1) says what a text is in that is too short to show it.

Each row comes back with "entities" and "quotes"; their offsets count the \
characters of the text as given. Quotation marks lie inside a quote's "content"; \
"speaker" is null where no name can be given. "grade" is A for a printable quote, B for one that \
is likely right and C for one that only counts; "grade_reason" says why it is not better.

A text in another language than English gets the names that a pipeline of DATELINE_NLP_MODEL \
finds, or the outcome no_pipeline.

A row is written as soon as it is annotated. A text that takes longer than \
DATELINE_ANNOTATE_SECONDS gets an error and the rest goes on. No database and no network are needed.

Example: dateline annotate articles.jsonl | jq -r '.quotes[] | select(.grade != "C") | .speaker'
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

    Each text is annotated by a process that is ended where it takes more time or memory than the
    settings allow; its row then has an error.

    Raises:
        ModelError: the model is missing or broken.
    """
    # Imported here because spaCy takes a second to load.
    from pipeline.page_worker import TimeLimit, page_worker
    from pipeline.settings import settings
    from pipeline.stages.annotate import ANNOTATE, ToAnnotate, loaded_model

    limit = TimeLimit(settings().annotate_seconds)
    with page_worker() as worker:
        for row in rows:
            item = _check(row)
            if not isinstance(item, _Text):
                yield item
                continue
            loaded_model(worker)
            pipelines = settings().nlp_pipelines
            given = ToAnnotate(pipelines, item.text, item.title, item.language)
            result = worker.run(ANNOTATE, given, limit, lambda _wanted: {})
            yield _as_row(item.id, result)


class _Text(NamedTuple):
    """The values of a row that can be annotated."""

    id: Any
    text: str
    title: str | None
    language: str | None


def _check(row: Row) -> _Text | dict[str, Any]:
    """Return the row's text, or the output row that says what is wrong with it."""
    from pipeline.extract.html_head import language_code

    try:
        text = row.text("text")
        title = row.text("title")
        language = language_code(row.text("language"))
    except RowError as error:
        return {"id": row.id, "error": str(error)}
    if text is None:
        return {"id": row.id, "error": 'a row needs a "text"'}
    return _Text(row.id, text, title, language)


def _as_row(row_id: Any, result: "AnnotatedText | Failed | Broken") -> dict[str, Any]:
    from pipeline.errors import ModelError
    from pipeline.page_worker import Broken, Failed

    if isinstance(result, Broken):
        return {"id": row_id, "error": result.reason}
    if isinstance(result, Failed):
        if isinstance(result.error, ModelError):
            raise result.error
        return {"id": row_id, "error": result.message}
    annotation = result.annotation
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
        "outcome": "ok"
        if annotation.outcome is AnnotationOutcome.LOADED
        else annotation.outcome.value,
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
        "speaker_method": quote.speaker_method,
        "speaker_evidence": quote.speaker_evidence,
        "grade": quote.grade,
        "grade_reason": quote.grade_reason,
        "lost_mark": quote.lost_mark,
    }


def _speakers(speakers: "Iterable[Speaker]") -> list[dict[str, Any]]:
    return [
        {"name": speaker.name, "label": speaker.label, "role": speaker.role} for speaker in speakers
    ]
