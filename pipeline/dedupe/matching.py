"""New texts against a store of older ones: what relates to what, and what no longer does.

The warehouse stage calls this once a batch, the filter once for all its rows. The findings depend
on the set of texts in the store only, not on the order or the batches in which they came, with two
exceptions: a fingerprint that has more holders than the store gives back, and a text that goes or
is replaced, since what its words showed to be furniture of others stays so until those others are
judged again. Knows nothing of where texts lie.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.dedupe.candidates import CandidateStore
from pipeline.dedupe.compare import Prepared, may_relate, prepare, relate
from pipeline.dedupe.fingerprints import fingerprints_of
from pipeline.dedupe.shared_boilerplate import MAX_WITNESSES, Furniture, find_furniture
from pipeline.models import Match

CACHED_WORDS = 2_000_000
"""A word takes 24 bytes here, so about 50 MB, twice: as it came, and with its furniture marked."""

READ_AHEAD = 200
"""Texts asked for at once: a question to the store for each took a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a batch of new texts changes in the relations; in every pair a < b."""

    matches: tuple[Match, ...]
    """To be stored over what is there; pairs of two older texts may be among them, judged anew."""
    retracted: tuple[tuple[int, int], ...] = ()
    """Pairs of older texts that do not relate (any more): what they share is furniture."""


def find_matches(
    new: Collection[int], store: CandidateStore, again: Collection[int] = ()
) -> Findings:
    """Relate each new text with its candidates.

    The new texts must be in the store already. Relations that an older version of a new text had
    must be deleted by the caller before the findings are stored.

    Args:
        new: ids of the texts that came since the last call.
        store: holds the new texts and all older ones.
        again: older texts to be judged anew, since a text that shared words with them is replaced.
    """
    wanted = set(new)
    desk = _Desk(store, wanted)
    pairs: set[tuple[int, int]] = set()
    older: set[int] = set()
    for each in desk.read_ahead(sorted(wanted)):
        pairs.update(desk.pairs(each))
        older.update(desk.candidates(each))
    for each in desk.read_ahead(sorted(older.union(again) - wanted)):
        if each in again or desk.is_changed(each):
            pairs.update(desk.pairs(each))
    return _judge(sorted(pairs), wanted, desk)


def _judge(pairs: Iterable[tuple[int, int]], new: set[int], desk: "_Desk") -> Findings:
    matches: list[Match] = []
    retracted: list[tuple[int, int]] = []
    for a, b in pairs:
        match = desk.relation(a, b)
        if match is not None:
            matches.append(match)
        elif a not in new and b not in new:
            retracted.append((a, b))
    return Findings(tuple(matches), tuple(retracted))


class _Desk:
    """The texts in hand: hashed once, kept while there is room."""

    def __init__(self, store: CandidateStore, new: set[int]) -> None:
        self._store = store
        self._new = new
        self._plain = _Shelf()
        self._stripped = _Shelf()
        self._candidates: dict[int, list[int]] = {}
        self._evidence: set[int] = set()
        self._new_marks: set[int] = set()

    def read_ahead(self, ids: Sequence[int]) -> Iterator[int]:
        """Give the ids, their texts at hand: one question to the store for many of them."""
        for begin in range(0, len(ids), READ_AHEAD):
            self._prepared(ids[begin : begin + READ_AHEAD])
            yield from ids[begin : begin + READ_AHEAD]

    def relation(self, a: int, b: int) -> Match | None:
        """Relate two texts; the furniture of the second is sought only where it would count."""
        known, other = (b, a) if b in self._new else (a, b)
        plain = self._prepared([known, other])
        if len(plain) < 2 or not may_relate(plain[known], plain[other]):
            return None
        story = self._story(known)
        if story is None or not may_relate(story, plain[other]):
            return None
        left, right = self._story(a), self._story(b)
        return relate(left, right) if left and right else None

    def pairs(self, text_id: int) -> set[tuple[int, int]]:
        return {(min(text_id, each), max(text_id, each)) for each in self.candidates(text_id)}

    def candidates(self, text_id: int) -> list[int]:
        if text_id not in self._candidates:
            marks = self._marks(text_id)
            self._candidates[text_id] = self._store.candidates(text_id, marks) if marks else []
        return self._candidates[text_id]

    def is_changed(self, text_id: int) -> bool:
        """Tell whether an older text has other furniture than it had before the new ones came.

        Asked of the older text, since a new one does not see all that it tips: the clean copy of a
        page's story has that page for its only candidate, but the page has its outlet's others too.
        """
        if not self._has_new_witness(text_id):
            return False
        others = self.candidates(text_id)
        before = [other for other in others if other not in self._new]
        story = self._story(text_id)
        if story is None or before[:MAX_WITNESSES] == others[:MAX_WITNESSES]:
            return False
        if text_id not in self._evidence and len(others) <= MAX_WITNESSES:
            return False  # no sunflower with all the others, so none with some of them
        was = self._furniture(story, before)
        return not np.array_equal(was.shingles, story.furniture)

    def _has_new_witness(self, text_id: int) -> bool:
        """Tell whether a new text may be among those that are asked about an older text.

        Only fingerprints that a new text holds are looked up: whoever shares as many of these and
        comes before the new text there does so among all fingerprints, too. A page of an outlet
        with hundreds stops here, after two or three fingerprints instead of forty.
        """
        if not self._new_marks:
            for each in self.read_ahead(sorted(self._new)):
                self._new_marks.update(self._marks(each))
        shared = [mark for mark in self._marks(text_id) if mark in self._new_marks]
        found = self._store.candidates(text_id, shared) if shared else []
        return not self._new.isdisjoint(found[:MAX_WITNESSES])

    def _marks(self, text_id: int) -> list[int]:
        text = self._prepared([text_id]).get(text_id)
        return [] if text is None else fingerprints_of(text.words)

    def _story(self, text_id: int) -> Prepared | None:
        """Return the text with its furniture marked, or None where it is gone."""
        known = self._stripped.get(text_id)
        if known is None:
            known = self._strip(text_id)
            if known is not None:
                self._stripped.put(known)
        return known

    def _strip(self, text_id: int) -> Prepared | None:
        text = self._prepared([text_id]).get(text_id)
        if text is None:
            return None
        found = self._furniture(text, self.candidates(text_id))
        if found.is_evidence:
            self._evidence.add(text_id)
        return replace(text, furniture=found.shingles) if len(found.shingles) else text

    def _furniture(self, text: Prepared, others: list[int]) -> Furniture:
        if len(others) < 2:
            return Furniture(text.shingles[:0], is_evidence=False)
        return find_furniture(text, list(self._prepared(others[:MAX_WITNESSES]).values()))

    def _prepared(self, ids: Collection[int]) -> dict[int, Prepared]:
        ready = {each: text for each in ids if (text := self._plain.get(each)) is not None}
        missing = [each for each in ids if each not in ready]
        if missing:
            for each, given in self._store.texts(missing).items():
                ready[each] = prepare(each, given.text, given.source)
                self._plain.put(ready[each])
        return {each: ready[each] for each in ids if each in ready}


class _Shelf:
    """Prepared texts up to so many words, the ones used last."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, Prepared] = OrderedDict()
        self._words = 0

    def get(self, text_id: int) -> Prepared | None:
        if text_id in self._texts:
            self._texts.move_to_end(text_id)
        return self._texts.get(text_id)

    def put(self, text: Prepared) -> None:
        self._texts[text.id] = text
        self._words += len(text.words)
        while self._words > CACHED_WORDS and len(self._texts) > 1:
            self._words -= len(self._texts.popitem(last=False)[1].words)
