"""The links of a run: added in batches, handed out, and each decided with exactly one outcome.

Knows nothing of HTTP; a batch is only a number that an Airflow task can carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.outcomes import Outcome
from pipeline.records import Link, Validators


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link of a run with what the store knows of its page."""

    link_id: int
    link: Link
    canonical_url: str
    validators: Validators
    article_first_seen_at: datetime | None
    """When the article at this URL was first stored (UTC), None where it never was."""
    has_article: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one link ends."""

    link_id: int
    outcome: Outcome
    reason: str | None = None
    http_status: int | None = None
    article_id: int | None = None


def add_links(
    conn: Connection, run_id: int, source_key: str, links: Sequence[Link], batch_size: int
) -> list[int]:
    """Store the links of one source and return the numbers of its batches that need fetching.

    A link whose canonical URL stands in this run already ends as ``duplicate_url`` at once, a URL
    that cannot be used as ``address_refused``. The same call again adds nothing and returns the
    batches that still hold undecided links.
    """
    raise NotImplementedError


def batch_links(conn: Connection, run_id: int, source_key: str, batch_no: int) -> list[StoredLink]:
    """Return the links of a batch that are neither decided nor fetched, in the order added."""
    raise NotImplementedError


def decide(conn: Connection, decisions: Sequence[Decision]) -> int:
    """Give links their outcome and return how many got one; a decision that stands is kept."""
    raise NotImplementedError
