"""Estimate how likely an attribution is right.

A logistic regression on the tagger's scores and the attribution's form. It was fitted on half of
PolNeAR's dev articles to predict whether the content overlaps a gold content by half. On the other
half 95 % of those with .9 and more are right, 71 % of .7 to .8 and 51 % of .4 to .5. What reviews
and blogs say of "us" and "you" mostly comes out under .5.
"""

from __future__ import annotations

import math

from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import words_in
from pipeline.models import QuoteKind

_INTERCEPT = -3.5
_CONTENT_SCORE, _CUE_SCORE, _HAS_SOURCE, _HAS_MARKS = 4.6, 0.8, 0.9, 0.5
"""Weights of the mean content score, the cue's score, a source and quotation marks."""
_ONE_WORD, _FEW_WORDS = -1.1, -0.8
"""Weights of a content of one word, and of two or three."""
NO_CUE = 0.3
"""The cue's score where there is no cue."""
UNNAMED, NARRATED, UNSOURCED = 0.8, 0.5, 0.6
"""Factors of an attribution without a speaker's name: its source has no name ("experts"), its
source is the writer or the reader ("we think", "you know"), it has no source."""
_NARRATORS = frozenset({"i", "we", "you"})


def confidence(
    text: str, item: Attribution, kind: QuoteKind, speaker_confidence: float | None
) -> float:
    """Return the confidence in an attribution and its speaker, 0 to 1, to three decimals.

    Args:
        text: the text that the attribution's offsets count into.
        item: the attribution.
        kind: whether its content is direct, mixed or indirect speech.
        speaker_confidence: that of ``SpeakerResolver.resolve``; None where nobody is named.
    """
    if speaker_confidence is None:
        speaker_confidence = _factor_without_name(text, item)
    return round(_probability(text, item, kind) * speaker_confidence, 3)


def _factor_without_name(text: str, item: Attribution) -> float:
    if not item.source:
        return UNSOURCED
    start, end = item.source[0][:2]
    return NARRATED if text[start:end].lower() in _NARRATORS else UNNAMED


def _probability(text: str, item: Attribution, kind: QuoteKind) -> float:
    """Return the probability that the content is an attribution, by the regression."""
    words = sum(words_in(text[span.start : span.end]) for span in item.content)
    content = sum(span.score for span in item.content) / len(item.content)
    cue = item.cue[0].score if item.cue else NO_CUE
    total = (
        _INTERCEPT + _CONTENT_SCORE * content + _CUE_SCORE * cue + _HAS_SOURCE * bool(item.source)
    )
    total += _HAS_MARKS * (kind != "indirect") + _ONE_WORD * (words <= 1)
    total += _FEW_WORDS * (1 < words <= 3)
    return 1.0 / (1.0 + math.exp(-total))
