"""Sentence boundaries: end marks, closing quotation marks, paragraphs, speech tags."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotate.sentences import set_sentences

NLP = spacy.blank("en")


def sentences(text: str) -> list[str]:
    return [span.text.strip() for span in set_sentences(NLP.make_doc(text)).sents]


@pytest.mark.parametrize(
    "parts",
    [
        ["The boat left.", "It was late."],
        ["Talks resume", "\n\nThe mayor came."],
        ["“Is it true?” she asked.", "Nobody knew."],
        ['"It is true."', '"We know."'],
        ["(It rained.)", "They left."],
        ["She said: “We go home.”", "He stayed."],
        ["Mr. Holm of the U.S. Navy came.", "So did I."],
        ["It cost $3.5 million...", "Who paid?!", "We did!"],
        ["“We go.", "We stay,” he said."],
    ],
)
def test_sentences(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == [part.strip() for part in parts]


@given(st.text(max_size=80))
@settings(max_examples=50, deadline=None)
def test_the_sentences_of_any_text_have_all_its_tokens(text: str) -> None:
    doc = set_sentences(NLP.make_doc(text.encode("utf-8", "ignore").decode()))
    assert [token for span in doc.sents for token in span] == list(doc)
