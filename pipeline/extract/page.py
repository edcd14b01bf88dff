"""Extract an article from the bytes of an HTML page: ``extract_page`` is the entry point.

The steps: decode the bytes, parse them, read the metadata, find the body, score its quality, decide
what type of page it is, and determine the language. Every page gives an article with a named
outcome, whatever its bytes are; only a fault that would hit any page raises.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.extract.body import Body, find_body, take_other_stories, with_captions
from pipeline.extract.encoding import MAX_BYTES, decode, is_binary
from pipeline.extract.html_head import canonical_url, read_head
from pipeline.extract.html_layout import (
    MAX_CHARS,
    TextBlock,
    markup_reason,
    oversize_reason,
    parse,
    part_sentences,
    strip_scripts,
    text_blocks,
)
from pipeline.extract.json_ld import read_linked_data
from pipeline.extract.left_out import left_out
from pipeline.extract.metadata import PageContext, read_metadata
from pipeline.extract.page_sums import ExaminedPage
from pipeline.extract.page_type import LEAST_WORDS, classify_page
from pipeline.extract.plain_text_lines import split_preformatted
from pipeline.extract.quality import quality_score
from pipeline.extract.title import site_names
from pipeline.extract.unreadable import explain_missing_text, other_format
from pipeline.language import with_language
from pipeline.models import Article, RemovedBlock
from pipeline.outcomes import Outcome
from pipeline.page_faults import FaultCounter, PageFaults
from pipeline.telemetry import log
from pipeline.text import one_line, visible, word_count

_FALLBACK_BLOCKS = 200
_FALLBACK_CHARS = 100_000
"""Limits of the text that is kept of a page in which no article was found."""


def extract_page(
    body: bytes,
    *,
    url: str | None,
    content_type: str | None = None,
    feed_title: str | None = None,
    feed_published: str | None = None,
    source_language: str | None = None,
    now: datetime | None = None,
    admitted_kinds: Collection[str] = (),
    faults: FaultCounter | None = None,
) -> Article:
    """Return the article of a page, whatever its bytes.

    Args:
        body: the page in its own charset, decompressed.
        url: where the page was found, or None.
        content_type: the HTTP header, for its charset.
        feed_title: the title that a feed gives the page, used where the page itself has none.
        feed_published: the publication time that a feed gives the page, ISO 8601.
        source_language: the language that the page's source declares, ISO 639-1.
        now: when the page was fetched: a later publication time is refused, and "3 hours ago"
            counts from it. Without it the clock decides what is later.
        admitted_kinds: kinds of pages that are no articles and whose text counts as one's.
        faults: counts what broke the extractor, over the pages of a batch.

    Raises:
        StageFault: the extractor is broken for any page; see ``page_faults``.
    """
    try:
        context = PageContext(
            url, feed_title, feed_published, now or datetime.now(UTC), fetched_at=now
        )
        article = _extract(body, context, content_type, admitted_kinds)
        return with_language(article, source_language) if article.text else article
    except Exception as error:  # one page out of millions must not stop a batch
        (faults or PageFaults("extract")).add(error, url)
        log.warning("page not extracted", url=url, error=one_line(repr(error)))
        return _bad_content(url, f"the page broke the extractor: {one_line(repr(error), 120)}")


def _extract(
    body: bytes, context: PageContext, content_type: str | None, admitted_kinds: Collection[str]
) -> Article:
    page = examine(body, context, content_type)
    if isinstance(page, Article):
        return page
    classified = classify_page(page, admitted_kinds)
    return _with_explanation(classified, body, content_type)


def examine(
    body: bytes, context: PageContext, content_type: str | None = None
) -> ExaminedPage | Article:
    """Return a page with its text and its metadata, before it is decided what kind of page it is.

    Returns:
        Of a body that is no page, an article with the outcome that says so.
    """
    url = context.url
    if not body.strip():
        return _bad_content(url, "the body is empty")
    if is_binary(body):
        return _bad_content(url, f"the body is no text: it begins with {body[:8]!r}")
    page = decode(body, content_type)
    if other := other_format(page):
        return replace(_bad_content(url, other[1]), outcome=other[0])
    if excess := markup_reason(page):
        return _bad_content(url, f"no news page has {excess}")
    root = parse(page)
    if root is None:
        return _bad_content(
            url, f"there is no element in {len(page)} characters, comments left out"
        )
    head, data = read_head(root), read_linked_data(root)
    strip_scripts(root)
    if size := oversize_reason(root):
        return replace(
            _bad_content(url, f"no news page has {size}"), text=_fallback_text(text_blocks(root))
        )
    part_sentences(root)
    split_preformatted(root)
    blocks = text_blocks(root)
    metadata = read_metadata(root, head, data, blocks, context)
    blocks, other_stories = take_other_stories(blocks, metadata.title)
    described = data.description or head.first("og:description", "description")
    # The JSON-LD of a page with a paywall may hold the text that only subscribers may read.
    stated_body = None if data.is_free is False or len(data.body or "") > MAX_CHARS else data.body
    sites = site_names(head, data, context.url)
    article_body = find_body(root, blocks, described, stated_body, metadata.title, sites)
    if data.media == "gallery":
        article_body = with_captions(article_body)
    text = "\n\n".join(article_body.lines) or _fallback_text(blocks) or ""
    article = replace(
        metadata,
        text=visible(text) or None,
        removed=(
            *article_body.removed,
            *_left_out(article_body, blocks, metadata.title),
            *(RemovedBlock(block.text, "other_story") for block in other_stories),
        ),
        is_noindex=head.is_noindex,
    )
    score = quality_score(article, head, data, blocks)
    return ExaminedPage(replace(article, quality_score=score), root, head, data, blocks)


def _left_out(body: Body, blocks: list[TextBlock], title: str | None) -> tuple[RemovedBlock, ...]:
    known = (*body.lines, *(block.text for block in body.removed))
    return left_out(blocks, known, title) if body.lines else ()


def _with_explanation(article: Article, body: bytes, content_type: str | None) -> Article:
    """Add to the reason of a page with few words where its text may be."""
    if (
        article.outcome is not Outcome.NOT_AN_ARTICLE
        or word_count(article.text or "") >= LEAST_WORDS
    ):
        return article
    # The page is parsed again, because scripts and frames were removed from the first tree.
    root, size = parse(decode(body, content_type)), len(body)
    where = explain_missing_text(root, is_error=article.kind == "error_page")
    cut = f"only the first {MAX_BYTES} of {size} bytes were read" if size > MAX_BYTES else None
    return replace(article, reason="; ".join(filter(None, (article.reason, where, cut))))


def _bad_content(url: str | None, reason: str) -> Article:
    return Article(
        url=url,
        canonical_url=canonical_url(url, ()),
        title=None,
        text=None,
        outcome=Outcome.BAD_CONTENT,
        reason=reason,
    )


def _fallback_text(blocks: list[TextBlock]) -> str | None:
    """Return the first text blocks of a page in which no article was found, so that it can be read.

    At most ``_FALLBACK_BLOCKS`` blocks and ``_FALLBACK_CHARS`` characters; None for a page without
    text.
    """
    return "\n\n".join(block.text for block in blocks[:_FALLBACK_BLOCKS])[:_FALLBACK_CHARS] or None
