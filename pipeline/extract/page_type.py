"""Decide what type of page this is, and whether its text is stored.

``classify_page`` sets the kind of the article (article, opinion, live blog, press release, video,
gallery) or of the page that is none (listing, forum, product, service, documentation, error page),
whether the text is the stub before a paywall, and the outcome: pages of the other kinds and texts
under 25 words are ``not_an_article``, stubs are ``paywalled``. A video or a gallery page with
enough text is stored with its kind.

Rules decide what they are sure of: error pages and walls, by titles and short texts that only they
have; front pages and profiles; and short pages with the signs of a listing. The words are in
``page_type_words.tsv``. The model of ``page_kind`` decides the rest. A page whose JSON-LD says that
it is an article is believed before its URL is. Kinds that outlets do not separate reliably
(interview, review, obituary) are left to sections and tags.

A page that states that it is not free (``isAccessibleForFree``, ``article:content_tier``) often
contains the whole text all the same, for search engines. So the text of a stub must also be short,
by the page's own word count or by the words in the element that the page names as walled. An offer
to subscribe below a whole text makes no stub.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from lxml.html import HtmlElement

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import TextBlock, outward
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.page_kind import judge_page
from pipeline.extract.page_sums import ExaminedPage
from pipeline.models import REFUSED_KINDS, Article, ArticleKind
from pipeline.outcomes import Outcome
from pipeline.tables import read_rows
from pipeline.text import normalise, tokens, word_count

LEAST_WORDS = 25
"""Words of the shortest story: a wire snap has about 30, a caption or a cookie notice fewer."""

_NAMES = {
    "listing": "a listing of other pages",
    "product": "the page of a product",
    "forum": "a thread of a forum",
    "service": "a page about what an organisation offers",
    "documentation": "documentation",
    "error_page": "an error page, a robot check, a login or a consent wall",
}
_LISTING_ODDS = 1.0
"""Log odds of an article, by the model on domains it did not see, from which the signs of a listing
are not believed. Of the measured pages with such signs 19 listings have less and one has more; all
eight articles, which have many teasers, have more."""
_PROSE_WORDS = 15
_STORY_WORDS = 60
"""Words of prose in one element that make a story of it."""
_MAX_LINK_DENSITY = 0.3
_PARAGRAPHS = frozenset(("p", "blockquote"))
_MANY_TEASERS = 12
_SOME_TEASERS = 6
"""Teasers of a listing; the fewer are enough where another sign shows that it is one."""
_TEASER_LINK_DENSITY = 0.9
_LEAST_TEASER_WORDS, _MAX_TEASER_WORDS = 5, 25
_FEW_WORDS = 300
"""A listing has fewer words of text."""
_ERROR_WORDS = 150
"""A page of an article's type with as many words is no error page, whatever its title."""
_MEDIA_WORDS = 100
"""A page with as many words is an article, even where a video or a gallery is its subject."""
_OWN_ARTICLES = 4
"""Articles in a page's JSON-LD from which they may be those of its teasers."""
_PRESS_TEXT = re.compile(
    r"^.{0,120}(/PRNewswire|\(BUSINESS WIRE\)|GLOBE ?NEWSWIRE|/EINPresswire|\(Newsfile)", re.S
)
_STUB_WORDS = 150
"""A stub has fewer words, in most cases. Whole wire snaps are as short, on free pages."""
_MAX_STUB_WORDS = 400
"""A longer text is no stub."""
_WHOLE_SHARE = 0.6
"""Share of the page's stated word count below which a text is a stub."""
_WALLED_WORDS = 40
"""Words that the walled element of a page has where the text is complete."""
_BLOCKS_AFTER = 8
"""Blocks after the text in which the wording of a paywall is looked for."""
_ARTICLE_TAGS = frozenset(("article", "main"))
_NAVIGATION_TAGS = frozenset(("nav", "footer"))


