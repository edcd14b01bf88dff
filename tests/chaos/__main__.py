"""Do to a real installation what a bad week does, then compare the store with the truth.

``python -m tests.chaos [--seed 1] [--kills 20] [--faults kills postgres …]``. It starts Postgres
and Airflow with ``dateline up --detach`` in a temporary folder and a few invented outlets, which
publish while it kills and stops what works there. Then it lets Dateline come to rest, prints each
invariant with what contradicts it, and stops everything. The exit code is 1 where an invariant does
not hold, or a process is left.

Where this user may mount, the home folder is on a small disk of its own (tmpfs), which is filled.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from pipeline.errors import DatelineError
from pipeline.settings import settings
from pipeline.telemetry import configure_logging
from tests.chaos import faults
from tests.chaos.faults import Chaos
from tests.chaos.installation import Installation, Patience, wait_until_none
from tests.chaos.invariants import INVARIANTS, breaches
from tests.chaos.newspaper import Newspapers

OUTLETS = 4
DISK_BYTES = 1_500_000_000
REST_SECONDS = 420.0
"""Longest time after the last fault in which there comes to be no less to do than ever before."""
_TICK_SECONDS = 20.0
_MOUNTED = "DATELINE_CHAOS_DISK"
"""Set in the process that runs with a mount namespace of its own."""

FAULTS: dict[str, Callable[[Chaos], None]] = {
    "postgres": faults.postgres_away,
    "network": faults.network_cut,
    "stopped task": lambda chaos: faults.stopped(chaos, "task"),
    "stopped page worker": lambda chaos: faults.stopped(chaos, "page worker"),
    "two schedulers": faults.two_schedulers,
    "disk": faults.full_disk,
    "clock": faults.clock_jump,
}
_END_SECONDS = 300.0
"""Time in which one of the runs of Airflow ends once there is little to do."""
USUAL = ("kills", *(name for name in FAULTS if name != "clock"))
"""The clock has a run of its own, in which nothing else happens."""


def own_mounts() -> list[str] | None:
    """Return the command that gives a process mounts of its own, None where it is not allowed."""
    if shutil.which("unshare") is None:
        return None
    command = ["unshare", "--mount"]
    if os.geteuid() != 0:
        command += ["--map-current-user", "--keep-caps"]
    trial = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    done = subprocess.run(trial, capture_output=True, check=False)
    return command if done.returncode == 0 else None


def rest(chaos: Chaos) -> dict[str, list[str]]:
    """Let Dateline finish what there is to do, and return what contradicts the invariants."""
    chaos.papers.publish(3)
    patience = Patience(REST_SECONDS)
    found: dict[str, list[str]] = {}
    said = ""
    while patience.is_left():
        edited = [each.url for each in chaos.papers.stories if each.edition]
        chaos.installation.visit_again(edited)
        chaos.installation.tick()
        time.sleep(_TICK_SECONDS)
        try:
            found = _breaches(chaos)
        except (DatelineError, psycopg.Error) as error:
            chaos.say(f"Postgres does not answer yet: {str(error)[:100]}")
            continue
        left = _unfinished(found) + [
            f"{each.url} was not listed yet"
            for each in chaos.papers.stories
            if each.url not in chaos.papers.listed
        ]
        if not left:
            break
        patience.see(len(left))
        if left[0] != said:
            said = left[0]
            chaos.say(f"{len(left)} things are not at rest, such as: {said[:160]}")
    # Airflow leaves the runs of a paused DAG as they are, so their end is waited for before.
    under_way = chaos.installation.runs_under_way
    known = set(under_way())
    endless = wait_until_none(lambda: known & set(under_way()), _END_SECONDS)
    wait_until_none(lambda: set(under_way()), _END_SECONDS)
    chaos.installation.pause()
    return _breaches(chaos) | {"runs of Airflow end": sorted(endless)}


def _unfinished(found: dict[str, list[str]]) -> list[str]:
    """Return what may hold once Dateline has done its work; a run that is going on is no fault."""
    return [
        line for lines in found.values() for line in lines if not line.startswith("runs_are_closed")
    ]


def _breaches(chaos: Chaos) -> dict[str, list[str]]:
    with closing(chaos.installation.store()) as connection:
        return breaches(connection, chaos.papers)


def run(chaos: Chaos, names: list[str], kills: int) -> bool:
    """Do all faults and print the report; return whether everything holds."""
    began = time.monotonic()
    chaos.papers.publish(20)
    chaos.installation.up()
    chaos.say("Dateline is up")
    for name in names:
        if name == "kills":
            faults.kill_many(chaos, kills)
        elif name == "disk" and chaos.disk is None:
            chaos.say("skipped: disk (this user may not mount)")
        elif name == "clock" and chaos.clock is None:
            chaos.say("skipped: clock (no C compiler, or no Linux)")
        else:
            FAULTS[name](chaos)
            time.sleep(chaos.chance.uniform(5.0, 15.0))
    chaos.say("no more faults: coming to rest")
    found = rest(chaos)
    report(chaos, found, time.monotonic() - began)
    chaos.installation.down()
    left = chaos.installation.left_over()
    chaos.say(f"processes left after `dateline down`: {len(left)} {'; '.join(left)}")
    return not left and not any(found.values())


def report(chaos: Chaos, found: dict[str, list[str]], seconds: float) -> None:
    """Print what was killed, what is stored and what contradicts the invariants."""
    print(f"\n{sum(chaos.done.values())} processes killed with SIGKILL in {seconds / 60:.0f} min:")
    for (kind, dag), count in sorted(chaos.done.items()):
        print(f"  {count:>3} {kind} during {dag}")
    missing = sum(each.is_missing for each in chaos.papers.listed.values())
    edited = sum(each.edition for each in chaos.papers.listed.values())
    print(
        f"{len(chaos.papers.listed)} links listed by {OUTLETS} outlets, {missing} of them to"
        f" nothing, {edited} stories edited, {chaos.papers.asked} requests answered"
    )
    with closing(chaos.installation.store()) as connection:
        for line in connection.execute(_TOTALS):
            print(f"  {line[1]:>5} {line[0]}")
    sentences = {each.name: each.sentence for each in INVARIANTS}
    sentences["runs of Airflow end"] = "no run of Airflow is queued or running for ever"
    for name, lines in found.items():
        print(f"{'holds ' if not lines else 'BROKEN'}  {name}: {sentences[name]}")
        for line in lines[:20]:
            print(f"        {line}")


_TOTALS = """
select 'articles', count(*) from news.articles
union all select 'versions', count(*) from news.article_versions
union all select 'quotes', count(*) from news.quotes
union all select 'requests stored', count(*) from news.fetches
union all select 'runs that succeeded', count(*) from ops.runs where status = 'succeeded'
union all select 'runs that failed or were killed', count(*) from ops.runs where status = 'failed'
union all select 'alerts', count(*) from ops.alerts
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=sum(count for *_, count in faults.KILLS))
    parser.add_argument(
        "--faults",
        nargs="+",
        default=list(USUAL),
        choices=["kills", *FAULTS],
        help="in this order",
    )
    parser.add_argument("--keep", action="store_true", help="leave the home folder for a look")
    return parser.parse_args()


