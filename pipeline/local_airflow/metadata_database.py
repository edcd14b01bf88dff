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
    return metadata_dsn(dsn)


def metadata_dsn(dsn: str) -> str:
    """Return the DSN of the metadata database that is on the server of ``dsn``."""
    return make_conninfo(dsn, dbname=DATABASE)


def remove_deadlines(dsn: str) -> int:
    """Take away the deadlines that earlier versions of Dateline gave their runs; return how many.

    Airflow 3.3.2 stores a deadline's interval as a dict and reads it as a number when a failed run
    is cleared (``timedelta(seconds={...})``), so such a run could never be cleared. Deadlines of
    other DAGs stay. A database without Airflow's tables is left as it is.

    Args:
        dsn: the metadata database.
    """
    with store.connect(dsn) as connection, connection.transaction():
        if not _has_table(connection, "deadline_alert"):
            return 0
        removed = connection.execute(_DELETE_DEADLINES).rowcount
        # A stored DAG names its deadlines, and Airflow looks for each when a run of it ends.
        connection.execute(_FORGET_DEADLINES)
        connection.execute(_DELETE_DEADLINE_ALERTS)
    return removed


def forget_renamed_assets(dsn: str) -> int:
    """Take assets of earlier versions of Dateline from those that are active; return how many.

    Airflow allows each name and each address once among active assets. ``curated`` was at the
    address that is now that of ``published``, so neither became active before the scheduler had
    cleaned up, a minute after its start, and the first task that updated one failed. The history
    of the assets stays.

    Args:
        dsn: the metadata database.
    """
    with store.connect(dsn) as connection, connection.transaction():
        if not _has_table(connection, "asset_active"):
            return 0
        return connection.execute(_FORGET_ASSETS).rowcount


def remove_runs_ahead(dsn: str) -> int:
    """Take away the runs that Airflow made while the clock was ahead; return how many.

    Airflow leaves a run alone until the time that it was made for, and makes no scheduled run
    before the last one. After a clock was set back by a day, *curate* waited a day for its run, and
    *ingest* and *publish* for their next one. What those runs had not done is still due in
    Dateline's store. A run that a person planned for a later time was made in the past and stays.

    Args:
        dsn: the metadata database, while no component of Airflow is running.
    """
    with store.connect(dsn) as connection, connection.transaction():
        if not _has_table(connection, "dag_run"):
            return 0
        connection.execute(_BRING_BACK_ASSET_UPDATES)
        return connection.execute(_DELETE_RUNS_AHEAD).rowcount


def _has_table(connection: psycopg.Connection, name: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (name,)).fetchone()
    return row is not None and bool(row[0])


# Ten minutes, as in the supervisor, leave the small differences between two machines' clocks alone.
_DELETE_RUNS_AHEAD = """
delete from dag_run
where least(run_after, queued_at) > clock_timestamp() + interval '10 minutes'
    and queued_at is not null
"""
# The next run is made for the time of the newest update that waits.
_BRING_BACK_ASSET_UPDATES = """
update asset_dag_run_queue set created_at = clock_timestamp() where created_at > clock_timestamp()
"""
_FORGET_ASSETS = """
delete from asset_active where name = 'curated' and uri = 'x-dateline://warehouse/mart'
"""
# Dateline's deadlines called policy.deadline_missed.
_DELETE_DEADLINES = """
with ours as (
    delete from deadline using deadline_alert
    where deadline.deadline_alert_id = deadline_alert.id
        and deadline_alert.callback_def::text like '%policy.deadline_missed%'
    returning deadline.callback_id
)
delete from callback using ours where callback.id = ours.callback_id
"""
_FORGET_DEADLINES = """
update serialized_dag set data = data #- '{dag,deadline}'
where data #> '{dag,deadline}' is not null
    and id in (
        select serialized_dag_id from deadline_alert
        where callback_def::text like '%policy.deadline_missed%'
    )
"""
_DELETE_DEADLINE_ALERTS = """
delete from deadline_alert using serialized_dag
where serialized_dag.id = deadline_alert.serialized_dag_id and serialized_dag.data is not null
    and callback_def::text like '%policy.deadline_missed%'
"""


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
