"""``dateline demo --stay`` as a user starts it: one process for each module that asks for it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.local_airflow.api import AirflowApi
from pipeline.warehouse.embedded_server import EmbeddedServer
from tests.fix_airflow import PATIENCE


class Demo:
    """A process of ``dateline demo --stay`` whose home folder has a space in its path."""

    def __init__(self, home, log):
        self.home = home
        self.log = log
        environ = {name: value for name, value in os.environ.items() if name[:7] != "AIRFLOW"}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("dateline")), "demo", "--stay"],
                env=environ | {"DATELINE_HOME": str(home), "DATELINE_ALERTS": "file:alerts.jsonl"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, pattern, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.log.read_text()):
                return found
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            time.sleep(0.3)
        pytest.fail(f"no {pattern!r} in {seconds} s:\n{self.log.read_text()[-4000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def leftovers(self):
        """Return the names of processes with this home folder in their environment."""
        import psutil

        def is_ours(process):
            try:
                return str(self.home) in process.environ().get("AIRFLOW_HOME", "")
            except psutil.Error:
                return False

        return [process.name() for process in psutil.process_iter() if is_ours(process)]


@pytest.fixture(scope="module")
def demo(needs_airflow, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a demo")
    running = Demo(folder / "home", folder / "demo.log")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        EmbeddedServer(running.home).remove()


@pytest.fixture(scope="module")
def login(demo):
    """Return the address, user and password that the demo prints once its runs are over."""
    return demo.wait_for(r"Airflow: (\S+)\s+user (\S+)\s+password (\S+)", PATIENCE).groups()


@pytest.fixture(scope="module")
def api(login):
    return AirflowApi(*login)
