"""Airflow's metadata database: one of its own, on the server that also holds the news."""

import json
from importlib.metadata import version
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import StoreError
from pipeline.local_airflow.home_folder import Places, write_private
from pipeline.warehouse import store

DATABASE = "dateline_airflow"
"""Not ``airflow``: on somebody's own server that name may belong to another Airflow."""


def create_database(dsn: str) -> str:
    """Return the DSN of the metadata database, creating it on the server of ``dsn`` if needed.

    Raises:
        StoreError: it is not there and we may not create it.
        StoreUnavailable: nobody answers.
    """
    try:
        store.create_database(dsn, DATABASE)
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            f"Airflow needs a database {DATABASE!r} on your server, and this user may not create "
            f"it: create database {DATABASE} owner <user>"
        ) from error
    return make_conninfo(dsn, dbname=DATABASE)


def sqlalchemy_uri(dsn: str, driver: str = "psycopg") -> str:
    """Return the DSN as SQLAlchemy wants it.

    All but user, password and database travels in the query, so that a socket folder with spaces or
    percent signs arrives whole: ``?host=%2Fhome%2Fa%20b%2Fpg18``.
    """
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    user = quote(parts.pop("user", ""), safe="")
    secret = parts.pop("password", "")
    database = quote(parts.pop("dbname", ""), safe="")
    login = f"{user}:{quote(secret, safe='')}" if secret else user
    return f"postgresql+{driver}://{login}@/{database}?{urlencode(parts, quote_via=quote)}"


def needs_migration(dsn: str, places: Places) -> bool:
    """Tell whether ``airflow db migrate`` has work here; it costs 8 CPU-seconds even without."""
    now = _state(dsn)
    known = json.loads(places.migrated.read_text()) if places.migrated.exists() else None
    return now["revision"] is None or now != known


def remember_migration(dsn: str, places: Places) -> None:
    """Note that the metadata database fits the installed Airflow."""
    write_private(places.migrated, _state(dsn))


def _state(dsn: str) -> dict[str, str | None]:
    with store.connect(dsn) as connection:
        row = connection.execute("select to_regclass('alembic_version')::text").fetchone()
        revision = None
        if row and row[0]:
            found = connection.execute("select version_num from alembic_version").fetchone()
            revision = str(found[0]) if found else None
    return {"airflow": version("apache-airflow-core"), "revision": revision}
