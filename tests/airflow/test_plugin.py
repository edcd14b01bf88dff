"""What loading the plugin of the UI brings along, and whom its pages let in."""

import pytest

pytestmark = pytest.mark.airflow


def test_a_task_that_loads_the_plugin_imports_nothing_of_the_pages(in_airflow):
    found = in_airflow("airflow/plugin_imports.py")
    assert found["brought"] == ["dateline_ui"]
    routes = {view["url_route"]: view["href"] for view in found["views"]}
    assert set(routes) == {"dateline", "dateline-run"}
    assert not any(href.startswith("/") for href in routes.values())


def test_the_pages_are_for_users_of_airflow_viewers_included(in_airflow):
    users = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "vera:viewer"}
    found = in_airflow("airflow/plugin_access.py", **users)
    assert found["nobody"] == 401
    assert found["forged"] in (401, 403)
    assert found["viewer"] == found["viewer's session"] == 200
