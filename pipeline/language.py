"""Decide which language a text is in, for articles and for the gate of the annotator.

``language_of`` is the only detection: articles get their language from it, and the annotator's
model, which reads English only, gets no text that it finds to be in another language. The model of
py3langid (naive Bayes, in its wheel) names most languages; English prose is recognised by its
commonest words, which needs no model. py3langid takes headlines and lists of names for anything
("Subscribe" is Latin to it), so texts under ``FEWEST_WORDS`` are undecided: for an article the
source's or the page's own statement counts then, and the annotator reads the text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

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


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where the text does not show it.

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
        return "en"
    # Imported here: the model takes 2.5 s to load on a busy machine, and plain English needs none.
    from py3langid import classify, rank

    code = str(classify(sample)[0])
    if code == "zxx":  # ISO 639-2: no linguistic content
        return None
    if len(code) > 2:  # Moroccan Arabic ("ary"), Wu ("wuu"): the next one is Arabic, Chinese
        code = next(str(name) for name, _ in rank(sample) if len(name) == 2)
    return {"nb": "no", "nn": "no"}.get(code, code)


def is_english(text: str) -> bool:
    """Tell whether the annotator's model may read a text.

    Only texts that are found to be in another language are refused: one that is undecided, and any
    text under ``FEWEST_WORDS`` words, may be read.
    """
    if len(text.split(maxsplit=FEWEST_WORDS)) < FEWEST_WORDS:
        return True
    return language_of(text) in {None, "en"}


def with_language(article: Article, declared: str | None = None) -> Article:
    """Return the article with its language, and as ``not_english`` if it would be loaded otherwise.

    Args:
        article: its ``language`` is what the page states.
        declared: the language that the source declares; it decides where the text does not.
    """
    language = _agreed(language_of(article.text or ""), article.language, declared)
    found = replace(article, language=language)
    if language not in {None, "en"} and article.outcome is Outcome.LOADED:
        return replace(
            found, outcome=Outcome.NOT_ENGLISH, reason=f"the text is in {language!r}, not 'en'"
        )
    return found


def _agreed(shown: str | None, stated: str | None, declared: str | None) -> str | None:
    """Return the text's language; the statements count between similar ones and in place of None.

    Between similar languages (Danish and Norwegian) the page's statement goes before the source's.
    In place of None the source's goes before the page's, which templates often get wrong, unless it
    is "en": a source whose file names no language has that too.
    """
    if shown is None:
        return stated or declared if declared in {None, "en"} else declared
    for claimed in (stated, declared):
        if claimed and any({shown, claimed} <= group for group in _SIMILAR):
            return claimed
    return shown


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
