"""Which addresses of a host belong to one story, and so say nothing about each other's texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity.gate import ComparedText
from pipeline.identity.one_story import Place, are_one_story
from pipeline.identity.parameters import ParameterEvidence

HOST = "https://news.example"
HEADLINE = frozenset({"Council keeps another ferry running"})
OTHER = frozenset({"Granite quarry closes before harvest"})
COLUMN = frozenset({"Morning briefing"})
TEXT = ComparedText("Ferry stays", "The council voted on Friday to keep the old ferry. " * 4)


def place(path, titles=frozenset(), stored=None, *, url=None):
    return Place(url or HOST + path, HOST + path, titles, stored)


def evidence(same, other):
    return {"sid": ParameterEvidence("news.example", "sid", same, other)}


@pytest.mark.parametrize(
    ("one", "other", "parameters", "expected"),
    [
        (place("/a?sid=1"), place("/a?sid=2"), None, True),
        (place("/a?sid=1", HEADLINE), place("/a?sid=2", OTHER), None, False),
        (place("/a?sid=1", HEADLINE), place("/a?sid=2", OTHER), evidence(98, 7), True),
        (place("/a?sid=1"), place("/a?sid=2"), evidence(0, 3), False),
        (place("/a?ferry-line"), place("/a?granite-quarry"), None, False),
        (place("/a", HEADLINE), place("/a/amp/", OTHER), None, True),
        (place("/sport/a", HEADLINE), place("/cup/b", HEADLINE), None, True),
        (place("/sport/a"), place("/cup/b"), None, False),
        (place("/sport/a", COLUMN), place("/cup/b", COLUMN), None, False),
        (place("/sport/a", stored=TEXT), place("/cup/b", stored=TEXT), None, True),
        (
            place("/sport/a", HEADLINE, url=f"{HOST}/welcome"),
            place("/cup/b", OTHER, url=f"{HOST}/welcome"),
            None,
            False,
        ),
        (
            place("/sport/a", HEADLINE, TEXT, url=f"{HOST}/a"),
            place("/cup/b", OTHER, url=f"{HOST}/a"),
            None,
            True,
        ),
    ],
)
def test_cases(one, other, parameters, expected):
    assert are_one_story(one, other, parameters) is expected


_PLACES = st.builds(
    place,
    st.sampled_from(["/a", "/a/", "/a?sid=1", "/a?sid=2", "/b", "/a?story", ""]),
    st.sampled_from([frozenset(), HEADLINE, OTHER, COLUMN, HEADLINE | OTHER]),
    st.sampled_from([None, TEXT]),
)


@given(_PLACES, _PLACES, st.sampled_from([None, evidence(3, 0), evidence(0, 1)]))
def test_an_address_is_of_its_own_story_and_the_order_does_not_matter(one, other, parameters):
    assert are_one_story(one, one, parameters)
    assert are_one_story(one, other, parameters) == are_one_story(other, one, parameters)
