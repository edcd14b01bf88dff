"""The measure of rewrites and walls, with a few of each."""

import pytest

from benchmarks.collect.rewrites_and_walls import lines, measure, rewrites, walls


@pytest.mark.system
def test_rewrites_pass_and_walls_do_not(store):
    figures = measure(store, rewrites(8, seed=5), walls(10, 3, seed=5), seed=5)
    assert figures.is_as_wanted, "\n".join(lines(figures))
    assert figures.rewrites.total() == 8
    assert figures.walls.total() == 10
    assert figures.walls_met.total() >= 20


def test_the_cases_depend_on_the_seed_only():
    assert [change.before for change in rewrites(8)] == [change.before for change in rewrites(8)]
    assert walls(10, 3) == walls(10, 3)
    assert walls(10, 3) != walls(10, 3, seed=2)
