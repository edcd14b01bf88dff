"""CPU time and memory of the processes of a measured run, read from ``/proc`` (Linux)."""

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

_PAUSE = 0.1
"""Seconds between two samples; of a process that ends, at most so much CPU time is missed."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment."""

    pid: int
    parent: int
    session: int
    seconds: float
    """CPU time of its own; of its children, only its parent can tell."""

    @property
    def command(self) -> str:
        """The command line, empty once it has ended."""
        with suppress(OSError):
            line = Path(f"/proc/{self.pid}/cmdline").read_bytes()
            return line.replace(b"\0", b" ").decode(errors="replace").strip()
        return ""

    @property
    def peak_mb(self) -> float:
        """Its largest resident set so far in MB, 0 once it has ended."""
        with suppress(OSError):
            found = re.search(
                r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
            )
            return int(found[1]) / 1024 if found else 0.0
        return 0.0


def processes() -> dict[int, Process]:
    """Return all processes of the machine by number."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended after the folder was listed
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            pid, seconds = int(folder.name), (int(fields[11]) + int(fields[12])) / ticks
            found[pid] = Process(pid, int(fields[1]), int(fields[3]), seconds)
    return found


def below(root: int, among: Mapping[int, Process]) -> set[int]:
    """Return a process and all that descend from it."""
    members = {root}
    grown = True
    while grown:
        more = {each.pid for each in among.values() if each.parent in members} - members
        members |= more
        grown = bool(more)
    return members


@dataclass(slots=True)
class Watch:
    """Samples groups of processes while a block runs.

    Args:
        groups: says which group a process belongs to, given all processes; None for none.
    """

    groups: Callable[[dict[int, Process]], Mapping[int, str]]
    samples: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    """Moments (``perf_counter``) and the CPU seconds of each group so far."""
    peaks: dict[str, float] = field(default_factory=dict)
    """The largest process of each group, in MB."""
    _spent: dict[int, tuple[str, float]] = field(default_factory=dict)
    _first: dict[int, float] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to sample."""
        self._sample()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the last sample."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()
        self._sample()

    def seconds(self, names: Iterable[str], since: float, until: float) -> float:
        """Return the CPU seconds of these groups between two moments."""

        def at(moment: float) -> float:
            earlier = [spent for when, spent in self.samples if when <= moment]
            spent = earlier[-1] if earlier else self.samples[0][1]
            return sum(spent.get(name, 0.0) for name in names)

        return at(until) - at(since)

    def _run(self) -> None:
        while not self._is_over.wait(_PAUSE):
            self._sample()

    def _sample(self) -> None:
        found = processes()
        for pid, group in self.groups(found).items():
            each = found[pid]
            is_new = pid not in self._first
            if is_new:  # what an older process did before is not counted
                self._first[pid] = each.seconds if not self.samples else 0.0
            self._spent[pid] = group, each.seconds - self._first[pid]
            self.peaks[group] = max(self.peaks.get(group, 0.0), each.peak_mb)
        totals: dict[str, float] = {}
        for group, seconds in self._spent.values():
            totals[group] = totals.get(group, 0.0) + seconds
        self.samples.append((perf_counter(), totals))
