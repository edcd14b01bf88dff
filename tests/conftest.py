"""Lists the fixture modules (``tests/fix_*.py``) and marks tests by what they need.

``make test-fast`` leaves out what is marked ``postgres``, ``airflow``, ``browser``, ``data``,
``slow`` or ``clock``, and tries fewer examples of each property.
"""

import pytest

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
    """Mark each test by the fixtures that it uses, and start with those that Airflow takes long.

    With several processes, the last test to end decides when all are done. The order is random
    otherwise, among the tests with Airflow too.
    """
    for item in items:
        for fixture, marker in MARKER_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    items.sort(key=lambda item: item.get_closest_marker("airflow") is None)
