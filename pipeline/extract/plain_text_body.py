"""Find the headline and the body of an article in a page that was saved as plain text.

The body is the run of lines with the greatest sum of weights (maximum subsequence segmentation,
after Pasternack and Roth, 2009, "Extracting article text from the web with maximum subsequence
segmentation"): a sentence counts with its number of words, a stray line counts against, and a line
with boilerplate wording counts more against. The headline is the line above the body that shares
most words with the body. Lines above the headline and below the body are returned as not belonging
to the article; boilerplate between its paragraphs is left to ``pipeline.clean``.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.credits import read_credit
from pipeline.line_rules.header_lines import read_header_line
from pipeline.text import ends_line_of_text, ends_sentence, tokens, word_count

_TITLE_WORDS = 30
_TITLE_CHARS = 250
"""A headline is not longer, in words and in characters."""
_FULL_STOP = re.compile(r"(?<!\b[A-Z])(?<!\b(?:Jr|Sr|No|Co))[.;,:…][\"”’')]*$")
_MAX_WEIGHT = 80
"""The greatest weight of a line, in words: one long legal notice must not outweigh an article."""
_LONG_LINE = 25
"""Words from which a line counts as text even without a full stop."""
_STRAY, _BOILERPLATE, _LIST_HEAD = -4.0, -8.0, -25.0
"""Weights of lines that are no text, in words: of four values tried for each, the best on the hosts
used for development."""
_NEUTRAL = frozenset({"caption", "photo_credit", "update_note", "contributor_note", "byline", "ad"})
"""Reasons of lines that occur inside articles as often as outside."""
_LIST_HEADS = frozenset({"also_read", "tags", "comments", "author_bio"})
_HEAD_WORDS = 5
_SENTENCE_WORDS = 12
_MAX_STRAY = 3
"""Stray lines between headline and body that are kept: a kicker, a name, a caption. If there are
more, all of them are boilerplate."""
_USUAL_SIMILARITY = 0.4
"""Share of a sentence's words that the rest of its article holds too, on average. A sentence's
weight is multiplied by its own share divided by this."""
_MIN_FACTOR, _MAX_FACTOR = 0.3, 1.5
"""Limits of that factor."""
_MAX_TRAILING = 20
"""Stray lines between the last sentence and the first boilerplate that are kept: lists, verses."""
_BELOW_SIMILARITY, _REACH = 0.5, 16
"""Share of its words that a sentence below boilerplate must have in common with the article to
belong to it, and how many lines past the end such a sentence is looked for."""
_ABOVE_SIMILARITY = 0.6
"""The same share for a sentence above the body, where standfirsts of other stories stand too."""
_NEAR = 4
"""A sentence this many lines past the end belongs to the article whatever it says."""
_CONTINUATION_WORDS = 7
"""Words that a sentence below boilerplate must have."""
_SAYS = re.compile(
    r", (?:he|she|it|they|the \w+|(?:[A-Z]\w+ ?){1,3}) (?:has |had |have |also )?"
    r"(?:said|says|added|told|noted|explained|warned)\b[^,]{0,40}$"
)
"""A sentence that ends with its speaker, which teasers rarely do."""
_TEASER_WORDS = re.compile(
    r"\b(?:[Ww]e|[Oo]ur|[Uu]s|[Yy]ou|[Yy]our)\b|\bis (?:an?|the) [\w -]{0,60}"
    r"(?:editor|reporter|writer|journalist|author|columnist|correspondent)\b"
)
"""A long sentence without any of these is rarely a teaser, a bio or a legal note."""
_FOOTER_REASONS = frozenset(
    {"comments", "tags", "copyright", "author_bio", "login", "cookie_notice"}
)
_NEARLY_BEST = 0.8
"""The headline is the first line that scores at least this share of the best score."""
_TITLE_LINES = 40
"""Lines above the first sentence in which the headline is looked for; a byline, a date, share
buttons and a caption may stand between the two."""
_BREADCRUMB_WORDS = 8
"""Words of the site path that may precede the headline: "News City News Anandpur News"."""
_CONTENT_WORD = 4
"""Letters of a word that is compared; "of" and "the" are in every text."""


@dataclass
class Line:
    """One line of the page, and what its wording shows."""

    text: str

    @cached_property
    def reason(self) -> str | None:
        """The reason for which its wording is boilerplate, or None."""
        return reason_for(self.text)

    @cached_property
    def is_header(self) -> bool:
        """Whether it is a header line: a byline, a date, a comment counter."""
        return read_header_line(self.text) is not None

    @cached_property
    def words(self) -> int:
        """Number of words separated by spaces."""
        return word_count(self.text)

    @cached_property
    def content_words(self) -> frozenset[str]:
        """The words by which lines are compared."""
        return frozenset(word for word in tokens(self.text) if len(word) >= _CONTENT_WORD)

    @property
    def is_sentence(self) -> bool:
        """Whether it is a sentence of 12 words or more."""
        return self.words >= _SENTENCE_WORDS and _ends_as_text(self.text)

    @property
    def is_plain(self) -> bool:
        """Whether it is neither boilerplate nor a header line."""
        return not (self.reason or self.is_header)

    @property
    def _boilerplate_weight(self) -> float:
        if self.reason in _NEUTRAL:
            return 0.0
        is_head = self.reason in _LIST_HEADS and self.words <= _HEAD_WORDS
        return _LIST_HEAD if is_head else _BOILERPLATE

    @property
    def weight(self) -> float:
        """How much it looks like text (above 0) or boilerplate (below 0), in words."""
        if self.reason:
            return self._boilerplate_weight
        if self.is_header or read_credit(self.text):
            return 0.0
        if _ends_as_text(self.text):
            return min(self.words, _MAX_WEIGHT) if self.words >= _SENTENCE_WORDS else self.words / 2
        return self.words / 2 if self.words >= _LONG_LINE else _STRAY


@dataclass(frozen=True, slots=True)
class TextBody:
    """Where headline and body are among the lines of a page; all numbers index these lines."""

    title: int | None
    """The headline, or None if the text has none."""
    above: frozenset[int]
    """Lines above the body that do not belong to the article."""
    below: frozenset[int]
    """Lines below the body."""
    start: int = 0
    """The first line of the body."""


def find_body(texts: Sequence[str]) -> TextBody:
    """Return where the article is among the lines of a page."""
    lines = [Line(text) for text in texts]
    start, end = _body_range(lines)
    title = _title(lines, start, end)
    end = _first_boilerplate(lines, end)
    return TextBody(
        title,
        frozenset(_lines_above(lines, title, start)),
        frozenset(range(end, len(lines))),
        start,
    )


def _body_range(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the first line of the body and the line after its last one.

    The heaviest run of lines is found twice: the second time each sentence is weighted by the share
    of its words that the first run holds, so that sentences of other stories count less.
    """
    weights = [line.weight for line in lines]
    start, end = _heaviest(weights)
    held = Counter(
        word for line in lines[start:end] if line.weight > 0 for word in line.content_words
    )
    for place, line in enumerate(lines):
        if weights[place] > 0 and line.content_words:
            own = start <= place < end
            shared = sum(held[word] > own for word in line.content_words) / len(line.content_words)
            weights[place] *= min(_MAX_FACTOR, max(_MIN_FACTOR, shared / _USUAL_SIMILARITY))
    start, end = _heaviest(weights)
    return _extended_up(lines, start, held), _extended_down(lines, end, held)


