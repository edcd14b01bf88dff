"""Short articles with their names listed beside them, so that names may stand in quotations."""

import re

from pipeline.annotate.annotator import TaggedText, annotate_spans
from pipeline.annotate.spans import CharSpan
from pipeline.models import Quote

_TAGS = re.compile(r"\[([SCK]):([^\]]*)\]")
_ROLES = {"S": "Source", "C": "Cue", "K": "Content"}


def last_said(marked: str, names: dict[str, str]) -> Quote:
    """Annotate a text with [S:source], [C:cue] and [K:content] in it; return its last quote.

    Args:
        marked: the text.
        names: the names in it with their labels; of two at one place the longer one counts.
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
    return annotate_spans(text, TaggedText(tuple(found), tuple(spans))).quotes[-1]
