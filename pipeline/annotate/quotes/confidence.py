"""Estimate how likely an attribution is right: its content and its source.

A logistic regression on the tagger's scores and the attribution's form. Its weights are in
``confidence.tsv``, fitted by ``python -m training.quote_confidence`` on half of PolNeAR's dev
articles; ``python -m benchmarks.language.calibration`` measures the other half.
"""

from __future__ import annotations

import math
from functools import lru_cache

from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.quotes.quotation_marks import words_in
from pipeline.models import GradeReason, QuoteKind, SpeakerMethod
from pipeline.tables import read_rows

Features = dict[str, float]
"""The features of an attribution by name; one that is missing is 0."""
MOST_SCORE = 0.999
"""Bound of the tagger's scores, since one of 1.0 has no log-odds."""
_NARRATORS = frozenset({"i", "we", "you"})
_NAMING: frozenset[SpeakerMethod] = frozenset({"full_name", "name", "turn", "signature"})


def features(
    text: str,
    item: Attribution,
    kind: QuoteKind,
    method: SpeakerMethod,
    objection: GradeReason | None,
) -> Features:
    """Return what the regression knows of an attribution.

    Args:
        text: the text that the attribution's offsets count into.
        item: the attribution.
        kind: whether its content is direct, mixed or indirect speech.
        method: how its speaker was found.
        objection: why it is no statement, from ``StatementReader``.
    """
    words = sum(words_in(text[span.start : span.end]) for span in item.content)
    scores = [span.score for span in item.content]
    cue = text[item.cue[0].start : item.cue[0].end] if item.cue else ""
    source = text[item.source[0].start : item.source[0].end].lower() if item.source else ""
    found: Features = {
        "bias": 1.0,
        "content_score": _log_odds(sum(scores) / len(scores)),
        "least_content_score": _log_odds(min(scores)),
        "cue_score": _log_odds(item.cue[0].score) if item.cue else 0.0,
        "source_score": _log_odds(item.source[0].score) if item.source else 0.0,
        kind: 1.0,
        f"reason:{objection}": float(objection is not None),
        "no_cue": float(not item.cue),
        "no_source": float(not item.source),
        "inherits": float(item.inherits),
        "narrator": float(source in _NARRATORS),
        "speech_verb": float(any(map(is_speech_verb, cue.split()))),
        "source_names": float(method in _NAMING),
        "reference": float(method not in _NAMING and method != "unknown"),
        "one_word": float(words <= 1),
        "few_words": float(1 < words <= 3),
        "many_words": float(words > 30),
        "parts": float(len(item.content) > 1),
    }
    return found


def _log_odds(score: float) -> float:
    """Return the log-odds of a tagger's score; with plain scores the error is twice as large."""
    bounded = min(MOST_SCORE, max(1.0 - MOST_SCORE, score))
    return math.log(bounded / (1.0 - bounded))


@lru_cache(maxsize=1)
def _weights() -> Features:
    return {name: float(weight) for name, weight, _ in read_rows(__package__, "confidence.tsv", 3)}


def confidence(found: Features) -> float:
    """Return the probability that an attribution is right, 0 to 1, to three decimals."""
    weights = _weights()
    total = sum(weights.get(name, 0.0) * value for name, value in found.items())
    return round(1.0 / (1.0 + math.exp(-total)), 3)
