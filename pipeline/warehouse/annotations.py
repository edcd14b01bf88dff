"""Annotations: entities, mentions, quotes and speakers of article versions.

Re-annotation by another model replaces the children of a version in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from pipeline.records import Annotation


@dataclass(frozen=True, slots=True)
class VersionText:
    """The text of one article version, as the offsets of its annotation count it."""

    article_version_id: int
    title: str | None
    text: str
    language: str | None


def pending_versions(conn: Connection, model_version: str, limit: int | None = None) -> list[int]:
    """Return the current article versions not annotated by this model, oldest first."""
    raise NotImplementedError


def version_texts(conn: Connection, ids: Sequence[int]) -> list[VersionText]:
    """Return the texts of these versions, ordered by id."""
    raise NotImplementedError


def save_annotations(
    conn: Connection, model_version: str, items: Sequence[tuple[int, Annotation]]
) -> None:
    """Replace the annotations of these versions; twice is once."""
    raise NotImplementedError
