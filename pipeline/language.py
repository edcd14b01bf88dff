"""Decide which language a text is in, and how sure that is.

``shown_language`` is the only detection: articles get their language from it, and the annotator
chooses its pipeline by it. The model of py3langid (naive Bayes, in its wheel) names most languages;
English prose is recognised by its commonest words, which needs no model. py3langid takes headlines
and lists of names for anything ("Subscribe" is Latin to it), so texts under ``FEWEST_WORDS`` are
undecided: for an article the source's or the page's own statement counts then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from math import exp, sqrt

from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.text import word_count

FEWEST_WORDS = 40
"""Blank-separated words from which the language of a text in Latin letters is decided."""
_FEWEST_NON_LATIN_LETTERS = 40
"""Letters of other scripts from which the language of a shorter text is decided too: Chinese has
no blanks between words."""
_SAMPLE = 1500
"""Characters looked at. On 359 texts 1,000, 1,500, 2,000 and 4,000 characters gave the same
language: 0.6 to 1.3 ms a text."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_NON_LATIN = re.compile(r"[^\W\d_\x00-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH = ("the", "of", "and", "to", "that", "for", "with", "from", "by", "was", "is", "he", "has")
_ENGLISH_SHARE = 0.15
"""Share of these words in English: they are 18 to 25 % of English prose and under 4 % of prose in
any other language."""
_PLAIN_ENGLISH = 0.99
"""Confidence in English that the commonest words show."""
_BY_STATEMENT = 0.5
"""Confidence in a language that the page or the source states and the text does not show."""
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]|[^\W\d_\x00-\u024f\u1e00-\u1eff]")
_MOST_ACCENTED = 0.005
"""Share of accented and non-Latin letters up to which a text may be plain English."""
_SIGN_WEIGHT = 2.5
"""Latin letters that say as much as one Chinese or Japanese sign: 115 signs tell what 290 letters
do."""
_SIMILAR = tuple(
    frozenset(group.split())
    for group in (
        "no nb nn da sv",
        "hr bs sr sh",
        "id ms",
        "gl pt",
        "es gl an ca",
        "cs sk",
        "af nl",
    )
)
"""Languages that py3langid confuses with one another."""


@dataclass(frozen=True, slots=True)
class ShownLanguage:
    """The language that a text shows."""

    code: str
    """ISO 639-1."""
    confidence: float
    """0 to 1: the model's probability, among all languages that it knows."""


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where the text does not show it."""
    shown = shown_language(text)
    return shown.code if shown else None


def shown_language(text: str) -> ShownLanguage | None:
    """Return the language of a text and how sure it is, or None where the text does not show it.

    Undecided are texts that are too short and texts without letters. A text in two scripts has the
    language of the script that holds more of it. Of a long text the beginning, middle and end are
    read, so that a quotation at the top does not decide.
    """
    sample = _main_script(_sample(text))
    if not _LETTER.search(sample) or (
        word_count(sample) < FEWEST_WORDS
        and len(_NON_LATIN.findall(sample)) < _FEWEST_NON_LATIN_LETTERS
    ):
        return None
    if _is_plain_english(sample):
        return ShownLanguage("en", _PLAIN_ENGLISH)
    # Imported here: the model takes 2.5 s to load on a busy machine, and plain English needs none.
    from py3langid import rank

    ranked = rank(sample)
    code, best = ranked[0]
    if code == "zxx":  # ISO 639-2: no linguistic content
        return None
    # The log-likelihood grows with the text. py3langid divides it by the root of the length in
    # bytes, which makes the probabilities of short and long texts comparable.
    scale = sqrt(len(sample.encode("utf-8", "surrogatepass")))
    total = sum(exp((score - best) / scale) for _, score in ranked)
    if len(code) > 2:  # Moroccan Arabic ("ary"), Wu ("wuu"): the next one is Arabic, Chinese
        code = next(str(name) for name, _ in ranked if len(name) == 2)
    return ShownLanguage({"nb": "no", "nn": "no"}.get(code, str(code)), 1 / total)


def with_language(article: Article, declared: str | None = None) -> Article:
    """Return the article with its language, how sure that is, and who says so.

    Between similar languages (Danish and Norwegian) a statement decides, the page's before the
    source's. Where the text does not show its language the source's statement goes before the
    page's, which templates often get wrong, unless it is "en": a source whose file names no
    language has that too.

    Args:
        article: its ``language`` is what the page states.
        declared: the language that the source declares.
    """
    shown = shown_language(article.text or "")
    stated = article.language
    if shown is None:
        by_page = stated is not None and declared in {None, "en"}
        language = stated if by_page else declared
        return replace(
            article,
            language=language,
            language_confidence=_BY_STATEMENT if language else None,
            language_origin=None if language is None else "page" if by_page else "source",
        )
    claims = [claim for claim in (stated, declared) if claim]
    language = next((claim for claim in claims if _are_similar(claim, shown.code)), shown.code)
    return replace(
        article,
        language=language,
        language_confidence=round(shown.confidence, 2),
        language_origin="text",
    )


def refused_if_unwanted(article: Article, wanted: Collection[str]) -> Article:
    """Return an article as ``language_not_wanted`` where its text is in none of these languages.

    A text whose language nobody but the page or the source states is kept.

    Args:
        article: with its language.
        wanted: ISO 639-1 codes; empty for every language.
    """
    if (
        not wanted
        or article.outcome is not Outcome.LOADED
        or article.language_origin != "text"
        or article.language in wanted
    ):
        return article
    reason = f"the text is in {article.language!r}; wanted are {', '.join(sorted(wanted))}"
    return replace(article, outcome=Outcome.LANGUAGE_NOT_WANTED, reason=reason)


def _are_similar(one: str, other: str) -> bool:
    return any({one, other} <= group for group in _SIMILAR)


def _is_plain_english(sample: str) -> bool:
    """Recognise English by its commonest words: 201 of 246 English pages need no model."""
    words = re.findall(r"[a-z]+", sample.lower()) if sample.isascii() or _is_latin(sample) else []
    counts = Counter(words)
    held = sum(counts[word] for word in _ENGLISH)
    return (
        all(counts[word] for word in _ENGLISH[:3])
        and held >= _ENGLISH_SHARE * len(words)
        and len(words) >= FEWEST_WORDS
    )


def _is_latin(sample: str) -> bool:
    return len(_ACCENTED.findall(sample)) <= _MOST_ACCENTED * len(sample)


def _main_script(sample: str) -> str:
    """Return a sample without the letters of the script, Latin or other, that holds less of it.

    Five English paragraphs and a Chinese one are English: by its bytes the model takes the Chinese.
    """
    if sample.isascii():
        return sample
    weight = sum(_SIGN_WEIGHT if char > "\u2e80" else 1 for char in _NON_LATIN.findall(sample))
    if not weight:
        return sample
    is_latin = len(_LATIN.findall(sample)) >= weight
    return (_NON_LATIN if is_latin else _LATIN).sub("", sample)


def _sample(text: str) -> str:
    """Return the text, or the beginning, middle and end of a long one."""
    if len(text) <= _SAMPLE:
        return text
    size = _SAMPLE // 3
    middle = (len(text) - size) // 2
    return " ".join((text[:size], text[middle : middle + size], text[-size:]))
