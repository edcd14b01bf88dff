"""Storage of archive files: a local folder, or an object store (S3, Google Cloud, Azure).

Only this module knows which of the two an archive is.

A local file has the suffix ``.open`` while it is written, and its writer holds a lock on it, which
ends with the writer's process, however that ends. A file with its final name is whole. Readers look
for both names, so that what was flushed before a crash stays readable.

Objects in an object store cannot grow: there each flush ends one object. They are read by byte
range, so that a record of 40 kB in an object of 1 GB costs 40 kB. obstore does the requests; it
sends a large object in parts and tries a failed request again.
"""

import contextlib
import errno
import fcntl
import io
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from pipeline.errors import ArchiveError, ArchiveNotWritable
from pipeline.extras import how_to_install

if TYPE_CHECKING:
    from obstore.store import ObjectStore

OPEN = ".open"
"""Suffix of a file that is being written, or whose writer was killed."""
_SCHEMES = ("s3", "gs", "az")
_RETRIES = 5
_RETRY_TIME = timedelta(seconds=60)
_PART_BYTES = 8 << 20
"""Size of the parts in which a large object is sent and a whole one is read."""
_READ_BYTES = 1 << 20
_READ_AHEAD = 128 << 10
"""Bytes asked for where a record's length is not known; most records are smaller."""
_CHECK_BYTES = 1 << 16
_CHECK_NAME = "dateline-write-check"


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

    def discard(self) -> None:
        """Remove the file; for one in which nothing stands yet."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of an archive."""

    name: str
    """An absolute path or a URL, without the suffix ``.open``."""
    size: int
    modified_at: datetime
    is_open: bool = False
    """It has the suffix ``.open``."""


def new_segment(base: str, stem: str, ending: str) -> Segment:
    """Begin a file ``<base>/<stem>-<token><ending>`` with a random token of its own.

    Raises:
        ArchiveError: ``base`` cannot be written to.
    """
    name = file_name(base, f"{stem}-{secrets.token_hex(4)}{ending}")
    return _RemoteSegment(name) if is_remote(base) else _LocalSegment(Path(name))


def adopt(name: str) -> Segment | None:
    """Return a finished local file to append to, or None where that is not safe.

    It is safe for the process that holds the file's lock, and only for files with their final name,
    which are whole. Objects, and files on a file system without locks, are not appended to.
    """
    path = Path(name)
    try:
        file = path.open("r+b", buffering=0)
    except OSError:
        return None
    if _is_locked(file) and _is_still(file, path):
        with contextlib.suppress(OSError):
            return _LocalSegment(path, file)
    file.close()
    return None


def is_remote(name: str) -> bool:
    """Tell whether a name is the URL of an object rather than a local path or ``file://`` URL."""
    return "://" in name and not name.startswith("file://")


def local_path(name: str) -> str:
    """Return the path of a local name, which may be written as a ``file://`` URL."""
    return name.removeprefix("file://")


def file_name(base: str, relative: str) -> str:
    """Return the full name of a file of the archive ``base``."""
    if is_remote(base):
        return f"{base.rstrip('/')}/{relative}"
    return str(Path(local_path(base)).absolute() / relative)


def check_writable(base: str) -> None:
    """Check that files can be written below ``base``, before any page is fetched for it.

    In an object store, a small object is written and read back; once per process and base.

    Raises:
        ArchiveError: they cannot; the message says what to do.
    """
    if is_remote(base):
        _check_objects(base, _client_settings())
        return
    folder = Path(file_name(base, ""))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_CHECK_BYTES))  # a full disk still takes an empty file
            file.flush()
    except OSError as error:
        raise _cannot_write(str(folder), error) from error


@lru_cache(maxsize=64)
def _check_objects(base: str, _: "_ClientSettings") -> None:
    name = file_name(base, _CHECK_NAME)
    write_file(name, b"Dateline writes this object to see whether it may.\n")
    read_range(name, 0, 8)


def read_range(name: str, offset: int, length: int) -> bytes:
    """Return ``length`` bytes of a file from an offset; fewer where the file ends before.

    Raises:
        ArchiveError: the file does not exist or cannot be read.
    """
    if is_remote(name):
        return _read_object(name, offset, length)
    try:
        with open_file(name) as file:
            file.seek(offset)
            return file.read(length)
    except OSError as error:
        raise ArchiveError(f"{name} cannot be read: {error}") from error


def open_file(name: str) -> IO[bytes]:
    """Open an archive file for reading, under its final name or else with the suffix ``.open``.

    Raises:
        ArchiveError: neither exists.
    """
    if is_remote(name):
        return io.BufferedReader(_RemoteFile(name))
    path = Path(local_path(name))
    # A writer may give the file its other name between two looks.
    for place in (path, path.with_name(path.name + OPEN), path):
        try:
            return place.open("rb")
        except FileNotFoundError as error:
            missing = error
        except OSError as error:
            raise ArchiveError(f"archive file {name} cannot be opened: {error}") from error
    raise ArchiveError(f"archive file {name} cannot be opened: {missing}") from missing


