"""Names the language of a body: what the text itself shows, where it is long enough to tell.

py3langid (a naive Bayes model in the wheel) names "Subscribe" Latin, so texts under ``LEAST_WORDS``
get what the page says of itself. It looks at the text's beginning, middle and end: a quotation at
the top must not decide. Between languages that it confuses (Danish and Norwegian) the page's word
counts. A text in two scripts is judged by the one that holds more of it. Texts in other languages
than English keep their text and get an outcome.

Whether a text is English, for the gate in front of the model, which reads nothing else.

Short texts pass: py3langid takes headlines and lists of names for anything.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.text import word_count

LEAST_WORDS = 40
_SAMPLE = 1500
"""On 359 texts 1,000, 1,500, 2,000 and 4,000 characters name the same language: 0.6 for 1.3 ms."""
_LEAST_LETTERS = 40
"""So many letters of another script are enough: no text of theirs is English."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_BEYOND_LATIN = re.compile(r"[^\W\d_\x00-\u024f\u1e00-\u1eff]")
_ENGLISH = ("the", "of", "and", "to", "that", "for", "with", "from", "by", "was", "is", "he", "has")
_ENGLISH_SHARE = 0.15
"""These are 18 to 25 % of English prose and under 4 % of any other language's."""
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]|[^\W\d_\x00-\u024f\u1e00-\u1eff]")
_MOST_ACCENTED = 0.005
_SIGN_WEIGHT = 2.5
"""A Chinese or Japanese sign says as much as 2.5 letters: 115 signs tell what 290 letters do."""
_ALIKE = tuple(
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


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where it is too short to tell."""
    sample = _main_script(_sample(text))
    if word_count(sample) < LEAST_WORDS and len(_BEYOND_LATIN.findall(sample)) < _LEAST_LETTERS:
        return None
    if _is_plain_english(sample):
        return "en"
    # Imported here: the model takes 2.5 s to load on a busy machine, and short texts never need it.
    from py3langid import classify, rank

    code = str(classify(sample)[0])
    if code == "zxx":  # ISO 639-2: no linguistic content
        return None
    if len(code) > 2:  # Moroccan Arabic ("ary"), Wu ("wuu"): the next one is Arabic, Chinese
        code = next(str(name) for name, _ in rank(sample) if len(name) == 2)
    return {"nb": "no", "nn": "no"}.get(code, code)


def _is_plain_english(sample: str) -> bool:
    """Tell English by its commonest words: 201 of 246 English pages need no model."""
    words = re.findall(r"[a-z]+", sample.lower()) if sample.isascii() or _is_latin(sample) else []
    shared = Counter(words)
    held = sum(shared[word] for word in _ENGLISH)
    return (
        all(shared[word] for word in _ENGLISH[:3])
        and held >= _ENGLISH_SHARE * len(words)
        and len(words) >= LEAST_WORDS
    )


def _is_latin(sample: str) -> bool:
    return len(_ACCENTED.findall(sample)) <= _MOST_ACCENTED * len(sample)


def _main_script(sample: str) -> str:
    """Return a sample without the letters of the script that holds less of it.

    Five English paragraphs and a Chinese one are English: by its bytes the model takes the Chinese.
    """
    if sample.isascii():
        return sample
    beyond = sum(_SIGN_WEIGHT if char > "\u2e80" else 1 for char in _BEYOND_LATIN.findall(sample))
    if not beyond:
        return sample
    is_latin = len(_LATIN.findall(sample)) >= beyond
    return (_BEYOND_LATIN if is_latin else _LATIN).sub("", sample)


def _sample(text: str) -> str:
    """Return the text, or where it is long its beginning, middle and end."""
    if len(text) <= _SAMPLE:
        return text
    size = _SAMPLE // 3
    middle = (len(text) - size) // 2
    return " ".join((text[:size], text[middle : middle + size], text[-size:]))


def judge_language(article: Article) -> Article:
    """Return the article with its language, and the outcome ``not_english`` where that is due."""
    language = _agreed(language_of(article.text or ""), article.language)
    judged = replace(article, language=language)
    if language not in (None, "en") and article.outcome is Outcome.LOADED:
        return replace(
            judged, outcome=Outcome.NOT_ENGLISH, reason=f"the text is in {language!r}, not 'en'"
        )
    return judged


def _agreed(shown: str | None, stated: str | None) -> str | None:
    """Return the text's language, or the page's own word for it between two that are alike."""
    if shown and stated and any({shown, stated} <= group for group in _ALIKE):
        return stated
    return shown or stated


FEWEST_WORDS = 40
"""The gate looks only at texts of so many blank-separated words or more."""
SAMPLE = 6_000
"""Characters looked at; a thousand words decide as well as a megabyte does."""
_FUNCTION_WORDS = frozenset(
    "the of and to in that is was for it with as his on be at by had not are but from have an they "
    "which you were their this has will who would said been its more".split()
)
_PLAINLY_ENGLISH = 0.2
"""Share of these words from which a text needs no model to judge it: newswire has .30 to .45, and
any other language under .10 (German "in" and "an", Dutch "was" and "in" included)."""
_WORD = re.compile(r"[^\W\d_]+")


def is_english(text: str) -> bool:
    """Tell whether the model can read the text; every text under 40 words counts as readable."""
    sample = text[:SAMPLE]
    if len(sample.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return True
    words = _WORD.findall(sample.lower())
    if sum(word in _FUNCTION_WORDS for word in words) >= _PLAINLY_ENGLISH * len(words):
        return True
    # Imported here: the model takes 2.5 s to load, and plain English never needs it.
    from py3langid import classify

    return bool(classify(sample)[0] == "en")
