"""Estimate how likely an extracted text is the whole article and nothing else, from 0 to 1.

The score estimates the 4-gram F1 (``benchmarks/text/text_scores.py``) of the text against the
article that a reader would mark. A text that lacks nothing and has one or two lines too many gets
0.9 or more; half an article, or an article with the page's boilerplate, gets about 0.65; anything
else gets less than 0.3. Use it to find broken extractions, not to rank good ones: right texts
differ little in it. It is computed before cleaning, which removes more.

The model is a logistic regression over six features. The weights were fitted on pages of one half
of the hosts, with their right texts and with texts damaged in known ways (cut, mixed with
boilerplate, taken from another place); ``python -m benchmarks.text.quality_score`` checks them on
the other half.
"""

from dataclasses import astuple, dataclass
from math import exp

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import TextBlock
from pipeline.extract.json_ld import LinkedData
from pipeline.models import Article
from pipeline.text import ends_sentence, normalise, tokens

_PROSE_CHARS = 70
_MAX_LINK_DENSITY = 0.3
_FULL_LENGTH = 1500
"""Characters from which the feature ``length`` is 1."""
_UNKNOWN = 0.5
"""Value of the feature ``standfirst`` where the page has no description."""
WEIGHTS = (2.59, -1.97, 0.3, 0.62, 2.41, 0.62)
"""One for each field of ``QualityFeatures``, in order."""
BIAS = -3.71


@dataclass(frozen=True, slots=True)
class QualityFeatures:
    """Features of a text, each from 0 to 1, measured in characters."""

    sentences: float
    """Share of the text in paragraphs that end in a full stop."""
    linked: float
    """Share of the text that is in links on the page."""
    length: float
    """Length of the text, divided by 1500."""
    standfirst: float
    """Share of the longer words of the page's description that the text contains."""
    coverage: float
    """Length of the text, divided by that of all unlinked prose on the page."""
    stated: float
    """Length of the text, divided by that of ``articleBody``; ``coverage`` where there is none."""


def quality_score(article: Article, head: Head, data: LinkedData, blocks: list[TextBlock]) -> float:
    """Return the score of an article's text, 0 to 1, rounded to two decimals; 0 without a text."""
    if not article.text:
        return 0.0
    features = astuple(features_of(article.text, head, data, blocks))
    logit = BIAS + sum(w * value for w, value in zip(WEIGHTS, features, strict=True))
    return round(1 / (1 + exp(-logit)), 2)


def features_of(
    text: str, head: Head, data: LinkedData, blocks: list[TextBlock]
) -> QualityFeatures:
    """Return the features of a text, measured against its page."""
    lines = [line for line in text.split("\n") if line]
    total = max(1, sum(map(len, lines)))
    keys = set(map(normalise, lines))
    own = [block for block in blocks if block.key in keys]
    shown = sum(len(block.text) for block in own)
    coverage = min(1.0, total / max(1, sum(map(_prose_length, blocks))))
    description = data.description or head.first("og:description", "description") or ""
    return QualityFeatures(
        sentences=sum(len(line) for line in lines if ends_sentence(line)) / total,
        linked=sum(block.link_density * len(block.text) for block in own) / max(1, shown),
        length=min(1.0, total / _FULL_LENGTH),
        standfirst=_share_of_words(description, text),
        coverage=coverage,
        stated=min(1.0, total / len(data.body)) if data.body else coverage,
    )


def _prose_length(block: TextBlock) -> int:
    """Return the length of a block that looks like a paragraph, else 0."""
    is_prose = len(block.text) >= _PROSE_CHARS and block.link_density < _MAX_LINK_DENSITY
    return len(block.text) if is_prose else 0


def _share_of_words(description: str, text: str) -> float:
    """Return the share of a description's words of four letters or more that a text contains."""
    words = {word for word in tokens(description) if len(word) > 3}
    if not words:
        return _UNKNOWN
    folded = text.casefold()
    return sum(word in folded for word in words) / len(words)
