"""Bytes of a page into text: byte order mark, then header, then meta, then a guess.

Bytes that are valid UTF-8 beyond ASCII are read as UTF-8 whatever a header says: by chance that
happens in no other charset for more than a few characters. Knows nothing of HTML but its ``meta``.
"""

import re
from typing import Any

from w3lib.encoding import html_to_unicode, read_bom

from pipeline.words import storable

MAX_BYTES = 5_000_000
"""The largest news pages are about 3 MB; the rest is cut off, so that time is bounded."""
_BINARY_SHARE = 0.05
_REPLACED_SHARE = 0.01
_SAMPLE = 20_000
_WESTERN_SHARE = 0.1
"""Letters beyond ASCII: 4 % of a German text, 85 % of a Russian one."""
_MAGIC = re.compile(
    rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8[79]a|PK\x03\x04|\x1f\x8b|RIFF....WEBP|\x00\x00\x00.ftyp|ID3|"
    rb"OggS|\x7fELF|MZ\x90|BZh|\xfd7zXZ|7z\xbc\xaf|wOF[F2]",
    re.DOTALL,
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def is_binary(body: bytes) -> bool:
    """Tell whether the bytes are a picture, an archive, a PDF or other data, not text."""
    if read_bom(body[:4])[0]:
        return False
    sample = body[:_SAMPLE]
    return bool(_MAGIC.match(sample)) or len(_CONTROLS.findall(sample)) > _BINARY_SHARE * max(
        1, len(sample)
    )


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the page's text without NUL and lone surrogates; never raises.

    Args:
        body: the page in its own charset, at most ``MAX_BYTES`` of it are read.
        content_type: the HTTP header, for its charset.
    """
    head = body[:MAX_BYTES]
    text = None if read_bom(head[:4])[0] else _as_utf8(head)
    if text is not None:
        return text.replace("\x00", "")
    # The header may hold line breaks or anything else: w3lib only looks for charset=name.
    _, text = html_to_unicode(content_type, head, auto_detect_fun=_guess)
    if text.count("\ufffd") > _REPLACED_SHARE * len(text):
        text = head.decode(_guess(head) or "cp1252", "replace")
    return storable(text)


def _as_utf8(head: bytes) -> str | None:
    """Return the text of valid UTF-8 beyond ASCII; a character cut off at the end is fine.

    It has no surrogates (RFC 3629), so only NUL is left to drop from it.
    """
    if head.isascii():
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < MAX_BYTES:
            return None
        return head[: error.start].decode("utf-8")


def _guess(head: bytes) -> str | None:
    """Return the likely charset of bytes that say nothing of it.

    Text that is mostly ASCII is windows-1252, the default of HTML (WHATWG, 13.2.3.2): on little
    text charset-normalizer took German Latin-1 for a Baltic charset. Else charset-normalizer asks.
    """
    sample = head[:_SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    if high <= _WESTERN_SHARE * len(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    found: Any = from_bytes(sample, preemptive_behaviour=False).best()
    return found.encoding if found else "cp1252"
