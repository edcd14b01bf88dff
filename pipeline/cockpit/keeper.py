"""The process that holds Airflow's components together; run as ``python -m`` by ``processes.py``.

It leads a session of its own, starts the components in it, and ends them all when it is told to
(SIGTERM, SIGINT), when one of them dies, or when its standard input closes, which is how it learns
that the command that started it is gone, by ``kill -9`` too. Imports only the standard library: it
is there for as long as Airflow runs.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

COMPONENTS = ("scheduler", "dag-processor", "api-server")
"""No triggerer: nothing of ours defers, and it costs 15 CPU-seconds to start."""
_PATIENCE = 10.0
"""Seconds a component may take to end before it is killed; measured: 5 to 18 for all."""


def main(arguments: list[str]) -> int:
    """Run the components until the end; return 0 if they were told to end, 1 if one died.

    Args:
        arguments: ``migrate`` to prepare the metadata database first, ``detached`` to ignore
            standard input.
    """
    with _told_to_stop() as stop:
        if "migrate" in arguments and _airflow("db", "migrate").wait() != 0:
            _say("airflow db migrate failed")
            return 1
        children = {name: _airflow(name) for name in COMPONENTS}
        try:
            dead = _watch(children, stop, watch_stdin="detached" not in arguments)
        finally:
            end(children)
    return 1 if dead else 0


def _airflow(*words: str) -> subprocess.Popen[bytes]:
    # Not the console script: its shebang line cannot hold a path with spaces on every system.
    command = [sys.executable, "-m", "airflow", *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def _watch(
    children: dict[str, subprocess.Popen[bytes]], stop: list[int], *, watch_stdin: bool
) -> str | None:
    """Wait; return the name of the component that died, or None if we were told to stop."""
    while not stop:
        for name, child in children.items():
            if child.poll() is not None:
                _say(f"{name} ended with code {child.returncode}")
                return name
        if watch_stdin:
            if select.select([sys.stdin], [], [], 0.5)[0] and not os.read(0, 1024):
                return None
        else:
            time.sleep(0.5)
    return None


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End the components and all that they started, gently first.

    The whole process group is asked, not only the components: a scheduler that alone is asked waits
    for its running tasks.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgid(0), signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """Yield a list that becomes non-empty when a signal tells us to stop."""
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    yield told


def _say(words: str) -> None:
    sys.stderr.write(f"keeper: {words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
