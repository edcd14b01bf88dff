"""Store that an article moved: its new address, its former ones, and two articles that were one.

Where the story was stored at both addresses, its versions and edits become one history: the article
that was stored first keeps its id, the other one is deleted. ``ops.identity_changes`` has what was
done, with the evidence.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from psycopg import Connection

from pipeline.clean.text_change import detect_change
from pipeline.identity.records import EndedAddress, Move
from pipeline.outcomes import RETRYABLE
from pipeline.telemetry import log
from pipeline.text import one_line
from pipeline.warehouse.article_histories import (
    EditRow,
    append_edits,
    delete_edits,
    edits_of,
    take_over_versions,
)
from pipeline.warehouse.links import give_plan_to
from pipeline.warehouse.stored_texts import stored_texts


@dataclass(frozen=True, slots=True)
class _Version:
    version_id: int
    article_id: int
    digest: bytes
    first_seen_at: datetime
    last_seen_at: datetime
    is_current: bool


def move(conn: Connection, run_id: int, change: Move) -> None:
    """Let an article be known by its new address.

    Args:
        conn: inside a transaction that holds the locks of the sites.
        run_id: the run whose pages brought the evidence.
        change: what to do.
    """
    numbers = [change.article_id, *([change.merged_id] if change.merged_id is not None else [])]
    found = conn.execute(
        "select article_id from news.articles where article_id = any(%s)"
        " order by canonical_url for update",
        (numbers,),
    ).fetchall()
    if len(found) < len(numbers):
        return
    versions, removed = list[int](), 0
    if change.merged_id is not None:
        versions, removed = _merge(conn, run_id, change.article_id, change.merged_id)
    conn.execute(
        "update news.articles set canonical_url = %s, own_page_read_at = now()"
        " where article_id = %s",
        (change.to_url, change.article_id),
    )
    _store_former(conn, change)
    _move_held(conn, change)
    conn.execute(
        "insert into ops.identity_changes (run_id, change_kind, from_article_id, to_article_id,"
        " from_url, to_url, article_version_ids, edits_removed, reason)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            run_id,
            "moved" if change.merged_id is None else "merged",
            change.article_id if change.merged_id is None else change.merged_id,
            change.article_id,
            change.from_url,
            change.to_url,
            versions,
            removed,
            one_line(change.reason),
        ),
    )
    give_plan_to(conn, run_id, change.article_id, change.to_url, datetime.now(UTC), "load")
    log.info("an article moved", url=change.from_url, to=change.to_url)


def end_former_addresses(conn: Connection, ended: Sequence[EndedAddress]) -> None:
    """Record former addresses that show other stories now; their links lead to no article yet."""
    conn.execute(
        "with ended as (update news.former_addresses as f set ended_at = now()"
        " from unnest(%s::bigint[], %s::text[]) as e(article_id, url)"
        " where f.article_id = e.article_id and f.url = e.url returning f.article_id, f.url)"
        " update news.pages as p set article_id = null from ended"
        " where p.canonical_url = ended.url and p.article_id = ended.article_id",
        ([each.article_id for each in ended], [each.url for each in ended]),
    )


def visit_soon(conn: Connection, perhaps_moved: Collection[tuple[int, str]]) -> None:
    """Let articles be visited now whose text a new link shows; their addresses may redirect there.

    That is worth a visit of an article that is not visited any more, too: it would be stored twice.

    Args:
        conn: any connection.
        perhaps_moved: articles with the canonical URL of the new link.
    """
    now, refused = datetime.now(UTC), [str(each) for each in RETRYABLE]
    conn.execute(
        """
        update ops.links as l
        set next_try_at = %(now)s
        from (
            select distinct on (o.article_id) o.link_id, n.first_listed_at
            from unnest(%(articles)s::bigint[], %(urls)s::text[]) as w(article_id, url)
            join ops.links as n on n.canonical_url = w.url
            join news.articles as a on a.article_id = w.article_id
            join ops.links as o on o.article_id = w.article_id
            where o.last_outcome = any(%(outcomes)s) and o.found_by <> 'warc'
            order by o.article_id, o.canonical_url <> a.canonical_url, o.link_id
        ) as own
        where l.link_id = own.link_id
            and (l.last_attempt_at < own.first_listed_at or l.last_outcome = any(%(refused)s))
            and (l.next_try_at is null or l.next_try_at > %(now)s)
        """,
        {
            "now": now,
            "articles": [article_id for article_id, _ in perhaps_moved],
            "urls": [url for _, url in perhaps_moved],
            "outcomes": ["loaded", "unchanged", *refused],
            "refused": refused,
        },
    )


def _store_former(conn: Connection, change: Move) -> None:
    conn.execute(
        "insert into news.former_addresses (article_id, url) select %s, url"
        " from unnest(%s::text[]) as each(url) on conflict (article_id, url) do update"
        " set ended_at = null, moved_at = excluded.moved_at",
        (change.article_id, list(change.former)),
    )
    conn.execute(
        "delete from news.former_addresses where article_id = %s and url = %s",
        (change.article_id, change.to_url),
    )


def _move_held(conn: Connection, change: Move) -> None:
    """Let held texts be those of the new address, unless the same text is held there too."""
    conn.execute(
        "update news.held_versions as h set canonical_url = %(to)s, article_id = %(article)s"
        " where h.canonical_url = %(from)s and not exists (select from news.held_versions as o"
        " where o.canonical_url = %(to)s and o.content_sha256 = h.content_sha256"
        " and o.decision is null)",
        {"to": change.to_url, "from": change.from_url, "article": change.article_id},
    )


def _merge(conn: Connection, run_id: int, kept: int, merged: int) -> tuple[list[int], int]:
    """Move the versions and edits of one article to another, and delete it.

    Returns:
        The versions that came over, and the number of edits that went.
    """
    versions = _versions(conn, [kept, merged])
    by_digest = {each.digest: each for each in versions if each.article_id == kept}
    same = {
        each.version_id: by_digest[each.digest].version_id
        for each in versions
        if each.article_id == merged and each.digest in by_digest
    }
    edits = {number: edits_of(conn, number) for number in (kept, merged)}
    theirs = [
        replace(
            each,
            from_id=same.get(each.from_id, each.from_id),
            to_id=same.get(each.to_id, each.to_id),
        )
        for each in edits[merged]
    ]
    current = max((each for each in versions if each.is_current), key=lambda v: v.last_seen_at)
    steps = _steps(versions, kept, edits[kept], theirs, same)
    history = list(_history(conn, run_id, steps, [*edits[kept], *theirs]))
    conn.execute(
        "update news.article_versions set is_current = false where article_id = any(%s)",
        ([kept, merged],),
    )
    delete_edits(conn, [kept, merged])
    _widen_times(conn, same)
    conn.execute(
        "delete from news.article_versions where article_version_id = any(%s)", (list(same),)
    )
    came = [e.version_id for e in versions if e.article_id == merged and e.version_id not in same]
    take_over_versions(conn, kept, came)
    append_edits(conn, kept, history)
    _make_current(conn, same.get(current.version_id, current.version_id))
    _lead_to(conn, merged, kept)
    _date(conn, kept)
    conn.execute("delete from news.articles where article_id = %s", (merged,))
    return came, len(edits[kept]) + len(edits[merged]) - len(history)


def _versions(conn: Connection, article_ids: Sequence[int]) -> list[_Version]:
    found = conn.execute(
        "select article_version_id, article_id, content_sha256, first_seen_at, last_seen_at,"
        " is_current from news.article_versions where article_id = any(%s)"
        " order by first_seen_at, article_version_id",
        (list(article_ids),),
    )
    return [_Version(n, a, bytes(digest), *rest) for n, a, digest, *rest in found]


def _steps(
    versions: Sequence[_Version],
    kept: int,
    ours: Sequence[EditRow],
    theirs: Sequence[EditRow],
    same: dict[int, int],
) -> list[tuple[datetime, int]]:
    """Return the texts of both histories in the order in which they were seen first.

    A text that the article has already is left out of the other history: caches show one address
    the text of an hour ago, and that is no edit back.
    """
    known = {each.version_id for each in versions if each.article_id == kept}
    steps = [*_seen(versions, kept, ours, {})]
    others = next(e.article_id for e in versions if e.article_id != kept)
    steps += [step for step in _seen(versions, others, theirs, same) if step[1] not in known]
    return sorted(steps)


def _seen(
    versions: Sequence[_Version], article_id: int, edits: Sequence[EditRow], same: dict[int, int]
) -> Iterator[tuple[datetime, int]]:
    own = [each for each in versions if each.article_id == article_id]
    first = next((each for each in own if each.is_current), own[0]).version_id
    yield own[0].first_seen_at, edits[0].from_id if edits else same.get(first, first)
    for edit in edits:
        yield edit.seen_at, edit.to_id


def _history(
    conn: Connection,
    run_id: int,
    steps: Sequence[tuple[datetime, int]],
    edits: Sequence[EditRow],
) -> Iterator[EditRow]:
    """Yield the edits of the joined history: the known ones, and those across the move."""
    known = {(each.from_id, each.to_id, each.seen_at): each for each in edits}
    texts = stored_texts(conn, {version for _, version in steps})
    for (_, before), (seen_at, after) in pairwise(steps):
        edit = known.get((before, after, seen_at))
        if edit is not None:
            yield edit
        elif detect_change(texts[before].reading, texts[after].reading) == "edit":
            one, other = texts[before], texts[after]
            yield EditRow(
                before,
                after,
                seen_at,
                one.is_announced_by_text(other),
                one.read_by == other.read_by,
                run_id,
            )


def _widen_times(conn: Connection, same: dict[int, int]) -> None:
    """Let each text that both articles have be seen from its first to its last sight at either."""
    conn.execute(
        "update news.article_versions as v set first_seen_at = least(v.first_seen_at,"
        " o.first_seen_at), last_seen_at = greatest(v.last_seen_at, o.last_seen_at)"
        " from unnest(%s::bigint[], %s::bigint[]) as pair(kept, gone)"
        " join news.article_versions as o on o.article_version_id = pair.gone"
        " where v.article_version_id = pair.kept",
        (list(same.values()), list(same)),
    )


def _make_current(conn: Connection, version_id: int) -> None:
    conn.execute(
        "update news.article_versions set is_current = true, deduplicated_at = null"
        " where article_version_id = %s",
        (version_id,),
    )


_LEAD_TO = (
    "update ops.links set article_id = %s where article_id = %s",
    "update ops.link_attempts set article_id = %s where article_id = %s",
    "update news.pages set article_id = %s where article_id = %s",
    "update news.held_versions set article_id = %s where article_id = %s",
)


def _lead_to(conn: Connection, merged: int, kept: int) -> None:
    """Let links, pages and held texts lead to the article that stays; copies are looked for again.

    Articles of the merged one's group of copies may have lost their original.
    """
    for statement in _LEAD_TO:
        conn.execute(statement, (kept, merged))
    conn.execute(
        "update news.article_versions as v set deduplicated_at = null"
        " from news.articles as a, news.articles as g"
        " where g.article_id = %s and a.duplicate_group_id = g.duplicate_group_id"
        " and v.article_id = a.article_id and v.is_current",
        (merged,),
    )


def _date(conn: Connection, article_id: int) -> None:
    conn.execute(
        "update news.articles as a set first_seen_at = n.first_seen_at,"
        " last_seen_at = n.last_seen_at, published_at = coalesce(n.published_at, a.published_at)"
        " from (select min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,"
        " max(published_at) filter (where is_current) as published_at"
        " from news.article_versions where article_id = %(id)s) as n"
        " where a.article_id = %(id)s",
        {"id": article_id},
    )
