"""The supervisor with components that only sleep: it must end all of them together."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import os, subprocess, sys, time
from pathlib import Path
from pipeline.local_airflow.supervisor import supervise
def print_pid(): os.write(1, b"%d\\n" % os.getpid())  # one write: two children print at once
def sleeper(): print_pid(); time.sleep(60)
second = sleeper
def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN); sleeper()
def port_taken(): print_pid(); time.sleep(0.5); sys.exit(78)
def port_taken_later():
    print_pid(); mark = Path(sys.argv[1].partition(":")[2] + ".once")
    time.sleep(0.5); code = 78 if mark.exists() else 3; mark.touch(); sys.exit(code)
def short(): print_pid(); time.sleep(0.5); sys.exit(3)
def parent():
    below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    os.write(1, b"%d\\n" % os.getpid()); os.write(1, b"%d\\n" % below.pid); time.sleep(60)
def host():
    words = ["sh", "-c", "sleep 60 >/dev/null & echo $!"]
    started = subprocess.run(words, start_new_session=True, stdout=subprocess.PIPE).stdout
    os.write(1, b"%d\\n" % os.getpid()); os.write(1, started); time.sleep(60)
components = {name: globals()[name] for name in sys.argv[2:]}
mode, _, file = sys.argv[1].partition(":")
def say_set_back(): os.write(1, b"0\\n")
if file and (shift := Path(file + ".clock")).exists():
    true_time = time.time
    time.time = lambda: true_time() + float(shift.read_text())
sys.exit(supervise(
    components, watch_stdin=mode == "watch", restarts=Path(file) if file else None,
    after_set_back=say_set_back,
))
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


def next_pid(process):
    return int(process.stdout.readline())


def wait_until(is_true):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.05)
    return False


def test_what_dies_is_started_again_and_recorded(supervisor, tmp_path):
    file = tmp_path / "restarts.jsonl"
    process, (first, other) = supervisor(f"watch:{file}", "sleeper", "second")
    os.kill(first, signal.SIGKILL)
    again = next_pid(process)
    assert again not in (first, other)
    assert is_alive(again)
    assert is_alive(other)
    line = json.loads(file.read_text())
    assert (line["component"], line["exit_code"]) in {("sleeper", -9), ("second", -9)}
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not is_alive(again)


def test_what_dies_at_once_is_started_again_after_longer_and_longer_pauses(supervisor, tmp_path):
    file = tmp_path / "restarts.jsonl"
    process, _ = supervisor(f"watch:{file}", "short")
    next_pid(process)
    next_pid(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    pauses = [json.loads(line)["started_again_in"] for line in file.read_text().splitlines()]
    assert pauses[:2] == pytest.approx([1.0, 2.0], abs=0.5)


def test_a_component_that_can_never_start_ends_all_with_its_code(supervisor, tmp_path):
    process, children = supervisor(f"watch:{tmp_path / 'restarts.jsonl'}", "sleeper", "port_taken")
    assert process.wait(10) == 78
    assert not any(map(is_alive, children))


def test_a_component_that_has_run_before_is_started_again_whatever_its_code(supervisor, tmp_path):
    process, _ = supervisor(f"watch:{tmp_path / 'restarts.jsonl'}", "port_taken_later")
    for _start in range(2):
        next_pid(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_the_log_does_not_end_the_supervisor(tmp_path):
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, f"detached:{tmp_path / 'restarts.jsonl'}", "short"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            start_new_session=True,
        )
    with process:
        assert len({next_pid(process) for _ in range(3)}) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in (0, 120)  # 120: Python could not write what was left to write


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_what_was_started_to_live_by_itself_outlives_its_starter_and_others(supervisor, tmp_path):
    # So does the keeper start Postgres: by a program that ends, in a session of its own.
    pytest.importorskip("psutil")
    process, (killed,) = supervisor(f"watch:{tmp_path / 'restarts.jsonl'}", "host")
    hosted = next_pid(process)
    os.kill(killed, signal.SIGKILL)
    next_pid(process)
    again = next_pid(process)
    assert is_alive(hosted)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert is_alive(hosted)
    for pid in (hosted, again):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_what_a_killed_component_had_started_is_ended(supervisor, tmp_path):
    pytest.importorskip("psutil")
    process, (killed,) = supervisor(f"watch:{tmp_path / 'restarts.jsonl'}", "parent")
    below = next_pid(process)
    os.kill(killed, signal.SIGKILL)
    next_pid(process)
    assert wait_until(lambda: not is_alive(below))
    last = next_pid(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert wait_until(lambda: not is_alive(last))


def set_clock(shift, seconds):
    """Let the supervisor's clock be this far ahead; a reader sees the old number or the new one."""
    new = shift.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(shift)


def test_a_clock_that_is_set_back_starts_all_again(supervisor, tmp_path):
    shift = tmp_path / "restarts.jsonl.clock"
    set_clock(shift, 0)
    process, first = supervisor(f"detached:{tmp_path / 'restarts.jsonl'}", "sleeper", "second")
    for seconds in (86_400, 86_100):  # ahead, and a correction of some minutes: nothing happens
        set_clock(shift, seconds)
        time.sleep(1.5)
        assert all(is_alive(pid) for pid in first)
    set_clock(shift, 0)
    assert process.stdout.readline() == "0\n"  # while nothing runs
    assert not any(is_alive(pid) for pid in first)
    again = [int(process.stdout.readline()) for _ in first]
    assert all(is_alive(pid) for pid in again)
    assert not set(first) & set(again)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not any(is_alive(pid) for pid in again)
    assert not (tmp_path / "restarts.jsonl").exists()  # nothing has died by itself
