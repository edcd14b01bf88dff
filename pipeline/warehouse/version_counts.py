"""Count the current texts that wait for a stage, or that another version of Dateline read.

``dateline status`` asks for these counts, so this module imports nothing that reads pages.
"""

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipeline.annotate.model_version import ModelVersions
from pipeline.extract.version import EXTRACTION_VERSION


def waiting_versions(conn: Connection) -> tuple[int, int]:
    """Count the current texts that wait for the search for copies, and those for annotation.

    They are new, or were queued by ``dateline reprocess``; a killed one leaves them waiting.
    """
    row = conn.execute(
        "select count(*) filter (where deduplicated_at is null),"
        " count(*) filter (where nlp_version is null)"
        " from news.article_versions where is_current"
    ).fetchone()
    return row or (0, 0)


def older_versions(conn: Connection, models: ModelVersions) -> tuple[int, int]:
    """Count the current texts extracted, and those annotated, by another version than today's.

    ``dateline reprocess`` with ``--stage extract`` or ``--stage annotate`` brings them up to date.

    Args:
        conn: any connection.
        models: today's.
    """
    row = conn.execute(
        "select count(*) filter (where coalesce(read_again_by, extractor_version) <> %s),"
        " count(*) filter (where nlp_version <> coalesce((%s::jsonb) ->> language_code, %s))"
        " from news.article_versions where is_current",
        (EXTRACTION_VERSION, Jsonb(models.others), models.english),
    ).fetchone()
    return row or (0, 0)
