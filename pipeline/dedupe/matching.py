"""New texts against a store of older ones: what relates to what, and what no longer does.

The warehouse stage calls this once a batch, after the batch's fingerprints are in the store.
Knows nothing of where the store keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.dedupe.candidates import CandidateStore, CandidateText
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.relations import prepare, relate
from pipeline.records import Match


@dataclass(frozen=True, slots=True)
class Findings:
    """What a batch of new texts changes in the relations; in every pair a < b."""

    matches: tuple[Match, ...]
    """To be stored; older pairs may be among them, judged anew."""
    retracted: tuple[tuple[int, int], ...] = ()
    """Pairs of older texts that no longer relate: what they share turned out to be furniture."""


def find_matches(new: Sequence[CandidateText], store: CandidateStore) -> Findings:
    """Relate each new text with its candidates.

    The new texts must be in the store already. Relations that a new text's older version had must
    be deleted by the caller before the findings are stored.
    """
    found: dict[tuple[int, int], Match] = {}
    for text in new:
        ready = prepare(text.id, text.text)
        others = store.texts(store.candidates(text.id, fingerprints(text.text)))
        for other in others.values():
            a, b = sorted((ready, prepare(other.id, other.text)), key=lambda each: each.id)
            match = relate(a, b)
            if match is not None:
                found[a.id, b.id] = match
    return Findings(tuple(found[pair] for pair in sorted(found)))
