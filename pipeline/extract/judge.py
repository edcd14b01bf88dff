"""Whether a page's text is one to store: its kind, whether it is a stub, and how long it is.

A video or a gallery with a story's words is kept with its kind; with fewer it is refused like any
text of a few words. Listings and error pages are refused whatever they hold.
"""

from dataclasses import replace

from lxml.html import HtmlElement

from pipeline.extract.head import Head
from pipeline.extract.kinds import kind_of
from pipeline.extract.layout import Run
from pipeline.extract.linked_data import LinkedData
from pipeline.extract.paywall import is_stub
from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.words import word_count

LEAST_WORDS = 25
"""Shorter bodies are no story (a caption, a cookie note); a wire snap has about 30 words."""

_NAMES = {
    "listing": "a listing of other pages",
    "error_page": "an error page, a robot check, a login or a consent wall",
}


def judge(
    article: Article, root: HtmlElement, head: Head, data: LinkedData, runs: list[Run]
) -> Article:
    """Return the article with its kind, paywall flag and outcome; the text stays whatever it is."""
    kind = kind_of(article, head, data, runs)
    words = word_count(article.text or "")
    is_readable = kind not in ("listing", "error_page")
    walled = is_readable and is_stub(root, head, data, runs, article.text)
    judged = replace(article, kind=kind, is_paywalled=walled)
    if not is_readable:
        return _refused(judged, Outcome.NOT_AN_ARTICLE, f"the page looks like {_NAMES[kind]}")
    if walled:
        return _refused(judged, Outcome.PAYWALLED, f"a stub of {words} words before a paywall")
    if words < LEAST_WORDS and not _has_no_blanks(article.text):
        found = "1 word is" if words == 1 else f"{words} words are"
        return _refused(
            judged, Outcome.NOT_AN_ARTICLE, f"{found} no story, which has {LEAST_WORDS}"
        )
    return judged


def _refused(article: Article, outcome: Outcome, reason: str) -> Article:
    return replace(article, outcome=outcome, reason=reason)


def _has_no_blanks(text: str | None) -> bool:
    return sum(char > "\u2e80" for char in text or "") >= LEAST_WORDS * 2
