"""Training examples: labels of units, and runs of paragraphs."""

import spacy

from pipeline.annotate.tagging.windows import Encoder
from pipeline.annotate.tagging.word_pieces import WordPiece
from training.corpora import Document
from training.examples import bio, examples

NLP = spacy.blank("en")
LABELS = bio(("Person", "Location"))
HEADS = {"entities": LABELS, "attribution": bio(("Source",))}


def encoder() -> Encoder:
    return Encoder(WordPiece({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}))


def labelled(text: str, *spans: tuple[int, int, str]) -> list[str]:
    document = Document("a", text, spans, "entities")
    found = examples(document, NLP, encoder(), HEADS)
    return [LABELS[number] for example in found for number in example.labels["entities"]]


def test_the_first_unit_of_a_span_begins_it() -> None:
    names = labelled("Ines Halvorsen left Oslo.", (0, 14, "Person"), (20, 24, "Location"))
    assert names == ["B-Person", "I-Person", "O", "B-Location", "O"]


def test_adjacent_spans_each_begin_with_b() -> None:
    assert labelled("Ines Olav", (0, 4, "Person"), (5, 9, "Person")) == ["B-Person", "B-Person"]


def test_a_unit_belongs_to_the_span_that_contains_its_middle() -> None:
    assert labelled("Halvorsenites sail", (0, 9, "Person")) == ["B-Person", "O"]
    assert labelled("Halvorsenites sail", (0, 3, "Person")) == ["O", "O"]


def test_runs_say_where_a_paragraph_starts() -> None:
    document = Document("a", "a " * 300 + "\n\nb", (), "entities")
    found = examples(document, NLP, encoder(), HEADS)
    assert [example.runs for example in found] == [
        [(0, 254, True)],
        [(0, 46, False), (46, 47, True)],
    ]


def test_silver_spans_label_the_other_head() -> None:
    silver = ((0, 4, "Source"), (5, 9, "Person"))
    document = Document("a", "Ines said", ((0, 4, "Person"),), "entities", silver)
    (example,) = examples(document, NLP, encoder(), HEADS)
    assert example.labels == {"entities": [1, 0], "attribution": [1, 0]}
