"""Text normalisation: which texts become equal, which stay different, what can be stored."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import (
    content_sha256,
    ends_line_of_text,
    ends_sentence,
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


def test_a_sentence_ends_in_the_full_stop_of_any_script():
    for text in (
        "It sank.",
        "Did it?",
        "“It sank!”",
        "船沉了。",
        "नाव डूब गई।",
        "غرقت السفينة؟",
        "Gone…",
    ):
        assert ends_sentence(text)
    for text in ("", "It sank:", "Harbour news", "(1)"):
        assert not ends_sentence(text)


def test_a_line_of_text_may_end_in_a_colon():
    assert ends_line_of_text("What happened:")
    assert ends_line_of_text("It sank.")
    assert not ends_line_of_text("Harbour news")
