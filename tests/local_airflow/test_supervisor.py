"""The keeper with children that only sleep; what it holds together it must end together."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import os, sys, time
from pipeline.local_airflow.supervisor import keep
def tell(): os.write(1, b"%d\\n" % os.getpid())  # in one piece: two children tell at once
def sleeper(): tell(); time.sleep(60)
second = sleeper
def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN); sleeper()
def short(): tell(); time.sleep(0.5); sys.exit(3)
parts = {name: globals()[name] for name in sys.argv[2:]}
sys.exit(keep(parts, watch_stdin=sys.argv[1] == "watch"))
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def keeper():
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        children = [int(process.stdout.readline()) for _ in words[1:]]
        return process, children

    yield start
    for process in started:
        process.kill()
        with process:
            pass


def test_a_signal_ends_all(keeper):
    process, children = keeper("watch", "sleeper", "second")
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert not any(map(is_alive, children))


def test_the_death_of_one_ends_all_and_is_told(keeper):
    process, children = keeper("watch", "sleeper", "short")
    assert process.wait(8) == 1
    assert not any(map(is_alive, children))
    assert "short died" in process.stderr.read()


def test_the_death_of_the_starter_ends_all(keeper):
    process, children = keeper("watch", "sleeper")
    process.stdin.close()
    assert process.wait(5) == 0
    assert not any(map(is_alive, children))


def test_detached_it_outlives_the_starter(keeper):
    process, children = keeper("detached", "sleeper")
    process.stdin.close()
    time.sleep(1.2)
    assert process.poll() is None
    assert all(map(is_alive, children))


def test_who_does_not_listen_is_killed(keeper):
    process, children = keeper("watch", "stubborn")
    process.send_signal(signal.SIGTERM)
    assert process.wait(12) == 0
    assert not any(map(is_alive, children))
