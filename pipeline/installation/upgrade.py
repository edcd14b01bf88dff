"""What stands between a store and the Dateline that is installed now."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from psycopg import Connection
from psycopg.conninfo import make_conninfo

from pipeline.annotate.model_version import model_versions
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.local_airflow.metadata_database import DATABASE, needs_migration
from pipeline.settings import Settings
from pipeline.warehouse.schema import pending_files
from pipeline.warehouse.store import connect, embedded_store, has_database
from pipeline.warehouse.version_counts import older_versions


@dataclass(frozen=True, slots=True)
class Step:
    """Something that an upgrade does, or leaves to a person."""

    what: str
    said: str
    command: str
    """What does it; empty where there is nothing to do."""


def steps(settings: Settings) -> list[Step]:
    """Return what is to be done, in order; nothing is changed.

    Raises:
        MigrationError: the store cannot be brought up to date by this Dateline.
        StoreUnavailable: Postgres does not answer.
    """
    dsn = settings.dsn or embedded_store()
    with closing(connect(dsn)) as connection:
        pending = pending_files(connection)
        found = [_schema(pending)]
        if not pending:
            found += _older_texts(connection, settings)
    if has_database(dsn, DATABASE):
        home = HomeFolder(settings.home_folder)
        is_old = needs_migration(make_conninfo(dsn, dbname=DATABASE), home)
        said = "of another version of Airflow" if is_old else "up to date"
        found.append(Step("Airflow's database", said, "dateline up" if is_old else ""))
    return found


def _schema(pending: list[str]) -> Step:
    if not pending:
        return Step("schema", "up to date", "")
    named = ", ".join(pending[:5]) + ", …" * (len(pending) > 5)
    said = f"{len(pending)} file{'s' * (len(pending) > 1)} to apply: {named}"
    return Step("schema", said, "dateline backup FOLDER; dateline db migrate")


def _older_texts(connection: Connection, settings: Settings) -> Iterator[Step]:
    read, annotated = older_versions(connection, model_versions(settings.nlp_pipelines))
    stages = (("texts", "extract", read), ("names and quotes", "annotate", annotated))
    for what, stage, count in stages:
        said = f"{count} articles were read by an older version" if count else "up to date"
        yield Step(what, said, f"dateline reprocess --stage {stage}" if count else "")
