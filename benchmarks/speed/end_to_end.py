"""Measure a whole run without Airflow: ``python -m benchmarks.speed.end_to_end``.

Real pages are fetched from a server on loopback and loaded into a fresh Postgres store. The pages
are the English ones of ``news-pages``, from one host and without crawl delay. Prints the links
handled in a second of wall clock time, whatever their outcome; wall clock and CPU time by stage;
the CPU time as a multiple of what trafilatura alone takes for the same pages in the same run; and
the memory of the largest process of each kind. ``--picture FILE`` draws where the time goes.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trafilatura

from benchmarks.data import data_folder
from benchmarks.speed.process_times import Process, Watch, below
from benchmarks.speed.stage_chart import draw

_STAGES = {
    "looking for links": "start",
    "asking": "fetch",
    "reading": "read and load",
    "trying": "read again",
    "cleaning": "clean again",
    "looking for copies": "copies",
    "looking for names": "names and quotes",
    "refreshing": "marts and checks",
}
"""Name of a stage by how the line begins that ``dateline run`` prints at its start."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the run."""

    name: str
    began: float
    """``perf_counter``."""
    ended: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took."""

    links: int
    loaded: int
    seconds: float
    stages: list[Stage]
    watch: Watch
    trafilatura_seconds: float
    """CPU seconds that trafilatura alone takes for the text and metadata of the same pages."""

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all processes of Dateline and of Postgres."""
        return sum(self.watch.samples[-1][1].values())


def english_pages(folder: Path) -> dict[str, bytes]:
    """Return the bodies of the English pages by their path on the local server."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        f"/{row['id']}.html": gzip.decompress(
            (folder / "pages" / f"{row['id']}.html.gz").read_bytes()
        )
        for row in rows
        if row["lang"] == "en"
    }


def serve(bodies: dict[str, bytes]) -> ThreadingHTTPServer:
    """Serve the bodies from memory on a free loopback port, with keep-alive connections."""

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def trafilatura_seconds(bodies: Mapping[str, bytes]) -> float:
    """Return the CPU seconds of ``trafilatura.bare_extraction`` for all bodies in turn."""
    sample = next(iter(bodies.values()))
    trafilatura.bare_extraction(sample, with_metadata=True)  # its tables and patterns are loaded
    began = time.process_time()
    for body in bodies.values():
        trafilatura.bare_extraction(body, with_metadata=True)
    return time.process_time() - began


def measure(data: Path) -> Measured:
    """Run Dateline once over the pages and measure it; trafilatura runs before it."""
    bodies = english_pages(data / "news-pages")
    alone = trafilatura_seconds(bodies)
    server = serve(bodies)
    with tempfile.TemporaryDirectory() as home:
        urls = Path(home) / "urls.txt"
        urls.write_text(
            "".join(f"http://127.0.0.1:{server.server_port}{path}\n" for path in bodies)
        )
        environ = os.environ | {"DATELINE_HOME": f"{home}/state", "DATELINE_CRAWL_DELAY": "0"}
        dateline = [str(Path(sys.executable).with_name("dateline"))]
        subprocess.run([*dateline, "db", "start"], env=environ, check=True, capture_output=True)
        [file] = Path(home).glob("state/**/postmaster.pid")
        postmaster = int(file.read_text().split()[0])
        command = [*dateline, "run", str(urls), "--allow-private-addresses", "--json"]
        try:
            report, stages, watch = _run_watched(command, environ, postmaster)
        finally:
            subprocess.run([*dateline, "db", "stop"], env=environ, check=True, capture_output=True)
    return Measured(
        links=sum(report["outcomes"].values()),
        loaded=report["outcomes"].get("loaded", 0),
        seconds=stages[-1].ended - stages[0].began,
        stages=stages,
        watch=watch,
        trafilatura_seconds=alone,
    )


def _run_watched(
    command: list[str], environ: Mapping[str, str], postmaster: int
) -> tuple[dict[str, dict[str, int]], list[Stage], Watch]:
    """Run a command in a session of its own; return its report, its stages and what was sampled."""
    began = time.perf_counter()
    running = subprocess.Popen(
        command,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def groups(found: dict[int, Process]) -> dict[int, str]:
        named = {each.pid: "Dateline" for each in found.values() if each.session == running.pid}
        return named | dict.fromkeys(below(postmaster, found) & found.keys(), "Postgres")

    marks = [("start", began)]
    with Watch(groups) as watch:
        assert running.stderr is not None
        for line in running.stderr:
            for beginning, name in _STAGES.items():
                if line.lstrip("… ").startswith(beginning) and name != marks[-1][0]:
                    marks.append((name, time.perf_counter()))
        output = running.stdout.read() if running.stdout else ""
        running.wait()
    ended = [moment for _, moment in marks[1:]] + [time.perf_counter()]
    stages = [Stage(name, at, end) for (name, at), end in zip(marks, ended, strict=True)]
    return json.loads(output), stages, watch


def main(picture: Path | None = None) -> None:
    """Print the figures.

    Args:
        picture: where the chart of the stages is written; None for nowhere.
    """
    done = measure(data_folder())
    print(f"{'':20} {'wall, s':>8} {'CPU, s':>8} {'of it Postgres':>15}")
    for stage in done.stages:
        cpu = done.watch.seconds(("Dateline", "Postgres"), stage.began, stage.ended)
        store = done.watch.seconds(("Postgres",), stage.began, stage.ended)
        print(f"{stage.name:20} {stage.ended - stage.began:8.1f} {cpu:8.1f} {store:15.1f}")
    print(f"{'in all':20} {done.seconds:8.1f} {done.cpu_seconds:8.1f}")
    print(
        f"links {done.links}, loaded {done.loaded}, {done.links / done.seconds:.1f} links a second"
    )
    print(
        f"trafilatura alone: {done.trafilatura_seconds:.1f} CPU-s; Dateline takes"
        f" {done.cpu_seconds / done.trafilatura_seconds:.1f} times as much"
    )
    for group, peak in done.watch.peaks.items():
        print(f"largest process of {group}: {peak:.0f} MB")
    if picture is not None:
        stages = [(each.name, each.began, each.ended) for each in done.stages]
        picture.write_text(draw(stages, done.watch.samples), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="SVG file to write")
    main(parser.parse_args().picture)
