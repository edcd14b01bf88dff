"""Only lists the fixture modules; the fixtures live in ``tests/fix_*.py``."""

pytest_plugins = [
    "tests.fix_airflow",
    "tests.fix_data",
    "tests.fix_demo",
    "tests.fix_environ",
    "tests.fix_http",
    "tests.fix_postgres",
]
