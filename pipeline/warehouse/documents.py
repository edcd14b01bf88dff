"""Documents as rows: feeds, sitemaps, sections, lists and local files, with their due times.

``sync_documents`` keeps the rows in line with the source files, ``due_work`` and ``due_documents``
say what is to be asked, ``store_readings`` records what requests brought: links, attempts, and when
each document is asked for next (``pipeline/planning/polling.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg import Connection

from pipeline.archive.records import EarlierCapture
from pipeline.discover.discovery import documents_of
from pipeline.discover.results import Document, Reading
from pipeline.models import Source, Validators
from pipeline.outcomes import Outcome
from pipeline.planning.polling import NextPoll, PollHistory, PollResult, next_poll
from pipeline.planning.revisits import longest_wait
from pipeline.settings import settings
from pipeline.text import one_line, storable
from pipeline.warehouse.links import Listing, list_links, plan_snapshots
from pipeline.warehouse.transactions import transact

_EXPLICIT = frozenset({"list", "files"})
"""Kinds whose links somebody listed one by one; ``max_links`` does not apply to them."""
_MARK = 8
"""Bytes kept of the hash of a URL that was passed over."""
_CLOCK_ERROR = timedelta(hours=1)
"""A document that was asked this far in the future was asked by a clock that was wrong; it is due.
Its next time would be further away by the error: a feed asked in 2036 was silent for ten years."""


@dataclass(frozen=True, slots=True)
class DueDocuments:
    """The documents of one source that are due, and what its sitemaps' children held."""

    due: tuple[Document, ...] = ()
    children: tuple[Document, ...] = field(default=())
    """Children of its sitemap indexes that were read before, due or not."""


