"""File formats that are known by their first bytes ("magic bytes").

Names and Content-Types are often wrong: a PDF is served as text/html, and a gzip file is called
``page.html``. The first bytes are not.
"""

import re

GZIP = b"\x1f\x8b"
"""RFC 1952, 2.3.1. A gzip file is no binary format of its own: it may hold a page or a sitemap."""

_BINARY_FORMATS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (rb"%PDF-", "a PDF"),
        (rb"\x89PNG", "a PNG image"),
        (rb"\xff\xd8\xff", "a JPEG image"),
        (rb"GIF8[79]a", "a GIF image"),
        (rb"RIFF....WEBP", "a WebP image"),
        (rb"\x00\x00\x00.ftyp", "an MP4 video or AVIF image"),
        (rb"ID3", "an MP3 file"),
        (rb"OggS", "an Ogg file"),
        (rb"PK\x03\x04", "a ZIP file"),
        (rb"BZh", "a bzip2 file"),
        (rb"\xfd7zXZ", "an xz file"),
        (rb"7z\xbc\xaf", "a 7z file"),
        (rb"wOF[F2]", "a web font"),
        (rb"\x7fELF|MZ\x90", "a program"),
    )
)


def binary_format(body: bytes) -> str | None:
    """Return the name of the binary format that a body begins as, or None.

    >>> binary_format(b"%PDF-1.7"), binary_format(b"<!doctype html>")
    ('a PDF', None)
    """
    return next((name for pattern, name in _BINARY_FORMATS if pattern.match(body)), None)
