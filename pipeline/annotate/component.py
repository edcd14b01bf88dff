"""Dateline's model as an ordinary spaCy pipeline, ``en_dateline_news``.

``nlp("…")`` gives sentences, ``doc.ents`` (each with ``ent._.name`` and ``ent._.role``) and
``doc.spans["quotes"]`` (each with ``_.kind``, ``_.speaker``, ``_.confidence``, ``_.quote``). One
span of the group is one stretch of content, so an interrupted quote has several, of one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.annotate.annotator import annotate_spans, read_doc
from pipeline.annotate.tagger import Tagger
from pipeline.annotate.tokens import guard

if TYPE_CHECKING:
    from pipeline.records import Annotation, Quote

NAME = "en_dateline_news"
QUOTES = "quotes"
"""Key of the quotes in ``doc.spans``."""


@Language.factory("dateline_annotator", assigns=["doc.ents", "doc.spans"])
def make_annotator(nlp: Language, name: str) -> AnnotatorPipe:
    """Make the component, with the model that comes with the package."""
    return AnnotatorPipe(Tagger.load())


class AnnotatorPipe:
    """The component: tags documents in batches and writes names and quotes into them."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        _declare_extensions()

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream in its order; the more documents in a batch, the faster."""
        documents = iter(stream)
        while docs := list(islice(documents, batch_size)):
            for doc, spans in zip(docs, self._tagger.tag(docs), strict=True):
                write(doc, annotate_spans(doc.text, read_doc(doc, spans)))
                yield doc


def write(doc: Doc, annotation: Annotation) -> None:
    """Put an annotation of the document's text into the document."""
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
    doc.spans[QUOTES] = [span for quote in annotation.quotes for span in _content_spans(doc, quote)]
    doc._.annotation = annotation


def _content_spans(doc: Doc, quote: Quote) -> Iterator[Span]:
    for start, end in quote.content:
        span = doc.char_span(start, end, label=quote.kind, alignment_mode="expand")
        if span is not None:
            span._.quote = quote
            yield span


def _declare_extensions() -> None:
    if Doc.has_extension("annotation"):
        return
    Doc.set_extension("annotation", default=None)
    for name in ("name", "role", "quote"):
        Span.set_extension(name, default=None)
    for name in ("kind", "speaker", "confidence"):
        Span.set_extension(name, getter=_of_quote(name))


def _of_quote(name: str) -> Callable[[Span], Any]:
    def get(span: Span) -> Any:
        return getattr(span._.quote, name, None)

    return get


def load_pipeline() -> Language:
    """Return the pipeline: tokeniser, sentences, names and quotes.

    Raises:
        ModelError: the model that belongs to the package is missing or broken.
    """
    nlp = guard(spacy.blank("en"))
    nlp.meta["name"] = NAME.removeprefix("en_")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("dateline_annotator")
    return nlp
