"""Grade quotes: A is printable, B likely right, C for counting only.

The grade joins three answers: whether the words are a statement at all (``statements``), how sure
attribution and source are (``confidence``), and how the speaker was found (``speakers.evidence``).
``mart.who_said_what`` shows A and B; ``mart.all_attributions`` has all.

- C: no statement, or too unsure. The reason says which.
- A: a statement whose source names the speaker, sure enough to be printed as it stands.
- B: the rest. The reason says what to look at: the speaker was resolved from a reference
  (``reference``), has no name (``no_name``), a quotation mark is missing (``lost_mark``), or the
  attribution is less sure (``unsure``).
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.models import Grade, GradeReason, LostMark, QuoteKind, SpeakerMethod

PRINTABLE: Mapping[QuoteKind, float] = {"direct": 0.8, "mixed": 0.8, "indirect": 0.85}
"""Confidence from which a statement whose source names the speaker gets an A."""
LIKELY: Mapping[QuoteKind, float] = {"direct": 0.4, "mixed": 0.55, "indirect": 0.6}
"""Confidence from which a statement gets a B."""
LIKELY_NAMELESS = 0.75
"""The same for reported speech of somebody without a name: "officials said"."""
_NAMED: frozenset[SpeakerMethod] = frozenset({"full_name", "name", "turn", "signature"})
"""Methods by which the words at the quote name the speaker."""
LEAST_SPEAKER_CONFIDENCE = 0.5
"""Confidence in the speaker from which reported speech gets a B."""


def grade(
    kind: QuoteKind,
    objection: GradeReason | None,
    confidence: float,
    method: SpeakerMethod,
    speaker_confidence: float,
    lost_mark: LostMark | None,
) -> tuple[Grade, GradeReason | None]:
    """Return the grade of a quote, and why it is not better; None for an A.

    Args:
        kind: direct, mixed or indirect.
        objection: why it is no statement, from ``StatementReader``.
        confidence: that the attribution is right, 0 to 1.
        method: how the speaker was found.
        speaker_confidence: that the reference was resolved rightly, 0 to 1.
        lost_mark: the quotation mark that is missing.
    """
    if objection is not None:
        return "C", objection
    if confidence < LIKELY[kind]:
        return "C", "unsure"
    if kind == "indirect":
        if method == "unknown" and confidence < LIKELY_NAMELESS:
            return "C", "no_name"
        if method != "unknown" and speaker_confidence < LEAST_SPEAKER_CONFIDENCE:
            return "C", "reference"
    if lost_mark is not None:
        return "B", "lost_mark"
    if method == "unknown":
        return "B", "no_name"
    if method not in _NAMED:
        return "B", "reference"
    return ("A", None) if confidence >= PRINTABLE[kind] else ("B", "unsure")
