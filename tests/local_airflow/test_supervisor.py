"""The supervisor with components that only sleep: it must end all of them together."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import os, sys, time
from pipeline.local_airflow.supervisor import supervise
def print_pid(): os.write(1, b"%d\\n" % os.getpid())  # one write: two children print at once
def sleeper(): print_pid(); time.sleep(60)
second = sleeper
def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN); sleeper()
def short(): print_pid(); time.sleep(0.5); sys.exit(3)
components = {name: globals()[name] for name in sys.argv[2:]}
sys.exit(supervise(components, watch_stdin=sys.argv[1] == "watch"))
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def supervisor():
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


def test_a_signal_ends_all_components(supervisor):
    process, children = supervisor("watch", "sleeper", "second")
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert not any(map(is_alive, children))


def test_the_end_of_one_component_ends_all_and_is_printed(supervisor):
    process, children = supervisor("watch", "sleeper", "short")
    assert process.wait(8) == 1
    assert not any(map(is_alive, children))
    assert "short died" in process.stderr.read()


def test_the_end_of_the_starter_ends_all_components(supervisor):
    process, children = supervisor("watch", "sleeper")
    process.stdin.close()
    assert process.wait(5) == 0
    assert not any(map(is_alive, children))


def test_a_detached_supervisor_outlives_its_starter(supervisor):
    process, children = supervisor("detached", "sleeper")
    process.stdin.close()
    time.sleep(1.2)
    assert process.poll() is None
    assert all(map(is_alive, children))


def test_a_component_that_ignores_sigterm_is_killed(supervisor):
    process, children = supervisor("watch", "stubborn")
    process.send_signal(signal.SIGTERM)
    assert process.wait(12) == 0
    assert not any(map(is_alive, children))
