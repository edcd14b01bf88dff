"""Bytes of a page into text: byte order mark, then header, then meta, then a guess.

Bytes that are valid UTF-8 beyond ASCII are read as UTF-8 whatever a header says: by chance that
happens in no other charset for more than a few characters. UTF-16 is known by its zeros. Knows
nothing of HTML but its ``meta``.

Text that was UTF-8 and was read as windows-1252, once or several times, read back.

"für" became "fÃ¼r" and "Ã¥" stands for "å". Repaired is only a text in which most characters
beyond ASCII are of this kind: by chance the three last of "« café »" are, but then the page's other
accents are not. First bytes of rare letters are left out, so that "NESCAFÉ®" stays. ftfy does
more, per segment; its further heuristics are not needed for whole pages.
"""

import codecs
import re
from typing import Any

from w3lib.encoding import html_to_unicode, read_bom

from pipeline.file_formats import GZIP, binary_format

_MOST_ROUNDS = 3
_LEAST_SHARE = 0.8
"""Share of the characters beyond ASCII: a template that is right adds a "©" or two."""
_LEAST_CHARS = 6
"""Three letters; one "â€™" is enough, since nobody writes that."""
_QUOTE = "â€"
_QUOTES = (_QUOTE, "â\x80")
_TELLTALES = ("Ã", "Â", "€", "\x80", "Ð", "Ñ", "Ø", "Ù", "×", "Î", "Ï", "ã")
"""First bytes of letters and kana, and what "’" holds; a text without any is never searched."""
_BYTES = {
    byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)
}
"""As browsers read windows-1252: its five gaps are the C1 controls (WHATWG, Encoding, 9.1)."""
_BYTE_OF = {ord(char): byte for byte, char in _BYTES.items()}
_BYTE_OF |= {byte: byte for byte in range(0x80, 0xA0)}
"""ISO-8859-1 reads the bytes 80 to 9F as C1 controls, too."""


def _class(first: int, last: int) -> str:
    signs = {char for char, byte in _BYTE_OF.items() if first <= byte <= last}
    return "[" + "".join(map(re.escape, map(chr, sorted(signs)))) + "]"


_NEXT = _class(0x80, 0xBF)
_FIRST = "[ÂÃÄÅÎÏÐÑ×ØÙÚÛ]"
"""Of Latin, Greek, Cyrillic, Hebrew and Arabic letters (C2-C5, CE-D1, D7-DB)."""
_SEQUENCE = re.compile(
    f"(?:{_FIRST}{_NEXT}|{_class(0xE0, 0xEF)}{_NEXT}{{2}}|{_class(0xF0, 0xF4)}{_NEXT}{{3}})+"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def repair(text: str) -> str:
    """Return the text as it was meant, or unchanged where it is no such text.

    >>> repair("FÃ¤hre fÃ¼r Â£5"), repair("für É\u00a0»")
    ('Fähre für £5', 'für É\\xa0»')
    """
    if f"{_QUOTE}\ufffd" in text:  # "”", whose last byte, 9D, is a gap of windows-1252
        text = text.replace(f"{_QUOTE}\ufffd", f"{_QUOTE}\x9d")
    for _ in range(_MOST_ROUNDS):
        if text.isascii() or not any(sign in text for sign in _TELLTALES):
            break
        beyond = _BEYOND_ASCII.findall(text)
        held = sum(len(found[0]) for found in _SEQUENCE.finditer(" ".join(beyond)))
        if held < _LEAST_SHARE * sum(map(len, beyond)):
            break
        if held < _LEAST_CHARS and not any(quote in text for quote in _QUOTES):
            break
        text = _SEQUENCE.sub(_read_back, text)
    return text


def _read_back(found: re.Match[str]) -> str:
    try:
        return bytes(_BYTE_OF[ord(char)] for char in found[0]).decode("utf-8")
    except UnicodeDecodeError:  # an overlong form or a surrogate: no UTF-8 after all
        return found[0]


MAX_BYTES = 10_000_000
"""As much as the fetcher takes; the largest news pages are about 3 MB. The rest is cut off, after
embedded pictures went, so that time is bounded."""
_EMBEDDED = re.compile(rb";base64,[A-Za-z0-9+/=%\s]{1000,}")
_UNREADABLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff]"
)
"""What ``words.visible`` drops, without the soft hyphen: in plain text it tells a broken word."""
_BINARY_SHARE = 0.05
_REPLACED_SHARE = 0.01
_SAMPLE = 20_000
_WESTERN_SHARE = 0.1
"""Letters beyond ASCII: 4 % of a German text, 85 % of a Russian one."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SURROGATE = 0xED
"""First of a surrogate's three bytes, which UTF-8 must not hold (RFC 3629, 3)."""
_ZEROS = 0.4
"""Share of zeros among the high bytes of UTF-16: markup is ASCII even on a Chinese page."""


