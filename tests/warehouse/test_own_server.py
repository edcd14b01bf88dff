"""The whole way on a server that is not ours: Debian's PostgreSQL 15, over TCP with a password."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pipeline.cli.app import main
from pipeline.demo import DemoSite, free_ports
from pipeline.settings import settings
from pipeline.warehouse.cookbook import cookbook

BINARIES = Path("/usr/lib/postgresql/15/bin")
DATELINE = Path(sys.executable).with_name("dateline")

pytestmark = [
    pytest.mark.system,
    pytest.mark.postgres,
    pytest.mark.skipif(
        not (BINARIES / "initdb").exists(), reason="needs Debian's postgresql-15 (apt-get install)"
    ),
]


@pytest.fixture(scope="module")
def folder():
    """Return a folder that no later test session removes, as it does those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def server(folder):
    """Start a cluster that asks for a password, and return the address of its superuser."""
    account = "postgres" if os.geteuid() == 0 else None  # initdb refuses to run as root
    if account:
        folder.chmod(0o755)
        shutil.chown(folder, account)
    password = secrets.token_urlsafe()
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program, *arguments):
        subprocess.run(
            [BINARIES / program, *map(str, arguments)],
            check=True,
            cwd=folder,
            user=account,
            stdout=subprocess.DEVNULL,
        )

    data = folder / "data"
    run("initdb", "-D", data, "-U", "keeper", "-A", "scram-sha-256", f"--pwfile={secret}")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -k ''"
    run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    yield f"postgresql://keeper:{password}@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def store(server, folder):
    """Load the demo site into a database of that server, whose owner is no superuser."""
    home = folder / "home"
    home.mkdir()
    with closing(psycopg.connect(server, autocommit=True)) as conn:
        conn.execute("create role owner login createrole password 'a word'")
        conn.execute("create database news_store owner owner encoding utf8 template template0")
    dsn = make_conninfo(server, dbname="news_store", user="owner", password="a word")
    environ = os.environ | {
        "DATELINE_HOME": str(home / "state"),
        "DATELINE_SOURCES": str(home / "sources"),
        "DATELINE_DSN": dsn,
        "DATELINE_CRAWL_DELAY": "0",
    }

    with DemoSite(ports=free_ports((0, 0, 0))) as site:
        (home / "sources").mkdir()
        site.write_sources(home / "sources")
        done = subprocess.run(
            [DATELINE, "run"], cwd=home, env=environ, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    return dsn, environ


@pytest.fixture
def sql(store, monkeypatch, capsys):
    """Return what runs ``dateline sql`` in this process: starting one a question took 2 s each."""
    _, environ = store

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dateline", "sql", *arguments])
        with pytest.raises(SystemExit) as exited:
            main()
        printed, said = capsys.readouterr()
        assert not exited.value.code, said
        return printed

    for name, value in environ.items():
        if name.startswith("DATELINE_"):
            monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield run
    settings.cache_clear()


def test_the_demo_is_loaded_with_marts_and_checks(store, sql):
    dsn, _ = store
    with closing(psycopg.connect(dsn)) as conn:
        assert conn.info.server_version // 10_000 == 15
        assert conn.execute("select count(*) from mart.articles").fetchone()[0] >= 60
        failed = conn.execute(
            "select check_name from mart.check_findings where severity = 'error'"
        ).fetchall()
        assert failed == []
    assert "Debian" in sql("select version()")


@pytest.mark.parametrize("name", cookbook())
def test_every_question_is_answered_to_a_reader(sql, name):
    assert "," in sql(name, "--csv").splitlines()[0]
