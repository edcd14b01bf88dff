"""Clean one article: ``clean_article`` removes boilerplate and reads the metadata found in it.

The order of the steps matters. Header lines that are glued to the text are read first, so that the
text behind them can be checked; then come lines recognised by their own wording, then the lines
below such heads (lists, comment threads), and last what the host repeats (``site_memory``).
"""

from dataclasses import replace

from pipeline.clean import blocks as body
from pipeline.clean import header_facts, repeated_lines, sections, site_memory
from pipeline.clean.blocks import Block
from pipeline.clean.credit_lines import take_credit
from pipeline.clean.site_memory import SeenPage, SiteMemory, seen_page
from pipeline.line_rules.boilerplate import is_weak, reason_for
from pipeline.line_rules.bylines import author_names
from pipeline.line_rules.credits import Credit, byline_agency, find_credit, read_byline
from pipeline.line_rules.header_lines import HeaderLine
from pipeline.models import Article, RemovedBlock
from pipeline.outcomes import Outcome
from pipeline.text import normalise


def clean_article(article: Article, memory: SiteMemory | None, *, remember: bool = True) -> Article:
    """Return the article without boilerplate; ``removed`` holds the removed blocks with reasons.

    With a memory the article is first added to it and then compared with it, so the third article
    of a host is the first to lose what the host repeats. Cleaning a clean article changes nothing.
    An article left without text gets the outcome ``not_an_article``.

    Args:
        article: as it was extracted.
        memory: what the host has shown, or None to apply the patterns alone.
        remember: False where the memory holds the article already: in a batch, or when an article
            is cleaned again.
    """
    if not article.text:
        return article
    blocks, headers, credit = _apply_patterns(article, article.text)
    if memory is not None:
        page = seen_page(article, blocks)
        if remember:
            memory.remember([page])
        site_memory.cut_recurring(memory.history(page.host, page.key), page, blocks)
        if credit is None and article.credit_line is None:
            # The credit line may stand above the outlet's footer, which only the memory recognises.
            credit = take_credit(blocks)
    return _with_metadata(_with_body(article, blocks), blocks, headers, credit)


def page_to_remember(article: Article) -> SeenPage | None:
    """Return what a site memory stores of an article, or None if it has no text.

    With it a batch is remembered as a whole before its first article is cleaned, so the first
    articles profit from the last.
    """
    return seen_page(article, _apply_patterns(article, article.text)[0]) if article.text else None


def _apply_patterns(
    article: Article, text: str
) -> tuple[list[Block], list[HeaderLine], Credit | None]:
    """Remove what patterns recognise, and repeat until nothing changes.

    A line that is removed may have hidden another one from a rule. Repeating here is what makes
    cleaning twice change nothing.

    Returns:
        All blocks of the text, the header lines that were read, and the credit line.
    """
    blocks = body.split(text)
    headers: list[HeaderLine] = []
    credit: Credit | None = None
    before = None
    while before != (before := (len(blocks), sum(block.kept for block in blocks))):
        headers += header_facts.read_header_lines(blocks, article.title)
        _cut_lines(blocks, article)
        repeated_lines.cut_repeated_titles(blocks, article.title)
        sections.cut_comment_thread(blocks)
        sections.cut_lists(blocks)
        sections.cut_author_bio(blocks, article.authors)
        sections.cut_own_bio(blocks, article.authors)
        if credit is None and article.credit_line is None:
            credit = take_credit(blocks)
    return blocks, headers, credit


def _cut_lines(blocks: list[Block], article: Article) -> None:
    """Remove lines by what they say: the title, a category, boilerplate wording."""
    title = normalise(article.title) if article.title else None
    headings = {normalise(name) for name in (article.section, *article.categories) if name}
    passed = 0
    for block in blocks:
        if not block.kept:
            continue
        if passed < header_facts.HEADER_LINES and block.plain == title:
            block.reason = "title"
        elif passed == 0 and block.plain in headings:
            block.reason = "category"
        else:
            block.reason = reason_for(block.text)
        passed += block.kept
    _restore_subheads(blocks)


def _restore_subheads(blocks: list[Block]) -> None:
    """Keep a single word ("Twitter", "Best") between paragraphs, where it may be a subhead."""
    last = len(blocks) - 1
    weak = [place for place, block in enumerate(blocks) if block.reason and is_weak(block.text)]
    for place in weak:
        around = blocks[max(0, place - 1) : place] + blocks[place + 1 : place + 2]
        if 0 < place < last and all(block.kept for block in around):
            blocks[place].reason = None


def _with_body(article: Article, blocks: list[Block]) -> Article:
    removed = tuple(
        RemovedBlock(b.text, b.reason, b.article_count) for b in blocks if b.reason is not None
    )
    text = body.join(blocks)
    cleaned = replace(article, text=text, removed=article.removed + removed)
    if not text and article.outcome is Outcome.LOADED:
        return replace(
            cleaned, outcome=Outcome.NOT_AN_ARTICLE, reason="nothing but boilerplate in the body"
        )
    return cleaned


def _with_metadata(
    article: Article, blocks: list[Block], headers: list[HeaderLine], credit: Credit | None
) -> Article:
    """Add the metadata that the removed lines state; the page's own metadata take precedence."""
    day = next((header.published for header in headers if header.published), None)
    counts = [h.comment_count for h in headers if h.comment_count is not None]
    stated = article.authors or next((author_names(h.authors) for h in headers if h.authors), ())
    agencies = {name: byline_agency(name, article.site_name) for name in stated}
    found = _find_credit(article, stated, credit, _partial_credit(article, headers))
    return replace(
        article,
        authors=tuple(name for name in stated if not agencies[name]) or stated,
        published_at=article.published_at or day,
        published_origin=article.published_origin or ("visible" if day else None),
        categories=article.categories or next((h.categories for h in headers if h.categories), ()),
        comment_count=_first(article.comment_count, *counts, sections.comment_count(blocks)),
        update_note=header_facts.update_note(article.update_note, blocks),
        agency=found.agency,
        credit_kind=found.kind,
        credit_line=found.line,
    )


def _partial_credit(article: Article, headers: list[HeaderLine]) -> Credit | None:
    """Return the credit for a part of the text: as read before, or from a byline "…, with AP"."""
    if article.credit_kind == "part":
        return Credit(None, article.agency, "part")
    credits = [read_byline(header.authors) for header in headers if header.authors]
    return next((credit for credit in credits if credit and credit.kind == "part"), None)


def _find_credit(
    article: Article, authors: tuple[str, ...], taken: Credit | None, partial: Credit | None
) -> Credit:
    """Return who is credited; an agency that the page's byline names counts as an author.

    A credit for a part applies only where nothing credits the whole: a dateline takes precedence.

    Args:
        article: the cleaned article.
        authors: as the page or its header lines state them, agencies included.
        taken: the credit line taken from the end of the text.
        partial: a credit for a part of the text.
    """
    line = article.credit_line or (taken.line if taken else None)
    if article.credit_kind and article.credit_kind != "part":
        return Credit(line, article.agency, article.credit_kind)
    found = find_credit(
        title=article.title,
        authors=(*authors, *filter(None, [None if partial else article.agency])),
        text=article.text,
        line=line,
        url=article.canonical_url or article.url,
        site_name=article.site_name,
    )
    return found if found.kind or not partial else replace(partial, line=line)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
