"""Placing articles: what holds for any articles in any order."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.stories.memory import MemoryBook
from pipeline.stories.clusters import place
from pipeline.stories.comparing import WINDOW_DAYS, Compared, keys, likeness
from pipeline.stories.terms import MOST_NAMES, MOST_WORDS, Named, counted, weighted
from tests.warehouse.stories import NOON

WORDS = [
    f"{first}{last}" for first in ("crane", "quay", "vote", "pike", "fog") for last in "abcdefgh"
]
EVENTS = [
    "Crane buckles on the northern quay: dockers hurt while a gust shook containers overnight",
    "Council passes budget after nine hours: parking fees double and libraries keep opening",
    "Anglers catch pike in the lake again: herons nest in reeds where sewage once leaked",
]
articles = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=40),
        st.sampled_from(["Ida Marlow", "Tomas Brandt", "Port Amber", ""]),
        st.floats(0, 40, allow_nan=False),
    ),
    max_size=12,
)


def book_of(told):
    book = MemoryBook()
    for number, (words, name, days) in enumerate(told, 1):
        terms = counted(None, " ".join(words), [Named("PERSON", name, 0)])
        if terms is not None:
            book.add(number, NOON + timedelta(days=days), terms)
    return book


@settings(max_examples=60, deadline=None)
@given(articles, st.randoms(use_true_random=False))
def test_an_article_is_in_one_story_at_most_and_no_story_is_of_one_article(told, chance):
    book = book_of(told)
    order = sorted(book.articles)
    chance.shuffle(order)
    formed = 0
    for number in order:
        place(book, number)
        assert book.last >= formed
        formed = book.last
    assert set(book.story) <= set(book.articles)
    assert all(size > 1 for size in book.sizes(set(book.story.values())).values())
    assert set(book.story.values()) <= set(range(1, book.last + 1))


@settings(max_examples=60, deadline=None)
@given(articles)
def test_placing_again_changes_nothing(told):
    book = book_of(told)
    for number in sorted(book.articles):
        place(book, number)
    before = dict(book.story)
    sure = [
        number
        for number, story in before.items()
        if len([each for each in before.values() if each == story]) == 2
    ]
    for number in sure:
        place(book, number)
    assert {number: book.story.get(number) for number in sure} == {
        number: before[number] for number in sure
    }


@settings(max_examples=60, deadline=None)
@given(articles)
def test_likeness_is_symmetric_and_between_0_and_1(told):
    found = list(book_of(told).articles.values())
    for one in found:
        assert len(one.terms.words) <= MOST_WORDS
        assert len(one.terms.names) <= MOST_NAMES
        assert len(keys(one.terms)) <= len(one.terms.words) + len(one.terms.names)
        for other in found:
            assert likeness(one, other) == likeness(other, one)
            assert 0 <= likeness(one, other) < 1.0001


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(9)))
def test_events_of_different_words_are_told_apart_in_any_order(order):
    book = MemoryBook()
    for number in order:
        said = f"{EVENTS[number % 3]} and so on in report {'abc'[number // 3]}"
        terms = counted(None, said)
        assert terms is not None
        book.add(number, NOON + timedelta(hours=number), terms)
        place(book, number)
    stories = {
        event: {book.story.get(number) for number in range(event, 9, 3)} for event in range(3)
    }
    assert all(len(each) == 1 for each in stories.values())
    assert len({next(iter(each)) for each in stories.values()}) == 3


def test_articles_further_apart_than_the_window_are_not_alike():
    terms = counted(None, EVENTS[0])
    assert terms is not None
    weights = weighted(terms, {}, 10)
    early = Compared(1, NOON, weights)
    late = Compared(2, NOON + timedelta(days=WINDOW_DAYS, seconds=1), weights)
    assert likeness(early, late) == 0


def test_a_text_of_few_words_cannot_be_compared():
    assert counted("Photo", "A crane. A crane. A crane. A crane. A crane.") is None
    assert counted(None, "") is None
    assert counted("A" * 10_000, EVENTS[0]) is not None
