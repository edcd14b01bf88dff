"""The keeper: Postgres started again, deaths told, old task logs removed."""

import os
import re
import signal
import time
from datetime import UTC, datetime

import pytest

from pipeline.alerts.restarts import dead_components
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.local_airflow.keeper import keep, remove_old_logs, start_if_gone
from pipeline.settings import Settings
from pipeline.warehouse.embedded_server import EmbeddedServer

DAY = 86_400


def test_postgres_is_started_again_after_kill_9_and_that_is_an_alert(tmp_path):
    server = EmbeddedServer(tmp_path)
    server.start()
    try:
        file = tmp_path / "restarts.jsonl"
        assert not start_if_gone(server, file)
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        deadline = time.monotonic() + 600
        while server.is_ready() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert start_if_gone(server, file)
        assert server.is_ready()
        assert not start_if_gone(server, file)
        (alert,) = dead_components(file, datetime.now(UTC))
        assert (alert.title, alert.severity) == ("postgres died", "severe")
        assert re.fullmatch(
            r"once within the hour, last at 20\S+; started again after [\d.]+ s", alert.text
        )
    finally:
        server.remove()


def test_who_must_know_is_told_when_a_component_died(tmp_path, monkeypatch):
    class Enough(Exception):
        pass

    told = []
    file = HomeFolder(tmp_path).restarts
    file.parent.mkdir()

    def wait(seconds):
        if len(told) == 2:
            raise Enough
        with file.open("a") as stream:
            stream.write('{"component": "scheduler"}\n')

    monkeypatch.setattr("pipeline.local_airflow.keeper.time.sleep", wait)
    with pytest.raises(Enough):
        keep(Settings(home=tmp_path), None, lambda: told.append(file.read_text().count("\n")))
    assert told == [1, 2]


@pytest.mark.parametrize("days", [0, 14])
def test_old_task_logs_are_removed_and_new_ones_kept(tmp_path, days):
    old = tmp_path / "dag_id=ingest" / "run_id=old" / "attempt=1.log"
    new = tmp_path / "dag_id=ingest" / "run_id=new" / "attempt=1.log"
    for file in (old, new):
        file.parent.mkdir(parents=True)
        file.write_text("line")
    long_ago = time.time() - 15 * DAY
    os.utime(old, (long_ago, long_ago))
    assert remove_old_logs(tmp_path, days) == (1 if days else 0)
    assert old.exists() == (days == 0)
    assert new.exists()


def test_a_folder_of_logs_that_is_missing_has_none(tmp_path):
    assert remove_old_logs(tmp_path / "logs", 14) == 0
