"""The queue of the executor's workers goes on when a worker is killed."""

import os
import signal
import time

import pytest

from pipeline.local_airflow.supervisor import fork
from pipeline.local_airflow.task_queue import FileLock, TaskQueue


@pytest.fixture
def forked():
    """Return a function that forks a process; those that are left are killed."""
    pids = []

    def start(run):
        pids.append(fork(run))
        return pids[-1]

    yield start
    for pid in pids:
        end(pid)


def end(pid):
    """Kill a child and wait for it, unless that was done before."""
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def test_a_lock_ends_with_its_holder(forked):
    lock = FileLock()
    reader, writer = os.pipe()

    def hold():
        with lock:
            os.write(writer, b"held")
            time.sleep(60)

    holder = forked(hold)
    assert os.read(reader, 4) == b"held"
    end(holder)
    with lock:  # pytest's time-out fails the test where it stays locked
        pass


def test_tasks_are_taken_after_waiting_workers_were_killed(forked):
    tasks, results = TaskQueue(), TaskQueue()

    def work():
        while True:
            results.put((os.getpid(), tasks.get()))

    workers = [forked(work) for _ in range(5)]
    tasks.put("first")
    assert results.get()[1] == "first"  # so that one of them waits in the pipe, or soon will
    for worker in workers[:4]:
        end(worker)
    tasks.put("second")
    assert results.get() == (workers[4], "second")
