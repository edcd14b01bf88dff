"""Run all stages on one machine without Airflow, as ``dateline run`` does.

All hosts are asked side by side, each at its pace. Extraction and annotation, which take nearly all
the CPU time, run in processes, by default one per core. A run that is killed leaves its pages
undecided, and the next run completes them.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import Thread

import psycopg

from pipeline.archive.storage import check_writable
from pipeline.discover.discovery import documents_of
from pipeline.discover.results import Problem
from pipeline.discover.targets import sources_of_targets
from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import Response
from pipeline.outcomes import Outcome
from pipeline.page_worker import keep_page_worker, page_worker
from pipeline.settings import settings
from pipeline.stages import (
    annotate,
    dedupe,
    load,
    publish,
    reprocess,
    retention,
    run_lifecycle,
    stories,
)
from pipeline.stages.backfill import archives_in, read_archives
from pipeline.stages.collect import Wanted, collect_sources
from pipeline.stages.register_sources import active_sources, register_targets, source_of
from pipeline.telemetry import configure_logging
from pipeline.text import one_line
from pipeline.warehouse.documents import due_work
from pipeline.warehouse.page_failures import pages_of_run
from pipeline.warehouse.store import store

_SMALLEST_BATCH = 10
"""Pages that a process takes at least: for fewer, starting it takes longer than the work."""

OnProgress = Callable[[str], None]
"""Called with one line of text when a step begins."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to collect."""

    wanted: list[Wanted]
    problems: list[Problem] = field(default_factory=list)
    """Targets that could not be read."""
    kept: dict[str, Response] = field(default_factory=dict)
    """Pages by URL that were fetched to find out what a target is; they are not fetched again."""
    everything: bool = True
    """Whether to ask for what is not due too."""
    archives: list[str] = field(default_factory=list)
    """WARC and ARC files, whose pages belong to the outlets of their hosts."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run."""

    run_id: int
    outcomes: dict[str, int]
    """Numbers of decided links by outcome."""
    problems: tuple[str, ...] = ()
    """What could not be read (feeds, pages, files) and which pages broke a stage, one line each."""
    counts: dict[str, int] = field(default_factory=dict)
    """What the stages counted: versions annotated, mentions, quotes, relations of copies, …"""
    seconds: float = 0.0

    @property
    def all_went_well(self) -> bool:
        """Tell whether the run needs no attention; the exit code of ``dateline run`` depends on it.

        One 404 among many links is an outcome like others. A run needs attention where a target
        cannot be read, a page is quarantined, or no link of the run has a stored article.
        """
        stored = (Outcome.LOADED, Outcome.UNCHANGED, Outcome.DUPLICATE_URL)
        is_any_stored = not self.outcomes or any(self.outcomes.get(each) for each in stored)
        return not self.problems and not self.outcomes.get(Outcome.QUARANTINED) and is_any_stored


def run_targets(
    targets: Sequence[str],
    on_progress: OnProgress,
    *,
    jobs: int | None = None,
    allow_private: bool = False,
    log_level: str = "ERROR",
) -> RunReport:
    """Discover, fetch, load and annotate feeds, sitemaps, pages, lists, folders and files.

    Args:
        targets: URLs and paths; their content shows what they are.
        on_progress: called with a line for each step.
        jobs: number of processes; by default one per core.
        allow_private: fetch loopback and private hosts too.
        log_level: the lowest severity that the processes log.

    Raises:
        UsageError: a target is neither a URL nor an existing path.
        StageFault: a fault would hit any page; the run's pages stay undecided.
        StoreUnavailable: Postgres cannot be reached, or failed during the run.
    """
    private = allow_private or settings().allow_private_addresses
    archives = archives_in(targets)

    def plan() -> Plan:
        with Fetcher(settings(), allow_private_addresses=private) as fetcher:
            found = sources_of_targets([each for each in targets if each not in archives], fetcher)
        sources = [replace(each.source, allow_private_addresses=private) for each in found]
        with store() as connection:
            register_targets(connection, sources)
        return Plan(
            [Wanted(source, each.links) for source, each in zip(sources, found, strict=True)],
            [problem for each in found for problem in each.problems],
            fetcher.kept,
            archives=archives,
        )

    return _run(plan, on_progress, jobs or os.cpu_count() or 1, log_level)


