"""Raw text into lines, one a paragraph: what scrapers leave of markup and of line ends is undone.

Tags and entities that were left in ("<p>", "&amp;amp;"), Markdown's marks, byte order marks, and
lines wrapped at a column, with and without hyphens. Knows nothing of furniture and of articles.

Pages whose story is one ``pre``: releases and mails, wrapped at a column, become paragraphs.

How lines are joined is ``plain_lines``' to know.
"""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from pipeline.text import ends_line_of_text, squeeze, storable, visible, word_count

MAX_CHARS = 2_000_000
"""About 300,000 words: a book, not an article; the rest is cut off."""
MAX_LINES = 20_000
_SCRIPT_TAG = re.compile(r"<(/?)(script|style)\b[^<>]{0,500}>", re.IGNORECASE)
_LONGEST_SCRIPT = 100_000
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|li|[uo]l|blockquote|figure|figcaption|section|article|header|footer|"
    r"table|t[rdh])\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|cite|em|font|i|img|mark|q|s|small|span|strong|sub|sup|u)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_TWICE_ESCAPED = re.compile(r"&amp;(?=#?\w{2,8};)")
_ENTITY = re.compile(r"&(?:[A-Za-z]\w{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_HEADING = re.compile(r"#{1,6} +(?=\S)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\((?:https?:/)?/[^()\s]{1,500}\)")
_RULE = re.compile(r"[=\-_*~#+ ]{3,}")
_EDGES = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069 "
_WRAP_LEAST, _WRAP_MOST = 40, 110
_WRAP_LINES = 4
_BROKEN_SHARE = 0.6
"""Share of long lines that must break a sentence off: nine of ten do in wrapped prose."""
_HYPHEN = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")
_HYPHENED_SHARE = 0.04
"""Share of lines that end in a hyphen where hyphenation made them: "well-/known" alone is rarer."""


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text, each on one line."""
    plain = _decoded(storable(text[:MAX_CHARS]))
    raw = [line.strip(_EDGES).strip() for line in plain.splitlines()[:MAX_LINES]]
    width = _column(raw)
    lines = raw if width is None else _unwrapped(raw, width)
    return [line for one in lines if (line := _plain(one)) and not _RULE.fullmatch(line)]


def _decoded(text: str) -> str:
    """Undo the markup that a scraper left in."""
    if "<" in text:
        text = _without_scripts(text)
        text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))
    if "&" in text:
        text = _TWICE_ESCAPED.sub("&", text)
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return storable(text)


def _without_scripts(text: str) -> str:
    """Cut scripts out in one pass: 100,000 unclosed tags took a regular expression 51 s."""
    parts: list[str] = []
    after, opened, name = 0, -1, ""
    for tag in _SCRIPT_TAG.finditer(text):
        if opened >= 0 and tag.start() - opened > _LONGEST_SCRIPT:
            opened = -1
        if opened < 0 and not tag[1]:
            opened, name = tag.start(), tag[2].lower()
        elif opened >= 0 and tag[1] and tag[2].lower() == name:
            parts.append(text[after:opened])
            after, opened = tag.end(), -1
    return "\n".join([*parts, text[after:]])


def _plain(line: str) -> str:
    """Return a line without Markdown's marks and unseen signs, one blank between words."""
    line = squeeze(visible(line))
    heading = _HEADING.match(line)
    line = line[heading.end() :].rstrip("# ") if heading else line
    if bold := _BOLD.fullmatch(line):
        line = bold[2]
    return squeeze(_LINK.sub(r"\1", line)) if "](" in line else line


def _column(lines: Sequence[str]) -> int | None:
    """Return the column at which the lines are wrapped, or None where line ends are meant.

    A line end was forced where the next line's first word would not have fitted any more, and in
    the midst of a sentence: short paragraphs also end near one column, but with a full stop.
    """
    full = [line for line in lines if len(line) >= _WRAP_LEAST]
    width = max(map(len, full), default=0)
    if width > _WRAP_MOST or len(full) < _WRAP_LINES:
        return None
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    broken = sum(_is_forced(a, b, width) and not ends_line_of_text(a) for a, b in pairs)
    ends = sum(len(one) >= _WRAP_LEAST for one, _ in pairs)
    return width if broken >= _WRAP_LINES - 1 and broken >= _BROKEN_SHARE * ends else None


def _is_forced(line: str, following: str, width: int) -> bool:
    first = following.split(maxsplit=1)[0]
    fits = len(line) + 1 + len(first) <= width
    return len(line) >= width // 2 and (not fits or bool(_HYPHEN.search(line)))


def _unwrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    """Yield paragraphs: lines whose end was forced are joined to the next one."""
    hyphened = sum(bool(_HYPHEN.search(line)) for line in lines) >= _HYPHENED_SHARE * len(lines)
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        goes_on = bool(line and following) and _is_forced(line, following, width)
        if goes_on and hyphened and _HYPHEN.search(line) and following[:1].islower():
            parts.append(line[:-1])
        else:
            parts.append(f"{line} " if goes_on and line[-1:] != "-" else line)
        if not goes_on:
            yield "".join(parts)
            parts = []


_LEAST_WORDS = 60
_LEAST_SHARE = 0.5
"""Share of the page's words: a listing of code within an article stays as it is."""


def unfold(root: HtmlElement) -> None:
    """Make paragraphs of a ``pre`` that holds most of the page's words, in place."""
    for block in list(root.iter("pre")):
        text = "".join(block.itertext())
        words = word_count(text)
        if words >= _LEAST_WORDS and words >= _LEAST_SHARE * word_count("".join(root.itertext())):
            block.tag = "div"
            for child in list(block):
                block.remove(child)
            block.text = None
            for line in paragraphs(text):
                etree.SubElement(block, "p").text = line
