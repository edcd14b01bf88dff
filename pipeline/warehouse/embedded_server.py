"""The embedded PostgreSQL server: started by the first process that needs it, up until stopped.

Only the programs come from a wheel; the life cycle is managed here. A lock between processes guards
starts and stops. A cluster is made under another name and renamed when it is complete. A start is
retried. The server listens on one unix socket, and on TCP at 127.0.0.1 only where ``listen`` asked
for it: then it asks for passwords there. It is not stopped when the process ends, and the modes of
the caller's folders are never changed.
"""

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.warehouse import postgres_binaries

SQL_LOGIN_FILE = "sql_login.json"
"""File in the home folder with the login of ``dateline sql`` (``read_only.py``)."""
_SOCKET_LIMIT = 90
"""sockaddr_un holds 107 bytes on Linux and 103 on macOS; "/.s.PGSQL.5432" takes 14 of them."""
_SOCKET_PARENT = Path("/tmp")  # noqa: S108  # not TMPDIR: every process must find the same socket
_START_SECONDS = 20.0
"""For how long a start is retried: after kill -9 of the postmaster its children hold the shared
memory for about 2 s, and until they are gone ``pg_ctl start`` fails."""
_PORT = 5432
"""Port of the socket's name, and of TCP where no other is asked for."""
_PASSWORDS = """\
# Written by Dateline. The account that owns the socket needs no password; TCP always asks for one.
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""
_OPTIONS = (
    "-c unix_socket_permissions=0700 -c max_connections=200 -c log_checkpoints=off -c timezone=UTC"
)
_CACHED = (128, 1024)
"""Megabytes that Postgres caches, at least and at most. In a store of a million articles the 24,587
mentions of one entity take 191 ms of processor time with 128 MB, 121 with 512, 110 with 1,024 and
112 with 4,096: what Postgres does not hold, it copies from the system's cache page by page."""
_MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where a container's limit stands, in bytes, or ``max``."""


