"""Gives the extractor's lines their places in the layout again, and mends the lines it cut.

trafilatura ends a line where inline markup confuses it: "… the officer recalled: “I" of a paragraph
with a quotation element in it, "he ferry line" behind a drop cap. The layout has the whole run.
Knows nothing of what a run is worth.
"""

import re
from collections import defaultdict
from itertools import islice, pairwise

from pipeline.extract.html_layout import Run
from pipeline.text import normalise

Placed = tuple[str, int | None]
"""A line and its place among the page's runs, if it has one."""
_AHEAD = 40
"""Runs behind the last placed one in which a cut line is looked for."""
_LEAST_CHARS = 25
_LOST_START = 40
_MOST_LINKED = 0.6
_VERBATIM = frozenset({"pre", "code", "textarea"})
_MOST_STARTS = 20
"""Runs tried as the first of a joined line: a page may hold thousands of the same run."""
_JOINERS = ("\u200c", "\u200d")
"""Persian words and emoji are spelt with them; trafilatura drops them."""
SENTENCE_END = re.compile(r"[.!?…:。！？।॥؟۔][\"”’')\]»]*$")


def align(lines: list[str], runs: list[Run]) -> list[Placed]:
    """Return the lines with their places; a cut line is given back whole, its pieces dropped."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, run in enumerate(runs):
        places[run.key].append(place)
    if len(lines) == 1 and normalise(lines[0]) not in places:
        lines = _parted(lines[0], runs)
    keys = [normalise(line) for line in lines]
    following = [later for _, later in pairwise([*keys, ""])]
    placed: list[Placed] = []
    last, mended = -1, ""
    for line, key, after in zip(lines, keys, following, strict=True):
        if found := places.get(key):
            last = next((place for place in found if place > last), found[-1])
            shown = runs[last].text
            placed.append((shown if any(map(shown.count, _JOINERS)) else line, last))
            mended = ""
        elif mended and key in mended:
            continue
        elif (whole := _whole(line, key, after, runs, last)) is not None:
            last, mended = whole, runs[whole].key
            placed.append((runs[whole].text, whole))
        else:
            placed.append((line, None))
    return placed


def _parted(line: str, runs: list[Run]) -> list[str]:
    """Return the runs that one line joins, or the line itself where it joins none.

    Of a page with fewer than 250 characters of text, which is a short story in Chinese, trafilatura
    gives all paragraphs on one line, the title before them.
    """
    key = normalise(line)
    starts = (at for at, run in enumerate(runs) if key.startswith(run.key))
    for start in islice(starts, _MOST_STARTS):
        at, end = 0, start
        while end < len(runs) and at < len(key) and key.startswith(runs[end].key, at):
            at += len(runs[end].key)
            at += key.startswith(" ", at)
            end += 1
        if at >= len(key):
            return [run.text for run in runs[start:end]]
    return [line]


def _whole(line: str, key: str, after: str, runs: list[Run], last: int) -> int | None:
    """Return the place of the run that a line without a place was cut from, or None."""
    if len(key) < _LEAST_CHARS:
        return None
    for place in range(last + 1, min(last + 1 + _AHEAD, len(runs))):
        run = runs[place]
        if key not in run.key or run.tag in _VERBATIM or run.link_share > _MOST_LINKED:
            continue
        cut_behind = run.key.startswith(key) and (
            not SENTENCE_END.search(line) or (after and after in run.key)
        )
        cut_before = run.key.endswith(key) and len(run.key) - len(key) <= _LOST_START
        if cut_behind or cut_before:
            return place
    return None
