"""Training data for the peers: the names of Worldwide as spaCy documents, by paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import spacy
from spacy.util import filter_spans

from training import corpora

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from training.corpora import Document

HELD_OUT = 20
"""One article in so many is held out to choose the best step; the dev parts are never used."""


class Parts(NamedTuple):
    """Documents for training, and held-out ones that choose the best step."""

    train: list[Doc]
    held_out: list[Doc]


def split_held_out(articles: Iterable[Sequence[Doc]]) -> Parts:
    """Hold out every twentieth article; an article is one document or several."""
    parts = Parts([], [])
    for number, docs in enumerate(articles):
        (parts.train if number % HELD_OUT else parts.held_out).extend(docs)
    return parts


def named_docs(data: Path) -> Parts:
    """Return Worldwide's train part, one document for each paragraph.

    Names that do not end with a token are left out. Whole articles instead of paragraphs make
    batches of one article each and a worse pipeline: F1 of 69.5 on dev.
    """
    nlp = spacy.blank("en")
    documents = corpora.worldwide(data / "worldwide-ner", "train")
    return split_held_out([named_paragraphs(nlp, document) for document in documents])


def named_paragraphs(nlp: Language, document: Document) -> list[Doc]:
    """Return the paragraphs of an article with their names."""
    docs, start = [], 0
    for paragraph in document.text.split("\n\n"):
        doc = nlp.make_doc(paragraph)
        end = start + len(paragraph)
        spans = [
            doc.char_span(first - start, last - start, label)
            for first, last, label in document.spans
            if start <= first and last <= end
        ]
        doc.set_ents(filter_spans([span for span in spans if span is not None]))
        docs += [doc] if paragraph else []
        start = end + 2
    return docs
