"""Stage *reprocess*: stored articles are read again from the archive by today's code and memory.

Works in parts of some dozens of pages, each stored in one transaction: a kill costs one part, and
of two at once each finds what the other has done. A text that reads better becomes a version of its
own and no edit; ``dedupe`` and ``annotate`` take it up as they take up any new version.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from psycopg import Connection

from pipeline import __version__
from pipeline.clean.cleaner import clean_article
from pipeline.clean.site_memory import SiteMemory
from pipeline.errors import ArchiveError, UsageError
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
from pipeline.settings import settings
from pipeline.stages.extract import read_pages
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

ReadStage = Literal["extract", "clean"]
"""``clean``: what another version of Dateline read, and what site memory has outgrown; a page that
is gone from the archive is cleaned as it is stored. ``extract``: the former only, pages only."""
LaterStage = Literal["dedupe", "annotate"]
COUNTS = ("read", "renewed", "corrected", "unchanged", "refused", "gone")
_PART = 50
"""Pages a transaction: about two seconds of work."""

_SETTLED_AT_ONCE = 1000
"""Bound of what loading does again, about a minute; ``dateline reprocess`` finds the rest."""

Tally = dict[str, dict[str, int]]
"""Counts by source, then by what was counted."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A stored version and what was found when it was read again."""

    stored: StoredVersion
    article: Article | None
    """None where the page is gone and the stored text does not serve."""
    is_gone: bool

    @property
    def renewal(self) -> ReprocessedVersion | None:
        """What to store; None where today's reading finds no article: the stored one is kept."""
        if self.article is None or self.article.outcome is not Outcome.LOADED:
            return None
        return ReprocessedVersion(self.stored, self.article) if self.article.text else None


def plan(stage: ReadStage, scope: Scope, *, with_all: bool = False) -> list[list[int]]:
    """Return the versions to read again in batches, pages of one host together."""
    with store() as connection:
        found = versions_to_reprocess(
            connection, scope, with_all=with_all, older=stage == "extract"
        )
    size = settings().curate_batch
    log.info("versions to read again", stage=stage, versions=len(found))
    return [found[first : first + size] for first in range(0, len(found), size)]


def begin(
    stage: ReadStage | LaterStage = "clean", source: str | None = None, since: str | None = None
) -> list[list[int]]:
    """Return the batches to read again; for a later stage mark its work, and return none.

    Args:
        stage: the stage to go through again.
        source: only articles of this source key.
        since: only those first seen on that day (ISO 8601) or later.

    Raises:
        UsageError: there is no such source, or no such day.
    """
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise UsageError(f"since {since!r} is no day: give one like 2026-11-01.") from error
    scope = Scope(source, None, first)
    if stage == "dedupe" or stage == "annotate":
        again(stage, scope)
        return []
    return plan(stage, scope)


def reprocess(
    run_id: int | None,
    version_ids: Sequence[int],
    stage: ReadStage = "clean",
    *,
    planned_at: datetime | None = None,
) -> Tally:
    """Read these versions' pages again and renew what is stored; twice is once.

    Args:
        run_id: the run that does it; None to count only, and to store nothing.
        version_ids: as ``plan`` gives them; those that are current no more are passed over.
        stage: ``clean`` or ``extract``.
        planned_at: what was read again since then, by a twin of ours, is passed over.

    Returns:
        By source how many were ``read``; of them ``renewed`` (the text), ``corrected`` (facts about
        it), ``unchanged``, ``refused`` (no article by today's reading: kept as they are); and how
        many were ``gone`` from the archive, whose stored text was cleaned where that is the stage.
    """
    faults = PageFaults("reprocess", expected=(ArchiveError,))
    tally: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with store() as connection:
        memory = PostgresSiteMemory(connection)
        for first in range(0, len(version_ids), _PART):
            part = stored_versions(connection, version_ids[first : first + _PART], planned_at)
            with _rehearsal(connection) if run_id is None else nullcontext(run_id) as number:
                found = _read(part, memory, stage, faults)
                _store(connection, number, found, tally)
    for source_key, counts in tally.items():
        for name, count in counts.items():
            meter().count(f"reprocessed_{name}", count, source=source_key)
    log.info("read again", run_id=run_id, versions=sum(each["read"] for each in tally.values()))
    return {source_key: dict(counts) for source_key, counts in tally.items()}


