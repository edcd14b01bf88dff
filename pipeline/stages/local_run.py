"""The whole way without Airflow: the same stages, on one machine, for a laptop or a script.

Sources are fetched side by side in threads; pages are read in processes, one a core, since that is
where the CPU goes. Killed at any time, the next run completes what this one left.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import psycopg

from pipeline.discover.discovery import discover as find_links
from pipeline.discover.results import Discovered
from pipeline.discover.targets import discover_targets
from pipeline.errors import StoreUnavailable
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import Response, Source
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages import annotate, dedupe, load, publish, reprocess, run_lifecycle
from pipeline.stages.fetch import fetch_source
from pipeline.stages.register_sources import active_sources, source_of
from pipeline.telemetry import configure_logging
from pipeline.text import one_line
from pipeline.warehouse.links import add_links
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import store

_HOSTS_AT_ONCE = 8
_MANY_LINKS = 20
_LEAST_BATCH = 10
"""Pages a process takes at once at least; below that, handing out costs more than it brings."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a run, before they are stored."""

    by_source: list[tuple[Source, Discovered]]
    kept: dict[str, Response] = field(default_factory=dict)
    """Pages fetched while telling targets apart: not asked for twice."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to."""

    run_id: int
    outcomes: dict[str, int]
    """Decided links by outcome."""
    problems: tuple[str, ...] = ()
    """Feeds, pages and files that could not be read, one line each."""
    counts: dict[str, int] = field(default_factory=dict)
    """Versions annotated, mentions, quotes, groups of copies, …"""
    seconds: float = 0.0

    @property
    def all_went_well(self) -> bool:
        """Tell whether nothing needs a person's eye.

        One 404 among many links is an outcome, not a fault; links of which none is stored are one.
        """
        stored = (Outcome.LOADED, Outcome.UNCHANGED, Outcome.DUPLICATE_URL)
        is_any_stored = not self.outcomes or any(self.outcomes.get(each) for each in stored)
        return not self.problems and not self.outcomes.get(Outcome.QUARANTINED) and is_any_stored


def run_targets(
    targets: Sequence[str],
    tell: Tell,
    *,
    jobs: int | None = None,
    allow_private: bool = False,
    log_level: str = "ERROR",
) -> RunReport:
    """Take feeds, sitemaps, pages, lists, folders and files all the way into Postgres.

    Args:
        targets: URLs and paths, told apart by their content.
        tell: takes one line for each step of the way.
        jobs: processes; by default one a core.
        allow_private: fetch loopback and private hosts too.
        log_level: least severity that the processes log.

    Raises:
        UsageError: a target is neither a URL nor an existing path.
        StoreUnavailable: Postgres is not there, or went away and stayed away.
    """
    private = allow_private or settings().allow_private_addresses

    def find() -> Found:
        with Fetcher(settings(), allow_private_addresses=private) as fetcher:
            found = discover_targets(targets, fetcher)
        return Found(
            [(replace(each, allow_private_addresses=private), links) for each, links in found],
            fetcher.kept,
        )

    return _run(find, tell, jobs or os.cpu_count() or 1, log_level)


def run_sources(tell: Tell, *, jobs: int | None = None, log_level: str = "ERROR") -> RunReport:
    """Do the same for every active source of the sources folder."""

    def find() -> Found:
        sources = [source_of(key) for key in active_sources()]
        with Fetcher(settings()) as fetcher, ThreadPoolExecutor(_HOSTS_AT_ONCE) as pool:
            links = pool.map(lambda each: find_links(each, fetcher), sources)
            return Found(list(zip(sources, links, strict=True)))

    return _run(find, tell, jobs or os.cpu_count() or 1, log_level)


def _run(find: Callable[[], Found], tell: Tell, jobs: int, log_level: str) -> RunReport:
    with run_lifecycle.own_run("dateline-run") as run_id:
        return _run_as(run_id, find, tell, jobs, log_level)


