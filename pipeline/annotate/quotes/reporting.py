"""Tell articles that report from texts that speak for themselves: guides, essays, stories.

Where a text says "you" and "I" and names nobody who speaks, "trainers say" and "they say" are
often no statement that somebody made. What bodies, documents and shares of people say is one on
such pages too: "police say", "the survey shows", "62 percent of the guests say".
"""

import re
from collections.abc import Sequence

from pipeline.annotate.speakers.nouns import counts_or_is_body
from pipeline.models import Quote, Span

PERSONAL_SHARE = 0.005
"""Share of "you", "I" and "we" among the words outside quotations from which a text speaks for
itself. Without it the rule takes three right rows of news besides, and no wrong one."""
_WORD = re.compile(r"\w+")
_PERSONAL = re.compile(r"\b(?:you|yours?|I|me|my|we|us|ours?)\b", re.IGNORECASE)


def speaks_for_itself(text: str, quotations: Sequence[Span], quotes: Sequence[Quote]) -> bool:
    """Tell whether a text addresses its reader, or tells of its author, and names no speaker.

    Args:
        text: the article's text.
        quotations: its quotations, in order and without overlap.
        quotes: its quotes with their grades.
    """
    if any(quote.speakers and quote.grade != "C" for quote in quotes):
        return False
    starts = [0, *(end for _, end in quotations)]
    ends = [*(start for start, _ in quotations), len(text)]
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    words = sum(len(_WORD.findall(part)) for part in parts)
    personal = sum(len(_PERSONAL.findall(part)) for part in parts)
    return personal >= PERSONAL_SHARE * words


def is_attested(text: str, quote: Quote) -> bool:
    """Tell whether a quote's source is a body, something written or a number of people."""
    return counts_or_is_body(" ".join(text[start:end] for start, end in quote.source))