def _read_patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns of ``page_type_words.tsv`` by name."""
    words: dict[str, list[str]] = {}
    for name, alternative, _ in read_rows(__package__, "page_type_words.tsv", columns=3):
        words.setdefault(name, []).append(alternative)
    either = {name: f"(?:{'|'.join(each)})" for name, each in words.items()}
    for name in ("error_title", "weak_error_title"):
        either[name] = rf"\W*{either[name]}\W*"
    return {name: re.compile(each) for name, each in either.items()}


_WORDS = _read_patterns()


def classify_page(page: ExaminedPage, admitted_kinds: Collection[str] = ()) -> Article:
    """Return the page's article with its kind, its paywall flag and its outcome; the text stays.

    Args:
        page: the page with its text and metadata.
        admitted_kinds: kinds of pages that are no articles and whose text counts as one's.
    """
    words = word_count(page.article.text or "")
    is_short = words < LEAST_WORDS
    kind = _page_kind(page, words, is_short=is_short)
    is_stub = kind not in REFUSED_KINDS and _is_paywall_stub(page)
    classified = replace(page.article, kind=kind, is_paywalled=is_stub)
    if kind in REFUSED_KINDS and kind not in admitted_kinds:
        return _refused(classified, Outcome.NOT_AN_ARTICLE, f"the page looks like {_NAMES[kind]}")
    if is_stub:
        return _refused(classified, Outcome.PAYWALLED, f"a stub of {words} words before a paywall")
    if is_short:
        found = "1 word is" if words == 1 else f"{words} words are"
        return _refused(
            classified, Outcome.NOT_AN_ARTICLE, f"{found} no story, which has {LEAST_WORDS}"
        )
    return classified


def _refused(article: Article, outcome: Outcome, reason: str) -> Article:
    return replace(article, outcome=outcome, reason=reason)


def _page_kind(page: ExaminedPage, words: int, *, is_short: bool) -> ArticleKind:
    """Return the kind of a page: by rules where they are sure, else by the model.

    Args:
        page: the page.
        words: of its text.
        is_short: whether the text is too short to be judged by the model.
    """
    path = _path(page.article.url or page.article.canonical_url or "")
    title = normalise(page.article.title or "")
    if _is_error_page(page.article, page.head, page.data, title, words):
        return "error_page"
    is_named_listing = _is_named_listing(page, path, title)
    if (
        _is_front_page(page, words)
        or _is_profile(page)
        or (is_named_listing and words < _FEW_WORDS)
    ):
        return "listing"
    kind = _kind_of_story(page, path, title, words)
    has_signs = is_named_listing or _is_list_of_teasers(page, words)
    if is_short:
        return "listing" if has_signs else kind
    judged = judge_page(page)
    if has_signs and judged.odds < _LISTING_ODDS:
        return "listing"
    if judged.is_article or _is_paywall_stub(page):
        return kind
    return judged.other_kind


def _kind_of_story(page: ExaminedPage, path: str, title: str, words: int) -> ArticleKind:
    """Return the kind of a page that is no listing, by its type, address, section and title."""
    if (
        "LiveBlogPosting" in page.data.types
        or _WORDS["live"].search(path)
        or _WORDS["live"].search(title)
    ):
        return "live_blog"
    if _is_opinion(page.article, page.data, path, title):
        return "opinion"
    if _is_press_release(page.article, path, title):
        return "press_release"
    if words < _MEDIA_WORDS or page.data.media == "gallery":
        return _media_kind(page.head, page.data, path, title)
    return "article"


def _path(url: str) -> str:
    """Return a URL from its path on, in lower case."""
    return re.sub(r"^https?://[^/]+", "", url.lower())


def _is_error_page(article: Article, head: Head, data: LinkedData, title: str, words: int) -> bool:
    """Tell whether a page is an error page, a robot check, a consent wall or a login wall.

    "500 people rescued" and "Sorry, says the harbour master" are headlines. Wording that may be
    either counts only on a page with few words that does not say it is an article.
    """
    if _WORDS["error_class"].search(head.page_class):
        return True
    says_article = data.is_article or head.first("og:type") == "article"
    if _WORDS["error_title"].fullmatch(title) and not (says_article and words >= _ERROR_WORDS):
        return True
    if says_article or words >= _ERROR_WORDS:
        return False
    return bool(
        _WORDS["weak_error_title"].fullmatch(title)
        or _WORDS["error_text"].search(normalise(article.text or ""))
    )


def _is_front_page(page: ExaminedPage, words: int) -> bool:
    """Tell whether a page is at the root of its site and has teasers, or little text."""
    path = _path(page.article.url or "").partition("?")[0]
    is_root = bool(page.article.url) and path in ("", "/")
    return is_root and (_count_teasers(page.blocks) >= _SOME_TEASERS or words < _FEW_WORDS)


def _is_named_listing(page: ExaminedPage, path: str, title: str) -> bool:
    """Tell whether a page's address or title is that of a tag, a category or a search."""
    if _WORDS["single_class"].search(page.head.page_class) or _has_own_article(
        page.data, page.head
    ):
        return False
    return bool(_WORDS["listing_path"].search(path) or _WORDS["listing_title"].match(title))