_STAMP = re.compile(r"^\S+ \S+ \S+ \[\d+\] ")
"""What a log line begins with: ``2026-11-22 06:07:51.008 UTC [5508] ``."""


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a server runs, where its data is, and its address."""

    is_running: bool
    data: Path
    version: str | None
    """Version that the server reports; None where it does not run."""
    dsn: str


class EmbeddedServer:
    """One PostgreSQL cluster below a home folder.

    Args:
        home: Dateline's home; the cluster is ``<home>/pg<major version>``.
        options: further options of ``postgres``, in shell syntax.
    """

    def __init__(self, home: Path, options: str = "") -> None:
        self.home = home
        self._given = options
        self._programs = postgres_binaries.installed()
        self.data = home / f"pg{postgres_binaries.major_version(self._programs)}"
        self._who = postgres_binaries.account(self.data)

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket: the cluster's own, unless its path is too long."""
        if len(os.fsencode(self.data)) <= _SOCKET_LIMIT:
            return self.data
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return _SOCKET_PARENT / f"dateline-{os.geteuid()}-{mark}.sock"

    def dsn(self, database: str = "dateline") -> str:
        """Return the connection URI of a database on this server."""
        port = self.tcp_port() or _PORT
        tail = f"&port={port}" if port != _PORT else ""
        where = quote(str(self.socket_folder), safe="/")
        return f"postgresql://postgres@/{database}?host={where}{tail}"

    def tcp_port(self) -> int | None:
        """Return the port on which the server listens, or None where it listens on none."""
        try:
            return int(self._tcp_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError:
            raise SettingsError(f"{self._tcp_file} is damaged: remove it and try again.") from None

    def listen(self, port: int | None) -> None:
        """Listen on this port of 127.0.0.1, or on none, from now on; restart where that changes.

        Raises:
            SettingsError: the port is taken.
            StoreUnavailable: the server does not start.
        """
        if port == self.tcp_port() or not (self.data / "PG_VERSION").exists():
            self.start()
        if port == self.tcp_port():
            return
        if port:
            _refuse_taken(port)
        self.stop()
        if port:
            (self.data / "pg_hba.conf").write_text(_PASSWORDS, encoding="utf-8")
            self._tcp_file.write_text(str(port), encoding="utf-8")
        else:
            self._tcp_file.unlink()
        self.start()

    def is_ready(self) -> bool:
        """Return whether the server answers."""
        return self._server_version() is not None

    def status(self) -> Status:
        """Return the state of the server."""
        version = self._server_version()
        return Status(version is not None, self.data, version, self.dsn())

    def start(self) -> bool:
        """Start the server and return when it answers; do nothing where it runs already.

        Returns:
            Whether it was started.

        Raises:
            SettingsError: the folder, the disk or the programs do not allow it.
            StoreUnavailable: it did not start; the message quotes its log.
        """
        if self.is_ready():
            return False
        with self._lock():
            if self.is_ready():
                return False
            programs = postgres_binaries.reachable(self._programs, self.home, self._who)
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster(programs)
            self._start(programs)
        return True

    def stop(self) -> bool:
        """Stop the server and return whether it ran; open transactions are rolled back."""
        if not self.home.is_dir():
            return False
        with self._lock(), self._as_seen_by_server(self.data) as (data, fds):
            if not (self.data / "postmaster.pid").exists():
                return False
            programs = postgres_binaries.reachable(self._programs, self.home, self._who)
            command = [
                str(programs / "pg_ctl"),
                "-D",
                data,
                "-w",
                "-t",
                "120",
                "-m",
                "fast",
                "stop",
            ]
            return postgres_binaries.run_as(self._who, command, fds).returncode == 0

    def remove(self) -> None:
        """Stop the server and remove its cluster and every file that was made for it."""
        self.stop()
        for folder in (self.data, self._unfinished, postgres_binaries.copies_folder(self.home)):
            shutil.rmtree(folder, ignore_errors=True)
        if self.socket_folder != self.data:
            shutil.rmtree(self.socket_folder, ignore_errors=True)
        (self.home / SQL_LOGIN_FILE).unlink(missing_ok=True)
        self._tcp_file.unlink(missing_ok=True)
        self._lock_file.unlink(missing_ok=True)

    @property
    def _unfinished(self) -> Path:
        return self.data.with_name(self.data.name + ".new")

    @property
    def _tcp_file(self) -> Path:
        return self.home / "tcp_port"

    @property
    def _options(self) -> str:
        port = self.tcp_port()
        tcp = f"-c listen_addresses=127.0.0.1 -c port={port}" if port else "-c listen_addresses=''"
        return f"{_OPTIONS} -c shared_buffers={_cached()}MB {tcp} {self._given}"

    @property
    def _lock_file(self) -> Path:
        return self.data.with_name(self.data.name + ".lock")

    def _server_version(self) -> str | None:
        try:
            conn = psycopg.connect(self.dsn("postgres"), connect_timeout=5)
        except psycopg.OperationalError:
            return None
        with closing(conn):
            return conn.info.parameter_status("server_version")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = self._lock_file.open("a")
        except OSError as error:
            raise SettingsError(
                f"the embedded server cannot keep its files in {self.home} ({error.strerror}): "
                "set DATELINE_HOME to a folder that you may write to."
            ) from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _as_seen_by_server(self, folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield a folder's path for the server's account, and the descriptors to pass on.

        Where the account may not reach the folder (one above it has mode 0700), the path leads to
        an open directory: the kernel follows /proc/self/fd/<n> without checking the folders above.
        """
        if not folder.is_dir() or postgres_binaries.may_enter(self._who, folder):
            yield str(folder), ()
            return
        if not Path("/proc/self/fd").is_dir():
            raise SettingsError(
                f"user {self._who.name} cannot enter {folder}: set DATELINE_HOME to a folder that "
                "everybody may enter, or run as an ordinary user."
            )
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{handle}", (handle,)
        finally:
            os.close(handle)

    def _make_cluster(self, programs: Path) -> None:
        new = self._unfinished
        try:
            if new.exists():  # a process died while making it; this one has the lock now
                shutil.rmtree(new)
            new.mkdir(mode=0o700)
            self._give_to_account(new)
        except OSError as error:
            raise SettingsError(
                f"cannot make the database folder {new} ({error.strerror}): "
                "set DATELINE_HOME to a folder on a local disk that you may write to."
            ) from error
        self._initdb(programs, new)
        new.rename(self.data)

    def _initdb(self, programs: Path, new: Path) -> None:
        options = ["-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]
        if postgres_binaries.major_version(programs) >= 17:
            # With the server's own collation an update of the C library cannot corrupt an index.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with self._as_seen_by_server(new) as (data, fds):
            made = postgres_binaries.run_as(
                self._who, [programs / "initdb", "-D", data, *options], fds
            )
        if made.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise SettingsError(
                f"cannot make a database in {self.data} ({_error_line(made.stdout)}): make room or "
                "set DATELINE_HOME to another folder, or DATELINE_DSN to a server of your own."
            )

    def _give_to_account(self, folder: Path) -> None:
        if self._who.uid is not None:
            os.chown(folder, self._who.uid, self._who.gid or 0)

    def _start(self, programs: Path) -> None:
        sockets = self._make_socket_folder()
        began = time.monotonic()
        logged = self._log_file.stat().st_size if self._log_file.exists() else 0
        with self._as_seen_by_server(self.data) as (data, fds):
            where = data if sockets == self.data else str(sockets)
            options = f"{self._options} -k {_socket_option(where)}"
            log_file = f"{data}/server.log"
            command = [str(programs / "pg_ctl"), "-D", data, "-w", "-t", "600", "-l", log_file]
            command += ["-o", options, "start"]
            is_tried = False
            while not self.is_ready():
                if is_tried and time.monotonic() - began > _START_SECONDS:
                    raise StoreUnavailable(self._why_not_started(logged))
                is_tried = True
                if postgres_binaries.run_as(self._who, command, fds, capture=False).returncode:
                    time.sleep(0.2)
        log.debug("embedded server started", seconds=round(time.monotonic() - began, 2))

    def _make_socket_folder(self) -> Path:
        folder = self.socket_folder
        if folder != self.data:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.stat().st_uid not in (os.geteuid(), self._who.uid):
                raise SettingsError(f"{folder} belongs to another user: remove it and try again.")
            self._give_to_account(folder)
        return folder

    @property
    def _log_file(self) -> Path:
        return self.data / "server.log"

    def _why_not_started(self, logged: int) -> str:
        try:
            said = self._log_file.read_bytes()[logged:].decode(errors="replace")
        except OSError as error:
            said = str(error)
        what = re.sub(r"/proc/self/fd/\d+", lambda _: str(self.data), _error_line(said))
        return (
            f"the embedded server in {self.data} does not start ({what}): see "
            f"{self._log_file}, free disk space if it says so, then try again."
        )


def _cached() -> int:
    """Return how many megabytes Postgres caches: an eighth of the memory, within ``_CACHED``."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in _MEMORY_LIMITS:
        with suppress(OSError, ValueError):
            memory = min(memory, int(file.read_text(encoding="ascii")))
    least, most = _CACHED
    return min(max(memory // 8 // 2**20, least), most)


def _refuse_taken(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingsError(
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}): name another, such "
                f"as dateline db start --tcp --port {port + 1}."
            ) from error


def _socket_option(folder: str) -> str:
    """Quote a folder for the server, which reads a comma-separated list, and for pg_ctl's shell."""
    return shlex.quote('"' + folder.replace('"', '""') + '"')


def _error_line(output: str) -> str:
    """Return the line that names the error: a full disk first, else the first fatal line."""
    lines = [_STAMP.sub("", line.strip()) for line in output.splitlines() if line.strip()]
    for sign in ("No space left", "PANIC", "FATAL", "error:"):
        for line in lines:
            if sign in line:
                return line[:300]
    return lines[-1][:300] if lines else "it wrote nothing"


def embedded_server() -> EmbeddedServer:
    """Return the server of this installation's home (``DATELINE_HOME``), running or not."""
    return EmbeddedServer(settings().home_folder)
