"""Which news agency a text comes from: credit line, byline, dateline, or the agency's own trailer.

The agencies' names are those of ``pipeline.clean.credits``. Knows nothing of other texts: how often
a wire copy was printed is told by groups. "The Associated Press contributed to this report" makes
no wire copy.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.clean.credits import agency_named, dateline_agency, read_credit

HEAD_LINES, TAIL_LINES = 6, 6
_HEAD, _TAIL = 400, 600
"""Characters: datelines follow a headline and a standfirst at most; trailers end a text."""
_DATELINE = re.compile(
    r"""
    ^\W*
    (?: [A-Z][\w.'’/-]*,?\s+ | (?:of|and|de|del|da|al|la|le)\s+      # NEW DELHI, Rio de Janeiro
      | \d{1,2}[.,]?\s+(?:\d{4}[.,]?\s+)?                            # Nov 3, or July 20, 2026
    ){0,8}
    (?: \((?P<round>[^()]{2,40})\) | /(?P<slashed>[^/]{2,30})/\.? )  # (PTI) or /TASS/.
    (?=\s+\S | \s*[-–—:])
    """,
    re.MULTILINE | re.VERBOSE,
)
_REPORTING = re.compile(r"\(?\b(?P<name>[A-Z][\w ]{1,30}?)\s+reporting by\s+[A-Z]")
_HOUSE_TRAILER = re.compile(r"\bReporting by [A-Z].{0,200}?\bEditing by [A-Z]", re.DOTALL)
_INPUTS = re.compile(
    r"\b(?:(?:with|from) (?:inputs?|files) (?:from|of)|originally published (?:by|on)|"
    r"syndicated feed (?:of|from)) (?P<name>[^.;()\n]{2,40})",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:\d{4},?\s*)?(?:by\s+)?(?P<name>[^.,;()\n]{2,40})",
    re.IGNORECASE,
)
_BYLINE_PARTS = re.compile(r"\s*(?:[,|/()]|\bfor\b|\bof\b|\bwith\b|\band\b)\s*", re.IGNORECASE)
_STAFF = re.compile(r"^by\s+|\b(?:staff|writers?|correspondents?|reporters?|desk)\b", re.IGNORECASE)
_TITLE_END = re.compile(r"(?:[|–—]|\s-)\s*(?P<bar>[^|–—()]{2,40})$|\((?P<round>[^()]{2,40})\)\s*$")


def wire_origin(
    title: str | None, authors: Sequence[str], text: str | None, credit_line: str | None
) -> str | None:
    """Return the agency's full name, or None where the text seems to be the outlet's own.

    Args:
        title: headline; some outlets end it with "(AP)" or "| Reuters".
        authors: bylines, as names or as printed ("By JANE ROE, Associated Press").
        text: the body.
        credit_line: "Source: Anadolu Agency", as the page gave it.

    >>> wire_origin(None, ["AFP"], "The talks opened on Monday.", None)
    'Agence France-Presse'
    """
    return (
        _from_credit(credit_line or "")
        or _first(map(_from_byline, authors))
        or _from_text(text or "")
        or _from_title(title or "")
    )


def _from_credit(line: str) -> str | None:
    credit = read_credit(line.strip())
    return (credit.agency if credit else None) or _named_by(_INPUTS, line)


def _from_byline(byline: str) -> str | None:
    # The whole comes first: "Press Trust of India" has an "of" itself.
    parts = [byline, *_BYLINE_PARTS.split(byline)]
    return _first(agency_named(_STAFF.sub("", part)) for part in parts if part)


def _from_text(text: str) -> str | None:
    head, tail = text[:_HEAD], text[-_TAIL:]
    first_lines = head.splitlines()[:HEAD_LINES]
    return (
        dateline_agency(head)
        or _from_dateline(head)
        or _from_lines(first_lines)
        or _from_trailer(tail)
    )


def _from_lines(lines: Iterable[str]) -> str | None:
    """Read lines that are a credit and nothing else: "By ANI", "Agency: Kyodo", "-- dpa"."""
    credits = (read_credit(line.strip()) for line in lines if line.strip())
    return _first(credit.agency for credit in credits if credit)


def _from_dateline(head: str) -> str | None:
    """Read "NEW DELHI, Nov 3 (PTI) The …", "MOSCOW, July 20. /TASS/.", "(Reuters) - …"."""
    for found in _DATELINE.finditer(head):
        agency = agency_named(found["round"] or found["slashed"])
        if agency and not _explains_itself(found[0], agency) and _is_dateline(found, head):
            return agency
    return None


def _is_dateline(found: re.Match[str], head: str) -> bool:
    """Tell "NEW DELHI, Nov 3 (PTI) The court" and "(AFP) - The" from "Mr Ani (ANI) said"."""
    before = found[0].split("(")[0]
    dashed = re.match(r"\s*[-–—:]", head[found.end() :])
    return bool(dashed or found["slashed"] or re.search(r"\d|^\W*[A-Z]{3}", before))


def _explains_itself(dateline: str, agency: str) -> bool:
    """Tell "The Press Trust of India (PTI) said", which is no dateline."""
    spelt_out = dateline.split("(")[0].strip().removeprefix("The ")
    return agency_named(spelt_out) == agency


def _from_trailer(tail: str) -> str | None:
    return (
        _from_lines(tail.splitlines()[:-TAIL_LINES:-1])
        or _named_by(_REPORTING, tail)
        or _named_by(_INPUTS, tail)
        or _named_by(_COPYRIGHT, tail)
        # Reuters signs so and does not name itself: "(Reporting by A. Roe; Editing by B. Poe)".
        or ("Reuters" if _HOUSE_TRAILER.search(tail) else None)
    )


def _from_title(title: str) -> str | None:
    found = _TITLE_END.search(title)
    return agency_named(found["bar"] or found["round"]) if found else None


def _named_by(pattern: re.Pattern[str], text: str) -> str | None:
    return _first(agency_named(found["name"]) for found in pattern.finditer(text))


def _first(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name), None)
