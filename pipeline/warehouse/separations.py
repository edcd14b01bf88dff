"""Undo a merge of pages: versions leave the article for which they were taken.

What follows from the merge goes too: edits between texts of two pages, which no publisher made, are
removed, links and pages lead to their own article, copies are looked for again.
"""

from collections.abc import Sequence

from psycopg import Connection

from pipeline.identity.records import Separation
from pipeline.telemetry import log
from pipeline.text import one_line
from pipeline.warehouse.article_histories import (
    EditRow,
    append_edits,
    delete_edits,
    edits_of,
    take_over_versions,
)


def separate(conn: Connection, run_id: int, separation: Separation) -> None:
    """Give versions an article of their own, known by the address of the page that showed them.

    Args:
        conn: inside a transaction that holds the lock of the site.
        run_id: the run whose pages brought the evidence.
        separation: what to do.
    """
    row = conn.execute(
        "select canonical_url from news.articles where article_id = %s for update",
        (separation.article_id,),
    ).fetchone()
    if row is None:
        return
    target = _article_at(conn, separation)
    links = _links_of(conn, separation)
    removed = _move_edits(conn, separation, target) if target != separation.article_id else 0
    if target != separation.article_id:
        _move_versions(conn, separation, target)
        _lead_to(conn, links, separation.article_id, target)
        _date(conn, [separation.article_id, target])
    conn.execute(
        "insert into ops.identity_changes (run_id, change_kind, from_article_id, to_article_id,"
        " from_url, to_url, article_version_ids, edits_removed, reason)"
        " values (%s, 'separated', %s, %s, %s, %s, %s, %s, %s)",
        (
            run_id,
            separation.article_id,
            target,
            row[0],
            separation.url,
            list(separation.version_ids),
            removed,
            one_line(separation.reason),
        ),
    )
    log.info("pages are two articles", url=separation.url, reason=separation.reason)


def _article_at(conn: Connection, separation: Separation) -> int:
    """Return the article at the page's address: a stored one, the same under it, or a new one."""
    found = conn.execute(
        "select article_id from news.articles where canonical_url = %s for update",
        (separation.url,),
    ).fetchone()
    if found:
        return int(found[0])
    if separation.is_whole:
        conn.execute(
            "update news.articles set canonical_url = %s, own_page_read_at = now()"
            " where article_id = %s",
            (separation.url, separation.article_id),
        )
        return separation.article_id
    made = conn.execute(
        "insert into news.articles"
        " (source_id, canonical_url, first_seen_at, last_seen_at, own_page_read_at)"
        " select source_id, %s, first_seen_at, last_seen_at, now()"
        " from news.articles where article_id = %s returning article_id",
        (separation.url, separation.article_id),
    ).fetchone()
    return int(made[0]) if made else separation.article_id


def _links_of(conn: Connection, separation: Separation) -> list[int]:
    """Return the links that led to the page: by its address, or with its versions."""
    found = conn.execute(
        "select link_id from ops.links where canonical_url = %s"
        " union select a.link_id from news.article_versions as v"
        " join news.fetches as f on f.fetch_id = v.first_fetch_id"
        " join ops.link_attempts as a on a.attempt_id = f.attempt_id"
        " where v.article_version_id = any(%s)",
        (separation.url, list(separation.version_ids)),
    )
    return [row[0] for row in found]


def _lead_to(conn: Connection, links: Sequence[int], left: int, target: int) -> None:
    conn.execute(
        "update ops.links set article_id = %s where link_id = any(%s) and article_id = %s",
        (target, list(links), left),
    )
    conn.execute(
        "update ops.link_attempts set article_id = %s where link_id = any(%s) and article_id = %s",
        (target, list(links), left),
    )
    conn.execute(
        "update news.pages as p set article_id = %s from ops.links as l"
        " where l.link_id = any(%s) and p.canonical_url = l.canonical_url and p.article_id = %s",
        (target, list(links), left),
    )


def _move_edits(conn: Connection, separation: Separation, target: int) -> int:
    """Remove the edits between texts of two pages; return how many.

    Edits within the leaving page go with it. Where the article's own text was changed while
    another page's stood between, the edit joins its two texts.
    """
    leaving = set(separation.version_ids)
    edits = edits_of(conn, separation.article_id)
    delete_edits(conn, [separation.article_id])
    kept, moved, removed = _divided(edits, leaving)
    append_edits(conn, separation.article_id, kept)
    append_edits(conn, target, moved)
    return removed


def _divided(
    edits: Sequence[EditRow], leaving: set[int]
) -> tuple[list[EditRow], list[EditRow], int]:
    """Divide an article's edits into its own, those of the leaving versions, and a count of others.

    Each page's edits run between its own texts in the order in which they were seen.
    """
    pages: tuple[list[EditRow], list[EditRow]] = ([], [])
    last: list[int | None] = [None, None]
    for edit in edits:
        before, after = edit.from_id in leaving, edit.to_id in leaving
        last[before] = edit.from_id
        base = last[after]
        if base is not None and base != edit.to_id:
            same = before == after
            pages[after].append(
                EditRow(
                    base,
                    edit.to_id,
                    edit.seen_at,
                    edit.is_announced if same else None,
                    edit.is_comparable if same else None,
                    edit.run_id,
                )
            )
        last[after] = edit.to_id
    kept, moved = pages
    return kept, moved, len(edits) - len(kept) - len(moved)


def _move_versions(conn: Connection, separation: Separation, target: int) -> None:
    """Move versions to their article; its latest text and that of the article left are current."""
    articles = [separation.article_id, target]
    conn.execute(
        "update news.article_versions set is_current = false where article_id = any(%s)",
        (articles,),
    )
    conn.execute(  # a text that the page's own article has already
        "delete from news.article_versions as v where v.article_version_id = any(%s)"
        " and exists (select from news.article_versions as o"
        " where o.article_id = %s and o.content_sha256 = v.content_sha256)",
        (list(separation.version_ids), target),
    )
    take_over_versions(conn, target, separation.version_ids)
    conn.execute(
        "update news.article_versions as v set is_current = true, deduplicated_at = null"
        " from (select distinct on (article_id) article_version_id from news.article_versions"
        " where article_id = any(%s) order by article_id, last_seen_at desc, version_no desc) as n"
        " where v.article_version_id = n.article_version_id",
        (articles,),
    )


def _date(conn: Connection, article_ids: Sequence[int]) -> None:
    conn.execute(
        "update news.articles as a set first_seen_at = n.first_seen_at,"
        " last_seen_at = n.last_seen_at, published_at = n.published_at"
        " from (select article_id, min(first_seen_at) as first_seen_at,"
        " max(last_seen_at) as last_seen_at,"
        " max(published_at) filter (where is_current) as published_at"
        " from news.article_versions where article_id = any(%s) group by article_id) as n"
        " where a.article_id = n.article_id",
        (list(article_ids),),
    )
