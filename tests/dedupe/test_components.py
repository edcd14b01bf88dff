"""Connected components of matches, with pairs that somebody declared different."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedupe.groups import GroupText, components, connected_matches, group
from pipeline.models import Match


def matched(a: int, b: int, held: float = 0.9, jaccard: float = 0.6) -> Match:
    return Match(a, b, "duplicate", jaccard, held, held, 300)


def members(matches: list[Match], apart: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    texts = [GroupText(each, 100) for each in range(1, 10)]
    return [found.members for found in group(texts, matches, apart)]


CHAIN = [matched(1, 2, 0.95), matched(2, 3, 0.7), matched(3, 4, 0.9)]


@pytest.mark.parametrize(
    ("matches", "apart", "groups"),
    [
        pytest.param(CHAIN, [], [(1, 2, 3, 4)], id="no pair apart"),
        pytest.param(CHAIN, [(4, 1)], [(1, 2), (3, 4)], id="the weakest match is dropped"),
        pytest.param([matched(1, 2)], [(1, 2)], [], id="the only match"),
        pytest.param(CHAIN, [(7, 8)], [(1, 2, 3, 4)], id="a pair without matches"),
        pytest.param(CHAIN, [(1, 9)], [(1, 2, 3, 4)], id="one of the two is not matched"),
        pytest.param(
            [*CHAIN, matched(1, 3, 0.99)], [(1, 4)], [(1, 2, 3)], id="a second chain is cut too"
        ),
        pytest.param(
            [matched(1, 2), matched(1, 3), matched(2, 3)],
            [(1, 2), (1, 3)],
            [(2, 3)],
            id="one is separated, the others stay",
        ),
        pytest.param(
            [matched(1, 2, 1.0, 1.0), matched(2, 3, 1.0, 1.0), matched(1, 3, 1.0, 1.0)],
            [(1, 3)],
            [(1, 2)],
            id="equal matches: the older pair is kept",
        ),
    ],
)
def test_members_of_groups(matches, apart, groups):
    assert members(matches, apart) == groups


pairs = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1])
scores = st.sampled_from([0.3, 0.5, 0.5, 0.7, 1.0])
matches = st.lists(
    st.builds(lambda pair, held, same: matched(*pair, held, same), pairs, scores, scores),
    max_size=16,
    unique_by=lambda each: (each.a, each.b),
)


@settings(max_examples=300)
@given(matches, st.lists(pairs, max_size=5), st.randoms(use_true_random=False))
def test_pairs_apart_are_never_in_one_component_and_order_does_not_matter(found, apart, shuffle):
    here = components(found, apart)
    for one, two in apart:
        assert one not in here or two not in here or here[one] != here[two]
    shuffled, exchanged = list(found), [pair[::-1] for pair in apart]
    shuffle.shuffle(shuffled)
    shuffle.shuffle(exchanged)
    assert components(shuffled, exchanged) == here
    # No match is dropped without need: its two components could not be joined.
    for each in found:
        together = {other for other, root in here.items() if root in {here[each.a], here[each.b]}}
        assert here[each.a] == here[each.b] or any({*pair} <= together for pair in apart)


@given(matches, st.lists(pairs, max_size=5))
def test_a_pair_apart_changes_only_its_own_component(found, apart):
    without, constrained = components(found), components(found, apart)
    touched = {
        without[one] for one, two in apart if one in without and without[one] == without.get(two)
    }
    for each, root in without.items():
        assert (
            without[constrained[each]] == root
        )  # components are split and not joined in another way
        assert root in touched or constrained[each] == root
    assert components(found, []) == without


@given(matches, st.lists(pairs, max_size=4))
def test_groups_with_pairs_apart_can_be_computed_by_component(found, apart):
    texts = [GroupText(each, 100 + each) for each in range(1, 10)]
    whole = group(texts, found, apart)

    def matches_of(ids):
        return [match for match in found if match.a in ids or match.b in ids]

    for each in range(1, 10):
        here = group(texts, connected_matches([each], matches_of), apart)
        assert [one for one in here if each in one.members] == [
            one for one in whole if each in one.members
        ]


def test_five_thousand_copies_with_two_pairs_apart():
    draw = random.Random(5)
    found = [matched(each, each - draw.randint(1, min(each - 1, 30))) for each in range(2, 5001)]
    here = components(found, [(1, 5000), (2, 4000)])
    assert here[1] != here[5000]
    assert here[2] != here[4000]
    assert len(set(here.values())) <= 3