def settle(run_id: int, version_ids: Sequence[int] | None = None) -> dict[str, int]:
    """Read again what a run loaded before its later pages showed what is furniture; return counts.

    So a host's first crawl gives the same texts in whatever order its pages come. To be called
    between loading and the look-up of copies; twice is once.

    Args:
        run_id: the run that loaded.
        version_ids: of those that are ``unsettled``; by default all.
    """
    ids = unsettled(run_id) if version_ids is None else version_ids
    counts: Counter[str] = Counter()
    for of_source in reprocess(run_id, ids).values() if ids else ():
        counts.update(of_source)
    return dict(counts)


def unsettled(run_id: int) -> list[int]:
    """Return the versions that ``settle`` would read again: a few for each new host."""
    with store() as connection:
        return versions_with_new_boilerplate(connection, run_id, _SETTLED_AT_ONCE)


@contextmanager
def _rehearsal(connection: Connection) -> Iterator[int]:
    """Yield the id of a run that never was: nothing of what is done within is stored."""
    name = f"rehearsal-{os.getpid()}"
    with connection.transaction(force_rollback=True):
        yield open_run(connection, "dateline-reprocess", name, None, __version__)


def _read(
    versions: Sequence[StoredVersion], memory: SiteMemory, stage: ReadStage, faults: PageFaults
) -> list[_Read]:
    """Read pages; of those gone from the archive, clean the stored text where that is the stage."""
    with_page = [(each, each.page) for each in versions if each.page]
    articles = read_pages([page for _, page in with_page], memory, faults)
    pages = {
        each.article_version_id: article
        for (each, _), article in zip(with_page, articles, strict=True)
        if article.outcome is not Outcome.QUARANTINED
    }
    return [_one(each, pages.get(each.article_version_id), memory, stage) for each in versions]


def _one(
    stored: StoredVersion, article: Article | None, memory: SiteMemory, stage: ReadStage
) -> _Read:
    if article is not None:
        return _Read(stored, article, is_gone=False)
    if stage == "extract":
        return _Read(stored, None, is_gone=True)
    return _Read(stored, clean_article(stored.article, memory, remember=False), is_gone=True)


def _store(
    connection: Connection,
    run_id: int,
    found: Sequence[_Read],
    tally: defaultdict[str, Counter[str]],
) -> None:
    results = store_reprocessed(
        connection, run_id, [each.renewal for each in found if each.renewal]
    )
    kept = [each for each in found if not each.renewal]
    mark_reprocessed(connection, [each.stored.article_version_id for each in kept])
    for each in found:
        counts = tally[each.stored.source_key]
        counts["gone"] += each.is_gone
        if each.article is None:
            continue
        result = "refused" if not each.renewal else results.get(each.stored.article_version_id)
        if result:
            counts.update((result, "read"))
        if result == "refused":
            log.warning(
                "no article by today's reading; the stored one is kept",
                url=each.stored.canonical_url,
                outcome=each.article.outcome,
                reason=each.article.reason,
            )


def joined(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of what several batches counted."""
    total: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tally in tallies:
        for source_key, counts in tally.items():
            total[source_key].update(counts)
    return {source_key: dict(counts) for source_key, counts in total.items()}


def again(
    stage: LaterStage,
    scope: Scope,
    *,
    with_all: bool = False,
    dry_run: bool = False,
) -> Tally:
    """Have copies, or names and quotes, found anew by their own stages; return counts by source.

    What people decided about copies is kept. Of annotations only those by another model are done
    anew, or with ``with_all`` those by the present one too.
    """
    from pipeline.annotate.model_version import model_version

    with store() as connection, _rehearsal(connection) if dry_run else nullcontext(0):
        if stage == "dedupe":
            counts = queue_for_dedup(connection, scope)
        else:
            model = model_version(settings().nlp_model)
            counts = queue_for_annotation(connection, scope, model, with_present=with_all)
    return {source_key: {"marked": count} for source_key, count in counts.items()}


def finish(run_id: int) -> dict[str, int]:
    """Let the later stages take up what was renewed; return their counts."""
    from pipeline.stages import annotate, dedupe, publish

    counts = Counter(dedupe.dedupe(run_id))
    for version_ids in annotate.plan(run_id):
        counts.update(annotate.annotate(run_id, version_ids))
    counts.update(publish.publish(run_id))
    return dict(counts)
