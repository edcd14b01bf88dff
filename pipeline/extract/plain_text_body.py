"""Finds the article in a page that somebody saved as plain text: headline, first and last line.

The body is the stretch of lines with the greatest sum of weights, after Pasternack and Roth (2009,
"Extracting article text from the web with maximum subsequence segmentation"): a sentence counts for
its words, a stray line counts against, a line whose wording is furniture counts more against. The
headline is the line above the body that says most of what the body says. What stands above the
headline and below the body is the page's frame. Knows nothing of HTML and takes nothing out of the
middle: that is ``pipeline.clean``'s.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.credits import read_credit
from pipeline.line_rules.header_lines import read_opening
from pipeline.text import tokens, word_count

_TITLE_WORDS = 30
_TITLE_CHARS = 250
_FULL_STOP = re.compile(r"(?<!\b[A-Z])(?<!\b(?:Jr|Sr|No|Co))[.;,:…][\"”’')]*$")
_END = re.compile(r"[.!?…。؟۔।！？:;][\"”’')\]»]*$")
_MOST_COUNTED = 80
"""Words of a line that count: one long legal notice must not outweigh an article."""
_LONG_LINE = 25
"""Words that make a line text even where it has no full stop."""
_STRAY, _FURNITURE, _LIST_HEAD = -4.0, -8.0, -25.0
"""Weights of lines that are no text, in words; of four settings each, the best on seen hosts."""
_NEUTRAL = frozenset({"caption", "photo_credit", "update_note", "contributor_note", "byline", "ad"})
_LIST_HEADS = frozenset({"also_read", "tags", "comments", "author_bio"})
_HEAD_WORDS = 5
_SENTENCE_WORDS = 12
_MOST_LOOSE = 3
"""Stray lines between headline and body: a kicker, a name, a caption; more are furniture."""
_AKIN = 0.4
"""Share of a sentence's words that the rest of its article holds too, on an average."""
_LEAST_AKIN, _MOST_AKIN = 0.3, 1.5
_MOST_TRAILING = 20
"""Stray lines behind the last sentence that are kept up to the first furniture: lists, verses."""
_RESUMED, _FARTHEST = 0.5, 16
"""Share of its words that a sentence behind furniture must have in common with the article to
belong to it, and how many lines behind the end such a sentence is looked for."""
_PRECEDING = 0.6
"""The same for a sentence above the body, where standfirsts of other stories stand too."""
_NEAR = 4
"""Lines of furniture behind which a sentence is the article's whatever it says."""
_RESUMING_WORDS = 7
_SAYS = re.compile(
    r", (?:he|she|it|they|the \w+|(?:[A-Z]\w+ ?){1,3}) (?:has |had |have |also )?"
    r"(?:said|says|added|told|noted|explained|warned)\b[^,]{0,40}$"
)
"""Who speaks closes the sentence: a teaser seldom says so."""
_NO_NEWS = re.compile(
    r"\b(?:[Ww]e|[Oo]ur|[Uu]s|[Yy]ou|[Yy]our)\b|\bis (?:an?|the) [\w -]{0,60}"
    r"(?:editor|reporter|writer|journalist|author|columnist|correspondent)\b"
)
"""A long sentence with none of these is hardly a teaser, a bio or a legal note."""
_STOP = re.compile(r"[.!?…。؟۔।！？][\"”’')\]»]*$")
_ENDS = frozenset({"comments", "tags", "copyright", "author_bio", "login", "cookie_notice"})
_NEARLY = 0.8
"""A line that scores nearly as well as the best and stands above it is the headline."""
_TITLE_LINES = 40
"""Lines between a headline and the first sentence: a byline, a day, share buttons, a caption."""
_CRUMB_WORDS = 8
"""Words of a path to the page in front of the headline: "News City News Anandpur News"."""
_CONTENT_WORD = 4
"""Letters of a word that says something: "of" and "the" are everywhere."""


