"""The links of a run: stored in batches, read batch by batch, decided with one outcome each.

A batch is a number, so that an Airflow task can carry it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from pipeline.errors import UsageError
from pipeline.models import Link, Validators
from pipeline.outcomes import Outcome
from pipeline.text import one_line, storable
from pipeline.urls import MAX_URL_BYTES, canonical_url
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.transactions import copy_rows, transact

_LOCK = 0x646C_6C6B
"""First key of the advisory lock under which a run's links are added; the second is the run id."""
_COLUMNS = {
    "run_id": "int8",
    "source_id": "int4",
    "batch_no": "int4",
    "url": "text",
    "canonical_url": "text",
    "found_by": "text",
    "found_in": "text",
    "link_title": "text",
    "link_published_at": "text",
    "outcome": "text",
    "reason": "text",
    "decided_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link of a run, with what the store holds about its page from earlier runs."""

    link_id: int
    link: Link
    canonical_url: str
    validators: Validators
    article_first_seen_at: datetime | None
    """When the article at this URL was first stored (UTC); None where there is none."""
    has_article: bool
    last_outcome: Outcome | None = None
    """Outcome of a link to this page in the latest earlier run."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one link."""

    link_id: int
    outcome: Outcome
    reason: str | None = None
    http_status: int | None = None
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    link: Link
    canonical_url: str | None
    outcome: Outcome | None = None
    reason: str | None = None


def link_identity(link: Link) -> str:
    """Return the canonical URL of a link, or the address of a local file or WARC record as it is.

    Raises:
        UsageError: the URL cannot be fetched or stored.
    """
    if link.found_by in ("file", "warc") and not link.url.startswith(("http:", "https:")):
        if len(link.url.encode()) > MAX_URL_BYTES:
            raise UsageError(f"address over {MAX_URL_BYTES} bytes: {link.url[:80]}…")
        return link.url
    return canonical_url(link.url)


def add_links(
    conn: Connection, run_id: int, source_key: str, links: Sequence[Link], batch_size: int
) -> list[int]:
    """Store the links of one source and return the numbers of its batches that need fetching.

    A link whose canonical URL is in this run already gets the outcome ``duplicate_url`` at once; a
    URL that cannot be used gets ``address_refused``. A second call with the same links adds none
    and returns the batches that still hold links to fetch.

    Args:
        conn: an autocommit connection.
        run_id: the run that discovered them.
        source_key: a stored source.
        links: as found; of links with the same URL the first is stored.
        batch_size: the largest number of links in a batch.
    """
    prepared = _prepare(links)

    def work(live: Connection) -> list[int]:
        # Two sources of a run may list one story at the same moment: one of them is the duplicate.
        live.execute("select pg_advisory_xact_lock(%s, %s)", (_LOCK, run_id % 2**31))
        source_id = source_ids(live, [source_key])[source_key]
        new = _not_stored_yet(live, run_id, source_id, prepared)
        _insert(live, run_id, source_id, _with_duplicates_decided(live, run_id, new), batch_size)
        return _open_batches(live, run_id, source_id)

    return transact(conn, work)


def batch_links(conn: Connection, run_id: int, source_key: str, batch_no: int) -> list[StoredLink]:
    """Return the links of a batch that are neither decided nor fetched, in the order added."""
    found = conn.execute(
        """
        select l.link_id, l.url, l.found_by, l.found_in, l.link_title, l.link_published_at,
            l.canonical_url, p.etag, p.last_modified, p.body_sha256, a.first_seen_at, before.outcome
        from ops.links as l
        join news.sources as s on s.source_id = l.source_id
        left join news.pages as p on p.canonical_url = l.canonical_url
        left join news.articles as same on same.canonical_url = l.canonical_url
        left join news.articles as a on a.article_id = coalesce(p.article_id, same.article_id)
        left join lateral (
            select earlier.outcome
            from ops.links as earlier
            where earlier.canonical_url = l.canonical_url and earlier.run_id < l.run_id
                and earlier.outcome is not null
            order by earlier.run_id desc, earlier.link_id
            limit 1
        ) as before on true
        where l.run_id = %s and s.source_key = %s and l.batch_no = %s
            and l.outcome is null and l.fetch_id is null
        order by l.link_id
        """,
        (run_id, source_key, batch_no),
    )
    return [_stored(source_key, row) for row in found]


def decide(conn: Connection, decisions: Sequence[Decision]) -> int:
    """Set the outcomes of links and return how many were set; a link keeps an earlier outcome."""
    return transact(conn, lambda live: decide_within(live, decisions))


def decide_within(conn: Connection, decisions: Sequence[Decision]) -> int:
    """Do as ``decide`` inside the caller's transaction."""
    rows = sorted(decisions, key=lambda decision: decision.link_id)
    ids = [row.link_id for row in rows]
    conn.execute(  # locked in one order, so that two processes wait and do not deadlock
        "select from ops.links where link_id = any(%s) order by link_id for update", (ids,)
    )
    done = conn.execute(
        """
        update ops.links as l
        set outcome = d.outcome, reason = d.reason, decided_at = clock_timestamp(),
            http_status = coalesce(d.http_status, l.http_status),
            article_id = coalesce(d.article_id, l.article_id)
        from unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::bigint[])
            as d(link_id, outcome, reason, http_status, article_id)
        where l.link_id = d.link_id and l.outcome is null
        """,
        (
            ids,
            [str(row.outcome) for row in rows],
            [one_line(row.reason) if row.reason else None for row in rows],
            [row.http_status for row in rows],
            [row.article_id for row in rows],
        ),
    )
    return done.rowcount


def _prepare(links: Sequence[Link]) -> list[_Prepared]:
    prepared: dict[str, _Prepared] = {}
    for link in links:
        url = storable(link.url)
        if url in prepared:
            continue
        try:
            prepared[url] = _Prepared(link, storable(link_identity(link)))
        except UsageError as error:
            prepared[url] = _Prepared(link, None, Outcome.ADDRESS_REFUSED, one_line(str(error)))
    return list(prepared.values())


def _not_stored_yet(
    conn: Connection, run_id: int, source_id: int, prepared: Sequence[_Prepared]
) -> list[_Prepared]:
    found = conn.execute(
        "select l.url from ops.links as l join unnest(%s::text[]) as wanted(url)"
        " on md5(l.url) = md5(wanted.url) where l.run_id = %s and l.source_id = %s",
        ([storable(each.link.url) for each in prepared], run_id, source_id),
    )
    known = {row[0] for row in found}
    return [each for each in prepared if storable(each.link.url) not in known]


def _with_duplicates_decided(
    conn: Connection, run_id: int, prepared: Sequence[_Prepared]
) -> list[_Prepared]:
    wanted = [each.canonical_url for each in prepared if each.canonical_url]
    found = conn.execute(
        "select canonical_url from ops.links where run_id = %s and canonical_url = any(%s)",
        (run_id, wanted),
    )
    taken = {row[0] for row in found}
    marked = []
    for each in prepared:
        if each.canonical_url in taken:
            reason = f"another link of this run has the canonical URL {each.canonical_url}"
            marked.append(replace(each, outcome=Outcome.DUPLICATE_URL, reason=reason))
            continue
        if each.canonical_url:
            taken.add(each.canonical_url)
        marked.append(each)
    return marked


def _insert(
    conn: Connection, run_id: int, source_id: int, new: Sequence[_Prepared], batch_size: int
) -> None:
    first = _last_batch(conn, run_id, source_id) + 1
    rows, open_links = [], 0
    for each in new:
        batch_no = 0
        if each.outcome is None:
            batch_no = first + open_links // batch_size
            open_links += 1
        rows.append(_row(run_id, source_id, batch_no, each))
    copy_rows(conn, "ops.links", _COLUMNS, rows)


def _row(run_id: int, source_id: int, batch_no: int, each: _Prepared) -> tuple[Any, ...]:
    link = each.link
    texts = (link.found_by, link.found_in, link.title, link.published_at)
    return (
        run_id,
        source_id,
        batch_no,
        storable(link.url),
        each.canonical_url,
        *(storable(text) if text is not None else None for text in texts),
        str(each.outcome) if each.outcome else None,
        one_line(each.reason) if each.reason else None,
        datetime.now(UTC) if each.outcome else None,
    )


def _last_batch(conn: Connection, run_id: int, source_id: int) -> int:
    row = conn.execute(
        "select coalesce(max(batch_no), 0) from ops.links where run_id = %s and source_id = %s",
        (run_id, source_id),
    ).fetchone()
    return int(row[0]) if row else 0


def _open_batches(conn: Connection, run_id: int, source_id: int) -> list[int]:
    found = conn.execute(
        "select distinct batch_no from ops.links where run_id = %s and source_id = %s"
        " and outcome is null and fetch_id is null order by batch_no",
        (run_id, source_id),
    )
    return [row[0] for row in found]


def _stored(source_key: str, row: tuple[Any, ...]) -> StoredLink:
    link_id, url, found_by, found_in, title, published, canonical, *page = row
    etag, modified, body, seen, before = page
    return StoredLink(
        link_id=link_id,
        link=Link(url, source_key, found_by, found_in, title, published),
        canonical_url=canonical,
        validators=Validators(etag, modified, bytes(body) if body else None),
        article_first_seen_at=seen,
        has_article=seen is not None,
        last_outcome=Outcome(before) if before else None,
    )
