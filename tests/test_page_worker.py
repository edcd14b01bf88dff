"""A page that breaks a limit costs its own work only, and no process is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import ModelError, PageError, StageFault
from pipeline.outcomes import Outcome
from pipeline.page_worker import (
    Broken,
    Failed,
    PageWorker,
    Step,
    TimeLimit,
    ask,
    page_worker,
)
from tests.memory import resident_bytes

LIMIT = 4_000_000_000


def work(request):
    """Do what the first word of the request says."""
    match request:
        case "pid":
            return os.getpid()
        case "hang":
            while True:
                pass
        case "sleep", seconds:
            time.sleep(seconds)
        case "fill":
            filled = []
            while True:
                filled.append(bytearray(b"x") * 20_000_000)
        case "die", number:
            os.kill(os.getpid(), number)
            time.sleep(10)
        case "leave":
            os._exit(7)
        case "ask", question:
            return ask(question)
        case "raise", error:
            raise error
    return request


STEP = Step("reading", work, "sample")


@pytest.fixture
def worker():
    worker = PageWorker(LIMIT)
    yield worker
    worker.close()


def pid(worker):
    return worker.run(STEP, "pid", TimeLimit(10))


def is_running(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_the_end_of(number):
    for _ in range(500):
        if not is_running(number):
            return
        time.sleep(0.02)
    pytest.fail(f"process {number} is left behind")


def test_pages_are_done_by_one_process_that_is_not_ours(worker):
    first = pid(worker)
    assert worker.run(STEP, {"page": 1}, TimeLimit(10)) == {"page": 1}
    assert worker.run(STEP, b"x" * 5_000_000, TimeLimit(10)) == b"x" * 5_000_000
    assert pid(worker) == first != os.getpid()


@pytest.mark.parametrize(
    ("request_", "limit", "reason"),
    [
        ("hang", "time", "reading took longer than 0.3 s"),
        (("sleep", 30), "time", "reading took longer than 0.3 s"),
        (("die", signal.SIGKILL), "crash", "SIGKILL, as the kernel does where memory is short"),
        (("die", signal.SIGSEGV), "crash", "SIGSEGV"),
        ("leave", "crash", "ended with exit code 7"),
    ],
)
def test_a_page_that_breaks_a_limit_is_named_and_the_next_one_is_done(
    worker, request_, limit, reason
):
    before = pid(worker)
    broken = worker.run(STEP, request_, TimeLimit(0.3))
    assert isinstance(broken, Broken)
    assert broken.limit == limit
    assert reason in broken.reason
    assert not is_running(before)
    assert worker.run(STEP, "next", TimeLimit(10)) == "next"


def test_processor_time_is_limited_apart_from_the_time_that_passes(worker):
    limit = TimeLimit(60, cpu_seconds=0.3)
    assert worker.run(STEP, ("sleep", 0.6), limit) == ("sleep", 0.6)
    broken = worker.run(STEP, "hang", limit)
    assert broken == Broken("time", "reading took more than 0.3 s of processor time")


def test_a_page_that_takes_too_much_memory_is_ended():
    limit = resident_bytes() + 400_000_000
    worker = PageWorker(limit)
    broken = worker.run(STEP, "fill", TimeLimit(60))
    worker.close()
    assert isinstance(broken, Broken)
    assert broken.limit == "memory"
    assert f"{limit / 1e6:.0f} MB are allowed" in broken.reason


def test_a_worker_that_died_between_two_pages_costs_no_page(worker):
    number = pid(worker)
    os.kill(number, signal.SIGKILL)
    wait_for_the_end_of(number)
    assert worker.run(STEP, "next", TimeLimit(10)) == "next"


@pytest.mark.parametrize("error", [ModelError("no model"), KeyError("title"), OSError(2, "gone")])
def test_an_exception_comes_back_with_its_place(worker, error):
    failed = worker.run(STEP, ("raise", error), TimeLimit(10))
    assert isinstance(failed, Failed)
    assert (type(failed.error), str(failed.error)) == (type(error), str(error))
    assert f"{__file__}:" in failed.place
    assert "in work" in failed.trace


def test_an_exception_that_cannot_be_sent_comes_back_in_words(worker):
    step = Step("reading", raise_page_error, "sample")
    failed = worker.run(step, "page", TimeLimit(10))
    assert isinstance(failed, Failed)
    assert str(failed.error) == "PageError: bad_content: no text"


def raise_page_error(request):
    if request != "sample":
        raise PageError(Outcome.BAD_CONTENT, "no text")


def test_a_worker_can_ask_and_the_time_of_the_reply_is_not_counted(worker):
    def reply(question):
        time.sleep(0.6)
        return question * 2

    assert worker.run(STEP, ("ask", 21), TimeLimit(0.5), reply) == 42


def test_a_reply_that_fails_is_raised_and_ends_the_worker(worker):
    before = pid(worker)
    with pytest.raises(ZeroDivisionError):
        worker.run(STEP, ("ask", 0), TimeLimit(10), lambda number: 1 / number)
    assert not is_running(before)
    assert worker.run(STEP, "next", TimeLimit(10)) == "next"


def test_a_sample_that_breaks_a_limit_is_a_fault_of_the_stage(worker):
    with pytest.raises(StageFault, match=r"reading stopped.*the process of reading was ended by"):
        worker.run(Step("reading", work, ("die", signal.SIGTERM)), "page", 10)


def test_a_worker_that_is_killed_once_at_the_sample_is_no_fault_of_the_stage(worker, tmp_path):
    step = Step("reading", die_once, tmp_path / "has died")
    assert worker.run(step, "page", TimeLimit(10)) == "page"


def die_once(request):
    if isinstance(request, Path) and not request.exists():
        request.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return request


def test_nested_blocks_have_one_worker_and_the_outer_block_ends_it():
    with page_worker() as outer:
        with page_worker() as inner:
            first = pid(inner)
        assert (inner, pid(outer)) == (outer, first)
    assert not is_running(first)


PARENT = """
import os, sys, time
from pipeline.page_worker import keep_page_worker, page_worker
from tests.test_page_worker import STEP, TimeLimit, pid
keep_page_worker()
with page_worker() as worker:
    print(pid(worker), flush=True)
    worker.run(STEP, sys.argv[1], TimeLimit(600))
"""


@pytest.mark.parametrize("busy_with", ["hang", "sleep"])
def test_a_worker_dies_with_its_parent(busy_with):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, busy_with], stdout=subprocess.PIPE, text=True
    ) as parent:
        number = int(parent.stdout.readline())
        parent.kill()
    wait_for_the_end_of(number)
