"""Lists the fixture modules (``tests/fix_*.py``) and marks tests by what they need.

``make test-fast`` leaves out what is marked ``postgres``, ``airflow``, ``browser``, ``data``,
``slow`` or ``clock``, and tries fewer examples of each property.
"""

import gc

import pytest

# Collecting 11,000 tests makes objects that all stay: looking for garbage among them takes each
# process 2 s, and again in every process that is forked from it.
gc.disable()

pytest_plugins = [
    "tests.fix_airflow",
    "tests.fix_data",
    "tests.fix_demo",
    "tests.fix_environ",
    "tests.fix_http",
    "tests.fix_page_worker",
    "tests.fix_postgres",
    "tests.fix_s3",
    "tests.fix_smtp",
]

MARKER_OF_FIXTURE = {
    "postgres_server": "postgres",
    "s3": "slow",
    "seed_articles": "data",
    "news_pages": "data",
    "dedup_data": "data",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the fixtures that it uses, and start with those that take long.

    With several processes, the last file to end decides when all are done, so files with Airflow
    come first, then those that start processes or a store. The order is random among each kind.
    """
    for item in items:
        for fixture, marker in MARKER_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Leave what was collected alone, and look for garbage from now on."""
    gc.freeze()
    gc.enable()


def _turn(item: pytest.Item) -> int:
    kinds = ({"airflow"}, {"postgres", "slow", "data"})
    marks = {mark.name for mark in item.iter_markers()}
    return next((turn for turn, kind in enumerate(kinds) if kind & marks), len(kinds))
