"""Mark the names that stand only in the credit of a picture or of an agency.

"Ida Holm/Getty Images", "Photo by Ida Holm/AFP via Getty Images" and "(Reuters) -" in a dateline
say who made a picture or a text. Nobody who counts what the news is about counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.annotate.spans import CharSpan
from pipeline.line_rules.agencies import agency_named
from pipeline.tables import read_rows

LONGEST_CREDIT = 160
"""Characters of the longest line that is a credit as a whole."""
LONGEST_DATELINE = 80
"""Characters of a line before the agency of its dateline."""
_LABEL = re.compile(
    r"\s*(?:(?:file|handout|pool|courtesy)\s+)?"
    r"(?:photo(?:graph)?s?|pictures?|images?|illustrations?|videos?|credits?|source)"
    r"(?:\s+(?:by|courtesy(?:\s+of)?|from))?\s*[:/|]|"
    r"\s*(?:photo(?:graph)?s?|pictures?|images?|illustrations?|video)\s+"
    r"(?:by|courtesy(?:\s+of)?|from)\s",
    re.IGNORECASE,
)
"""The beginning of a line that credits a picture: "Photo by Ida Holm", "Credit: Reuters"."""
_BETWEEN_SLASHES = re.compile(r"\s?/\s?|\svia\s", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[][^()\[\]\n]{0,60}$")
_BRACKET_CLOSES = re.compile(r"[)\]\n]")
_BEHIND_DATELINE = re.compile(r"\)\s?(?:[—–:]|-{1,2}\s)")
_SENTENCE = re.compile(r"[a-z]{2,}[.!?]\s")


def credited(text: str, spans: Iterable[CharSpan]) -> list[bool]:
    """Tell for each mention whether it stands in a credit.

    Args:
        text: the article.
        spans: its mentions in reading order.
    """
    lines: dict[int, bool] = {}
    marks = []
    for span in spans:
        if span.label not in {"ORG", "PERSON", "PRODUCT", "MISC"}:
            marks.append(False)
            continue
        start = text.rfind("\n", 0, span.start) + 1
        if start not in lines:
            lines[start] = _is_credit_line(text, start)
        marks.append(lines[start] or _is_in_brackets(text, span) or _is_dateline(text, span, start))
    return marks


def _is_credit_line(text: str, start: int) -> bool:
    """Tell whether a whole line credits a picture: a label, or a name and an agency by a slash."""
    end = text.find("\n", start, start + LONGEST_CREDIT + 1)
    if end == -1:
        end = len(text)
    if end - start > LONGEST_CREDIT:
        return False
    line = text[start:end].strip(" ().|")
    if _LABEL.match(line):
        return not _SENTENCE.search(line)
    parts = _BETWEEN_SLASHES.split(line)
    is_short = all(len(part.split()) <= 4 for part in parts)
    return is_short and _is_agency(parts[-1])


def _is_in_brackets(text: str, span: CharSpan) -> bool:
    """Tell whether brackets around a name hold a credit: "(Photo: Ida Holm/AFP)", "[AFP]"."""
    opened = _IN_BRACKETS.search(text, max(0, span.start - 62), span.start)
    if opened is None:
        return False
    closed = _BRACKET_CLOSES.search(text, span.end, span.end + 60)
    if closed is None or text[closed.start()] == "\n":
        return False
    inside = text[opened.start() + 1 : closed.start()]
    if _LABEL.match(inside):
        return True
    parts = _BETWEEN_SLASHES.split(inside)
    return len(parts) > 1 and _is_agency(parts[-1])


def _is_agency(name: str) -> bool:
    """Tell whether the whole text names an agency of news or pictures."""
    plain = name.strip(" .")
    return plain.casefold() in _picture_agencies() or agency_named(plain) is not None


@lru_cache(maxsize=1)
def _picture_agencies() -> frozenset[str]:
    rows = read_rows(__package__, "picture_agencies.tsv", columns=2)
    return frozenset(name for name, _ in rows)


def _is_dateline(text: str, span: CharSpan, line_start: int) -> bool:
    """Tell whether a name is the agency of a dateline: "TARN, Oct 3 (Reuters) - "."""
    return (
        span.start - line_start < LONGEST_DATELINE
        and _BEHIND_DATELINE.match(text, span.end) is not None
        and text[span.start - 1 : span.start] == "("
        and agency_named(text[span.start : span.end]) is not None
    )
