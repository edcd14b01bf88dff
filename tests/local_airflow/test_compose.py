"""docker-compose.yml without an engine: secrets in files, ports on loopback, what scripts do."""

import ast
import os
import re
import shutil
import subprocess
from importlib import import_module

import pytest

from tests.fix_airflow import ROOT

CONFIG = ROOT / "config"


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


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with what compose reads, and secrets of its own."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    (tmp_path / "config").mkdir()
    for script in CONFIG.glob("*.sh"):
        shutil.copy(script, tmp_path / "config")
    return tmp_path


def make_secrets(checkout):
    subprocess.run(["sh", "config/container_secrets.sh"], cwd=checkout, check=True)
    return {file.name: file.read_text() for file in (checkout / "secrets").iterdir()}


def config(command, checkout, **environ):
    """Run ``docker compose config`` with these variables and nothing else but PATH."""
    return subprocess.run(
        [*command, "config"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_secret_stands_in_the_file_or_in_the_environment(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD(?!S?_FILE)|SECRET|_KEY", name), name
            assert "password" not in str(value) or value.startswith("/"), name
    assert all(each["file"].startswith("./secrets/") for each in compose["secrets"].values())


def test_secrets_are_made_once_and_differ(checkout, compose):
    made = make_secrets(checkout)
    assert set(made) == set(compose["secrets"])
    assert len(set(made.values())) == len(made)
    assert all(len(secret) >= 44 and "\n" not in secret for secret in made.values())
    assert make_secrets(checkout) == made
    assert (checkout / "secrets").stat().st_mode & 0o777 == 0o700


def test_ports_are_bound_to_loopback(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_lasting_service_has_a_healthcheck_bounded_logs_and_time_to_stop(compose):
    lasting = {n for n, each in compose["services"].items() if each.get("restart") != "no"}
    core = {"postgres", "api-server", "scheduler", "dag-processor"}
    assert lasting == core | {"redis", "worker", "s3"}
    for name in lasting:
        service = compose["services"][name]
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
        assert "airflow" not in str(service["healthcheck"]["test"]).split("/"), name
        assert (name in core) == ("profiles" not in service)
    assert compose["services"]["worker"]["stop_grace_period"] == "10m"


def test_every_setting_reaches_the_containers_by_the_file_env(compose):
    for name in ("api-server", "scheduler", "dag-processor", "worker", "dateline"):
        assert compose["services"][name]["env_file"] == ".env"


@pytest.mark.parametrize("profiles", ["", "celery", "celery,s3", "tools"])
def test_compose_accepts_the_file(compose_command, checkout, profiles):
    make_secrets(checkout)
    done = config(compose_command, checkout, COMPOSE_PROFILES=profiles)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def entrypoint(tmp_path):
    """Return a function that runs the entry point with secrets of ours and a command."""
    text = (CONFIG / "container_entrypoint.sh").read_text().replace("/run/secrets", str(tmp_path))
    script = tmp_path / "entrypoint.sh"
    script.write_text(text)

    def run(secrets, *command, **environ):
        for name, secret in secrets.items():
            (tmp_path / name).write_text(secret)
        done = subprocess.run(
            ["sh", script, *command],
            env={"PATH": os.environ["PATH"]} | environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(line.partition("=")[::2] for line in done.stdout.splitlines())

    return run


def test_the_entry_point_builds_settings_of_the_secrets(entrypoint):
    secrets = {"loader_password": "l", "airflow_password": "a", "broker_password": "b"}
    found = entrypoint(secrets, "env", AIRFLOW_PORT="9090")
    assert found["DATELINE_DSN"] == "postgresql://dateline_load:l@postgres/dateline"
    wanted = "postgresql+psycopg://dateline_airflow:a@postgres/dateline_airflow"
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == wanted
    assert found["AIRFLOW__CELERY__BROKER_URL"] == "redis://:b@redis:6379/0"
    assert found["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:9090"
    assert found["DATELINE_UI_URL"] == "http://127.0.0.1:9090"
    assert "AIRFLOW__CORE__FERNET_KEY" not in found


def test_settings_that_are_given_win_over_the_secrets(entrypoint):
    given = {"DATELINE_DSN": "postgresql://x@y/z", "AIRFLOW_BASE_URL": "https://airflow.example"}
    found = entrypoint({"loader_password": "l"}, "env", **given)
    assert found["DATELINE_DSN"] == "postgresql://x@y/z"
    assert found["AIRFLOW__API__BASE_URL"] == "https://airflow.example"


def test_the_health_check_reads_one_page(checkout):
    from pytest_httpserver import HTTPServer

    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/health").respond_with_json({"scheduler": {"status": "healthy"}})
        words = ["bash", CONFIG / "container_health.sh", "127.0.0.1", str(server.port), "/health"]
        asked = [
            subprocess.run([*words, text], check=False).returncode
            for text in ("scheduler.:{.status.:.healthy", "scheduler.:{.status.:.unhealthy")
        ]
        port = server.port
    assert asked == [0, 1]
    gone = subprocess.run(
        ["bash", CONFIG / "container_health.sh", "127.0.0.1", str(port), "/", "x"],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert gone.returncode == 1


def test_the_migration_script_imports_names_that_exist():
    text = (ROOT / "config" / "compose_migrate.sh").read_text()
    script = text.split("<<'PYTHON'\n")[1].split("\nPYTHON\n")[0]
    imports = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        for alias in node.names:
            assert hasattr(import_module(node.module), alias.name), (node.module, alias.name)
