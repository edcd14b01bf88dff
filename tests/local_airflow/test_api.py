"""The REST client against a real HTTP server that answers as Airflow does."""

import json

import pytest
from werkzeug import Response

from pipeline.local_airflow.api import (
    AirflowApi,
    AirflowError,
    RunFailed,
    follow_run,
    task_instances,
    trigger,
    wait_for_asset_runs,
    wait_for_dags,
)
from pipeline.local_airflow.progress import Progress

RUN = "/api/v2/dags/ingest/dagRuns/manual__2026"


@pytest.fixture
def api(httpserver):
    token = {"access_token": "secret"}
    httpserver.expect_request("/auth/token", method="POST").respond_with_json(token, 201)
    return AirflowApi(httpserver.url_for("").rstrip("/"), "admin", "pw")


def instance(name, state, map_index=-1, rendered=None):
    return {
        "task_id": name,
        "state": state,
        "map_index": map_index,
        "rendered_map_index": rendered,
        "duration": 1.5,
        "try_number": 1,
        "end_date": "2026-11-22T05:00:00Z",
    }


def serve_tasks(httpserver, *instances):
    page = {"task_instances": list(instances), "total_entries": len(instances)}
    httpserver.expect_request(f"{RUN}/taskInstances").respond_with_json(page)


@pytest.mark.parametrize(("scheduler", "expected"), [("healthy", True), ("unhealthy", False)])
def test_health_needs_database_scheduler_and_dag_processor(api, httpserver, scheduler, expected):
    report = {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": scheduler},
        "dag_processor": {"status": "healthy"},
        "triggerer": {"status": None},
    }
    httpserver.expect_request("/api/v2/monitor/health").respond_with_json(report)
    assert api.is_healthy() is expected


def test_a_server_that_refuses_the_connection_is_not_healthy():
    assert not AirflowApi("http://127.0.0.1:9", "admin", "pw").is_healthy()


@pytest.mark.parametrize(("status", "expected"), [(201, True), (401, False)])
def test_an_airflow_of_somebody_else_refuses_the_login(httpserver, status, expected):
    answer = {"access_token": "secret", "detail": "who?"}
    httpserver.expect_request("/auth/token", method="POST").respond_with_json(answer, status)
    found = AirflowApi(httpserver.url_for("").rstrip("/"), "admin", "pw").accepts_login()
    assert found is expected


def test_a_web_site_at_this_address_is_no_healthy_airflow(api, httpserver):
    httpserver.expect_request("/api/v2/monitor/health").respond_with_data("<p>Welcome</p>")
    assert not api.is_healthy()


def test_an_error_names_the_request_and_the_answer(api, httpserver):
    httpserver.expect_request("/api/v2/dags/x/dagRuns").respond_with_json({"detail": "no"}, 404)
    with pytest.raises(AirflowError, match=r"POST /api/v2/dags/x/dagRuns: HTTP 404"):
        trigger(api, "x")


def test_requests_carry_the_token_of_the_login(api, httpserver):
    httpserver.expect_request(
        "/api/v2/dags/ingest/dagRuns", headers={"Authorization": "Bearer secret"}
    ).respond_with_json({"dag_run_id": "manual__2026"})
    assert trigger(api, "ingest") == "manual__2026"


def test_the_label_of_a_mapped_task_names_its_part(api, httpserver):
    serve_tasks(httpserver, instance("source.fetch", "success", 0, "ambara_now"))
    assert [task.label for task in task_instances(api, "ingest", "manual__2026")] == [
        "fetch [ambara_now]"
    ]


def test_a_failed_run_raises_with_the_end_of_the_log(api, httpserver):
    httpserver.expect_request(RUN).respond_with_json({"state": "failed"})
    serve_tasks(httpserver, instance("open_run", "failed"), instance("sources", "upstream_failed"))
    frames = [
        {"filename": "/venv/site-packages/airflow/x.py", "lineno": 1, "name": "theirs"},
        {"filename": "/dags/runs.py", "lineno": 12, "name": "open_run"},
    ]
    error = {"exc_type": "StoreUnavailable", "exc_value": "nobody there", "frames": frames}
    events = [{"event": "::group::Pre"}, {"event": "Task failed", "error_detail": [error]}]
    httpserver.expect_request(f"{RUN}/taskInstances/open_run/logs/1").respond_with_json(
        {"content": events}
    )
    with pytest.raises(RunFailed) as caught:
        follow_run(api, "ingest", "manual__2026", Progress())
    assert str(caught.value).splitlines() == [
        "the run manual__2026 of ingest failed",
        "--- ingest.open_run, the end of its log:",
        "Task failed",
        "  /dags/runs.py:12 in open_run",
        "  StoreUnavailable: nobody there",
    ]


