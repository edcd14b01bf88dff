"""The environment variables of the Airflow processes."""

import pytest

from pipeline.errors import SettingsError
from pipeline.local_airflow import home_folder
from pipeline.local_airflow.environment import (
    OUR_VARIABLES,
    airflow_environment,
    ignored_variables,
)
from pipeline.local_airflow.home_folder import HomeFolder, bundled_folder
from pipeline.settings import settings

INHERITED = {
    "PATH": "/bin",
    "AIRFLOW_HOME": "/somebody/elses",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW_CONN_X": "postgresql://x",
    "AIRFLOW__METRICS__STATSD_ON": "True",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "True",
    "PYTHONPATH": "/mine",
    "NO_PROXY": "intranet.example",
}


@pytest.fixture
def environ(server_without_metadata, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "a home"))
    monkeypatch.setenv("DATELINE_SOURCES", "my sources")
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    HomeFolder(settings().home_folder).create()
    dsn = server_without_metadata.dsn()
    return airflow_environment(settings(), dsn, "http://127.0.0.1:8099", INHERITED)


def test_what_belongs_to_another_airflow_is_dropped_and_named(environ, tmp_path):
    assert environ["AIRFLOW_HOME"] == str(tmp_path / "a home" / "airflow")
    assert environ["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert ignored_variables(INHERITED) == ["AIRFLOW_HOME", "AIRFLOW__CORE__EXECUTOR"]


def test_other_variables_are_passed_on(environ):
    assert environ["PATH"] == "/bin"
    assert environ["AIRFLOW__METRICS__STATSD_ON"] == "True"
    assert environ["AIRFLOW_CONN_X"] == "postgresql://x"
    assert environ["AIRFLOW__CORE__LOAD_EXAMPLES"] == "True"


def test_every_variable_that_is_always_ours_is_set(environ):
    assert OUR_VARIABLES - set(environ) == {"AIRFLOW_CONFIG", "AIRFLOW__CELERY__BROKER_URL"}


def test_with_a_broker_tasks_run_on_celery(server_without_metadata, monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_BROKER", "redis://:secret@broker.example:6379/0")
    settings.cache_clear()
    HomeFolder(settings().home_folder).create()
    dsn = server_without_metadata.dsn()
    found = airflow_environment(settings(), dsn, "http://127.0.0.1:8099", INHERITED)
    assert found["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert found["AIRFLOW__CELERY__BROKER_URL"] == "redis://:secret@broker.example:6379/0"
    assert "secret" not in repr(settings())


def test_the_number_of_tasks_at_once_follows_the_pools(
    server_without_metadata, monkeypatch, tmp_path
):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_FETCH_TASKS", "3")
    monkeypatch.setenv("DATELINE_CPU_TASKS", "5")
    settings.cache_clear()
    HomeFolder(settings().home_folder).create()
    dsn = server_without_metadata.dsn()
    found = airflow_environment(settings(), dsn, "http://127.0.0.1:8099", {})
    assert found["AIRFLOW__CORE__PARALLELISM"] == "12"


def test_the_sources_are_an_absolute_path(environ, tmp_path):
    assert environ["DATELINE_SOURCES"] == str(tmp_path / "my sources")


def test_the_api_server_listens_on_loopback_and_tasks_have_its_address(environ):
    assert environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environ["AIRFLOW__API__PORT"] == "8099"
    wanted = "http://127.0.0.1:8099/execution/"
    assert environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == wanted


def test_loopback_is_excluded_from_proxies(environ):
    assert environ["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"


def test_dags_plugins_and_config_are_found(environ):
    assert environ["PYTHONPATH"] == f"{bundled_folder('config')}:/mine"
    assert (bundled_folder("dags") / "ingest.py").exists()
    assert (bundled_folder("plugins") / "dateline_pools.py").exists()


def test_a_wheel_finds_its_folders_beside_a_stray_pyproject(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("")  # as kubernetes_asyncio leaves in site-packages
    (tmp_path / "pipeline" / "_bundled" / "dags").mkdir(parents=True)
    monkeypatch.setattr(home_folder, "_PACKAGE", tmp_path / "pipeline")
    assert bundled_folder("dags") == tmp_path / "pipeline" / "_bundled" / "dags"
    with pytest.raises(SettingsError, match="plugins is missing: the installation is broken"):
        bundled_folder("plugins")
