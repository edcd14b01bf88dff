"""The DAG files as Airflow reads them, without a database: structure, task rules, imports."""

import ast
from itertools import pairwise

import pytest

from tests.fix_airflow import ROOT

pytestmark = pytest.mark.airflow

SHARED = {"alerting.py", "assets.py", "policy.py"}
"""Files of ``dags/`` that define no DAG."""

WITHOUT_A_RUN_OF_OURS = ("maintain", "takedown")
"""DAGs that decide no links, so that they open no run in ``ops.runs``."""


@pytest.fixture(scope="module")
def report(in_airflow):
    return in_airflow("dags/report.py", str(ROOT / "dags"))


@pytest.fixture(scope="module")
def real_tasks(report):
    return {
        f"{dag_id}.{task_id}": task
        for dag_id, dag in report["dags"].items()
        for task_id, task in dag["tasks"].items()
        if task["kind"] != "EmptyOperator"
    }


def test_every_file_is_read(report):
    assert report["import_errors"] == {}
    files = {path.name for path in (ROOT / "dags").glob("*.py")}
    assert {dag["file"] for dag in report["dags"].values()} == files - SHARED


def test_dag_files_import_no_heavy_library(report):
    assert report["heavy"] == []


def test_ingest_structure(report):
    tasks = report["dags"]["ingest"]["tasks"]
    assert {name: task["downstream"] for name, task in tasks.items()} == {
        "plan": ["close_run", "collect"],
        "collect": ["all_well", "close_run"],
        "close_run": ["all_well"],
        "all_well": [],
    }
    assert tasks["collect"]["outlets"] == ["pages_of_sources"]
    assert report["dags"]["ingest"]["params"] == {"sources": None, "everything": False}


def test_the_last_task_costs_no_process(report):
    # Airflow runs an empty task, as any other, if it has a callback for its beginning.
    last = [
        dag["tasks"]["all_well"]
        for name, dag in report["dags"].items()
        if name not in WITHOUT_A_RUN_OF_OURS
    ]
    assert [task["begins"] for task in last] == [False] * 5
    assert report["dags"]["curate"]["tasks"]["load"]["begins"]


def test_a_mapped_task_is_whole_with_a_result_for_each_part(report):
    assert report["whole"] == [False, True, True, True, False, False]


def test_curate_structure(report):
    tasks = report["dags"]["curate"]["tasks"]
    order = "open_run plan_load load dedupe plan_annotate annotate close_run".split()
    order += ["nothing_quarantined", "all_well"]
    for before, after in pairwise(order):
        assert after in tasks[before]["downstream"]
    assert tasks["close_run"]["outlets"] == ["curated"]
    assert report["dags"]["curate"]["timetable"] == "AssetTriggeredTimetable"


def test_publish_structure(report):
    tasks = report["dags"]["publish"]["tasks"]
    for before, after in pairwise("open_run refresh_and_check close_run all_well".split()):
        assert after in tasks[before]["downstream"]
    assert tasks["refresh_and_check"]["outlets"] == ["refreshed_marts"]
    assert report["dags"]["publish"]["timetable"] == "AssetOrTimeSchedule"


def test_reprocess_structure(report):
    tasks = report["dags"]["reprocess"]["tasks"]
    order = "plan read_again close_run all_well".split()
    for before, after in pairwise(order):
        assert after in tasks[before]["downstream"]
    assert tasks["close_run"]["outlets"] == ["raw_pages"]
    assert report["dags"]["reprocess"]["params"] == {
        "stage": "clean",
        "source": None,
        "since": None,
    }


def test_backfill_structure(report):
    tasks = report["dags"]["backfill"]["tasks"]
    for order in (
        "open_run plan_files read resolve close_run all_well",
        "plan_site visit close_run",
    ):
        for before, after in pairwise(order.split()):
            assert after in tasks[before]["downstream"]
    assert tasks["close_run"]["outlets"] == ["raw_pages"]
    assert report["dags"]["backfill"]["timetable"] == "NullTimetable"
    assert report["dags"]["backfill"]["params"] == {
        "kind": "cc-news",
        "files": None,
        "month": None,
        "base": "https://data.commoncrawl.org/",
        "source": None,
        "max_pages": 5000,
        "since": None,
        "until": None,
        "outlets": None,
        "languages": None,
        "again": False,
    }


def test_the_form_of_backfill_explains_every_field(report):
    for name, field in report["dags"]["backfill"]["form"].items():
        assert field["title"], name
        assert field["description"], name
    sections = {field["section"] for field in report["dags"]["backfill"]["form"].values()}
    assert sections == {None, "Archive files", "CC-NEWS", "Site", "What to keep"}


def test_maintain_structure(report):
    dag = report["dags"]["maintain"]
    assert {name: task["downstream"] for name, task in dag["tasks"].items()} == {
        "index_archive": ["finish_takedowns"],
        "finish_takedowns": ["compact_archive"],
        "compact_archive": ["prune_archive"],
        "prune_archive": [],
        "prune_store": [],
    }
    assert dag["timetable"] == "CronTriggerTimetable"


def test_a_run_is_closed_and_gets_its_state_whatever_failed(report):
    for name, dag in report["dags"].items():
        if name in WITHOUT_A_RUN_OF_OURS:
            continue
        rule = "all_done_min_one_success" if name == "ingest" else "all_done"
        assert dag["tasks"]["close_run"]["rule"] == rule
        assert dag["tasks"]["all_well"]["rule"] == "none_failed"
        last = {name for name, task in dag["tasks"].items() if not task["downstream"]}
        assert last == {"all_well"}


def test_every_dag_has_docs_and_tags(report):
    for dag in report["dags"].values():
        assert dag["doc"].startswith("### ")
        by_itself = dag["timetable"] != "NullTimetable"
        assert dag["tags"] == ["dateline", "schedule" if by_itself else "on demand"]
        assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


def test_no_dag_has_a_deadline(report):
    # Airflow 3.3.2 stores the interval of a DeadlineAlert as a dict, and answers 500 when a failed
    # run of such a DAG is cleared.
    assert [name for name, dag in report["dags"].items() if dag["deadlines"]] == []


def test_no_dag_pretends_to_load_the_past(report):
    for name, dag in report["dags"].items():
        assert "backfill" not in dag["run_types"], name
        assert "manual" in dag["run_types"], name


def test_every_task_has_docs_an_owner_retries_and_a_timeout(real_tasks):
    for name, task in real_tasks.items():
        assert task["doc"], name
        assert task["owner"] == "dateline", name
        assert task["retries"] == 2, name
        assert task["backoff"] == 2.0, name
        assert task["policy"], name
        assert task["alerts"], name
        assert 0 < task["timeout"] <= 3 * 3600, name


def test_the_plugin_creates_every_pool_that_a_task_names(real_tasks):
    tree = ast.parse((ROOT / "plugins" / "dateline_pools.py").read_text())
    made = next(
        {key.value for key in node.value.keys}
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "POOLS"
    )
    named = {task["pool"] for task in real_tasks.values()} - {"default_pool"}
    assert named == made
