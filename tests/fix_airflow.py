"""Fixtures that run Airflow in a subprocess, because importing it changes logging and warnings."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 800.0
"""Seconds to wait for what must come; on an idle machine nothing here takes a tenth of it."""


@pytest.fixture(scope="session")
def needs_airflow():
    if find_spec("airflow") is None:
        pytest.skip("the extra 'airflow' is not installed: uv sync --extra airflow")


@pytest.fixture(scope="session")
def airflow_environ(needs_airflow, tmp_path_factory):
    """Return the environment of an Airflow on SQLite that uses this repository's folders only."""
    home = tmp_path_factory.mktemp("airflow home")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "DATELINE_")) and name != "PYTHONPATH"
    }
    return inherited | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "dags", ROOT / "config", ROOT))),
        "DATELINE_HOME": str(home / "dateline"),
    }


@pytest.fixture(scope="session")
def in_airflow(airflow_environ):
    """Return a function that runs a script with Airflow and returns the JSON it prints last."""

    def run(script, *arguments, **environ):
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / script), *arguments],
            env=airflow_environ | environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
