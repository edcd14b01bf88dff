"""What the model of page kinds makes of invented pages, and which model it is."""

import hashlib

import pytest

from pipeline.extract.page import extract_page
from pipeline.extract.page_kind import CLASSES, MODEL
from pipeline.extract.trees import read_trees
from pipeline.models import REFUSED_KINDS
from pipeline.outcomes import Outcome
from tests.extract import page_kind_pages as pages

OTHERS = {
    "product": pages.product,
    "forum": pages.forum,
    "service": pages.service,
    "documentation": pages.documentation,
    "listing": pages.collection,
}
ARTICLES = (
    pages.news_among_teasers,
    pages.review_with_prices,
    pages.guide,
    pages.story_in_german,
    pages.story_in_japanese,
)
SHIPPED = "9b860367097846999bd205c7e9241a52e4dd938d59c951c523f655e1279a2de0"


@pytest.mark.parametrize("kind", OTHERS)
def test_pages_of_other_kinds_are_refused_by_their_kind(kind):
    url, body = OTHERS[kind]()
    found = extract_page(body, url=url)
    assert (found.outcome, found.kind) == (Outcome.NOT_AN_ARTICLE, kind), found.reason
    assert found.text


@pytest.mark.parametrize("made", ARTICLES, ids=lambda made: made.__name__)
def test_articles_are_kept(made):
    url, body = made()
    found = extract_page(body, url=url)
    assert (found.outcome, found.kind) == (Outcome.LOADED, "article"), found.reason


@pytest.mark.parametrize("made", ARTICLES, ids=lambda made: made.__name__)
def test_an_article_needs_no_address(made):
    assert extract_page(made()[1], url=None).outcome is Outcome.LOADED


@pytest.mark.parametrize("kind", OTHERS)
def test_an_admitted_page_is_kept_with_its_kind(kind):
    url, body = OTHERS[kind]()
    found = extract_page(body, url=url, admitted_kinds=REFUSED_KINDS)
    assert (found.outcome, found.kind) == (Outcome.LOADED, kind)


def test_another_model_is_another_version():
    found = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert found == SHIPPED, "raise EXTRACTION_VERSION in pipeline/extract/version.py"
    assert read_trees(MODEL).classes == CLASSES
