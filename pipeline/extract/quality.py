"""The quality score: how far to trust that a text is the whole article and nothing else, 0 to 1.

It estimates the 4-gram F1 (``benchmarks/text/text_scores.py``) of the extracted text against the
article that a reader would mark: 0.9 and more is what a text gets that lacks nothing and holds a
line or two too many; about 0.65 is half an article, or an article with the page's furniture around
it; under 0.3 is something else. A logistic model over six measured signs; the weights were fitted
on pages of one half of the hosts, their right texts and ones spoilt in known ways (cut, mixed with
furniture, taken from elsewhere), and are checked on the other half by
``python -m benchmarks.text.quality_score``. Among right texts it tells little apart: use it to find
broken extractions, not to rank good ones.

Measured before cleaning, which takes more out. Knows nothing of outcomes and of the site.
"""

from dataclasses import astuple, dataclass
from math import exp

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import Run
from pipeline.extract.json_ld import LinkedData
from pipeline.models import Article
from pipeline.text import ends_sentence, normalise, tokens

_PROSE_CHARS = 70
_MOST_LINKED = 0.3
_ENOUGH_CHARS = 1500
_UNKNOWN = 0.5
WEIGHTS = (2.59, -1.97, 0.3, 0.62, 2.41, 0.62)
"""One for each of the signs, in their order."""
BIAS = -3.71


@dataclass(frozen=True, slots=True)
class Signs:
    """What is measured of a text, each 0 to 1, by characters."""

    sentences: float
    """Share of it in paragraphs that end as sentences do."""
    linked: float
    """Share of it that stands in links on the page."""
    length: float
    """Its length, of 1500."""
    standfirst: float
    """Share of the longer words of the page's description that it holds."""
    coverage: float
    """Its length, of all that stands in unlinked prose anywhere on the page."""
    stated: float
    """Its length, of the page's own ``articleBody``; its coverage where there is none."""


def quality_score(article: Article, head: Head, data: LinkedData, runs: list[Run]) -> float:
    """Return the score of an article's text, 0 to 1, two decimals."""
    if not article.text:
        return 0.0
    signs = astuple(signs_of(article.text, head, data, runs))
    inner = BIAS + sum(w * sign for w, sign in zip(WEIGHTS, signs, strict=True))
    return round(1 / (1 + exp(-inner)), 2)


def signs_of(text: str, head: Head, data: LinkedData, runs: list[Run]) -> Signs:
    """Measure a text against its page."""
    lines = [line for line in text.split("\n") if line]
    total = max(1, sum(map(len, lines)))
    keys = set(map(normalise, lines))
    own = [run for run in runs if run.key in keys]
    shown = sum(len(run.text) for run in own)
    coverage = min(1.0, total / max(1, sum(map(_prose, runs))))
    description = data.description or head.first("og:description", "description") or ""
    return Signs(
        sentences=sum(len(line) for line in lines if ends_sentence(line)) / total,
        linked=sum(run.link_share * len(run.text) for run in own) / max(1, shown),
        length=min(1.0, total / _ENOUGH_CHARS),
        standfirst=_share(description, text),
        coverage=coverage,
        stated=min(1.0, total / len(data.body)) if data.body else coverage,
    )


def _prose(run: Run) -> int:
    """Return the length of a run that looks like a paragraph, else 0."""
    is_prose = len(run.text) >= _PROSE_CHARS and run.link_share < _MOST_LINKED
    return len(run.text) if is_prose else 0


def _share(description: str, text: str) -> float:
    words = {word for word in tokens(description) if len(word) > 3}
    if not words:
        return _UNKNOWN
    held = text.casefold()
    return sum(word in held for word in words) / len(words)
