"""Three processes of ``dateline run`` are killed in the midst of their work; the fourth ends it."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from pipeline.settings import settings
from pipeline.warehouse.store import connect
from tests.chaos.installation import SETTINGS
from tests.chaos.invariants import breaches
from tests.chaos.newspaper import Newspapers

pytestmark = pytest.mark.system
STORIES = 40
POINTS = {
    "fetching": ("select count(*) from news.fetches", STORIES // 2),
    "loading": ("select count(*) from news.articles", STORIES),
    "annotating": (
        "select count(*) from news.article_versions where nlp_version is not null",
        STORIES // 2,
    ),
}
"""What is counted to know that a run has come so far, and up to which number a seed chooses."""


@pytest.fixture
def papers(tmp_path):
    made = Newspapers(2)
    made.publish(STORIES)
    made.write_sources(tmp_path / "sources")
    yield made
    made.close()


@pytest.fixture
def start(store_dsn, tmp_path, monkeypatch):
    """Return a function that starts ``dateline run`` on the sources."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATELINE_ALERTS")
    settings.cache_clear()
    started = []

    def begin():
        command = [str(Path(sys.executable).with_name("dateline")), "run"]
        with (tmp_path / "run.log").open("ab") as log:
            process = subprocess.Popen(command, env=os.environ, stdout=log, stderr=log)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def wait_for_point(conn, process, query, number):
    """Return once the count has grown by a number, or the process has ended."""
    before = conn.execute(query).fetchone()[0]
    while process.poll() is None:
        if conn.execute(query).fetchone()[0] >= before + number:
            return
        time.sleep(0.01)


def mine(home):
    """Return the living processes whose environment names the home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            is_dead = process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid()
            if not is_dead and process.environ().get("DATELINE_HOME") == home:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_three_killed_runs_lose_and_double_nothing(papers, start, store, tmp_path):
    chance = random.Random(11)
    killed = []
    for point, (query, most) in POINTS.items():
        process = start()
        wait_for_point(store, process, query, chance.randint(1, most))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed.append(point)
        process.wait()
        papers.publish(STORIES // 3)
    assert killed
    last = start()
    assert last.wait(600) == 0, (tmp_path / "run.log").read_text()[-3000:]
    found = breaches(store, papers)
    assert {name: lines for name, lines in found.items() if lines} == {}
    with closing(connect()) as conn:
        statuses = conn.execute("select status, count(*) from ops.runs group by 1").fetchall()
    assert dict(statuses) == {"failed": len(killed), "succeeded": 4 - len(killed)}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the environment of other processes")
def test_a_killed_run_leaves_no_process(papers, start, store):
    process = start()
    wait_for_point(store, process, POINTS["annotating"][0], 1)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 600
    while (left := mine(os.environ["DATELINE_HOME"])) and time.monotonic() < deadline:
        time.sleep(0.2)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []
