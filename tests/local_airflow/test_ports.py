"""Choosing the port of the API server."""

import socket
import subprocess
import sys

import pytest

from pipeline.cli.up import start_airflow
from pipeline.errors import PortInUse
from pipeline.local_airflow.environment import free_port, is_free
from pipeline.local_airflow.progress import Progress
from pipeline.local_airflow.supervisor import CANNOT_START
from tests.fix_airflow import PATIENCE


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_skipped(taken):
    assert not is_free(taken)
    assert free_port(taken) > taken


def test_no_free_port_is_an_error_with_the_range(taken):
    with pytest.raises(PortInUse, match=f"no free port from {taken} to {taken}"):
        free_port(taken, tries=1)


def test_a_listener_on_all_addresses_makes_a_port_taken():
    with socket.socket() as listener:
        listener.bind(("", 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])


@pytest.mark.airflow
def test_an_api_server_whose_port_was_taken_meanwhile_says_so(airflow_environ, taken):
    done = subprocess.run(
        [sys.executable, "-c", "import dateline_airflow; dateline_airflow.api_server()"],
        env=airflow_environ | {"AIRFLOW__API__PORT": str(taken), "AIRFLOW__API__HOST": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == CANNOT_START, done.stderr[-4000:]


class Raced:
    """Stands in for Airflow where other programs take the port some times."""

    def __init__(self, times):
        self.times = times
        self.calls = []

    def start(self, *, detached, restarts):
        self.calls.append("start")

    def wait_until_ready(self):
        if self.times:
            self.times -= 1
            raise PortInUse("another program has taken it")

    def stop(self):
        self.calls.append("stop")


def test_airflow_is_started_on_another_port_where_its_port_was_taken_meanwhile():
    raced = Raced(2)
    start_airflow(raced, Progress())
    assert raced.calls == ["start", "stop", "start", "stop", "start"]


def test_somebody_who_takes_every_port_is_an_error():
    raced = Raced(99)
    with pytest.raises(PortInUse, match="another program has taken it"):
        start_airflow(raced, Progress())
    assert raced.calls[-1] == "stop"
