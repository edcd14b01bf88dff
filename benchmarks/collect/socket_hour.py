"""One hour of the simulation over real sockets: ``make bench``, part "an hour over sockets".

The hours before it are simulated in the process (``simulation``), so that the planner knows the
habits of outlets, and articles are due for visits; every second outlet is new in the hour. Then
twelve ticks, five simulated minutes apart, do what the DAG *ingest* does: a task plans, some tasks
at a time collect the groups of sources that are due, one closes the run, and the new pages are
loaded. Each task is a process of its own with the code of its stage (``socket_tasks``). The sources
are found in the sources folder, as always.

Real are the connections, the pace of each host, which all processes share through Postgres, the
robots.txt files, time-outs and retries, the WARC archive. During a tick the web's time runs as fast
as real time; between two ticks it jumps to the next one. The pace counts real seconds throughout.
"""

import html
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from benchmarks.collect import socket_tasks
from benchmarks.collect.simulation import TICK, run_parts, source_of
from benchmarks.collect.socket_tasks import Done, TaskRunner
from benchmarks.collect.sockets import Arrival, Listener, Recorder, listening
from benchmarks.collect.transport import Servers
from benchmarks.collect.truth import Result, Truth
from benchmarks.collect.web import HOUR, Story, Web, make_web, parameters
from pipeline.outcomes import RETRYABLE
from pipeline.sources.files import source_toml
from pipeline.warehouse.store import connect

PACE = 0.3
"""Seconds between two requests to a host."""
HOSTS = 200
TICKS = HOUR // TICK
_START = 32 * HOUR
"""The web's time at which the hour begins: eight in the morning of the second day, in UTC."""
_NEW = 2
"""Every second outlet is new when the hour begins. Of known ones only two in three are asked."""
_AT_ONCE = 4
"""Processes at a time; Airflow's pool for fetching has six slots."""
_SETTINGS = {
    "DATELINE_CRAWL_DELAY": str(PACE),
    # With 200 requests a task most ticks would be one task, and no processes would meet.
    "DATELINE_FETCH_BATCH": "25",
    "DATELINE_READ_TIMEOUT": "2",
    "DATELINE_TOTAL_TIMEOUT": "5",
    "DATELINE_ALLOW_PRIVATE_ADDRESSES": "true",
}
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(slots=True)
class Hour:
    """What the servers recorded of the hour, and what the store holds after it."""

    recorder: Recorder
    servers: Servers
    known: Result
    """The comparison of the whole store with the truth."""
    seconds: list[float] = field(default_factory=list)
    """Real time of each tick."""
    tasks: Counter[str] = field(default_factory=Counter)
    cpu_seconds: Counter[str] = field(default_factory=Counter)
    """CPU time of the tasks by name."""
    most_groups: int = 0
    """Tasks that collected in one tick, at most."""
    listed: int = 0
    """Stories that the servers' documents listed to us in the hour."""
    new: int = 0
    """Of these, stories that were not known before it."""
    stored: int = 0
    """Listed stories that are articles of the store."""
    other_fates: Counter[str] = field(default_factory=Counter)
    """Listed stories without an article, by the last outcome of their links."""
    lost: list[str] = field(default_factory=list)
    """Listed stories without a link, or whose links have neither an outcome nor a next try."""

    @property
    def shortest_gap(self) -> float:
        """The shortest time between two requests to one host."""
        return min(self.recorder.gaps(), default=0.0)

    @property
    def requests(self) -> Counter[str]:
        """The requests that arrived, by what they asked for."""
        return Counter(map(self._kind, self.recorder.arrivals))

    def _kind(self, arrival: Arrival) -> str:
        if arrival.target == "/robots.txt":
            return "robots.txt"
        is_story = self.servers.story(f"http://{arrival.host}{arrival.target}") is not None
        return "pages" if is_story else "documents"

    @property
    def misses(self) -> list[str]:
        """What is not as it must be."""
        missed = [f"lost: {each}" for each in self.lost]
        if self.shortest_gap < PACE:
            missed.append(f"two requests to a host within {self.shortest_gap:.3f} s, pace {PACE} s")
        if (most := self.recorder.most_at_once()) > 1:
            missed.append(f"{most} requests to one host at a time")
        wrong = {
            "links without a decided fate": self.known.undecided,
            "articles of two stories": self.known.wrongly_merged,
            "walls and shells stored as articles": self.known.false_articles,
            "walls and shells stored as versions": self.known.false_versions,
            "invented edits": self.known.invented_edits,
            "items of other sites kept": self.known.foreign_kept,
        }
        return missed + [
            f"{name}: {len(examples)} ({'; '.join(examples[:3])})"
            for name, examples in wrong.items()
            if examples
        ]


def hour_of_web(hosts: int = HOSTS) -> Web:
    """Return the busiest hosts of the invented web, with two days of their stories."""
    web = make_web(int(parameters()["sources"]), 2)
    return replace(web, outlets=web.outlets[:hosts])


