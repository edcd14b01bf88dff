"""Compares the log of links with the attempts that are decided in the store."""

import json
from collections import Counter
from datetime import UTC
from pathlib import Path

import psycopg


def logged(folder: Path) -> list[dict]:
    """Return the lines of all logs of links in a folder, the oldest part of each first."""
    parts = sorted(folder.rglob("links.jsonl*"), reverse=True)
    texts = [part.read_text() for part in parts if not part.name.endswith(".lock")]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def compare(folder: Path, dsn: str) -> None:
    """Assert that each decided attempt has one line, which says the same."""
    with psycopg.connect(dsn) as conn:
        conn.execute("set timezone to 'UTC'")
        found = conn.execute(
            "select a.run_id, s.source_key, l.url, a.outcome, a.reason, a.decided_at"
            " from ops.link_attempts as a join ops.links as l using (link_id)"
            " join news.sources as s on s.source_id = a.source_id where a.outcome is not null"
        ).fetchall()
    lines = logged(folder)
    names = ("run", "source", "url", "outcome", "reason", "time")
    assert Counter(tuple(line[name] for name in names) for line in lines) == Counter(
        (*row[:-1], row[-1].astimezone(UTC).isoformat(timespec="milliseconds")) for row in found
    )
    assert all(line["stage"] in ("discover", "fetch", "load") for line in lines)
    assert all(line["ms"] >= 0 for line in lines)
