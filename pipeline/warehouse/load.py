"""Loading: a batch of extracted articles becomes rows exactly once, in one transaction.

Knows nothing of HTML; what an article is was decided before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from pipeline.outcomes import Outcome
from pipeline.records import Article


@dataclass(frozen=True, slots=True)
class LoadItem:
    """One extracted page; where the article's outcome is not ``loaded`` it is only decided."""

    link_id: int
    fetch_id: int
    source_key: str
    article: Article
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a batch did."""

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    """Links decided in this call."""
    new_versions: tuple[int, ...] = ()
    """Ids of the article versions stored in this call."""
    was_loaded: bool = False
    """The batch key was there before: nothing was done."""


def load_batch(
    conn: Connection, run_id: int, batch_key: str, pages: Sequence[LoadItem]
) -> LoadReport:
    """Store a batch exactly once and decide its links in the same transaction.

    Raises:
        StoreUnavailable: the server stayed away for the whole patience.
    """
    raise NotImplementedError
