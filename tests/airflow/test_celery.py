"""The demo on CeleryExecutor: real Redis, two workers, one of them killed, archive in a bucket."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect
from tests.fix_airflow import PATIENCE, ROOT

pytestmark = [pytest.mark.airflow, pytest.mark.system, pytest.mark.timeout(4 * PATIENCE)]
DATELINE = str(Path(sys.executable).with_name("dateline"))


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def broker(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("Redis is not installed: apt install redis-server")
    port = free_port()
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir"]
    with subprocess.Popen([*words, tmp_path], stdout=subprocess.DEVNULL) as process:
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def environ(needs_airflow, tmp_path, broker, s3):
    pytest.importorskip("airflow.providers.celery", reason="uv sync --inexact --extra celery")
    kept = {name: value for name, value in os.environ.items() if name[:7] != "AIRFLOW"}
    home = tmp_path / "a home"
    yield kept | {
        "DATELINE_HOME": str(home),
        "DATELINE_SOURCES": str(home / "demo-sources"),
        "DATELINE_ARCHIVE": "s3://bucket/news",
        "DATELINE_BROKER": broker,
        "AWS_ALLOW_HTTP": "true",
    }
    EmbeddedServer(home).remove()


@pytest.fixture
def start(environ, tmp_path):
    """Return a function that starts a command in a session of its own, and logs to a file."""
    started = []

    def run(name, *words):
        log = tmp_path / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [DATELINE, *words],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process, log

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def counts(home):
    """Return how many rows of each kind the store of a home folder holds."""
    server = EmbeddedServer(home)
    server.start()
    with closing(connect(server.dsn())) as conn:
        rows = conn.execute(
            "select 'articles', count(*) from news.articles"
            " union all select 'copies', count(*) from mart.copies"
            " union all select 'quotes', count(*) from news.quotes"
            " union all select 'names', count(*) from news.entity_mentions"
            " union all select outcome, count(*) from mart.url_fate group by 1"
            " union all select 'runs that failed', count(*) from ops.runs"
            " where status <> 'succeeded'"
        )
        return dict(rows.fetchall())


@pytest.fixture
def without_airflow(tmp_path, demo_site, environ):
    """Return what one process makes of the same site, in a home folder of its own."""
    home = tmp_path / "plain"
    demo_site.write_sources(home / "sources")
    kept = {name: value for name, value in environ.items() if name[:8] != "DATELINE"}
    subprocess.run(
        [DATELINE, "run"],
        env=kept | {"DATELINE_HOME": str(home), "DATELINE_SOURCES": str(home / "sources")},
        check=True,
    )
    yield counts(home)
    EmbeddedServer(home).remove()


def test_two_workers_give_what_one_machine_gives_though_one_is_killed(
    start, environ, s3, without_airflow
):
    demo, demo_log = start("demo", "demo", "--no-stay")
    home = Path(environ["DATELINE_HOME"])
    while not (home / "airflow" / "running.json").exists():
        assert demo.poll() is None, demo_log.read_text()
        time.sleep(0.5)
    workers = [start(f"worker-{number}", "worker", "--concurrency", "2") for number in (1, 2)]
    killed = None
    while demo.poll() is None:
        for process, log in workers:
            if killed is None and "task_id=load" in log.read_text():
                os.killpg(process.pid, signal.SIGKILL)
                killed = time.monotonic()
        time.sleep(0.5)
    output = demo_log.read_text()
    assert killed is not None, "no worker was seen to run the task load"
    assert demo.returncode == 0, output[-4000:]
    assert not (home / "archive").exists()
    assert any(method == "PUT" and "/bucket/news/" in path for method, path in s3.requests)
    airflow_log = (home / "logs" / "airflow.log").read_text(errors="replace")
    assert re.search(r"pool dateline_cpu: \d+ slots, as the workers have cores", airflow_log)
    assert counts(home) == without_airflow


ASK_THE_WORKERS = """
import dateline_pools
dateline_pools._BROKER_SECONDS = 2.0
print(dateline_pools.cores_of_workers())
"""


def test_a_broker_that_does_not_answer_holds_up_no_question_for_ever(environ, broker):
    asked = [sys.executable, "-c", ASK_THE_WORKERS]
    given = environ | {
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW_HOME": str(Path(environ["DATELINE_HOME"]) / "airflow"),
        "PYTHONPATH": f"{ROOT / 'plugins'}{os.pathsep}{ROOT}",
    }
    ask = partial(subprocess.run, asked, env=given, capture_output=True, text=True, check=False)
    port = int(broker.rpartition(":")[2].partition("/")[0])
    (redis,) = (each for each in psutil.process_iter() if is_listening(each, port))
    redis.suspend()
    done = ask(timeout=PATIENCE)
    redis.resume()
    assert done.returncode == 1
    assert "Timeout reading from socket" in done.stderr
    assert ask(timeout=PATIENCE).stdout.splitlines()[-1] == "0"


def is_listening(process, port):
    return process.name() == "redis-server" and str(port) in "".join(process.cmdline())