def write_file(name: str, data: bytes | Iterator[bytes]) -> None:
    """Write a whole file at once: a reader or a crash finds the old one or the new one.

    Raises:
        ArchiveError: it cannot be written.
    """
    parts: Iterator[bytes] = iter([data]) if isinstance(data, bytes) else data
    if is_remote(name):
        # Collected first: obstore asks for the parts where it cannot do another request, and they
        # may come from other objects.
        with tempfile.SpooledTemporaryFile(_PART_BYTES) as file:
            file.writelines(parts)
            file.seek(0)
            _write_object(name, iter(lambda: file.read(_READ_BYTES), b""))
        return
    path = Path(local_path(name))
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.writelines(parts)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(name, error) from error


def remove(name: str) -> None:
    """Remove a file, under either of its names; one that does not exist is fine.

    Raises:
        ArchiveError: it cannot be removed.
    """
    try:
        if is_remote(name):
            with _object(name) as (store, key):
                store.delete(key)
            return
        path = Path(local_path(name))
        path.unlink(missing_ok=True)
        path.with_name(path.name + OPEN).unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"{name} cannot be removed: {error}") from error


def stored_files(base: str, ending: str) -> list[StoredFile]:
    """Return the files below ``base`` whose names have this ending, in the order of their names.

    Raises:
        ArchiveError: the archive cannot be listed.
    """
    if is_remote(base):
        return _stored_objects(base, ending)
    found = {}
    for path in Path(file_name(base, "")).rglob(f"*{ending}*"):
        name = str(path).removesuffix(OPEN)
        if not name.endswith(ending):
            continue
        try:
            state = path.stat()
        except FileNotFoundError:  # renamed or removed since it was listed
            continue
        modified = datetime.fromtimestamp(state.st_mtime, UTC)
        found[name] = StoredFile(name, state.st_size, modified, path.name.endswith(OPEN))
    return [found[name] for name in sorted(found)]


@contextlib.contextmanager
def hold(name: str) -> Iterator[bool]:
    """Hold a file's lock within the block; yield False where a writer holds it or it is gone.

    An object has no lock and no writer: its name appears once it is whole.
    """
    if is_remote(name):
        yield True
        return
    try:
        file = open_file(name)
    except ArchiveError:
        yield False
        return
    with file:
        path = Path(local_path(name))
        places = (path, path.with_name(path.name + OPEN))
        yield _is_locked(file) and any(_is_still(file, place) for place in places)


def cut_and_close(name: str, size: int) -> None:
    """Cut a file that a killed writer left open to ``size`` bytes and give it its final name.

    Raises:
        ArchiveError: that is not possible.
    """
    path = Path(local_path(name))
    open_path = path.with_name(path.name + OPEN)
    try:
        with open_path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
        open_path.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(name, error) from error


