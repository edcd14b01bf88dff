"""The faults: each does its harm to a running installation, undoes it, and tells what it did."""

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.chaos.installation import Installation, Victim
from tests.chaos.newspaper import Newspapers

KILLS = (
    ("page worker", "curate", 3),
    ("task", "ingest", 2),
    ("task", "curate", 3),
    ("task", "publish", 1),
    ("executor", "curate", 1),
    ("scheduler", "ingest", 1),
    ("scheduler", "curate", 1),
    ("api-server", "ingest", 1),
    ("api-server", "curate", 1),
    ("postgres", "ingest", 1),
    ("postgres", "curate", 2),
    ("postgres backend", "curate", 1),
    ("dag-processor", "ingest", 1),
    ("keeper", "curate", 1),
)
"""What is killed while tasks of which DAG are running, and how often."""
_OF_TASKS = ("page worker", "task")
_TRIES = 4
"""How often a kill is tried; on a busy machine a run of *curate* takes minutes."""
_VICTIM_SECONDS = 90.0
"""How long a fault waits for something to strike."""


@dataclass(slots=True)
class Chaos:
    """An installation, the outlets that it reads, and what was done to it."""

    installation: Installation
    papers: Newspapers
    chance: random.Random
    say: Callable[[str], None]
    disk: Path | None = None
    """A small file system that holds the home folder; None where none could be mounted."""
    clock: Path | None = None
    """The file that holds the offset of the clock of all processes; None where it is the true one.
    """
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Kills by what was killed, and during which DAG."""

    def news(self, most: int = 8) -> None:
        """Let some stories appear, sometimes an edit, and let Dateline look for them."""
        self.papers.publish(self.chance.randint(2, most))
        if self.chance.random() < 0.4 and (story := self.papers.edit(self.chance)):
            self.installation.visit_again([story.url])
        self.installation.tick()

    def news_for(self, seconds: float, pause: float = 12.0) -> None:
        """Do so again and again for some time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.news(4)
            time.sleep(min(left, pause))


def kill(chaos: Chaos, kind: str, dag: str) -> bool:
    """Kill a process with SIGKILL during a task of a DAG; return whether there was one."""
    chaos.news()
    task = kind if kind in _OF_TASKS else "task"
    if not chaos.installation.wait_for(task, dag, _VICTIM_SECONDS):
        chaos.say(f"no {task} of {dag} in {_VICTIM_SECONDS:.0f} s")
        return False
    time.sleep(chaos.chance.uniform(0.0, 0.6))
    found = chaos.installation.wait_for(kind, dag if kind in _OF_TASKS else None, 3.0)
    if not found:
        chaos.say(f"the {kind} was gone when it was to be killed")
        return False
    victim = chaos.chance.choice(found)
    with suppress(ProcessLookupError):
        os.kill(victim.pid, signal.SIGKILL)
        chaos.done[kind, dag] += 1
        chaos.say(f"killed {_named(victim)} during {dag}")
        return True
    return False


