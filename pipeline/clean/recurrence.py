"""Decides by site memory which blocks of an article are furniture of its host.

A block that ``LEAST_STORIES`` different stories of a host hold is furniture, with four cares:

* between the first and the last sentence that the article has for itself a short line may be a
  subhead ("What happens next?"), so more stories are asked for, and a share of the host's pages;
* a sentence that names the people and places of the article around it is background that a
  newsroom repeats, wherever it stands: furniture speaks of the site and not of the story;
* a sentence that few of the host's pages hold stays, since newsrooms close many a story alike
  ("The trial continues.");
* where most of the article's sentences recur, its pages are copies of one story: then a block
  counts only if it is in clearly more stories than these sentences are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from pipeline.clean.blocks import Block
from pipeline.clean.history import History, SeenPage, Sightings
from pipeline.clean.memory import NAMELESS, mark, template_mark
from pipeline.words import word_count

LEAST_STORIES = 3
LEAST_STORIES_WARY = 6
LEAST_SHARE = 0.3
_SENTENCE_SHARE = 0.1
_BACKGROUND_SHARE = 0.6
_NAMELESS_FACTOR = 2
"""Texts without a URL may come from several sites, so twice the stories are asked for."""
_SUBHEAD_WORDS = 4
_COPY_SHARE = 0.5
_COPY_FACTOR = 2
_NAME = re.compile(r"(?<=[\w,;:’'”\"] )[“\"‘'(]?([^\W\d_a-z]\w{2,})")
"""A capitalised word that does not open a sentence; of German every noun, which serves as well."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a block must have been seen on to be furniture."""

    stories: int
    share: float = 0.0

    def is_met(self, seen: Sightings) -> bool:
        """Whether the sightings suffice."""
        return seen.stories >= self.stories and seen.share >= self.share


def cut_recurring(history: History, page: SeenPage, blocks: list[Block]) -> None:
    """Take out the kept blocks that are furniture of the host; the page is remembered before."""
    kept = [block for block in blocks if block.kept]
    seen = [history.sightings(mark(block.text), page.key) for block in kept]
    if len(history) < LEAST_STORIES:
        return
    factor = _NAMELESS_FACTOR if page.host == NAMELESS else 1
    floor = _copies(kept, seen) * _COPY_FACTOR
    first, last = _own_sentences(kept, seen)
    names = _names(b for b, s in zip(kept, seen, strict=True) if s.stories < LEAST_STORIES)
    for place, (block, found) in enumerate(zip(kept, seen, strict=True)):
        inside = first < place < last
        best = found
        if not inside and found.stories < LEAST_STORIES:
            best = _as_template(history, page.key, block) or found
        demand = _demand(block, inside, names)
        least = Demand(max(floor, factor * demand.stories), demand.share)
        if best.stories >= LEAST_STORIES and least.is_met(best):
            block.reason, block.article_count = "site_memory", best.stories


def _demand(block: Block, inside: bool, names: set[str]) -> Demand:
    if block.is_prose or block.ends_sentence:
        if names & _names([block]):
            return Demand(LEAST_STORIES_WARY, _BACKGROUND_SHARE)
        if inside:
            return Demand(LEAST_STORIES_WARY, LEAST_SHARE)
        return Demand(LEAST_STORIES, _SENTENCE_SHARE)
    if inside:
        is_subhead = word_count(block.text) <= _SUBHEAD_WORDS
        return Demand(LEAST_STORIES_WARY if is_subhead else LEAST_STORIES, LEAST_SHARE)
    return Demand(LEAST_STORIES)


def _as_template(history: History, key: int, block: Block) -> Sightings | None:
    """Return the sightings of a short line whatever the names in it, where these are enough."""
    template = template_mark(block.text)
    if template is None:
        return None
    found = history.sightings(template, key)
    return found if Demand(LEAST_STORIES_WARY, LEAST_SHARE).is_met(found) else None


def _copies(blocks: list[Block], seen: list[Sightings]) -> int:
    """Return how many stories hold most of this one's sentences, 0 where they are its own."""
    prose = [
        (word_count(b.text), s.stories) for b, s in zip(blocks, seen, strict=True) if b.is_prose
    ]
    recurring = [(words, count) for words, count in prose if count >= LEAST_STORIES]
    if sum(w for w, _ in recurring) <= _COPY_SHARE * sum(w for w, _ in prose):
        return 0
    return int(median(count for _, count in recurring))


def _own_sentences(blocks: list[Block], seen: list[Sightings]) -> tuple[int, int]:
    """Return the places of the first and the last sentence that no other story holds."""
    own = [
        place
        for place, (block, found) in enumerate(zip(blocks, seen, strict=True))
        if block.is_prose and found.stories < LEAST_STORIES
    ]
    return (own[0], own[-1]) if own else (len(blocks), -1)


def _names(blocks: Iterable[Block]) -> set[str]:
    return {name for block in blocks for name in _NAME.findall(block.text)}
