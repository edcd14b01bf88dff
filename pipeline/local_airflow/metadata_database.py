"""Airflow's metadata database, kept on the same server as the news database."""

import json
from importlib.metadata import version
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import StoreError
from pipeline.local_airflow.home_folder import HomeFolder, write_private_json
from pipeline.warehouse import store

DATABASE = "dateline_airflow"
"""Name of the database; ``airflow`` may belong to another Airflow on a user's own server."""


def create_database(dsn: str) -> str:
    """Create the metadata database on the server of ``dsn`` if it is missing; return its DSN.

    Raises:
        StoreError: the database is missing and the user has no right to create it.
        StoreUnavailable: the server does not answer.
    """
    try:
        store.create_database(dsn, DATABASE)
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            f"Airflow needs a database {DATABASE!r} on your server, and this user has no right to "
            f"create it. Run as a superuser: create database {DATABASE} owner <user>"
        ) from error
    return make_conninfo(dsn, dbname=DATABASE)


def sqlalchemy_uri(dsn: str, driver: str = "psycopg") -> str:
    """Return a libpq DSN as a SQLAlchemy URI.

    Everything except user, password and database goes into the query, where a socket folder with
    spaces or percent signs can be encoded: ``?host=%2Fhome%2Fa%20b%2Fpg18``.
    """
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    user = quote(parts.pop("user", ""), safe="")
    password = parts.pop("password", "")
    database = quote(parts.pop("dbname", ""), safe="")
    login = f"{user}:{quote(password, safe='')}" if password else user
    return f"postgresql+{driver}://{login}@/{database}?{urlencode(parts, quote_via=quote)}"


def needs_migration(dsn: str, home: HomeFolder) -> bool:
    """Tell whether ``airflow db migrate`` must run.

    The command takes 8 CPU-seconds even when there is nothing to migrate.
    """
    current = _versions(dsn)
    migrated = json.loads(home.migrated.read_text()) if home.migrated.exists() else None
    return current["revision"] is None or current != migrated


def record_migration(dsn: str, home: HomeFolder) -> None:
    """Record that the metadata database has the schema of the installed Airflow."""
    write_private_json(home.migrated, _versions(dsn))


def _versions(dsn: str) -> dict[str, str | None]:
    """Return the version of Airflow and the Alembic revision of the database, None if empty."""
    with store.connect(dsn) as connection:
        row = connection.execute("select to_regclass('alembic_version')::text").fetchone()
        revision = None
        if row and row[0]:
            found = connection.execute("select version_num from alembic_version").fetchone()
            revision = str(found[0]) if found else None
    return {"airflow": version("apache-airflow-core"), "revision": revision}
