"""What a page is (article, listing, live blog, …) and whether its text is one to store.

Signals, in order: the page's own type, its URL, its title, how much text there is and how much of
it is links. A paywalled page is one that says so *and* shows little, or shows a stub's wording.
"""

import re
from dataclasses import replace

from pipeline.extract.head import Head
from pipeline.extract.layout import Run
from pipeline.extract.linked_data import LinkedData
from pipeline.outcomes import Outcome
from pipeline.records import Article, ArticleKind
from pipeline.words import normalise, word_count

LEAST_WORDS = 25
"""Shorter bodies are no story (a caption, a cookie note); a wire snap has about 30 words."""
STUB_WORDS = 150
_MANY_TEASERS = 12
_FEW_WORDS = 300
_ERROR_TITLE = re.compile(
    r"\W*((error )?(404|403|410|500|502|503)\b.{0,60}|(error|page|article|story|site|"
    r"content|file) (not found|"
    r"unavailable|no longer (available|exists?)|doesn't exist|does not exist|missing|moved).*|"
    r"(oops|sorry|whoops)\b.{0,60}|not found|access denied|forbidden|just a moment.*|"
    r"attention required.*|"
    r"are you a robot.*|request blocked.*|.{0,30}(page not found|404( error)?( not found)?)|"
    r"service unavailable|bad gateway|internal server error|maintenance|robot check|"
    r"security check.*)\W*"
)
_STUB = re.compile(
    r"subscribe (now |today )?(to|for) (continue|keep|read|unlock|full|unlimited|access)|"
    r"(this|the rest of this) (article|content|story|post) is (only |exclusively )?"
    r"(available |reserved )?(for|to) (our )?(paid |paying )?(subscribers|members)|("
    r"sign in|log in|register) to (continue|keep) reading|"
    r"to (continue|keep) reading,? "
    r"(this article |please )?(subscribe|log in|sign|register|create)|"
    r"you('ve| have) (reached|used|read) (your|all|the).{0,40}(limit|free "
    r"articles?)|unlock (this|the full) (article|story)|subscriber[- ]only|"
    r"for subscribers only|become a (member|subscriber) to (read|continue)"
)
_LIVE = re.compile(
    r"live[- ](blog|updates?|ticker|coverage|feed)|(^|[/-])liveblog|(^|/)live/|as it happened", re.I
)
_OPINION = re.compile(
    r"opinions?|op-?eds?|editorials?|columns?|columnists?|commentary|comment|voices|"
    r"viewpoints?|comment-?is-?free|meinung|tribuna|letters?( to the editor)?",
    re.I,
)
_VIDEO = re.compile(r"/(videos?|watch|clips?)/", re.I)
_GALLERY = re.compile(
    r"/(galler(y|ies)|photos?|pictures|slideshows?|in-pictures|bildergalerie)/", re.I
)
_LISTING = re.compile(
    r"/(tags?|topics?|categor(y|ies)|authors?|search|archives?|section)/[^/]*/?$|"
    r"/page/\d+/?$|[?&](s|q|query)=",
    re.I,
)
_PRESS = re.compile(r"/(press-?releases?|pressemitteilung)", re.I)


def kind_of(article: Article, head: Head, data: LinkedData) -> ArticleKind:
    """Return what kind of page this is by its types, URL, section and title."""
    path = re.sub(r"^https?://[^/]+", "", article.url or article.canonical_url or "")
    title = normalise(article.title or "")
    if _ERROR_TITLE.fullmatch(title):
        return "error_page"
    if "LiveBlogPosting" in data.types or _LIVE.search(path) or _LIVE.search(title):
        return "live_blog"
    if _is_opinion(article, data, path):
        return "opinion"
    if _PRESS.search(path):
        return "press_release"
    words = word_count(article.text or "")
    if not data.is_article and words < 100:
        if (
            data.media == "video"
            or head.first("og:type") in ("video", "video.other")
            or _VIDEO.search(path)
        ):
            return "video"
        if data.media == "gallery" or _GALLERY.search(path):
            return "gallery"
    return "article"


def _is_opinion(article: Article, data: LinkedData, path: str) -> bool:
    sections = set(path.lower().split("/")[1:3]) | {
        normalise(section) for section in (article.section or "", *data.sections)
    }
    return "OpinionNewsArticle" in data.types or any(_OPINION.fullmatch(s) for s in sections if s)


def judge(article: Article, head: Head, data: LinkedData, runs: list[Run]) -> Article:
    """Return the article with its kind, paywall flag and outcome; the text stays whatever it is."""
    kind = kind_of(article, head, data)
    if kind == "article" and _is_listing(article, head, data, runs):
        kind = "listing"
    words = word_count(article.text or "")
    walled = _is_walled(data, head, runs, words)
    judged = replace(article, kind=kind, is_paywalled=walled)
    if kind in ("listing", "error_page"):
        return _refused(judged, Outcome.NOT_AN_ARTICLE, f"the page looks like a {kind}")
    if walled:
        return _refused(judged, Outcome.PAYWALLED, f"a stub of {words} words before a paywall")
    if words < LEAST_WORDS and not _has_no_blanks(article.text):
        return _refused(judged, Outcome.NOT_AN_ARTICLE, f"{words} words of text are no story")
    return judged


def _refused(article: Article, outcome: Outcome, reason: str) -> Article:
    return replace(article, outcome=outcome, reason=reason)


def _has_no_blanks(text: str | None) -> bool:
    return sum(char > "\u2e80" for char in text or "") >= LEAST_WORDS * 2


def _is_walled(data: LinkedData, head: Head, runs: list[Run], words: int) -> bool:
    if words >= STUB_WORDS:
        return False
    tier = (head.first("article:content_tier") or "").lower()
    says_so = data.is_free is False or tier in ("locked", "metered")
    return says_so or (words < STUB_WORDS and any(_STUB.search(run.key) for run in runs))


def _is_listing(article: Article, head: Head, data: LinkedData, runs: list[Run]) -> bool:
    path = re.sub(r"^https?://[^/]+", "", article.url or "")
    is_front = bool(article.url) and path in ("", "/")
    if is_front or (_LISTING.search(path) and not data.is_article):
        return True
    if data.is_article or head.first("og:type") == "article" or article.published_at:
        return False
    return _teasers(runs) >= _MANY_TEASERS and word_count(article.text or "") < _FEW_WORDS


def _teasers(runs: list[Run]) -> int:
    """Count headlines that are links: a listing is made of them."""
    return sum(run.link_share > 0.9 and 5 <= word_count(run.text) <= 25 for run in runs)