@dataclass(frozen=True, slots=True)
class ArchivedReading:
    """What a request of a document brought, ready to be stored."""

    source: Source
    source_id: int
    """Its key in the store."""
    reading: Reading
    """The document as read, or why it could not be."""
    raw_uri: str | None
    """The archived response; None where none was stored."""
    at: datetime
    """When the response came."""


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What storing a reading did."""

    link_ids: tuple[int, ...]
    new: int
    poll: NextPoll


def sync_documents(
    conn: Connection,
    sources: Sequence[Source],
    source_ids: dict[str, int],
    now: datetime,
) -> None:
    """Store new documents of these sources, due now; those no longer named become inactive.

    Args:
        conn: an autocommit connection.
        sources: as their files describe them.
        source_ids: their ids by key.
        now: the time of the call.
    """
    given = _named(sources, source_ids)
    keys = [source_ids[source.key] for source in sources]

    def work(live: Connection) -> None:
        live.execute(
            """
            insert into ops.documents (source_id, document_kind, url, first_seen_at, next_due_at)
            select distinct g.source_id, g.kind, g.url, %s, %s
            from unnest(%s::int[], %s::text[], %s::text[]) as g(source_id, kind, url)
            order by 1, 2, 3
            on conflict (source_id, document_kind, md5(url)) do update
            set is_active = true, is_by_hand = false, parent_id = null
            where not documents.is_active or documents.parent_id is not null
            """,
            (now, now, *given),
        )
        live.execute(
            """
            update ops.documents as d set is_active = false
            where d.source_id = any(%s) and d.is_active and d.parent_id is null
                and not exists (
                    select from unnest(%s::int[], %s::text[], %s::text[])
                        as g(source_id, kind, url)
                    where g.source_id = d.source_id and g.kind = d.document_kind
                        and g.url = d.url
                )
            """,
            (keys, *given),
        )
        live.execute(
            "update ops.documents as d set is_active = false from ops.documents as p"
            " where p.document_id = d.parent_id and d.is_active and not p.is_active"
            " and d.source_id = any(%s)",
            (keys,),
        )
        live.execute(
            "update ops.documents as d set is_by_hand = false from ops.documents as p"
            " where p.document_id = d.parent_id and d.is_by_hand and not p.is_by_hand"
            " and d.source_id = any(%s)",
            (keys,),
        )

    transact(conn, work)


def add_documents_by_hand(
    conn: Connection, sources: Sequence[Source], source_ids: dict[str, int], now: datetime
) -> None:
    """Store the documents that are targets of ``dateline run``, which the schedule never asks for.

    Documents that a source file names are left to it.

    Args:
        conn: an autocommit connection.
        sources: the targets, by site.
        source_ids: their ids by key.
        now: the time of the call.
    """
    given = _named(sources, source_ids)

    def work(live: Connection) -> None:
        live.execute(
            """
            insert into ops.documents
                (source_id, document_kind, url, is_active, is_by_hand, first_seen_at, next_due_at)
            select distinct g.source_id, g.kind, g.url, false, true, %s::timestamptz,
                %s::timestamptz
            from unnest(%s::int[], %s::text[], %s::text[]) as g(source_id, kind, url)
            order by 1, 2, 3
            on conflict (source_id, document_kind, md5(url)) do update
            set is_by_hand = true, parent_id = null
            where not documents.is_active
            """,
            (now, now, *given),
        )

    transact(conn, work)


def _named(
    sources: Sequence[Source], source_ids: dict[str, int]
) -> tuple[list[int], list[str], list[str]]:
    """Return the source ids, kinds and addresses of the documents that these sources name."""
    named = [
        (source_ids[source.key], document.kind, storable(document.url))
        for source in sources
        for document in documents_of(source)
    ]
    return [row[0] for row in named], [row[1] for row in named], [row[2] for row in named]


def due_work(conn: Connection, keys: Sequence[str], now: datetime) -> dict[str, int]:
    """Return the expected number of requests by source key, of the sources that have any due."""
    found = conn.execute(
        """
        select s.source_key, coalesce(d.due, 0) + coalesce(l.due, 0) + coalesce(a.left_open, 0)
        from news.sources as s
        left join (
            select source_id, count(*) as due from ops.documents
            where is_active and (next_due_at <= %(now)s or last_attempt_at > %(ahead)s)
            group by source_id
        ) as d on d.source_id = s.source_id
        left join (
            select source_id, count(*) as due from ops.links
            where next_try_at <= %(now)s or next_try_at > %(latest)s group by source_id
        ) as l on l.source_id = s.source_id
        left join (
            select source_id, count(*) as left_open from ops.link_attempts
            where outcome is null and fetch_id is null group by source_id
        ) as a on a.source_id = s.source_id
        where s.source_key = any(%(keys)s)
            and (d.due is not null or l.due is not null or a.left_open is not null)
        """,
        {
            "now": now,
            "ahead": now + _CLOCK_ERROR,
            "latest": now + longest_wait(settings().revisit_plan),
            "keys": list(keys),
        },
    )
    return dict(found.fetchall())


def make_documents_due(conn: Connection, urls: Sequence[str]) -> None:
    """Let the next run ask for the documents with these URLs, whatever their plan says."""

    def work(live: Connection) -> None:
        live.execute(
            "update ops.documents set next_due_at = now() where url = any(%s)", (list(urls),)
        )

    transact(conn, work)


_DOCUMENTS = """
select s.source_key,
    is_due, d.parent_id is not null,
    d.document_id, d.document_kind, d.url, d.moved_to, d.etag, d.last_modified, d.body_sha256,
    d.last_success_at, d.newest_item_at, d.oldest_item_at, d.item_count, p.url, d.state
from ops.documents as d
join news.sources as s on s.source_id = d.source_id
left join ops.documents as p on p.document_id = d.parent_id
cross join lateral (
    select d.is_active and (d.next_due_at <= %(now)s or d.last_attempt_at > %(ahead)s)
        or %(all)s and (d.is_active or d.is_by_hand and d.parent_id is null) as is_due
) as t
where s.source_key = any(%(keys)s) and (is_due or d.parent_id is not null)
    and not exists (select from ops.takedown_orders as o where o.source_id = s.source_id)
