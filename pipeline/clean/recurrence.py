"""Decides by site memory which blocks of an article are furniture of its host.

A block that ``LEAST_STORIES`` different stories of a host hold is furniture, with three cares
(``Demand``; measured by ``benchmarks/eval_memory.py``):

* between the first and the last sentence that the article has for itself a short line may be a
  subhead ("What happens next?"), so more stories are asked for, and a share of the host's pages;
* a sentence must be on most of the host's pages, or on several that speak of different people and
  places: newsrooms repeat background, and close many a story alike ("The trial continues.");
* a sentence between others, or one that names the people and places of the article around it, is
  the article's own unless most of the host's pages hold it.

And never most of a text: of sentences that are more than half of its words those go that stand in
several stories with more sentences of their own, and no more (``_spare_the_text``). Short
copies, notices of one form and weather reports have little else.

What counts as one story, and for how long a block lives, is ``history``'s to say.
"""

import re
from dataclasses import dataclass

from pipeline.clean.blocks import Block
from pipeline.clean.history import History, SeenPage, Sightings
from pipeline.clean.memory import NAMELESS, is_sentence, mark, names, template_mark
from pipeline.words import word_count

LEAST_STORIES = 3
LEAST_STORIES_WARY = 6
LEAST_SHARE = 0.3
_SENTENCE_SHARE = 0.1
_MOST = 0.6
_NAMELESS_FACTOR = 2
"""Texts without a URL may come from several sites, so twice the stories are asked for."""
_SUBHEAD_WORDS = 4
_LOOSE_END = re.compile(r"[-–—|»›>→•*]$")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a block must have been seen on to be furniture."""

    stories: int
    share: float = 0.0
    on_several_matters: bool = False

    def is_met(self, seen: Sightings, factor: int = 1) -> bool:
        """Whether the sightings suffice, also where ``factor`` times the stories are asked for."""
        if self.on_several_matters and seen.is_one_matter:
            return False
        return seen.stories >= factor * self.stories and seen.share >= self.share


def cut_recurring(history: History, page: SeenPage, blocks: list[Block]) -> None:
    """Take out the kept blocks that are furniture of the host; the page is remembered before."""
    if len(history) < LEAST_STORIES:
        return
    kept = [block for block in blocks if block.kept]
    seen = [history.sightings(mark(block.text), page.key) for block in kept]
    factor = _NAMELESS_FACTOR if page.host == NAMELESS else 1
    first, last = _own_sentences(kept, seen)
    own = {*names(b for b, s in zip(kept, seen, strict=True) if s.stories < LEAST_STORIES)}
    going: dict[int, Sightings] = {}
    for place, (block, found) in enumerate(zip(kept, seen, strict=True)):
        inside = first < place < last
        demands = _demands(block, inside, own)
        if not inside and found.stories < LEAST_STORIES and not _is_sentence(block):
            template = template_mark(block.text)
            found = history.sightings(template, page.key) if template is not None else found
            demands = (Demand(LEAST_STORIES_WARY, LEAST_SHARE),)
        elif inside and not _is_sentence(block) and _is_no_subhead(kept, seen, place):
            demands = (Demand(LEAST_STORIES, LEAST_SHARE),)
        if any(demand.is_met(found, factor) for demand in demands):
            going[place] = found
    _spare_the_text(history, page, kept, going)
    for place, found in going.items():
        kept[place].reason, kept[place].article_count = "site_memory", found.stories


def _spare_the_text(
    history: History, page: SeenPage, blocks: list[Block], going: dict[int, Sightings]
) -> None:
    """Leave sentences in their text that would cost it more than half of its words."""
    words = {n: word_count(block.text) for n, block in enumerate(blocks) if _is_sentence(block)}
    lost = {n: mark(blocks[n].text) for n in words.keys() & going.keys()}
    if 2 * sum(words[n] for n in lost) <= sum(words.values()):
        return
    among = {*lost.values()}
    is_text_left = len(lost) < len(words)
    for place, block in lost.items():
        if not history.stands_elsewhere(block, page.key, among, with_lines=is_text_left):
            del going[place]


def _demands(block: Block, inside: bool, own_names: set[str]) -> tuple[Demand, ...]:
    """Return what a block must meet, one of them."""
    if _is_sentence(block):
        if inside or not own_names.isdisjoint(names([block])):
            return (Demand(LEAST_STORIES_WARY, _MOST, True),)
        if not block.is_prose:
            return (Demand(LEAST_STORIES_WARY, LEAST_SHARE, True),)
        return (Demand(LEAST_STORIES, _MOST), Demand(LEAST_STORIES_WARY, _SENTENCE_SHARE, True))
    if not inside:
        return (Demand(LEAST_STORIES),)
    is_subhead = word_count(block.text) <= _SUBHEAD_WORDS
    return (Demand(LEAST_STORIES_WARY if is_subhead else LEAST_STORIES, LEAST_SHARE),)


def _is_sentence(block: Block) -> bool:
    return block.is_prose or is_sentence(block.text)


def _is_no_subhead(blocks: list[Block], seen: list[Sightings], place: int) -> bool:
    """Whether a line among sentences is none that parts them, as subheads do.

    It stands in the text several times, closes with a dash or an arrow ("Advertisement -"), or a
    neighbour recurs as well: under a subhead stands a sentence of the article.
    """
    text = blocks[place].text
    if _LOOSE_END.search(text) or sum(block.plain == blocks[place].plain for block in blocks) > 1:
        return True
    beside = seen[max(0, place - 1) : place] + seen[place + 1 : place + 2]
    return any(Demand(LEAST_STORIES, LEAST_SHARE).is_met(other) for other in beside)


def _own_sentences(blocks: list[Block], seen: list[Sightings]) -> tuple[int, int]:
    """Return the places of the first and the last sentence that no other story holds."""
    own = [
        place
        for place, (block, found) in enumerate(zip(blocks, seen, strict=True))
        if block.is_prose and found.stories < LEAST_STORIES
    ]
    return (own[0], own[-1]) if own else (len(blocks), -1)
