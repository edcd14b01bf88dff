"""The operator's pages, which a plugin shows within Airflow's UI.

They are plain HTML, made on the server from read-only queries (``warehouse.operator_pages``), with
one style sheet and one small script; nothing is loaded from elsewhere. Titles, URLs and reasons
were written by strangers, so every value is escaped, controls and direction marks are left out, and
only ``http`` and ``https`` URLs become links.

The package needs FastAPI, which the extra ``airflow`` brings, and is imported where pages are shown
only: never by the scheduler or in a task.
"""

from pipeline.ui.app import ui_app

__all__ = ["ui_app"]
