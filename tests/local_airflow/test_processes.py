"""Ending what is ours, and nothing else; processes that only sleep stand in for Airflow."""

import json
import os
import subprocess
import sys

import pytest

from pipeline.errors import UsageError
from pipeline.local_airflow.airflow import Airflow
from pipeline.local_airflow.home_folder import Places
from pipeline.local_airflow.processes import Running, running, start, stop, stop_stale
from pipeline.settings import settings

pytestmark = pytest.mark.airflow
psutil = pytest.importorskip("psutil")
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def places(tmp_path):
    made = Places(tmp_path / "a home")
    made.make()
    return made


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


def record(places, process, started=None):
    born = psutil.Process(process.pid).create_time() if started is None else started
    content = {"pid": process.pid, "started": born, "url": "http://127.0.0.1:8080"}
    places.running.write_text(json.dumps(content))


def test_what_a_killed_command_left_is_ended(places, sleeper):
    process = sleeper(AIRFLOW_HOME=str(places.airflow))
    record(places, process)
    assert stop(places)
    assert process.wait(5) != 0
    assert not places.running.exists()


def test_a_process_that_took_over_the_pid_is_left_alone(places, sleeper):
    process = sleeper()
    record(places, process, started=1.0)
    assert running(places) is None
    assert not stop(places)
    assert process.poll() is None


def test_another_homes_airflow_is_left_alone(places, sleeper):
    process = sleeper(AIRFLOW_HOME="/another/home/airflow")
    record(places, process)
    stop_stale(places)
    assert process.poll() is None


def test_a_second_start_is_refused_with_the_address(places, sleeper):
    record(places, sleeper(AIRFLOW_HOME=str(places.airflow)))
    with pytest.raises(UsageError, match=r"runs already at http://127\.0\.0\.1:8080"):
        start(places, dict(os.environ), "http://127.0.0.1:8081", migrate=False, detached=True)


def test_who_was_refused_does_not_stop_the_one_that_runs(places, sleeper, monkeypatch, store_dsn):
    monkeypatch.setenv("DATELINE_HOME", str(places.home))
    settings.cache_clear()
    process = sleeper(AIRFLOW_HOME=str(places.airflow))
    record(places, process)
    airflow = Airflow(settings(), store_dsn)
    with pytest.raises(UsageError, match="runs already"):
        airflow.start()
    airflow.stop()
    assert process.poll() is None


def test_nothing_there_is_nothing_to_stop(places):
    assert not stop(places)
    places.running.write_text("half a rec")
    assert not stop(places)


def test_a_dead_process_is_not_alive(sleeper):
    process = sleeper()
    found = Running(process.pid, psutil.Process(process.pid).create_time(), "")
    assert found.is_alive()
    process.kill()
    process.wait()
    assert not found.is_alive()
