"""The embedded server: starts, kill -9, concurrent starts, long and odd paths, root."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import psycopg
import pytest

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import settings
from pipeline.warehouse import postgres_binaries
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect, ensure_store

pytestmark = pytest.mark.postgres

QUICK = "-c fsync=off"


@pytest.fixture
def server(tmp_path):
    made = EmbeddedServer(tmp_path / "it's a home", QUICK)
    yield made
    made.remove()


def execute(server, statement):
    with closing(psycopg.connect(server.dsn("postgres"), autocommit=True)) as conn:
        return conn.execute(statement)


def postmaster(server):
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_it_starts_stops_and_survives_kill_9(server, monkeypatch):
    assert server.status().is_running is False
    assert server.stop() is False
    unfinished = server.data.with_name(server.data.name + ".new")
    (unfinished / "base").mkdir(parents=True)  # somebody was killed in the middle of a first start
    server.start()
    server.start()
    assert not unfinished.exists()
    assert server.status().version.split(".")[0] == server.data.name.removeprefix("pg")
    execute(server, "create table kept as select 1 as one")
    os.kill(postmaster(server), signal.SIGKILL)
    server.start()
    with closing(psycopg.connect(server.dsn("postgres"))) as conn:
        assert conn.execute("select one from kept").fetchone() == (1,)
        assert conn.execute("show listen_addresses").fetchone() == ("",)
    assert server.stop() is True
    assert server.is_ready() is False
    (server.data / "postgresql.conf").write_text("port = nonsense\n")
    monkeypatch.setattr("pipeline.warehouse.embedded_server._START_SECONDS", 0.2)
    with pytest.raises(
        StoreUnavailable, match=r"pg\d+/postgresql\.conf.* contains errors.*server\.log"
    ):
        server.start()
    server.remove()
    assert list(server.home.iterdir()) == []


def test_it_caches_an_eighth_of_the_memory_within_bounds(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    for said, cached in (("2147483648", "256MB"), ("1048576", "128MB"), ("max", None)):
        limit.write_text(f"{said}\n")
        monkeypatch.setattr("pipeline.warehouse.embedded_server._MEMORY_LIMITS", (limit,))
        made = EmbeddedServer(tmp_path / "home", QUICK)
        made.start()
        with closing(psycopg.connect(made.dsn("postgres"))) as conn:
            (shown,) = conn.execute("show shared_buffers").fetchone()
            (megabytes,) = conn.execute(
                "select pg_size_bytes(current_setting('shared_buffers')) / 1048576"
            ).fetchone()
        made.stop()
        assert shown == cached or (cached is None and 128 <= megabytes <= 1024)
    made = EmbeddedServer(tmp_path / "home", f"{QUICK} -c shared_buffers=16MB")
    made.start()
    with closing(psycopg.connect(made.dsn("postgres"))) as conn:
        assert conn.execute("show shared_buffers").fetchone() == ("16MB",)
    made.remove()


START = "from pipeline.warehouse.store import ensure_store; ensure_store()"


@pytest.mark.clock
def test_four_first_starts_at_once_make_one_store(server, monkeypatch):
    environ = os.environ | {"DATELINE_HOME": str(server.home)}
    command = [sys.executable, "-c", START]
    twins = [subprocess.Popen(command, env=environ) for _ in range(4)]
    assert [twin.wait(600) for twin in twins] == [0, 0, 0, 0]
    monkeypatch.setenv("DATELINE_HOME", str(server.home))
    settings.cache_clear()
    began = time.process_time()
    assert ensure_store() == server.dsn()
    assert time.process_time() - began < 0.5
    with closing(connect()) as conn:
        assert conn.execute("select count(*) from mart.articles").fetchone() == (0,)


def test_a_path_too_long_for_a_socket(tmp_path):
    server = EmbeddedServer(tmp_path / ("long" * 30), QUICK)
    try:
        server.start()
        assert server.is_ready()
        assert server.socket_folder != server.data
    finally:
        server.remove()
    assert not server.socket_folder.exists()


def test_an_unusable_home_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match=r"set DATELINE_HOME to a folder that you may write"):
        EmbeddedServer(tmp_path / "file" / "home").start()


def test_no_programs_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_PG_BIN", str(tmp_path))
    settings.cache_clear()
    with pytest.raises(SettingsError, match="no PostgreSQL programs") as caught:
        EmbeddedServer(tmp_path / "home")
    assert str(tmp_path) in str(caught.value)


def test_programs_of_another_machine_are_one_sentence(tmp_path, monkeypatch):
    for program in ("initdb", "postgres", "pg_ctl"):
        (tmp_path / program).write_bytes(b"\x7fELF")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("DATELINE_PG_BIN", str(tmp_path))
    settings.cache_clear()
    with pytest.raises(SettingsError, match="does not run here"):
        EmbeddedServer(tmp_path / "home")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")


@needs_root
def test_root_below_a_private_folder_changes_no_modes(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedServer(private / "a b", QUICK)
    try:
        server.start()
        execute(server, "create table t as select generate_series(1, 1000)")
        os.kill(postmaster(server), signal.SIGKILL)
        server.start()
        assert execute(server, "select count(*) from t").fetchone() == (1000,)
        assert server.data.stat().st_uid != 0
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        server.remove()


@needs_root
def test_root_takes_over_the_cluster_of_an_ordinary_user(tmp_path, monkeypatch):
    nobody = pwd.getpwnam("nobody")
    first = EmbeddedServer(tmp_path / "home", QUICK)
    monkeypatch.setattr(
        first, "_who", postgres_binaries.Account(nobody.pw_uid, nobody.pw_gid, "nobody")
    )
    first.start()
    first.stop()
    server = EmbeddedServer(tmp_path / "home", QUICK)
    try:
        server.start()
        assert server.is_ready()
    finally:
        server.remove()


@needs_root
def test_root_with_programs_below_a_private_folder(tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    package = postgres_binaries.installed().parents[1]
    subprocess.run(["cp", "-r", package, f"{package}.libs", private], check=False)
    monkeypatch.setenv("DATELINE_PG_BIN", str(private / package.name / "pginstall" / "bin"))
    settings.cache_clear()
    server = EmbeddedServer(tmp_path / "home", QUICK)
    copies = postgres_binaries.copies_folder(server.home)
    try:
        server.start()
        assert server.is_ready()
        assert copies.is_dir()
        made = copies.stat().st_mtime_ns
        server.stop()
        server.start()
        assert copies.stat().st_mtime_ns == made
    finally:
        server.remove()
    assert not copies.exists()
    assert private.stat().st_mode & 0o777 == 0o700


def test_a_server_that_is_not_there_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_DSN", f"postgresql://me:secret@/news?host={tmp_path}")
    settings.cache_clear()
    with pytest.raises(StoreUnavailable, match="check DATELINE_DSN") as caught:
        connect()
    assert "secret" not in str(caught.value)


def test_a_dsn_that_cannot_be_read_is_one_sentence(monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", "postgresql://ida:secret@[::1/dateline")
    settings.cache_clear()
    with pytest.raises(SettingsError, match="DATELINE_DSN cannot be read") as caught:
        connect()
    assert "secret" not in str(caught.value)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_tcp_asks_everybody_for_a_password(server):
    server.start()
    execute(server, "create table kept as select 1 as one")
    execute(server, "create role desk login password 'pier'")
    port = free_port()
    server.listen(port)
    assert server.tcp_port() == port
    assert EmbeddedServer(server.home, QUICK).is_ready()
    tcp = f"host=127.0.0.1 port={port} dbname=postgres"
    with closing(psycopg.connect(f"{tcp} user=desk password=pier")) as conn:
        assert conn.execute("select inet_server_port()").fetchone() == (port,)
    for who in ("user=postgres", "user=postgres password=postgres", "user=desk password=quay"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"{tcp} {who}")
    server.stop()
    server.start()
    with closing(psycopg.connect(f"{tcp} user=desk password=pier")):
        pass
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="name another"):
            server.listen(taken.getsockname()[1])
    server.listen(None)
    assert execute(server, "table kept").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(f"{tcp} user=desk password=pier")