@dataclass
class Line:
    """One line and what its wording says."""

    text: str

    @cached_property
    def reason(self) -> str | None:
        """Why its wording is furniture, or None."""
        return reason_for(self.text)

    @cached_property
    def is_fact(self) -> bool:
        """Whether it is a byline, a day, a comment counter, and so on."""
        return read_opening(self.text) is not None

    @cached_property
    def words(self) -> int:
        """Blank-separated words."""
        return word_count(self.text)

    @cached_property
    def says(self) -> frozenset[str]:
        """The words that say something."""
        return frozenset(word for word in tokens(self.text) if len(word) >= _CONTENT_WORD)

    @property
    def is_sentence(self) -> bool:
        """Whether it is a sentence of some length."""
        return self.words >= _SENTENCE_WORDS and bool(_END.search(self.text))

    @property
    def is_loose(self) -> bool:
        """Whether nothing in it says what it is."""
        return not (self.reason or self.is_fact)

    @property
    def _furniture_weight(self) -> float:
        if self.reason in _NEUTRAL:
            return 0.0
        is_head = self.reason in _LIST_HEADS and self.words <= _HEAD_WORDS
        return _LIST_HEAD if is_head else _FURNITURE

    @property
    def weight(self) -> float:
        """How much it speaks for being text (above 0) or furniture (below 0)."""
        if self.reason:
            return self._furniture_weight
        if self.is_fact or read_credit(self.text):
            return 0.0
        if _END.search(self.text):
            return (
                min(self.words, _MOST_COUNTED) if self.words >= _SENTENCE_WORDS else self.words / 2
            )
        return self.words / 2 if self.words >= _LONG_LINE else _STRAY


@dataclass(frozen=True, slots=True)
class Frame:
    """Places in a list of lines: the headline, and what belongs to neither it nor the body."""

    title: int | None
    head: frozenset[int]
    """Places above the first line of the article's own."""
    foot: frozenset[int]
    """Places below its last one."""
    start: int = 0
    """Where the body begins."""


def find_frame(texts: Sequence[str]) -> Frame:
    """Return where the article stands among the lines of a page."""
    lines = [Line(text) for text in texts]
    start, end = _body(lines)
    title = _title(lines, start, end)
    end = _first_marked(lines, end)
    return Frame(
        title, frozenset(_head(lines, title, start)), frozenset(range(end, len(lines))), start
    )


