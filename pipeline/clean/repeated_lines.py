"""Remove lines that repeat the headline, and a marker repeated between the paragraphs.

The headline is repeated in lines such as "Home » News » TITLE", "TITLE - Lakeshore Post" and "This
article originally appeared on …: TITLE". A marker is a line such as "Article content" between all
paragraphs. Speakers' names in an interview and the refrain of a song also occur three times and
more, and are kept.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.clean.blocks import Block
from pipeline.text import normalise, word_count

_TITLE_WORDS = 4
"""A headline with fewer words may also be a subhead or a name."""
_MAX_OTHER_WORDS = 12
"""Words in a line besides the headline, such as "This article originally appeared on The Lakeshore
Post:"."""
_SEPARATOR = r"(?:[-–—|»›>/·•:]|::)"
_BREADCRUMBS = re.compile(rf".{{0,120}}{_SEPARATOR}\s*")
_SITE = re.compile(rf"\s*{_SEPARATOR}[^.!?]{{0,80}}")
_APPEARED = re.compile(
    r"(?:this (?:article|story|post|piece|report).{0,40}\b(?:appeared|published)|the post|"
    r"(?:\d+ |no |one )?(?:comments?|thoughts?|responses?|repl(?:y|ies)) (?:on|to)|you are reading|"
    r"you're reading|now reading|currently reading|source)\b.{0,90}"
)
_MARKER_COUNT = 3
"""Times that a marker occurs in a text at least."""
_MARKER_WORDS = 6
_MARKER_CHARS = 60
_PROSE_SHARE = 0.4
"""With a smaller share of prose among its blocks a text is verse, a table or a list."""


def holds_title(plain: str, title: str) -> bool:
    """Return whether a line holds the headline and otherwise only a breadcrumb path or a site.

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
    if word_count(before) + word_count(after) > _MAX_OTHER_WORDS:
        return False
    is_start_known = (
        not before or _BREADCRUMBS.fullmatch(f"{before} ") or _APPEARED.fullmatch(before)
    )
    is_end_known = not after or _SITE.fullmatch(after) or bool(_APPEARED.fullmatch(before))
    return bool(is_start_known and is_end_known)


def cut_repeated_titles(blocks: Sequence[Block], title: str | None) -> None:
    """Remove lines that are the headline, or hold little besides it, with reason ``title``."""
    plain = normalise(title or "")
    if word_count(plain) < _TITLE_WORDS:
        return
    for block in blocks:
        if block.kept and plain in block.plain and holds_title(block.plain, plain):
            block.reason = "title"


def cut_markers(blocks: Sequence[Block]) -> None:
    """Remove a short line that occurs three times or more between paragraphs.

    If several lines do, the text is an interview, a song or a table, and all are kept.
    """
    kept = [block for block in blocks if block.kept]
    counts = Counter(block.plain for block in kept if len(block.text) <= _MARKER_CHARS)
    often = [plain for plain, count in counts.items() if count >= _MARKER_COUNT]
    if len(often) != 1 or sum(block.is_prose for block in kept) < _PROSE_SHARE * len(kept):
        return
    places = [place for place, block in enumerate(kept) if block.plain == often[0]]
    # The header row of a table is repeated too, but it stands above figures.
    above = sum(kept[min(place + 1, len(kept) - 1)].is_prose for place in places)
    for place in places if 2 * above >= len(places) else ():
        if _is_marker(kept[place]):
            kept[place].reason = "repeated"


def _is_marker(block: Block) -> bool:
    """Return True for "Article content", False for "Q.", "Moor:" and "No."."""
    is_label = block.text.endswith(":") or word_count(block.text) == 1
    is_short = word_count(block.text) <= _MARKER_WORDS
    # Only letters: "Pos Player Plays %" is the header row of a table.
    is_plain = all(each.isalpha() or each in " -–—’'.…" for each in block.text)
    return is_short and is_plain and not (is_label or block.ends_sentence)
