"""Groups from matches: their members, the original, and the ids that groups keep."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedupe.groups import GroupText, connected_matches, group, original_of, regroup
from pipeline.models import Group, Match


def duplicate(a: int, b: int, shared: int = 300) -> Match:
    return Match(a, b, "duplicate", 0.8, 0.9, 0.9, shared)


def inside(a: int, b: int, shared: int = 100) -> Match:
    return Match(a, b, "a_in_b", 0.3, 0.95, 0.3, shared)


def partial(a: int, b: int, shared: int) -> Match:
    return Match(a, b, "partial", 0.2, 0.4, 0.4, shared)


def members(matches: list[Match], count: int = 9) -> list[tuple[int, ...]]:
    texts = [GroupText(each, 100 + each) for each in range(1, count)]
    return [found.members for found in group(texts, matches)]


@pytest.mark.parametrize(
    ("matches", "groups"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([duplicate(1, 2), duplicate(2, 3)], [(1, 2, 3)], id="copies of copies"),
        pytest.param([partial(1, 2, 80)], [], id="partial does not group"),
        pytest.param([inside(1, 2)], [(1, 2)], id="a brief and its story"),
        pytest.param(
            [inside(1, 3), inside(2, 3), inside(1, 2)], [(1, 2, 3)], id="two briefs of one story"
        ),
        pytest.param(
            [inside(1, 3), inside(2, 3), partial(1, 2, 60)],
            [(1, 2, 3)],
            id="two cuts that overlap enough",
        ),
        pytest.param([inside(1, 3), inside(2, 3)], [], id="a round-up of two stories"),
        pytest.param(
            [duplicate(1, 2), duplicate(4, 5), inside(1, 3), inside(2, 3), inside(4, 3)],
            [(1, 2), (4, 5)],
            id="a round-up does not connect two groups",
        ),
        pytest.param(
            [inside(1, 3), inside(2, 3), inside(1, 4), inside(2, 4), duplicate(3, 4)],
            [(3, 4)],
            id="two copies of a round-up are a group of their own",
        ),
        pytest.param(
            [inside(1, 3), inside(2, 3), partial(1, 2, 25)],
            [],
            id="stories that share a line in a round-up stay apart",
        ),
        pytest.param(
            [Match(1, 3, "duplicate", 0.6, 1.0, 0.6, 200), inside(2, 3)],
            [],
            id="a round-up that is mostly one story",
        ),
        pytest.param([inside(1, 2), inside(1, 3)], [], id="a note in two unrelated stories"),
        pytest.param(
            [inside(1, 2), inside(1, 3), duplicate(2, 3)], [(1, 2, 3)], id="a brief of two copies"
        ),
        pytest.param(
            [inside(1, 2), inside(1, 3), partial(2, 3, 140)],
            [(1, 2, 3)],
            id="two distant versions with one brief",
        ),
        pytest.param(
            [
                Match(1, 2, "a_in_b", 0.4, 0.9, 0.42, 130),
                Match(1, 3, "a_in_b", 0.4, 0.9, 0.42, 130),
            ],
            [(1, 2, 3)],
            id="a story between boilerplate of two outlets",
        ),
        pytest.param([duplicate(1, 99)], [], id="a text that no longer exists"),
    ],
)
def test_members_of_groups(matches, groups):
    assert members(matches) == groups


def at(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


def test_the_original_is_the_earliest_else_the_first_seen_else_the_longest():
    late, early = GroupText(1, 900, at(5), at(6)), GroupText(2, 100, at(4), at(9))
    unknown, seen = GroupText(3, 999), GroupText(4, 50, None, at(3))
    assert original_of([late, early, unknown]) == 2
    assert original_of([late, early, unknown, seen]) == 4
    assert original_of([unknown, GroupText(5, 1000)]) == 5
    assert original_of([GroupText(7, 10), GroupText(6, 10)]) == 6


def test_groups_keep_the_smallest_id_of_those_that_merge():
    found = regroup([Group(1, (1, 2, 3)), Group(8, (7, 8))], {1: 30, 2: 20, 9: 10})
    assert [(each.group_id, each.members) for each in found] == [(20, (1, 2, 3)), (None, (7, 8))]


def test_the_larger_part_of_a_split_group_keeps_the_id():
    found = regroup([Group(1, (1, 2)), Group(4, (3, 4, 5))], {1: 7, 2: 7, 3: 7, 4: 7, 5: 7})
    assert [each.group_id for each in found] == [None, 7]


def test_connected_matches_follow_all_but_partial_relations():
    stored = [duplicate(1, 2), inside(2, 3), partial(3, 4, 60), duplicate(4, 5), duplicate(6, 7)]

    def matches_of(ids):
        return [match for match in stored if match.a in ids or match.b in ids]

    assert connected_matches([1], matches_of) == stored[:3]
    assert connected_matches([9], matches_of) == []


relations = st.sampled_from(["duplicate", "a_in_b", "b_in_a", "partial"])


@st.composite
def some_matches(draw):
    pairs = st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda pair: pair[0] < pair[1])
    found = []
    for a, b in draw(st.lists(pairs, max_size=14, unique=True)):
        relation, shared = draw(relations), draw(st.integers(20, 400))
        low, high = draw(st.floats(0.1, 0.5)), draw(st.floats(0.6, 1))
        in_a, in_b = (high, low) if relation == "a_in_b" else (low, high)
        found.append(Match(a, b, relation, low, in_a, in_b, shared))
    return found


@settings(max_examples=300)
@given(some_matches(), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order_and_can_be_computed_by_component(matches, random):
    texts = [GroupText(each, 100 + each) for each in range(1, 9)]
    whole = group(texts, matches)
    shuffled = list(matches)
    random.shuffle(shuffled)
    random.shuffle(texts)
    assert group(texts, shuffled) == whole

    def matches_of(ids):
        return [match for match in matches if match.a in ids or match.b in ids]

    for each in range(1, 9):
        here = group(texts, connected_matches([each], matches_of))
        assert [found for found in here if each in found.members] == [
            found for found in whole if each in found.members
        ]


@given(some_matches(), st.dictionaries(st.integers(1, 8), st.integers(50, 54)))
def test_regroup_gives_each_id_once_and_to_a_group_of_its_members(matches, existing):
    groups = group([GroupText(each, 100) for each in range(1, 9)], matches)
    kept = regroup(groups, existing)
    assert [each.members for each in kept] == [each.members for each in groups]
    ids = [each.group_id for each in kept if each.group_id is not None]
    assert len(ids) == len(set(ids))
    for each in kept:
        earlier = {existing[member] for member in each.members if member in existing}
        assert each.group_id is None or each.group_id in earlier
