"""Holds forked processes together: one session, started together, ended together.

They end when the keeper is told to (SIGTERM, SIGINT, SIGHUP), when one of them dies, or when
standard input closes, which is how the keeper learns that the command that started it is gone, by
``kill -9`` too. Knows nothing of what the processes do; imports only the standard library.
"""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import FrameType

_PATIENCE = 5.0
"""Seconds that processes may take to end before they are killed; idle, Airflow's need 1."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def fork(run: Callable[[], object]) -> int:
    """Run a function in a forked process and return its pid; its exit code is the process's."""
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
    except BaseException:  # the process ends here, and nobody above may run the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def keep(parts: Mapping[str, Callable[[], object]], *, watch_stdin: bool) -> int:
    """Run the parts until the end; return 0 if we were told to end, 1 if a part died.

    Args:
        parts: what to run, by name; each in a process of its own.
        watch_stdin: end when standard input closes.
    """
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    # Before the first fork: a signal in between would end the keeper alone and orphan the parts.
    for number in _SIGNALS:
        signal.signal(number, note)
    children = {fork(run): name for name, run in parts.items()}
    dead = _watch(children, told, watch_stdin=watch_stdin)
    _end(children)
    return 1 if dead else 0


def _watch(children: dict[int, str], told: list[int], *, watch_stdin: bool) -> bool:
    """Wait; return True if a child died, False if we were told to stop."""
    while not told:
        if gone := _reap(children):
            sys.stderr.write(f"keeper: {', '.join(gone)} died\n")
            return True
        if watch_stdin and select.select([0], [], [], 0.5)[0] and not os.read(0, 1024):
            return False
        if not watch_stdin:
            time.sleep(0.5)
    return False


def _reap(children: dict[int, str]) -> list[str]:
    """Forget the children that have ended and return their names."""
    gone = []
    while children:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        if pid in children:
            gone.append(children.pop(pid))
    return gone


def _end(children: dict[int, str]) -> None:
    """End the children and what they have started, gently first.

    The whole process group is asked: a scheduler that is asked alone waits for its running tasks.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgid(0), signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while children and time.monotonic() < deadline:
        _reap(children)
        time.sleep(0.05)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
