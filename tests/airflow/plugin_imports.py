"""Import the plugin of the UI, and print as JSON what it brought along and where it is shown."""

import json
import sys
from pathlib import Path

from airflow import plugins_manager

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
before = set(sys.modules)
from dateline_ui import DatelineUi  # noqa: E402  (what came before it does not count)

assert issubclass(DatelineUi, plugins_manager.AirflowPlugin)
print(
    json.dumps({"brought": sorted(set(sys.modules) - before), "views": DatelineUi.external_views})
)
