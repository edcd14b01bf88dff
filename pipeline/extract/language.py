"""Names the language of a body, where it is long enough to tell.

py3langid (a naive Bayes model in the wheel) names "Subscribe" Latin, so texts under ``LEAST_WORDS``
get no language. Texts in other languages than English keep their text and get an outcome.
"""

from dataclasses import replace

from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.words import word_count

LEAST_WORDS = 40
_SAMPLE = 4000
_SPACELESS = 100
"""Characters that count as enough where a language writes no blanks (Japanese, Chinese, Thai)."""


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where it is too short to tell."""
    spaceless = sum(char > "\u2e80" for char in text[:_SAMPLE]) >= _SPACELESS
    if word_count(text[:_SAMPLE]) < LEAST_WORDS and not spaceless:
        return None
    # Imported here: the model takes 2.5 s to load on a busy machine, and short texts never need it.
    from py3langid import classify

    code, _ = classify(text[:_SAMPLE])
    return str(code)


def judge_language(article: Article) -> Article:
    """Return the article with its language, and the outcome ``not_english`` where that is due."""
    language = language_of(article.text or "") or article.language
    judged = replace(article, language=language)
    if language not in (None, "en") and article.outcome is Outcome.LOADED:
        return replace(
            judged, outcome=Outcome.NOT_ENGLISH, reason=f"the text is in {language!r}, not 'en'"
        )
    return judged
