"""``dateline demo`` with a real scheduler and API server, from its start to its end."""

import json
import time
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pipeline.local_airflow.api import (
    AirflowApi,
    AirflowError,
    RunFailed,
    follow_run,
    import_errors,
    task_instances,
    trigger,
    wait_for_asset_runs,
)
from pipeline.local_airflow.progress import Progress
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect
from tests.fix_airflow import PATIENCE

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(3 * PATIENCE)]


def check_that_the_pages_are_for_users_only(login):
    url = login[0]
    for path in ("/", "/intake", "/source?key=merrow_post", "/static/dateline.css"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{url}/dateline{path}")
        assert refused.value.code == 401
        refused.value.close()


def counts(demo):
    with closing(connect(EmbeddedServer(demo.home).dsn())) as connection:
        query = """
            select (select count(*) from news.articles), (select count(*) from news.quotes),
                   (select count(*) from news.article_versions)"""
        return connection.execute(query).fetchone()


def check_success_and_result_tables(demo, api):
    output = demo.log.read_text()
    for title in ("Outlets", "Who said what", "Copies found", "Where every link"):
        assert title in output
    assert "Edited after publication" not in output
    assert import_errors(api) == []
    for dag_id in ("ingest", "curate", "publish"):
        runs = api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
        assert {run["state"] for run in runs} == {"success"}
        found = task_instances(api, dag_id, runs[0]["dag_run_id"])
        assert {task.state for task in found} == {"success"}
    labels = {task.label for task in task_instances(api, "ingest", runs_of(api, "ingest")[0])}
    assert labels >= {"plan", "close_run"}
    assert any(label.startswith("collect [") and "ambara_now" in label for label in labels)


def runs_of(api, dag_id):
    return [run["dag_run_id"] for run in api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]]


def check_that_a_second_run_stores_nothing_twice(demo, api):
    before = counts(demo)
    run_id = trigger(api, "ingest", {"everything": True})
    follow_run(api, "ingest", run_id, Progress())
    for curate in wait_for_asset_runs(api, "ingest", run_id, "curate"):
        follow_run(api, "curate", curate, Progress())
    assert counts(demo) == before


def check_that_a_failed_run_can_be_cleared(api):
    run_id = trigger(api, "reprocess", {"stage": "clean", "source": "no_such_outlet"})
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())
    wanted = {"dag_run_id": run_id, "only_failed": True, "dry_run": False}
    cleared = api.post("/dags/reprocess/clearTaskInstances", wanted)["task_instances"]
    assert "plan" in {task["task_id"] for task in cleared}
    with pytest.raises(RunFailed, match="no_such_outlet"):
        follow_run(api, "reprocess", run_id, Progress())


def check_that_somebody_was_told_of_the_failed_task(demo):
    file = demo.home / "alerts.jsonl"
    deadline = (
        time.monotonic() + PATIENCE
    )  # Airflow calls back after it has stored the task's state
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    told = [json.loads(line) for line in file.read_text().splitlines()]
    (alert,) = (each for each in told if each["key"] == "reprocess.plan")
    assert alert["title"] == "task plan of reprocess failed"
    assert "no_such_outlet" in alert["text"]
    assert "/dags/reprocess/runs/" in alert["link"]


def check_that_a_viewer_looks_and_an_operator_starts_runs(demo, api):
    passwords = json.loads((demo.home / "airflow" / "passwords.json").read_text())
    viewer = AirflowApi(api.url, "viewer", passwords["viewer"])
    assert viewer.get("/dags/ingest/dagRuns")["dag_runs"]
    with pytest.raises(AirflowError, match="HTTP 403"):
        trigger(viewer, "publish")
    operator = AirflowApi(api.url, "operator", passwords["operator"])
    follow_run(operator, "publish", trigger(operator, "publish"), Progress())


def check_that_the_ui_cannot_backfill_ingest(api):
    days = {"from_date": "2026-11-01T00:00:00Z", "to_date": "2026-11-02T00:00:00Z"}
    with pytest.raises(AirflowError, match="HTTP 4"):
        api.post("/backfills", {"dag_id": "ingest", **days})
    runs = api.get("/dags/ingest/dagRuns?run_type=backfill")["dag_runs"]
    assert runs == []


def check_that_the_password_is_generated_and_private(demo):
    file = demo.home / "airflow" / "passwords.json"
    assert file.stat().st_mode & 0o077 == 0
    assert len(json.loads(file.read_text())["admin"]) >= 16
    assert (demo.home / "airflow" / "secrets.json").stat().st_mode & 0o077 == 0


def check_that_nothing_runs_after_stopping(demo):
    assert demo.stop() == 0, demo.log.read_text()[-2000:]
    assert demo.leftovers() == []
    assert not EmbeddedServer(demo.home).is_ready()
    assert json.loads((demo.home / "demo.json").read_text())["edition"] == 2


def test_the_demo_from_its_start_to_its_end(demo, api, login):
    # One test, because these steps need an order and tests run in a random one.
    check_success_and_result_tables(demo, api)
    check_that_the_password_is_generated_and_private(demo)
    check_that_the_pages_are_for_users_only(login)
    check_that_a_second_run_stores_nothing_twice(demo, api)
    check_that_a_failed_run_can_be_cleared(api)
    check_that_somebody_was_told_of_the_failed_task(demo)
    check_that_the_ui_cannot_backfill_ingest(api)
    check_that_a_viewer_looks_and_an_operator_starts_runs(demo, api)
    check_that_nothing_runs_after_stopping(demo)
