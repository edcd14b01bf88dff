"""The REST client against a server that answers late, refuses first, or is not ready yet.

The server is a real one on loopback. It handles each request by the next step of a script, and
answers normally once the script has ended, so that no test depends on how fast the machine is.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.local_airflow.api import AirflowApi, AirflowError, trigger, wait_for_dags

DAGS = {"dags": [{"dag_id": "ingest"}]}
LONG = 60.0
"""Seconds that no test may come near: a test that waits for this has failed."""


class ScriptedServer(ThreadingHTTPServer):
    """An API server that handles its first requests by a script.

    A step is an HTTP status; ``"late"``, which holds the answer back until the test ends; or
    ``"reset"``, which closes the connection without an answer.
    """

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.script = []
        self.requests = []
        """(method, path, body) of each request except logins."""
        self.test_has_ended = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def end(self):
        self.test_has_ended.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._follow_script(None, DAGS)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/auth/token":
            self._answer(201, {"access_token": "secret"})
        else:
            self._follow_script(body, {"dag_run_id": body["dag_run_id"]})

    def log_message(self, format, *args):
        """Print nothing."""

    def _follow_script(self, body, content):
        self.server.requests.append((self.command, self.path, body))
        step = self.server.script.pop(0) if self.server.script else 200
        if step == "late":
            self.server.test_has_ended.wait(LONG)
        elif step != "reset":
            self._answer(step, content if step == 200 else {"detail": "scripted"})

    def _answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server():
    server = ScriptedServer()
    server.start()
    yield server
    server.end()


def client(url, **options):
    return AirflowApi(url, "admin", "pw", **{"patience": LONG, "interval": 0.01, **options})


@pytest.mark.parametrize(
    "script", [["late"], ["reset"], [502], [503], [504], ["late", 503, "reset"]], ids=str
)
def test_a_request_without_an_answer_is_repeated(server, script):
    server.script = list(script)
    assert client(server.url, timeout=0.2).get("/dags") == DAGS
    assert len(server.requests) > len(script)


def test_a_refused_connection_is_tried_again():
    first = ScriptedServer()
    port = first.server_port
    first.server_close()
    started = []

    def start_server():
        """Stand in for the check of the process, which is made after each failed request."""
        if not started:
            started.append(ScriptedServer(port))
            started[0].start()

    try:
        assert client(first.url, check_alive=start_server).get("/dags") == DAGS
    finally:
        for server in started:
            server.end()


def test_an_error_that_will_not_change_is_raised_at_once(server):
    server.script = [404, 200]
    with pytest.raises(AirflowError, match="GET /api/v2/dags: HTTP 404"):
        client(server.url).get("/dags")
    assert len(server.requests) == 1


def test_the_deadline_names_the_request_the_time_and_the_next_action(server):
    server.script = [503] * 1000
    with pytest.raises(AirflowError) as caught:
        client(server.url, patience=0.05).get("/dags")
    message = str(caught.value)
    assert message.startswith(
        f"GET /api/v2/dags: Airflow at {server.url} runs but has not answered"
    )
    assert " s (last attempt: HTTP 503)" in message
    assert "`dateline down`" in message
    assert len(server.requests) < 1000


def test_a_dead_process_ends_the_waiting(server):
    server.script = [503] * 1000

    def check_alive():
        raise AirflowError("Airflow ended")

    with pytest.raises(AirflowError, match=r"^Airflow ended$"):
        client(server.url, check_alive=check_alive).get("/dags")
    assert len(server.requests) == 1


def test_a_dead_process_ends_the_waiting_for_dags(server):
    def check_alive():
        raise AirflowError("Airflow ended")

    with pytest.raises(AirflowError, match=r"^Airflow ended$"):
        wait_for_dags(client(server.url, check_alive=check_alive), {"no such DAG"}, LONG)


@pytest.mark.parametrize("first", ["late", "reset"])
def test_a_trigger_whose_answer_was_lost_starts_one_run(server, first):
    server.script = [first, 409]
    run_id = trigger(client(server.url, timeout=0.2), "ingest")
    asked = {body["dag_run_id"] for _, _, body in server.requests}
    assert asked == {run_id}


def test_two_triggers_start_two_runs(server):
    api = client(server.url)
    trigger(api, "ingest")
    trigger(api, "ingest")
    first, second = (body["dag_run_id"] for _, _, body in server.requests)
    assert first != second


def test_health_is_asked_once_however_patient_the_client(server):
    server.script = [503, 200]
    assert not client(server.url).is_healthy()
    assert len(server.requests) == 1
