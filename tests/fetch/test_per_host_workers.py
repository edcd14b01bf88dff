"""Many hosts at a time, each in order; errors, leaving early and closing."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch.fetcher import per_host
from pipeline.outcomes import Outcome


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=40))
def test_every_item_comes_once_and_each_host_keeps_its_order(items):
    numbered = [(host, index) for index, (host, _) in enumerate(items)]
    found = list(per_host(numbered, lambda item: item[0], lambda item: item[1] * 2))
    assert sorted(found, key=lambda each: each[0][1]) == [(item, item[1] * 2) for item in numbered]
    for host in "abcd":
        order = [item[1] for item, _ in found if item[0] == host]
        assert order == sorted(order)


@pytest.mark.parametrize("hosts", [1, 3])
def test_an_error_is_raised_in_the_caller(hosts):
    def work(item: int) -> int:
        if item == 5:
            raise ValueError("five")
        return item

    with pytest.raises(ValueError, match="five"):
        list(per_host(list(range(9)), lambda item: str(item % hosts), work))


def test_no_item_is_begun_after_the_caller_left_the_loop():
    begun = []
    done = threading.Event()

    def work(item: int) -> None:
        begun.append(item)
        if item >= 4:
            done.wait(10)

    results = per_host(list(range(1000)), lambda item: str(item % 4), work)
    next(results)
    results.close()
    done.set()
    assert len(begun) <= 8


def test_closing_the_fetcher_ends_a_request_whose_server_is_silent(site, make_fetcher):
    asked, answered = threading.Event(), threading.Event()

    def silent(handler) -> None:
        asked.set()
        answered.wait(60)

    site.raw("/a", silent)
    fetcher = make_fetcher(read_timeout=50, total_timeout=50)
    responses = []
    thread = threading.Thread(target=lambda: responses.append(fetcher.fetch(site.url + "/a")))
    thread.start()
    try:
        assert asked.wait(10)
        fetcher.close()
        thread.join(20)
        assert [response.outcome for response in responses] == [Outcome.QUARANTINED]
    finally:
        answered.set()
