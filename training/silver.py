"""Label corpora for heads without annotation: `python -m training.silver MODEL FILE`.

The model of an earlier stage tags the train texts (self-training, Yarowsky 1995; the student learns
from them with noise, Xie et al. 2020): names in PolNeAR, attributions in Worldwide-NER, both in the
gold texts of the news pages and in GUM, where the class of a name is that of GUM's phrase. Dev
files are not read. FILE is JSON Lines: the first line has the
`model_sha256`, then each document has a line with `id` and `spans`. A file that the same model
wrote is left unchanged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import spacy

from pipeline.annotate.tagging.tagger import Tagger
from training import corpora
from training.corpora import GUM_CLASSES
from training.evaluate import BATCH, in_characters
from training.recipe import OtherRecipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.tokens import Doc

    from pipeline.annotate.tagging.tagger import TaggedSpans
    from training.corpora import Document, Span


KEPT = {
    "NORP": frozenset(GUM_CLASSES.values()),
    "Date": frozenset(GUM_CLASSES.values()),
    "Money": frozenset(GUM_CLASSES.values()),
    "Product": frozenset(GUM_CLASSES.values()),
    "Facility": frozenset({"Location"}),
    "Location": frozenset({"Organization"}),
}
"""Class of a name → classes of a phrase that say nothing against it: a country's team and a
government are organisations to GUM and Locations in Worldwide-NER, Twitter is a Product."""
_OF_ANOTHER = re.compile(r"\b(?:about|at|by|for|from|in|like|of|on|that|to|who|with)\b")


def train_documents(data: Path) -> list[Document]:
    """Read all documents that may be used for training."""
    return [
        *corpora.worldwide(data / "worldwide-ner", "train"),
        *corpora.polnear(data / "polnear", "train", join_pieces=True),
        *corpora.news_pages(data / "news-pages"),
        *corpora.gum(data / "gum-news"),
    ]


def with_silver(documents: Sequence[Document], path: Path) -> list[Document]:
    """Return the documents with the silver labels that `main` wrote to a file.

    Raises:
        KeyError: the file has no labels for a document; run `python -m training.silver` again.
    """
    rows = (row for row in corpora.read_rows(path) if "id" in row)
    spans = {row["id"]: tuple(map(tuple, row["spans"])) for row in rows}
    return [replace(document, silver=spans[document.id]) for document in documents]


def is_written(path: Path, model_sha256: str) -> bool:
    """Tell whether the file of silver labels exists.

    Raises:
        OtherRecipe: another model wrote it.
    """
    if not path.exists():
        return False
    stored = next(iter(corpora.read_rows(path)), {}).get("model_sha256")
    if stored != model_sha256:
        raise OtherRecipe(
            f"{path} was labelled by the model {stored or 'unknown'}, the present one is "
            f"{model_sha256}: delete the file, and the models trained on it, to label again"
        )
    return True


def silver(
    tagger: Tagger, documents: Sequence[Document], phrases: Mapping[str, Sequence[Span]]
) -> Iterator[tuple[Span, ...]]:
    """Yield for each document the spans of the heads for which it has no annotation.

    Args:
        tagger: the model that labels.
        documents: what is labelled.
        phrases: id → noun phrases with the class that people gave them, of documents that have any.
    """
    nlp = spacy.blank("en")
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        docs = [nlp.make_doc(document.text) for document in batch]
        for document, doc, tagged in zip(batch, docs, tagger.tag(docs), strict=True):
            found = [] if document.task == "entities" else with_agreed_labels(doc, tagged)
            names = with_classes_of(document.text, found, phrases.get(document.id, ()))
            roles = [] if document.task == "attribution" else in_characters(doc, tagged.attribution)
            yield (*names, *roles)


def with_agreed_labels(doc: Doc, tagged: TaggedSpans) -> list[Span]:
    """Return the names of a document; each surface form has the label with the highest score."""
    votes: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for span in tagged.entities:
        votes[doc[span.start : span.end].text][span.label] += span.score
    elected = {name: max(scores, key=lambda label: scores[label]) for name, scores in votes.items()}
    return [
        (start, end, elected[doc.text[start:end]])
        for start, end, _ in in_characters(doc, tagged.entities)
    ]


def with_classes_of(text: str, names: Sequence[Span], phrases: Sequence[Span]) -> Sequence[Span]:
    """Return names with the class of the shortest phrase that ends with them.

    The tagger's borders are kept, since GUM's phrases have titles in them: "President Ida Holm" is
    a person, and so is the name "Ida Holm". In "the winner of the Lund Prize" it is another.
    """
    by_end: defaultdict[int, list[Span]] = defaultdict(list)
    for phrase in phrases:
        by_end[phrase[1]].append(phrase)
    corrected: list[Span] = []
    for start, end, label in names:
        around = [phrase for phrase in by_end[end] if phrase[0] <= start]
        first, _, given = max(around, default=(start, end, label))
        if given in KEPT.get(label, ()) or _OF_ANOTHER.search(text, first, start):
            given = label
        corrected.append((start, end, given))
    return corrected


def main() -> None:
    """Read the arguments, tag the documents and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, default=corpora.DATA)
    chosen = parser.parse_args()
    with (chosen.model / "model.onnx").open("rb") as opened:
        model_sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if is_written(chosen.file, model_sha256):
        return
    documents = train_documents(chosen.data)
    phrases = corpora.gum_phrases(chosen.data / "gum-news")
    spans = silver(Tagger.load(chosen.model), documents, phrases)
    rows = [json.dumps({"model_sha256": model_sha256})]
    rows += [
        json.dumps({"id": document.id, "spans": found})
        for document, found in zip(documents, spans, strict=True)
    ]
    partial = chosen.file.with_suffix(".partial")
    partial.write_text("\n".join(rows) + "\n", encoding="utf-8")
    partial.rename(chosen.file)


if __name__ == "__main__":
    main()
