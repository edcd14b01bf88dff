"""Which quotes are one: the same words, perhaps altered by a few, in several articles.

Quotes are found by hashes of runs of four words, a few of each: rare enough that a look-up costs
the same in any store, and short enough that some are left where a word is altered. Whether two are
one is then decided on all their words.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from hashlib import blake2b

from pipeline.text import tokens

FEWEST_WORDS = 6
"""Words of the shortest quote that is compared: "I am very proud" is said by many."""
_MOST_WORDS = 200
_RUN = 4
_KEYS = 16
"""Runs by which a quote is found; one altered word takes four of them."""
_ALIKE = 0.8
"""Least share of words, in their order, that two forms of one quote have in common."""
_CONTAINED = 0.9
"""Least share of the words of a shortened quote that the longer one has, in a row but for gaps."""
_LEAST_SHARE = 0.4
"""Least length of a shortened quote, as a share of the longer one."""


def quote_words(text: str) -> list[str]:
    """Return the words of a quote that count, case-folded; empty where they are too few."""
    words = tokens(text)[:_MOST_WORDS]
    return words if len(words) >= FEWEST_WORDS else []


def quote_keys(words: Sequence[str]) -> list[int]:
    """Return the hashes of runs of words by which other forms of a quote find it: the smallest."""
    runs = {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    return sorted(map(_hashed, runs))[:_KEYS]


def is_one_quote(some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether two quotes are the same words, a few of them altered, left out or put in.

    >>> one = "We will rebuild the bridge before the winter comes"
    >>> other = "We will rebuild the bridge before winter comes"
    >>> is_one_quote(quote_words(one), quote_words(other))
    True
    >>> is_one_quote(quote_words(one), quote_words("We will close the bridge when winter comes"))
    False
    """
    short, long = sorted((some, others), key=len)
    if not short or len(short) < _LEAST_SHARE * len(long):
        return False
    matcher = SequenceMatcher(None, short, long, autojunk=False)
    common = sum(block.size for block in matcher.get_matching_blocks())
    longest = max(block.size for block in matcher.get_matching_blocks())
    if common >= _ALIKE * len(long):
        return True
    return common >= _CONTAINED * len(short) and longest >= FEWEST_WORDS


def _hashed(run: str) -> int:
    digest = blake2b(run.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)
