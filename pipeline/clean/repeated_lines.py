"""Remove lines that repeat the headline.

They are lines such as "Home » News » TITLE", "TITLE - Lakeshore Post" and "This article originally
appeared on …: TITLE".
"""

import re
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
