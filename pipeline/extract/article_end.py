"""Decide where the article ends: what stands below it is another story, a list or a form.

Every place between two lines may be the end. Boosted trees judge each by what the lines below it
look like and where on the page they are, beside the lines above it. The text is cut at the place
where the most words are most surely no part of the article. A wrong cut costs more than a line too
many, so the trees must be surer than even (``_SURE``), and half of the text always stays.

``make train-text`` grows the trees and prints what they do on pages of domains that they never saw.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from lxml.html import HtmlElement
from numpy.typing import NDArray

from pipeline.extract.html_layout import TextBlock, outward
from pipeline.extract.line_alignment import PlacedLine
from pipeline.extract.trees import MODELS, read_trees
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.credits import read_credit
from pipeline.text import ends_sentence, tokens, word_count

Rows = NDArray[np.float64]
MODEL = MODELS / "article_end.json"
WORDS = MODELS / "article_end_words.tsv"
_LEAST_WORDS = 100
"""In a shorter text nothing is cut; one without blanks between its words counts as short."""
_SURE = 0.75
"""What the trees must say of a place at least. By cross-validation NAEB gains .0016 to .0022 of F
for any value from .55 to .8; from .75 on no set loses."""
_MOST_CUT = 0.5
"""Share of the words that may be cut."""
_ADDED_SHARE = 0.02
"""Added to the share of words below a place, or a last line of five words would weigh nothing."""
_PROSE_WORDS = 12
_LONG_WORD = 5
"""Letters of the words that tell what a text is about."""
_READ_CHARS = 400
"""Characters of a line whose words are weighed."""
_SITE_CHARS = 5
"""Letters of a site's name; a shorter one is a part of other words."""
_UNKNOWN_WEIGHT = -3.0
_LEVELS = (2, 3, 4)
"""Elements around a line that are described, its parent's parent first."""
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_WORD = re.compile(r"[^\W\d_]{2,}|[@©]")

