"""Where Airflow sends Dateline's counts and lineage when its own variables say so.

Airflow takes 20 CPU-seconds to start, so the tests read what the runs of other tests sent.
"""

import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from pytest_httpserver import HTTPServer
from werkzeug import Response


def is_installed(package):
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


has_openlineage = is_installed("apache-airflow-providers-openlineage")
has_statsd = is_installed("statsd")


@contextmanager
def statsd():
    """Yield the variables that send counts over UDP, and the list of packets that arrive."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        host, port = server.getsockname()
        received, is_over = [], threading.Event()

        def listen():
            while not is_over.is_set():
                try:
                    received.append(server.recv(65535).decode())
                except TimeoutError:
                    continue

        listener = threading.Thread(target=listen)
        listener.start()
        variables = {
            "AIRFLOW__METRICS__STATSD_ON": str(has_statsd),
            "AIRFLOW__METRICS__STATSD_HOST": host,
            "AIRFLOW__METRICS__STATSD_PORT": str(port),
        }
        try:
            yield variables, received
        finally:
            is_over.set()
            listener.join()


def has_arrived(words, received):
    """Tell whether a packet has these words; what was sent last may be on its way for a while."""
    until = time.monotonic() + 30
    while not any(words in packet for packet in received):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def openlineage():
    """Yield the variables that send lineage over HTTP, and the list of events that arrive."""
    events = []

    def collect(request):
        events.append(request.get_json())
        return Response()

    with HTTPServer() as server:
        server.expect_request("/api/v1/lineage", method="POST").respond_with_handler(collect)
        transport = {"type": "http", "url": server.url_for("").rstrip("/")}
        yield (
            {
                "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
                "AIRFLOW__OPENLINEAGE__NAMESPACE": "newsroom",
            },
            events,
        )


@contextmanager
def opentelemetry():
    """Yield the variables that send counts over HTTP, and the list of bodies that arrive."""
    bodies = []

    def collect(request):
        body = request.get_data()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        bodies.append(body)
        return Response()

    with HTTPServer() as server:
        server.expect_request("/v1/metrics", method="POST").respond_with_handler(collect)
        yield (
            {
                "AIRFLOW__METRICS__OTEL_ON": "True",
                "OTEL_EXPORTER_OTLP_ENDPOINT": server.url_for("").rstrip("/"),
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_METRIC_EXPORT_INTERVAL": "500",
            },
            bodies,
        )