order by s.source_key, d.document_id
"""


def due_documents(
    conn: Connection, keys: Sequence[str], now: datetime, *, all_of_them: bool = False
) -> dict[str, DueDocuments]:
    """Return the due documents of these sources by source key.

    Args:
        conn: any connection.
        keys: sources.
        now: documents due by then.
        all_of_them: return those that are not due too.
    """
    due: dict[str, list[Document]] = {key: [] for key in keys}
    children: dict[str, list[Document]] = {key: [] for key in keys}
    found = conn.execute(
        _DOCUMENTS,
        {"keys": list(keys), "now": now, "ahead": now + _CLOCK_ERROR, "all": all_of_them},
    )
    for key, is_due, is_child, *row, state in found:
        document = _document(row)
        if is_due:
            # A document that has not changed names no links, and all of them are wanted. One that
            # is silent for longer than its habit may have an ETag that never changes.
            is_whole = all_of_them or state == "quiet"
            due[key].append(replace(document, validators=Validators()) if is_whole else document)
        if is_child:
            children[key].append(document)
    return {key: DueDocuments(tuple(due[key]), tuple(children[key])) for key in keys}


def _document(row: Sequence[Any]) -> Document:
    number, kind, url, moved_to, etag, modified, body, read_at, newest, oldest, count, parent = row
    return Document(
        kind=kind,
        url=url,
        key=number,
        moved_to=moved_to,
        validators=Validators(etag, modified, bytes(body) if body else None),
        last_read_at=read_at,
        newest_item_at=newest,
        oldest_item_at=oldest,
        item_count=count,
        parent=parent,
    )


def earlier_captures(conn: Connection, documents: Sequence[Document]) -> dict[int, EarlierCapture]:
    """Return by key where the bodies of these documents were archived last, as far as they were."""
    digests = {each.key: each.validators.body_sha256 for each in documents}
    found = conn.execute(
        "select w.document_id, a.raw_uri from unnest(%s::bigint[]) as w(document_id)"
        " cross join lateral (select raw_uri from ops.document_attempts as d"
        " where d.document_id = w.document_id and d.outcome in ('read', 'unchanged')"
        " and d.raw_uri is not null order by d.attempted_at desc limit 1) as a",
        (list(digests),),
    )
    return {key: EarlierCapture(raw_uri, digests[key]) for key, raw_uri in found}


def store_readings(
    conn: Connection, run_id: int, readings: Sequence[ArchivedReading]
) -> list[StoredReading]:
    """Store what requests of documents brought in one transaction: links, attempts, next due times.

    Args:
        conn: an autocommit connection.
        run_id: the run that asked.
        readings: one of each request, in order; what is returned has the same order.
    """

    def work(live: Connection) -> list[StoredReading]:
        numbers = [
            each.reading.document.key
            or _child_id(live, each.source_id, each.reading.document, each.at)
            for each in readings
        ]
        histories = _histories(live, numbers)
        stored, updates, attempts = [], [], []
        for number, each in zip(numbers, readings, strict=True):
            reading = each.reading
            history, passed_over = histories.get(number, (PollHistory(), b""))
            listing = _list(live, run_id, each, history, passed_over)
            poll = next_poll(history, _result(reading, listing), each.at)
            if not reading.document.is_polled:
                poll = replace(poll, reason="read when its index says that it changed")
            passed_over += b"".join(map(_mark, listing.passed_over))
            histories[number] = poll.history, passed_over
            updates.append(_update(number, each, listing, poll, passed_over))
            attempts.append(_attempt(number, run_id, each, listing, poll))
            stored.append(StoredReading(listing.link_ids, listing.new, poll))
        with live.cursor() as cursor:
            cursor.executemany(_UPDATE, updates)
            cursor.executemany(_INSERT_ATTEMPT, attempts)
        return stored

    return transact(conn, work)


def forget_old_document_attempts(conn: Connection, days: int) -> int:
    """Delete the attempts of documents older than this, and return how many."""

    def work(live: Connection) -> int:
        return live.execute(
            "delete from ops.document_attempts"
            " where attempted_at < now() - make_interval(days => %s)",
            (days,),
        ).rowcount

    return transact(conn, work)


def _child_id(conn: Connection, source_id: int, document: Document, now: datetime) -> int:
    """Return the id of a child of a sitemap index, which is stored at its first reading."""
    row = conn.execute(
        """
        insert into ops.documents
            (source_id, document_kind, url, parent_id, is_active, is_by_hand, first_seen_at,
            next_due_at)
        select %(source)s, %(kind)s, %(url)s, min(p.document_id),
            %(polled)s and coalesce(bool_or(p.is_active), true),
            coalesce(bool_and(p.is_by_hand), false), %(now)s, %(now)s
        from ops.documents as p
        where p.source_id = %(source)s and p.url = %(parent)s
        on conflict (source_id, document_kind, md5(url)) do update
        set is_active = documents.is_active
        returning document_id
        """,
        {
            "source": source_id,
            "kind": document.kind,
            "url": storable(document.url),
            "parent": storable(document.parent or ""),
            "polled": document.is_polled,
            "now": now,
        },
    ).fetchone()
    return int(row[0]) if row else 0


def _histories(
    conn: Connection, document_ids: Sequence[int]
) -> dict[int, tuple[PollHistory, bytes]]:
    """Lock these documents; return their histories, and the marks of the URLs passed over."""
    found = conn.execute(
        "select document_id, state, poll_seconds, habit_seconds, calm_count, failure_count,"
        " failing_since, last_success_at, last_new_at, next_due_at, passed_over from ops.documents"
        " where document_id = any(%s) order by document_id for update",
        (list(document_ids),),
    )
    return {number: _history(row) for number, *row in found}


def _history(row: Sequence[Any]) -> tuple[PollHistory, bytes]:
    state, seconds, habit, calm, failures, since, success, new, due, passed = row
    history = PollHistory(
        state=state,
        interval=timedelta(seconds=seconds),
        habit=None if habit is None else timedelta(seconds=habit),
        calm_polls=calm,
        failures=failures,
        failing_since=since,
        last_success_at=success,
        last_new_at=new,
        due_at=due,
    )
    return history, bytes(passed) if passed else b""


def _list(
    conn: Connection,
    run_id: int,
    given: ArchivedReading,
    history: PollHistory,
    passed_over: bytes,
) -> Listing:
    reading = given.reading
    if not reading.links:
        return Listing()
    links = reading.links
    is_first = history.last_success_at is None and reading.document.kind not in _EXPLICIT
    marks = {passed_over[at : at + _MARK] for at in range(0, len(passed_over), _MARK)}
    ignored = {each.link.url for each in links if marks and _mark(each.link.url) in marks}
    listing = list_links(
        conn,
        run_id,
        given.source_id,
        links,
        given.at,
        most_new=given.source.max_links if is_first else None,
        beyond=reading.beyond,
        ignored=ignored,
    )
    snapshots = [each.link for each in links if each.link.snapshot]
    if snapshots:
        plan_snapshots(conn, run_id, given.source_id, snapshots, given.at)
    return listing


def _mark(url: str) -> bytes:
    return sha256(url.encode("utf-8", "surrogatepass")).digest()[:_MARK]


def _result(reading: Reading, listing: Listing) -> PollResult:
    times = [each.stated_at for each in reading.links if each.stated_at is not None]
    return PollResult(
        outcome=reading.outcome,
        items=len(reading.links) or len(reading.children),
        new=listing.new,
        foreign=reading.foreign,
        item_times=times,
        floor=reading.floor,
        floor_reason=reading.floor_reason,
        retry_after=reading.retry_after,
    )


_UPDATE = """
update ops.documents set
    state = %(state)s, next_due_at = %(due)s, poll_seconds = %(seconds)s,
    poll_reason = %(reason)s, habit_seconds = %(habit)s, calm_count = %(calm)s,
    failure_count = %(failures)s, failing_since = %(since)s,
    last_attempt_at = %(now)s, last_success_at = %(success)s, last_new_at = %(new_at)s,
    attempt_count = attempt_count + 1, links_new = links_new + %(new)s,
    moved_to = case
        when %(is_answered)s then %(moved_to)s when %(failures)s < 3 then moved_to
    end,
    etag = case when %(is_read)s then %(etag)s else etag end,
    last_modified = case when %(is_read)s then %(modified)s else last_modified end,
    body_sha256 = case when %(is_read)s then %(digest)s else body_sha256 end,
    item_count = case when %(is_read)s then %(items)s else item_count end,
    oldest_item_at = case when %(is_read)s then %(oldest)s else oldest_item_at end,
    newest_item_at = case when %(is_read)s then %(newest)s else newest_item_at end,
    is_active = is_active or %(polled)s and coalesce(
        (select p.is_active from ops.documents as p
        where p.document_id = documents.parent_id), false
    ),
    passed_over = %(passed)s
