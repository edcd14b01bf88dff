"""``dateline demo`` with a real scheduler and API server, from its start to its end."""

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pipeline.local_airflow.api import (
    AirflowError,
    import_errors,
    task_instances,
)
from pipeline.warehouse.embedded_server import EmbeddedServer
from tests.fix_airflow import PATIENCE

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(3 * PATIENCE)]


def check_that_the_pages_are_for_users_only(login):
    url = login[0]
    for path in ("/", "/intake", "/source?key=merrow_post", "/static/dateline.css"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{url}/dateline{path}")
        assert refused.value.code == 401
        refused.value.close()


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
    check_that_the_ui_cannot_backfill_ingest(api)
    check_that_nothing_runs_after_stopping(demo)
