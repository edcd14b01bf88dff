"""What ``dateline extract --explain`` says of each block of a page."""

from pipeline.clean.cleaner import clean_article
from pipeline.extract.explain import explain, shown_blocks
from pipeline.extract.page import extract_page
from tests.extract.pages import PARAGRAPHS, STANDFIRST, TITLE, URL, page

PROMO = "Sign up for our newsletter."


def decisions(html):
    article = clean_article(extract_page(html, url=URL), None)
    return {each.text: each for each in explain(article, shown_blocks(html))}


def test_every_block_of_the_page_has_a_decision_and_a_place():
    found = decisions(page(inside=f"<p>{PROMO}</p><div class='box-3'>High water at noon</div>"))
    assert all(found[line].is_kept and found[line].reason == "taken" for line in PARAGRAPHS)
    assert (found[PROMO].is_kept, found[PROMO].reason) == (False, "newsletter")
    assert (found["High water at noon"].is_kept, found["High water at noon"].reason) == (
        False,
        "left_out",
    )
    assert found["High water at noon"].place == "div.box-3 < div.article-body < article"
    assert found[TITLE].reason == "title"
    assert found["Home News"].reason == "outside"


def test_a_restored_block_is_told_from_one_that_trafilatura_took():
    found = decisions(page(before=f"<p class='standfirst'><a href='/x'>{STANDFIRST}</a></p>"))
    linked = page(
        paragraphs=(*PARAGRAPHS[:3], f"<a href='/live'>{PARAGRAPHS[3]}</a>", PARAGRAPHS[4])
    )
    assert decisions(linked)[PARAGRAPHS[3]].reason == "restored"
    assert not found[STANDFIRST].is_kept


def test_a_page_that_is_not_read_shows_no_blocks():
    assert shown_blocks(b"") == []
    assert shown_blocks(b"<p " + b"a " * 5000 + b">x</p>") == []
