"""Data augmentation: spans stay on their words."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.corpora import Document
from training.variations import Names, curled, renamed, varied

TEXT = "Ines Halvorsen left Oslo. “Oslo,” Halvorsen’s aide said, “is cold.”"
SPANS = ((0, 14, "Person"), (20, 24, "Location"), (34, 43, "Person"))
SILVER = ((26, 33, "Content"), (34, 50, "Source"), (51, 55, "Cue"), (57, 67, "Content"))
DOCUMENT = Document("a", TEXT, SPANS, "entities", SILVER)
OTHERS = Document(
    "b", "Kofi Brandt-Adu, Lima", ((0, 15, "Person"), (17, 21, "Location")), "entities"
)


@pytest.mark.parametrize(
    ("straight", "curly"),
    [
        ('"It\'s fine," she said.', "“It’s fine,” she said."),
        ("the sailors' 'Blue' (\"B\")", "the sailors’ ‘Blue’ (“B”)"),
    ],
)
def test_curled(straight: str, curly: str) -> None:
    assert curled(straight) == curly


def test_a_word_has_the_same_new_word_everywhere() -> None:
    changed = renamed(DOCUMENT, Names([OTHERS]).exchange(DOCUMENT, Random(1)))
    assert changed.text == ("Kofi Brandt-Adu left Lima. “Oslo,” Brandt-Adu’s aide said, “is cold.”")
    assert [changed.text[start:end] for start, end, _ in changed.spans] == [
        "Kofi Brandt-Adu",
        "Lima",
        "Brandt-Adu",
    ]
    assert [changed.text[start:end] for start, end, _ in changed.silver or ()] == [
        "“Oslo,”",
        "Brandt-Adu’s aide",
        "said",
        "“is cold.”",
    ]


def test_capitals_stay_capitals() -> None:
    in_capitals = Document("a", "OSLO lies far", ((0, 4, "Location"),), "entities")
    assert Names([OTHERS]).exchange(in_capitals, Random(1)) == {"OSLO": "LIMA"}


@given(st.text(max_size=80), st.integers(0, 99))
def test_without_new_names_offsets_do_not_move(text: str, seed: int) -> None:
    document = Document("a", text, (), "entities")
    assert len(varied(document, Random(seed)).text) == len(text)
