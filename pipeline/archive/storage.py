"""Storage of archive files: a local folder, or any place that fsspec can write to.

A local file is written under its name with the suffix ``.open`` and is renamed at the end. Readers
look for both names, so that what was flushed before a crash stays readable. Objects in an object
store cannot grow: there each flush ends one object.
"""

import contextlib
import errno
import os
import secrets
from pathlib import Path
from typing import IO, Protocol

from pipeline.errors import ArchiveError

OPEN = ".open"
"""Suffix of a file that is being written, or whose writer crashed."""


class Segment(Protocol):
    """One archive file that is being written."""

    name: str
    """Its final name, an absolute path or a URL."""
    size: int
    """Bytes appended so far."""

    def append(self, data: bytes) -> None:
        """Append bytes; on an error ``size`` stays and none of them counts.

        What a failed write left in the file is cut off at once or, where that fails too, before the
        next append. A file that takes no more appends may keep a broken record at its end.
        """

    def flush(self) -> bool:
        """Make what was appended durable; return False if nothing more can be appended."""

    def close(self) -> None:
        """Flush and give the file its final name."""


def new_segment(base: str, stem: str) -> Segment:
    """Begin a file ``<base>/<stem>-<token>.warc.gz`` with a random token of its own.

    Raises:
        ArchiveError: ``base`` cannot be written to.
    """
    name = f"{stem}-{secrets.token_hex(4)}.warc.gz"
    if is_remote(base):
        return _RemoteSegment(f"{base.rstrip('/')}/{name}")
    return _LocalSegment(Path(local_path(base)).absolute() / name)


def is_remote(name: str) -> bool:
    """Tell whether a name is an fsspec URL rather than a local path or ``file://`` URL."""
    return "://" in name and not name.startswith("file://")


def local_path(name: str) -> str:
    """Return the path of a local name, which may be written as a ``file://`` URL."""
    return name.removeprefix("file://")


def read_range(name: str, offset: int, length: int | None) -> bytes:
    """Return ``length`` bytes of a file from an offset, or all up to its end where it is None.

    Raises:
        ArchiveError: the file does not exist or cannot be read.
    """
    try:
        with open_file(name) as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)
    except OSError as error:
        raise ArchiveError(f"{name} cannot be read: {error}") from error


def open_file(name: str) -> IO[bytes]:
    """Open an archive file for reading, under its final name or else with the suffix ``.open``.

    Raises:
        ArchiveError: neither exists.
    """
    try:
        if is_remote(name):
            import fsspec

            file: IO[bytes] = fsspec.open(name, "rb").open()
            return file
        path = Path(local_path(name))
        return (path if path.exists() else path.with_name(path.name + OPEN)).open("rb")
    except (OSError, ValueError, ImportError) as error:
        raise ArchiveError(f"archive file {name} cannot be opened: {error}") from error


class _LocalSegment:
    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.size = 0
        self._path = path
        self._open_path = path.with_name(path.name + OPEN)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._open_path.open("xb", buffering=0)
        except OSError as error:
            raise _cannot_write(self.name, error) from error

    def append(self, data: bytes) -> None:
        try:
            if self._file.tell() != self.size:
                self._cut_to_size()
            self._write(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._cut_to_size()
            raise _cannot_write(self.name, error) from error
        self.size += len(data)

    def _cut_to_size(self) -> None:
        self._file.truncate(self.size)
        self._file.seek(self.size)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def flush(self) -> bool:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_write(self.name, error) from error
        return True

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._file.close()
        try:
            self._open_path.rename(self._path)
        except OSError as error:
            raise _cannot_write(self.name, error) from error


class _RemoteSegment:
    """A segment that is kept in memory until its flush: a task's pages are some megabytes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._parts: list[bytes] = []

    def append(self, data: bytes) -> None:
        self._parts.append(data)
        self.size += len(data)

    def flush(self) -> bool:
        import fsspec

        try:
            with fsspec.open(self.name, "wb", auto_mkdir=True) as file:
                file.write(b"".join(self._parts))
        except (OSError, ValueError, ImportError) as error:
            raise _cannot_write(self.name, error) from error
        return False

    def close(self) -> None:
        self.flush()


def _cannot_write(name: str, error: Exception) -> ArchiveError:
    return ArchiveError(f"archive file {name} cannot be written: {error}; {_advice(error)}")


def _advice(error: Exception) -> str:
    """Return what the operator can do about an error of the file system or of fsspec."""
    if isinstance(error, ImportError):
        # fsspec's own error names no module; the import that failed is its cause.
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        return f"install {cause.name}: pip install {cause.name}" if cause.name else "install it"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free space or set DATELINE_ARCHIVE to another place"
    return "set DATELINE_ARCHIVE to a place that can be written"
