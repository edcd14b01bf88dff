"""Speakers in the articles of the demo site: 500 quotations by invented people."""

import pytest

from pipeline.annotate.annotator import Annotator

pytestmark = pytest.mark.slow


def test_direct_quotes_are_found_and_most_have_the_right_speaker(demo_expected):
    pages = [page for page in demo_expected.articles if page.quotes]
    texts = ["\n\n".join(page.paragraphs) for page in pages]
    found = list(Annotator.load().annotate(texts, [page.title for page in pages]))
    missing = right = named = total = 0
    for page, text, annotation in zip(pages, texts, found, strict=True):
        for quote in page.quotes:
            if quote.kind != "direct":
                continue
            start = text.index(quote.content[0])
            hits = [q for q in annotation.quotes if any(s <= start < e for s, e in q.content)]
            total += 1
            missing += not hits
            if hits and quote.speaker and quote.speaker[0].isupper():
                named += 1
                right += hits[0].speaker == quote.speaker
    assert total > 400
    assert missing <= 0.02 * total
    assert right >= 0.88 * named
