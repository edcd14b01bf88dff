"""Annotate the corpora once for all scores: names and quotes of Dateline, and the bare tagger's.

Names and quotes come from ``Annotator.annotate``. Beside them are the spans of the tagger before
any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.language.attribution_scores import Parts, Span
from benchmarks.language.span_scores import LabelledSpan
from pipeline.annotate.annotator import Annotator, TaggedText, annotate_spans, text_from_tagger
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.tagging.tagger import Tagger
from pipeline.models import Annotation
from training import corpora
from training.corpora import Document

Row = dict[str, Any]
NINE = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "Location",
    "LOC": "Location",
    "NORP": "NORP",
    "LANGUAGE": "NORP",
    "FAC": "Facility",
    "PRODUCT": "Product",
    "DATE": "Date",
    "MONEY": "Money",
}
"""Worldwide's class of our labels; all other labels are its Misc."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Both corpora and what was found in them; the lists of a corpus have its order of articles."""

    rows: list[Row]
    """PolNeAR's articles as they are in the data."""
    attributed: list[Document]
    """PolNeAR's articles with the gold spans of sources, cues and contents."""
    quoted: list[Annotation]
    """What Dateline finds in PolNeAR's articles."""
    roles: list[TaggedText]
    """What the tagger alone finds in PolNeAR's articles."""
    named: list[Document]
    """Worldwide's articles with the gold spans of names."""
    regions: list[str]
    """The regions of Worldwide's articles."""
    names: list[Annotation]
    """What Dateline finds in Worldwide's articles."""
    bare_names: list[TaggedText]
    """What the tagger alone finds in Worldwide's articles."""

    @classmethod
    def of(cls, data: Path, split: str, annotator: Annotator) -> Readings:
        """Annotate a part of both corpora.

        Args:
            data: the folder of the corpora.
            split: "dev" or "train".
            annotator: the annotator under test.
        """
        rows = list(corpora.read_rows(polnear_file(data, split)))
        attributed = corpora.polnear(data / "polnear", split)
        named = corpora.worldwide(data / "worldwide-ner", split)
        texts, names = [row["text"] for row in rows], [document.text for document in named]
        return cls(
            rows,
            attributed,
            list(annotator.annotate(texts)),
            bare(annotator, texts),
            named,
            regions(data, split),
            list(annotator.annotate(names)),
            bare(annotator, names),
        )


def polnear_file(data: Path, split: str) -> Path:
    """Return the path of a part of PolNeAR."""
    return data / "polnear" / ("train.jsonl.gz" if split == "train" else f"{split}.jsonl")


def regions(data: Path, split: str) -> list[str]:
    """Return the region of each article of ``corpora.worldwide``, in its order."""
    rows = corpora.read_rows(data / "worldwide-ner" / f"{split}.jsonl.gz")
    by_article: dict[str, str] = {}
    for row in rows:
        article, _, block = row["id"].rpartition("#")
        if block != "0":
            by_article.setdefault(article, row["region"])
    return list(by_article.values())


def bare(annotator: Annotator, texts: Iterable[str]) -> list[TaggedText]:
    """Return the spans of the tagger alone; one text at a time gives the same as a batch."""
    tagger = annotator.tagger or Tagger.load()
    docs = (annotator.nlp.make_doc(text) for text in texts)
    return [text_from_tagger(doc, tagger.tag([doc])[0]) for doc in docs]


def gold_parts(row: Row) -> list[Parts]:
    """Return the gold attributions of a PolNeAR row."""
    return [Parts(_spans(a["content"]), _spans(a["source"])) for a in row["attributions"]]


def as_parts(annotation: Annotation) -> list[Parts]:
    """Return the attributions of an annotation."""
    return [Parts(quote.content, quote.source) for quote in annotation.quotes]


def linked_gold(row: Row) -> Annotation:
    """Return what Dateline's linking makes of gold spans, which is its upper bound."""
    spans = [
        CharSpan(start, end, role)
        for attribution in row["attributions"]
        for role in corpora.ROLES
        for start, end in attribution[role.lower()]
    ]
    return annotate_spans(row["text"], TaggedText((), tuple(spans)))


def as_nine(spans: Iterable[CharSpan]) -> set[LabelledSpan]:
    """Return labelled spans in Worldwide's classes."""
    return {(span.start, span.end, NINE.get(span.label, "Misc")) for span in spans}


def mentions_as_nine(annotation: Annotation) -> set[LabelledSpan]:
    """Return the names of an annotation in Worldwide's classes."""
    return {(m.start, m.end, NINE.get(m.label, "Misc")) for m in annotation.mentions}


def as_roles(parts: Iterable[Parts]) -> set[LabelledSpan]:
    """Return the sources and contents of attributions as labelled spans."""
    return {
        (start, end, label)
        for part in parts
        for label, spans in (("Source", part.source), ("Content", part.content))
        for start, end in spans
    }


def _spans(given: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in given)
