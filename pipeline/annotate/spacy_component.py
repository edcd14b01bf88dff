"""Dateline's model as a component of spaCy pipelines; ``en_dateline_news`` is made of it.

Writes ``doc.ents`` (each with ``_.name`` and ``_.role``, peoples also with ``_.country``) and, for
each stretch of what was said, who said it and the words that tell so, ``doc.spans["quotes"]``,
``["sources"]`` and ``["cues"]``.
A quote may have several stretches ("…," she said, "…"), so spans of one quote share their ``id``,
the number of the quote in ``doc._.quotes``. All is plain data that travels with the document's
bytes. A text in another language gets nothing, and ``doc._.outcome`` says so.
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

from pipeline.annotate.annotator import BATCH_CHARACTERS, annotate_spans, read_doc, read_others
from pipeline.annotate.labels import LABELS
from pipeline.annotate.model_files import CONFIG, ModelFiles
from pipeline.annotate.names.aliases import country_of
from pipeline.annotate.tagging.tagger import Tagger
from pipeline.annotate.tagging.window_cache import WindowMemory
from pipeline.language import is_english
from pipeline.models import Annotation, Quote
from pipeline.models import Span as Place
from pipeline.outcomes import Outcome

PACKAGE = Path(__file__).parent / "package" / "en_dateline_news"
FACTORY = "dateline_annotator"
GROUPS = {"quotes": "content", "sources": "source", "cues": "cue"}
"""Keys of ``doc.spans`` → parts of a quote."""
_KEPT = "dateline"
"""Key in ``doc.user_data`` of the outcome and the quotes."""
_OF_QUOTE = ("kind", "speaker", "confidence", "cue_class", "speakers")


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
        *(f"span._.{name}" for name in (*_OF_QUOTE, "quote", "source", "cue")),
    ],
    default_config={"model": None, "overwrite_ents": True},
)
def make_annotator(
    nlp: Language, name: str, model: str | None, overwrite_ents: bool
) -> AnnotatorPipe:
    """Make the component.

    `model` is the folder of another model than the one that ships. Unless `overwrite_ents`, the
    names that the pipeline has found before stay, and quotes are built on them.
    """
    return AnnotatorPipe(Tagger.load(Path(model) if model else None), overwrite_ents)


class AnnotatorPipe:
    """The component: tags documents in batches and writes names and quotes into them."""

    def __init__(self, tagger: Tagger, overwrite_ents: bool = True) -> None:
        """Take a loaded model; `overwrite_ents` as in the factory."""
        self._tagger = tagger
        self._overwrite = overwrite_ents

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of ``doc.ents``."""
        return tuple(LABELS)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream in its order.

        A batch is `batch_size` documents or 200,000 characters, whichever is less; what is found
        does not depend on it.
        """
        read = read_doc if self._overwrite else read_others
        for batch in _batches(stream, batch_size):
            readable = [is_english(text) for _, text in batch]
            found = iter(self._tagger.tag([doc for doc, _ in compress(batch, readable)]))
            for (doc, text), good in zip(batch, readable, strict=True):
                if good:
                    annotation = annotate_spans(text, read(doc, next(found)))
                else:
                    annotation = Annotation(outcome=Outcome.NOT_ENGLISH)
                if self._overwrite:
                    write_entities(doc, annotation)
                write_quotes(doc, annotation)
                yield doc

    def forget(self) -> None:
        """Drop what is remembered of windows read before: results stay, time is taken afresh."""
        self._tagger.memory = WindowMemory()

    def to_disk(self, path: Path | str, **_: object) -> None:
        """Write the model, so that a saved pipeline stays as it is when Dateline is updated."""
        self._tagger.files.write(Path(path))

    def from_disk(self, path: Path | str, **_: object) -> AnnotatorPipe:
        """Read the model of a saved pipeline; where none was saved the present one stays.

        Raises:
            ModelError: it is damaged, or of another format.
        """
        if (Path(path) / CONFIG).exists():
            self._tagger = Tagger.load(Path(path))
        return self

    def to_bytes(self, **_: object) -> bytes:
        """Pack the model (23 MB)."""
        packed: bytes = srsly.msgpack_dumps(self._tagger.files.pack())
        return packed

    def from_bytes(self, data: bytes, **_: object) -> AnnotatorPipe:
        """Unpack a model.

        Raises:
            ModelError: it is damaged, or of another format.
        """
        self._tagger = Tagger.of(ModelFiles.unpack(srsly.msgpack_loads(data)))
        return self


def _batches(stream: Iterable[Doc], most: int) -> Iterator[list[tuple[Doc, str]]]:
    """Cut a stream of documents, each with its text, which spaCy puts together at every look."""
    batch: list[tuple[Doc, str]] = []
    size = 0
    for doc in stream:
        batch.append((doc, doc.text))
        size += len(batch[-1][1])
        if len(batch) >= most or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def write_entities(doc: Doc, annotation: Annotation) -> None:
    """Put the names of the document's text into the document."""
    entities = []
    for mention in annotation.mentions:
        span = doc.char_span(
            mention.start, mention.end, label=mention.label, alignment_mode="contract"
        )
        # A name inside a token ("US/UK" as one) has no tokens of its own.
        if span is not None:
            span._.name, span._.role = mention.name, mention.role
            entities.append(span)
    doc.set_ents(entities)


def write_quotes(doc: Doc, annotation: Annotation) -> None:
    """Put the quotes of the document's text, and what became of it, into the document."""
    doc.user_data[_KEPT] = {
        "outcome": annotation.outcome.value,
        "quotes": [_plain(quote) for quote in annotation.quotes],
    }
    for group, part in GROUPS.items():
        doc.spans[group] = [
            span
            for number, quote in enumerate(annotation.quotes)
            for span in _spans(doc, number, quote, getattr(quote, part))
        ]


def _plain(quote: Quote) -> dict[str, Any]:
    # Through JSON, since another process hands tuples back as lists.
    plain: dict[str, Any] = json.loads(json.dumps(asdict(quote)))
    return plain | {"speaker": quote.speaker}


def _spans(doc: Doc, number: int, quote: Quote, places: Iterable[Place]) -> Iterator[Span]:
    for start, end in places:
        span = doc.char_span(
            start, end, label=quote.kind, span_id=str(number), alignment_mode="expand"
        )
        if span is not None:
            yield span


def _declare_extensions() -> None:
    """Declare what documents and spans carry; a name that somebody else declared stays theirs."""
    Doc.set_extension("quotes", getter=lambda doc: _kept(doc).get("quotes", []), force=True)
    Doc.set_extension("outcome", getter=lambda doc: _kept(doc).get("outcome"), force=True)
    getters = {name: _value_of_quote(name) for name in _OF_QUOTE}
    getters |= {"quote": _quote_of, "source": _spans_of("sources"), "cue": _spans_of("cues")}
    getters["country"] = lambda span: country_of(span._.name or span.text)
    for name, getter in getters.items():
        if not Span.has_extension(name):
            Span.set_extension(name, getter=getter)
    for name in ("name", "role"):
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)


def _kept(doc: Doc) -> dict[str, Any]:
    kept: dict[str, Any] = doc.user_data.get(_KEPT, {})
    return kept


def _quote_of(span: Span) -> dict[str, Any] | None:
    """Return the quote that a span of our groups belongs to; other spans have no number for id."""
    quotes = _kept(span.doc).get("quotes", [])
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
    """Load ``en_dateline_news``, as ``spacy.load`` does, where the package is not on the path.

    Raises:
        ModelError: the model is missing or broken.
    """
    return load_model_from_path(PACKAGE, **overrides)
