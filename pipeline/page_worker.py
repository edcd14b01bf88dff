"""Work on pages in a process that can be killed, so that no page can stop another.

libxml2 takes hours for a tag with 500,000 attributes, and a signal handler of Python only runs once
the C code has returned. So the process of a stage, which keeps the connection to Postgres, forks a
worker and sends it one page after the other. The worker only computes. It is killed when a page
breaks a limit of time or memory, and the next page gets another worker: the death of a worker costs
the work on one page.

The worker is forked from the stage's process, so that it shares what that process has imported; it
inherits no threads, and must not use the connections that it inherits. What it needs from the store
while it works on a page, it asks for with ``ask``. It dies with the stage's process, however that
ends (``PR_SET_PDEATHSIG`` on Linux; elsewhere when it next reads from the closed pipe).

Before its first page a worker does a step on a sample of our own, which loads libraries and the
model. If the sample breaks the limits, the fault would hit any page, and ``StageFault`` is raised.
"""

import ctypes
import gc
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, NoReturn, TypeVar

from pipeline.errors import StageFault
from pipeline.page_faults import portable, raised_at
from pipeline.settings import settings

Request = TypeVar("Request")
Answer = TypeVar("Answer")

_WATCH_SECONDS = 0.05
"""How often time and memory of a worker are read, which takes 40 µs. Most pages are done before the
first time; a page that fills memory as fast as Linux gives it, 3 GB/s, gets 150 MB too much."""
_PR_SET_PDEATHSIG = 1
_FIRST_TO_GO = 500
"""Added to the badness by which the kernel chooses what to kill where memory is short: a worker
rather than Postgres."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a worker may work on a page.

    Args:
        seconds: of wall clock time, less the time in which the worker waited for a processor: with
            ten processes a core, a sound page of 2 s takes 20.
        cpu_seconds: of processor time (Linux).
    """

    seconds: float
    cpu_seconds: float = inf


_START = TimeLimit(300.0)
"""The limit of a sample; loading the model takes a second on an idle machine."""

_SAMPLES = 3
"""Workers that may be ended while they work on a sample: the kernel, or somebody, may end one at
this moment by chance, and the next one starts."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Request, Answer]):
    """What a worker does with one page.

    Args:
        name: the name of the step, for messages.
        work: a function of a module; it is called in the worker.
        sample: a request that any worker of a sound installation fulfils.
    """

    name: str
    work: Callable[[Request], Answer]
    sample: Request


@dataclass(frozen=True, slots=True)
class Broken:
    """The result of a page that broke a limit or ended its worker."""

    limit: Literal["time", "memory", "crash"]
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The result of a page that raised an exception."""

    error: Exception
    place: str
    """Line of code that raised it, as ``page_faults`` counts it."""
    trace: str = field(repr=False)

    @property
    def message(self) -> str:
        """What the exception says, after its name."""
        return f"{type(self.error).__name__}: {self.error}"


