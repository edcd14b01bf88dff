"""Text normalisation: which texts become equal, which stay different, what can be stored."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import (
    content_sha256,
    normalise,
    one_line,
    squeeze,
    storable,
    tokens,
    word_count,
)


def test_variants_in_typography_have_one_hash():
    assert content_sha256("“Don’t,”  she said.\n") == content_sha256('"Don\'t," she said.')
    assert content_sha256("cafe\u0301 co\u00adop") == content_sha256("CAFÉ coop")
    assert content_sha256("12 dead") != content_sha256("13 dead")


def test_words_and_their_count():
    assert tokens("The U.S. won’t pay £5m – yet.") == "the u s won t pay 5m yet".split()
    assert word_count("Two  words\n") == 2


def test_one_line_is_short_and_on_one_line():
    assert one_line("a\n b\x00", 10) == "a b"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


@given(st.text(st.characters()))
def test_normalising_is_idempotent_and_storable_text_encodes(text):
    assert normalise(normalise(text)) == normalise(text)
    assert "\x00" not in storable(text)
    storable(text).encode()
    assert squeeze(squeeze(text)) == squeeze(text)