def kill_many(chaos: Chaos, kills: int) -> None:
    """Kill what ``KILLS`` lists, in an order of the seed, until so many are dead."""
    plan = [(kind, dag) for kind, dag, count in KILLS for _ in range(count)]
    chaos.chance.shuffle(plan)
    for kind, dag in (plan * (1 + kills // len(plan)))[:kills]:
        if not any(kill(chaos, kind, dag) for _ in range(_TRIES)):
            chaos.say(f"left out: there was no {kind} of {dag} {_TRIES} times")
        time.sleep(chaos.chance.uniform(0.5, 8.0))


def postgres_away(chaos: Chaos, seconds: float = 60.0) -> None:
    """Kill Postgres and hold the lock that whoever starts it needs, for a minute."""
    data = chaos.installation.server.data
    chaos.news()
    chaos.installation.wait_for("task", None, 30.0)
    with data.with_name(f"{data.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for victim in chaos.installation.victims("postgres"):
            os.kill(victim.pid, signal.SIGKILL)
        chaos.say(f"Postgres is away for {seconds:.0f} s")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            chaos.papers.publish(1)
            time.sleep(10.0)


def network_cut(chaos: Chaos, seconds: float = 45.0) -> None:
    """Let the outlets answer nobody for a while."""
    chaos.papers.cut()
    chaos.say(f"no outlet answers for {seconds:.0f} s")
    try:
        chaos.news_for(seconds)
    finally:
        chaos.papers.mend()


def stopped(chaos: Chaos, kind: str, seconds: float = 60.0) -> None:
    """Stop a process with SIGSTOP for a minute, as a laptop's lid or a debugger does."""
    chaos.papers.publish(12)
    chaos.installation.tick()
    found = chaos.installation.wait_for(kind, "curate", _VICTIM_SECONDS)
    if not found:
        raise RuntimeError(f"no {kind} of curate in {_VICTIM_SECONDS:.0f} s")
    victim = chaos.chance.choice(found)
    with _stopped(victim):
        chaos.say(f"stopped {_named(victim)} for {seconds:.0f} s")
        chaos.news_for(seconds)


@contextmanager
def _stopped(victim: Victim) -> Iterator[None]:
    with suppress(ProcessLookupError):
        os.kill(victim.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGCONT)


def two_schedulers(chaos: Chaos, seconds: float = 60.0) -> None:
    """Run a second scheduler with executor and workers of its own, then kill them all."""
    [first] = chaos.installation.wait_for("scheduler", None, _VICTIM_SECONDS)[:1]
    environment = psutil.Process(first.pid).environ()
    second = subprocess.Popen(
        [sys.executable, "-m", "airflow", "scheduler", "--skip-serve-logs"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        chaos.say(f"a second scheduler runs for {seconds:.0f} s")
        chaos.news_for(seconds)
        if second.poll() is not None:
            raise RuntimeError(f"the second scheduler ended with {second.returncode}")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(second.pid, signal.SIGKILL)
        second.wait()


def full_disk(chaos: Chaos, seconds: float = 45.0) -> None:
    """Fill the disk of the home folder to its last byte for a while, that of Postgres and logs."""
    if chaos.disk is None:
        raise RuntimeError("there is no small disk")
    filler = chaos.disk / "filler"
    chaos.news()
    chaos.installation.wait_for("task", None, 30.0)
    deadline = time.monotonic() + seconds
    try:
        chaos.say(f"the disk is full for {seconds:.0f} s")
        while time.monotonic() < deadline:
            _fill(filler)  # again and again: what others delete is taken too
            chaos.papers.publish(1)
            time.sleep(5.0)
    finally:
        filler.unlink(missing_ok=True)


def shifted_clock(folder: Path) -> tuple[Path, dict[str, str]] | None:
    """Return a file that shifts the clock of processes, and the variables by which they heed it.

    None where there is no C compiler, or no Linux.
    """
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return None
    library, offset = folder / "shifted_clock.so", folder / "clock"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    _shift(offset, 0)
    return offset, {"LD_PRELOAD": str(library), "DATELINE_CHAOS_CLOCK": str(offset)}


def _shift(offset: Path, seconds: int) -> None:
    with offset.open("r+b" if offset.exists() else "w+b", buffering=0) as stream:
        stream.write(seconds.to_bytes(8, sys.byteorder, signed=True))


def clock_jump(chaos: Chaos, seconds: float = 60.0) -> None:
    """Let the clock jump a day ahead, and back again."""
    if chaos.clock is None:
        raise RuntimeError("the clock is the true one")
    for days, said in ((1, "a day ahead"), (0, "back")):
        chaos.news()
        chaos.installation.wait_for("task", None, 30.0)
        _shift(chaos.clock, days * 86_400)
        chaos.say(f"the clock jumps {said}")
        chaos.news_for(seconds)


def _fill(file: Path) -> None:
    with suppress(OSError), file.open("ab", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while stream.write(b"\0" * size):
                    pass


def _named(victim: Victim) -> str:
    what = f" ({victim.what})" if victim.what and victim.what != victim.kind else ""
    return f"{victim.kind} {victim.pid}{what}"