where document_id = %(id)s
"""


def _update(
    document_id: int,
    given: ArchivedReading,
    listing: Listing,
    poll: NextPoll,
    passed_over: bytes,
) -> dict[str, Any]:
    """Return the values of ``_UPDATE``."""
    reading, history = given.reading, poll.history
    times = [each.stated_at for each in reading.links if each.stated_at is not None]
    newest, oldest = max(times, default=None), min(times, default=None)
    if reading.held is not None:
        newest, oldest = reading.held.newest, reading.held.oldest
    is_read = reading.outcome is None
    validators = reading.validators
    return {
        "id": document_id,
        "state": history.state,
        "due": poll.due_at,
        "seconds": round(history.interval.total_seconds()),
        "reason": one_line(poll.reason),
        "habit": history.habit.total_seconds() if history.habit else None,
        "calm": min(history.calm_polls, 32_000),
        "failures": history.failures,
        "since": history.failing_since,
        "now": given.at,
        "success": history.last_success_at,
        "new_at": history.last_new_at,
        "new": listing.new,
        "is_read": is_read,
        "is_answered": reading.outcome in (None, Outcome.UNCHANGED),
        "moved_to": storable(reading.moved_to) if reading.moved_to else None,
        "etag": storable(validators.etag) if validators.etag else None,
        "modified": storable(validators.last_modified) if validators.last_modified else None,
        "digest": validators.body_sha256,
        "items": len(reading.links) or len(reading.children),
        "oldest": oldest,
        "newest": newest,
        "polled": reading.document.is_polled,
        "passed": passed_over or None,
    }


_INSERT_ATTEMPT = """
insert into ops.document_attempts
    (document_id, run_id, attempted_at, outcome, reason, http_status, body_bytes,
    elapsed_ms, links_found, links_new, links_foreign, state, next_due_at, raw_uri)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _attempt(
    document_id: int, run_id: int, given: ArchivedReading, listing: Listing, poll: NextPoll
) -> tuple[Any, ...]:
    """Return the values of ``_INSERT_ATTEMPT``."""
    reading = given.reading
    return (
        document_id,
        run_id,
        given.at,
        "read" if reading.outcome is None else str(reading.outcome),
        one_line(reading.reason) if reading.reason else None,
        reading.http_status,
        reading.body_bytes,
        reading.elapsed_ms,
        len(reading.links),
        listing.new,
        reading.foreign,
        poll.history.state,
        poll.due_at,
        given.raw_uri,
    )
