"""Word pieces: the greedy segmentation, and odd text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.tagging.word_pieces import LONGEST_WORD, MOST_PIECES, WordPiece, basic_words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = ["[UNK]", "un", "##aff", "##able", "cafe", "u", ".", "s", "$", "5", "中", "##5"]


@pytest.fixture
def wordpiece() -> WordPiece:
    return WordPiece({piece: number for number, piece in enumerate(VOCABULARY)})


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("unaffable", ["un", "##aff", "##able"]),
        ("Café", ["cafe"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("$55", ["$", "5", "##5"]),
        ("中中", ["中", "中"]),
        ("unhappy", ["[UNK]"]),
        ("u" * (LONGEST_WORD + 1), ["[UNK]"]),
        ("", []),
        ("\n\n", []),
        ("\x00\u200b\ufeff", []),
        ("u\x00n", ["un"]),
    ],
)
def test_pieces_are_those_of_bert(wordpiece: WordPiece, token: str, expected: list[str]) -> None:
    assert [VOCABULARY[piece] for piece in wordpiece.pieces(token)] == expected


def test_a_huge_token_yields_few_pieces(wordpiece: WordPiece) -> None:
    assert len(wordpiece.pieces("s." * 20_000)) == MOST_PIECES


@given(st.text())
def test_any_text_has_pieces_exactly_if_it_has_words(token: str) -> None:
    wordpiece = WordPiece({piece: number for number, piece in enumerate(VOCABULARY)})
    pieces = wordpiece.pieces(token)
    assert all(0 <= piece < len(VOCABULARY) for piece in pieces)
    assert bool(pieces) == any(True for _ in basic_words(token))


@given(st.text(alphabet=LETTERS, min_size=1, max_size=LONGEST_WORD))
def test_pieces_of_a_known_alphabet_spell_the_word(word: str) -> None:
    known = ["[UNK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), "th", "##ing"]
    pieces = WordPiece({piece: number for number, piece in enumerate(known)}).pieces(word)
    spelled = "".join(known[piece].removeprefix("##") for piece in pieces)
    assert word.startswith(spelled)
    assert spelled == word or len(pieces) == MOST_PIECES
