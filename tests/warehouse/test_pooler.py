"""A server as clouds rent it: TLS, no superuser, and PgBouncer in transaction mode in between.

The server is Debian's where it is installed, else the embedded one. Prepared statements, settings
and locks of a session do not survive such a pooler; what depended on them fails here.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from pipeline.settings import settings
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.session_locks import hold_lock
from pipeline.warehouse.store import connect
from tests.fix_airflow import PATIENCE

pytestmark = [pytest.mark.system, pytest.mark.postgres, pytest.mark.timeout(2 * PATIENCE)]
DEBIAN = Path("/usr/lib/postgresql/15/bin")
DATELINE = str(Path(sys.executable).with_name("dateline"))
PASSWORDS = {"dateline": "owner's%20own", "loader": "loading"}


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def folder():
    """Return a folder that the other accounts may enter by which the server and PgBouncer run.

    Those of pytest are closed to them again whenever another session of it begins.
    """
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def certificate(folder):
    names = folder / "server.crt", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", names[0], "-keyout", names[1]],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return names


@pytest.fixture(scope="module")
def server(folder, certificate):
    with pytest.MonkeyPatch.context() as patch:
        if DEBIAN.is_dir():
            patch.setenv("DATELINE_PG_BIN", str(DEBIAN))
        settings.cache_clear()
        made = EmbeddedServer(folder / "home")
        made.start()
        for file in certificate:
            copy = Path(shutil.copy(file, made.data))
            copy.chmod(0o600)
            os.chown(copy, made.data.stat().st_uid, made.data.stat().st_gid)
        with closing(psycopg.connect(made.dsn("postgres"), autocommit=True)) as conn:
            conn.execute("alter system set ssl = on")
            conn.execute("create role dateline login createdb createrole password 'owner''s%20own'")
            conn.execute("create database dateline owner dateline")
        made.listen(free_port())
        rules = made.data / "pg_hba.conf"
        rules.write_text(rules.read_text().replace("host all", "hostssl all"))
        with closing(psycopg.connect(made.dsn("postgres"), autocommit=True)) as conn:
            conn.execute("select pg_reload_conf()")
        yield made
        made.remove()
    settings.cache_clear()


@pytest.fixture(scope="module")
def pooler(folder, server, certificate):
    """Return the port of a PgBouncer that gives each transaction to any of its sessions."""
    if not shutil.which("pgbouncer"):
        pytest.skip("PgBouncer is not installed: apt install pgbouncer")
    port = free_port()
    users = "".join(f'"{name}" "{password}"\n' for name, password in PASSWORDS.items())
    (folder / "users.txt").write_text(users)
    certificate[1].chmod(0o644)
    (folder / "pgbouncer.ini").write_text(
        f"""
[databases]
* = host=127.0.0.1 port={server.tcp_port()}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 8
auth_type = scram-sha-256
auth_file = {folder}/users.txt
server_tls_sslmode = verify-ca
server_tls_ca_file = {certificate[0]}
client_tls_sslmode = require
client_tls_cert_file = {certificate[0]}
client_tls_key_file = {certificate[1]}
server_round_robin = 1
server_connect_timeout = 120
server_login_retry = 1
"""
    )
    # The session of a transaction is the one that rested longest, so that two in a row differ.
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    with (folder / "pgbouncer.log").open("wb") as output:
        process = subprocess.Popen(
            ["pgbouncer", "-q", *account, folder / "pgbouncer.ini"], stdout=output, stderr=output
        )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, (folder / "pgbouncer.log").read_text()
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(PATIENCE)


@pytest.fixture(scope="module")
def dsn(pooler, certificate):
    return (
        f"postgresql://dateline:owner's%2520own@127.0.0.1:{pooler}/dateline"
        f"?sslmode=verify-ca&sslrootcert={certificate[0]}"
    )


@pytest.fixture(scope="module")
def dateline(folder, dsn, demo_site):
    demo_site.write_sources(folder / "sources")
    kept = {name: value for name, value in os.environ.items() if name[:8] != "DATELINE"}

    def run(*words, **environ):
        done = subprocess.run(
            [DATELINE, *words],
            cwd=folder,
            env=kept
            | {
                "DATELINE_HOME": str(folder / "home"),
                "DATELINE_DSN": dsn,
                "DATELINE_SOURCES": str(folder / "sources"),
            }
            | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"dateline {words}:\n{done.stdout}\n{done.stderr}"[-5000:]
        return done.stdout

    run("db", "migrate")
    return run


def test_the_demo_site_is_loaded_as_on_a_server_of_its_own(dateline, dsn, demo_expected):
    dateline("run")
    with closing(connect(dsn)) as conn:
        assert conn.prepare_threshold is None
        articles, quotes = conn.execute(
            "select (select count(*) from mart.articles), (select count(*) from news.quotes)"
        ).fetchone()
        open_runs = conn.execute("select count(*) from ops.runs where status <> 'succeeded'")
        assert open_runs.fetchone() == (0,)
    assert articles == 65
    assert quotes > 700


def test_commands_that_hold_locks_leave_none_behind(dateline, server):
    dateline("run")
    dateline("reprocess", "--stage", "annotate", "--all")
    dateline("archive", "compact")
    dateline("archive", "prune", DATELINE_ARCHIVE_DAYS="1")
    dateline("db", "migrate")
    with closing(psycopg.connect(server.dsn())) as conn:
        held = conn.execute("select count(*) from pg_locks where locktype = 'advisory'")
        assert held.fetchone() == (0,)


def test_a_login_of_the_loader_runs_every_stage(dateline, dsn, server):
    with closing(psycopg.connect(server.dsn(), autocommit=True)) as conn:
        conn.execute("create role loader login password 'loading' in role dateline_loader")
    dateline("run", DATELINE_DSN=dsn.replace("dateline:owner's%2520own", "loader:loading"))


def test_a_lock_is_held_by_one_at_a_time_and_ends_with_its_block(dsn, dateline):
    with closing(connect(dsn)) as conn:
        with hold_lock(conn, 77) as first, hold_lock(conn, 77, seconds=0) as second:
            assert (first, second) == (True, False)
        with hold_lock(conn, 77, seconds=0) as third:
            assert third


def test_many_connections_at_once_keep_their_time_zone(dsn, dateline):
    def ask(number):
        with closing(connect(dsn)) as conn:
            for _ in range(10):
                row = conn.execute("select current_setting('timezone'), %s::int", (number,))
                assert row.fetchone() == ("UTC", number)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(ask, range(40)))
