"""Measure a whole run without Airflow: ``python -m benchmarks.speed.end_to_end``.

Real pages are fetched from a server on loopback and loaded into a fresh Postgres store. The pages
are the English ones of ``news-pages``, from one host and without crawl delay. Prints the links
handled in a second of wall clock time, whatever their outcome, and the peak memory of the largest
process.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.data import data_folder


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


def measure(data: Path) -> dict[str, float]:
    """Return links, loaded articles, seconds, links a second and peak memory (MB) of a run."""
    bodies = english_pages(data / "news-pages")
    server = serve(bodies)
    with tempfile.TemporaryDirectory() as home:
        urls = Path(home) / "urls.txt"
        urls.write_text(
            "".join(f"http://127.0.0.1:{server.server_port}{path}\n" for path in bodies)
        )
        environ = os.environ | {"DATELINE_HOME": f"{home}/state", "DATELINE_CRAWL_DELAY": "0"}
        dateline = [str(Path(sys.executable).with_name("dateline"))]
        subprocess.run([*dateline, "db", "start"], env=environ, check=True, capture_output=True)
        started = time.perf_counter()
        command = [*dateline, "run", str(urls), "--allow-private-addresses", "--json"]
        output, peak = _run_watched(command, environ)
        seconds = time.perf_counter() - started
        subprocess.run([*dateline, "db", "stop"], env=environ, check=True, capture_output=True)
    report = json.loads(output)
    decided = sum(report["outcomes"].values())
    return {
        "links": decided,
        "loaded": report["outcomes"].get("loaded", 0),
        "seconds": seconds,
        "links a second": decided / seconds,
        "peak memory, MB a process": peak,
    }


def _run_watched(command: list[str], environ: dict[str, str]) -> tuple[str, float]:
    """Run a command in a session of its own; return its output and its largest process in MB.

    The workers are forked by a server process that is never waited for, so the resource usage of
    children does not include them. All processes of the session are read four times a second.
    """
    running = subprocess.Popen(
        command,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    peak = 0.0
    while running.poll() is None:
        peak = max([peak, *_peaks(running.pid)])
        time.sleep(0.25)
    output, _ = running.communicate()
    return output, peak


def _peaks(session: int) -> Iterator[float]:
    """Yield the peak resident set of each process of a session so far, in MB (Linux)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                found = re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
                yield int(found[1]) / 1024 if found else 0.0
        except OSError:  # the process ended after the folder was listed
            continue


def main() -> None:
    """Print the figures."""
    for name, value in measure(data_folder()).items():
        print(f"{name:28} {value:10.1f}")


if __name__ == "__main__":
    main()