class _LocalSegment:
    """A new file, or a finished one that its lock's holder appends to."""

    def __init__(self, path: Path, adopted: io.FileIO | None = None) -> None:
        self.name = str(path)
        self.size = 0
        self._path = path
        self._open_path = path.with_name(path.name + OPEN)
        if adopted is not None:
            path.rename(self._open_path)
            self._file = adopted
            self.size = adopted.seek(0, os.SEEK_END)
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._open_path.open("xb", buffering=0)
        except OSError as error:
            raise _cannot_write(self.name, error) from error
        # The file is new: only who looks whether it has a writer can hold the lock, for an instant.
        # On a file system without locks nobody takes the file for one whose writer was killed.
        with contextlib.suppress(OSError):
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX)

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
            if self._file.tell() != self.size:
                self._cut_to_size()
            # Renamed before the lock ends with the file: who gets the lock finds the final name.
            self._open_path.rename(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise _cannot_write(self.name, error) from error
        finally:
            self._file.close()

    def discard(self) -> None:
        self._file.close()
        with contextlib.suppress(OSError):
            self._open_path.unlink()


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
        _write_object(self.name, iter(self._parts))
        return False

    def close(self) -> None:
        self.flush()

    def discard(self) -> None:
        self._parts.clear()


class _RemoteFile(io.RawIOBase):
    """An object as a file; while it is read on, each request asks for more, up to 8 MB."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._place = 0
        self._ahead = b""
        self._ahead_start = 0
        self._ask_for = _READ_AHEAD
        with _object(name, reading=True) as (store, key):
            self._size = store.head(key)["size"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        skip = self._place - self._ahead_start
        if not 0 <= skip < len(self._ahead):
            reads_on = self._ahead and skip == len(self._ahead)
            self._ask_for = min(self._ask_for * 2, _PART_BYTES) if reads_on else _READ_AHEAD
            wanted = min(max(self._ask_for, len(buffer)), self._size - self._place)
            self._ahead = _read_object(self._name, self._place, wanted)
            self._ahead_start, skip = self._place, 0
        data = self._ahead[skip : skip + len(buffer)]
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


_ClientSettings = tuple[int, tuple[tuple[str, str], ...]]


def _client_settings() -> _ClientSettings:
    """Return what a client depends on.

    It is the variables of its object store, and the process, since its threads do not survive a
    fork.
    """
    prefixes = ("AWS_", "GOOGLE_", "AZURE_")
    return os.getpid(), tuple(
        sorted((name, value) for name, value in os.environ.items() if name.startswith(prefixes))
    )


@lru_cache(maxsize=16)
def _store(scheme: str, bucket: str, _: _ClientSettings) -> "ObjectStore":
    """Return the client of a bucket, which reads its credentials from the environment."""
    from obstore.store import from_url

    return from_url(
        f"{scheme}://{bucket}",
        # Plain HTTP only where the endpoint of the environment says so (AWS_ENDPOINT_URL=http://…).
        client_options={"allow_http": True, "timeout": timedelta(seconds=120)},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_TIME},
    )


@contextlib.contextmanager
def _object(name: str, *, reading: bool = False) -> Iterator[tuple["ObjectStore", str]]:
    """Yield the client and the key of an object, and turn what fails into one line.

    Raises:
        ArchiveError: the library is missing, or the store refuses or cannot be reached.
    """
    scheme, _, rest = name.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in _SCHEMES:
        known = ", ".join(f"{each}://" for each in _SCHEMES)
        raise ArchiveError(
            f"{name} is neither a folder nor a URL that begins with {known}: correct"
            " DATELINE_ARCHIVE"
        )
    try:
        from obstore.exceptions import BaseError
    except ImportError as error:
        raise ArchiveError(f"{name} needs the extra s3: {how_to_install('s3')}") from error
    try:
        yield _store(scheme, bucket, _client_settings()), key
    # A missing object is a FileNotFoundError, a wrong setting a ValueError.
    except (BaseError, OSError, ValueError) as error:
        if reading:
            raise ArchiveError(f"{name} cannot be read: {_said(error)}") from error
        raise ArchiveNotWritable(f"{name} cannot be written: {_said(error)}") from error


_CODE = re.compile(r"<Code>(\w+)</Code>")
_ADVICE = {
    "NoSuchBucket": "create the bucket or correct DATELINE_ARCHIVE",
    "AccessDenied": "give the key of AWS_ACCESS_KEY_ID the right to read and write there",
    "InvalidAccessKeyId": "correct AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "correct AWS_SECRET_ACCESS_KEY",
    "NoSuchKey": "see whether DATELINE_ARCHIVE names the archive that was written",
}
_GENERAL_ADVICE = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL"


def _said(error: Exception) -> str:
    """Return what an object store's error says, with the next action, in one line."""
    text = str(error).partition("\n\nDebug source")[0]
    code = _CODE.search(text)
    known = code[1] if code else ""
    advice = _ADVICE.get(known, _GENERAL_ADVICE)
    if "169.254.169.254" in text:
        known = "no credentials"
        advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    return f"{known or ' '.join(text.split())[:300]}; {advice}"


def _read_object(name: str, offset: int, length: int) -> bytes:
    if length <= 0:
        return b""
    with _object(name, reading=True) as (store, key):
        return bytes(store.get_range(key, start=offset, length=length))


def _write_object(name: str, data: bytes | Iterator[bytes]) -> None:
    with _object(name) as (store, key):
        store.put(key, data, chunk_size=_PART_BYTES)


def _stored_objects(base: str, ending: str) -> list[StoredFile]:
    bucket = "/".join(base.split("/")[:3])
    with _object(f"{base.rstrip('/')}/", reading=True) as (store, prefix):
        found = [
            StoredFile(f"{bucket}/{each['path']}", each["size"], each["last_modified"])
            for chunk in store.list(prefix or None)
            for each in chunk
            if each["path"].endswith(ending)
        ]
    return sorted(found, key=lambda file: file.name)


def _is_locked(file: IO[bytes]) -> bool:
    """Take the lock of an open file, held until it is closed; return whether it could be had."""
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Tell whether a path is still that of an open file; it may have been renamed or removed."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the names of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(name: str, error: Exception) -> ArchiveNotWritable:
    return ArchiveNotWritable(f"archive file {name} cannot be written: {error}; {_advice(error)}")


def _advice(error: Exception) -> str:
    """Return what the operator can do about an error of the file system."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free space or set DATELINE_ARCHIVE to another place, then run the same command"
    return "set DATELINE_HOME to a folder that can be written, or DATELINE_ARCHIVE for pages alone"