def test_progress_prints_a_line_for_each_task_except_all_well(api, httpserver, capsys):
    httpserver.expect_request(RUN).respond_with_json({"state": "success"})
    serve_tasks(httpserver, instance("open_run", "success"), instance("all_well", "success"))
    follow_run(api, "ingest", "manual__2026", Progress())
    printed = capsys.readouterr().err
    assert "✓ ingest: open_run" in printed
    assert "all_well" not in printed


def asset_events(httpserver, *runs_of_events):
    events = [
        {"created_dagruns": [{"dag_id": "curate", "run_id": run} for run in runs]}
        for runs in runs_of_events
    ]
    httpserver.expect_oneshot_request("/api/v2/assets/events").respond_with_json(
        {"asset_events": events}
    )


def test_all_runs_that_the_assets_started_are_found_once_each(api, httpserver):
    api.interval = 0.01
    asset_events(httpserver, ["one"], ["one"], [])
    asset_events(httpserver, ["one"], ["one"], ["two"])
    assert wait_for_asset_runs(api, "ingest", "manual__2026", "curate") == ["one", "two"]


def test_the_error_of_airflow_about_a_queued_run_is_waited_out(api, httpserver):
    api.interval = 0.01
    httpserver.expect_oneshot_request("/api/v2/assets/events").respond_with_data("no", 500)
    answer = {"asset_events": [{"created_dagruns": [{"dag_id": "curate", "run_id": "one"}]}]}
    httpserver.expect_request("/api/v2/assets/events").respond_with_json(answer)
    assert wait_for_asset_runs(api, "ingest", "manual__2026", "curate") == ["one"]


def test_a_run_that_updated_no_asset_has_started_none(api, httpserver):
    asset_events(httpserver)
    assert wait_for_asset_runs(api, "ingest", "manual__2026", "curate") == []


def test_a_dag_that_is_at_work_is_waited_for(api, httpserver):
    api.interval = 0.01
    waits = {"asset_events": [{"created_dagruns": []}]}
    events = httpserver.expect_request("/api/v2/assets/events")
    events.respond_with_json(waits)
    looks = []

    def at_work(request):
        assert request.args["state"] == "running"
        looks.append(request)
        if len(looks) == 3:  # the run before ends, and this one begins
            begun = {"created_dagruns": [{"dag_id": "curate", "run_id": "one"}]}
            events.respond_with_json({"asset_events": [begun]})
        return Response(json.dumps({"total_entries": 1}))

    httpserver.expect_request("/api/v2/dags/curate/dagRuns").respond_with_handler(at_work)
    assert wait_for_asset_runs(api, "ingest", "manual__2026", "curate", seconds=0.1) == ["one"]


def test_an_update_that_starts_no_run_is_told(api, httpserver):
    httpserver.expect_request("/api/v2/dags/curate/dagRuns").respond_with_json({"total_entries": 0})
    httpserver.expect_request("/api/v2/assets/events").respond_with_json(
        {"asset_events": [{"created_dagruns": []}]}
    )
    api.interval = 0.01
    with pytest.raises(AirflowError, match="curate has not started"):
        wait_for_asset_runs(api, "ingest", "manual__2026", "curate", seconds=0.1)


def test_a_dag_file_that_cannot_be_imported_is_named(api, httpserver):
    httpserver.expect_request("/api/v2/dags").respond_with_json({"dags": []})
    broken = {"filename": "ingest.py", "stack_trace": "Traceback\nNameError: x\n"}
    httpserver.expect_request("/api/v2/importErrors").respond_with_json({"import_errors": [broken]})
    with pytest.raises(AirflowError, match=r"ingest\.py: NameError: x"):
        wait_for_dags(api, {"ingest"}, 5)
