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

PRINTABLE: Mapping[QuoteKind, float] = {"direct": 0.8, "mixed": 0.85, "indirect": 0.85}
"""Confidence from which a statement whose source names the speaker gets an A.

These four tables were chosen on pages of many kinds that were read by eye, and on the half ``read``
of other news (``benchmarks/language``): a threshold was raised as long as more of what is shown was
right for it.
"""
LIKELY: Mapping[QuoteKind, float] = {"direct": 0.5, "mixed": 0.75, "indirect": 0.8}
"""Confidence from which a statement whose source names the speaker gets a B."""
LIKELY_BY_REFERENCE: Mapping[QuoteKind, float] = {"direct": 0.6, "mixed": 0.75, "indirect": 0.7}
"""The same where the source refers to the speaker: "she", "the mayor"."""
LIKELY_WITHOUT_NAME: Mapping[QuoteKind, float] = {"direct": 0.7, "mixed": 0.8, "indirect": 0.7}
"""The same where nobody is named: "officials", "a passer-by", or no source at all."""
_NAMED: frozenset[SpeakerMethod] = frozenset({"full_name", "name", "turn", "signature"})
"""Methods by which the words at the quote name the speaker."""
_FORMS: frozenset[SpeakerMethod] = frozenset({"turn", "signature"})
"""Forms that hardly ever mean anything else, whatever the tagger says of them."""
LEAST_SPEAKER_CONFIDENCE = 0.5
"""Confidence in the speaker from which a reference is followed in the default view."""


LEAST_REFERENCE_CONFIDENCE: Mapping[SpeakerMethod, float] = {"description": 0.55, "document": 0.7}
"""Confidence from which "the minister" and "the company" are taken for a name of the article.

Of the names below it at most two in five were right where they were read; the words stay in the
default view without a name."""


def loses_name(kind: QuoteKind, method: SpeakerMethod, speaker_confidence: float) -> bool:
    """Tell whether a quote stands better without the name that was found for it."""
    if speaker_confidence < LEAST_REFERENCE_CONFIDENCE.get(method, 0.0):
        return True
    return kind == "direct" and is_doubtful(method, speaker_confidence)


def is_doubtful(method: SpeakerMethod, speaker_confidence: float) -> bool:
    """Tell whether a speaker is too doubtful for the default view.

    Of the names nearest to a verb without a source every second one is wrong. Direct quotes are
    shown without such a name, others get a C.
    """
    if method == "unknown":
        return False
    return method == "nearby_name" or speaker_confidence < LEAST_SPEAKER_CONFIDENCE


def _least_confidence(method: SpeakerMethod) -> Mapping[QuoteKind, float]:
    """Return the confidence from which a statement is in the default view, by kind."""
    if method == "unknown":
        return LIKELY_WITHOUT_NAME
    return LIKELY if method in _NAMED else LIKELY_BY_REFERENCE


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
    names = method in _NAMED
    if confidence < _least_confidence(method)[kind]:
        return "C", "unsure"
    if kind != "direct" and is_doubtful(method, speaker_confidence):
        return "C", "reference"
    if lost_mark is not None:
        return "B", "lost_mark"
    if method == "unknown":
        return "B", "no_name"
    if not names:
        return "B", "reference"
    is_sure = confidence >= PRINTABLE[kind] or method in _FORMS
    return ("A", None) if is_sure else ("B", "unsure")
