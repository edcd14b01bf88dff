"""Cleaning of one article: ``clean_article`` is the room's door.

Order matters: facts glued to the text are read first (so that the text behind them is looked at),
then lines with a wording of their own, then what stands under them, then what the host repeats.
Takes and gives records; knows nothing of HTML and of Postgres.
"""

from dataclasses import replace

from pipeline.clean import blocks as body
from pipeline.clean import header_facts, repeated_lines, sections, site_memory
from pipeline.clean.blocks import Block
from pipeline.clean.credit_lines import cut_signed_captions, take_credit
from pipeline.clean.site_memory import SeenPage, SiteMemory, seen_page
from pipeline.line_rules.boilerplate import is_weak, reason_for
from pipeline.line_rules.bylines import author_names
from pipeline.line_rules.credits import Credit, byline_agency, find_credit, read_byline
from pipeline.line_rules.header_lines import Opening
from pipeline.models import Article, RemovedBlock
from pipeline.outcomes import Outcome
from pipeline.text import normalise, word_count

_REPEAT_WORDS = 25
"""Shorter lines may repeat in a list ("Battery life: 10 hours")."""


def clean_article(article: Article, memory: SiteMemory | None, *, remember: bool = True) -> Article:
    """Return the article without boilerplate; ``removed`` holds what went, with reasons.

    With a memory the article's blocks are remembered there and then looked up, so the third article
    of a host is the first to lose what the host repeats. Cleaning a clean article changes nothing.

    Args:
        article: as it was extracted.
        memory: what the host has shown, or None to go by patterns alone.
        remember: False where the article was counted before, as in a batch, or is cleaned again.
    """
    if not article.text:
        return article
    blocks, openings, credit = _by_patterns(article, article.text)
    if memory is not None:
        page = seen_page(article, blocks)
        if remember:
            memory.remember([page])
        site_memory.cut_recurring(memory.history(page.host, page.key), page, blocks)
        if credit is None and article.credit_line is None:
            # The outlet's footer may have hidden the line: only the memory knew it.
            credit = take_credit(blocks)
    return _with_facts(_with_body(article, blocks), blocks, openings, credit)


def page_to_remember(article: Article) -> SeenPage | None:
    """Return what a site memory keeps of an article, None of one without text.

    So a batch is remembered in one go, and its first rows profit from its last.
    """
    return seen_page(article, _by_patterns(article, article.text)[0]) if article.text else None


def _by_patterns(article: Article, text: str) -> tuple[list[Block], list[Opening], Credit | None]:
    """Take out what patterns tell, again and again until nothing more goes.

    A line that goes may have hidden another from a rule: so cleaning twice changes nothing.
    """
    blocks = body.split(text)
    openings: list[Opening] = []
    credit: Credit | None = None
    before = None
    while before != (before := (len(blocks), sum(block.kept for block in blocks))):
        openings += header_facts.read_openings(blocks, article.title)
        _cut_lines(blocks, article)
        cut_signed_captions(blocks)
        repeated_lines.cut_title_echoes(blocks, article.title)
        repeated_lines.cut_markers(blocks)
        sections.cut_comment_thread(blocks)
        sections.cut_lists(blocks)
        sections.cut_polls(blocks)
        sections.cut_author_bio(blocks)
        sections.cut_own_bio(blocks, article.authors)
        if credit is None and article.credit_line is None:
            credit = take_credit(blocks)
    return blocks, openings, credit


def _cut_lines(blocks: list[Block], article: Article) -> None:
    headings = {normalise(name) for name in (article.section, *article.categories) if name}
    seen: set[str] = set()
    passed = 0
    for block in blocks:
        if not block.kept:
            continue
        if passed < header_facts.HEAD_LINES and body.same(block.text, article.title):
            block.reason = "title"
        elif passed == 0 and block.plain in headings:
            block.reason = "category"
        elif block.plain in seen and word_count(block.text) >= _REPEAT_WORDS:
            block.reason = "repeated"
        else:
            block.reason = reason_for(block.text)
        seen.add(block.plain)
        passed += block.kept
    _spare_weak(blocks)


def _spare_weak(blocks: list[Block]) -> None:
    """Keep a single word ("Twitter", "Best") that stands among paragraphs: it may be a subhead."""
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


def _with_facts(
    article: Article, blocks: list[Block], openings: list[Opening], credit: Credit | None
) -> Article:
    """Fill in what the removed lines say; what the page's own metadata say is never overruled."""
    day = next((opening.published for opening in openings if opening.published), None)
    counts = [o.comment_count for o in openings if o.comment_count is not None]
    stated = article.authors or next((author_names(o.authors) for o in openings if o.authors), ())
    agencies = {name: byline_agency(name, article.site_name) for name in stated}
    found = _credited(article, stated, credit, _shared(article, openings))
    return replace(
        article,
        authors=tuple(name for name in stated if not agencies[name]),
        published_at=article.published_at or day,
        published_origin=article.published_origin or ("visible" if day else None),
        categories=article.categories or next((o.categories for o in openings if o.categories), ()),
        comment_count=_first(article.comment_count, *counts, sections.comment_count(blocks)),
        update_note=header_facts.update_note(article.update_note, blocks),
        agency=found.agency,
        credit_kind=found.kind,
        credit_line=found.line,
    )


def _shared(article: Article, openings: list[Opening]) -> Credit | None:
    """Return the credit for a part: as read before, or in a byline as printed, "…, with AP"."""
    if article.credit_kind == "part":
        return Credit(None, article.agency, "part")
    credits = [read_byline(opening.authors) for opening in openings if opening.authors]
    return next((credit for credit in credits if credit and credit.kind == "part"), None)


def _credited(
    article: Article, authors: tuple[str, ...], taken: Credit | None, shared: Credit | None
) -> Credit:
    """Return who is credited; an agency that the page's byline named counts as an author.

    A credit for a part counts where nothing credits the whole: a dateline goes before it.
    """
    line = article.credit_line or (taken.line if taken else None)
    if article.credit_kind and article.credit_kind != "part":
        return Credit(line, article.agency, article.credit_kind)
    found = find_credit(
        title=article.title,
        authors=(*authors, *filter(None, [None if shared else article.agency])),
        text=article.text,
        line=line,
        url=article.canonical_url or article.url,
        site_name=article.site_name,
    )
    return found if found.kind or not shared else replace(shared, line=line)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
