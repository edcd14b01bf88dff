"""A queue between processes that outlives a killed reader or writer.

The workers of Airflow's LocalExecutor take their tasks from a ``multiprocessing.SimpleQueue``. One
idle worker waits in the pipe, and holds a semaphore meanwhile; the others wait for the semaphore.
If the one is killed (``kill -9``, the kernel where memory is short), nobody gives the semaphore
back: no worker ever takes a task again, every task stays ``queued``, and nothing fails. A lock on a
file ends with the process that holds it.
"""

import fcntl
import multiprocessing
import tempfile
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from types import TracebackType
from typing import Any


class FileLock:
    """A lock between this process and those forked from it, which ends with its holder.

    It is a record lock (``fcntl``), which belongs to a process: it does not keep two threads apart.
    Its file stays open until the process ends.
    """

    def __init__(self) -> None:
        self._handle, path = tempfile.mkstemp(prefix="dateline-lock-")
        Path(path).unlink()  # the open file is enough, for this process and its forks

    def __enter__(self) -> None:
        """Wait for the lock and take it."""
        fcntl.lockf(self._handle, fcntl.LOCK_EX)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        fcntl.lockf(self._handle, fcntl.LOCK_UN)


class TaskQueue(SimpleQueue[Any]):
    """A ``SimpleQueue`` with locks that end with their holders, for processes that are forked."""

    def __init__(self) -> None:
        super().__init__(ctx=multiprocessing.get_context("fork"))
        self._rlock = FileLock()
        self._wlock = FileLock()


def task_queue() -> SimpleQueue[Any]:
    """Return a queue for LocalExecutor; Python's own where its workers are not forked (macOS)."""
    if multiprocessing.get_start_method() == "fork":
        return TaskQueue()
    return multiprocessing.SimpleQueue()
