"""Texts of one template: sentences that a desk or a program fills with other names and figures.

Two earnings reports, forecasts or court briefs share as many words as two copies of one story.
Where they differ tells them apart. A copy keeps the names and figures of its story, apart from a
higher death toll, a converted unit or another spelling of a name. Texts of a template have others
in most of the places where names and figures stand.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import Hashes, hash_of, repaired, within, words_of
from pipeline.dedupe.hashed_text import HashedText
from pipeline.text import tokens

MIN_REPLACED = 3
"""Names and figures that are replaced at least, or two if none is kept. A flash on an accident
updates the dead and the injured."""
MOST = (1 / 2, 1 / 3, 1 / 4)
"""Share of the names and figures that is replaced between texts of one template, where no name, one
and more than one are among the replaced. Court briefs on two drivers repeat the court, the fine and
the costs; an article on ages keeps its names when all ages are corrected."""
WORDS_PER_REPLACED = 25
"""If fewer than one in 25 shared words is replaced, half of the names and figures must be. Of no
copies in ``data/dedup`` one in 25 is, or more than a quarter of the names and figures."""
LONG_TEXT = 300
"""Shared words from which one in 25 must be replaced."""
SLOT_WORDS = 12
"""Most words of a place where two texts differ; in a longer one a passage was rewritten, or both
pages have lines of their own."""
LONG_SLOT, FIGURES_IN_LONG = 40, 0.2
"""A longer place is a slot if this share of it is figures: "a magnitude 3.4 earthquake struck 11
kilometers south of Corvin at 4:12 a.m." has no three words in a row that the next notice has."""
SAME_NAME = 0.6
"""Similarity of two spellings of one name: Zelensky and Zelenskyy 0.94, Kiev and Kyiv 0.75, Peking
and Beijing 0.62. Two names have 0.2 to 0.4."""
CAPITALS = 0.5
"""Share of words with a capital from which capitals tell nothing: the text is in capitals."""
CAPITAL_NOUNS, NAMES_AMONG_NOUNS = 0.25, 0.2
"""Share of words with a capital, among those after a word without one, from which all nouns have
one, and the share of names among these. Of 500 texts in English 99 % have at most 0.23, of 54 in
German 99 % at least 0.27."""
_HAN_FIGURES = frozenset("〇零一二三四五六七八九十百千万萬亿億两兩")
_OPENING = "\"'“‘«„»‹›([{¿¡—–-"
_FULL_STOPS = frozenset('.!?…:"”’»')
_START, _END = 0, 1
"""Stand for the shingle before a slot that begins a text, and for that after one that ends it."""

_Words = list[int]


@dataclass(frozen=True, slots=True)
class Particulars:
    """The words of a text that say whom and how much it is about, by their hashes."""

    names: Mapping[int, str]
    """Words with a capital inside a sentence, and without one nowhere."""
    figures: frozenset[int]
    """Words with a digit, and Chinese numerals."""
    names_among: float
    """Share of ``names`` that are names indeed."""

    def weigh(self, words: _Words) -> float:
        """Return how many of the words are figures, or names as far as that can be told."""
        names = sum(word in self.names for word in words)
        return self.names_among * names + sum(word in self.figures for word in words)

    def is_slot(self, words: _Words) -> bool:
        """Tell whether words that only one text has are short enough, or full of figures."""
        figures = sum(word in self.figures for word in words)
        return len(words) <= SLOT_WORDS or figures >= FIGURES_IN_LONG * len(words)


