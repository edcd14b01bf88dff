"""The wheel in environments of its own: with the pip that a Python brings, and with the newest.

Each Python of this machine is tried; Debian's has the oldest pip that must do (23.0.1).
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fix_airflow import PATIENCE, ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(6 * PATIENCE)]
EXTRAS = "airflow,celery,docs,kubernetes,metrics,parquet,s3"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
CORE_BYTES = 600_000_000
"""What the README promises for an installation without Airflow."""
PAGE = """<html lang="en"><head><title>Ferry to Ambara sails again</title></head><body><article>
<h1>Ferry to Ambara sails again</h1><p>The ferry to Ambara sailed on Monday for the first time since
the storm of last week, with forty people and eleven cars on board, the harbour office said.</p>
<p>“We waited for nine days and the sea did not care,” Marta Ellingsen, the captain, told reporters
on the quay. “Now the timetable is what it was.”</p><p>The next boat leaves on Thursday morning, and
tickets that were bought before the storm are good until the end of the month.</p></article></body>
</html>"""


def pythons() -> dict[str, str]:
    """Return the interpreters of this machine that can make environments, by version.

    pyenv's own programs answer for all versions and run those alone that it has chosen, so its
    folders are looked into.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found: dict[str, str] = {}
    for command in (
        "/usr/bin/python3",
        *(f"python3.{minor}" for minor in range(11, 15)),
        *sorted(str(path) for path in pyenv.glob("3.*/bin/python3")),
    ):
        done = shutil.which(command) and subprocess.run(
            [command, "-c", "import sys, ensurepip; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done and done.returncode == 0 and done.stdout.strip() in VERSIONS:
            found.setdefault(done.stdout.strip(), command)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    uv = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


class Environment:
    """A virtual environment, and a folder with a space in its name to work in."""

    def __init__(self, folder, python):
        self.folder = folder / "a folder"
        self.folder.mkdir()
        self.bin = folder / "venv" / "bin"
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)

    def run(self, command, *words):
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "DATELINE_")) and name != "PYTHONPATH"
        }
        done = subprocess.run(
            [self.bin / command, *words],
            cwd=self.folder,
            env=kept | {"PATH": f"{self.bin}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} {words}:\n{done.stdout}\n{done.stderr}"[-6000:]
        return done.stdout

    def bytes_on_disk(self):
        return sum(file.lstat().st_size for file in self.bin.parent.rglob("*"))


@pytest.fixture(params=["stock pip", "newest pip"])
def environment(request, tmp_path):
    known = pythons()
    if not known:
        pytest.skip("no Python with venv here: apt install python3-venv")
    made = Environment(tmp_path, next(iter(known.values())))
    if request.param == "newest pip":
        made.run("pip", "install", "--quiet", "--upgrade", "pip")
    yield made
    if (made.folder / ".dateline").exists():
        made.run("dateline", "down", "--remove")
    shutil.rmtree(tmp_path)


def check_a_run_without_airflow(environment):
    (environment.folder / "art.html").write_text(PAGE, encoding="utf-8")
    output = environment.run("dateline", "run", "art.html")
    assert "bad_content" not in output
    rows = environment.run(
        "dateline", "sql", "--csv", "select speaker_name, title from mart.who_said_what"
    )
    assert "Marta Ellingsen,Ferry to Ambara sails again" in rows


def test_the_wheel_installs_and_runs(environment, wheel):
    environment.run("pip", "install", "--quiet", str(wheel))
    size = environment.bytes_on_disk()
    assert size <= CORE_BYTES, f"{size / 1e6:.0f} MB"
    check_a_run_without_airflow(environment)
    environment.run("dateline", "down", "--remove")
    environment.run("pip", "install", "--quiet", f"{wheel}[{EXTRAS}]")
    environment.run("pip", "check")
    output = environment.run("dateline", "demo", "--no-stay")
    assert "Who said what" in output


@pytest.mark.parametrize("version", VERSIONS)
def test_the_wheel_runs_on_each_python(version, wheel, tmp_path):
    if version not in pythons():
        pytest.skip(f"no Python {version} on this machine: uv python install {version}")
    environment = Environment(tmp_path, pythons()[version])
    environment.run("pip", "install", "--quiet", str(wheel))
    check_a_run_without_airflow(environment)
    environment.run("dateline", "down", "--remove")
    shutil.rmtree(tmp_path)


def test_the_size_that_the_readme_names_is_that_which_is_tested():
    text = (Path(ROOT) / "README.md").read_text(encoding="utf-8")
    assert f"{CORE_BYTES // 1_000_000} MB" in text
