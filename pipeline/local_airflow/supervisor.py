"""Supervise forked processes: start them together and end them together.

The processes end when the supervisor gets SIGTERM, SIGINT or SIGHUP, when one of them ends, or
when standard input closes. By the last, the supervisor notices that the command that started it is
gone, even after ``kill -9``. The module imports only the standard library.
"""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import FrameType

_END_SECONDS = 5.0
"""Seconds that processes may take to end before they are killed; an idle Airflow needs 1."""
_POLL_SECONDS = 0.5
"""Seconds between two checks of the processes."""
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
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def supervise(components: Mapping[str, Callable[[], object]], *, watch_stdin: bool) -> int:
    """Run each component in a process of its own until one ends or the supervisor must stop.

    Args:
        components: the function that each process runs, by the component's name.
        watch_stdin: stop when standard input closes.

    Returns:
        The exit code: 0 after a signal or a closed standard input, 1 after a component ended.
    """
    received: list[int] = []

    def record_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    # Handlers are set before the first fork: a signal in between would end the supervisor alone and
    # leave the components as orphans.
    for number in _SIGNALS:
        signal.signal(number, record_signal)
    children = {fork(run): name for name, run in components.items()}
    a_child_ended = _watch(children, received, watch_stdin=watch_stdin)
    _end(children)
    return 1 if a_child_ended else 0


def _watch(children: dict[int, str], received: list[int], *, watch_stdin: bool) -> bool:
    """Wait; return True when a child has ended, False when the supervisor must stop."""
    while not received:
        if ended := _reap(children):
            sys.stderr.write(f"supervisor: {', '.join(ended)} died\n")
            return True
        if not watch_stdin:
            time.sleep(_POLL_SECONDS)
        elif select.select([0], [], [], _POLL_SECONDS)[0] and not os.read(0, 1024):
            return False
    return False


def _reap(children: dict[int, str]) -> list[str]:
    """Remove the children that have ended from ``children`` and return their names."""
    ended = []
    while children:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        if pid in children:
            ended.append(children.pop(pid))
    return ended


def _end(children: dict[int, str]) -> None:
    """End the children and the processes they have started: SIGTERM first, then SIGKILL.

    SIGTERM goes to the whole process group, because a scheduler that gets it alone waits for its
    running tasks.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgid(0), signal.SIGTERM)
    deadline = time.monotonic() + _END_SECONDS
    while children and time.monotonic() < deadline:
        _reap(children)
        time.sleep(0.05)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