def share_template(a: HashedText, b: HashedText, common: Hashes) -> bool:
    """Tell whether two texts fill one template with different names and figures.

    Args:
        a: one text.
        b: the other text.
        common: the shingles of both, without boilerplate.
    """
    one, two = _Aligned.of(a, common), _Aligned.of(b, common)
    pairs = list(one.slot_pairs(two))
    differing = sum(min(len(slot_a), len(slot_b)) for _, slot_a, slot_b in pairs)
    shared = min(np.count_nonzero(each.is_shared) for each in (one, two))
    may_be_dense = differing * WORDS_PER_REPLACED >= shared
    if differing < MIN_REPLACED - 1 or (shared > LONG_TEXT and not may_be_dense):
        return False
    of_a, of_b = particulars(a.text), particulars(b.text)
    words_a, words_b = Counter(a.words.tolist()), Counter(b.words.tolist())
    names = figures = 0
    kept = 0.0
    for (before, after), slot_a, slot_b in pairs:
        if not (of_a.is_slot(slot_a) and of_b.is_slot(slot_b)):
            # A headline or a credit of the outlet stands before the first words of the story.
            if before == _START:
                slot_a, slot_b = slot_a[-SLOT_WORDS:], slot_b[-SLOT_WORDS:]
            elif after == _END:
                slot_a, slot_b = slot_a[:SLOT_WORDS], slot_b[:SLOT_WORDS]
            else:
                continue
        names_a = _unlike_names(slot_a, slot_b, of_a, of_b, words_b)
        names_b = _unlike_names(slot_b, slot_a, of_b, of_a, words_a)
        figures_a = [word for word in slot_a if word in of_a.figures and word not in slot_b]
        figures_b = [word for word in slot_b if word in of_b.figures and word not in slot_a]
        # A byline, a dateline or a credit names nobody whom the story names again.
        is_at_end = before == _START or after == _END
        is_line = is_at_end and min(len(slot_a), len(slot_b)) <= SLOT_WORDS
        if is_line and not (_recurs(names_a, words_a) and _recurs(names_b, words_b)):
            continue
        names += min(len(names_a), len(names_b))
        figures += min(len(figures_a), len(figures_b))
        kept += min(
            of_a.weigh(slot_a) - of_a.weigh([*names_a, *figures_a]),
            of_b.weigh(slot_b) - of_b.weigh([*names_b, *figures_b]),
        )
    replaced = names + figures
    if replaced < MIN_REPLACED - 1:
        return False
    kept += max(
        of_a.weigh(a.words[one.is_shared].tolist()), of_b.weigh(b.words[two.is_shared].tolist())
    )
    if kept and replaced < MIN_REPLACED:
        return False
    share = replaced / (replaced + kept)
    is_dense = replaced * WORDS_PER_REPLACED >= shared
    return share >= MOST[min(names, len(MOST) - 1) if is_dense else 0]


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A text beside another: which words it shares, and what stands between the shared passages."""

    is_shared: npt.NDArray[np.bool_]
    """For each word whether it lies in a shared shingle."""
    slots: Mapping[tuple[int, int], list[_Words]]
    """Words by the shared shingles before and after them. Boilerplate is passed over."""

    @classmethod
    def of(cls, text: HashedText, common: Hashes) -> "_Aligned":
        sequence = text.sequence
        width = len(text.words) - len(sequence) + 1
        held = within(sequence, common)
        shared = _covered(held, width)
        own = np.ones(len(text.words) + 2, dtype=np.bool_)
        own[1:-1] = shared
        if len(text.boilerplate):
            own[1:-1] |= _covered(within(sequence, text.boilerplate), width)
        edges = np.flatnonzero(own[1:] != own[:-1]).tolist()
        slots = defaultdict[tuple[int, int], list[_Words]](list)
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            before = int(sequence[begin - width]) if begin >= width else _START
            after = int(sequence[end]) if end < len(sequence) else _END
            if before == _START:
                begin = max(begin, end - LONG_SLOT)
            elif after == _END:
                end = min(end, begin + LONG_SLOT)
            if end - begin <= LONG_SLOT:
                slots[before, after].append(text.words[begin:end].tolist())
        return cls(shared, slots)

    def slot_pairs(self, other: "_Aligned") -> Iterator[tuple[tuple[int, int], _Words, _Words]]:
        """Yield what stands in both texts between the same shared passages, after these two."""
        for place in self.slots.keys() & other.slots.keys():
            for slot, others in zip(self.slots[place], other.slots[place], strict=False):
                yield place, slot, others


def _covered(held: npt.NDArray[np.bool_], width: int) -> npt.NDArray[np.bool_]:
    """Return which words lie in a held shingle of ``width`` words."""
    covered = np.zeros(len(held) + width - 1, dtype=np.bool_)
    for offset in range(width):
        covered[offset : offset + len(held)] |= held
    return covered


def _unlike_names(
    slot: _Words, other: _Words, own: Particulars, of_other: Particulars, elsewhere: Collection[int]
) -> _Words:
    """Return the names in a slot that the other text has nowhere, nor spelt otherwise in its slot.

    Args:
        slot: words of one text.
        other: the words in the other text's slot.
        own: the names of the one text.
        of_other: the names of the other text.
        elsewhere: all words of the other text.
    """
    names = [of_other.names[word] for word in other if word in of_other.names]
    return [
        word
        for word in slot
        if word in own.names
        and word not in elsewhere
        and all(SequenceMatcher(None, own.names[word], name).ratio() < SAME_NAME for name in names)
    ]


def _recurs(names: _Words, counts: Mapping[int, int]) -> bool:
    return any(counts[name] > 1 for name in names)


@lru_cache(maxsize=256)
def particulars(text: str) -> Particulars:
    """Return the names and figures of a text; cached, because it is compared with several."""
    capital, small, other = set[str](), list[str](), list[str]()
    capitals = after_small = 0
    for line in repaired(text).splitlines():
        begins, was_small = True, False
        for raw in line.split():
            word = raw.lstrip(_OPENING) or raw
            if word[0].islower():
                small.append(word)
                was_small, begins = True, raw[-1] in _FULL_STOPS
                continue
            if word[0].isupper():
                capitals += 1
                if not begins:
                    capital.add(word)
                    after_small += was_small
                # "U.S. President", "Mr. Rinde": an abbreviation ends no sentence.
                begins = raw[-1] in _FULL_STOPS and len(word) > 4
            else:
                begins = raw[-1] in _FULL_STOPS
            other.append(word)
            was_small = False
    figures = set(filter(_is_figure, words_of(text if _has_han(text) else " ".join(other))))
    names = set(tokens(" ".join(capital))).difference(figures, tokens(" ".join(set(small))))
    in_capitals = capitals >= CAPITALS * (capitals + len(small))
    return Particulars(
        {} if in_capitals else {hash_of(name): name for name in names},
        frozenset(map(hash_of, figures)),
        NAMES_AMONG_NOUNS if after_small >= CAPITAL_NOUNS * len(small) else 1.0,
    )


def _has_han(text: str) -> bool:
    return not text.isascii() and not _HAN_FIGURES.isdisjoint(text)


def _is_figure(word: str) -> bool:
    return any(map(str.isdigit, word)) or (len(word) > 1 and _HAN_FIGURES.issuperset(word))