def _ends_as_text(text: str) -> bool:
    """Tell whether a line ends as text does, a semicolon included."""
    return ends_line_of_text(text) or text.endswith(";")


def _extended_up(lines: Sequence[Line], start: int, held: Counter[str]) -> int:
    """Return the start, moved up to a first sentence that boilerplate separates from the rest."""
    for place in range(start - 1, max(-1, start - 1 - _REACH), -1):
        line = lines[place]
        shared = sum(held[word] > 0 for word in line.content_words)
        is_own = shared >= max(6, _ABOVE_SIMILARITY * len(line.content_words))
        if is_own and line.is_sentence and line.is_plain and ends_sentence(line.text):
            start = place
    return start


def _extended_down(lines: Sequence[Line], end: int, held: Counter[str]) -> int:
    """Return the end, moved down past sentences that boilerplate separates from the rest."""
    place = end
    while place < len(lines) and place - end < _REACH:
        line = lines[place]
        if line.reason in _FOOTER_REASONS:
            break
        place += 1
        if _continues_sentence(lines, place - 1) or (
            line.words >= _CONTINUATION_WORDS
            and line.is_plain
            and ends_sentence(line.text)
            and (place - end <= _NEAR or _is_own(line, held))
        ):
            end = place
    return end


def _is_own(line: Line, held: Counter[str]) -> bool:
    """Return whether a sentence belongs to the article.

    It does if it shares enough words with it, if it is long and unlike a teaser, or if it ends with
    its speaker.
    """
    shared = sum(held[word] > 0 for word in line.content_words)
    is_long = line.words >= _LONG_LINE and shared >= 3 and not _TEASER_WORDS.search(line.text)
    return (
        shared >= max(4, _BELOW_SIMILARITY * len(line.content_words))
        or is_long
        or bool(_SAYS.search(line.text))
    )


