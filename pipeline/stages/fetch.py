"""Stage *fetch*: request the pages of one batch of links and archive the responses.

The rows of ``ops.fetches`` are stored for 50 pages at a time, after the WARC records of these pages
are written to disk. So every row has its record, and a killed stage repeats at most 50 requests.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg

from pipeline.archive.writer import ArchiveWriter
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.models import Response, Source
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.register_sources import source_of
from pipeline.telemetry import log, meter
from pipeline.warehouse.fetches import FetchRow, PostgresThrottle, record_fetches
from pipeline.warehouse.links import Decision, StoredLink, batch_links, decide
from pipeline.warehouse.store import store

_PART = 50
"""Pages per transaction: about a minute of requests to one host at the usual delay."""

_SAME_UNLESS_CHANGED = frozenset({Outcome.NOT_AN_ARTICLE, Outcome.PAYWALLED, Outcome.NOT_ENGLISH})
"""Outcomes that a page has again unless it changes, so that a conditional request is enough.

Pages with other outcomes and without an article are requested without validators.
"""


def fetch(run_id: int, source_key: str, batch_no: int) -> dict[str, int]:
    """Fetch the links of a batch that are still undecided.

    Returns:
        Counts by outcome, and ``fetched``: the pages that are archived and not decided yet.
    """
    return fetch_source(run_id, source_of(source_key), batch_no)


def fetch_source(
    run_id: int, source: Source, batch_no: int, kept: dict[str, Response] | None = None
) -> dict[str, int]:
    """Do what ``fetch`` does for a source without a file, as of ``dateline run TARGET``.

    Args:
        run_id: the run.
        source: the source of the links.
        batch_no: a batch number that ``discover`` returned.
        kept: pages by URL that were fetched already, to find out what the targets are.
    """
    counts: Counter[str] = Counter()
    with store() as connection:
        links = batch_links(connection, run_id, source.key, batch_no)
        due = _leave_old_articles(connection, links)
        counts[Outcome.UNCHANGED] = len(links) - len(due)
        with (
            Fetcher(settings(), throttle=PostgresThrottle(connection), kept=kept) as fetcher,
            ArchiveWriter(settings().archive_url) as archive,
        ):
            for first in range(0, len(due), _PART):
                rows, decisions = _fetch_part(fetcher, archive, source, due[first : first + _PART])
                archive.flush()
                with connection.transaction():
                    record_fetches(connection, run_id, rows)
                    decide(connection, decisions)
                counts.update(str(decision.outcome) for decision in decisions)
                counts["fetched"] += len(rows) - len(decisions)
    for outcome, count in counts.items():
        meter().count("links_fetched", count, source=source.key, outcome=outcome)
    log.info("fetched", run_id=run_id, source=source.key, batch=batch_no, **counts)
    return dict(+counts)


def _leave_old_articles(
    connection: psycopg.Connection, links: Sequence[StoredLink]
) -> list[StoredLink]:
    """Decide without a request the links to articles stored before the revisit window.

    Returns:
        The other links.
    """
    limit = timedelta(days=settings().revisit_days)
    oldest = datetime.now(UTC) - limit
    late = {
        link.link_id
        for link in links
        if link.article_first_seen_at is not None and link.article_first_seen_at < oldest
    }
    reason = f"stored more than {limit.days} days ago: not requested again"
    decide(connection, [Decision(link_id, Outcome.UNCHANGED, reason) for link_id in sorted(late)])
    return [link for link in links if link.link_id not in late]


def _request(link: StoredLink, source: Source) -> Request:
    archived_at = link.link.found_in if link.link.found_by == "warc" else None
    is_conditional = link.has_article or link.last_outcome in _SAME_UNLESS_CHANGED
    validators = link.validators if is_conditional else None
    return Request(link.link_id, link.link.url, validators, source, archived_at)


def _fetch_part(
    fetcher: Fetcher, archive: ArchiveWriter, source: Source, links: Sequence[StoredLink]
) -> tuple[list[FetchRow], list[Decision]]:
    """Request pages and archive every exchange; return the rows to store and the decided links."""
    rows: list[FetchRow] = []
    decisions: list[Decision] = []
    by_id = {link.link_id: link for link in links}
    for request, response in fetcher.fetch_all([_request(link, source) for link in links]):
        written = archive.write(response)
        raw_uri = written if response.outcome is None else None
        rows.append(FetchRow.of(request.key, source.key, response, raw_uri))
        if response.outcome is not None:
            decisions.append(_decision(by_id[request.key], response.outcome, response))
    return rows, decisions


def _decision(link: StoredLink, outcome: Outcome, response: Response) -> Decision:
    """Return the decision about a link whose response has an outcome.

    A page without an article that did not change (304) has the outcome of the run before; the
    outcome ``unchanged`` is for articles.
    """
    reason = response.reason
    if outcome is Outcome.UNCHANGED and not link.has_article and link.last_outcome:
        outcome, reason = link.last_outcome, f"as in the run before: not changed since ({reason})"
    return Decision(link.link_id, outcome, reason, response.status)
