"""Lists below a "Related" head, and the article's own short paragraphs after them."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.models import Article

FIRST = "The bakery on Mill Lane burned down on Tuesday night after a fault in one of its ovens."
LAST = "The fire brigade will look at the two other ovens on Friday, its chief Lena Dahl said."


MIDDLE = "Nobody was hurt, but the baker, Lena Dahl, said she had lost the work of thirty years."


def cleaned(*blocks, authors=()):
    url = "https://lakeshore.example/bakery"
    text = "\n\n".join(blocks)
    given = Article(url, url, title="Bakery burns down", text=text, authors=authors)
    return clean_article(given, None).text.split("\n\n")


HEADS = [
    "ALSO READ: Police free 14 travellers",
    "Related: Police free 14 travellers",
    "READ MORE",
    "Also read",
    "Tags: water",
    "Related | Quay sinks",
]
SHORT = [
    ("Nobody was hurt.", "Police have closed the road."),
    ("He was 97.", "She is 95."),
    ("“I ran,” she said.", "“So did we all.”"),
    ("“We ran”", "“So did I!”"),
    ("— Никто не пострадал.", "Дорога закрыта."),
    ("没有人受伤。", "警方封锁了道路。"),
]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("short", SHORT)
def test_short_paragraphs_below_a_promo_are_kept(head, short):
    assert cleaned(FIRST, head, *short, LAST) == [FIRST, *short, LAST]
    assert cleaned(FIRST, LAST, head, *short) == [FIRST, LAST, *short]


@pytest.mark.parametrize("head", ["READ MORE", "Also read", "Related Posts", "Tags:"])
def test_headlines_below_a_bare_head_are_removed(head):
    listed = ["Police free 14 travellers", "Who will pay for the new quay?", "Mayor: no more money"]
    assert cleaned(FIRST, head, *listed, LAST) == [FIRST, LAST]
    assert cleaned(FIRST, LAST, head, *listed) == [FIRST, LAST]


def test_a_list_ends_where_the_article_goes_on():
    blocks = ["Also read", "Police free 14 travellers", "Quay sinks", "Nobody was hurt.", "Costs"]
    assert cleaned(FIRST, *blocks, LAST) == [FIRST, "Nobody was hurt.", "Costs", LAST]


def test_a_subhead_below_a_promo_is_kept():
    blocks = ["ALSO READ: Police free 14 travellers", "What comes next", "Costs"]
    assert cleaned(FIRST, *blocks, LAST) == [FIRST, *blocks[1:], LAST]


@pytest.mark.parametrize(
    "note",
    [
        "Ines Moor is a retired baker and the author of “Forty Loaves”.",
        "Ines Moor covers schools for the Tarn Post.",
        "Ines Moor can be reached at the desk.",
        "Ines Moor teaches history in Brevik.",
    ],
)
def test_a_note_on_the_author_is_removed_only_at_the_end(note):
    body = [FIRST, MIDDLE, LAST]
    assert cleaned(*body, note, authors=("Ines Moor",)) == body
    assert cleaned(*body, note, authors=("Per Aasen",)) == [*body, note]
    assert cleaned(note, *body, authors=("Ines Moor",)) == [note, *body]


def test_news_about_the_author_is_kept():
    body = [FIRST, MIDDLE, LAST, "Ines Moor said she would sue the maker of the oven."]
    assert cleaned(*body, authors=("Ines Moor",)) == body


def test_a_subhead_on_polls_is_kept():
    blocks = [FIRST, "Poll", "Six in ten would vote for the mayor again.", LAST]
    assert cleaned(*blocks) == blocks
