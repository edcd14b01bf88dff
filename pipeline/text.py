"""Functions on plain text: storable and visible characters, normal forms, words, sentence ends."""

import hashlib
import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"\w+")
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0711\u0730-\u074a\u0900-\u0963\u0966-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc"
    "\u0ec8-\u0ece\u0f18-\u0fbc\u102b-\u109d\u17b4-\u17d3"
)
"""Vowel signs and other marks inside words. ``\\w`` leaves them out, so that Hindi "हिन्दी" would be
three words, "ह", "न" and "द"."""
_TOKEN_WITHMARKS = re.compile(rf"\w[\w{MARKS}]*")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff]"
)
_TWO_LETTERS = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    r"\U00020000-\U0003ffff]"
)
_FOUR_LETTERS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_UNSPACED = re.compile(f"{_TWO_LETTERS.pattern}|{_FOUR_LETTERS.pattern}")
_QUOTES = (
    ("“", '"'),
    ("”", '"'),
    ("„", '"'),
    ("«", '"'),
    ("»", '"'),
    ("‘", "'"),
    ("’", "'"),
    ("‚", "'"),
    ("–", "-"),
    ("—", "-"),
)
"""Replaced one by one: ``str.translate`` with a table takes six times as long."""
_LINE_CHARS = 1000
"""Longer texts are not remembered."""
_CLOSING = "\"”’')]»」』）"
_FULL_STOPS = frozenset(".!?…。！？؟।॥۔")


def storable(text: str) -> str:
    """Return the text without NUL and lone surrogates, for which Postgres refuses a whole batch."""
    return _UNSTORABLE.sub("", text)


def visible(text: str) -> str:
    """Return the text without characters that no reader sees.

    These are controls, soft hyphens, zero-width spaces and direction marks. The two joiners
    (U+200C, U+200D) stay: Persian and Hindi words and emoji are spelt with them.
    """
    return _UNSEEN.sub("", text)


def squeeze(text: str) -> str:
    """Return the text with every run of white space as one blank and none at the ends."""
    return " ".join(text.split())


def normalise(text: str) -> str:
    """Return the form in which texts are compared: NFKC, case-folded, straight quotes, one blank.

    Copies that differ in typography only ("don’t" and "don't", NFD accents, soft hyphens) are
    equal in it. Lines are remembered, as every step of a page asks for the same ones.
    """
    return _normalised_line(text) if len(text) <= _LINE_CHARS else _normalised(text)


def _normalised(text: str) -> str:
    if text.isascii():  # most texts: nothing to fold but case
        return squeeze(text.replace("\x00", "")).lower()
    plain = _plain(text)
    for typographic, typed in _QUOTES:
        plain = plain.replace(typographic, typed)
    return squeeze(plain).casefold()


_normalised_line = lru_cache(maxsize=4096)(_normalised)


def tokens(text: str) -> list[str]:
    """Return the words of a text, case-folded and without punctuation.

    Quotes and blanks are part of no word and are therefore not normalised first: half the time.
    """
    plain = _plain(text).casefold()
    return (_TOKEN if _is_western(plain) else _TOKEN_WITHMARKS).findall(plain)


def word_count(text: str) -> int:
    """Count words as a newsroom counts them: by the blanks between them.

    Where a script has none, two Chinese or Japanese letters count as a word, and four of Thai,
    Lao, Burmese and Khmer.

    >>> [word_count(text) for text in ("The port is closed.", "港口关闭了一整天。", "ท่าเรือปิดทั้งวัน")]
    [4, 5, 5]
    """
    count = len(text.split())
    if text.isascii() or _is_western(text) or not _UNSPACED.search(text):
        return count
    return count + len(_TWO_LETTERS.findall(text)) // 2 + len(_FOUR_LETTERS.findall(text)) // 4


def content_sha256(text: str) -> bytes:
    """Return the 32-byte SHA-256 of the normalised text, equal for variants in typography."""
    return hashlib.sha256(normalise(text).encode()).digest()


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "")
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", storable(text)))


def _is_western(text: str) -> bool:
    """Tell whether a text has no character outside Windows-1252, and so no mark that is a letter's.

    Looking for the marks themselves took ten times as long.
    """
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str, limit: int = 300) -> str:
    """Return the text on one line for logs, cut with an ellipsis at ``limit`` characters."""
    line = squeeze(storable(text))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def cut_in_the_middle(text: str, limit: int = 400) -> str:
    """Return the text on one line, and leave out its middle where it is longer than ``limit``.

    The end stays because an error's last words name the next action.

    >>> cut_in_the_middle("Postgres does not answer at /srv/news: run dateline db start", 41)
    'Postgres does not an…un dateline db start'
    """
    line = squeeze(storable(text))
    kept = (limit - 1) // 2
    return line if len(line) <= limit else f"{line[: limit - 1 - kept]}…{line[-kept:]}"


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends with a full stop of some script, before any closing marks.

    >>> ends_sentence("“They were never ours.”"), ends_sentence("What happened:")
    (True, False)
    """
    return text.rstrip(_CLOSING)[-1:] in _FULL_STOPS and bool(text)


def ends_line_of_text(text: str) -> bool:
    """Tell whether a text ends as prose does: with a full stop, or with a colon before a list."""
    return ends_sentence(text) or text.rstrip(_CLOSING).endswith(":")