def _continues_sentence(lines: Sequence[Line], place: int) -> bool:
    """Return whether a line continues a sentence that the line before it broke off."""
    line, before = lines[place], lines[max(0, place - 1)]
    is_rest = line.text[:1].islower() and line.is_plain
    return is_rest and before.words >= _HEAD_WORDS and not ends_sentence(before.text)


def _heaviest(weights: Sequence[float]) -> tuple[int, int]:
    """Return the run with the greatest sum (Kadane's algorithm); all lines if none exceeds 0."""
    best, best_sum = (0, len(weights)), 0.0
    start, total = 0, 0.0
    for place, weight in enumerate(weights):
        if total <= 0:
            start, total = place, 0.0
        total += weight
        if total > best_sum:
            best, best_sum = (start, place + 1), total
    return best


def _first_boilerplate(lines: Sequence[Line], end: int) -> int:
    """Return the first line past the body that is boilerplate; stray lines before it are kept.

    If there are more of these than a list or a verse has, the end itself is returned.
    """
    for place in range(end, len(lines)):
        reason = lines[place].reason
        if reason is not None and reason not in _NEUTRAL:
            return place if place - end <= _MAX_TRAILING else end
    return len(lines)


def _has_boilerplate(lines: Sequence[Line]) -> bool:
    """Return whether any line is boilerplate; the lines of a poem or a table are not."""
    return any(line.reason is not None and line.reason not in _NEUTRAL for line in lines)


def _lines_above(lines: Sequence[Line], title: int | None, start: int) -> Iterator[int]:
    """Yield the lines above the body that are neither its headline nor its standfirst."""
    if title is None:
        if _has_boilerplate(lines[:start]):
            yield from (place for place in range(start) if not lines[place].is_sentence)
        return
    yield from range(title)
    stray = [p for p in range(title + 1, start) if lines[p].is_plain and not lines[p].is_sentence]
    if len(stray) > _MAX_STRAY:
        yield from stray


def _title(lines: list[Line], start: int, end: int) -> int | None:
    """Return the line of the headline: the one that shares most words with the body."""
    first = next((p for p in range(start, end) if lines[p].is_sentence and lines[p].is_plain), end)
    reach = range(max(0, start - _TITLE_LINES), first)
    places = [place for place in reach if _may_be_title(lines[place])]
    if not places:
        return None
    held = {word for line in lines[start:end] if line.weight > 0 for word in line.content_words}
    scores = {place: _title_score(lines[place], held, start - place) for place in places}
    best = max(scores.values())
    required = min(
        best, _NEARLY_BEST * best
    )  # the best score is below 0 if all lines are far above
    chosen = next(place for place in places if scores[place] >= required)
    return next(
        (p for p in places if p != chosen and _has_breadcrumbs(lines[chosen], lines[p])), chosen
    )


def _has_breadcrumbs(line: Line, title: Line) -> bool:
    """Return whether a line is "Home News TITLE" where another line is the title alone."""
    others = line.words - title.words
    return (
        title.words >= _HEAD_WORDS - 1
        and 0 < others <= _BREADCRUMB_WORDS
        and (line.text.endswith(f" {title.text}"))
    )


def _may_be_title(line: Line) -> bool:
    if len(line.text) > _TITLE_CHARS or line.words > _TITLE_WORDS or _FULL_STOP.search(line.text):
        return False
    return line.is_plain


def _title_score(line: Line, held: set[str], distance: int) -> float:
    """Score a line as the body's headline: by up to ten shared words, and a little by nearness."""
    shared = len(line.content_words & held) / len(line.content_words) if line.content_words else 0.0
    return 1.0 + shared * min(line.words, 10) - 0.05 * max(0, distance)
