"""What stands below the end of the article is removed, and nothing of the article with it."""

import numpy as np
import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.extract.article_end import FEATURES, Known, Places, best_place, describe_places
from pipeline.extract.html_layout import parse, text_blocks
from pipeline.extract.page import extract_page
from tests.extract.pages import URL, page

STORY = (
    "The ferry line across the sound closed on Tuesday after a storm broke two of its piers, and "
    "nobody at the county could say when it would open again.",
    "“We will not sail again before the divers have been down,” harbour master Per Aasen said at "
    "the quay, where boats lay three deep in the lee of the fish hall.",
    "Some four hundred people use the line every day to reach the mills on the far shore, and the "
    "night shift was sent home by bus.",
    "The county said it would run buses over the northern bridge until the end of the month, and "
    "asked the mills for patience.",
    "Engineers had warned in spring that the older piers would not stand another hard winter, but "
    "the council put off the repair by a year.",
)
LETTER = (
    "<section class='newsletter-signup'><h2>Stay on top of the tide</h2>"
    "<p>Join the readers who get the inside track on the harbour from our newsletter, with special "
    "offers and news from our affiliated partners.</p></section>"
)


def extract(**parts):
    return clean_article(extract_page(page(paragraphs=STORY, **parts), url=URL), None)


def places(*shares):
    count = len(shares)
    return Places(tuple(range(count)), np.zeros((count, len(FEATURES))), np.array(shares))


def test_the_article_stays_whole():
    assert extract().text.split("\n\n") == list(STORY)


def test_an_invitation_below_the_article_is_no_part_of_it():
    found = extract(inside=LETTER)
    assert found.text.split("\n\n") == list(STORY)
    assert any("inside track" in block.text for block in found.removed)


def test_a_credit_below_the_article_stays_for_cleaning():
    found = extract(inside=f"{LETTER}<p>(With inputs from AFP)</p>")
    assert found.agency == "Agence France-Presse"


@pytest.mark.parametrize(
    ("shares", "sure", "best"),
    [
        ((0.4, 0.1), (0.9, 0.9), 0),
        ((0.4, 0.1), (0.76, 0.99), 1),
        ((0.4, 0.1), (0.5, 0.5), None),
        ((0.9, 0.1), (0.99, 0.8), 1),
        ((0.9,), (0.99,), None),
    ],
    ids=["most words", "surest", "not sure", "half stays", "never most of the text"],
)
def test_the_text_is_cut_where_most_is_surely_none_of_it(shares, sure, best):
    assert best_place(places(*shares), np.array(sure)) == best


def test_a_short_text_has_no_place_to_cut():
    blocks = text_blocks(parse("<p>Ferry line closes.</p><p>Newsletter</p>"))
    lines = [(block.text, n) for n, block in enumerate(blocks)]
    assert not describe_places(lines, blocks, Known()).below


def test_lines_without_blocks_are_described():
    lines = [(text, None) for text in STORY]
    blocks = text_blocks(parse("<p>Another line.</p>"))
    assert describe_places(lines, blocks, Known()).rows.shape == (4, len(FEATURES))
    assert not describe_places(lines, [], Known()).below
