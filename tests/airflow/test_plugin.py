"""What loading the plugin of the UI costs a process that shows no page."""

import pytest

pytestmark = pytest.mark.airflow


def test_a_task_that_loads_the_plugin_imports_nothing_of_the_pages(in_airflow):
    found = in_airflow("airflow/plugin_imports.py")
    assert found["brought"] == ["dateline_ui"]
    routes = {view["url_route"]: view["href"] for view in found["views"]}
    assert set(routes) == {"dateline", "dateline-run"}
    assert not any(href.startswith("/") for href in routes.values())