def main() -> int:
    """Run the chaos and return the exit code."""
    given = _arguments()
    if _MOUNTED not in os.environ and (unshare := own_mounts()):
        os.environ[_MOUNTED] = tempfile.mkdtemp(prefix="dateline-chaos-")
        os.execvp(unshare[0], [*unshare, sys.executable, "-m", "tests.chaos", *sys.argv[1:]])
    disk = None
    if mounted := os.environ.pop(_MOUNTED, None):
        disk = Path(mounted)
        size = f"size={DISK_BYTES},mode=755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", mounted], check=True)
    folder = disk or Path(tempfile.mkdtemp(prefix="dateline-chaos-"))
    clock, shifted = None, {}
    if "clock" in given.faults and (made := faults.shifted_clock(folder)):
        clock, shifted = made
    installation = Installation(folder / "home", folder / "sources", shifted)
    os.environ |= {
        key: value for key, value in installation.environment.items() if key[:9] == "DATELINE_"
    }
    settings.cache_clear()
    configure_logging("CRITICAL")
    papers = Newspapers(OUTLETS)
    papers.write_sources(installation.sources)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    chaos = Chaos(
        installation, papers, random.Random(given.seed), say, disk, clock if shifted else None
    )
    say(f"seed {given.seed}" + (f", home folder {installation.home}" if given.keep else ""))
    is_sound = False
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that they clean up as Ctrl-C does
        signal.signal(number, signal.default_int_handler)
    try:
        is_sound = run(chaos, given.faults, given.kills)
    finally:
        papers.mend()
        if not given.keep or is_sound:
            installation.down()
            installation.end_all()
            if disk:
                subprocess.run(["umount", "-l", str(disk)], check=False)
            shutil.rmtree(folder, ignore_errors=True)
        papers.close()
    print("nothing lost, nothing doubled, nothing stuck" if is_sound else "FAILED")
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