def _is_list_of_teasers(page: ExaminedPage, words: int) -> bool:
    """Tell whether a page has many teasers and does not say that it is an article."""
    article, head, data = page.article, page.head, page.data
    path, teasers = _path(article.url or ""), _count_teasers(page.blocks)
    if _WORDS["single_class"].search(head.page_class) or _has_own_article(data, head):
        return False
    # JSON-LD about articles that are not the page itself describes its teasers.
    if (
        _WORDS["listing_class"].search(head.page_class) or data.is_article
    ) and teasers >= _SOME_TEASERS:
        return True
    if head.first("og:type") == "article" or article.published_origin in ("json_ld", "meta"):
        return False
    if data.is_listing and teasers >= _SOME_TEASERS and words < _FEW_WORDS:
        return True
    if _holds_story(page.blocks):
        return False
    least = _SOME_TEASERS if _WORDS["section_path"].fullmatch(path) else _MANY_TEASERS
    return teasers >= least and words < _FEW_WORDS


def _is_profile(page: ExaminedPage) -> bool:
    """Tell whether a page is an author's: its data or its path say so, and it has no date."""
    path = _path(page.article.url or "")
    says_profile = (
        page.data.is_profile
        or page.head.first("og:type") == "profile"
        or _WORDS["person_path"].search(path)
    )
    return bool(says_profile) and page.article.published_origin not in ("json_ld", "meta")


def _has_own_article(data: LinkedData, head: Head) -> bool:
    """Tell whether the article in the JSON-LD is the page's own and not that of a teaser."""
    if not data.is_article:
        return False
    if data.article_count < _OWN_ARTICLES:
        return True
    named = set(tokens(data.headline or ""))
    titles = (head.title, head.first("og:title"))
    return any(2 * len(named & set(tokens(t))) >= len(named) for t in titles if t and named)


def _holds_story(blocks: list[TextBlock]) -> bool:
    """Tell whether one element contains the paragraphs of a story; teasers have a box each."""
    words_in: Counter[HtmlElement] = Counter()
    for block in blocks:
        words = word_count(block.text)
        parent = block.element.getparent()
        if words >= _PROSE_WORDS and block.link_density < _MAX_LINK_DENSITY and parent is not None:
            words_in[block.element if block.tag not in _PARAGRAPHS else parent] += words
    return bool(words_in) and max(words_in.values()) >= _STORY_WORDS


def _count_teasers(blocks: list[TextBlock]) -> int:
    """Count the blocks that are a headline and a link."""
    return sum(
        block.link_density > _TEASER_LINK_DENSITY
        and _LEAST_TEASER_WORDS <= word_count(block.text) <= _MAX_TEASER_WORDS
        for block in blocks
    )


