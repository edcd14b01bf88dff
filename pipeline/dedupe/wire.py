"""Which news agency a text comes from: dateline, byline, credit line, reporting line.

Pure string work; knows nothing of other texts.
"""

import re
from collections.abc import Sequence

_AGENCIES = {
    "Associated Press": r"AP|Associated Press|The Associated Press",
    "Reuters": r"Reuters|Thomson Reuters",
    "Agence France-Presse": r"AFP|Agence France[- ]Presse",
    "Press Trust of India": r"PTI|Press Trust of India",
    "dpa": r"dpa|Deutsche Presse[- ]Agentur",
    "Xinhua": r"Xinhua(?: News Agency)?",
    "TASS": r"TASS|Itar-Tass",
    "Anadolu Agency": r"Anadolu(?: Agency)?",
}
_DATELINE = {
    name: re.compile(rf"\((?:{names})\)", re.IGNORECASE) for name, names in _AGENCIES.items()
}


def wire_origin(
    title: str | None, authors: Sequence[str], text: str | None, credit_line: str | None
) -> str | None:
    """Return the agency's name, or None where the text seems to be the outlet's own."""
    head = (text or "")[:300]
    for name, pattern in _DATELINE.items():
        if pattern.search(head):
            return name
    return None
