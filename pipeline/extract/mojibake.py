"""Text that was UTF-8 and was read as windows-1252, once or several times, read back.

"für" became "fÃ¼r" and "Ã¥" stands for "å". Repaired is only a text in which most characters
beyond ASCII are of this kind: by chance the three last of "« café »" are, but then the page's other
accents are not. First bytes of rare letters are left out, so that "NESCAFÉ®" stays. ftfy does
more, per segment; its further heuristics are not needed for whole pages.
"""

import re

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
