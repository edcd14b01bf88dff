"""Ask a database of known faults about each package of the lock: ``make audit``.

pip-audit ends well where its database knows no package at all, as behind a mirror that answers for
the index alone. So its report is counted: what nobody looked at is no good news.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

NOT_AUDITED = 3
"""The exit code where no database answered; 1 means known faults."""


def audited(report: dict[str, list[dict[str, Any]]]) -> tuple[int, list[str]]:
    """Return the exit code and the lines that say what a report of pip-audit found."""
    packages = report["dependencies"]
    unknown = [str(each["name"]) for each in packages if "skip_reason" in each]
    if len(unknown) == len(packages):
        return NOT_AUDITED, [
            f"not audited: the database of known faults knows none of {len(packages)} packages, as "
            "behind a mirror of the index. Run `make audit` where pypi.org itself answers."
        ]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version'}"
        for each in packages
        for fault in each.get("vulns", ())
    ]
    counted = f"{len(packages) - len(unknown)} of {len(packages)} packages asked about"
    also = [f"not known there: {', '.join(unknown)}"] if unknown else []
    return int(bool(faults)), [*faults, f"{counted}, {len(faults)} known faults", *also]


def main(requirements: Path) -> int:
    """Print what is known of the packages of a file of requirements, and return the exit code."""
    words = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(
        [Path(sys.executable).with_name("pip-audit"), *words, "--requirement", requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        code, lines = audited(json.loads(done.stdout))
    except ValueError:
        reason = (done.stderr.strip() or f"pip-audit ended with {done.returncode}").splitlines()[-1]
        code, lines = NOT_AUDITED, [f"not audited: {reason}"]
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
