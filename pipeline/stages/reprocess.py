"""Stage *reprocess*: extract and clean stored articles again, from their archived pages.

Another version of Dateline may extract a better text, and site memory may know lines of boilerplate
that it did not know when the page was loaded. A text that changes becomes a new version marked
``made_by = 'reprocess'`` and no edit, since the publisher changed nothing; ``dedupe`` and
``annotate`` process it like any new version.

Pages are stored 50 per transaction, so a killed process loses at most 50, and of two processes at
once each skips what the other has stored.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from psycopg import Connection

from pipeline import __version__
from pipeline.clean.site_memory import SiteMemory
from pipeline.errors import ArchiveError, UsageError
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
from pipeline.page_worker import page_worker
from pipeline.settings import settings
from pipeline.stages.batches import batches
from pipeline.stages.extract import clean_stored, read_pages
from pipeline.stages.outlets import stored_outlets
from pipeline.telemetry import log, meter
from pipeline.warehouse.reprocessing import (
    ReprocessedVersion,
    Scope,
    StoredVersion,
    mark_reprocessed,
    queue_for_annotation,
    queue_for_dedup,
    store_reprocessed,
    stored_versions,
    versions_to_reprocess,
    versions_with_new_boilerplate,
)
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.warehouse.store import store
from pipeline.warehouse.version_counts import waiting_versions

ReadStage = Literal["extract", "clean"]
"""The stage from which articles are processed again.

``extract``: versions that another version of Dateline extracted; their pages are read again.
``clean``: these, and versions with lines that site memory knows as boilerplate by now. The stored
text is cleaned where the page is no longer in the archive.
"""

LaterStage = Literal["dedupe", "annotate"]
"""Stages for which articles are only queued; the stage itself processes them."""

COUNTS = ("read", "renewed", "corrected", "unchanged", "refused", "gone")
"""The names that ``reprocess`` counts by."""

_PART = 50
"""Pages per transaction: about two seconds of work."""

_SECOND_PASS_LIMIT = 1000
"""Versions of one second cleaning pass, about a minute; ``dateline reprocess`` finds the rest."""

CountsBySource = dict[str, dict[str, int]]
"""Counts by source key, then by name."""


@dataclass(frozen=True, slots=True)
class _Reprocessed:
    """A stored version and the article that today's code makes of it."""

    stored: StoredVersion
    article: Article | None
    """None where the page is gone from the archive and the stage needs it."""
    is_gone: bool
    outlet: str | None = None
    """Key of the outlet that its page tells; None where it tells none, or was not read again."""

    @property
    def to_store(self) -> ReprocessedVersion | None:
        """What to store; None where today's code finds no article, so that the stored one stays."""
        if self.article is None or self.article.outcome is not Outcome.LOADED:
            return None
        if not self.article.text:
            return None
        return ReprocessedVersion(self.stored, self.article, self.outlet)


def plan(stage: ReadStage, scope: Scope, *, with_all: bool = False) -> list[list[int]]:
    """Return the ids of the versions to reprocess in batches, the pages of one host together.

    Args:
        stage: ``extract`` or ``clean``; see ``ReadStage``.
        scope: which articles.
        with_all: whether to take all articles of the scope, not only those that need it.
    """
    with store() as connection:
        found = versions_to_reprocess(
            connection, scope, with_all=with_all, older=stage == "extract"
        )
    log.info("versions to reprocess", stage=stage, versions=len(found))
    return batches(found)


def plan_or_queue(
    stage: ReadStage | LaterStage = "clean", source: str | None = None, since: str | None = None
) -> list[list[int]]:
    """Plan a run of the DAG *reprocess*: the arguments are the DAG's parameters.

    Args:
        stage: the stage from which articles are processed again.
        source: take only articles of this source key.
        since: take only articles first seen on this day (ISO 8601) or later.

    Returns:
        Batches of version ids for ``reprocess``. For a later stage the articles are queued for it,
        and there are no batches.

    Raises:
        UsageError: there is no such source, or no such day.
    """
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise UsageError(f"since {since!r} is not a day: use a form like 2026-11-01.") from error
    scope = Scope(source, None, first)
    if stage == "dedupe" or stage == "annotate":
        queue_for_stage(stage, scope)
        return []
    return plan(stage, scope)


