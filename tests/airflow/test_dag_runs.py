"""The DAGs run with ``dag.test()``: real stages, real Postgres, the demo site, no scheduler.

The runs send their counts to StatsD and their lineage to OpenLineage.
"""

import json
from contextlib import closing

import pytest

from pipeline.demo import DemoSite, free_ports
from pipeline.warehouse.store import connect
from tests.airflow.receivers import (
    has_arrived,
    has_openlineage,
    has_statsd,
    openlineage,
    statsd,
)
from tests.fix_airflow import ROOT

pytestmark = pytest.mark.airflow

SILENT = """
key = "silent_gazette"
name = "The Silent Gazette"
homepage = "http://127.0.0.1:9/"
feeds = ["http://127.0.0.1:9/feed.xml"]
allow_private_addresses = true
"""
"""Nobody listens on port 9 (discard) of loopback."""


@pytest.fixture(scope="module")
def sent():
    """What the runs sent, and the variables of Airflow that say where to."""
    with statsd() as (counts_to, packets), openlineage() as (lineage_to, events):
        yield {"environ": counts_to | lineage_to, "packets": packets, "events": events}


@pytest.fixture(scope="module")
def runs(in_airflow, postgres_server, tmp_path_factory, sent):
    """Run all scenarios in one process, because Airflow takes 12 CPU-seconds to start."""
    database = "dateline_dag_runs"
    postgres_server.sql(f"create database {database} template {postgres_server.template}")
    dsn = postgres_server.dsn(database)
    home = tmp_path_factory.mktemp("dag runs")
    sources = home / "sources"
    with DemoSite(ports=free_ports((0, 0, 0))) as site:
        site.write_sources(sources)
        (sources / "silent_gazette.toml").write_text(SILENT)
        one = {"sources": ["ambara_now"], "everything": True}
        silent = {"sources": ["silent_gazette"], "everything": True}
        # dag.test() leaves the params of a run in the DAG for the next one.
        both = {"sources": ["silent_gazette", "ambara_now"], "everything": False}
        scenarios = {
            "nothing to read": ("ingest", {"sources": []}),
            "nothing to curate": ("curate", {}),
            "one is silent": ("ingest", both),
            "pages wait": ("ingest", silent),
            "its pages": ("curate", {}),
            "its marts": ("publish", {}),
            "nothing is due": ("ingest", both),
            "again": ("ingest", one),
            "nothing new": ("curate", {}),
            "nothing waits": ("ingest", silent),
        }
        found = in_airflow(
            "airflow/scenarios.py",
            str(ROOT / "dags"),
            json.dumps(list(scenarios.values())),
            DATELINE_DSN=dsn,
            DATELINE_HOME=str(home),
            DATELINE_SOURCES=str(sources),
            **sent["environ"],
        )
    with closing(connect(dsn)) as connection:
        yield dict(zip(scenarios, found, strict=True)), connection
    postgres_server.sql(f"drop database {database} with (force)")


def test_a_run_without_a_source_succeeds(runs):
    run = runs[0]["nothing to read"]
    assert run["state"] == "success"
    assert run["tasks"]["plan"] == run["tasks"]["collect"] == ["skipped"]
    assert run["tasks"]["close_run"] == ["skipped"]


def test_a_run_with_nothing_due_opens_no_run(runs):
    run = runs[0]["nothing is due"]
    assert run["state"] == "success"
    assert run["tasks"]["plan"] == run["tasks"]["collect"] == ["skipped"]


def test_a_run_without_a_page_opens_no_run(runs):
    run = runs[0]["nothing to curate"]
    assert run["state"] == "success"
    assert run["tasks"].pop("all_well") == ["success"]
    assert set(map(tuple, run["tasks"].values())) == {("skipped",)}


def test_a_silent_source_does_not_stop_the_others_nor_the_run(runs):
    run = runs[0]["one is silent"]
    assert run["state"] == "success"
    assert run["tasks"]["collect"] == run["tasks"]["close_run"] == ["success"]


def test_pages_that_a_killed_task_left_waiting_start_curate_too(runs):
    assert runs[0]["one is silent"]["assets"] == ["raw_pages"]
    assert runs[0]["pages wait"]["assets"] == ["raw_pages"]
    assert runs[0]["nothing waits"]["assets"] == []


def test_why_a_source_is_silent_is_one_select(runs):
    query = "select state, last_outcome, failure_count from mart.documents where source_key = %s"
    found = runs[1].execute(query, ("silent_gazette",)).fetchall()
    assert found == [("failing", "unreachable", 3)]
    fresh = "select document_failures_24h from mart.source_freshness where source_key = %s"
    assert runs[1].execute(fresh, ("silent_gazette",)).fetchall() == [(3,)]


def test_mapped_tasks_are_named_after_their_sources(runs):
    assert runs[0]["one is silent"]["names"] == ["ambara_now, silent_gazette"]


def test_the_pages_of_the_good_source_become_rows(runs):
    assert runs[0]["its pages"]["state"] == runs[0]["its marts"]["state"] == "success"
    articles, quotes = (
        runs[1].execute(f"select count(*) from mart.{view}").fetchone()[0]
        for view in ("articles", "who_said_what")
    )
    assert articles > 15
    assert quotes > 50


def test_a_second_run_duplicates_nothing(runs):
    assert runs[0]["again"]["state"] == runs[0]["nothing new"]["state"] == "success"
    counts = (
        runs[1]
        .execute("select count(*), count(distinct canonical_url) from mart.articles")
        .fetchone()
    )
    assert counts[0] == counts[1]
    versions = runs[1].execute("select count(*) from news.article_versions").fetchone()[0]
    assert versions == counts[0]


def test_runs_are_closed_with_their_result(runs):
    found = runs[1].execute("select dag_id, status from ops.runs order by run_id").fetchall()
    assert [status for dag_id, status in found if dag_id == "ingest"] == [
        "succeeded",
    ] * 4
    assert {status for dag_id, status in found if dag_id == "curate"} == {"succeeded"}


@pytest.mark.skipif(not has_statsd, reason="the extra 'metrics' is not installed")
def test_counts_go_to_statsd(runs, sent):
    assert has_arrived("airflow.dateline.links_discovered", sent["packets"])
    assert has_arrived("airflow.dateline.links_fetched", sent["packets"])


@pytest.mark.skipif(not has_openlineage, reason="the extra 'metrics' is not installed")
def test_lineage_goes_to_openlineage(runs, sent):
    events = sent["events"]
    told = {(event["job"]["name"], event["eventType"]) for event in events}
    tasks = ("plan", "collect", "close_run", "all_well")
    assert {(f"ingest.{task}", kind) for task in tasks for kind in ("START", "COMPLETE")} <= told
    assert {(dag, "COMPLETE") for dag in ("ingest", "curate", "publish")} <= told
    assert {event["job"]["namespace"] for event in events} == {"newsroom"}
    parents = {
        event["run"]["facets"]["parent"]["job"]["name"]
        for event in events
        if event["job"]["name"].startswith("ingest.")
    }
    assert parents == {"ingest"}