class PageWorker:
    """A worker process, started with its first page and again after it was killed.

    It belongs to the thread that uses it: the kernel kills it when that thread ends.

    Args:
        memory_bytes: resident memory at which the worker is killed.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._memory = memory_bytes
        self._owner = os.getpid()
        self._pid: int | None = None
        self._pipe: Connection | None = None
        self._ready: set[str] = set()

    @property
    def is_mine(self) -> bool:
        """Whether this process started it; a forked process must start its own."""
        return self._owner == os.getpid()

    def run(
        self,
        step: Step[Request, Answer],
        request: Request,
        limit: TimeLimit,
        reply: Callable[[Any], Any] | None = None,
    ) -> Answer | Failed | Broken:
        """Do a step on one page and return its result, ``Failed`` or ``Broken``.

        Args:
            step: what to do.
            request: the page, as the step takes it.
            limit: the time after which the worker is killed.
            reply: answers the questions of the worker (``ask``); its time is not counted.

        Raises:
            StageFault: the sample of the step breaks the limits too.
        """
        if not self._is_alive():
            self._stop()
        if step.name not in self._ready:
            self._warm_up(step)
        return self._ask(step, request, limit, reply)

    def close(self) -> None:
        """End the worker."""
        self._stop()

    def _warm_up(self, step: Step[Request, Answer]) -> None:
        for _ in range(_SAMPLES):
            result = self._ask(step, step.sample, _START, lambda _question: None)
            if not (isinstance(result, Broken) and result.limit == "crash"):
                break
        if isinstance(result, Broken):
            raise StageFault(
                f"{step.name} stopped, because this is no fault of a page: on a sample of"
                f" Dateline's own {result.reason}. Pages without an outcome stay undecided. Give"
                " the machine more memory or less to do (DATELINE_PAGE_MEMORY_BYTES is"
                f" {self._memory}), then run the same command again."
            )
        self._ready.add(step.name)

    def _ask(
        self,
        step: Step[Request, Answer],
        request: Request,
        limit: TimeLimit,
        reply: Callable[[Any], Any] | None,
    ) -> Answer | Failed | Broken:
        pipe = self._pipe or self._start()
        is_done = False
        try:
            if not _sent(pipe, (step.work, request)):
                return self._crashed(step.name)
            watch = _Watch(step.name, limit, self._memory, self._pid or 0)
            while True:
                if broken := watch.wait(pipe):
                    return broken
                kind, value = _received(pipe)
                if kind == "result":
                    is_done = True
                    result: Answer | Failed = value
                    return result
                asked = time.monotonic()
                if kind == "nothing" or not _sent(pipe, reply(value) if reply else None):
                    return self._crashed(step.name)
                watch.started += time.monotonic() - asked
        finally:
            # Also where the reply failed or a signal handler raised: the worker is within a page.
            if not is_done:
                self._stop()

    def _crashed(self, name: str) -> Broken:
        return Broken("crash", f"the process of {name} {self._stop()}")

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        parent, libc = os.getpid(), _libc()
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, ValueError, OSError):
                stream.flush()
        with warnings.catch_warnings():
            # Python 3.12 warns where the process has threads. Ours are those of OpenBLAS, which has
            # handlers for it, and idle ones of pools; the worker uses none of their locks.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            ours.close()
            _become_worker(theirs, parent, libc)
        theirs.close()
        self._pid, self._pipe = pid, ours
        return ours

    def _is_alive(self) -> bool:
        if self._pid is None:
            return False
        try:
            return os.waitpid(self._pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False

    def _stop(self) -> str:
        """Kill the worker if it lives, and return how it ended."""
        ended = "ended"
        if self._pid is not None and self.is_mine:
            with suppress(ProcessLookupError):
                # A worker that has ended by itself keeps its own status until it is waited for.
                os.kill(self._pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                ended = _how_it_ended(os.waitpid(self._pid, 0)[1])
        if self._pipe is not None:
            self._pipe.close()
        self._pid, self._pipe = None, None
        self._ready.clear()
        return ended


class _Watch:
    """Watches the time and the memory of a worker that works on a page."""

    def __init__(self, name: str, limit: TimeLimit, memory: int, pid: int) -> None:
        self._name = name
        self._limit = limit
        self._memory = memory
        self._pid = pid
        self._before = processor_times(pid)
        self.started = time.monotonic()

    def wait(self, pipe: Connection) -> Broken | None:
        """Return None once the worker has sent something, or the limit that it broke."""
        while not pipe.poll(_WATCH_SECONDS):
            if broken := self._broken_limit():
                return broken
        return None

    def _broken_limit(self) -> Broken | None:
        seconds, most = self._limit.seconds, self._limit.cpu_seconds
        now = processor_times(self._pid)
        ran, waited = now.ran - self._before.ran, now.waited - self._before.waited
        if time.monotonic() - self.started - waited >= seconds:
            return Broken("time", f"{self._name} took longer than {seconds:g} s")
        if ran >= most:
            return Broken("time", f"{self._name} took more than {most:g} s of processor time")
        used = _resident_bytes(self._pid)
        if used > self._memory:
            return Broken(
                "memory",
                f"{self._name} took {used / 1e6:.0f} MB of memory,"
                f" {self._memory / 1e6:.0f} MB are allowed",
            )
        return None


def _sent(pipe: Connection, message: Any) -> bool:
    """Send a message; return False where the process at the other end has died."""
    try:
        pipe.send(message)
    except OSError:
        return False
    return True


def _received(pipe: Connection) -> tuple[str, Any]:
    """Return the kind of the next message and its content; "nothing" from a dead process."""
    try:
        kind, value = pipe.recv()
    except (EOFError, OSError):
        return "nothing", None
    return kind, value


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
    why = ", as the kernel does where memory is short" if name == "SIGKILL" else ""
    return f"was ended by {name}{why}"


class ProcessorTimes(NamedTuple):
    """Seconds that a process ran on a processor, and that it waited for one, ready to run."""

    ran: float
    waited: float


def processor_times(pid: int) -> ProcessorTimes:
    """Return the times of a process so far, zeros where the kernel does not count them."""
    try:
        ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    except (OSError, ValueError):
        return ProcessorTimes(0.0, 0.0)
    return ProcessorTimes(int(ran) / 1e9, int(waited) / 1e9)


def _resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, 0 where there is no /proc (macOS)."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


_channel: Connection | None = None
"""In a worker, its end of the pipe."""


def ask(question: Any) -> Any:
    """In a worker, ask the stage's process something and return what it replies."""
    if _channel is None:
        raise RuntimeError("only a page worker has somebody to ask")
    _channel.send(("question", question))
    return _channel.recv()


def _become_worker(pipe: Connection, parent: int, libc: ctypes.CDLL | None) -> NoReturn:
    """Serve requests until the pipe is closed, then end without the parent's exit handlers."""
    global _channel
    code = 1
    try:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            with suppress(OSError):
                Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO))
        if os.getppid() != parent:
            os._exit(0)
        # Ctrl-C goes to all processes of a terminal; the parent ends its worker itself. Handlers of
        # the parent (Airflow's for SIGTERM) would act on its behalf.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR2):
            signal.signal(number, signal.SIG_DFL)
        gc.freeze()  # a collection would copy the pages that are shared with the parent
        _channel = pipe
        while True:
            work, request = pipe.recv()
            pipe.send(("result", _result_of(work, request)))
    except (EOFError, ConnectionError):
        code = 0
    # Nothing of the parent may run in this process: not its exception handlers, not its finally.
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _result_of(work: Callable[[Any], Any], request: Any) -> Any:
    try:
        return work(request)
    # The page is at fault, or any page would be: page_faults decides it in the stage's process.
    except Exception as error:
        return Failed(
            portable(error), raised_at(error.__traceback__), "".join(traceback.format_exc())
        )


_of_thread = threading.local()


@contextmanager
def page_worker() -> Iterator[PageWorker]:
    """Yield the worker of this thread; one that is started within the block ends with it."""
    kept: PageWorker | None = getattr(_of_thread, "worker", None)
    if kept is not None and kept.is_mine:
        yield kept
        return
    worker = _of_thread.worker = PageWorker(settings().page_memory_bytes)
    try:
        yield worker
    finally:
        _of_thread.worker = None
        worker.close()


def keep_page_worker() -> None:
    """Let ``page_worker`` yield one worker until this process ends."""
    _of_thread.worker = PageWorker(settings().page_memory_bytes)
