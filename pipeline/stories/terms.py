"""The words and names of an article that tell it from others, with their weights.

A word weighs more the oftener the article has it, at the top above all, and the fewer other
articles have it. How many have it is counted in the store. As long as the store is small, a table
of the words of 1,226 English news articles (``word_frequencies.tsv``) says what is common; it
counts beside the store's articles, so that it matters less the more of them there are.

Words and names are kept as hashes of 32 bits: two of a million words share one by chance once in
4,300 words, and a story is not told by one word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from heapq import nlargest
from math import log, sqrt
from typing import NamedTuple

from pipeline.entities.families import family_key
from pipeline.tables import read_rows
from pipeline.text import tokens

STORY_RULES = 1
"""Raise it by one when words, names, likeness or clusters change: ``dateline story redo`` then
compares all articles again."""
MOST_WORDS = 100
MOST_NAMES = 40
"""Words and names kept of an article."""
READ_WORDS = 900
"""Words of a text that are read: what happened stands at the top."""
_LEAD_WORDS = 60
_TITLE_WEIGHT = 3.0
_LEAD_WEIGHT = 2.0
_LEAD_CHARACTERS = 500
_NO_SUBJECTS = frozenset({"DATE", "MONEY", "LANGUAGE"})
_LONGEST_WORD = 60
_LONGEST_TITLE = 1_000
_CHARACTERS_READ = 20_000
"""Characters of a text that are split into words; a word of news has six."""
_FEWEST_WORDS = 12
"""Distinct words of the shortest text that can be compared: "Photo gallery" tells no event."""


class Named(NamedTuple):
    """A name in a text."""

    label: str
    name: str
    """The name as the store knows it: of the entity that stands for it."""
    start: int
    """Where it stands in the text, in characters."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much an article has of each word and name, before it is known how common they are."""

    words: Mapping[int, float]
    names: Mapping[int, float]
    common: Mapping[int, int]
    """How many articles of the table have each of the words."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """The telling words and names of an article, most telling first."""

    words: Mapping[int, float]
    """A vector of length 1."""
    names: Mapping[int, float]
    """A vector whose length says how much is known of names: near 0 in a store of a few articles,
    in which the mayor's name is as rare as anybody's, and near 1 in one of a thousand."""


def counted(title: str | None, text: str, names: Iterable[Named] = ()) -> Counted | None:
    """Count the words and names of an article; None where its text is too short to tell an event.

    Args:
        title: its headline.
        text: its text; only the beginning is read.
        names: the names in it.
    """
    names = tuple(names)
    headline = [_stem(word) for word in tokens((title or "")[:_LONGEST_TITLE])]
    body = [_stem(word) for word in tokens(text[:_CHARACTERS_READ])[:READ_WORDS]]
    if len({*headline, *body}) < _FEWEST_WORDS:
        return None
    found: dict[str, float] = defaultdict(float)
    for word in headline:
        found[word] += _TITLE_WEIGHT
    for place, word in enumerate(body):
        found[word] += _LEAD_WEIGHT if place < _LEAD_WORDS else 1.0
    # Names are compared by themselves: "Marlow" is no word of the event.
    of_names = {_stem(word) for each in names for word in tokens(each.name[:_LONGEST_TITLE])}
    words = {
        word: 1 + log(count)
        for word, count in found.items()
        if 1 < len(word) <= _LONGEST_WORD and not word.isdigit() and word not in of_names
    }
    table = _frequencies()
    return Counted(
        {_hashed(word): weight for word, weight in words.items()},
        _counted_names(headline, names),
        {_hashed(word): table[word] for word in words if word in table},
    )


def _counted_names(headline: Sequence[str], names: Iterable[Named]) -> dict[int, float]:
    in_headline = frozenset(headline)
    found: dict[str, float] = defaultdict(float)
    for each in names:
        key = family_key(each.name)
        if each.label in _NO_SUBJECTS or not key:
            continue
        found[key] += _LEAD_WEIGHT if each.start < _LEAD_CHARACTERS else 1.0
    for key in found:
        if _stem(key.rpartition(" ")[2]) in in_headline:
            found[key] += _LEAD_WEIGHT
    return {_hashed(f"@{key}"): 1 + log(count) for key, count in found.items()}


def weighted(article: Counted, article_counts: Mapping[int, int], articles: int) -> Weighted:
    """Weigh the words and names of an article by how few other articles have them.

    Args:
        article: how much it has of each.
        article_counts: how many articles of the store have a word or name among their telling
            ones; 0 for those that are missing.
        articles: articles of the store.
    """
    words = {
        word: share
        * max(
            0.0,
            log(
                (_TABLE_ARTICLES + articles + 1)
                / (article.common.get(word, 0) + article_counts.get(word, 0) + 0.5)
            ),
        )
        for word, share in article.words.items()
    }
    names = {
        name: share
        * max(0.0, log((_ASSUMED_ARTICLES + articles) / (1 + article_counts.get(name, 0))))
        for name, share in article.names.items()
    }
    known = sqrt(articles / (_ASSUMED_ARTICLES + articles))
    return Weighted(_vector(words, MOST_WORDS, 1.0), _vector(names, MOST_NAMES, known))


def _vector(weights: Mapping[int, float], most: int, length: float) -> dict[int, float]:
    """Return the heaviest of these as a vector of a length."""
    kept = nlargest(most, weights.items(), key=lambda item: (item[1], item[0]))
    now = sqrt(sum(weight * weight for _, weight in kept))
    return {term: weight / now * length for term, weight in kept if weight > 0}


def _stem(word: str) -> str:
    """Return an English noun in the singular, near enough to compare words.

    >>> [_stem(word) for word in ("protests", "parties", "press")]
    ['protest', 'party', 'press']
    """
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@lru_cache(maxsize=50_000)
def _hashed(term: str) -> int:
    """Return a signed integer of 32 bits, which is an ``int`` of Postgres."""
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)


_TABLE_ARTICLES = 1_226
"""Articles that the table of words counts."""
_ASSUMED_ARTICLES = 50
"""Articles without a name, assumed beside the store's: in an empty store no name is rare."""


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    return {
        word: int(count)
        for word, count in read_rows(__package__, "word_frequencies.tsv", columns=2)
    }
