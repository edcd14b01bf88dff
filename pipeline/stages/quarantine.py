"""Decisions of a person about pages in the quarantine, and links to be tried again."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from pipeline.errors import QuarantinedPages, UsageError
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages import annotate, dedupe, load
from pipeline.stages.run_lifecycle import close_run, own_run
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.documents import make_documents_due
from pipeline.warehouse.links import make_due, refused_among, reopen_refused
from pipeline.warehouse.page_failures import (
    QuarantinedPage,
    pages_at,
    pages_of_run,
    reopen_pages,
    reopen_versions,
)
from pipeline.warehouse.robots import expire_robots
from pipeline.warehouse.store import store


@dataclass(frozen=True, slots=True)
class Retried:
    """What trying URLs again came to."""

    outcomes: dict[str, int]
    """Outcomes of the pages that were read again from the archive."""
    annotated: int
    """Articles that have their names and quotes now."""
    failed: tuple[QuarantinedPage, ...]
    """Pages that broke a stage again."""
    due: tuple[str, ...]
    """URLs of which no page was in the quarantine, and documents; the next run asks for them."""


def find(url: str) -> list[QuarantinedPage]:
    """Return the pages at a URL that are quarantined or wait for another attempt.

    Raises:
        UsageError: there is none.
    """
    with store() as connection:
        found = pages_at(connection, url, canonical_url_or_none(url))
    if not found:
        raise UsageError(
            f"{url} is not in the quarantine: see dateline quarantine list, and dateline fate URL"
        )
    return found


def retry(urls: Sequence[str], *, without_limits: bool = False) -> Retried:
    """Try pages again: those in the quarantine now, from the archive; others at the next run.

    The next run also reads robots.txt of the other URLs' hosts again: whoever asks for them by hand
    has reason to think that something changed there.

    Args:
        urls: of pages, as discovered, in canonical form, or after redirects; of feeds, sitemaps and
            sections as in ``mart.documents``.
        without_limits: let each page take the time that it takes.

    Raises:
        UsageError: a URL was never discovered. Nothing is tried then.
    """
    with store() as connection:
        pages, due = _sorted_out(connection, urls)
        if due:
            make_due(connection, due)
            make_documents_due(connection, due)
            expire_robots(connection, due)
    if not pages:
        return Retried({}, 0, (), tuple(due))
    with own_run("dateline-retry") as run_id:
        succeeded = False
        try:
            annotated = _retry_pages(run_id, pages, without_limits=without_limits)
            succeeded = True
        finally:
            outcomes = close_run(run_id, succeeded)
    with store() as connection:
        failed = pages_of_run(connection, run_id)
    return Retried(outcomes, annotated, tuple(failed), tuple(due))


def admit(urls: Sequence[str]) -> Retried:
    """Store the texts of pages that were refused as no article; they are read from the archive.

    The kind of such a page is stored with it, and by that a later visit stores its text too.

    Args:
        urls: of pages, as discovered or in canonical form.

    Raises:
        UsageError: no page at a URL was refused, or it is no longer archived. None is read then.
    """
    with store() as connection:
        refused = refused_among(connection, urls)
    for url in urls:
        if url not in refused:
            raise UsageError(
                f"no page at {url} was refused as no article and is in the archive: "
                "see dateline fate URL"
            )
    return _read_refused(Outcome.NOT_AN_ARTICLE, urls=urls, admit=True)


def retry_refused(outcome: Outcome, source_key: str | None = None) -> Retried:
    """Read the archived pages again that ended in an outcome; nothing is requested.

    Args:
        outcome: that reading the pages gave; another one may come of them today.
        source_key: only pages of this source.
    """
    return _read_refused(outcome, source_key)


def _read_refused(
    outcome: Outcome,
    source_key: str | None = None,
    urls: Sequence[str] | None = None,
    *,
    admit: bool = False,
) -> Retried:
    with own_run("dateline-retry") as run_id:
        succeeded = False
        try:
            with store() as connection:
                waiting = reopen_refused(connection, run_id, outcome, source_key, urls)
            annotated = _read_again(run_id, waiting, admit=admit)
            succeeded = True
        finally:
            outcomes = close_run(run_id, succeeded)
    with store() as connection:
        failed = pages_of_run(connection, run_id)
    return Retried(outcomes, annotated, tuple(failed), ())


def _sorted_out(
    connection: Connection, urls: Sequence[str]
) -> tuple[list[QuarantinedPage], list[str]]:
    """Return the pages of these URLs that are in the quarantine, and the other known URLs."""
    pages: list[QuarantinedPage] = []
    due = []
    for url in urls:
        found = pages_at(connection, url, canonical_url_or_none(url))
        pages += found
        if found:
            continue
        row = connection.execute(
            "(select url from ops.links where url = %(url)s or canonical_url = %(canonical)s"
            " order by link_id limit 1)"
            " union all select url from ops.documents where url in (%(url)s, %(canonical)s)",
            {"url": url, "canonical": canonical_url_or_none(url)},
        ).fetchone()
        if row is None:
            raise UsageError(
                f"{url} was never discovered, so that there is nothing to try again: give it to"
                " dateline run"
            )
        due.append(row[0])
    return pages, due


def _retry_pages(run_id: int, pages: Sequence[QuarantinedPage], *, without_limits: bool) -> int:
    """Read, compare and annotate these pages; return how many articles were annotated."""
    unread = [each.fetch_id for each in pages if each.article_version_id is None]
    stored = [each.article_version_id for each in pages if each.article_version_id is not None]
    with store() as connection:
        reopen_pages(connection, run_id, unread)
        reopen_versions(connection, stored)
    return _read_again(run_id, unread, stored, without_limits=without_limits)


def _read_again(
    run_id: int,
    unread: Sequence[int],
    stored: Sequence[int] = (),
    *,
    without_limits: bool = False,
    admit: bool = False,
) -> int:
    """Load archived pages and annotate their articles; return how many were annotated.

    Args:
        run_id: the run.
        unread: fetch ids of pages whose attempts are open.
        stored: versions that wait for annotation too.
        without_limits: let each page take the time that it takes.
        admit: store the text of a page whatever kind of page it is.
    """
    size = settings().curate_batch
    for first in range(0, len(unread), size):
        part = unread[first : first + size]
        load.load(run_id, part, without_limits=without_limits, admit=admit)
    dedupe.dedupe(run_id)
    with store() as connection:
        loaded = connection.execute(
            "select v.article_version_id from news.article_versions as v"
            " where v.is_current and v.nlp_version is null"
            " and (v.article_version_id = any(%s) or v.first_fetch_id = any(%s))",
            (list(stored), list(unread)),
        ).fetchall()
    waiting = [number for (number,) in loaded]
    return annotate.annotate(run_id, waiting, without_limits=without_limits)["versions"]


def fail_if_quarantined(run_id: int) -> None:
    """Make a run red that quarantined pages.

    Raises:
        QuarantinedPages: names the first of them, with its stage, limit and archive place.
    """
    with store() as connection:
        found = [each for each in pages_of_run(connection, run_id) if each.state == "quarantined"]
    if found:
        count = f"{len(found)} page{'s were' if len(found) > 1 else ' was'} quarantined"
        raise QuarantinedPages(f"{count}; dateline quarantine list has them. The first: {found[0]}")
