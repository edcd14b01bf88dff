"""Supervise forked processes: start them together, start again what dies, end them together.

The processes end when the supervisor gets SIGTERM, SIGINT or SIGHUP, or when standard input closes.
By the last, the supervisor notices that the command that started it is gone, even after ``kill
-9``. One that dies is started again after a pause, or ends all others, as the caller wants. What a
dead process had started itself is ended first: a killed scheduler leaves its workers and their
tasks behind, which would ask a dead API for ever.

Where the clock of the machine is set back, all of them are ended and started again: each keeps
times in its memory that now lie ahead, and would wait for them.
"""

import ctypes
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pipeline.alerts.restarts import record_death

_END_SECONDS = 5.0
"""Seconds that processes may take to end before they are killed; an idle Airflow needs 1."""
_POLL_SECONDS = 0.5
"""Seconds between two checks of the processes."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
"""Seconds before a process that died is started again: 1, 2, 4, … 60."""
_STEADY_SECONDS = 600.0
"""A process that lived this long begins with the first pause again."""
_SET_BACK_SECONDS = 600.0
"""A clock that falls by this much against the steady one was set back; time servers correct small
errors without such steps."""
_PR_SET_CHILD_SUBREAPER = 36
"""Linux, prctl(2): processes whose parent has died become children of the caller."""
CANNOT_START = 78
"""Exit code (EX_CONFIG of sysexits.h) by which a component says at its first start that it can
never run like this, as where its port is taken: all end, and the supervisor with the same code."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def fork(run: Callable[[], object]) -> int:
    """Call ``run`` in a forked process and return the process id.

    The process exits with 0, with the code of a SystemExit, or with 1 after any other exception,
    whose traceback it prints.
    """
    pid = os.fork()
    if pid:
        return pid
    code = 1
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    try:
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # the process ends here: the caller's code belongs to the parent
        traceback.print_exc()
    finally:
        # A full disk: an error here would let the child go on with the code of its parent.
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


@dataclass(slots=True)
class _Component:
    """A process that is kept running."""

    name: str
    run: Callable[[], object]
    pid: int | None = None
    started_at: float = 0.0
    """Readings of ``time.monotonic``."""
    start_at: float = 0.0
    pause: float = _FIRST_PAUSE
    starts: int = 0

    def start(self) -> None:
        self.starts += 1
        self.pid = fork(self.run)
        self.started_at = time.monotonic()

    def has_died(self) -> None:
        """Plan its next start."""
        now = time.monotonic()
        if now - self.started_at > _STEADY_SECONDS:
            self.pause = _FIRST_PAUSE
        self.pid = None
        self.start_at = now + self.pause
        self.pause = min(2 * self.pause, _LONGEST_PAUSE)

    def pause_left(self) -> float:
        """Return the seconds until it is started again."""
        return max(0.0, self.start_at - time.monotonic())


def _clock_ahead() -> float:
    """Return the seconds by which the clock of the machine is ahead of the steady one."""
    return time.time() - time.monotonic()


