"""Long bodies wait for room, and every page comes all the same."""

import threading
import time

import pytest

from pipeline.errors import Refused
from pipeline.fetch.body_memory import BodyMemory
from pipeline.fetch.fetcher import Request
from pipeline.outcomes import Outcome


def test_long_bodies_of_many_hosts_come_in_turn(make_site, make_fetcher):
    """Of 20 MB at most, two have room at a time; the caller takes its time with each."""
    sites = [make_site() for _ in range(8)]
    body = b"<p>Words.</p>" * 80_000
    for site in sites:
        site.page("/a", body)
        site.page("/b", b"<p>More.</p>" + body)
    requests = [Request(n, f"{sites[n // 2].url}/{'ab'[n % 2]}") for n in range(16)]
    fetcher = make_fetcher(max_body_bytes=20_000_000, total_timeout=30)
    found = 0
    for _, response in fetcher.fetch_all(requests):
        assert response.outcome is None
        found += len(response.body) > 1_000_000
        time.sleep(0.01)
    assert found == 16


def test_room_is_given_back_when_the_caller_leaves(make_site, make_fetcher):
    sites = [make_site() for _ in range(6)]
    for site in sites:
        site.page("/a", b"<p>Words.</p>" * 240_000)
    fetcher = make_fetcher(max_body_bytes=20_000_000, total_timeout=30)
    requests = [Request(n, site.url + "/a") for n, site in enumerate(sites)]
    for _ in range(8):  # without the room of the first rounds, a later one would wait for ever
        results = fetcher.fetch_all(requests)
        next(results)
        results.close()


def test_closing_ends_the_wait_for_room():
    memory = BodyMemory(100_000_000)
    memory.take(100_000_000)
    errors: list[Refused] = []

    def wait() -> None:
        with pytest.raises(Refused) as caught:
            memory.take(1)
        errors.append(caught.value)

    thread = threading.Thread(target=wait)
    thread.start()
    memory.close()
    thread.join(10)
    assert [error.outcome for error in errors] == [Outcome.QUARANTINED]
