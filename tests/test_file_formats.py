"""Formats that are recognised by their first bytes."""

import gzip

import pytest

from pipeline.file_formats import GZIP, binary_format


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"GIF89a\x01", "a GIF image"),
        (b"RIFF\x10\n\x00\x00WEBPVP8 ", "a WebP image"),
        (b"\x00\x00\x00\x20ftypavif", "an MP4 video or AVIF image"),
        (b"MZ\x90\x00", "a program"),
        (b"GIF files are images.", None),
        (b"RIFF of the day", None),
        (b"<!doctype html>", None),
        (b"", None),
    ],
)
def test_binary_formats(body, name):
    assert binary_format(body) == name


def test_gzip_is_recognised_and_is_not_a_binary_format():
    packed = gzip.compress(b"<p>Words.</p>")
    assert packed.startswith(GZIP)
    assert binary_format(packed) is None
