"""Divide raw text into paragraphs, undoing what scrapers leave of markup and line ends.

Scraped text holds tags and entities ("<p>", "&amp;amp;"), Markdown, byte order marks, and lines
wrapped at a column, with and without hyphenation. ``paragraphs`` returns one clean line for each
paragraph. ``split_preformatted`` does the same for HTML pages whose story is a single ``pre``
element, such as press releases and mails.
"""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from pipeline.text import ends_line_of_text, squeeze, storable, visible, word_count

MAX_CHARS = 2_000_000
"""About 300,000 words, which is a book and not an article; the rest is cut off."""
MAX_LINES = 20_000
"""Further lines are cut off."""
_SCRIPT_TAG = re.compile(r"<(/?)(script|style)\b[^<>]{0,500}>", re.IGNORECASE)
_LONGEST_SCRIPT = 100_000
"""Characters; an unclosed tag must not remove the rest of a text."""
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
_INVISIBLE_EDGES = "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069 "
_WRAP_MIN, _WRAP_MAX = 40, 110
"""Characters of a full line in wrapped text."""
_WRAP_LINES = 4
"""Full lines that a text must have to be recognised as wrapped."""
_BROKEN_SHARE = 0.6
"""Share of full lines that must end within a sentence; in wrapped prose nine of ten do."""
_HYPHEN = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")
_HYPHENED_SHARE = 0.04
"""Share of lines ending in a hyphen from which these are taken for hyphenation; in text without it
breaks such as "well-/known" are rarer."""
_PRE_WORDS = 60
_PRE_SHARE = 0.5
"""Words of a ``pre``, and its share of the page's words, from which it is the story; a code listing
within an article stays as it is."""


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text, each as one line without leftover markup."""
    plain = _without_markup(storable(text[:MAX_CHARS]))
    raw = [line.strip(_INVISIBLE_EDGES).strip() for line in plain.splitlines()[:MAX_LINES]]
    width = _wrap_width(raw)
    lines = raw if width is None else _joined(raw, width)
    return [line for one in lines if (line := _clean_line(one)) and not _RULE.fullmatch(line)]


def _without_markup(text: str) -> str:
    """Remove tags and resolve entities that a scraper left in."""
    if "<" in text:
        text = _without_scripts(text)
        text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))
    if "&" in text:
        text = _TWICE_ESCAPED.sub("&", text)
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return storable(text)


def _without_scripts(text: str) -> str:
    """Remove scripts in one pass; a regular expression took 51 s for 100,000 unclosed tags."""
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


def _clean_line(line: str) -> str:
    """Return a line without Markdown and invisible characters, one space between words."""
    line = squeeze(visible(line))
    heading = _HEADING.match(line)
    line = line[heading.end() :].rstrip("# ") if heading else line
    if bold := _BOLD.fullmatch(line):
        line = bold[2]
    return squeeze(_LINK.sub(r"\1", line)) if "](" in line else line


def _wrap_width(lines: Sequence[str]) -> int | None:
    """Return the column at which the lines are wrapped, or None if each line is a paragraph.

    A line was wrapped if the first word of the next line would not have fitted and if it ends
    within a sentence. Short paragraphs may all end near one column too, but with a full stop.
    """
    full = [line for line in lines if len(line) >= _WRAP_MIN]
    width = max(map(len, full), default=0)
    if width > _WRAP_MAX or len(full) < _WRAP_LINES:
        return None
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    broken = sum(_is_wrapped(a, b, width) and not ends_line_of_text(a) for a, b in pairs)
    ends = sum(len(one) >= _WRAP_MIN for one, _ in pairs)
    return width if broken >= _WRAP_LINES - 1 and broken >= _BROKEN_SHARE * ends else None


def _is_wrapped(line: str, following: str, width: int) -> bool:
    first = following.split(maxsplit=1)[0]
    fits = len(line) + 1 + len(first) <= width
    return len(line) >= width // 2 and (not fits or bool(_HYPHEN.search(line)))


def _joined(lines: Sequence[str], width: int) -> Iterator[str]:
    """Yield paragraphs: each wrapped line is joined to the next one."""
    hyphened = sum(bool(_HYPHEN.search(line)) for line in lines) >= _HYPHENED_SHARE * len(lines)
    parts: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_wrapped = bool(line and following) and _is_wrapped(line, following, width)
        if is_wrapped and hyphened and _HYPHEN.search(line) and following[:1].islower():
            parts.append(line[:-1])
        else:
            parts.append(f"{line} " if is_wrapped and line[-1:] != "-" else line)
        if not is_wrapped:
            yield "".join(parts)
            parts = []


def split_preformatted(root: HtmlElement) -> None:
    """Replace a ``pre`` that holds most of the page's words with paragraphs, in place."""
    for block in list(root.iter("pre")):
        text = "".join(block.itertext())
        words = word_count(text)
        if words >= _PRE_WORDS and words >= _PRE_SHARE * word_count("".join(root.itertext())):
            block.tag = "div"
            for child in list(block):
                block.remove(child)
            block.text = None
            for line in paragraphs(text):
                etree.SubElement(block, "p").text = line
