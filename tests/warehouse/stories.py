"""Invented stories, and functions that store them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.discover.results import DatedLink
from pipeline.models import Article, Link, RemovedBlock, Source
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.links import list_links, plan_attempts, plan_snapshots
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.sources import source_ids, upsert_sources

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HARBOUR = Source(key="harbour", name="The Harbour Gazette", homepage="https://harbour.example/")
VALLEY = Source(key="valley", name="Valley Courier", homepage="https://valley.example/")


def story_url(number, outlet="harbour"):
    return f"https://{outlet}.example/news/{number}"


def story(number, text=None, outlet="harbour", **changes):
    fields = {
        "url": story_url(number, outlet),
        "canonical_url": story_url(number, outlet),
        "title": f"Council votes on bridge {number}",
        "text": text or f"The council of Port Amber voted on bridge {number} on Friday.",
        "authors": ("Ida Marlow",),
        "published_at": "2026-11-20T10:15:00+02:00",
        "published_origin": "json_ld",
        "language": "en",
        "removed": (RemovedBlock("Share this story", "share_bar"),),
    }
    return Article(**(fields | changes))


def begin(conn, name="run-1", sources=(HARBOUR, VALLEY)):
    """Store the outlets and open a run."""
    upsert_sources(conn, sources)
    return open_run(conn, "test", name, NOON, "0.0.test")


def planned(conn, run_id, links, at=NOON):
    """List links of one source and return the run's open attempts for them."""
    if not links:
        return []
    source_id = source_ids(conn, [links[0].source_key])[links[0].source_key]
    listing = list_links(conn, run_id, source_id, [DatedLink(link) for link in links], at)
    snapshots = [link for link in links if link.snapshot]
    plan_snapshots(conn, run_id, source_id, snapshots, at)
    found = plan_attempts(conn, run_id, {source_id: 1000}, at, also=listing.link_ids)
    # In 2009 the next visit of a link of 2026 is due at once: its time came from a wrong clock.
    return [each for each in found if each.link.url in {link.url for link in links}]


def fetched(conn, run_id, numbers, outlet="harbour", at=NOON, snapshot=None, title=None):
    """List links to these stories and fetch them; return (attempt, fetch id) pairs in order.

    With ``snapshot`` they are records of a WARC file, with this as a part of their locators.
    """
    links = [Link(story_url(number, outlet), outlet, "feed", title=title) for number in numbers]
    if snapshot:
        links = [
            replace(each, found_by="warc", snapshot=f"{snapshot}#offset={place}")
            for place, each in enumerate(links)
        ]
    stored = [
        each
        for each in planned(conn, run_id, links, at)
        if snapshot is None or each.snapshot.startswith(snapshot)
    ]
    rows = [
        FetchRow(
            attempt_id=each.attempt_id,
            source_key=outlet,
            requested_url=each.link.url,
            final_url=each.link.url,
            fetched_at=at,
            http_status=200,
            content_type="text/html",
            etag='"e1"',
            body_bytes=10,
            body_sha256=bytes(32),
            raw_uri=f"archive/1.warc.gz#{each.attempt_id}",
        )
        for each in stored
    ]
    return list(zip(stored, record_fetches(conn, run_id, rows), strict=True))


def items(pairs, articles, at=NOON, outlet="harbour"):
    """Return the load items of fetched links and the articles read from them."""
    return [
        LoadItem(link.attempt_id, fetch_id, outlet, article, at)
        for (link, fetch_id), article in zip(pairs, articles, strict=True)
    ]


def loaded(conn, numbers, run_name="run-1", at=NOON, outlet="harbour", **changes):
    """Discover, fetch and load stories in one run, and return the report of the load."""
    run_id = begin(conn, run_name)
    pairs = fetched(conn, run_id, numbers, outlet, at)
    articles = [story(number, outlet=outlet, **changes) for number in numbers]
    return load_batch(conn, run_id, f"{run_name}-{outlet}", items(pairs, articles, at, outlet))


def later(hours):
    return NOON + timedelta(hours=hours)


def count(conn, table):
    return conn.execute(f"select count(*) from {table}").fetchone()[0]