def reprocess(
    run_id: int | None,
    version_ids: Sequence[int],
    stage: ReadStage = "clean",
    *,
    planned_at: datetime | None = None,
) -> CountsBySource:
    """Reprocess these versions and store what changes; a second call changes nothing.

    Args:
        run_id: the run; None for a dry run, which counts and stores nothing.
        version_ids: ids that ``plan`` returned; versions that are no longer current are skipped.
        stage: ``clean`` or ``extract``.
        planned_at: skip versions that another process has reprocessed since this time.

    Returns:
        By source, the number of versions ``read``. Of these: ``renewed`` (another text, stored as a
        new version), ``corrected`` (other metadata, updated in place), ``unchanged``, and
        ``refused`` (today's code finds no article; the stored one is kept). Besides, the number of
        pages ``gone`` from the archive; their stored text is cleaned if the stage is ``clean``.

    Raises:
        StageFault: a fault would hit any page; the versions of this part stay as they were.
    """
    faults = PageFaults("reprocess", expected=(ArchiveError,))
    tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with store() as connection, page_worker():
        memory = PostgresSiteMemory(connection)
        for first in range(0, len(version_ids), _PART):
            part = stored_versions(connection, version_ids[first : first + _PART], planned_at)
            with _dry_run(connection) if run_id is None else nullcontext(run_id) as number:
                found = _with_outlets(connection, _read(part, memory, stage, faults))
                _store(connection, number, found, tally)
    for source_key, counts in tally.items():
        for name, count in counts.items():
            meter().count(f"reprocessed_{name}", count, source=source_key)
    log.info("reprocessed", run_id=run_id, versions=sum(each["read"] for each in tally.values()))
    return {source_key: dict(counts) for source_key, counts in tally.items()}


def second_cleaning_pass(run_id: int, version_ids: Sequence[int] | None = None) -> dict[str, int]:
    """Clean again what a run loaded before its later pages showed which lines are boilerplate.

    With it, the first crawl of a host gives the same texts whatever the order of its pages. It
    belongs between *load* and *dedupe*. A second call changes nothing.

    Args:
        run_id: the run that loaded the pages.
        version_ids: ids that ``versions_for_second_pass`` returned; by default all of them.

    Returns:
        The counts of ``reprocess``, summed over the sources.
    """
    ids = versions_for_second_pass(run_id) if version_ids is None else version_ids
    counts: Counter[str] = Counter()
    for of_source in reprocess(run_id, ids).values() if ids else ():
        counts.update(of_source)
    return dict(counts)


def versions_for_second_pass(run_id: int) -> list[int]:
    """Return the ids of the versions that need a second cleaning pass: a few for each new host."""
    with store() as connection:
        return versions_with_new_boilerplate(connection, run_id, _SECOND_PASS_LIMIT)


@contextmanager
def _dry_run(connection: Connection) -> Iterator[int]:
    """Yield the id of a run in a transaction that is rolled back at the end of the block."""
    name = f"dry-run-{os.getpid()}"
    with connection.transaction(force_rollback=True):
        yield open_run(connection, "dateline-reprocess", name, None, __version__)


def _read(
    versions: Sequence[StoredVersion], memory: SiteMemory, stage: ReadStage, faults: PageFaults
) -> list[_Reprocessed]:
    """Return what today's code makes of these versions; pages are quarantined if unreadable."""
    with_page = [(each, each.page) for each in versions if each.page]
    articles = read_pages([page for _, page in with_page], memory, faults)
    pages = {
        each.article_version_id: article
        for (each, _), article in zip(with_page, articles, strict=True)
        if article.outcome is not Outcome.QUARANTINED
    }
    return [
        _reprocessed(each, pages.get(each.article_version_id), memory, stage) for each in versions
    ]


