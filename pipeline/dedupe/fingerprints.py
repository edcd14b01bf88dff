"""Winnowing fingerprints of a text (Schleimer, Wilkerson and Aiken, SIGMOD 2003).

Two texts that share any run of 37 words (6 + 32 - 1) share a fingerprint, wherever the run is. So
truncated and embedded copies and copies between boilerplate are found, which MinHash and SimHash
miss. Fingerprints are stored, so any change to the hash needs a new ``METHOD_VERSION``. What a
match means is decided in ``compare``.
"""

import re
from hashlib import blake2b
from html import unescape
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.text import tokens

METHOD_VERSION = "winnow-6-32-v3"
"""Stored with relations. v2 splits scripts without blanks into overlapping runs of characters, and
recognises boilerplate by its place too. v3 keeps the vowel signs in words of Thai, Hindi and other
scripts, and calls texts of one template no copies. All other fingerprints are those of v1."""
SHINGLE_WIDTH = 6
"""Words in a shingle."""
WINDOW = 32
"""Neighbouring shingles of which the smallest hash becomes a fingerprint."""
KNOWN_WORDS = 300_000
"""Most word hashes that are cached: about 30 MB."""

Hashes = npt.NDArray[np.uint64]
_Whole = TypeVar("_Whole", np.uint64, np.int64)

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer: alphabets written without blanks."""
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana and Han."""
_UNSPACED = re.compile(f"[{_LETTERS}{_IDEOGRAPHS}]")
_RUN = re.compile(
    f"(?P<letters>[{_LETTERS}]+)|(?P<chars>[{_IDEOGRAPHS}]+)|[^\\W{_LETTERS}{_IDEOGRAPHS}]+"
)
_LETTERS_IN_WORD, _CHARS_IN_WORD = 6, 2
"""About a word of each. Any two texts share runs of three Thai letters; with these widths a
compared shingle of three runs is eight letters, or four Han characters."""
_MOJIBAKE = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u017e\u02c6\u02dc\u2013-\u2122]{1,3}")
_WINDOWS_1252 = {
    bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)
}
"""As browsers decode it: five bytes that Python's codec rejects (0x9D, …) map to themselves."""


def fingerprints(text: str) -> list[int]:
    """Return the sorted distinct fingerprints of a text as signed 64-bit integers.

    There is about one for 16 words; a text without words has none.
    """
    return fingerprints_of(word_hashes(text))


def fingerprints_of(words: Hashes) -> list[int]:
    """Return the same as ``fingerprints`` from the hashes of a text's words, in order."""
    shingles = shingle_hashes(words, SHINGLE_WIDTH)
    chosen: list[int] = distinct(winnow(shingles, WINDOW).view(np.int64)).tolist()
    return chosen


def words_of(text: str) -> list[str]:
    """Return the words that are compared, of scripts without blanks overlapping runs of characters.

    A Chinese sentence is a single run of word characters, so one changed character would otherwise
    change the whole "word".
    """
    words = tokens(repaired(text))
    if text.isascii() or not _UNSPACED.search(text):
        return words
    return [part for word in words for found in _RUN.finditer(word) for part in _cut(found)]


def _cut(found: re.Match[str]) -> list[str]:
    """Split a run of a script without blanks into overlapping pieces; return other words whole.

    >>> _cut(_RUN.match("港口城市"))
    ['港口', '口城', '城市']
    """
    run = found[0]
    width = {"letters": _LETTERS_IN_WORD, "chars": _CHARS_IN_WORD}.get(found.lastgroup or "")
    if width is None or len(run) <= width:
        return [run]
    return [run[at : at + width] for at in range(len(run) - width + 1)]


def repaired(text: str) -> str:
    """Return a text with entities decoded and with UTF-8 that was read as Windows-1252 repaired."""
    if "&" in text:
        text = unescape(text)
    return text if text.isascii() else _MOJIBAKE.sub(_decode_as_utf8, text)


def _decode_as_utf8(found: re.Match[str]) -> str:
    try:
        return bytes(_WINDOWS_1252[char] for char in found[0]).decode()
    except (KeyError, UnicodeDecodeError):
        return found[0]


def word_hashes(text: str) -> Hashes:
    """Return one 64-bit hash per word, in the order of the text."""
    words = words_of(text)
    return np.fromiter(map(hash_of, words), dtype=np.uint64, count=len(words))


def shingle_hashes(words: Hashes, width: int) -> Hashes:
    """Return one hash per ``width``-word shingle; a shorter text is one shingle, an empty one none.

    The hash is a polynomial in the word hashes, so it depends on their order, and then mixed.
    """
    if not len(words):
        return words
    width = min(width, len(words))
    count = len(words) - width + 1
    total = np.zeros(count, dtype=np.uint64)
    for offset in range(width):
        total = total * _SPREAD + words[offset : offset + count]
    return _mix(total)


def winnow(hashes: Hashes, window: int) -> Hashes:
    """Return the least hash of every window of ``window`` neighbours, in order, with repeats.

    Minima of 1, 2, 4, … neighbours are combined (after Gil and Werman): log2(window) array
    operations instead of one comparison per window and neighbour.
    """
    if len(hashes) <= window:
        return hashes.min(keepdims=True) if len(hashes) else hashes
    least, span = hashes, 1
    while span < window:
        step = min(span, window - span)
        least = np.minimum(least[:-step], least[step:])
        span += step
    return least


def distinct(values: npt.NDArray[_Whole]) -> npt.NDArray[_Whole]:
    """Return the distinct values, ascending; four times as fast as ``numpy.unique``."""
    ordered = np.sort(values)
    return (
        ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered
    )


def within(values: Hashes, ordered: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which values are in the ascending set; ten times as fast as ``numpy.isin``."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[places] == values, dtype=np.bool_)


class _WordHashes(dict[str, int]):
    """Cache of word hashes: blake2b takes a microsecond, and a news text has 500 words."""

    def __missing__(self, word: str) -> int:
        if len(self) >= KNOWN_WORDS:
            self.clear()
        digest = blake2b(word.encode(), digest_size=8).digest()
        self[word] = found = int.from_bytes(digest, "little")
        return found


hash_of = _WordHashes().__getitem__
"""Return the 64-bit hash of a word as ``words_of`` gives it."""


def _mix(values: Hashes) -> Hashes:
    """Return the values mixed by MurmurHash3's 64-bit finaliser (Appleby 2011)."""
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xFF51AFD7ED558CCD)
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))
