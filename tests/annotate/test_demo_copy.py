"""Speakers on the demo site's copy: 500 quotations by people nobody has heard of."""

import pytest

from pipeline.annotate.annotator import Annotator

pytestmark = pytest.mark.slow


def test_direct_quotations_are_found_and_mostly_given_to_the_right_speaker(demo_gold):
    pages = [page for page in demo_gold.articles if page.quotes]
    texts = ["\n\n".join(page.paragraphs) for page in pages]
    found = list(Annotator.load().annotate(texts, [page.title for page in pages]))
    lost = right = named = total = 0
    for page, text, annotation in zip(pages, texts, found, strict=True):
        for quote in page.quotes:
            if quote.kind != "direct":
                continue
            place = text.index(quote.content[0])
            hits = [q for q in annotation.quotes if any(s <= place < e for s, e in q.content)]
            total += 1
            lost += not hits
            if hits and quote.speaker and quote.speaker[0].isupper():
                named += 1
                right += hits[0].speaker == quote.speaker
    assert total > 400
    assert lost <= 0.02 * total
    assert right >= 0.88 * named
