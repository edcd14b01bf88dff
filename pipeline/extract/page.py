"""HTML bytes in, article out: ``extract_page`` is the room's door for pages.

Every page ends in an article with a named outcome, whatever its bytes; nothing raises. Knows
nothing of the network, of Postgres and of other pages.
"""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline.extract import dates
from pipeline.extract.body import find_body
from pipeline.extract.byline import find_authors
from pipeline.extract.decoding import decode, is_binary
from pipeline.extract.head import Head, canonical_url, read_head
from pipeline.extract.judge import judge
from pipeline.extract.language import judge_language
from pipeline.extract.layout import Run, runs_of
from pipeline.extract.linked_data import LinkedData, read_linked_data
from pipeline.extract.title import find_title
from pipeline.extract.tree import outsized, parse, strip_scripts
from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.telemetry import log
from pipeline.words import one_line, squeeze, storable

_LONGEST_TITLE = 500
_MOST_TAGS = 30
_READABLE_RUNS = 200
_READABLE_CHARS = 100_000


def extract_page(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    feed_title: str | None = None,
    feed_published: str | None = None,
    now: datetime | None = None,
) -> Article:
    """Return the article of a page, whatever the bytes; never raises.

    Args:
        body: the page in its own charset, decompressed.
        url: where it was found, or None.
        content_type: the HTTP header, for its charset.
        feed_title: the title a feed gave for it, used where the page has none.
        feed_published: the publication time a feed gave, ISO 8601.
        now: the time against which a future publication time is refused; by default the clock's.
    """
    try:
        return _extract(body, url, content_type, feed_title, feed_published, now or dates.now_utc())
    except Exception as error:  # one page out of millions must not stop a batch
        log.warning("page not extracted", url=url, error=one_line(repr(error)))
        return _bad(url, f"the page broke the extractor: {one_line(repr(error), 120)}")


def _extract(
    body: bytes,
    url: str | None,
    content_type: str | None,
    feed_title: str | None,
    feed_published: str | None,
    now: datetime,
) -> Article:
    if not body.strip():
        return _bad(url, "the body is empty")
    if is_binary(body):
        return _bad(url, f"the body is no text: it begins with {body[:8]!r}")
    root = parse(decode(body, content_type))
    if root is None:
        return _bad(url, "there is nothing to parse")
    if size := outsized(root):
        return replace(_bad(url, f"no news page has {size}"), text=_readable(runs_of(root)))
    head, data = read_head(root), read_linked_data(root)
    strip_scripts(root)
    runs = runs_of(root)
    known = _metadata(root, head, data, url, feed_title)
    known = replace(known, authors=find_authors(root, head, data, runs))
    known = _with_dates(known, root, head, data, feed_published, now)
    found = find_body(root, runs, data.description or head.first("og:description", "description"))
    text = "\n\n".join(found.lines) or _readable(runs)
    article = replace(known, text=text, removed=found.removed)
    return judge_language(judge(article, head, data, runs))


def _bad(url: str | None, reason: str) -> Article:
    return Article(
        url=url,
        canonical_url=canonical_url(url, ()),
        title=None,
        text=None,
        outcome=Outcome.BAD_CONTENT,
        reason=reason,
    )


def _readable(runs: list[Run]) -> str | None:
    """Return what a reader sees where the extractor finds no article: text is never thrown away."""
    return "\n\n".join(run.text for run in runs[:_READABLE_RUNS])[:_READABLE_CHARS] or None


def _metadata(
    root: HtmlElement, head: Head, data: LinkedData, url: str | None, feed_title: str | None
) -> Article:
    title = find_title(root, head, data, url, feed_title)
    image = data.image or head.first("og:image", "twitter:image", "og:image:url")
    section = next(iter(data.sections), None) or head.first(
        "article:section", "section", "og:section"
    )
    tags = head.all("article:tag", "og:article:tag") or list(data.keywords)
    keywords = tags or [
        w.strip() for w in (head.first("news_keywords", "keywords") or "").split(",")
    ]
    return Article(
        url=url,
        canonical_url=canonical_url(url, (head.canonical, head.first("og:url"))),
        title=storable(title)[:_LONGEST_TITLE] if title else None,
        text=None,
        language=(data.language or head.language or "")[:2].lower() or None,
        section=squeeze(section) if section else None,
        categories=tuple(dict.fromkeys(data.sections)),
        tags=tuple(dict.fromkeys(filter(None, keywords)))[:_MOST_TAGS],
        site_name=head.first("og:site_name") or data.publisher,
        image_url=_absolute(url, image),
    )


def _absolute(url: str | None, link: str | None) -> str | None:
    try:
        return urljoin(url or "", link) if link else None
    except ValueError:
        return None


def _with_dates(
    article: Article,
    root: HtmlElement,
    head: Head,
    data: LinkedData,
    feed_published: str | None,
    now: datetime,
) -> Article:
    candidates: list[dates.Candidate] = [("json_ld", data.published)]
    candidates += [("meta", text) for text in head.all(*dates.META_PUBLISHED)]
    candidates.append(("feed", feed_published))
    candidates += [("visible", text) for text in dates.visible_times(root)]
    candidates.append(("url", dates.url_day(article.url or article.canonical_url)))
    published, origin = dates.choose(candidates, now)
    if published is None:
        guess: list[dates.Candidate] = [("visible", dates.guessed_day(root, article.url))]
        published, origin = dates.choose(guess, now)
    modified, _ = dates.choose(
        [("json_ld", data.modified), *(("meta", t) for t in head.all(*dates.META_MODIFIED))], now
    )
    return replace(article, published_at=published, published_origin=origin, modified_at=modified)