def _body(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the body: the heaviest stretch, its sentences weighed by what they share with it."""
    weights = [line.weight for line in lines]
    start, end = _heaviest(weights)
    held = Counter(word for line in lines[start:end] if line.weight > 0 for word in line.says)
    for place, line in enumerate(lines):
        if weights[place] > 0 and line.says:
            own = start <= place < end
            shared = sum(held[word] > own for word in line.says) / len(line.says)
            weights[place] *= min(_MOST_AKIN, max(_LEAST_AKIN, shared / _AKIN))
    start, end = _heaviest(weights)
    return _preceded(lines, start, held), _resumed(lines, end, held)


def _preceded(lines: Sequence[Line], start: int, held: Counter[str]) -> int:
    """Return the start above a first sentence that furniture parts from the rest."""
    for place in range(start - 1, max(-1, start - 1 - _FARTHEST), -1):
        line = lines[place]
        shared = sum(held[word] > 0 for word in line.says)
        is_own = shared >= max(6, _PRECEDING * len(line.says))
        if is_own and line.is_sentence and line.is_loose and _STOP.search(line.text):
            start = place
    return start


def _resumed(lines: Sequence[Line], end: int, held: Counter[str]) -> int:
    """Return the end behind sentences that a block of furniture parts from their article."""
    place = end
    while place < len(lines) and place - end < _FARTHEST:
        line = lines[place]
        if line.reason in _ENDS:
            break
        place += 1
        if _goes_on(lines, place - 1) or (
            line.words >= _RESUMING_WORDS
            and line.is_loose
            and _STOP.search(line.text)
            and (place - end <= _NEAR or _is_own(line, held))
        ):
            end = place
    return end


def _is_own(line: Line, held: Counter[str]) -> bool:
    """Tell a sentence of the article from a teaser: by its words or by who speaks."""
    shared = sum(held[word] > 0 for word in line.says)
    is_long = line.words >= _LONG_LINE and shared >= 3 and not _NO_NEWS.search(line.text)
    return shared >= max(4, _RESUMED * len(line.says)) or is_long or bool(_SAYS.search(line.text))


def _goes_on(lines: Sequence[Line], place: int) -> bool:
    """Tell a line that ends a sentence which the line before it broke off."""
    line, before = lines[place], lines[max(0, place - 1)]
    is_rest = line.text[:1].islower() and line.is_loose
    return is_rest and before.words >= _HEAD_WORDS and not _STOP.search(before.text)


def _heaviest(weights: Sequence[float]) -> tuple[int, int]:
    """Return the stretch with the greatest sum (Kadane), the whole where nothing weighs."""
    best, best_sum = (0, len(weights)), 0.0
    start, total = 0, 0.0
    for place, weight in enumerate(weights):
        if total <= 0:
            start, total = place, 0.0
        total += weight
        if total > best_sum:
            best, best_sum = (start, place + 1), total
    return best


def _first_marked(lines: Sequence[Line], end: int) -> int:
    """Return the place of the first line behind the body that is surely none of the article's."""
    for place in range(end, len(lines)):
        reason = lines[place].reason
        if reason is not None and reason not in _NEUTRAL:
            return place if place - end <= _MOST_TRAILING else end
    return len(lines)


def _is_marked(lines: Sequence[Line]) -> bool:
    """Tell furniture around an article from a poem's or a table's lines at its edge."""
    return any(line.reason is not None and line.reason not in _NEUTRAL for line in lines)


def _head(lines: Sequence[Line], title: int | None, start: int) -> Iterator[int]:
    """Yield the places above the body that are neither its headline nor its standfirst."""
    if title is None:
        if _is_marked(lines[:start]):
            yield from (place for place in range(start) if not lines[place].is_sentence)
        return
    yield from range(title)
    loose = [p for p in range(title + 1, start) if lines[p].is_loose and not lines[p].is_sentence]
    if len(loose) > _MOST_LOOSE:
        yield from loose


def _title(lines: list[Line], start: int, end: int) -> int | None:
    """Return the place of the headline: the line that shares most with the body."""
    first = next((p for p in range(start, end) if lines[p].is_sentence and lines[p].is_loose), end)
    reach = range(max(0, start - _TITLE_LINES), first)
    places = [place for place in reach if _may_be_title(lines[place])]
    if not places:
        return None
    held = {word for line in lines[start:end] if line.weight > 0 for word in line.says}
    scores = {place: _likeness(lines[place], held, start - place) for place in places}
    best = max(scores.values())
    least = min(best, _NEARLY * best)  # far below all lines the best itself may be below 0
    chosen = next(place for place in places if scores[place] >= least)
    return next((p for p in places if p != chosen and _is_crumbed(lines[chosen], lines[p])), chosen)


def _is_crumbed(line: Line, title: Line) -> bool:
    """Tell "Home News TITLE" from a headline: the title stands alone in a line of its own too."""
    beside = line.words - title.words
    return (
        title.words >= _HEAD_WORDS - 1
        and 0 < beside <= _CRUMB_WORDS
        and (line.text.endswith(f" {title.text}"))
    )


def _may_be_title(line: Line) -> bool:
    if len(line.text) > _TITLE_CHARS or line.words > _TITLE_WORDS or _FULL_STOP.search(line.text):
        return False
    return line.is_loose


def _likeness(line: Line, held: set[str], distance: int) -> float:
    """Score a line as the body's headline: shared words count, up to ten; nearness a little."""
    shared = len(line.says & held) / len(line.says) if line.says else 0.0
    return 1.0 + shared * min(line.words, 10) - 0.05 * max(0, distance)
