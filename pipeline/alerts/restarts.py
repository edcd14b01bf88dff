"""Components of a local Airflow, and its Postgres, that died and were started again.

The supervisor and the keeper write a line of JSON for each death into one file; alerts and
``dateline status`` read it.
"""

import json
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.alerts.digest import Alert

_REMEMBERED = timedelta(hours=1)
"""A component that died this long ago and not since is well again."""


def record_death(
    file: Path, component: str, at: datetime, *, exit_code: int | None, again_in: float
) -> None:
    """Add the death of a component to the record.

    Args:
        file: the record.
        component: its name, such as "scheduler".
        at: when it was found to be dead.
        exit_code: minus the signal's number after a kill; None where it is not known.
        again_in: seconds after which it is started again, or was.
    """
    line = {
        "at": at.isoformat(timespec="seconds"),
        "component": component,
        "exit_code": exit_code,
        "started_again_in": round(again_in, 1),
    }
    # A full disk must not end whoever looks after the components.
    with suppress(OSError), file.open("a") as stream:
        stream.write(json.dumps(line) + "\n")


def restarts_since(file: Path, since: datetime) -> list[dict[str, Any]]:
    """Return the recorded deaths of components since a moment; unreadable lines are left out."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            entry = json.loads(line)
            if datetime.fromisoformat(entry["at"]) >= since:
                found.append(entry)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def dead_components(file: Path, now: datetime) -> list[Alert]:
    """Return an alert for each component that died within the last hour.

    Args:
        file: the record.
        now: the time.
    """
    deaths = restarts_since(file, now - _REMEMBERED)
    last = {str(each.get("component")): each for each in deaths}
    counts = Counter(str(each.get("component")) for each in deaths)
    return [
        Alert(
            "component",
            name,
            "severe",
            f"{name} died",
            f"{_times(counts[name])} within the hour, last at {entry['at']}{_exit_code(entry)};"
            f" started again after {entry.get('started_again_in')} s",
            ui_path="",
        )
        for name, entry in sorted(last.items())
    ]


def _exit_code(entry: dict[str, Any]) -> str:
    code = entry.get("exit_code")
    return "" if code is None else f" with exit code {code}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
