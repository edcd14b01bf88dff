"""How pages are divided among the tasks that work on them at the same time."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.settings import settings
from pipeline.stages.batches import batches


@pytest.fixture(autouse=True)
def two_tasks(monkeypatch):
    monkeypatch.setenv("DATELINE_CPU_TASKS", "2")
    monkeypatch.setenv("DATELINE_CURATE_BATCH", "300")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("pages", "sizes"),
    [
        (0, []),
        (1, [1]),
        (50, [50]),
        (60, [50, 10]),
        (247, [124, 123]),
        (600, [300, 300]),
        (700, [300, 300, 100]),
    ],
)
def test_each_task_that_may_run_gets_a_part(pages, sizes):
    assert [len(part) for part in batches(range(pages))] == sizes


@given(some.integers(0, 5_000))
def test_no_page_is_lost_or_doubled(pages):
    assert [each for part in batches(range(pages)) for each in part] == list(range(pages))
