"""Airflow for the tests, always in processes of its own: it changes logging, warnings and more."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def needs_airflow():
    if find_spec("airflow") is None:
        pytest.skip("the extra 'airflow' is not installed: uv sync --extra airflow")


@pytest.fixture(scope="session")
def airflow_environ(needs_airflow, tmp_path_factory):
    """The environment of an Airflow on SQLite, with our folders and nothing of the caller's."""
    home = tmp_path_factory.mktemp("airflow home")
    mine = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "DATELINE_")) and name != "PYTHONPATH"
    }
    return mine | {
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
    """A function that runs a script of ours beside Airflow and returns the JSON it prints last."""

    def run(script, *arguments, **environ):
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / script), *arguments],
            env=airflow_environ | environ,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run
