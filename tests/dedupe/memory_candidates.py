"""A candidate store in memory whose texts can be replaced, as in the warehouse."""

from collections import Counter

from pipeline.dedupe.candidates import MAX_TEXTS_PER_FINGERPRINT
from pipeline.dedupe.fingerprints import fingerprints


class MemoryCandidates:
    def __init__(self, texts=()):
        self._texts = {}
        self._ids = {}
        for text in texts:
            self.add(text)

    def add(self, text):
        """Add a text, or replace the one with its id."""
        if text.id in self._texts:
            for key in fingerprints(self._texts.pop(text.id).text):
                self._ids[key].remove(text.id)
        self._texts[text.id] = text
        for key in fingerprints(text.text):
            self._ids.setdefault(key, []).append(text.id)

    def candidates(self, text_id, fingerprints):
        shared = Counter()
        for key in fingerprints:
            shared.update(self._ids.get(key, ())[:MAX_TEXTS_PER_FINGERPRINT])
        shared.pop(text_id, None)
        return sorted(shared, key=lambda other: (-shared[other], other))

    def texts(self, ids):
        return {each: self._texts[each] for each in ids if each in self._texts}
