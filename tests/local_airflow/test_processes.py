"""Stopping Airflow ends its own processes and no others; sleeping processes replace Airflow."""

import json
import os
import subprocess
import sys

import pytest

from pipeline.errors import UsageError
from pipeline.local_airflow.airflow import Airflow
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.local_airflow.processes import (
    SupervisorRecord,
    end_orphans,
    find_running,
    start,
    stop,
)
from pipeline.settings import settings

pytestmark = pytest.mark.airflow
psutil = pytest.importorskip("psutil")
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def home(tmp_path):
    home = HomeFolder(tmp_path / "a home")
    home.create()
    return home


@pytest.fixture
def sleeper():
    started = []

    def begin(**environ):
        process = subprocess.Popen(SLEEP, start_new_session=True, env=os.environ | environ)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def record(home, process, started=None):
    """Write ``running.json`` as if this process were the supervisor."""
    began = psutil.Process(process.pid).create_time() if started is None else started
    content = {"pid": process.pid, "started": began, "url": "http://127.0.0.1:8080"}
    home.running.write_text(json.dumps(content))


def test_processes_left_by_a_killed_command_are_ended(home, sleeper):
    process = sleeper(AIRFLOW_HOME=str(home.airflow))
    record(home, process)
    assert stop(home)
    assert process.wait(5) != 0
    assert not home.running.exists()


def test_another_process_with_a_reused_pid_is_not_ended(home, sleeper):
    process = sleeper()
    record(home, process, started=1.0)
    assert find_running(home) is None
    assert not stop(home)
    assert process.poll() is None


def test_the_airflow_of_another_home_folder_is_not_ended(home, sleeper):
    process = sleeper(AIRFLOW_HOME="/another/home/airflow")
    record(home, process)
    end_orphans(home)
    assert process.poll() is None


def test_a_second_start_is_an_error_with_the_address(home, sleeper):
    record(home, sleeper(AIRFLOW_HOME=str(home.airflow)))
    with pytest.raises(UsageError, match=r"runs already at http://127\.0\.0\.1:8080"):
        start(home, dict(os.environ), "http://127.0.0.1:8081", migrate=False, detached=True)


def test_a_start_that_failed_does_not_stop_the_running_airflow(
    home, sleeper, monkeypatch, store_dsn
):
    monkeypatch.setenv("DATELINE_HOME", str(home.path))
    settings.cache_clear()
    process = sleeper(AIRFLOW_HOME=str(home.airflow))
    record(home, process)
    airflow = Airflow(settings(), store_dsn)
    with pytest.raises(UsageError, match="runs already"):
        airflow.start()
    airflow.stop()
    assert process.poll() is None


def test_a_clock_that_was_set_loses_no_supervisor(home, sleeper):
    process = start(home, dict(os.environ), "http://127.0.0.1:8080", migrate=False, detached=True)
    try:
        content = json.loads(home.running.read_text())
        day = 86_400
        # What the system calls the start of a process moves with the clock.
        home.running.write_text(json.dumps(content | {"started": content["started"] - day}))
        assert find_running(home).pid == process.pid
        home.running.write_text(json.dumps(content | {"birth": "another boot 1"}))
        assert find_running(home) is None
    finally:
        process.kill()
        process.wait()


def test_stop_without_a_readable_record_does_nothing(home):
    assert not stop(home)
    home.running.write_text("half a rec")
    assert not stop(home)


def test_a_dead_process_is_not_alive(sleeper):
    process = sleeper()
    found = SupervisorRecord(process.pid, psutil.Process(process.pid).create_time(), "")
    assert found.is_alive()
    process.kill()
    process.wait()
    assert not found.is_alive()
