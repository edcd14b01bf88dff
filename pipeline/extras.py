"""How to install an extra of Dateline, for the message that says one is missing."""

from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement


def how_to_install(extra: str) -> str:
    """Return the command that installs an extra, such as "uv sync --extra s3" in a checkout.

    An installed wheel gets the requirements of the extra itself, not ``dateline[s3]``: Dateline is
    not on the package index, and whoever takes the name there would be installed.
    """
    if (Path(__file__).parents[1] / "uv.lock").exists():
        return f"uv sync --inexact --extra {extra}"
    wanted = " ".join(f'"{requirement}"' for requirement in _requirements({extra}))
    return f"pip install {wanted}"


def _requirements(extras: set[str]) -> list[str]:
    """Return the requirements of extras, and of extras that these ask for, without markers."""
    try:
        lines = requires("dateline") or []
    except PackageNotFoundError:
        return []
    found: list[str] = []
    for line in lines:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": ""}):
            continue
        if not any(marker.evaluate({"extra": extra}) for extra in extras):
            continue
        if requirement.name == "dateline":
            found += _requirements(requirement.extras)
        else:
            requirement.marker = None
            found.append(str(requirement))
    return found
