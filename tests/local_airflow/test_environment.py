import pytest

from pipeline.local_airflow.environment import airflow_environment
from pipeline.local_airflow.home_folder import Places, shipped
from pipeline.local_airflow.metadata_database import DATABASE
from pipeline.settings import settings

INHERITED = {
    "PATH": "/bin",
    "AIRFLOW_HOME": "/somebody/elses",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW_CONN_X": "postgresql://x",
    "PYTHONPATH": "/mine",
    "NO_PROXY": "intranet.example",
}


@pytest.fixture
def environ(postgres_server, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "a home"))
    monkeypatch.setenv("DATELINE_SOURCES", "my sources")
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    Places(settings().home_folder).make()
    yield airflow_environment(settings(), postgres_server.dsn(), "http://127.0.0.1:8099", INHERITED)
    postgres_server.sql(f"drop database {DATABASE}")


def test_another_airflows_settings_are_dropped(environ, tmp_path):
    assert environ["AIRFLOW_HOME"] == str(tmp_path / "a home" / "airflow")
    assert environ["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW_CONN_X" not in environ
    assert environ["PATH"] == "/bin"


def test_tasks_find_the_sources_wherever_they_run(environ, tmp_path):
    assert environ["DATELINE_SOURCES"] == str(tmp_path / "my sources")


def test_everything_listens_on_loopback_and_finds_it(environ):
    assert environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environ["AIRFLOW__API__PORT"] == "8099"
    wanted = "http://127.0.0.1:8099/execution/"
    assert environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == wanted


def test_a_proxy_does_not_get_between(environ):
    assert environ["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"


def test_our_folders_are_there(environ):
    assert environ["PYTHONPATH"] == f"{shipped('config')}:/mine"
    assert (shipped("dags") / "ingest.py").exists()
    assert (shipped("plugins") / "dateline_pools.py").exists()
