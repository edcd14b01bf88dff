"""Training data for the peers as spaCy documents: names of Worldwide, trees of UD English.

textacy is written for the labels of spaCy's English parsers, so the trees are converted to these
labels. A name becomes a compound: its last part is the head and the parts before it are
``compound``, where Universal Dependencies make the first part the head.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import spacy
from spacy.training.converters.conllu_to_docs import conllu_to_docs
from spacy.util import filter_spans

from training import corpora

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from training.corpora import Document

NON_COMMERCIAL = ("essay", "fiction", "letter", "podcast", "whow")
"""Genres of GUM whose texts are under non-commercial terms."""
TEXTACY_LABELS = {
    "nsubj:pass": "nsubjpass",
    "csubj:pass": "csubjpass",
    "aux:pass": "auxpass",
    "obj": "dobj",
}
"""Labels of Universal Dependencies and what ``textacy.extract.triples`` expects instead."""
SENTENCES_A_DOC = 10
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


def parsed_docs(data: Path) -> Parts:
    """Return the trees of EWT and of GUM's genres under free terms."""
    folder = data / "ud-english"
    docs: list[Doc] = []
    for name in ("ewt", "gum"):
        docs += tree_docs(folder / f"{name}-train.conllu.gz")
    return split_held_out([doc] for doc in docs)


def tree_docs(path: Path) -> list[Doc]:
    """Read a treebank with the labels of ``TEXTACY_LABELS``, ten sentences in a document."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    sentences = (relabelled(sentence) for sentence in free_sentences(text))
    read: Any = conllu_to_docs
    return list(read("\n\n".join(sentences), n_sents=SENTENCES_A_DOC, no_print=True))


def free_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a CoNLL-U text, without the non-commercial genres of GUM."""
    is_free = True
    for sentence in text.strip().split("\n\n"):
        for line in sentence.split("\n"):
            if line.startswith("# newdoc id = "):
                is_free = not any(f"GUM_{genre}_" in line for genre in NON_COMMERCIAL)
        if is_free:
            yield sentence


def relabelled(sentence: str) -> str:
    """Return one CoNLL-U sentence with the labels that textacy expects."""
    rows = [line.split("\t") for line in sentence.split("\n") if line and line[0] != "#"]
    words = [row for row in rows if row[0].isdigit()]
    _turn_names(words)
    for row in words:
        row[7] = TEXTACY_LABELS.get(row[7], row[7].partition(":")[0])
    return "\n".join("\t".join(row) for row in rows)


def _turn_names(words: Iterable[list[str]]) -> None:
    """Make the last part of a flat name its head: Lee, flat of Ann, gets Ann as compound."""
    by_id = {row[0]: row for row in words}
    flat: dict[str, list[str]] = defaultdict(list)
    for row in by_id.values():
        if row[7].startswith("flat") and row[6] in by_id:
            flat[row[6]].append(row[0])
    for first, others in flat.items():
        last = others[-1]
        old, new = by_id[first], by_id[last]
        new[6], new[7] = old[6], old[7]
        for row in by_id.values():
            if row[6] == first and row is not new:
                row[6] = last
        for part in [first, *others[:-1]]:
            by_id[part][6:8] = [last, "compound"]