def _is_opinion(article: Article, data: LinkedData, path: str, title: str) -> bool:
    sections = set(path.split("/")[1:3]) | {
        normalise(section) for section in (article.section or "", *data.sections)
    }
    is_typed = "OpinionNewsArticle" in data.types or bool(_WORDS["opinion_title"].fullmatch(title))
    return is_typed or any(_WORDS["opinion"].fullmatch(section) for section in sections if section)


def _is_press_release(article: Article, path: str, title: str) -> bool:
    return bool(
        _WORDS["press_path"].search(path)
        or title.startswith("press release:")
        or _PRESS_TEXT.match(article.text or "")
        or _WORDS["press_section"].fullmatch(normalise(article.section or ""))
    )


def _media_kind(head: Head, data: LinkedData, path: str, title: str) -> ArticleKind:
    """Return whether a page with little text is a video, a gallery or an article."""
    og_type = head.first("og:type") or ""
    is_typed = data.media == "video" or og_type.startswith("video")
    if _WORDS["video_path"].search(path) or (is_typed and not data.is_article):
        return "video"
    is_gallery = data.media == "gallery" and not data.is_article
    if (
        is_gallery
        or _WORDS["gallery_path"].search(path)
        or _WORDS["gallery_title"].fullmatch(title)
    ):
        return "gallery"
    return "article"


def _is_paywall_stub(page: ExaminedPage) -> bool:
    """Tell whether the text is only the beginning of an article behind a paywall or a login."""
    data, blocks, text = page.data, page.blocks, page.article.text or ""
    words = word_count(text)
    if words >= _MAX_STUB_WORDS:
        return False
    says_walled = _says_walled(page.head, data)
    if says_walled and data.walled_classes:
        walled = _walled_words(page.root, data.walled_classes)
        if walled is not None:
            return walled < _WALLED_WORDS
    if says_walled and data.word_count and data.word_count > _STUB_WORDS:
        return words < _WHOLE_SHARE * data.word_count
    if words < _STUB_WORDS:
        return says_walled or (data.is_free is not True and _has_wall_wording(blocks, text))
    return data.is_free is not True and _is_cut_off(blocks, text)


def _says_walled(head: Head, data: LinkedData) -> bool:
    """Tell whether the page states that it is not free."""
    tier = (head.first("article:content_tier") or "").lower()
    return data.is_free is False or tier in ("locked", "metered")


def _walled_words(root: HtmlElement, classes: tuple[str, ...]) -> int | None:
    """Return the words of the longest element that the page names as walled; None without one."""
    counts = [
        word_count("".join(element.itertext()))
        for name in classes
        for element in root.xpath("//*[contains(concat(' ',@class,' '),$name)]", name=f" {name} ")
    ]
    return max(counts) if counts else None


def _has_wall_wording(blocks: list[TextBlock], text: str) -> bool:
    """Tell whether the wording of a paywall is near the text, not in the page's navigation."""
    top = normalise(text.partition("\n")[0])
    first = next((place for place, block in enumerate(blocks) if block.key == top), 0)
    titles = [place for place in range(first) if blocks[place].tag == "h1"]
    around = blocks[titles[-1] if titles else first :]
    return any(_WORDS["wall"].search(block.key) and not _is_navigation(block) for block in around)


def _is_navigation(block: TextBlock) -> bool:
    """Tell whether a block is in a ``nav`` or ``footer`` of the page, not of the article."""
    tags = [element.tag for element in outward(block.element)]
    return not _ARTICLE_TAGS.intersection(tags) and not _NAVIGATION_TAGS.isdisjoint(tags)


def _is_cut_off(blocks: list[TextBlock], text: str) -> bool:
    """Tell whether the wording of a paywall directly follows the last paragraph."""
    last = normalise(text.rpartition("\n")[2])
    at = next((place for place, block in enumerate(blocks) if block.key == last), None)
    if at is None:
        return False
    return any(
        _WORDS["wall"].search(block.key) for block in blocks[at + 1 : at + 1 + _BLOCKS_AFTER]
    )