def run(
    web: Web,
    dsn: str,
    home: Path,
    *,
    start: int = _START,
    ticks: int = TICKS,
    processes: int = 2,
    on_hour: Callable[[], None] = lambda: None,
) -> Hour:
    """Simulate the time before ``start``, then collect over sockets for some ticks.

    Args:
        web: without ports.
        dsn: a migrated, empty store.
        home: an empty folder for sources and archive.
        start: the web's time at which the sockets are used first, in seconds.
        ticks: of five minutes.
        processes: of the simulation before the hour.
        on_hour: called when the hour begins.
    """
    with listening(web, at=start) as listener:
        end = start + ticks * TICK
        listened = replace(listener.web, until=end)
        archive = str(home / "archive")
        run_parts(replace(listened, until=start, outlets=_known(listened)), dsn, processes, archive)
        _write_sources(listened, home / "sources")
        environment = {
            **_SETTINGS,
            "DATELINE_HOME": str(home),
            "DATELINE_SOURCES": str(home / "sources"),
            "DATELINE_ARCHIVE": archive,
            "DATELINE_DSN": dsn,
        }
        on_hour()
        hour = Hour(listener.recorder, listener.servers, Result())
        runner = TaskRunner(environment, _AT_ONCE)
        try:
            for at in range(start, end, TICK):
                listener.move_to(at)
                began = time.monotonic()
                _tick(hour, runner, listener.ahead(), f"tick-{at}")
                hour.seconds.append(time.monotonic() - began)
        finally:
            runner.close()
        with closing(connect(dsn)) as connection:
            hour.known = Truth(Servers(listened), TICK).compare(connection)
            _compare_lists(hour, connection, listener, start)
    return hour


def _known(web: Web) -> tuple[Any, ...]:
    return tuple(each for each in web.outlets if each.number % _NEW)


def _write_sources(web: Web, folder: Path) -> None:
    folder.mkdir(parents=True)
    for outlet in web.outlets:
        text = source_toml(source_of(outlet), "An outlet of the invented web.")
        (folder / f"{outlet.key}.toml").write_text(text, encoding="utf-8")


def _tick(hour: Hour, runner: TaskRunner, ahead: float, name: str) -> None:
    """Do what the DAGs *ingest* and *curate* do in a tick, up to the stored article."""

    def finished(*tasks: Any) -> list[Any]:
        values = []
        for task in tasks:
            done: Done = task[1].result()
            hour.tasks[task[0]] += 1
            hour.cpu_seconds[task[0]] += done.cpu_seconds
            values.append(done.value)
        return values

    def started(task: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
        return task.__name__, runner.start(ahead, task, *arguments)

    [(run_id, groups)] = finished(started(socket_tasks.plan, name))
    if not groups:
        return
    hour.most_groups = max(hour.most_groups, len(groups))
    finished(*[started(socket_tasks.collect, run_id, group) for group in groups])
    [batches] = finished(started(socket_tasks.close_run, run_id))
    finished(*[started(socket_tasks.load, run_id, batch) for batch in batches])


def _compare_lists(hour: Hour, connection: Connection, listener: Listener, start: int) -> None:
    """Compare the stories that the servers listed with the links and articles of the store."""
    began = listener.web.time(start)
    links = defaultdict(list)
    for url, outcome, article_id, next_try, first_listed in connection.execute(
        "select url, last_outcome, article_id, next_try_at, first_listed_at from ops.links"
    ):
        story = hour.servers.story(url)
        if story is not None:
            links[story].append(_Link(outcome, article_id, next_try, first_listed))
    for story in _listed_stories(hour):
        found = links[story]
        hour.listed += 1
        hour.new += bool(found) and all(link.first_listed_at >= began for link in found)
        if any(link.article_id for link in found):
            hour.stored += 1
        elif any(link.is_decided for link in found):
            hour.other_fates[next(link.outcome for link in found if link.is_decided)] += 1
        else:
            hour.lost.append(f"story {story.seed}, published at {story.published}")


class _Link(NamedTuple):
    outcome: Any
    article_id: int | None
    next_try_at: Any
    first_listed_at: Any

    @property
    def is_decided(self) -> bool:
        return self.outcome is not None and (
            self.outcome not in RETRYABLE or self.next_try_at is not None
        )


def _listed_stories(hour: Hour) -> set[Story]:
    """Return the stories that the bodies of documents named, whatever their format."""
    urls = {
        html.unescape(url)
        for body in hour.recorder.lists
        for url in _ADDRESS.findall(body.decode("utf-8", "replace"))
    }
    stories = (hour.servers.story(url) for url in urls)
    return {story for story in stories if story is not None}


def report(hour: Hour) -> str:
    """Return the figures of the hour as lines of text."""
    requests, new = hour.requests, max(1, hour.new)
    tasks = ", ".join(
        f"{name} {count} tasks {hour.cpu_seconds[name]:.1f} s" for name, count in hour.tasks.items()
    )
    fates = ", ".join(f"{count} {name}" for name, count in hour.other_fates.most_common())
    hosts = hour.recorder.by_host()
    lines = [
        f"hosts {len(hour.servers.web.outlets)}, asked {len(hosts)}; ticks {len(hour.seconds)}, at"
        f" most {hour.most_groups} tasks collect in one, {_AT_ONCE} at a time",
        f"stories listed {hour.listed}, of these new {hour.new}; stored {hour.stored},"
        f" without an article: {fates or 'none'}; lost {len(hour.lost)}",
        f"requests {sum(requests.values())}: "
        + ", ".join(f"{count} {name}" for name, count in requests.most_common()),
        f"requests for a new story: {requests['documents'] / new:.1f} of documents,"
        f" {requests['pages'] / new:.1f} of pages, visits of known stories included",
        f"shortest gap between two requests to a host: {hour.shortest_gap:.3f} s (pace {PACE} s)",
        f"requests in flight to one host, at most: {hour.recorder.most_at_once()}",
        f"real time: {sum(hour.seconds):.0f} s, the longest tick {max(hour.seconds):.1f} s",
        f"CPU time: {tasks}",
    ]
    return "\n".join(lines)
