"""Components of a local Airflow that died and were started again, from the supervisor's record."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.alerts.digest import Alert

_REMEMBERED = timedelta(hours=1)
"""A component that died this long ago and not since is well again."""


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
        file: the supervisor's record, a line of JSON for each death.
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
            f"{name} of Airflow died",
            f"{_times(counts[name])} within the hour, last at {entry['at']} with exit code"
            f" {entry.get('exit_code')}; started again after {entry.get('started_again_in')} s",
            ui_path="",
        )
        for name, entry in sorted(last.items())
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
