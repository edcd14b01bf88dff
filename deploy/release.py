"""Make the files of a release in ``dist/``: ``make release``.

It takes its version from the tag on the commit, and writes the wheel, the source archive, a bill of
materials (CycloneDX, with licences), the version's part of the changelog, and the checksums of all.
Where a Docker engine runs, it builds the image too. Nothing is published.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from deploy.licences import licences, refused_packages

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
IMAGE = "dateline-airflow"


class ReleaseError(Exception):
    """What keeps a release from being made; the message says what to do."""


def tagged_version(tag: str, version: str) -> str:
    """Return the version that a tag names.

    Raises:
        ReleaseError: it is not that of ``pyproject.toml``.
    """
    if tag != f"v{version}":
        raise ReleaseError(
            f"the commit has the tag {tag or '(none)'}, and pyproject.toml has version {version}: "
            f"tag the commit with v{version}, or raise the version"
        )
    return version


def changelog_section(changelog: str, version: str) -> str:
    """Return what the changelog says about a version, without its heading.

    Raises:
        ReleaseError: it says nothing, or calls the version unreleased.
    """
    found = re.search(
        rf"^## {re.escape(version)}(?![\w.])(?P<day>.*)\n(?P<text>(?:(?!^## ).*\n?)*)",
        changelog,
        re.MULTILINE,
    )
    if found is None or not found["text"].strip():
        raise ReleaseError(f"CHANGELOG.md has no part '## {version}': write one")
    if "unreleased" in found["day"]:
        raise ReleaseError(f"CHANGELOG.md calls {version} unreleased: write the day in its heading")
    return found["text"].strip() + "\n"


def checksums(folder: Path) -> str:
    """Return the SHA-256 of each file of a folder, in the form that ``sha256sum -c`` reads."""
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != "SHA256SUMS"
    )


def run(*words: str | Path, **environ: str) -> str:
    """Run a command in the checkout and return what it prints.

    Raises:
        ReleaseError: it fails.
    """
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(map(str, words))} failed with {done.returncode}")
    return done.stdout.strip()


def write_bill_of_materials(uv: str, file: Path) -> None:
    """Install what the lock says for all extras into a folder apart, and list it with licences."""
    environment = DIST / "environment"
    run(uv, "sync", "--locked", "--quiet", "--no-dev", "--all-extras",
        UV_PROJECT_ENVIRONMENT=str(environment))  # fmt: skip
    run(Path(sys.executable).with_name("cyclonedx-py"), "environment",
        environment / "bin" / "python", "--pyproject", ROOT / "pyproject.toml",
        "--output-reproducible", "--output-format", "JSON", "--output-file", file)  # fmt: skip
    shutil.rmtree(environment)
    bill = json.loads(file.read_text(encoding="utf-8"))
    name_missing_licences(bill["components"])
    file.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def name_missing_licences(components: list[dict[str, Any]]) -> None:
    """Give the components without a licence those that we know, as CycloneDX writes them.

    cyclonedx-py takes over what the metadata say in SPDX's words, and leaves out the rest.
    """
    for component in components:
        if not component.get("licenses"):
            known = licences(canonicalize_name(component["name"])) or []
            component["licenses"] = [{"license": {"name": name}} for name in known]


def build_image(version: str) -> bool:
    """Build the image and return True, or return False where no Docker engine runs."""
    engine = subprocess.run(["docker", "info"], capture_output=True, check=False) if (
        shutil.which("docker")
    ) else None  # fmt: skip
    if engine is None or engine.returncode:
        return False
    run("docker", "build", "--tag", f"{IMAGE}:{version}", ".")
    return True


def main(uv: str) -> None:
    """Make the release of the tag on this commit.

    Args:
        uv: the command uv.

    Raises:
        ReleaseError: the checkout is not that of a release, or a step fails.
    """
    if changed := run("git", "status", "--porcelain"):
        raise ReleaseError(f"the checkout has changes: commit them first\n{changed}")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tag = run("git", "tag", "--points-at", "HEAD", "v*").partition("\n")[0]
    version = tagged_version(tag, project["version"])
    notes = changelog_section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    if refused := refused_packages():
        raise ReleaseError("licences that a release may not need:\n" + "\n".join(refused))
    shutil.rmtree(DIST, ignore_errors=True)
    run(uv, "build", "--quiet", "--out-dir", DIST)
    (DIST / ".gitignore").unlink(missing_ok=True)
    write_bill_of_materials(uv, DIST / f"dateline-{version}.cdx.json")
    (DIST / f"dateline-{version}.md").write_text(notes, encoding="utf-8")
    (DIST / "SHA256SUMS").write_text(checksums(DIST), encoding="utf-8")
    has_image = build_image(version)
    print("\n".join(sorted(file.name for file in DIST.iterdir())))
    print(f"image {IMAGE}:{version}" if has_image else "no image: no Docker engine runs here")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ReleaseError as error:
        sys.exit(f"release: {error}")
