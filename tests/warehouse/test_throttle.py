"""The throttle that all fetchers share on Postgres."""

import pytest

from pipeline.warehouse.fetches import PostgresThrottle


def test_request_times_of_a_host_are_one_delay_apart(store):
    pace = PostgresThrottle(store)
    waits = [pace.reserve("h.example", 10.0, 60.0).wait for _ in range(3)]
    assert waits == pytest.approx([0, 10, 20], abs=1.0)
    assert pace.reserve("other.example", 10.0, 60.0).wait == 0.0
