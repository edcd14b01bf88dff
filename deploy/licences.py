"""The licences of what Dateline runs on: which packages, what they say, and what is refused.

A package that is GPL or AGPL only would bind whoever passes Dateline on, so no run-time dependency
may be; LGPL libraries such as psycopg are used as they come, which their licence allows.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).parents[1] / "uv.lock"
_REFUSED = re.compile(r"\bA?GPL|GNU (?:Affero )?General Public Licen[sc]e", re.IGNORECASE)
_READ_BY_HAND = {
    "openlineage-sql": "Apache-2.0",
}
"""Licences of packages whose metadata name none, as their repositories do."""


def run_time_packages(lock: Path = LOCK) -> dict[str, str]:
    """Return name and version of every package that Dateline with all its extras installs."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    known: dict[str, list[Mapping[str, object]]] = {}
    for package in packages:
        known.setdefault(package["name"], []).append(package)
    found: dict[str, str] = {}
    waiting = ["dateline"]
    while waiting:
        name = waiting.pop()
        for package in known[name]:
            for wanted in _dependencies(package):
                if wanted not in found:
                    found[wanted] = str(known[wanted][0]["version"])
                    waiting.append(wanted)
    found.pop("dateline", None)
    return dict(sorted(found.items()))


def _dependencies(package: Mapping[str, object]) -> Iterator[str]:
    groups: list[list[dict[str, str]]] = [package.get("dependencies") or []]
    groups += (package.get("optional-dependencies") or {}).values()
    for group in groups:
        yield from (each["name"] for each in group)


def licences(name: str) -> list[str] | None:
    """Return the licences among which one may choose; None where the package is not installed."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return None
    if name in _READ_BY_HAND:
        return [_READ_BY_HAND[name]]
    return alternatives(found)


def alternatives(found: PackageMetadata) -> list[str]:
    """Return the licences that a package's metadata offer; several classifiers are a choice."""
    expression = found.get("License-Expression")
    if expression:
        return re.split(r"\s+OR\s+", expression)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in found.get_all("Classifier") or []
        if line.startswith("License :: ") and not line.endswith(":: OSI Approved")
    ]
    stated = (found.get("License") or "").strip().partition("\n")[0]
    return classifiers or ([stated] if stated else [])


def is_refused(offered: list[str]) -> bool:
    """Tell whether every licence that is offered is GPL or AGPL, or none is named."""
    return all(_REFUSED.search(licence) for licence in offered)


def refused_packages() -> list[str]:
    """Return a line for each installed run-time package whose licence is refused."""
    lines = []
    for name, version in run_time_packages().items():
        offered = licences(name)
        if offered is not None and is_refused(offered):
            lines.append(f"{name} {version}: {' | '.join(offered) or 'no licence named'}")
    return lines