def run_sources(
    on_progress: OnProgress,
    *,
    everything: bool = True,
    jobs: int | None = None,
    log_level: str = "ERROR",
) -> RunReport:
    """Do for the active sources of the sources folder what ``run_targets`` does for targets.

    Args:
        on_progress: called with a line for each step.
        everything: ask for all documents and links; False for those that are due.
        jobs: number of processes; by default one per core.
        log_level: the lowest severity that the processes log.
    """

    def plan() -> Plan:
        keys = active_sources()
        if not everything:
            with store() as connection:
                keys = sorted(due_work(connection, keys, datetime.now(UTC)))
        return Plan([Wanted(source_of(key)) for key in keys], everything=everything)

    return _run(plan, on_progress, jobs or os.cpu_count() or 1, log_level)


def _run(plan: Callable[[], Plan], on_progress: OnProgress, jobs: int, log_level: str) -> RunReport:
    check_writable(settings().archive_url)
    with run_lifecycle.own_run("dateline-run") as run_id:
        return _run_stages(run_id, plan, on_progress, jobs, log_level)


def _run_stages(
    run_id: int,
    plan: Callable[[], Plan],
    on_progress: OnProgress,
    jobs: int,
    log_level: str,
) -> RunReport:
    """Run all stages, and close the run whatever happens."""
    started = datetime.now(UTC)
    succeeded = False
    try:
        on_progress("looking for links")
        planned = plan()
        number = len(planned.wanted)
        with worker_pool(jobs, log_level) as pool:
            if any(documents_of(each.source) for each in planned.wanted):
                # The first task starts the fork server, which imports its libraries (2.5 s) while
                # the pages are fetched. A run of a few pages needs no worker.
                pool.submit(int)
            on_progress(f"asking {number} source{'' if number == 1 else 's'} for new pages")
            collected = collect_sources(
                run_id, planned.wanted, everything=planned.everything, kept=planned.kept
            )
            unreadable = read_archives(run_id, planned.archives, on_progress)
            counts = curate(run_id, on_progress, pool, jobs)
        succeeded = True
    except psycopg.OperationalError as error:
        said = one_line(str(error), 200)
        raise StoreUnavailable(
            f"Postgres failed during the run ({said}): once it is available again, run the same "
            "command; it completes what this run left."
        ) from error
    finally:
        outcomes = run_lifecycle.close_run(run_id, succeeded)
    problems = tuple(
        f"cannot read {problem.found_in}: {problem.outcome} ({problem.reason})"
        for problem in (*planned.problems, *collected.problems)
    )
    problems += tuple(unreadable)
    with store() as connection:
        problems += tuple(map(str, pages_of_run(connection, run_id)))
    seconds = (datetime.now(UTC) - started).total_seconds()
    return RunReport(run_id, outcomes, problems, dict(counts), seconds)


def curate(
    run_id: int,
    on_progress: OnProgress,
    pool: Executor,
    jobs: int,
    *,
    with_annotation: bool = True,
    with_publication: bool = True,
) -> Counter[str]:
    """Do what the DAG *curate* does, and return what the stages counted.

    Args:
        run_id: the run that loads the pages.
        on_progress: called with a line for each step.
        pool: processes for extraction and annotation.
        jobs: their number.
        with_annotation: whether to look for names and quotes.
        with_publication: whether to refresh the marts and run the checks.
    """
    with page_worker():
        return _curate(
            run_id,
            on_progress,
            pool,
            jobs,
            with_annotation=with_annotation,
            with_publication=with_publication,
        )


