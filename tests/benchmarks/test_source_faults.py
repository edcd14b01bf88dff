"""A small invented world with faults: the same each time, and its faults are named."""

import pytest

from benchmarks.operate.outlets import BINS_A_DAY
from benchmarks.operate.simulation import watch
from benchmarks.operate.traces import digest
from benchmarks.operate.world import fault_kinds, make_world
from pipeline.outcomes import Outcome
from pipeline.source_states.page_fates import FATES
from pipeline.source_states.verdict import StateName


@pytest.mark.system
def test_faults_of_six_outlets_are_named():
    world = make_world(77, outlets=6, faults=2)
    assert digest(world) == digest(make_world(77, outlets=6, faults=2))
    for fault in world.faults:
        assert fault.onset <= fault.visible < fault.end <= 60 * BINS_A_DAY
    watched = watch(world)
    assert all(each.first_right is not None for each in watched.found)
    assert len(watched.false_alerts) <= 2


def test_kinds_of_faults_have_states_and_outcomes_that_exist():
    states = set(StateName.__args__)
    for kind in fault_kinds().values():
        assert set(kind["states"]) <= states
        if kind["where"] in ("feed", "pages"):
            assert FATES[Outcome(kind["outcome"])] != "good"
