"""The agency whose text a group prints, from the credits of its members."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedupe.wire_copy import GroupCredit, origin_agency

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def credit(agency, kind="whole", hours=0):
    return GroupCredit(agency, kind, NOON + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("credits", "agency"),
    [
        ([], None),
        ([credit("TASS")], "TASS"),
        ([credit("TASS", "part")], None),
        ([credit("TASS", "part"), credit("dpa", hours=5)], "dpa"),
        ([credit("dpa"), credit("TASS", hours=1), credit("TASS", hours=2)], "TASS"),
        ([credit("TASS", hours=2), credit("dpa", hours=1)], "dpa"),
        ([credit("dpa"), credit("dpa"), credit("TASS", "own", hours=9)], "TASS"),
    ],
)
def test_the_agencys_own_page_then_most_copies_then_the_first(credits, agency):
    assert origin_agency(credits) == agency


CREDITS = st.lists(
    st.builds(
        credit,
        st.sampled_from(["TASS", "dpa", "EFE"]),
        st.sampled_from(["whole", "part", "own"]),
        st.integers(0, 3),
    ),
    max_size=6,
)


@given(CREDITS, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(credits, random):
    shuffled = list(credits)
    random.shuffle(shuffled)
    assert origin_agency(shuffled) == origin_agency(credits)


@given(CREDITS)
def test_the_origin_is_credited_with_the_whole_by_a_member(credits):
    wholes = {each.agency for each in credits if each.kind != "part"}
    found = origin_agency(credits)
    assert found in wholes if wholes else found is None
