"""Log files of a limited size: when one is full, its content becomes an older, numbered part.

``append_lines`` is for files that Dateline's own processes write, several at once, and
``empty_if_full`` for those that other programs hold open.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_LOCK_SECONDS = 5.0
"""For how long a writer waits for another one. A write takes less than a millisecond, so who holds
the lock for longer was stopped."""
_TORN_BYTES = 1 << 16
"""Where the end of the last whole line is looked for; a line has less."""


def append_lines(file: Path, lines: Sequence[str], limit: int, kept: int) -> None:
    """Write lines at the end of a file that other processes write too; rotate it where it is full.

    No line is lost or torn: the file is opened for each call, under a lock, so that nobody writes
    to a part that was rotated, and what a writer that was killed left of a line is cut off.

    Args:
        file: the log; it and its folder are created.
        lines: without their ends; one is at most ``_TORN_BYTES`` long.
        limit: bytes at which the file is full; it may grow beyond by the lines of one call.
        kept: number of older parts (``<name>.1`` is the newest); others are deleted.

    Raises:
        OSError: the lines cannot be written. None of them is in the file then.
    """
    if not lines:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file.with_name(f"{file.name}.lock")) as is_alone:
        if is_alone and file.exists() and file.stat().st_size >= limit:
            _number_older_parts(file, kept)
            if kept:
                file.replace(_part(file, 1))
            else:
                file.unlink()
        with file.open("a+b", buffering=0) as stream:
            end = _cut_torn_line(stream.fileno()) if is_alone else None
            try:
                _write(stream.fileno(), "".join(f"{line}\n" for line in lines).encode())
            except OSError:
                if end is not None:
                    os.ftruncate(stream.fileno(), end)
                raise


def empty_if_full(file: Path, limit: int, kept: int) -> bool:
    """Move the content of a log that is larger than the limit to a part, and tell whether it was.

    The processes that write to it have it open for appending, so it is copied and then emptied:
    they go on at its new end. Lines that come between the two steps are lost.

    Args:
        file: the log.
        limit: bytes.
        kept: number of older parts; others are deleted.

    Raises:
        OSError: the content cannot be copied. Nothing has changed then.
    """
    if not file.exists() or file.stat().st_size <= limit:
        return False
    if kept:
        # Copied first: where the disk is full, the older parts keep their numbers.
        copy = file.with_name(f"{file.name}.copy")
        try:
            shutil.copyfile(file, copy)
        except OSError:
            if copy.is_file():
                copy.unlink()
            raise
        _number_older_parts(file, kept)
        copy.replace(_part(file, 1))
    os.truncate(file, 0)
    return True


def _part(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.{number}")


def _number_older_parts(file: Path, kept: int) -> None:
    """Move each part one number up; the oldest is overwritten."""
    for number in range(kept, 1, -1):
        if _part(file, number - 1).exists():
            _part(file, number - 1).replace(_part(file, number))


@contextmanager
def _locked(lock: Path) -> Iterator[bool]:
    """Hold a lock file within the block; yield False where a process that was stopped holds it."""
    with lock.open("ab") as stream:
        is_held = _taken(stream.fileno())
        try:
            yield is_held
        finally:
            # Closing is not enough: a process that was forked meanwhile has the file open too.
            fcntl.flock(stream.fileno(), fcntl.LOCK_UN)


def _taken(handle: int) -> bool:
    stop_at = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > stop_at:
                return False
            time.sleep(0.002)
        else:
            return True


def _cut_torn_line(handle: int) -> int:
    """Cut off what stands after the last end of a line, and return the size of the file."""
    size = os.fstat(handle).st_size
    begin = max(0, size - _TORN_BYTES)
    tail = os.pread(handle, size - begin, begin)
    if tail and not tail.endswith(b"\n"):
        size = begin + tail.rfind(b"\n") + 1
        os.ftruncate(handle, size)
    return size


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]