@dataclass(slots=True)
class _Supervisor:
    components: list[_Component]
    watch_stdin: bool
    restarts: Path | None
    after_set_back: Callable[[], object]
    received: list[int] = field(default_factory=list)
    clock_ahead: float = field(default_factory=_clock_ahead)

    def run(self) -> int:
        # Handlers are set before the first fork: a signal in between would end the supervisor alone
        # and leave the components as orphans.
        self._handle_signals()
        if self.restarts is not None:
            _adopt_orphans()
        for component in self.components:
            component.start()
        code = self._watch()
        self._end()
        return code

    def _handle_signals(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._record_signal)

    def _record_signal(self, number: int, _frame: FrameType | None) -> None:
        self.received.append(number)

    def _watch(self) -> int:
        """Wait; return the exit code when a component has ended for good, or all must stop."""
        while not self.received:
            for component, code in self._reap():
                _say(f"{component.name} died")
                if code == CANNOT_START and component.starts == 1:
                    return CANNOT_START
                if self.restarts is None:
                    return 1
                component.has_died()
                record_death(
                    self.restarts,
                    component.name,
                    datetime.now(UTC),
                    exit_code=code,
                    again_in=component.pause_left(),
                )
                _end_orphans({each.pid for each in self.components})
            self._look_at_clock()
            self._start_again()
            if not self.watch_stdin:
                time.sleep(_POLL_SECONDS)
            elif select.select([0], [], [], _POLL_SECONDS)[0] and not os.read(0, 1024):
                return 0
        return 0

    def _start_again(self) -> None:
        now = time.monotonic()
        for component in self.components:
            if component.pid is None and now >= component.start_at:
                component.start()
                _say(f"{component.name} is started again")

    def _look_at_clock(self) -> None:
        """Start everything again if the clock was set back since the last look."""
        before, self.clock_ahead = self.clock_ahead, _clock_ahead()
        if (seconds := before - self.clock_ahead) < _SET_BACK_SECONDS:
            return
        _say(f"the clock was set back by {seconds:.0f} s: all components are started again")
        self._end()
        self._handle_signals()
        self.after_set_back()
        for component in self.components:
            component.start()

    def _reap(self) -> list[tuple[_Component, int]]:
        """Return the components that have ended, with their exit codes, minus a signal's number."""
        by_pid = {each.pid: each for each in self.components if each.pid is not None}
        ended = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in by_pid:
                by_pid[pid].pid = None
                ended.append((by_pid[pid], os.waitstatus_to_exitcode(status)))
        return ended

    def _end(self) -> None:
        """End the components and the processes they have started: SIGTERM first, then SIGKILL.

        SIGTERM goes to the whole process group, because a scheduler that gets it alone waits for
        its running tasks.
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpgid(0), signal.SIGTERM)
        deadline = time.monotonic() + _END_SECONDS
        while time.monotonic() < deadline and any(each.pid for each in self.components):
            self._reap()
            time.sleep(0.05)
        for component in self.components:
            if component.pid is not None:
                os.kill(component.pid, signal.SIGKILL)
                os.waitpid(component.pid, 0)
                component.pid = None
        if self.restarts is not None:
            _end_orphans(set())


def supervise(
    components: Mapping[str, Callable[[], object]],
    *,
    watch_stdin: bool,
    restarts: Path | None = None,
    after_set_back: Callable[[], object] = lambda: None,
) -> int:
    """Run each component in a process of its own until the supervisor must stop.

    Args:
        components: the function that each process runs, by the component's name.
        watch_stdin: stop when standard input closes.
        restarts: a file that gets a JSON line for each component that dies and is started again;
            None to end all of them as soon as one ends.
        after_set_back: called while no component is running, after the clock was set back and
            before all of them are started again; it must not raise.

    Returns:
        The exit code: 0 after a signal or a closed standard input, 1 after a component ended,
        ``CANNOT_START`` after one ended with it at its first start.
    """
    kept = [_Component(name, run) for name, run in components.items()]
    return _Supervisor(kept, watch_stdin, restarts, after_set_back).run()


def _say(line: str) -> None:
    """Write a line to the log, unless the disk is full: that must not end the supervisor."""
    with suppress(OSError):
        sys.stderr.write(f"supervisor: {line}\n")


def _adopt_orphans() -> None:
    """Become the parent of processes whose parent dies; where the system cannot, do nothing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _is_of_our_session(pid: int) -> bool:
    with suppress(ProcessLookupError):
        return os.getsid(pid) == os.getsid(0)
    return False


def _end_orphans(ours: set[int | None]) -> None:
    """End the children of this process that are not ``ours``, with all below them.

    What has a session of its own was started to live by itself: Postgres, which the keeper starts
    again, becomes a child of this process too.
    """
    import psutil  # type: ignore[import-untyped]

    deadline = time.monotonic() + _END_SECONDS
    number = signal.SIGTERM
    while True:
        found = [
            each
            for each in psutil.Process().children()
            if each.pid not in ours and _is_of_our_session(each.pid)
        ]
        alive = [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                for below in process.children(recursive=True):
                    below.send_signal(number)
                process.send_signal(number)
        for process in found:
            with suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)
        if not alive:
            return
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.1)