def _curate(
    run_id: int,
    on_progress: OnProgress,
    pool: Executor,
    jobs: int,
    *,
    with_annotation: bool,
    with_publication: bool,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    waiting = [each for batch in load.plan(run_id) for each in batch]
    on_progress(f"reading {len(waiting)} pages")
    _in_batches(pool, jobs, partial(load.load, run_id, leave_faulty=True), waiting)
    if faulty := [each for batch in load.plan(run_id) for each in batch]:
        # The batches are small and often of one host; together, the faulty pages show whether the
        # fault would hit any page. Pages that broke a limit get the whole limit here.
        on_progress(f"trying {len(faulty)} of them again, which failed")
        load.load(run_id, faulty)
    if second := reprocess.versions_for_second_pass(run_id):
        on_progress(f"cleaning {len(second)} of them again: more repeated lines are known now")
        _in_batches(pool, jobs, partial(reprocess.second_cleaning_pass, run_id), second)
    on_progress("looking for copies")
    counts.update(dedupe.dedupe(run_id))
    if with_annotation:
        waiting = [each for batch in annotate.plan(run_id) for each in batch]
        on_progress(f"looking for names and quotes in {len(waiting)} articles")
        counts.update(_in_batches(pool, jobs, partial(annotate.annotate, run_id), waiting))
        on_progress("telling stories")
        counts.update(stories.tell(run_id))
    if counts["reused"]:
        on_progress(f"{counts['reused']} of them are exact copies of others, which were read once")
    if with_publication:
        on_progress("refreshing marts, running checks")
        counts.update(publish.publish(run_id))
        retention.prune_store()
    return counts


def worker_pool(jobs: int, log_level: str) -> ProcessPoolExecutor:
    """Return the processes for extraction and annotation; each starts with its first task."""
    # The fork server imports spaCy and trafilatura once, and the workers are forked from it before
    # it has any thread. With "spawn" every worker would import them, at 2 CPU-seconds each.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.stages.preloaded", "pipeline.stages.annotate"])
    style = settings().log_format
    try:
        return ProcessPoolExecutor(
            jobs,
            mp_context=context,
            initializer=_initialise_worker,
            initargs=(log_level, style, dict(os.environ)),
        )
    except OSError as error:  # its locks are files of /dev/shm
        raise SettingsError(
            f"processes cannot share locks here ({error.strerror}): give them /dev/shm "
            "(mount -t tmpfs tmpfs /dev/shm; in a container --shm-size), then run again."
        ) from error


def _initialise_worker(log_level: str, style: str, environment: dict[str, str]) -> None:
    """Give a worker this process's environment: the fork server has that of its own start."""
    # What was set when the fork server started and is unset now must go too: with update() alone,
    # workers kept an archive of an earlier call (DATELINE_ARCHIVE=s3://...).
    os.environ.clear()
    os.environ.update(environment)
    settings.cache_clear()
    configure_logging(log_level, style)
    _end_with_pool()
    keep_page_worker()


def _end_with_pool() -> None:
    """End this worker when the process with the pool ends, also by kill -9.

    By itself a worker would wait for work for ever, since it holds both ends of its queue, and the
    fork server would wait for the worker.
    """
    if parent := multiprocessing.parent_process():

        def wait() -> None:
            parent.join()
            os._exit(1)

        Thread(target=wait, name="end with pool", daemon=True).start()


def _in_batches(
    pool: Executor, jobs: int, task: Callable[[list[int]], dict[str, int]], ids: list[int]
) -> Counter[str]:
    """Run a task on batches of ids and return the sum of its counts.

    The batches are sized so that each process gets about eight, at most ``curate_batch`` ids. A
    single batch, or ``jobs`` of 1, is run in this process.
    """
    counts: Counter[str] = Counter()
    size = min(settings().curate_batch, max(_SMALLEST_BATCH, -(-len(ids) // (jobs * 8))))
    batches = [ids[first : first + size] for first in range(0, len(ids), size)]
    results = map(task, batches) if len(batches) < 2 or jobs == 1 else pool.map(task, batches)
    for result in results:
        counts.update(result)
    return counts
