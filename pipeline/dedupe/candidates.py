"""Where the texts that may be copies of a new one come from: a port, and a store in memory.

The warehouse implements ``CandidateStore`` on Postgres. Knows nothing of how two texts relate.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.dedupe.fingerprints import fingerprints

HOT_KEY_LIMIT = 64
"""Texts taken for one fingerprint: a page's furniture may stand in a hundred thousand texts."""


@dataclass(frozen=True, slots=True)
class CandidateText:
    """One text with what tells furniture (``source``, the outlet) and the original (the time)."""

    id: int
    text: str
    source: str | None = None
    published_at: datetime | None = None


class CandidateStore(Protocol):
    """Finds texts by fingerprint and gives them back."""

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the ids of texts that share a fingerprint, ``text_id`` itself left out.

        Ordered by the number of shared fingerprints, most first, then as the store likes but always
        the same: by id, or by what the texts say. At most
        ``HOT_KEY_LIMIT`` texts are taken for one fingerprint.
        """
        ...

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these ids; ids that are gone are left out."""
        ...


class MemoryCandidates:
    """A ``CandidateStore`` in process, for tests and small sets."""

    def __init__(self, texts: Iterable[CandidateText] = ()) -> None:
        self._texts: dict[int, CandidateText] = {}
        self._holders: dict[int, list[int]] = {}
        for text in texts:
            self.add(text)

    def add(self, text: CandidateText) -> None:
        """Remember a text; adding the same id again replaces its text."""
        if text.id in self._texts:
            self._forget(text.id)
        self._texts[text.id] = text
        for key in fingerprints(text.text):
            self._holders.setdefault(key, []).append(text.id)

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the ids of texts that share a fingerprint (see ``CandidateStore``)."""
        shared: Counter[int] = Counter()
        for key in fingerprints:
            shared.update(self._holders.get(key, ())[:HOT_KEY_LIMIT])
        shared.pop(text_id, None)
        return sorted(shared, key=lambda other: (-shared[other], other))

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these ids."""
        return {each: self._texts[each] for each in ids if each in self._texts}

    def _forget(self, text_id: int) -> None:
        for key in fingerprints(self._texts.pop(text_id).text):
            self._holders[key].remove(text_id)
