"""Decides by site memory which blocks of an article are furniture of its host.

A block that ``LEAST_ARTICLES`` different articles of a host hold is furniture, with three cares:

* at the edges (before the first and after the last sentence that the article has for itself) that
  is enough;
* between such sentences a short line may be a subhead ("What happens next?") and a sentence may be
  background that a newsroom repeats, so a share of the host's articles is asked for too, and of
  such lines ``LEAST_ARTICLES_INSIDE`` articles;
* where most of the article's sentences recur, the articles are copies of one story: then a block
  counts only if it is in clearly more articles than the story itself is.

Pages are counted by the fingerprint of the empty block, which every article holds.
"""

from statistics import median

from pipeline.clean.blocks import Block
from pipeline.clean.memory import SiteMemory, fingerprint
from pipeline.words import word_count

LEAST_ARTICLES = 3
LEAST_ARTICLES_INSIDE = 6
LEAST_SHARE = 0.3
SUBHEAD_WORDS = 4
COPY_SHARE = 0.5
COPY_FACTOR = 2
_EVERY_PAGE = ""


def remember(memory: SiteMemory, host: str, page: str, blocks: list[Block]) -> None:
    """Count an article's blocks for its host; the same page twice counts once."""
    marks = {fingerprint(block.text) for block in blocks} | {fingerprint(_EVERY_PAGE)}
    memory.remember(host, page, marks)


def cut_recurring(memory: SiteMemory, host: str, blocks: list[Block]) -> None:
    """Take out the kept blocks that are furniture of the host; the article is remembered before."""
    kept = [block for block in blocks if block.kept]
    marks = [fingerprint(block.text) for block in kept]
    counts = memory.recurring(host, {*marks, fingerprint(_EVERY_PAGE)})
    pages = counts.get(fingerprint(_EVERY_PAGE), 0)
    if pages < LEAST_ARTICLES:
        return
    held = [counts.get(mark, 0) for mark in marks]
    floor = max(LEAST_ARTICLES, _copies(kept, held) * COPY_FACTOR)
    first, last = _own_sentences(kept, held)
    for place, (block, count) in enumerate(zip(kept, held, strict=True)):
        inside = first < place < last
        wary = inside and (block.is_prose or word_count(block.text) <= SUBHEAD_WORDS)
        least = max(floor, LEAST_ARTICLES_INSIDE if wary else 0)
        if count >= least and (not inside or count >= LEAST_SHARE * pages):
            block.reason = "site_memory"


def _copies(blocks: list[Block], held: list[int]) -> int:
    """Return how many articles tell this story in the same sentences, 0 where it is told once."""
    prose = [(word_count(b.text), n) for b, n in zip(blocks, held, strict=True) if b.is_prose]
    recurring = [(words, count) for words, count in prose if count >= LEAST_ARTICLES]
    if sum(w for w, _ in recurring) <= COPY_SHARE * sum(w for w, _ in prose):
        return 0
    return int(median(count for _, count in recurring))


def _own_sentences(blocks: list[Block], held: list[int]) -> tuple[int, int]:
    """Return the places of the first and the last sentence that no other article holds."""
    own = [
        place
        for place, (block, count) in enumerate(zip(blocks, held, strict=True))
        if block.is_prose and count < LEAST_ARTICLES
    ]
    return (own[0], own[-1]) if own else (len(blocks), -1)
