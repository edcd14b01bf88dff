"""Takes out what says again what was said: the headline in a line of furniture, a marker thrice.

"Home » News » TITLE", "TITLE - Lakeshore Post", "This article originally appeared on …: TITLE", and
"Article content" between all paragraphs. Speakers' names in an interview and the refrain of a song
stand there thrice as well, and stay. Knows nothing of other articles.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.clean.blocks import Block
from pipeline.text import normalise, word_count

_TITLE_WORDS = 4
"""A shorter headline may be a subhead or a name as well."""
_MOST_BESIDE = 12
"""Words beside the headline: "This article originally appeared on The Lakeshore Post:"."""
_SEPARATOR = r"(?:[-–—|»›>/·•:]|::)"
_CRUMBS = re.compile(rf".{{0,120}}{_SEPARATOR}\s*")
_SITE = re.compile(rf"\s*{_SEPARATOR}[^.!?]{{0,80}}")
_APPEARED = re.compile(
    r"(?:this (?:article|story|post|piece|report).{0,40}\b(?:appeared|published)|the post|"
    r"(?:\d+ |no |one )?(?:comments?|thoughts?|responses?|repl(?:y|ies)) (?:on|to)|you are reading|"
    r"you're reading|now reading|currently reading|source)\b.{0,90}"
)
_TIMES = 3
_MARKER_WORDS = 6
_PROSE_SHARE = 0.4
"""Share of prose among the blocks below which the lines are verses, a table or a list."""


def holds_title(plain: str, title: str) -> bool:
    """Tell whether a line holds the headline and besides it nothing but a place or a site.

    Args:
        plain: the line, normalised.
        title: the headline, normalised.

    >>> holds_title("home » news » the old pier of brevik sinks", "the old pier of brevik sinks")
    True
    """
    at = plain.find(title)
    if at < 0 or word_count(title) < _TITLE_WORDS:
        return False
    before, after = plain[:at].strip(" \"'"), plain[at + len(title) :].strip(" \"'")
    if word_count(before) + word_count(after) > _MOST_BESIDE:
        return False
    is_led = not before or _CRUMBS.fullmatch(f"{before} ") or _APPEARED.fullmatch(before)
    is_closed = not after or _SITE.fullmatch(after) or bool(_APPEARED.fullmatch(before))
    return bool(is_led and is_closed)


def cut_title_echoes(blocks: Sequence[Block], title: str | None) -> None:
    """Take out lines that are the headline, or hold little besides it."""
    plain = normalise(title or "")
    if word_count(plain) < _TITLE_WORDS:
        return
    for block in blocks:
        if block.kept and plain in block.plain and holds_title(block.plain, plain):
            block.reason = "title"


def cut_markers(blocks: Sequence[Block]) -> None:
    """Take out the one short line that stands three times or more among paragraphs."""
    kept = [block for block in blocks if block.kept]
    counts = Counter(block.plain for block in kept if len(block.text) <= 60)
    often = [plain for plain, count in counts.items() if count >= _TIMES]
    if len(often) != 1 or sum(block.is_prose for block in kept) < _PROSE_SHARE * len(kept):
        return
    places = [place for place, block in enumerate(kept) if block.plain == often[0]]
    # The head of a table stands thrice, too, but above figures.
    above = sum(kept[min(place + 1, len(kept) - 1)].is_prose for place in places)
    for place in places if 2 * above >= len(places) else ():
        if _is_marker(kept[place]):
            kept[place].reason = "repeated"


def _is_marker(block: Block) -> bool:
    """Tell "Article content" from "Q.", "Moor:" and "No."."""
    is_label = block.text.endswith(":") or word_count(block.text) == 1
    is_short = word_count(block.text) <= _MARKER_WORDS
    # Words alone: "Pos Player Plays %" heads a table.
    is_plain = all(each.isalpha() or each in " -–—’'.…" for each in block.text)
    return is_short and is_plain and not (is_label or block.ends_sentence)
