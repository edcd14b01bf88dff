"""docker-compose.yml: no default password, every port on loopback, accepted by docker compose."""

import ast
import os
import re
import shutil
import subprocess
from importlib import import_module

import pytest

from tests.fix_airflow import ROOT

SECRETS = ["POSTGRES_PASSWORD", "AIRFLOW_FERNET_KEY", "AIRFLOW_JWT_SECRET", "AIRFLOW_SECRET_KEY"]


@pytest.fixture(scope="module")
def compose():
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def compose_command():
    if shutil.which("docker"):
        known = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if known.returncode == 0:
            return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither 'docker compose' nor 'docker-compose' is installed")


def config(command, environ):
    """Run ``docker compose config`` with these variables and nothing else but PATH."""
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [*command, "--project-directory", str(ROOT), "config"],
        cwd=ROOT,
        env=path | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_secrets_have_no_default_value():
    text = (ROOT / "docker-compose.yml").read_text()
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}(:.)", text)
        assert uses, name
        assert set(uses) == {":?"}, name
    example = (ROOT / ".env.example").read_text()
    assert all(f"\n{name}=\n" in example for name in SECRETS)


def test_ports_are_bound_to_loopback(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_lasting_service_has_a_healthcheck(compose):
    lasting = {n for n, service in compose["services"].items() if service.get("restart") != "no"}
    assert lasting == {"postgres", "api-server", "scheduler", "dag-processor"}
    assert all("healthcheck" in compose["services"][name] for name in lasting)


def test_compose_accepts_the_file(compose_command):
    done = config(compose_command, dict.fromkeys(SECRETS, "x"))
    assert done.returncode == 0, done.stderr
    assert "postgresql+psycopg://dateline:x@postgres/airflow" in done.stdout


def test_compose_refuses_without_secrets(compose_command):
    done = config(compose_command, {})
    assert done.returncode != 0
    assert ".env" in done.stderr


def test_the_migration_script_imports_names_that_exist():
    text = (ROOT / "config" / "compose_migrate.sh").read_text()
    script = text.split("<<'PYTHON'\n")[1].split("\nPYTHON\n")[0]
    imports = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        for alias in node.names:
            assert hasattr(import_module(node.module), alias.name), (node.module, alias.name)
