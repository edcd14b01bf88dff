"""Labels corpora for the heads they were not annotated for: `python -m training.silver MODEL FILE`.

A model folder of an earlier stage reads the train texts (self-training, Yarowsky 1995; the student
learns them with noise, Xie et al. 2020): names in PolNeAR, attributions in Worldwide-NER, both in
the gold texts of the news pages. Dev files are not read. The first JSON
line is the model's `model_sha256`, then one a document: `id`, `spans`. A file of the same model is
left as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import spacy

from pipeline.annotate.tagging.tagger import Tagger
from training import corpora
from training.evaluate import BATCH, in_characters
from training.recipe import OtherRecipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc

    from pipeline.annotate.tagging.tagger import TaggedSpans
    from training.corpora import Document, Span


def train_documents(data: Path) -> list[Document]:
    """Read everything that may be trained on."""
    return [
        *corpora.worldwide(data / "worldwide-ner", "train"),
        *corpora.polnear(data / "polnear", "train", mended=True),
        *corpora.news_pages(data / "news-pages"),
    ]


def with_silver(documents: Sequence[Document], path: Path) -> list[Document]:
    """Give the documents with the spans that `main` wrote for them.

    Raises:
        KeyError: the file is of other documents; run `python -m training.silver` again.
    """
    rows = (row for row in corpora.read_rows(path) if "id" in row)
    spans = {row["id"]: tuple(map(tuple, row["spans"])) for row in rows}
    return [replace(document, silver=spans[document.id]) for document in documents]


def is_written(path: Path, model_sha256: str) -> bool:
    """Tell whether the labels are there already.

    Raises:
        OtherRecipe: they are another model's.
    """
    if not path.exists():
        return False
    stored = next(iter(corpora.read_rows(path)), {}).get("model_sha256")
    if stored != model_sha256:
        raise OtherRecipe(
            f"{path} was labelled by the model {stored or 'unknown'}, the present one is "
            f"{model_sha256}: delete the file to label anew, and what was trained on it with it"
        )
    return True


def silver(tagger: Tagger, documents: Sequence[Document]) -> Iterator[tuple[Span, ...]]:
    """Tag documents; give the spans of the heads that each was not annotated for."""
    nlp = spacy.blank("en")
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        docs = [nlp.make_doc(document.text) for document in batch]
        for document, doc, tagged in zip(batch, docs, tagger.tag(docs), strict=True):
            names = [] if document.task == "entities" else agreed(doc, tagged)
            roles = [] if document.task == "attribution" else in_characters(doc, tagged.attribution)
            yield (*names, *roles)


def agreed(doc: Doc, tagged: TaggedSpans) -> list[Span]:
    """Give names one class for one surface form in the article: that with most score together."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for span in tagged.entities:
        votes[doc[span.start : span.end].text][span.label] += span.score
    return [
        (start, end, votes[doc.text[start:end]].most_common(1)[0][0])
        for start, end, _ in in_characters(doc, tagged.entities)
    ]


def main() -> None:
    """Read the arguments, tag, and write the file."""
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
    spans = silver(Tagger.load(chosen.model), documents)
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
