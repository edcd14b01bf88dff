"""Show Dateline's pages within Airflow's UI: *Dateline* in the navigation, a tab on each DAG run.

Every Airflow process loads plugins, tasks included, so nothing of the pages is imported here: the
API server builds them at the first request.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from airflow.plugins_manager import AirflowPlugin

_Asgi = Callable[[Any, Any, Any], Awaitable[None]]


@cache
def _app() -> _Asgi:
    """Return the pages, which whoever may see DAGs may see; Airflow itself guards no plugin."""
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends

    from pipeline.ui import ui_app

    return ui_app([Depends(requires_access_dag(method="GET"))])


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request to ``/dateline/…``."""
    await _app()(scope, receive, send)


class DatelineUi(AirflowPlugin):
    """Register the pages and where they are shown.

    Addresses are relative, because Airflow may run below a path. Alerts lead to ``url_route``.
    """

    name = "dateline_ui"
    fastapi_apps = [  # noqa: RUF012  (Airflow's own way to declare them, here and below)
        {"app": pages, "url_prefix": "/dateline", "name": "Dateline"}
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Dateline",
            "href": "dateline/",
            "destination": "nav",
            "url_route": "dateline",
            "nav_top_level": True,
        },
        {
            "name": "Dateline",
            "href": "dateline/run?dag_id={DAG_ID}&run_id={RUN_ID}",
            "destination": "dag_run",
            "url_route": "dateline-run",
        },
    ]
