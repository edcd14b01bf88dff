"""Backfills as rows: what was asked for, how far each file was read, the captures that were taken.

A capture becomes a link, an attempt with the locator of its record (``snapshot``) and a fetch with
the time of the capture; *load* takes it from there like any page. The captures of a batch and the
position behind them are stored in one transaction, so that a killed process neither loses nor
doubles one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipeline.outcomes import RETRYABLE
from pipeline.text import one_line, storable
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.transactions import transact

BackfillKind = Literal["warc", "cc_news", "site"]
FileStatus = Literal["waiting", "reading", "revisits", "done", "failed"]
FileKind = Literal["archive", "sitemap", "section"]


@dataclass(frozen=True, slots=True)
class FileState:
    """How far a file of a backfill was read."""

    file_id: int
    name: str
    kind: FileKind = "archive"
    size: int | None = None
    offset: int = 0
    skip: int = 0
    records: int = 0
    pages: int = 0
    known: int = 0
    broken: int = 0
    problem: str | None = None
    status: FileStatus = "waiting"


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """One capture, whose body is in the archive."""

    source_key: str
    url: str
    snapshot: str
    """Locator of the record in the file that was read."""
    found_in: str
    """The file."""
    raw_uri: str
    """Locator of its body in our archive."""
    captured_at: datetime
    http_status: int | None
    content_type: str | None
    body_bytes: int
    body_sha256: bytes | None


def open_backfill(
    conn: Connection, run_id: int, kind: BackfillKind, scope: Mapping[str, Any]
) -> int:
    """Return the id of the backfill with this scope, which is new or is continued by this run."""

    def work(live: Connection) -> int:
        row = live.execute(
            "insert into ops.backfills (backfill_kind, scope, run_id) values (%s, %s, %s)"
            " on conflict (backfill_kind, scope) do update"
            " set run_id = excluded.run_id, updated_at = now() returning backfill_id",
            (kind, Jsonb(dict(scope)), run_id),
        ).fetchone()
        return int(row[0]) if row else 0

    return transact(conn, work)


def add_files(
    conn: Connection,
    backfill_id: int,
    files: Sequence[tuple[str, int | None]],
    *,
    kind: FileKind = "archive",
    again: bool = False,
) -> list[FileState]:
    """Store files of a backfill and return how far each was read, in the order given.

    A file whose size has changed is another file: it is read from its beginning. One that could not
    be read before is tried again.

    Args:
        conn: any connection.
        backfill_id: the backfill.
        files: name and size of each.
        kind: what they are.
        again: read files from their beginning that are done.
    """
    names = [storable(name) for name, _ in files]

    def work(live: Connection) -> list[FileState]:
        live.execute(
            """
            insert into ops.backfill_files as f (backfill_id, file_name, file_kind, size_bytes)
            select %s, name, %s, size
            from unnest(%s::text[], %s::bigint[]) as given(name, size)
            order by name
            on conflict (backfill_id, md5(file_name)) do update set
                size_bytes = coalesce(excluded.size_bytes, f.size_bytes),
                status = 'waiting', byte_offset = 0, records_to_skip = 0, record_count = 0,
                page_count = 0, known_count = 0, broken_count = 0, problem = null,
                updated_at = now()
            where %s or excluded.size_bytes is distinct from
                coalesce(f.size_bytes, excluded.size_bytes)
            """,
            (backfill_id, kind, names, [size for _, size in files], again),
        )
        live.execute(
            "update ops.backfill_files set status = 'waiting', problem = null"
            " where backfill_id = %s and status = 'failed' and file_name = any(%s)",
            (backfill_id, names),
        )
        found = {state.name: state for state in _states(live, backfill_id, names)}
        return [found[name] for name in dict.fromkeys(names)]

    return transact(conn, work)


def file_states(conn: Connection, file_ids: Sequence[int]) -> list[FileState]:
    """Return how far these files were read, in the order of their ids."""
    found = conn.execute(
        f"select {_COLUMNS} from ops.backfill_files"  # noqa: S608 - our own column names
        " where backfill_file_id = any(%s) order by backfill_file_id",
        (list(file_ids),),
    )
    return [FileState(*row) for row in found]


_COLUMNS = (
    "backfill_file_id, file_name, file_kind, size_bytes, byte_offset, records_to_skip,"
    " record_count, page_count, known_count, broken_count, problem, status"
)


def _states(conn: Connection, backfill_id: int, names: Sequence[str]) -> list[FileState]:
    found = conn.execute(
        f"select {_COLUMNS} from ops.backfill_files"  # noqa: S608 - our own column names
        " where backfill_id = %s and file_name = any(%s)",
        (backfill_id, list(names)),
    )
    return [FileState(*row) for row in found]


def store_captures(
    conn: Connection,
    run_id: int,
    before: FileState,
    after: FileState,
    captures: Sequence[CapturedPage],
) -> FileState | None:
    """Store captures and the new position of their file in one transaction.

    Args:
        conn: any connection.
        run_id: the run that reads.
        before: the file as this process saw it last.
        after: the file behind these captures; its ``pages`` and ``known`` are counted here.
        captures: pages whose bodies are archived; their sources are stored.

    Returns:
        The file as stored, or None where another process has read on meanwhile; nothing is stored
        then.
    """

    def work(live: Connection) -> FileState | None:
        row = live.execute(
            "select byte_offset, records_to_skip from ops.backfill_files"
            " where backfill_file_id = %s for update",
            (before.file_id,),
        ).fetchone()
        if row != (before.offset, before.skip):
            return None
        new = _store_pages(live, run_id, captures)
        known = len(captures) - new
        stored = replace(after, pages=before.pages + new, known=before.known + known)
        _update_file(live, stored)
        return stored

    return transact(conn, work)


def update_file(conn: Connection, state: FileState) -> None:
    """Store the state of a file that brought no captures."""
    transact(conn, lambda live: _update_file(live, state))


def _update_file(conn: Connection, state: FileState) -> None:
    conn.execute(
        """
        update ops.backfill_files
        set byte_offset = %s, records_to_skip = %s, record_count = %s, page_count = %s,
            known_count = %s, broken_count = %s, problem = %s, status = %s, updated_at = now()
        where backfill_file_id = %s
        """,
        (
            state.offset,
            state.skip,
            state.records,
            state.pages,
            state.known,
            state.broken,
            one_line(storable(state.problem)) if state.problem else None,
            state.status,
            state.file_id,
        ),
    )


def _store_pages(conn: Connection, run_id: int, captures: Sequence[CapturedPage]) -> int:
    """Store links, attempts and fetches of captures; return how many were not known."""
    usable = [
        (each, identity)
        for each in captures
        if (identity := canonical_url_or_none(each.url)) is not None
    ]
    if not usable:
        return 0
    ids = source_ids(conn, [each.source_key for each, _ in usable])
    conn.execute(
        """
        insert into ops.links
            (source_id, url, canonical_url, found_by, found_in, first_listed_at, last_listed_at)
        select distinct on (source_id, md5(url))
            source_id, url, canonical_url, 'warc', found_in, now(), now()
        from unnest(%s::int[], %s::text[], %s::text[], %s::text[])
            as given(source_id, url, canonical_url, found_in)
        order by source_id, md5(url)
        on conflict do nothing
        """,
        (
            [ids[each.source_key] for each, _ in usable],
            [storable(each.url) for each, _ in usable],
            [identity for _, identity in usable],
            [storable(each.found_in) for each, _ in usable],
        ),
    )
    opened = conn.execute(
        """
        with given as (
            select * from unnest(%s::int[], %s::text[], %s::text[])
                as each(source_id, url, snapshot)
        )
        insert into ops.link_attempts (run_id, source_id, link_id, planned_at, snapshot)
        select distinct on (l.link_id, given.snapshot)
            %s, given.source_id, l.link_id, clock_timestamp(), given.snapshot
        from given
        join ops.links as l on l.source_id = given.source_id and md5(l.url) = md5(given.url)
            and l.url = given.url
        where not exists (
            select from ops.link_attempts as a
            where a.link_id = l.link_id and a.snapshot = given.snapshot
        )
        order by l.link_id, given.snapshot
        returning attempt_id, snapshot
        """,
        (
            [ids[each.source_key] for each, _ in usable],
            [storable(each.url) for each, _ in usable],
            [storable(each.snapshot) for each, _ in usable],
            run_id,
        ),
    ).fetchall()
    attempts = {snapshot: attempt_id for attempt_id, snapshot in opened}
    rows = [
        _fetch_row(each, attempts[storable(each.snapshot)])
        for each, _ in usable
        if storable(each.snapshot) in attempts
    ]
    record_fetches(conn, run_id, rows)
    return len(rows)


def _fetch_row(each: CapturedPage, attempt_id: int) -> FetchRow:
    return FetchRow(
        attempt_id=attempt_id,
        source_key=each.source_key,
        requested_url=each.url,
        final_url=each.url,
        fetched_at=each.captured_at,
        http_status=each.http_status,
        content_type=each.content_type,
        body_bytes=each.body_bytes,
        body_sha256=each.body_sha256,
        raw_uri=each.raw_uri,
    )


def urls_to_ask(conn: Connection, source_id: int, urls: Sequence[str]) -> set[str]:
    """Return those of the URLs whose links are unknown, or were last tried in vain."""
    found = conn.execute(
        """
        select wanted.url
        from unnest(%s::text[]) as wanted(url)
        left join ops.links as l on l.source_id = %s and md5(l.url) = md5(wanted.url)
            and l.url = wanted.url
        where l.link_id is null or l.last_outcome is null or l.last_outcome = any(%s)
        """,
        ([storable(url) for url in urls], source_id, [str(each) for each in RETRYABLE]),
    )
    return {url for (url,) in found}


def captured_body(conn: Connection, url: str, at: datetime) -> CapturedPage | None:
    """Return the stored capture of a URL at a time, to which a revisit refers, or None."""
    row = conn.execute(
        """
        select s.source_key, l.url, f.raw_uri, f.fetched_at, f.http_status, f.content_type,
            f.body_bytes, f.body_sha256
        from ops.links as l
        join ops.link_attempts as a on a.link_id = l.link_id
        join news.fetches as f on f.fetch_id = a.fetch_id
        join news.sources as s on s.source_id = a.source_id
        where l.canonical_url = %s and f.fetched_at = %s and f.raw_uri is not null
        order by a.attempt_id limit 1
        """,
        (canonical_url_or_none(url), at),
    ).fetchone()
    if row is None:
        return None
    key, found, raw_uri, captured_at, status, kind, size, digest = row
    return CapturedPage(
        key, found, "", "", raw_uri, captured_at, status, kind, size, bytes(digest or b"") or None
    )


def backfill_problems(conn: Connection, file_ids: Sequence[int]) -> list[str]:
    """Return one line for each of these files in which something could not be read."""
    found = conn.execute(
        "select file_name, broken_count, problem from ops.backfill_files"
        " where backfill_file_id = any(%s) and problem is not null order by file_name",
        (list(file_ids),),
    )
    return [
        problem if broken <= 1 else f"{problem} (and {broken - 1} more in {name})"
        for name, broken, problem in found
    ]
