"""A quarter of an hour over real sockets: nothing is lost, and each host is asked at its pace."""

import pytest

from benchmarks.collect.socket_hour import hour_of_web, run
from benchmarks.collect.web import HOUR

pytestmark = pytest.mark.system


def test_three_ticks_of_ten_hosts(store_dsn, tmp_path):
    hour = run(hour_of_web(10), store_dsn, tmp_path / "home", start=4 * HOUR, ticks=3, processes=1)
    assert hour.misses == []
    assert len(hour.recorder.by_host()) == 10
    assert hour.new > 5
    assert hour.stored + hour.other_fates.total() == hour.listed
    assert hour.requests["robots.txt"] == 10