def _with_outlets(connection: Connection, versions: Sequence[_Reprocessed]) -> list[_Reprocessed]:
    """Return versions with the outlets that their pages tell, stored as sources."""
    given = [
        (each.stored.page, each.article)
        if each.stored.page and each.article and not each.is_gone
        else None
        for each in versions
    ]
    found = iter(stored_outlets(connection, [pair for pair in given if pair]))
    outlets = [next(found) if pair else None for pair in given]
    return [
        replace(each, outlet=outlet.key) if outlet else each
        for each, outlet in zip(versions, outlets, strict=True)
    ]


def _reprocessed(
    stored: StoredVersion, article: Article | None, memory: SiteMemory, stage: ReadStage
) -> _Reprocessed:
    """Return the article of a page, or the stored one cleaned where there is no page (None)."""
    if article is not None:
        return _Reprocessed(stored, article, is_gone=False)
    if stage == "extract":
        return _Reprocessed(stored, None, is_gone=True)
    return _Reprocessed(stored, clean_stored(stored.article, memory), is_gone=True)


def _store(
    connection: Connection,
    run_id: int,
    found: Sequence[_Reprocessed],
    tally: defaultdict[str, Counter[str]],
) -> None:
    """Store what changed, mark all versions as reprocessed, and add to the counts by source."""
    results = store_reprocessed(
        connection, run_id, [each.to_store for each in found if each.to_store]
    )
    kept = [each for each in found if not each.to_store]
    mark_reprocessed(connection, [each.stored.article_version_id for each in kept])
    for each in found:
        counts = tally[each.stored.source_key]
        counts["gone"] += each.is_gone
        if each.article is None:
            continue
        result = "refused" if not each.to_store else results.get(each.stored.article_version_id)
        if result:
            counts.update((result, "read"))
        if result == "refused":
            log.warning(
                "page gives no article now; the stored one is kept",
                url=each.stored.canonical_url,
                outcome=each.article.outcome,
                reason=each.article.reason,
            )


def summed(batches: Iterable[CountsBySource]) -> CountsBySource:
    """Return the sums of the counts of several batches."""
    total: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for batch in batches:
        for source_key, counts in batch.items():
            total[source_key].update(counts)
    return {source_key: dict(counts) for source_key, counts in total.items()}


def queue_for_stage(
    stage: LaterStage, scope: Scope, *, with_all: bool = False, dry_run: bool = False
) -> CountsBySource:
    """Mark articles so that *dedupe* or *annotate* processes them again.

    Decisions that people made about copies are kept.

    Args:
        stage: the stage to queue them for.
        scope: which articles.
        with_all: queue for *annotate* the articles of the present model too, not only those that
            another model annotated.
        dry_run: count, and change nothing.

    Returns:
        By source, the number of versions ``marked``.
    """
    from pipeline.annotate.model_version import model_versions

    with store() as connection, _dry_run(connection) if dry_run else nullcontext(0):
        if stage == "dedupe":
            counts = queue_for_dedup(connection, scope)
        else:
            models = model_versions(settings().nlp_pipelines)
            counts = queue_for_annotation(connection, scope, models, with_present=with_all)
    return {source_key: {"marked": count} for source_key, count in counts.items()}


def waiting_for_later_stages() -> tuple[int, int]:
    """Count the stored texts that wait for *dedupe*, and those that wait for *annotate*.

    They are new, or were queued; a killed command leaves them waiting.
    """
    with store() as connection:
        return waiting_versions(connection)


def run_later_stages(run_id: int) -> dict[str, int]:
    """Run *dedupe*, *annotate* and *publish* on what was reprocessed; return their counts."""
    from pipeline.stages import annotate, dedupe, publish

    counts = Counter(dedupe.dedupe(run_id))
    for version_ids in annotate.plan(run_id):
        counts.update(annotate.annotate(run_id, version_ids))
    counts.update(publish.publish(run_id))
    return dict(counts)
