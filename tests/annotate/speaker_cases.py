"""Mini-articles with their names listed beside them: names may stand inside quotations."""

import re

from pipeline.annotate.annotator import Read, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Quote

_TAGS = re.compile(r"\[([SCK]):([^\]]*)\]")
_ROLES = {"S": "Source", "C": "Cue", "K": "Content"}


def last_said(marked: str, names: dict[str, str]) -> Quote:
    """Annotate a text with [S:source], [C:cue], [K:content]; return its last quote.

    ``names`` are surface forms with their labels; the longer ones are looked for first.
    """
    text, spans, position = "", [], 0
    for match in _TAGS.finditer(marked):
        text += marked[position : match.start()]
        spans.append(CharSpan(len(text), len(text) + len(match[2]), _ROLES[match[1]]))
        text += match[2]
        position = match.end()
    text += marked[position:]
    pattern = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    found = [CharSpan(*m.span(), names[m[0]]) for m in re.finditer(pattern, text)]
    return annotate_spans(text, Read(tuple(found), tuple(spans))).quotes[-1]
