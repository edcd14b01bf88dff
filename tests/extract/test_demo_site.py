"""The demo outlets against their gold: a regression test, not a measure for unseen sites.

The first run, before any rule was written for them, lost no sentence and got every outcome, title
and date right. Patterns were then added for what it had left in: app promotions, bylines joined to
other text, agencies by name.
"""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.clean.site_memory import MemorySiteMemory
from pipeline.demo.content import outlets
from pipeline.demo.site import OutletSite
from pipeline.extract.page import extract_page
from pipeline.outcomes import Outcome
from pipeline.text import normalise

READ = {Outcome.LOADED, Outcome.PAYWALLED, Outcome.NOT_AN_ARTICLE}


@pytest.fixture(scope="module")
def found():
    sites = {o.key: OutletSite(o, f"https://{o.key}.example") for o in outlets()}
    memory = MemorySiteMemory()

    def take(page):
        answer = sites[page.outlet].page(page.final_path)
        url = f"https://{page.outlet}.example{page.final_path}"
        article = extract_page(answer.body, url=url, content_type=answer.content_type)
        return clean_article(article, memory)

    return take


@pytest.mark.parametrize("outlet", [outlet.key for outlet in outlets()])
def test_every_page_has_the_outcome_and_the_sentences_of_the_gold(demo_expected, found, outlet):
    for page in (p for p in demo_expected.pages if p.outlet == outlet and p.outcome in READ):
        article = found(page)
        assert article.outcome is page.outcome, page.path
        if page.outcome is not Outcome.LOADED:
            continue
        assert normalise(article.title) == normalise(page.title), page.path
        assert article.published_at[:10] == page.day.isoformat(), page.path
        assert article.agency == page.agency, page.path
        text = normalise(article.text)
        lost = [words for words in page.paragraphs if normalise(words) not in text]
        assert not lost, page.path
        lines = {normalise(line) for line in article.text.split("\n")}
        left = [line for line in demo_expected.boilerplate[outlet] if normalise(line) in lines]
        assert not left, page.path


@pytest.mark.slow
def test_the_line_below_every_story_is_recognised_by_repetition(demo_expected, found):
    footer_lines = {outlet.key: outlet.colophon for outlet in outlets()}
    pages = [page for page in demo_expected.pages if page.outcome is Outcome.LOADED]
    for page, article in [(page, found(page)) for _ in range(2) for page in pages][len(pages) :]:
        line = footer_lines[page.outlet]
        assert line not in article.text, page.path
        taken = [block for block in article.removed if block.text == line]
        assert [block.reason for block in taken] == ["site_memory"], page.path
        assert taken[0].article_count > 2, page.path