OF_LINE = (
    "words", "ends a sentence", "asks", "linked", "capitals", "digits", "opens with a sign",
    "dated", "heading", "item", "telling word", "telling words", "seen above", "in title",
    "in description", "names the site", "like the text", "up from half", "down from half",
    "up from most", "down from most",
    *(f"{what} at {level}" for level in _LEVELS for what in (
        "share of page", "linked", "words a block", "share of prose", "prose of words")),
)  # fmt: skip
_OF_PLACE = (
    "share below", "words above", "words below", "lines below", "share of prose below",
    "prose of words below", "blocks skipped", "words skipped", "lines", "words",
    "prose of text", "text of page",
)  # fmt: skip
FEATURES = (
    *(f"{name}, {of}" for of in ("line", "words below", "lines below", "above less below")
      for name in OF_LINE),
    *_OF_PLACE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a text where the article may end."""

    below: tuple[int, ...]
    """For each the number of the first line below it."""
    rows: Rows
    shares: NDArray[np.float64]
    """Shares of the text's words that are below them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the article beside its lines."""

    title: str | None = None
    description: str | None = None
    """That in the page's metadata."""
    sites: Collection[str] = ()
    """Names of the page's site, in the form of ``title.bare_name``."""


def find_end(lines: Sequence[PlacedLine], blocks: Sequence[TextBlock], known: Known) -> int:
    """Return the number of the first line below the article; the number of lines where all is it.

    Args:
        lines: the text, each line with the index of its block.
        blocks: the page.
        known: what else is known of the article.
    """
    places = describe_places(lines, blocks, known)
    if not places.below:
        return len(lines)
    odds = read_trees(MODEL).scores(places.rows)[:, 0]
    best = best_place(places, 1 / (1 + np.exp(-odds)))
    return len(lines) if best is None else places.below[best]


def best_place(places: Places, sure: NDArray[np.float64]) -> int | None:
    """Return the index of the place where the text is cut, or None.

    Args:
        places: the places.
        sure: how sure each is, 0 to 1.
    """
    gains = np.where(places.shares <= _MOST_CUT, (sure - _SURE) * (places.shares + _ADDED_SHARE), 0)
    best = int(np.argmax(gains))
    return best if gains[best] > 0 else None


def is_needed_below(line: str) -> bool:
    """Tell whether cleaning reads a line below the end: a credit, a note, a comment counter."""
    return reason_for(line) is not None or read_credit(line) is not None


def describe_places(
    lines: Sequence[PlacedLine],
    blocks: Sequence[TextBlock],
    known: Known,
    weights: Mapping[str, float] | None = None,
) -> Places:
    """Return the places of a text where it may end, with a row of ``FEATURES`` for each.

    Lines that their wording shows to be boilerplate are left to cleaning and not looked at.

    Args:
        lines: the text, each line with the index of its block.
        blocks: the page.
        known: what else is known of the article.
        weights: of words, in place of those in ``WORDS``.
    """
    judged = [n for n, (line, _) in enumerate(lines) if reason_for(line) is None]
    words = np.array([word_count(lines[n][0]) for n in judged], dtype=np.float64)
    if len(judged) < 2 or words.sum() < _LEAST_WORDS or not blocks:
        return Places((), np.zeros((0, len(FEATURES))), np.zeros(0))
    text = _Text([lines[n] for n in judged], blocks, known, weights or word_weights(WORDS))
    own = np.array(list(text.rows()))
    return Places(
        tuple(judged[1:]), _rows_of_places(own, words, text), _below(words)[1:] / words.sum()
    )


def _rows_of_places(own: Rows, words: NDArray[np.float64], text: "_Text") -> Rows:
    """Return a row for each place: its line, the means of lines below it and above it."""
    count, total, prose = len(words), words.sum(), text.prose
    words_below, lines_below = _below(words)[1:, None], np.arange(count - 1, 0, -1)[:, None]
    prose_below = _below(prose)[1:]
    skipped = np.array(text.skipped)[1:]
    of_place = (
        words_below[:, 0] / total,
        total - words_below[:, 0],
        words_below[:, 0],
        lines_below[:, 0],
        prose_below / (prose.sum() or 1),
        prose_below / words_below[:, 0],
        skipped[:, 0],
        skipped[:, 1],
        np.full(count - 1, count),
        np.full(count - 1, total),
        np.full(count - 1, prose.sum() / total),
        np.full(count - 1, total / max(1, text.page_words)),
    )
    return np.hstack([*spread(own, words), np.stack(of_place, axis=1)])


def spread(own: Rows, words: NDArray[np.float64]) -> tuple[Rows, Rows, Rows, Rows]:
    """Return values of lines as values of places.

    These are those of the line below a place, the means over the words and over the lines below it,
    and what the mean over the words above it has more.
    """
    weighed, lines_below = own * words[:, None], np.arange(len(words), 0, -1)[:, None]
    words_below = _below(words)[:, None]
    by_words = (_below(weighed) / words_below)[1:]
    above = np.cumsum(weighed, axis=0)[:-1] / (words.sum() - words_below[1:])
    return own[1:], by_words, (_below(own) / lines_below)[1:], above - by_words


def _below(values: Rows) -> Rows:
    """Return for each line the sum over it and all lines below it."""
    sums: Rows = np.cumsum(values[::-1], axis=0)[::-1]
    return sums


@cache
def word_weights(words: Path) -> dict[str, float]:
    """Return the words that tell lines below an article from its text, with their log odds."""
    rows = (line.split("\t") for line in words.read_text(encoding="utf-8").splitlines())
    return {word: float(weight) for word, weight in rows}


def told_by_words(line: str, weights: Mapping[str, float]) -> tuple[float, float]:
    """Return the highest weight of a line's words, and a third of the sum of the highest three."""
    known = sorted([weights.get(word, _UNKNOWN_WEIGHT) for word in words_of(line)])
    return (known[-1], sum(known[-3:]) / 3) if known else (_UNKNOWN_WEIGHT, _UNKNOWN_WEIGHT)


def words_of(line: str) -> set[str]:
    """Return the words of a line that may have a weight."""
    return set(_WORD.findall(line[:_READ_CHARS].lower()))


class _Text:
    """The lines of a text, and what the page shows around them."""

    def __init__(
        self,
        lines: Sequence[PlacedLine],
        blocks: Sequence[TextBlock],
        known: Known,
        weights: Mapping[str, float],
    ) -> None:
        self.lines = [line for line, _ in lines]
        self.weights = weights
        self.title = _long_words(known.title or "")
        self.description = _long_words(known.description or "")
        self.sites = [name for name in known.sites if len(name) >= _SITE_CHARS]
        # A line without a block stands where the line above it stands.
        self.places: list[int] = []
        place = next((index for _, index in lines if index is not None), 0)
        for _, index in lines:
            place = place if index is None else index
            self.places.append(place)
        self.blocks = [blocks[place] for place in self.places]
        self.linked = [
            0.0 if index is None else block.link_density
            for (_, index), block in zip(lines, self.blocks, strict=True)
        ]
        self.ends = [ends_sentence(line) for line in self.lines]
        counts = [word_count(line) for line in self.lines]
        self.prose = np.array(
            [
                count if count >= _PROSE_WORDS and ends and linked < 0.5 else 0
                for count, ends, linked in zip(counts, self.ends, self.linked, strict=True)
            ],
            dtype=np.float64,
        )
        self.total_prose = float(self.prose.sum()) or 1.0
        self.chain_of: dict[HtmlElement, list[HtmlElement]] = {}
        self.chains = [self._chain(block.element) for block in self.blocks]
        self.names = [_names(chain) for chain in self.chains]
        self.prose_by_names: Counter[str] = Counter()
        self.prose_in: Counter[HtmlElement] = Counter()
        for chain, names, words in zip(self.chains, self.names, self.prose, strict=True):
            if words:
                self.prose_by_names[names] += int(words)
                self.prose_in.update(dict.fromkeys(chain, int(words)))
        self.half, self.most = self._path_to(0.5), self._path_to(0.8)
        words_before = np.cumsum([0, *(block.words for block in blocks)])
        self.page_words = int(words_before[-1])
        self.skipped = [(0, 0)]
        for above, below in zip(self.places, self.places[1:], strict=False):
            between = int(words_before[below] - words_before[min(above + 1, below)])
            self.skipped.append((below - above, between))
        self.parts = self._parts(blocks)
        self.described: dict[HtmlElement, tuple[float, ...]] = {}

    def _chain(self, element: HtmlElement) -> list[HtmlElement]:
        """Return an element and those around it; paragraphs of one box share the latter."""
        if (found := self.chain_of.get(element)) is None:
            parent = element.getparent()
            found = [element] if parent is None else [element, *self._chain(parent)]
            self.chain_of[element] = found
        return found

    def _path_to(self, share: float) -> dict[HtmlElement, int]:
        """Return the deepest element with so much of the prose, and those around it, by level."""
        holders = [e for e, words in self.prose_in.items() if words >= share * self.total_prose]
        paths = (list(outward(holder)) for holder in holders)
        deepest: list[HtmlElement] = max(paths, key=len, default=[])
        return {element: level for level, element in enumerate(deepest)}

    def _parts(self, blocks: Sequence[TextBlock]) -> dict[HtmlElement, list[float]]:
        """Return blocks, words and linked words of each element around a line."""
        parts = {e: [0.0, 0.0, 0.0] for chain in self.chains for e in chain[: _LEVELS[-1] + 1]}
        around: dict[HtmlElement, tuple[HtmlElement, ...]] = {}
        # Summed first by what is around a block: blocks times levels took most of the time.
        sums: dict[tuple[HtmlElement, ...], list[float]] = {}
        for block in blocks:
            if (found := around.get(block.element)) is None:
                found = _described_around(block.element, parts, around)
            each = sums.setdefault(found, [0.0, 0.0, 0.0])
            each[0] += 1
            each[1] += block.words
            each[2] += block.words * block.link_density
        for elements, each in sums.items():
            for element in elements:
                parts[element] = [a + b for a, b in zip(parts[element], each, strict=True)]
        return parts

    def rows(self) -> Iterator[list[float]]:
        """Yield for each line the values of ``OF_LINE``."""
        seen: set[str] = set()
        for n, line in enumerate(self.lines):
            own = _long_words(line)
            yield [
                *self._look(n, line),
                len(own & seen) / len(own) if own else -1.0,
                len(own & self.title) / len(own) if own else -1.0,
                len(own & self.description) / len(own) if own else -1.0,
                float(any(map(line.lower().replace(" ", "").count, self.sites))),
                *self._surroundings(n),
            ]
            seen |= own

    def _look(self, n: int, line: str) -> tuple[float, ...]:
        typed = line.split()
        return (
            math.log1p(len(typed)),
            float(self.ends[n]),
            float(line.endswith(("?", "？"))),
            self.linked[n],
            sum([word[0].isupper() for word in typed]) / len(typed),
            sum(map(str.isdigit, line)) / len(line),
            float(not line[0].isalnum() and line[0] not in "\"'“‘«„"),
            float(bool(_DAY.search(line))),
            float(self.blocks[n].tag in ("h1", "h2", "h3", "h4", "h5", "h6")),
            float("li" in [element.tag for element in self.chains[n][:4]]),
            *told_by_words(line, self.weights),
        )

    def _surroundings(self, n: int) -> Iterator[float]:
        yield self.prose_by_names[self.names[n]] / self.total_prose
        chain = self.chains[n]
        for path in (self.half, self.most):
            down = next((level for level, e in enumerate(chain) if e in path), len(chain))
            yield float(path[chain[down]] if down < len(chain) else len(path))
            yield float(down)
        for level in _LEVELS:
            element = chain[min(level, len(chain) - 1)]
            if (known := self.described.get(element)) is None:
                known = self.described[element] = self._describe(element)
            yield from known

    def _describe(self, element: HtmlElement) -> tuple[float, ...]:
        """Return what an element around a line holds; lines of one box share it."""
        count, words, linked = self.parts[element]
        prose = self.prose_in[element]
        return (
            words / max(1, self.page_words),
            linked / max(1, words),
            words / max(1, count),
            prose / self.total_prose,
            prose / max(1, words),
        )


def _described_around(
    element: HtmlElement,
    described: Mapping[HtmlElement, object],
    known: dict[HtmlElement, tuple[HtmlElement, ...]],
) -> tuple[HtmlElement, ...]:
    """Return an element and those around it, as far as they are described; add to the known."""
    path: list[HtmlElement] = []
    outer: HtmlElement | None = element
    while outer is not None and outer not in known:
        path.append(outer)
        outer = outer.getparent()
    found: tuple[HtmlElement, ...] = () if outer is None else known[outer]
    for each in reversed(path):
        found = known[each] = (each, *found) if each in described else found
    return found


def _names(chain: list[HtmlElement]) -> str:
    """Return tags and first classes of an element and two around it, which paragraphs share."""
    classes = ((e.get("class") or "").strip().split(" ")[0] for e in chain[:3])
    return "/".join(f"{e.tag!s}.{name}" for e, name in zip(chain, classes, strict=False))


def _long_words(text: str) -> set[str]:
    return {word for word in tokens(text) if len(word) >= _LONG_WORD}
