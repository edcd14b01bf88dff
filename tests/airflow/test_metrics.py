"""Airflow sends Dateline's counts and lineage where its own variables say.

Counts go to StatsD over UDP and to OpenTelemetry over HTTP, lineage to OpenLineage over HTTP.
"""

import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

import pytest
from werkzeug import Response

from pipeline.demo import DemoSite, free_ports
from tests.fix_airflow import ROOT

pytestmark = [pytest.mark.airflow, pytest.mark.postgres]


@pytest.fixture
def run_ingest(in_airflow, postgres_server, tmp_path):
    """Return a function that runs the DAG *ingest* once for an outlet of the demo site."""
    database = "dateline_metrics"
    postgres_server.sql(f"create database {database} template {postgres_server.template}")

    def run(**environ):
        with DemoSite(ports=free_ports((0, 0, 0))) as site:
            site.write_sources(tmp_path / "sources")
            scenario = ["ingest", {"sources": ["ambara_now"], "everything": True}]
            (found,) = in_airflow(
                "airflow/scenarios.py",
                str(ROOT / "dags"),
                json.dumps([scenario]),
                DATELINE_DSN=postgres_server.dsn(database),
                DATELINE_HOME=str(tmp_path / "home"),
                DATELINE_SOURCES=str(tmp_path / "sources"),
                **environ,
            )
        assert found["state"] == "success"

    yield run
    postgres_server.sql(f"drop database {database} with (force)")


@contextmanager
def received_packets():
    """Yield the address of a UDP server and the list of what it receives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        received, is_over = [], threading.Event()

        def listen():
            while not is_over.is_set():
                try:
                    received.append(server.recv(65535).decode())
                except TimeoutError:
                    continue

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield server.getsockname(), received
            time.sleep(0.5)  # what was sent last is on its way
        finally:
            is_over.set()
            listener.join()


def test_counts_go_to_statsd_and_lineage_to_openlineage(run_ingest, httpserver):
    # One run, because Airflow takes 20 CPU-seconds to start.
    pytest.importorskip("statsd")
    needs_openlineage()
    events = []

    def collect(request):
        events.append(request.get_json())
        return Response()

    httpserver.expect_request("/api/v1/lineage", method="POST").respond_with_handler(collect)
    transport = {"type": "http", "url": httpserver.url_for("").rstrip("/")}
    with received_packets() as ((host, port), received):
        run_ingest(
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST=host,
            AIRFLOW__METRICS__STATSD_PORT=str(port),
            AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(transport),
            AIRFLOW__OPENLINEAGE__NAMESPACE="newsroom",
        )
    lines = "\n".join(received)
    assert "airflow.dateline.links_discovered" in lines
    assert "airflow.dateline.links_fetched" in lines
    check_the_lineage(events)


def needs_openlineage():
    try:
        version("apache-airflow-providers-openlineage")
    except PackageNotFoundError:
        pytest.skip("the extra 'metrics' is not installed: uv sync --extra airflow --extra metrics")


def check_the_lineage(events):
    told = {(event["job"]["name"], event["eventType"]) for event in events}
    tasks = ("plan", "collect", "close_run", "all_well")
    assert {(f"ingest.{task}", kind) for task in tasks for kind in ("START", "COMPLETE")} <= told
    assert ("ingest", "COMPLETE") in told
    assert {event["job"]["namespace"] for event in events} == {"newsroom"}
    parents = {
        event["run"]["facets"]["parent"]["job"]["name"]
        for event in events
        if event["job"]["name"] != "ingest"
    }
    assert parents == {"ingest"}


def test_counts_go_to_opentelemetry(run_ingest, httpserver):
    bodies = []

    def collect(request):
        body = request.get_data()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        bodies.append(body)
        return Response()

    httpserver.expect_request("/v1/metrics", method="POST").respond_with_handler(collect)
    run_ingest(
        AIRFLOW__METRICS__OTEL_ON="True",
        OTEL_EXPORTER_OTLP_ENDPOINT=httpserver.url_for("").rstrip("/"),
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
        OTEL_METRIC_EXPORT_INTERVAL="500",
    )
    assert b"dateline.links_discovered" in b"".join(bodies)
