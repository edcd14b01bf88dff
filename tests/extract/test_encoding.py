"""The charset of bytes, and which bytes are no text."""

import pytest

from pipeline.extract.encoding import decode, is_binary

WORD = "Brøndby café – naïve “quote”"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"\xef\xbb\xbf" + WORD.encode(), None),
        (b"\xff\xfe" + WORD.encode("utf-16-le"), "text/html; charset=utf-8"),
        (WORD.encode("cp1252"), "text/html; charset=windows-1252"),
        (b'<meta charset="windows-1252">' + WORD.encode("cp1252"), None),
        (WORD.encode(), "text/html; charset=iso-8859-1"),
        (WORD.encode(), None),
    ],
)
def test_the_charset_is_found_by_mark_header_meta_or_bytes(body, header):
    assert decode(body, header).endswith(WORD)


def test_latin_1_without_declaration_is_guessed():
    text = "Der Hafenmeister erklärte, die Fähre könne erst nächste Woche wieder fahren. " * 5
    assert decode(text.encode("latin-1")) == text


def test_nul_and_lone_surrogates_are_dropped():
    assert decode(b"a\x00b") == "ab"
    assert decode("a\ud800b".encode("utf-8", "surrogatepass")).encode("utf-8")


@pytest.mark.parametrize("body", [b"%PDF-1.4", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\x00" * 50])
def test_binary_data_is_recognised(body):
    assert is_binary(body)


@pytest.mark.parametrize("body", [b"<html>", WORD.encode(), b"\xff\xfea\x00b\x00c\x00", b""])
def test_text_is_not_binary(body):
    assert not is_binary(body)
