"""Backfill on one machine without Airflow, as ``dateline backfill`` does.

Files are read in processes, some at a time. Whenever some thousand pages were taken, they go
through the stages that follow, so that the first articles are there long before the last file is
read. A killed backfill is continued by the same command.
"""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

import psycopg

from pipeline.archive.storage import check_writable
from pipeline.backfill.progress import Progress
from pipeline.errors import StoreUnavailable
from pipeline.settings import settings
from pipeline.stages import run_lifecycle
from pipeline.stages.backfill import Filters, PartRead, files_with_revisits, read_part
from pipeline.stages.backfill_site import MOST_PAGES, read_site
from pipeline.stages.local_run import OnProgress, RunReport, curate, worker_pool
from pipeline.text import one_line
from pipeline.warehouse.backfills import backfill_problems, file_states
from pipeline.warehouse.store import store

_ROUND = 2000
"""Pages that are taken before they go through the later stages: some minutes of work."""
_PART_SECONDS = 15.0
"""Time after which a process that reads a file reports how far it is."""

PlanFiles = Callable[[int], list[int]]
"""Stores the files of a run and returns the ids of those to read, in order."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a backfill runs, whatever it reads."""

    jobs: int | None = None
    """Number of processes; by default one per core."""
    with_annotation: bool = True
    keep_downloads: bool = False
    log_level: str = "ERROR"
    round_pages: int = _ROUND


def backfill_archives(
    plan: PlanFiles, filters: Filters, on_progress: OnProgress, options: Options
) -> RunReport:
    """Read the files of a backfill and take their pages through all stages.

    Args:
        plan: stores the files; it gets the run.
        filters: what is kept.
        on_progress: called with a line for each step.
        options: how it runs.

    Raises:
        UsageError: a filter or a name cannot be used.
        ArchiveError: the list of files cannot be read.
        StoreUnavailable: Postgres cannot be reached, or failed during the run.
    """
    files: list[int] = []

    def work(run_id: int, pool: Executor, jobs: int) -> Counter[str]:
        files.extend(plan(run_id))
        return _Backfill(run_id, filters, on_progress, options, pool, jobs).run(files)

    def problems() -> list[str]:
        with store() as connection:
            return backfill_problems(connection, files)

    return _in_own_run(work, problems, options)


def backfill_site(
    source_key: str,
    days: tuple[date, date],
    on_progress: OnProgress,
    options: Options,
    *,
    most_pages: int = MOST_PAGES,
    again: bool = False,
) -> RunReport:
    """Ask a site for its pages of some days, and take them through all stages.

    Args:
        source_key: key of a file in the sources folder.
        days: first and last day.
        on_progress: called with a line for each document and step.
        options: how it runs.
        most_pages: most pages to request.
        again: read documents that an earlier call has finished.

    Raises:
        UsageError: the days are in the wrong order, or there is no such source.
        StoreUnavailable: Postgres cannot be reached, or failed during the run.
    """
    problems: list[str] = []

    def work(run_id: int, pool: Executor, jobs: int) -> Counter[str]:
        found = read_site(
            run_id, source_key, *days, on_progress, most_pages=most_pages, again=again
        )
        problems.extend(found.problems)
        if found.is_cut:
            on_progress(
                f"stopped after {found.asked} pages (--max-pages): the same command goes on"
            )
        with_annotation = options.with_annotation
        counts = curate(run_id, on_progress, pool, jobs, with_annotation=with_annotation)
        counts["records"], counts["pages"] = found.entries, found.taken
        return counts

    return _in_own_run(work, lambda: problems, options)


def _in_own_run(
    work: Callable[[int, Executor, int], Counter[str]],
    problems: Callable[[], list[str]],
    options: Options,
) -> RunReport:
    """Do the work in a run of its own, which is closed whatever happens."""
    check_writable(settings().archive_url)
    with run_lifecycle.own_run("dateline-backfill") as run_id:
        started = datetime.now(UTC)
        succeeded = False
        jobs = options.jobs or os.cpu_count() or 1
        try:
            with worker_pool(jobs, options.log_level) as pool:
                counts = work(run_id, pool, jobs)
            succeeded = True
        except psycopg.OperationalError as error:
            raise StoreUnavailable(
                f"Postgres failed during the run ({one_line(str(error), 200)}): once it is "
                "available again, run the same command; it continues."
            ) from error
        finally:
            outcomes = run_lifecycle.close_run(run_id, succeeded)
        seconds = (datetime.now(UTC) - started).total_seconds()
        return RunReport(run_id, outcomes, tuple(problems()), dict(counts), seconds)


@dataclass(slots=True)
class _Backfill:
    """One call of ``backfill_archives``."""

    run_id: int
    filters: Filters
    on_progress: OnProgress
    options: Options
    pool: Executor
    jobs: int
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, files: Sequence[int]) -> Counter[str]:
        """Read all files, and curate whenever a round of pages is there, and at the end."""
        if not files:
            self.on_progress("every file was read before; --again reads them once more")
        self.read(files)
        self.curate(with_publication=True)
        return self.counts

    def read(self, files: Sequence[int]) -> None:
        """Read files, then once more those with revisits whose originals were missing."""
        self._read_once(files)
        again = files_with_revisits(files)
        if again:
            self.on_progress(f"looking up revisits in {len(again)} files again")
            self._read_once(again)

    def _read_once(self, files: Sequence[int]) -> None:
        progress = self._progress(files)
        waiting, taken = deque(files), 0
        running: dict[Future[PartRead], int] = {}
        while waiting or running:
            is_full = taken >= self.options.round_pages
            while waiting and len(running) < self.jobs and not is_full:
                file_id = waiting.popleft()
                running[self._submit(file_id)] = file_id
            for part, file_id in self._finished(running):
                taken += part.pages
                if part.was_stopped:
                    waiting.appendleft(file_id)
                _count(progress, part)
                self.counts["records"] += part.records
                self.counts["pages"] += part.pages
                self.on_progress(progress.line())
            if is_full and not running:
                self.curate(with_publication=False)
                taken = 0

    def _submit(self, file_id: int) -> Future[PartRead]:
        task = partial(
            read_part,
            self.run_id,
            file_id,
            self.filters,
            pages=max(1, self.options.round_pages // self.jobs),
            seconds=_PART_SECONDS,
            keep_download=self.options.keep_downloads,
        )
        if self.jobs > 1:
            return self.pool.submit(task)
        done: Future[PartRead] = Future()
        done.set_result(task())
        return done

    def _finished(self, running: dict[Future[PartRead], int]) -> Iterator[tuple[PartRead, int]]:
        """Wait for at least one part, and yield those that are read."""
        if running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield future.result(), running.pop(future)

    def curate(self, *, with_publication: bool) -> None:
        """Take the pages read so far through the later stages."""
        counts = curate(
            self.run_id,
            self.on_progress,
            self.pool,
            self.jobs,
            with_annotation=self.options.with_annotation,
            with_publication=with_publication,
        )
        self.counts.update(counts)

    def _progress(self, files: Sequence[int]) -> Progress:
        with store() as connection:
            states = file_states(connection, files)
        are_sized = all(each.size for each in states)
        return Progress(
            files=len(files),
            total=sum(each.size or 0 for each in states) if are_sized else 0,
            done_before=sum(each.offset for each in states),
        )


def _count(progress: Progress, part: PartRead) -> None:
    progress.records += part.records
    progress.pages += part.pages
    progress.done += part.bytes_read
    progress.files_done += not part.was_stopped
