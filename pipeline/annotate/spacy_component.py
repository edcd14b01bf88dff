"""Dateline's annotator as a component of spaCy pipelines; ``en_dateline_news`` consists of it.

The component sets ``doc.ents``, each with ``_.name`` and ``_.role``, peoples also with
``_.country``. ``doc.spans["quotes"]`` has the quoted stretches, ``doc.spans["sources"]`` the words
that say who spoke, and ``doc.spans["cues"]`` the words of saying. A quote may have several
stretches ("…," she said, "…"); the spans of one quote have the same ``id``, the number of the quote
in ``doc._.quotes``. All of it is plain data that ``doc.to_bytes`` keeps. A text in another language
gets no names and no quotes, and ``doc._.outcome`` is "no_pipeline".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import compress
from pathlib import Path
from typing import Any

import srsly  # type: ignore[import-untyped]
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import load_model_from_path

from pipeline.annotate.annotator import (
    BATCH_CHARACTERS,
    annotate_spans,
    text_from_pipeline,
    text_from_tagger,
)
from pipeline.annotate.labels import LABELS
from pipeline.annotate.model_files import CONFIG, ModelFiles
from pipeline.annotate.names.aliases import country_of
from pipeline.annotate.tagging.tagger import Tagger
from pipeline.annotate.tagging.window_cache import WindowCache
from pipeline.language import language_of
from pipeline.models import Annotation, Quote
from pipeline.models import Span as Offsets
from pipeline.outcomes import AnnotationOutcome

PACKAGE = Path(__file__).parent / "package" / "en_dateline_news"
"""The folder of the spaCy package."""
FACTORY = "dateline_annotator"
"""The name of the component in ``config.cfg`` and in spaCy's registry."""
SPAN_GROUPS = {"quotes": "content", "sources": "source", "cues": "cue"}
"""Keys of ``doc.spans`` → parts of a quote."""
_USER_DATA = "dateline"
"""Key in ``doc.user_data`` of the outcome and the quotes."""
_QUOTE_FIELDS = (
    "kind",
    "speaker",
    "confidence",
    "cue_class",
    "speakers",
    "speaker_method",
    "speaker_evidence",
    "grade",
    "grade_reason",
    "lost_mark",
)


@Language.factory(
    FACTORY,
    assigns=[
        "doc.ents",
        "doc.spans",
        "doc._.quotes",
        "doc._.outcome",
        "span._.name",
        "span._.role",
        "span._.country",
        *(f"span._.{name}" for name in (*_QUOTE_FIELDS, "quote", "source", "cue")),
    ],
    default_config={"model": None, "overwrite_ents": True},
)
def make_annotator(
    nlp: Language, name: str, model: str | None, overwrite_ents: bool
) -> AnnotatorPipe:
    """Make the component for a pipeline.

    Args:
        nlp: the pipeline.
        name: the component's name in the pipeline.
        model: the folder of a model; None for the one that ships with the package.
        overwrite_ents: whether our names replace those in the Doc; otherwise the names that other
            components set stay, and the speakers of quotes are looked for among them.
    """
    return AnnotatorPipe(Tagger.load(Path(model) if model else None), overwrite_ents)


class AnnotatorPipe:
    """The component: tag documents in batches and write names and quotes into them."""

    def __init__(self, tagger: Tagger, overwrite_ents: bool = True) -> None:
        """Take a loaded model; `overwrite_ents` is explained at `make_annotator`."""
        self._tagger = tagger
        self._overwrite = overwrite_ents

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that ``doc.ents`` may have."""
        return tuple(LABELS)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream of documents in its order.

        A batch ends at `batch_size` documents or 200,000 characters, whichever comes first; the
        results do not depend on it.
        """
        as_characters = text_from_tagger if self._overwrite else text_from_pipeline
        for batch in _batches(stream, batch_size):
            are_english = [language_of(text) in {None, "en"} for _, text in batch]
            found = iter(self._tagger.tag([doc for doc, _ in compress(batch, are_english)]))
            for (doc, text), good in zip(batch, are_english, strict=True):
                if good:
                    annotation = annotate_spans(text, as_characters(doc, next(found)))
                else:
                    annotation = Annotation(outcome=AnnotationOutcome.NO_PIPELINE)
                if self._overwrite:
                    write_entities(doc, annotation)
                write_quotes(doc, annotation)
                yield doc

    def clear_cache(self) -> None:
        """Forget the windows that were tagged, for measurements of speed; results do not change."""
        self._tagger.cache = WindowCache()

    def to_disk(self, path: Path | str, **_: object) -> None:
        """Write the model, so that an update of Dateline does not change a saved pipeline."""
        self._tagger.files.write(Path(path))

    def from_disk(self, path: Path | str, **_: object) -> AnnotatorPipe:
        """Read the model of a saved pipeline; without one the present model stays.

        Raises:
            ModelError: the model is damaged or of another format.
        """
        if (Path(path) / CONFIG).exists():
            self._tagger = Tagger.load(Path(path))
        return self

    def to_bytes(self, **_: object) -> bytes:
        """Pack the model (23 MB)."""
        packed: bytes = srsly.msgpack_dumps(self._tagger.files.pack())
        return packed

    def from_bytes(self, data: bytes, **_: object) -> AnnotatorPipe:
        """Unpack a model that `to_bytes` packed.

        Raises:
            ModelError: the model is damaged or of another format.
        """
        self._tagger = Tagger.of(ModelFiles.unpack(srsly.msgpack_loads(data)))
        return self


