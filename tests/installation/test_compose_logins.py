"""The logins of docker-compose.yml, made by ``config/compose_logins.py`` at each start."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

PROGRAM = Path(__file__).parents[2] / "config" / "compose_logins.py"
LOGINS = ("dateline_owner", "dateline_airflow")

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(server_without_metadata):
    yield server_without_metadata
    server_without_metadata.sql("drop database if exists dateline with (force)")
    server_without_metadata.sql("drop database if exists dateline_airflow with (force)")
    for login in LOGINS:
        server_without_metadata.sql(f"drop role if exists {login}")


def make_logins(server, secrets):
    environ = os.environ | {"ADMIN_DSN": server.dsn(), "SECRETS_FOLDER": str(secrets)}
    return subprocess.run(
        [sys.executable, PROGRAM, "owner"], env=environ, capture_output=True, text=True, check=False
    )


def verifiers(server):
    with closing(psycopg.connect(server.dsn(), autocommit=True)) as conn:
        return dict(
            conn.execute(
                "select rolname, rolpassword from pg_authid where rolname = any(%s)",
                (list(LOGINS),),
            ).fetchall()
        )


def test_a_second_start_gives_the_logins_their_present_passwords(server, tmp_path):
    found = []
    for password in ("first", "second"):
        for secret in ("owner_password", "airflow_password"):
            (tmp_path / secret).write_text(f"{password}\n")
        made = make_logins(server, tmp_path)
        assert made.returncode == 0, made.stderr
        found.append(verifiers(server))
    first, second = found
    assert set(first) == set(second) == set(LOGINS)
    assert all(first[login] != second[login] for login in LOGINS)


def test_a_role_of_a_restored_backup_may_log_in_again(server, tmp_path):
    for secret in ("owner_password", "airflow_password"):
        (tmp_path / secret).write_text("secret")
    server.sql("create role dateline_airflow nologin")
    assert make_logins(server, tmp_path).returncode == 0
    with closing(psycopg.connect(server.dsn(), autocommit=True)) as conn:
        may = conn.execute(
            "select rolname, rolcanlogin, rolcreaterole, rolsuper from pg_roles"
            " where rolname = any(%s) order by rolname",
            (list(LOGINS),),
        ).fetchall()
    assert may == [("dateline_airflow", True, False, False), ("dateline_owner", True, True, False)]


def test_the_databases_belong_to_their_logins(server, tmp_path):
    for secret in ("owner_password", "airflow_password"):
        (tmp_path / secret).write_text("secret")
    assert make_logins(server, tmp_path).returncode == 0
    with closing(psycopg.connect(make_conninfo(server.dsn(), dbname="dateline"))) as conn:
        owners = conn.execute(
            "select datname, pg_get_userbyid(datdba) from pg_database"
            " where datname in ('dateline', 'dateline_airflow') order by datname"
        ).fetchall()
    assert owners == [("dateline", "dateline_owner"), ("dateline_airflow", "dateline_airflow")]
