"""Many hosts asked over real sockets at once: ``make bench``, part "a burst over sockets".

Three processes with real fetchers ask all 200 hosts for their documents and newest stories at the
same time, and share the pace of each host through Postgres. The server's record says whether they
kept it: no two requests to a host closer than the pace, and never two at once.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from benchmarks.collect.sockets import Recorder, listening
from benchmarks.collect.transport import Servers
from benchmarks.collect.web import DAY, Web, make_web
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.fetch.session import Environment
from pipeline.models import Source
from pipeline.settings import Settings
from pipeline.telemetry import configure_logging
from pipeline.warehouse.host_pace import PostgresThrottle
from pipeline.warehouse.store import connect

PACE = 0.5
"""Seconds between two requests to a host."""
_PROCESSES = 3
_STORIES_OF_HOST = 6
_START = DAY
"""The web's time at which the run takes place: the outlets have published for a day."""


@dataclass(frozen=True, slots=True)
class SocketRun:
    """What the server saw of a run."""

    recorder: Recorder
    outcomes: Counter[str]
    seconds: float

    @property
    def shortest_gap(self) -> float:
        """The shortest time between two requests to one host."""
        return min(self.recorder.gaps())


def crawl(web: Web, dsn: str, processes: int = _PROCESSES, pace: float = PACE) -> SocketRun:
    """Let processes fetch from all hosts at once and return what the server recorded.

    Args:
        web: the web to serve.
        dsn: a migrated store, which holds the pace of the hosts.
        processes: that share the requests of every host.
        pace: seconds between two requests to a host.
    """
    with listening(web, at=_START) as listener:
        urls = _urls(listener.servers)
        command = [sys.executable, "-m", "benchmarks.collect.socket_run", dsn, str(pace)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for number, process in enumerate(running):
            assert process.stdin is not None
            process.stdin.write("\n".join(urls[number::processes]))
            process.stdin.close()
        outcomes: Counter[str] = Counter()
        for process in running:
            assert process.stdout is not None
            outcomes.update(json.loads(process.stdout.read() or "{}"))
            if process.wait() != 0:
                raise RuntimeError(f"a fetching process ended with code {process.returncode}")
        arrivals = listener.recorder.arrivals
        first, last = min(each.began for each in arrivals), max(each.ended for each in arrivals)
        return SocketRun(listener.recorder, outcomes, last - first)


def _urls(servers: Servers) -> list[str]:
    """Return addresses of documents and of the newest stories, the hosts in turn."""
    of_hosts = []
    for outlet in servers.web.outlets:
        stories = [story for story in outlet.stories if story.published <= _START]
        of_hosts.append(
            [outlet.url + document.path for document in outlet.documents]
            + [
                servers.page_url(outlet, story, _START)
                for story in reversed(stories[-_STORIES_OF_HOST:])
            ]
        )
    longest = max(map(len, of_hosts))
    return [urls[place] for place in range(longest) for urls in of_hosts if place < len(urls)]


def _fetch(dsn: str, pace: float, urls: Sequence[str]) -> Counter[str]:
    """Fetch these pages in this process; every name resolves to loopback."""
    settings = Settings(crawl_delay=pace, read_timeout=2.0, total_timeout=5.0)
    environment = Environment(resolver=lambda host, port: ["127.0.0.1"])
    source = Source("sockets", "Sockets", allow_private_addresses=True)
    outcomes: Counter[str] = Counter()
    with (
        closing(connect(dsn)) as connection,
        Fetcher(
            settings, throttle=PostgresThrottle(connection), environment=environment
        ) as fetcher,
    ):
        requests = [Request(number, url, source=source) for number, url in enumerate(urls)]
        for _, response in fetcher.fetch_all(requests):
            outcomes[str(response.outcome or "fetched")] += 1
    return outcomes


def run(dsn: str, sources: int = 200) -> SocketRun:
    """Run with this number of hosts."""
    return crawl(make_web(sources, 2), dsn)


def report(done: SocketRun) -> str:
    """Return the figures of a run as lines of text."""
    recorder = done.recorder
    counts = ", ".join(f"{count} {name}" for name, count in done.outcomes.most_common())
    return "\n".join(
        [
            f"hosts {len(recorder.by_host())}, requests {len(recorder.arrivals)},"
            f" seconds {done.seconds:.1f}, outcomes: {counts}",
            f"shortest gap between two requests to a host: {done.shortest_gap:.3f} s"
            f" (pace {PACE} s)",
            f"requests in flight to one host, at most: {recorder.most_at_once()}",
        ]
    )


if __name__ == "__main__":
    configure_logging("ERROR")
    print(json.dumps(_fetch(sys.argv[1], float(sys.argv[2]), sys.stdin.read().split())))
