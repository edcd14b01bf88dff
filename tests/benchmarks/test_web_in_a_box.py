"""A small web in a box: the collector loses nothing, merges nothing wrongly, invents nothing."""

import pytest

from benchmarks.collect.simulation import simulate
from benchmarks.collect.web import make_web

pytestmark = pytest.mark.system


def test_two_days_of_twenty_outlets(store_dsn):
    result = simulate(make_web(20, 2, most_per_day=20.0), store_dsn, processes=1)
    assert result.stories > 100
    assert result.examples == {}
    assert result.median_minutes <= 15  # so few outlets are slow ones; the full web has 6
    assert result.share_of_polls <= 0.5
    assert result.rewrites_accepted == result.rewrites