def _run_as(
    run_id: int, find: Callable[[], Found], tell: Tell, jobs: int, log_level: str
) -> RunReport:
    started = datetime.now(UTC)
    succeeded = False
    try:
        tell("looking for links")
        found = find()
        with _processes(jobs, log_level) as pool:
            if sum(len(discovered.links) for _, discovered in found.by_source) >= _MANY_LINKS:
                # Its libraries load while the pages come: 2.5 s that a short run never needs.
                pool.submit(int)
            _fetch_all(run_id, found, tell)
            counts = _curate(run_id, tell, pool, jobs)
        succeeded = True
    except psycopg.OperationalError as error:
        said = one_line(str(error), 200)
        raise StoreUnavailable(
            f"Postgres failed during the run ({said}): when it is well again, give the same "
            "command; it completes what this run left."
        ) from error
    finally:
        outcomes = run_lifecycle.close_run(run_id, succeeded)
    problems = tuple(
        f"{problem.found_in}: {problem.outcome} ({problem.reason})"
        for _, discovered in found.by_source
        for problem in discovered.problems
    )
    seconds = (datetime.now(UTC) - started).total_seconds()
    return RunReport(run_id, outcomes, problems, dict(counts), seconds)


def _fetch_all(run_id: int, found: Found, tell: Tell) -> None:
    batches: list[tuple[Source, int]] = []
    with store() as connection:
        upsert_sources(connection, [source for source, _ in found.by_source])
        for source, discovered in found.by_source:
            size = settings().fetch_batch
            numbers = add_links(connection, run_id, source.key, discovered.links, batch_size=size)
            batches += [(source, number) for number in numbers]
    links = sum(len(discovered.links) for _, discovered in found.by_source)
    number = len(found.by_source)
    tell(f"fetching {links} links of {number} source{'' if number == 1 else 's'}")
    with ThreadPoolExecutor(_HOSTS_AT_ONCE) as pool:
        list(pool.map(lambda each: fetch_source(run_id, each[0], each[1], found.kept), batches))


def _curate(run_id: int, tell: Tell, pool: Executor, jobs: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    waiting = [each for batch in load.plan(run_id) for each in batch]
    tell(f"reading {len(waiting)} pages")
    _spread(pool, jobs, partial(load.load, run_id), waiting)
    if again := reprocess.unsettled(run_id):
        tell(f"reading {len(again)} of them again, for what their sites repeat is known now")
        _spread(pool, jobs, partial(reprocess.settle, run_id), again)
    tell("looking for copies")
    counts.update(dedupe.dedupe(run_id))
    waiting = [each for batch in annotate.plan(run_id) for each in batch]
    tell(f"looking for names and quotes in {len(waiting)} articles")
    counts.update(_spread(pool, jobs, partial(annotate.annotate, run_id), waiting))
    if counts["reused"]:
        tell(f"{counts['reused']} of them are exact copies of others, which were read once")
    tell("refreshing marts, running checks")
    counts.update(publish.publish(run_id))
    return counts


def _processes(jobs: int, log_level: str) -> ProcessPoolExecutor:
    # forkserver: one process imports spaCy and trafilatura once, the workers are forked from it
    # before it has any thread. "spawn" would import them in every worker (2 CPU-s each).
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.stages.load", "pipeline.stages.annotate"])
    style = settings().log_format
    return ProcessPoolExecutor(
        jobs,
        mp_context=context,
        initializer=_prepare,
        initargs=(log_level, style, dict(os.environ)),
    )


def _prepare(log_level: str, style: str, environment: dict[str, str]) -> None:
    """Give a worker our settings: the fork server has kept the environment of its own start."""
    os.environ.update(environment)
    settings.cache_clear()
    configure_logging(log_level, style)


def _spread(
    pool: Executor, jobs: int, task: Callable[[list[int]], dict[str, int]], ids: list[int]
) -> Counter[str]:
    """Give the ids to the processes in batches; few ids stay in this one."""
    counts: Counter[str] = Counter()
    size = min(settings().curate_batch, max(_LEAST_BATCH, -(-len(ids) // (jobs * 8))))
    batches = [ids[first : first + size] for first in range(0, len(ids), size)]
    results = map(task, batches) if len(batches) < 2 or jobs == 1 else pool.map(task, batches)
    for result in results:
        counts.update(result)
    return counts
