"""What users do in the Airflow of ``dateline demo``: run again, clear what failed, look and start.

The demo itself, from its start to its end, is in ``test_scheduler.py``.
"""

import json
import time
from contextlib import closing

import pytest

from pipeline.local_airflow.api import (
    AirflowApi,
    AirflowError,
    RunFailed,
    follow_run,
    trigger,
    wait_for_asset_runs,
)
from pipeline.local_airflow.progress import Progress
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect
from tests.fix_airflow import PATIENCE

pytestmark = [pytest.mark.airflow, pytest.mark.system, pytest.mark.timeout(3 * PATIENCE)]


def counts(demo):
    with closing(connect(EmbeddedServer(demo.home).dsn())) as connection:
        query = """
            select (select count(*) from news.articles), (select count(*) from news.quotes),
                   (select count(*) from news.article_versions)"""
        return connection.execute(query).fetchone()


def test_a_second_run_stores_nothing_twice(demo, api):
    before = counts(demo)
    run_id = trigger(api, "ingest", {"everything": True})
    follow_run(api, "ingest", run_id, Progress())
    for curate in wait_for_asset_runs(api, "ingest", run_id, "curate"):
        follow_run(api, "curate", curate, Progress())
    assert counts(demo) == before


def test_a_failed_run_can_be_cleared_and_somebody_is_told(demo, api):
    run_id = trigger(api, "reprocess", {"stage": "clean", "source": "no_such_outlet"})
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())
    wanted = {"dag_run_id": run_id, "only_failed": True, "dry_run": False}
    cleared = api.post("/dags/reprocess/clearTaskInstances", wanted)["task_instances"]
    assert "plan" in {task["task_id"] for task in cleared}
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())
    file = demo.home / "alerts.jsonl"
    # Airflow calls back after it has stored the task's state.
    deadline = time.monotonic() + PATIENCE
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    told = [json.loads(line) for line in file.read_text().splitlines()]
    (alert,) = (each for each in told if each["key"] == "reprocess.plan")
    assert alert["title"] == "task plan of reprocess failed"
    assert "no_such_outlet" in alert["text"]
    assert "/dags/reprocess/runs/" in alert["link"]


def test_a_viewer_looks_and_an_operator_starts_runs(demo, api):
    passwords = json.loads((demo.home / "airflow" / "passwords.json").read_text())
    viewer = AirflowApi(api.url, "viewer", passwords["viewer"])
    assert viewer.get("/dags/ingest/dagRuns")["dag_runs"]
    with pytest.raises(AirflowError, match="HTTP 403"):
        trigger(viewer, "publish")
    operator = AirflowApi(api.url, "operator", passwords["operator"])
    follow_run(operator, "publish", trigger(operator, "publish"), Progress())
