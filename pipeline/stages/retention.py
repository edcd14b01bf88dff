"""Retention: delete rows and files that are kept for some days only.

Articles, their versions, names, quotes and copies are kept for ever. What ends is how they came:
the attempts of links and documents, the results of checks, alerts that are over, and what stages
keep to work faster. The DAG *maintain* does this once a day, ``dateline run`` at its end, and
``dateline prune`` by hand. Each rule is a transaction of its own, so a killed call loses nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import Connection

from pipeline.settings import settings
from pipeline.stages.archive import prune as prune_archive
from pipeline.telemetry import log
from pipeline.warehouse.alerts import forget_old_alerts
from pipeline.warehouse.documents import forget_old_document_attempts
from pipeline.warehouse.links import forget_old_attempts
from pipeline.warehouse.publishes import forget_old_publishes
from pipeline.warehouse.site_memory import KEEP_DAYS, forget_old_pages
from pipeline.warehouse.source_states import forget_old_source_rows
from pipeline.warehouse.store import store
from pipeline.warehouse.window_cache import forget_old_windows


@dataclass(frozen=True, slots=True)
class Rule:
    """What is deleted after some days."""

    what: str
    days: int
    """0 keeps it for ever."""
    setting: str
    """The setting that says so; empty where it follows from others."""
    forget: Callable[[Connection, int], int]
    """Deletes what is older than so many days, and returns how much."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a rule deleted, or would delete."""

    what: str
    days: int
    setting: str
    removed: int
    """Rows, or WARC files."""


def rules() -> list[Rule]:
    """Return the rules of this installation, apart from that of the archive."""
    attempts = settings().attempt_days
    # A page is not requested again after its last visit, so no later edit of it is seen.
    plan = settings().revisit_plan
    windows = (plan[-1].days if plan else 0) + 1
    setting = "DATELINE_ATTEMPT_DAYS"
    return [
        Rule("attempts of links", attempts, setting, forget_old_attempts),
        Rule("attempts of documents", attempts, setting, forget_old_document_attempts),
        Rule("publishes and findings of checks", attempts, setting, forget_old_publishes),
        Rule("alerts that are over", attempts, setting, forget_old_alerts),
        Rule("hours and changes of sources", attempts, setting, forget_old_source_rows),
        Rule("pages that site memory counts", KEEP_DAYS, "", forget_old_pages),
        Rule("windows that the tagger read", windows, "DATELINE_REVISIT_AFTER", forget_old_windows),
    ]


def prune_store(*, dry_run: bool = False) -> list[Forgotten]:
    """Delete the rows that are older than their rule allows.

    Args:
        dry_run: delete nothing, and say what would be deleted.
    """
    done = []
    with store() as connection:
        for rule in rules():
            with _perhaps_undone(connection, dry_run):
                removed = rule.forget(connection, rule.days)
            done.append(Forgotten(rule.what, rule.days, rule.setting, removed))
    log.info("rows pruned", rows=sum(each.removed for each in done), dry_run=dry_run)
    return done


def prune(*, dry_run: bool = False) -> list[Forgotten]:
    """Do what ``prune_store`` does, and remove old WARC files that nothing needs."""
    done = prune_store(dry_run=dry_run)
    files = prune_archive(dry_run=dry_run).files
    days = settings().archive_days
    return [*done, Forgotten("WARC files", days, "DATELINE_ARCHIVE_DAYS", len(files))]


@contextmanager
def _perhaps_undone(connection: Connection, is_undone: bool) -> Iterator[None]:
    """Undo within a dry run what the block deletes."""
    if not is_undone:
        yield
        return
    with connection.transaction(force_rollback=True):
        yield