def _western(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as windows-1252, in a page that calls all of it UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("dateline_western", _western)


def is_binary(body: bytes) -> bool:
    """Tell whether the bytes are a picture, an archive, a PDF or other data, not text."""
    sample = body[:_SAMPLE]
    if read_bom(body[:4])[0] or _utf16(sample):
        return False
    if sample.startswith(GZIP) or binary_format(sample) is not None:
        return True
    return len(_CONTROLS.findall(sample)) > _BINARY_SHARE * max(1, len(sample))


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the page's text without controls and lone surrogates; never raises.

    Args:
        body: the page in its own charset, at most ``MAX_BYTES`` of it are read.
        content_type: the HTTP header, for its charset.
    """
    head = body if len(body) <= MAX_BYTES else _EMBEDDED.sub(b"", body)[:MAX_BYTES]
    text = None if read_bom(head[:4])[0] else _certain(head)
    # Repaired first: of UTF-8 that was read as Latin-1 the controls are a part.
    return _UNREADABLE.sub("", repair(_declared(head, content_type) if text is None else text))


def _certain(head: bytes) -> str | None:
    """Return the text where the bytes alone tell how to read them; a byte order mark goes first."""
    if wide := _utf16(head[:_SAMPLE]):
        return head.decode(wide, "replace")
    if not head.isascii():
        return _as_utf8(head)
    # Under any header; but ISO-2022-JP is ASCII, too, and switches by escapes.
    return head.decode("ascii") if b"\x1b$" not in head else head.decode("iso2022_jp", "replace")


def _declared(head: bytes, content_type: str | None) -> str:
    # The header may hold line breaks or anything else: w3lib only looks for charset=name.
    encoding, text = html_to_unicode(content_type, head, auto_detect_fun=_guess)
    replaced = text.count("\ufffd")
    if replaced > _REPLACED_SHARE * len(text):
        return head.decode(_guess(head) or "cp1252", "replace")
    if replaced and encoding == "utf-8" and replaced > sum(char > "\x7f" for char in text) / 2:
        return head.decode("utf-8", "dateline_western")
    return text


def _utf16(sample: bytes) -> str | None:
    """Return the byte order of UTF-16 without its mark, or None: of ASCII each other byte is 0."""
    pairs = len(sample) // 2
    high, low = sample[1 : 2 * pairs : 2].count(0), sample[0 : 2 * pairs : 2].count(0)
    if pairs < 4 or min(high, low) > 0.05 * pairs or max(high, low) < _ZEROS * pairs:
        return None
    return "utf-16-le" if high > low else "utf-16-be"


def _as_utf8(head: bytes) -> str | None:
    """Return the text of valid UTF-8 beyond ASCII; a character cut off at the end is fine."""
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and len(head) >= MAX_BYTES:
            return head[: error.start].decode("utf-8")
        return _as_cesu(head) if head[error.start] == _SURROGATE else None


def _as_cesu(head: bytes) -> str | None:
    """Return the text of UTF-8 that writes emoji as two surrogates (CESU-8); lone ones go."""
    try:
        wide = head.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return wide.decode("utf-16-le", "ignore")


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
