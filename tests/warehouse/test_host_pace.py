"""The pace that all processes keep together, as a server sees it that records its requests."""

import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.outcomes import Outcome
from pipeline.warehouse.host_pace import PostgresThrottle


def test_a_host_is_free_a_delay_after_the_request_before_was_answered(store):
    pace = PostgresThrottle(store)
    first = pace.reserve("h.example", 10.0, 60.0)
    assert first.wait == 0.0
    assert pace.reserve("h.example", 10.0, 60.0).token is None
    assert pace.reserve("other.example", 10.0, 60.0).wait == 0.0
    pace.release("h.example", first.token)
    second = pace.reserve("h.example", 10.0, 60.0)
    assert second.token is not None
    assert second.wait == pytest.approx(10, abs=1.0)


def test_the_slot_of_a_killed_process_ends_and_its_late_release_does_nothing(store):
    pace = PostgresThrottle(store)
    lost = pace.reserve("h.example", 0.001, 0.0)
    time.sleep(0.01)
    current = pace.reserve("h.example", 0.001, 60.0)
    assert current.token is not None
    pace.release("h.example", lost.token)
    assert pace.reserve("h.example", 0.001, 60.0).token is None


def test_a_clock_of_the_server_that_was_set_back_stops_no_host(store):
    pace = PostgresThrottle(store)
    pace.reserve("h.example", 1.0, 60.0)
    store.execute(
        "update ops.host_pace set last_at = last_at + interval '1 day',"
        " leased_at = leased_at + interval '1 day', leased_until = leased_until + interval '1 day'"
    )
    slot = pace.reserve("h.example", 1.0, 60.0)
    assert slot.token is not None
    assert slot.wait <= 1.0


def test_a_long_retry_after_pauses_the_host_for_other_processes_too(store, site, make_fetcher):
    site.page("/a", "", 429, Retry_After="3600")
    site.page("/b")
    first = make_fetcher(throttle=PostgresThrottle(store), crawl_delay=0.01)
    assert first.fetch(site.url + "/a").outcome is Outcome.RATE_LIMITED
    other = make_fetcher(throttle=PostgresThrottle(store), crawl_delay=0.01)
    response = other.fetch(site.url + "/b")
    assert response.outcome is Outcome.RATE_LIMITED
    assert response.reason.startswith("not asked")
    assert site.paths == ["/robots.txt", "/a"]
    store.execute("update ops.host_pace set leased_until = clock_timestamp()")
    assert other.fetch(site.url + "/b").outcome is None


PACE = 0.2
FETCH_FIVE = """
import sys
import psycopg
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.settings import Settings
from pipeline.warehouse.host_pace import PostgresThrottle

dsn, url, name, pace = sys.argv[1:]
with (
    psycopg.connect(dsn, autocommit=True) as conn,
    Fetcher(
        Settings(crawl_delay=float(pace)),
        throttle=PostgresThrottle(conn),
        allow_private_addresses=True,
    ) as fetcher,
):
    requests = [Request(n, f"{url}/{name}/{n}") for n in range(5)]
    print([str(response.outcome) for _, response in fetcher.fetch_all(requests)])
"""


class Recorder(ThreadingHTTPServer):
    """Notes when each request came and how many were under way; every third answer is slow."""

    daemon_threads = True

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.times: list[float] = []
        self.busy = 0
        self.most_busy = 0
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Recorder
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        time.sleep(0.05)  # a server that is slow to accept
        super().setup()

    def do_GET(self) -> None:
        server = self.server
        with server.lock:
            server.times.append(time.monotonic())
            server.busy += 1
            server.most_busy = max(server.most_busy, server.busy)
            is_slow = len(server.times) % 3 == 0
        time.sleep(0.3 if is_slow else 0.01)
        with server.lock:
            server.busy -= 1
        status = 404 if self.path == "/robots.txt" else 200
        body = b"" if status == 404 else b"<p>Words.</p>"
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        pass


def test_three_processes_never_ask_a_host_faster_than_its_pace(store):
    """The gaps are those of the server's own record; nothing here depends on a quick machine."""
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", FETCH_FIVE, store.info.dsn, url, name, str(PACE)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in "abc"
        ]
        outputs = [process.communicate(timeout=600)[0].strip() for process in processes]
        server.shutdown()
        thread.join()
    assert outputs == [str(["None"] * 5)] * 3
    gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert len(gaps) >= 15
    assert min(gaps) >= PACE
    assert server.most_busy == 1