def _batches(stream: Iterable[Doc], batch_size: int) -> Iterator[list[tuple[Doc, str]]]:
    """Yield batches of documents with their texts, since spaCy builds `doc.text` at each access."""
    batch: list[tuple[Doc, str]] = []
    size = 0
    for doc in stream:
        batch.append((doc, doc.text))
        size += len(batch[-1][1])
        if len(batch) >= batch_size or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def write_entities(doc: Doc, annotation: Annotation) -> None:
    """Set ``doc.ents`` to the names of an annotation."""
    entities = []
    for mention in annotation.mentions:
        span = doc.char_span(
            mention.start, mention.end, label=mention.label, alignment_mode="contract"
        )
        # A name that is only part of a token ("US" in the token "US/UK") cannot be a span.
        if span is not None:
            span._.name, span._.role = mention.name, mention.role
            entities.append(span)
    doc.set_ents(entities)


def write_quotes(doc: Doc, annotation: Annotation) -> None:
    """Set the span groups and user data of a document to an annotation's quotes and outcome."""
    doc.user_data[_USER_DATA] = {
        "outcome": annotation.outcome.value,
        "quotes": [_as_plain_data(quote) for quote in annotation.quotes],
    }
    for group, part in SPAN_GROUPS.items():
        doc.spans[group] = [
            span
            for number, quote in enumerate(annotation.quotes)
            for span in _spans(doc, number, quote, getattr(quote, part))
        ]


def _as_plain_data(quote: Quote) -> dict[str, Any]:
    # Converted to JSON and back, so that tuples are lists here as they are after pickling a Doc.
    plain: dict[str, Any] = json.loads(json.dumps(asdict(quote)))
    return plain | {"speaker": quote.speaker}


def _spans(doc: Doc, number: int, quote: Quote, stretches: Iterable[Offsets]) -> Iterator[Span]:
    for start, end in stretches:
        span = doc.char_span(
            start, end, label=quote.kind, span_id=str(number), alignment_mode="expand"
        )
        if span is not None:
            yield span


def _declare_extensions() -> None:
    """Declare the attributes of documents and spans.

    Attributes of spans that another package has declared before keep its meaning.
    """
    Doc.set_extension("quotes", getter=lambda doc: _stored(doc).get("quotes", []), force=True)
    Doc.set_extension("outcome", getter=lambda doc: _stored(doc).get("outcome"), force=True)
    getters = {name: _value_of_quote(name) for name in _QUOTE_FIELDS}
    getters |= {"quote": _quote_of, "source": _spans_of("sources"), "cue": _spans_of("cues")}
    getters["country"] = lambda span: country_of(span._.name or span.text)
    for name, getter in getters.items():
        if not Span.has_extension(name):
            Span.set_extension(name, getter=getter)
    for name in ("name", "role"):
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)


def _stored(doc: Doc) -> dict[str, Any]:
    stored: dict[str, Any] = doc.user_data.get(_USER_DATA, {})
    return stored


def _quote_of(span: Span) -> dict[str, Any] | None:
    """Return the quote of a span in our groups, whose id is the quote's number; None for others."""
    quotes = _stored(span.doc).get("quotes", [])
    number = int(span.id_) if span.id_.isdecimal() else len(quotes)
    return quotes[number] if number < len(quotes) else None


def _value_of_quote(name: str) -> Callable[[Span], Any]:
    return lambda span: (_quote_of(span) or {}).get(name)


def _spans_of(group: str) -> Callable[[Span], list[Span]]:
    return lambda span: [
        other for other in span.doc.spans.get(group, ()) if span.id and other.id == span.id
    ]


_declare_extensions()


def load_pipeline(**overrides: Any) -> Language:
    """Load ``en_dateline_news`` from its folder, where ``spacy.load`` cannot find the package.

    Raises:
        ModelError: the model is missing or damaged.
    """
    return load_model_from_path(PACKAGE, **overrides)
