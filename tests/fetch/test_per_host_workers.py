"""Lanes side by side, each in order; errors and early ends."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch.fetcher import side_by_side


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=40))
def test_every_item_comes_once_and_lanes_keep_their_order(items):
    numbered = [(lane, index) for index, (lane, _) in enumerate(items)]
    found = list(side_by_side(numbered, lambda item: item[0], lambda item: item[1] * 2))
    assert sorted(found, key=lambda each: each[0][1]) == [(item, item[1] * 2) for item in numbered]
    for lane in "abcd":
        order = [item[1] for item, _ in found if item[0] == lane]
        assert order == sorted(order)


@pytest.mark.parametrize("lanes", [1, 3])
def test_an_error_is_raised_in_the_caller(lanes):
    def work(item: int) -> int:
        if item == 5:
            raise ValueError("five")
        return item

    with pytest.raises(ValueError, match="five"):
        list(side_by_side(list(range(9)), lambda item: str(item % lanes), work))


def test_leaving_early_stops_the_threads():
    done = []
    for item, _ in side_by_side(list(range(1000)), lambda item: str(item % 4), done.append):
        if item >= 0:
            break
    mine = [thread for thread in threading.enumerate() if "_run" in thread.name]
    for thread in mine:
        thread.join(5)
    assert len(done) < 100
    assert not any(thread.is_alive() for thread in mine)
