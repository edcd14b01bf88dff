"""HTML bytes in, article out: ``extract_page`` is the room's door for pages.

Every page ends in an article with a named outcome, whatever its bytes; nothing raises. Knows
nothing of the network, of Postgres and of other pages.
"""

from dataclasses import replace
from datetime import datetime

from pipeline.extract.body import find_body, with_captions
from pipeline.extract.encoding import MAX_BYTES, decode, is_binary
from pipeline.extract.html_head import canonical_url, read_head
from pipeline.extract.html_layout import MAX_CHARS, Run, outsized, parse, runs_of, strip_scripts
from pipeline.extract.json_ld import read_linked_data
from pipeline.extract.metadata import Known, read_metadata
from pipeline.extract.page_type import LEAST_WORDS, judge
from pipeline.extract.plain_text_lines import split_preformatted
from pipeline.extract.publication_times import now_utc
from pipeline.extract.quality import quality_score
from pipeline.extract.unreadable import foreign_data, whereabouts
from pipeline.language import judge_language
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.telemetry import log
from pipeline.text import one_line, visible, word_count

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
        return _extract(body, url, content_type, feed_title, feed_published, now or now_utc())
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
    page = decode(body, content_type)
    if foreign := foreign_data(page):
        return replace(_bad(url, foreign[1]), outcome=foreign[0])
    root = parse(page)
    if root is None:
        return _bad(url, f"there is no element in {len(page)} characters, comments left out")
    head, data = read_head(root), read_linked_data(root)
    strip_scripts(root)
    if size := outsized(root):
        return replace(_bad(url, f"no news page has {size}"), text=_readable(runs_of(root)))
    split_preformatted(root)
    runs = runs_of(root)
    known = read_metadata(root, head, data, runs, Known(url, feed_title, feed_published, now))
    described = data.description or head.first("og:description", "description")
    # The data of a walled page may hold what the publisher shows to subscribers only.
    stated = None if data.is_free is False or len(data.body or "") > MAX_CHARS else data.body
    found = find_body(root, runs, described, stated, known.title)
    if data.media == "gallery":
        found = with_captions(found)
    text = "\n\n".join(found.lines) or _readable(runs) or ""
    article = replace(known, text=visible(text) or None, removed=found.removed)
    score = quality_score(article, head, data, runs)
    judged = judge(replace(article, quality_score=score), root, head, data, runs)
    return judge_language(_explained(judged, page, len(body)))


def _explained(article: Article, page: str, size: int) -> Article:
    """Say of a page that shows hardly a word where its words may be."""
    if (
        article.outcome is not Outcome.NOT_AN_ARTICLE
        or word_count(article.text or "") >= LEAST_WORDS
    ):
        return article
    # Parsed once more: of the first tree the scripts and frames are gone.
    where = whereabouts(parse(page), is_error=article.kind == "error_page")
    cut = f"only the first {MAX_BYTES} of {size} bytes were read" if size > MAX_BYTES else None
    return replace(article, reason="; ".join(filter(None, (article.reason, where, cut))))


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
