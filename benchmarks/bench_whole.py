"""End to end without Airflow: real pages from a server on loopback to rows in Postgres.

The pages are the English ones of ``news-pages``; one host, no crawl delay, a fresh store. Prints
articles a second (wall, all outcomes counted), and the peak memory of the largest process.
"""

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
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
    """Serve the bodies on a free loopback port, keep-alive, from memory."""

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
    """Return articles, seconds, articles a second and peak memory (MB) of one run."""
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
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
        subprocess.run([*dateline, "db", "stop"], env=environ, check=True, capture_output=True)
    report = json.loads(done.stdout)
    decided = sum(report["outcomes"].values())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "links": decided,
        "loaded": report["outcomes"].get("loaded", 0),
        "seconds": seconds,
        "links a second": decided / seconds,
        "peak memory, MB a process": peak,
    }


def main() -> None:
    """Print the figures."""
    for name, value in measure(data_folder()).items():
        print(f"{name:28} {value:10.1f}")


if __name__ == "__main__":
    main()
