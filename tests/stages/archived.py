"""Put invented pages into a real archive and take them through the real load stage.

``python -m tests.stages.archived RUN ID…`` reprocesses stored versions in a process of its own.
"""

import json
import random
import sys
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from pipeline.archive.writer import ArchiveWriter
from pipeline.models import Link, Response
from pipeline.settings import settings
from pipeline.stages.load import load
from pipeline.stages.reprocess import reprocess
from pipeline.telemetry import configure_logging
from pipeline.warehouse.fetches import FetchRow, record_fetches
from tests.warehouse.stories import NOON, begin, planned, story_url

PROMO = "Readers of the Gazette get the weekend edition brought to their door before breakfast."
_WORDS = """
council harbour bridge ferry mayor budget vote river storm repair engineer school market
hospital station tunnel library museum island village election report inquiry witness lawyer farmer
fisher captain teacher nurse driver baker painter singer painter record season summer winter
""".split()


def paragraphs(number, count=5):
    """Return sentences that no other story has."""
    chance = random.Random(number)
    return [
        f"The {' '.join(chance.choices(_WORDS, k=6))} of ward {number} told the"
        f" {' '.join(chance.choices(_WORDS, k=6))} on Friday that part {part} would be kept."
        for part in range(count)
    ]


def html(number, body=None, title=None, extra=(), head="", outlet="harbour"):
    """Return the page of a story, with ``extra`` lines below its paragraphs."""
    lines = "".join(f"<p>{line}</p>" for line in [*(body or paragraphs(number)), *extra])
    heading = title or f"Ward {number} keeps its ferry for another year"
    return (
        f"<html lang=en><head><title>{heading}</title>"
        f'<link rel="canonical" href="{story_url(number, outlet)}">'
        f'<meta property="article:published_time" content="2026-11-20T08:15:00+00:00">{head}'
        f"</head><body><article><h1>{heading}</h1>{lines}</article></body></html>"
    )


def fetched(conn, pages, run_name="run-1", at=NOON, outlet="harbour"):
    """Archive these pages (HTML by story number) and return the run and the fetch ids."""
    run_id = begin(conn, run_name)
    links = [Link(story_url(number, outlet), outlet, "feed") for number in pages]
    stored = planned(conn, run_id, links, at)
    rows = []
    with ArchiveWriter(settings().archive_url) as writer:
        for each in stored:
            body = pages[int(each.link.url.rpartition("/")[2])].encode()
            headers = (("content-type", "text/html; charset=utf-8"),)
            response = Response(each.link.url, each.link.url, at, 200, headers, body)
            rows.append(FetchRow.of(each.attempt_id, outlet, response, writer.write(response)))
    return run_id, record_fetches(conn, run_id, rows)


def loaded(conn, pages, run_name="run-1", at=NOON):
    """Archive and load pages; return the counts of the load stage."""
    return load(*fetched(conn, pages, run_name, at))


def archived_exchanges(path):
    """Return the type and status of the records of one address in the archive, in order."""
    found = []
    for file in sorted(Path(settings().archive_url).rglob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if (record.rec_headers["WARC-Target-URI"] or "").endswith(path):
                    http = record.http_headers
                    status = http.get_statuscode() if record.rec_type != "request" else None
                    found.append((record.rec_type, status))
    return found


if __name__ == "__main__":
    configure_logging("ERROR")
    run, *numbers = map(int, sys.argv[1:])
    print(json.dumps(reprocess(run, numbers)))
