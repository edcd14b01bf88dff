"""Parts of linked texts, with pairs that somebody declared different."""

import random as chance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedupe.groups import GroupText, component, group, parts
from pipeline.models import Match


def link(a: int, b: int, held: float = 0.9, jaccard: float = 0.6) -> Match:
    return Match(a, b, "duplicate", jaccard, held, held, 300)


def members(links: list[Match], apart: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    texts = [GroupText(each, 100) for each in range(1, 10)]
    return [found.members for found in group(texts, links, apart)]


CHAIN = [link(1, 2, 0.95), link(2, 3, 0.7), link(3, 4, 0.9)]


@pytest.mark.parametrize(
    ("links", "apart", "groups"),
    [
        pytest.param(CHAIN, [], [(1, 2, 3, 4)], id="nothing decided"),
        pytest.param(CHAIN, [(4, 1)], [(1, 2), (3, 4)], id="the weakest link is cut"),
        pytest.param([link(1, 2)], [(1, 2)], [], id="a pair of two"),
        pytest.param(CHAIN, [(7, 8)], [(1, 2, 3, 4)], id="a pair without links"),
        pytest.param(CHAIN, [(1, 9)], [(1, 2, 3, 4)], id="one of the two is elsewhere"),
        pytest.param(
            [*CHAIN, link(1, 3, 0.99)], [(1, 4)], [(1, 2, 3)], id="a second way round is cut too"
        ),
        pytest.param(
            [link(1, 2), link(1, 3), link(2, 3)],
            [(1, 2), (1, 3)],
            [(2, 3)],
            id="one leaves, the others stay",
        ),
        pytest.param(
            [link(1, 2, 1.0, 1.0), link(2, 3, 1.0, 1.0), link(1, 3, 1.0, 1.0)],
            [(1, 3)],
            [(1, 2)],
            id="equal links: the older pair",
        ),
    ],
)
def test_who_stays_together(links, apart, groups):
    assert members(links, apart) == groups


pairs = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1])
scores = st.sampled_from([0.3, 0.5, 0.5, 0.7, 1.0])
links = st.lists(
    st.builds(lambda pair, held, same: link(*pair, held, same), pairs, scores, scores),
    max_size=16,
    unique_by=lambda each: (each.a, each.b),
)


@settings(max_examples=300)
@given(links, st.lists(pairs, max_size=5), st.randoms(use_true_random=False))
def test_decided_pairs_never_share_a_part_and_order_does_not_matter(found, apart, random):
    here = parts(found, apart)
    for one, two in apart:
        assert one not in here or two not in here or here[one] != here[two]
    shuffled, turned = list(found), [pair[::-1] for pair in apart]
    random.shuffle(shuffled)
    random.shuffle(turned)
    assert parts(shuffled, turned) == here
    # Nothing is cut in vain: no link is left over whose ends could share a part.
    for each in found:
        together = {other for other, root in here.items() if root in {here[each.a], here[each.b]}}
        assert here[each.a] == here[each.b] or any({*pair} <= together for pair in apart)


@given(links, st.lists(pairs, max_size=5))
def test_what_is_decided_moves_only_the_part_it_lies_in(found, apart):
    free, bound = parts(found), parts(found, apart)
    touched = {free[one] for one, two in apart if one in free and free[one] == free.get(two)}
    for each, root in free.items():
        assert free[bound[each]] == root  # parts are split, never joined otherwise
        assert root in touched or bound[each] == root
    assert parts(found, []) == free


@given(links, st.lists(pairs, max_size=4))
def test_groups_with_decisions_come_out_by_component(found, apart):
    texts = [GroupText(each, 100 + each) for each in range(1, 10)]
    whole = group(texts, found, apart)

    def matches_of(ids):
        return [match for match in found if match.a in ids or match.b in ids]

    for each in range(1, 10):
        here = group(texts, component([each], matches_of), apart)
        assert [one for one in here if each in one.members] == [
            one for one in whole if each in one.members
        ]


def test_a_story_with_five_thousand_copies_and_a_decision_is_quick():
    draw = chance.Random(5)
    found = [link(each, each - draw.randint(1, min(each - 1, 30))) for each in range(2, 5001)]
    here = parts(found, [(1, 5000), (2, 4000)])
    assert here[1] != here[5000]
    assert here[2] != here[4000]
    assert len(set(here.values())) <= 3
