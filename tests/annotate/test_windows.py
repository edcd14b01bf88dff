"""Windows contain every token once and in order, and do not cut paragraphs that fit."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from pipeline.annotate.tagging.windows import LONGEST, Encoded, Encoder
from pipeline.annotate.tagging.word_pieces import SHAPES, SYMBOL, TITLE, WordPiece, shape

VOCABULARY = ["[UNK]", "[CLS]", "[SEP]", "a", "##a", ".", "the", "mayor"]
NLP = spacy.blank("en")
PARAGRAPH = st.lists(st.sampled_from(["a", "aaaa", "the", "Mayor", "a.a", "."]), max_size=150)


def encode(text: str) -> tuple[Doc, Encoded]:
    wordpiece = WordPiece({piece: number for number, piece in enumerate(VOCABULARY)})
    doc = NLP.make_doc(text)
    return doc, Encoder(wordpiece).encode(doc)


def test_a_window_has_paragraphs_between_cls_and_sep() -> None:
    doc, encoded = encode("The mayor.\n\nThe mayor aa.")
    (window,) = encoded.windows
    names = [VOCABULARY[piece] for piece in window.pieces]
    assert names == "[CLS] the mayor . the mayor a ##a . [SEP]".split()
    assert window.firsts == [1, 2, 3, 4, 5, 6, 8]
    assert [doc[token].text for token in encoded.tokens] == "The mayor . The mayor aa .".split()
    assert encoded.bounds == [0, 3, 7]


def test_shapes_mark_the_start_of_a_paragraph() -> None:
    _, encoded = encode("Mayor Mayor\nMayor")
    start = TITLE + SHAPES
    assert encoded.windows[0].shapes == [SYMBOL, start, TITLE, start, SYMBOL]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "\x00", "\u200b\n\ufeff"])
def test_text_without_visible_characters_has_no_window(text: str) -> None:
    _, encoded = encode(text)
    assert encoded == Encoded()


def test_a_paragraph_that_fits_is_not_cut() -> None:
    _, encoded = encode("a " * 200 + "\n" + "a " * 200)
    assert [len(window.firsts) for window in encoded.windows] == [200, 200]


def test_an_overlong_paragraph_is_cut_at_tokens() -> None:
    _, encoded = encode("aaaaa " * 200)
    assert [len(window.firsts) for window in encoded.windows] == [50, 50, 50, 50]
    assert all(VOCABULARY[window.pieces[1]] == "a" for window in encoded.windows)


def test_one_huge_token_fits_into_a_window() -> None:
    _, encoded = encode("a." * 20_000)
    assert sum(len(window.firsts) for window in encoded.windows) == len(encoded.tokens)
    assert all(len(window.pieces) <= LONGEST for window in encoded.windows)


@given(st.lists(PARAGRAPH, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_visible_token_is_a_unit_of_one_window(paragraphs: list[list[str]]) -> None:
    doc, encoded = encode("\n\n".join(" ".join(words) for words in paragraphs))
    assert encoded.tokens == [token.i for token in doc if not token.is_space]
    unit = 0
    for window in encoded.windows:
        assert window.first_unit == unit
        assert len(window.pieces) == len(window.shapes) <= LONGEST
        assert window.firsts == sorted(set(window.firsts))
        unit += len(window.firsts)
    assert unit == len(encoded.tokens) == encoded.bounds[-1]
    breaks = [doc[first - 1].text for first in (encoded.tokens[b] for b in encoded.bounds[1:-1])]
    assert all("\n" in mark for mark in breaks)


NAMED = {
    "said": 0,
    "a": 0,
    "中": 0,
    "Berlin": 1,
    "NATO": 2,
    "U.S.": 2,
    "A": 3,
    "McAdam": 4,
    "5th": 5,
    "--": 6,
    "": 6,
}


@pytest.mark.parametrize("token", NAMED)
def test_shape(token: str) -> None:
    assert shape(token) == NAMED[token]
