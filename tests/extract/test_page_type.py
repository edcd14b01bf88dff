"""The kind and the outcome of pages, written ones and those of the measuring data."""

import gzip
import json
import re

import pytest

from pipeline.extract.page import extract_page
from pipeline.tables import read_rows
from tests.extract.page_type_pages import PAGES

WHOLE_LINES = frozenset(
    "error_title weak_error_title opinion opinion_title gallery_title press_section "
    "section_path".split()
)
"""Names of the patterns that a whole title, section or path must match."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_gets_its_kind_and_outcome(page):
    found = extract_page(page.html, url=page.url)
    assert (found.kind, str(found.outcome)) == (page.kind, page.outcome)
    assert found.text


def test_no_news_article_of_the_measuring_data_is_refused(news_pages):
    # Every eighth page with a full gold text; the benchmark measures the whole set.
    with gzip.open(news_pages / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [row for row in map(json.loads, stream) if row["text"]][::8]
    for row in rows:
        body = gzip.decompress((news_pages / "pages" / f"{row['id']}.html.gz").read_bytes())
        found = extract_page(body, url=row["url"])
        assert found.kind in ("article", "opinion", "live_blog", "press_release"), row["url"]
        assert str(found.outcome) == "loaded", row["url"]


@pytest.mark.parametrize(
    ("name", "alternative", "example"),
    list(read_rows("pipeline.extract", "page_type_words.tsv", columns=3)),
)
def test_each_row_of_the_words_matches_its_example(name, alternative, example):
    is_whole = name in WHOLE_LINES
    match = re.fullmatch if is_whole else re.search
    assert match(alternative, example)
    assert example == example.lower()
