"""docker-compose.yml brought up: ``make compose-test``; skipped where no Docker engine answers.

``BASE_IMAGE``, ``POSTGRES_IMAGE`` and ``BROKER_IMAGE`` name stand-ins where public images cannot
be had, and ``COMPOSE_TEST_IMAGE`` an image of ours that is built already.
"""

import json
import os
import shutil
import subprocess
import time

import pytest

from pipeline.demo import PREFERRED_PORTS, DemoSite
from tests.fix_airflow import PATIENCE, ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(8 * PATIENCE)]
COPIED = ("docker-compose.yml", ".env.example", "config")
PROJECT = f"datelinetest{os.getpid()}"
ENGINE_VARIABLES = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_BUILDKIT")
STAND_INS = ("BASE_IMAGE", "POSTGRES_IMAGE", "BROKER_IMAGE", "S3_IMAGE")


def compose_command():
    for words in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(words[0])
            and not subprocess.run([*words, "version"], capture_output=True, check=False).returncode
        ):
            return words
    return None


class Stack:
    """The services of a copy of the checkout's compose file, under a project of their own."""

    def __init__(self, folder, command):
        self.folder = folder
        self.command = [*command, "--project-name", PROJECT]
        self.environ = {
            name: os.environ[name] for name in (*ENGINE_VARIABLES, *STAND_INS) if name in os.environ
        }

    def compose(self, *words, check=True, **environ):
        done = subprocess.run(
            [*self.command, *words],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"[-6000:]
        return done.stdout

    def run(self, service, *words, **environ):
        return self.compose("run", "--rm", "-T", service, *words, **environ)

    def sql(self, query):
        """Return the rows of a query, asked as an analyst would."""
        output = self.run("dateline", "sql", "--json", query)
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def up(self, *words, **environ):
        self.compose("up", "--detach", *words, **environ)

    def wait_for(self, what, is_so):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if is_so():
                return
            time.sleep(3)
        logs = self.compose("logs", "--tail", "40", check=False)
        pytest.fail(f"no {what} in {PATIENCE:.0f} s\n{logs[-6000:]}")

    def is_healthy(self, service):
        done = subprocess.run(
            ["docker", "ps", "--filter", f"name={PROJECT}[_-]{service}", "--format", "{{.Status}}"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return "(healthy)" in done.stdout

    def wait_until_healthy(self, *services):
        for service in services:
            self.wait_for(f"healthy {service}", lambda name=service: self.is_healthy(name))


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    command = compose_command()
    if command is None:
        pytest.skip("neither 'docker compose' nor 'docker-compose' is installed")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("no Docker engine answers")
    folder = tmp_path_factory.mktemp("compose")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    subprocess.run(["sh", "config/container_secrets.sh"], cwd=folder, check=True)
    # The site runs in the container in which the tasks run, so its addresses are loopback.
    DemoSite(ports=PREFERRED_PORTS).write_sources(folder / "sources")
    (folder / "backups").mkdir()
    for written in ("sources", "backups"):
        (folder / written).chmod(0o777)
    (folder / ".env").write_text(
        f"DATELINE_UID={os.getuid() or 50000}\nDATELINE_SCHEDULE=0 0 29 2 *\nAIRFLOW_PORT=18080\n"
        "POSTGRES_PORT=15432\n"
    )
    made = Stack(folder, command)
    if image := os.environ.get("COMPOSE_TEST_IMAGE"):
        made.environ["DATELINE_IMAGE"] = image
    else:
        subprocess.run(
            ["docker", "build", "--tag", PROJECT, *(
                ["--build-arg", f"BASE_IMAGE={made.environ['BASE_IMAGE']}"]
                if "BASE_IMAGE" in made.environ else []
            ), ROOT],
            env=made.environ,
            check=True,
        )  # fmt: skip
        made.environ["DATELINE_IMAGE"] = PROJECT
    yield made
    made.compose("down", "--volumes", "--remove-orphans", check=False)


COUNTS = """
select (select count(*) from mart.articles) as articles,
    (select count(*) from mart.copies) as copies,
    (select count(*) from mart.who_said_what) as quotes
"""


def test_the_demo_site_goes_through(stack):
    stack.up("--no-build")
    stack.wait_until_healthy("postgres", "api-server", "scheduler", "dag-processor")
    stack.compose("exec", "-d", "scheduler", "python3", "-m", "pipeline.demo")
    # A command beside a service needs the secrets too.
    entry = ["sh", "/opt/dateline/config/container_entrypoint.sh"]
    ingest = ["airflow", "dags", "trigger", "ingest", "--conf", '{"everything": true}']
    stack.compose("exec", "-T", "scheduler", *entry, *ingest)
    stack.wait_for(
        "published run",
        lambda: stack.sql(
            "select 1 as x from ops.runs where dag_id = 'publish' and status = 'succeeded'"
        ),
    )
    [found] = stack.sql(COUNTS)
    assert (found["articles"], found["copies"]) == (65, 6)
    assert found["quotes"] > 400


def test_no_service_is_superuser_and_no_task_may_write_the_code(stack):
    [who] = stack.sql(
        "select count(*) filter (where rolsuper) as superusers, count(*) as logins from pg_roles"
        " where rolname in ('dateline_owner', 'dateline_airflow', 'dateline_load', 'dateline_read')"
    )
    assert who == {"superusers": 0, "logins": 4}
    code = "import os, pipeline; print(os.access(pipeline.__path__[0], os.W_OK))"
    user = stack.compose("exec", "-T", "-u", "50000", "scheduler", "python3", "-c", code)
    assert user.strip() == "False"
    logs = stack.compose("logs", "migrate")
    passwords = stack.compose(
        "exec", "-T", "scheduler", "cat", "/var/lib/dateline/airflow/passwords.json"
    )
    assert not any(password in logs for password in json.loads(passwords).values())


def test_a_backup_is_restored_into_an_empty_stack(stack):
    before = stack.sql(COUNTS)
    stack.run("backup", "/backups/one")
    stack.compose("down", "--volumes")
    stack.compose("up", "--detach", "--no-build", "postgres")
    stack.wait_until_healthy("postgres")
    stack.run("restore", "/backups/one")
    stack.up("--no-build")
    stack.wait_until_healthy("api-server", "scheduler")
    assert stack.sql(COUNTS) == before


def test_workers_are_scaled_from_one_to_three(stack):
    celery = {"COMPOSE_PROFILES": "celery", "AIRFLOW_EXECUTOR": "CeleryExecutor"}
    for number in (1, 3):
        stack.up("--no-build", "--scale", f"worker={number}", **celery)
        stack.wait_until_healthy("redis", "worker", "scheduler")
        stack.wait_for(
            f"pool of {number} workers",
            lambda size=number: (
                f"pool dateline_cpu: {min(os.cpu_count(), 4) * size} slots"
                in stack.compose("logs", "scheduler", **celery)
            ),
        )
