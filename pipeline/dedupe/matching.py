"""Match new texts with a store of older ones: which pairs relate, and which no longer do.

The warehouse stage calls ``find_matches`` once per batch, the filter once for all its rows. The
result depends only on the set of texts in the store, not on their order or batches, with two
exceptions. For a fingerprint of many texts the store returns only some of them. And when a text is
removed or replaced, what it showed to be boilerplate of other texts stays so until these are
compared again.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.dedupe.candidates import CandidateStore
from pipeline.dedupe.compare import hash_text, may_relate, relate
from pipeline.dedupe.fingerprints import fingerprints_of, within
from pipeline.dedupe.hashed_text import HashedText
from pipeline.dedupe.shared_boilerplate import (
    MAX_COMPARED,
    MIN_CORE,
    Boilerplate,
    find_boilerplate,
)
from pipeline.models import Match

CACHED_WORDS = 2_000_000
"""Words of the texts in each of two caches, one with plain texts and one with their boilerplate
marked. A word takes 24 bytes, so each cache takes about 50 MB."""
READ_AHEAD = 200
"""Texts read from the store at once; one query per text took a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The changes that a batch of new texts makes to the stored relations; in every pair a < b."""

    matches: tuple[Match, ...]
    """Matches to insert or update, among them those of older texts that were compared again."""
    retracted: tuple[tuple[int, int], ...] = ()
    """Pairs of older texts to delete, because all they share has turned out to be boilerplate."""


def find_matches(
    new: Collection[int], store: CandidateStore, again: Collection[int] = ()
) -> Findings:
    """Relate each new text to its candidates.

    The caller deletes the relations that an older version of a new text had before it stores the
    findings.

    Args:
        new: ids of the texts that were added since the last call.
        store: holds the new texts and all older ones.
        again: ids of older texts to compare again, because a text that shared words with them was
            replaced.
    """
    wanted = set(new)
    batch = _BatchTexts(store, wanted)
    pairs: set[tuple[int, int]] = set()
    older: set[int] = set()
    for each in batch.read_ahead(sorted(wanted)):
        pairs.update(batch.pairs(each))
        older.update(batch.candidates(each))
    for each in batch.read_ahead(sorted(older.union(again) - wanted)):
        if each in again or batch.has_new_boilerplate(each):
            pairs.update(batch.pairs(each))
    return _compare(sorted(pairs), wanted, batch)


def _compare(pairs: Iterable[tuple[int, int]], new: set[int], batch: "_BatchTexts") -> Findings:
    matches: list[Match] = []
    retracted: list[tuple[int, int]] = []
    for a, b in pairs:
        match = batch.relation(a, b)
        if match is not None:
            matches.append(match)
        elif a not in new and b not in new:
            retracted.append((a, b))
    return Findings(tuple(matches), tuple(retracted))


class _BatchTexts:
    """The texts of one call: read from the store, hashed, with their boilerplate, and cached."""

    def __init__(self, store: CandidateStore, new: set[int]) -> None:
        self._store = store
        self._new = new
        self._unmarked = _TextCache()
        self._marked = _TextCache()
        self._candidates: dict[int, list[int]] = {}
        self._sharing_core: set[int] = set()
        self._new_by_fingerprint: dict[int, list[int]] = {}

    def read_ahead(self, ids: Sequence[int]) -> Iterator[int]:
        """Yield the ids after caching their texts, many of them by one query to the store."""
        for begin in range(0, len(ids), READ_AHEAD):
            self._hashed(ids[begin : begin + READ_AHEAD])
            yield from ids[begin : begin + READ_AHEAD]

    def relation(self, a: int, b: int) -> Match | None:
        """Relate two texts; look for the second one's boilerplate only if it can matter."""
        known, other = (b, a) if b in self._new else (a, b)
        unmarked = self._hashed([known, other])
        if len(unmarked) < 2 or not may_relate(unmarked[known], unmarked[other]):
            return None
        marked = self._with_boilerplate(known)
        if marked is None or not may_relate(marked, unmarked[other]):
            return None
        left, right = self._with_boilerplate(a), self._with_boilerplate(b)
        return relate(left, right) if left and right else None

    def pairs(self, text_id: int) -> set[tuple[int, int]]:
        """Return the pairs of a text with each of its candidates, the smaller id first."""
        return {(min(text_id, each), max(text_id, each)) for each in self.candidates(text_id)}

    def candidates(self, text_id: int) -> list[int]:
        """Return the candidates of a text, cached."""
        if text_id not in self._candidates:
            own = self._fingerprints(text_id)
            self._candidates[text_id] = self._store.candidates(text_id, own) if own else []
        return self._candidates[text_id]

    def has_new_boilerplate(self, text_id: int) -> bool:
        """Tell whether an older text has other boilerplate than before the new texts were added.

        This is checked for every older candidate, because a new text can change the boilerplate
        of texts that are not its own candidates: a copy of a page's story without header and
        footer has only that page as a candidate, but the page has the outlet's other pages too.
        """
        if not self._is_compared_with_new(text_id):
            return False
        others = self.candidates(text_id)
        before = [other for other in others if other not in self._new]
        text = self._with_boilerplate(text_id)
        if text is None or before[:MAX_COMPARED] == others[:MAX_COMPARED]:
            return False
        if text_id not in self._sharing_core and len(others) <= MAX_COMPARED:
            return False  # no core is shared with all the others, so none with some of them
        was = self._boilerplate(text, before)
        return not np.array_equal(was.shingles, text.boilerplate)

    def _is_compared_with_new(self, text_id: int) -> bool:
        """Tell whether a new text may be among those whose comparison decides a text's boilerplate.

        Only fingerprints that some new text has are looked up: a candidate that precedes the new
        text by these also precedes it by all fingerprints. For a page of an outlet with hundreds
        of pages, two or three look-ups are enough instead of forty.
        """
        if not self._new_by_fingerprint:
            for each in self.read_ahead(sorted(self._new)):
                for fingerprint in self._fingerprints(each):
                    self._new_by_fingerprint.setdefault(fingerprint, []).append(each)
        shared = [each for each in self._fingerprints(text_id) if each in self._new_by_fingerprint]
        if len(shared) == 1 and not self._shares_core_size(
            text_id, self._new_by_fingerprint[shared[0]]
        ):
            return False
        found = self._store.candidates(text_id, shared) if shared else []
        return not self._new.isdisjoint(found[:MAX_COMPARED])

    def _shares_core_size(self, text_id: int, others: Sequence[int]) -> bool:
        """Tell whether a text shares so many shingles with one of the others as a core has.

        In a store of 16,000 texts that have nothing to do with each other, each new text shares a
        phrase of some words with five older ones, and looking for the boilerplate of these took
        most of the time. Of the candidates of an older text, one that shares a single fingerprint
        with it stands behind those that share more, and with too little for a core it decides
        nothing itself.
        """
        hashed = self._hashed([text_id, *others])
        text = hashed.get(text_id)
        return text is not None and any(
            np.count_nonzero(within(hashed[each].shingles, text.shingles)) >= MIN_CORE
            for each in others
            if each in hashed
        )

    def _fingerprints(self, text_id: int) -> list[int]:
        text = self._hashed([text_id]).get(text_id)
        return [] if text is None else fingerprints_of(text.words)

    def _with_boilerplate(self, text_id: int) -> HashedText | None:
        """Return a text with its boilerplate, or None if it no longer exists."""
        known = self._marked.get(text_id)
        if known is None:
            known = self._mark_boilerplate(text_id)
            if known is not None:
                self._marked.put(known)
        return known

    def _mark_boilerplate(self, text_id: int) -> HashedText | None:
        text = self._hashed([text_id]).get(text_id)
        if text is None:
            return None
        found = self._boilerplate(text, self.candidates(text_id))
        if found.shares_core:
            self._sharing_core.add(text_id)
        return replace(text, boilerplate=found.shingles) if len(found.shingles) else text

    def _boilerplate(self, text: HashedText, others: list[int]) -> Boilerplate:
        if len(others) < 2:
            return Boilerplate(text.shingles[:0], shares_core=False)
        return find_boilerplate(text, list(self._hashed(others[:MAX_COMPARED]).values()))

    def _hashed(self, ids: Collection[int]) -> dict[int, HashedText]:
        """Return the hashed texts of ids in their order, without ids that no longer exist."""
        ready = {each: text for each in ids if (text := self._unmarked.get(each)) is not None}
        missing = [each for each in ids if each not in ready]
        if missing:
            for each, given in self._store.texts(missing).items():
                ready[each] = hash_text(each, given.text, given.source)
                self._unmarked.put(ready[each])
        return {each: ready[each] for each in ids if each in ready}


class _TextCache:
    """The hashed texts that were used last, up to ``CACHED_WORDS`` words."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, HashedText] = OrderedDict()
        self._words = 0

    def get(self, text_id: int) -> HashedText | None:
        if text_id in self._texts:
            self._texts.move_to_end(text_id)
        return self._texts.get(text_id)

    def put(self, text: HashedText) -> None:
        self._texts[text.id] = text
        self._words += len(text.words)
        while self._words > CACHED_WORDS and len(self._texts) > 1:
            self._words -= len(self._texts.popitem(last=False)[1].words)
