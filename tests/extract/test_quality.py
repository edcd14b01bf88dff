"""The quality score orders whole, cut and wrong texts."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.html_head import Head
from pipeline.extract.html_layout import parse, text_blocks
from pipeline.extract.json_ld import LinkedData
from pipeline.extract.page import extract_page
from pipeline.extract.quality import quality_score
from pipeline.models import Article
from tests.extract.pages import PARAGRAPHS, STANDFIRST, page

LONG = tuple(f"{text} It was the case number {n} of the year." for n in range(4)
             for text in PARAGRAPHS)  # fmt: skip
LINKS = "".join(f"<p><a href='/{n}'>Harbour town counts the cost {n}</a></p>" for n in range(30))
BLOCKS = text_blocks(parse(page(paragraphs=LONG, after=LINKS).decode()))


def score(text):
    return quality_score(Article(None, None, None, text), Head(), LinkedData(), BLOCKS)


def test_a_whole_text_scores_above_half_of_it_and_that_above_boilerplate():
    whole, half = "\n\n".join(LONG), "\n\n".join(LONG[:10])
    boilerplate = "\n\n".join(block.text for block in BLOCKS if block.link_density == 1)
    around = "\n\n".join((boilerplate, whole))
    assert score(whole) > 0.85
    assert score(whole) > score(half) > score(boilerplate)
    assert score(whole) > score(around)
    assert score(boilerplate) < 0.3


def test_a_page_has_a_score_and_an_empty_one_has_none():
    head = f"<meta name='description' content='{STANDFIRST}'>"
    found = extract_page(page(head=head, paragraphs=(STANDFIRST, *LONG)), url=None)
    assert found.quality_score > 0.85
    assert extract_page(b"", url=None).quality_score is None


@given(st.text(max_size=500))
def test_every_score_is_between_0_and_1(text):
    assert 0 <= score(text) <= 1
