"""How long the operator's pages take on a store of a million articles.

``python -m benchmarks.operate.page_speed`` makes the store, which takes minutes, asks for each page
some times over the ASGI application, and prints the best time, and the processor time of server and
page. Wall time depends on what else the machine does, processor time hardly.
"""

import argparse
import os
import re
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg
from fastapi.testclient import TestClient

from benchmarks.speed.idle_tick import cpu_seconds
from benchmarks.tables import markdown
from pipeline.settings import settings
from pipeline.telemetry import configure_logging
from pipeline.ui import ui_app
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.store import connect, create_database

PAGES = {
    "sources": "/",
    "sources, the last of them": "/?page=9",
    "one source": "/source?key=outlet_0500",
    "intake": "/intake",
    "alerts and checks": "/alerts",
    "quarantine": "/quarantine",
    "a run": "/run?dag_id=ingest&run_id=scheduled__5",
}
_TRIES = 5
_OPTIONS = "-c fsync=off -c full_page_writes=off -c max_wal_size=4GB"


def make_store(dsn: str, articles: int, sources: int) -> None:
    """Migrate an empty database and fill it by ``large_store.sql``."""
    script = Path(__file__).with_name("large_store.sql").read_text()
    values = {"articles": str(articles), "sources": str(sources)}
    script = re.sub(r"(?<!:):(articles|sources)\b", lambda found: values[found[1]], script)
    with closing(connect(dsn)) as conn:
        migrate(conn)
        for statement in script.split(";\n"):
            conn.execute(statement.encode())
        conn.execute("vacuum analyze")


def server_process(dsn: str) -> int:
    """Return the id of the server's first process, the parent of all others."""
    with closing(psycopg.connect(dsn)) as conn:
        row = conn.execute("select pg_backend_pid()").fetchone()
        assert row
        stat = Path(f"/proc/{row[0]}/stat").read_text()
        return int(stat.rpartition(")")[2].split()[1])


def measure(dsn: str) -> list[tuple[str, str, str, str]]:
    """Return for each page: name, best seconds, seconds of processor time, size."""
    server = server_process(dsn)
    rows = []
    with TestClient(ui_app()) as client:
        for name, path in PAGES.items():
            wall, before = [], cpu_seconds([server, os.getpid()])
            for _ in range(_TRIES):
                begin = time.perf_counter()
                answer = client.get(path)
                wall.append(time.perf_counter() - begin)
                assert answer.status_code == 200, answer.text
            time.sleep(0.5)  # the sessions end, and the server reaps their processor time
            used = (cpu_seconds([server, os.getpid()]) - before) / _TRIES
            size = f"{len(answer.content) / 1000:.0f} kB"
            rows.append((name, f"{min(wall):.2f}", f"{used:.2f}", size))
    return rows


def main() -> None:
    """Make the store, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--dsn", help="a store that was made by this before")
    chosen = parser.parse_args()
    configure_logging()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATELINE_HOME"] = folder
        server = EmbeddedServer(Path(folder), _OPTIONS)
        os.environ["DATELINE_DSN"] = dsn = chosen.dsn or server.dsn()
        settings.cache_clear()
        try:
            if not chosen.dsn:
                server.start()
                create_database(server.dsn("postgres"), "dateline")
                make_store(dsn, chosen.articles, chosen.sources)
            print(markdown(("page", "seconds", "of processor time", "size"), measure(dsn)))
        finally:
            server.remove()


if __name__ == "__main__":
    main()
