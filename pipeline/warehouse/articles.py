"""Sightings become articles, versions and edits: what a page read now means for what is stored.

All statements are set-based and run inside the caller's transaction. Articles are locked in the
order of their URLs; under that lock what is read of their versions stays true.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.warehouse.dates import parse_instant
from pipeline.warehouse.links import Decision
from pipeline.warehouse.versions import (
    NewVersion,
    insert_versions,
    plausible_count,
    version_sha256,
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article read from one page that one link of a run led to."""

    link_id: int
    link_run_id: int
    link_url: str
    """Canonical URL of the link, which may differ from the article's."""
    fetch_id: int
    source_id: int
    canonical_url: str
    fetched_at: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a set of sightings."""

    decisions: list[Decision]
    new_versions: list[int]


@dataclass(slots=True)
class _History:
    """A locked article: when it was last read, and its versions by hash."""

    article_id: int
    last_seen_at: datetime
    versions: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Version id and number by content hash."""
    current: int | None = None

    @property
    def next_no(self) -> int:
        return 1 + max((number for _, number in self.versions.values()), default=0)


def store_sightings(conn: Connection, run_id: int, sightings: Sequence[Sighting]) -> Stored:
    """Store sightings, each of another article, and say where their links end.

    Args:
        conn: inside a transaction.
        run_id: the run that loads.
        sightings: no two with one canonical URL.
    """
    histories = _lock_articles(conn, sightings)
    repeated = _repeated_in_run(conn, sightings, histories)
    decisions = [_duplicate(each, histories) for each in sightings if each.link_id in repeated]
    fresh = [each for each in sightings if each.link_id not in repeated]
    targets, new_versions = _find_or_insert(conn, run_id, fresh, histories)
    _make_current(conn, run_id, fresh, histories, targets)
    _mark_seen(conn, fresh, histories, targets)
    decisions += [_decision(each, histories[each.canonical_url], targets) for each in fresh]
    return Stored(decisions, new_versions)


def _lock_articles(conn: Connection, sightings: Sequence[Sighting]) -> dict[str, _History]:
    rows = sorted(sightings, key=lambda each: each.canonical_url)
    urls = [each.canonical_url for each in rows]
    seen = [each.fetched_at for each in rows]
    conn.execute(
        "insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at)"
        " select source_id, url, seen, seen"
        " from unnest(%s::int[], %s::text[], %s::timestamptz[]) as new(source_id, url, seen)"
        " order by url on conflict (canonical_url) do nothing",
        ([each.source_id for each in rows], urls, seen),
    )
    found = conn.execute(
        "select canonical_url, article_id, last_seen_at from news.articles"
        " where canonical_url = any(%s) order by canonical_url for update",
        (urls,),
    )
    histories = {url: _History(number, last) for url, number, last in found}
    _read_versions(conn, histories)
    return histories


def _read_versions(conn: Connection, histories: dict[str, _History]) -> None:
    by_id = {history.article_id: history for history in histories.values()}
    found = conn.execute(
        "select article_id, article_version_id, version_no, content_sha256, is_current"
        " from news.article_versions where article_id = any(%s)",
        (list(by_id),),
    )
    for article_id, version_id, version_no, digest, is_current in found:
        history = by_id[article_id]
        history.versions[bytes(digest)] = (version_id, version_no)
        if is_current:
            history.current = version_id


def _repeated_in_run(
    conn: Connection, sightings: Sequence[Sighting], histories: dict[str, _History]
) -> set[int]:
    """Return the links whose article another link of the same run has brought already."""
    found = conn.execute(
        """
        select wanted.link_id
        from unnest(%s::bigint[], %s::bigint[], %s::bigint[])
            as wanted(link_id, run_id, article_id)
        where exists (
            select from ops.links as l
            where l.article_id = wanted.article_id and l.run_id = wanted.run_id
                and l.link_id <> wanted.link_id and l.outcome in ('loaded', 'unchanged')
        )
        """,
        (
            [each.link_id for each in sightings],
            [each.link_run_id for each in sightings],
            [histories[each.canonical_url].article_id for each in sightings],
        ),
    )
    return {row[0] for row in found}


def _find_or_insert(
    conn: Connection, run_id: int, sightings: Sequence[Sighting], histories: dict[str, _History]
) -> tuple[dict[int, int], list[int]]:
    """Return the version of each sighting by link id, and the ids of those that are new."""
    targets, missing = {}, []
    for each in sightings:
        known = histories[each.canonical_url].versions.get(version_sha256(each.article))
        if known:
            targets[each.link_id] = known[0]
        else:
            missing.append(each)
    ids = insert_versions(
        conn, [_new_version(run_id, each, histories[each.canonical_url]) for each in missing]
    )
    targets.update(zip((each.link_id for each in missing), ids, strict=True))
    return targets, ids


def _new_version(run_id: int, each: Sighting, history: _History) -> NewVersion:
    return NewVersion(
        article_id=history.article_id,
        version_no=history.next_no,
        article=each.article,
        run_id=run_id,
        fetch_id=each.fetch_id,
        fetched_at=each.fetched_at,
    )


def _make_current(
    conn: Connection,
    run_id: int,
    sightings: Sequence[Sighting],
    histories: dict[str, _History],
    targets: dict[int, int],
) -> None:
    """Point articles at the version that their latest page shows, and write the edit down.

    A page that waited and is older than what is stored changes nothing here. An edit back to an
    earlier text (A, B, A) points back at the earlier version.
    """
    changed = [
        (history.article_id, history.current, targets[each.link_id], each.fetched_at)
        for each in sightings
        if (history := histories[each.canonical_url]).current != targets[each.link_id]
        and each.fetched_at >= history.last_seen_at
    ]
    left = [row[1] for row in changed if row[1]]
    conn.execute(
        "update news.article_versions set is_current = false where article_version_id = any(%s)",
        (left,),
    )
    conn.execute(
        "update news.article_versions set is_current = true where article_version_id = any(%s)",
        ([row[2] for row in changed],),
    )
    edits = [row for row in changed if row[1]]
    conn.execute(
        """
        insert into news.article_edits
            (article_id, edit_no, from_version_id, to_version_id, seen_at, run_id)
        select e.article_id, 1 + (
                select count(*) from news.article_edits as x where x.article_id = e.article_id
            ), e.from_id, e.to_id, e.seen_at, %s
        from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
            as e(article_id, from_id, to_id, seen_at)
        """,
        (run_id, *_columns(edits)),
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]


def _mark_seen(
    conn: Connection,
    sightings: Sequence[Sighting],
    histories: dict[str, _History],
    targets: dict[int, int],
) -> None:
    versions = [targets[each.link_id] for each in sightings]
    articles = [histories[each.canonical_url].article_id for each in sightings]
    seen = [each.fetched_at for each in sightings]
    conn.execute(
        "update news.article_versions as v"
        " set last_seen_at = greatest(v.last_seen_at, s.seen_at),"
        " comment_count = coalesce(s.comment_count, v.comment_count)"
        " from unnest(%s::bigint[], %s::timestamptz[], %s::int[])"
        " as s(article_version_id, seen_at, comment_count)"
        " where v.article_version_id = s.article_version_id and v.last_seen_at < s.seen_at",
        (versions, seen, [plausible_count(each.article.comment_count) for each in sightings]),
    )
    published = [parse_instant(each.article.published_at) for each in sightings]
    conn.execute(
        """
        update news.articles as a
        set published_at = case
                when s.seen_at >= a.last_seen_at then coalesce(s.published_at, a.published_at)
                else coalesce(a.published_at, s.published_at)
            end,
            last_seen_at = greatest(a.last_seen_at, s.seen_at),
            first_seen_at = least(a.first_seen_at, s.seen_at)
        from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
            as s(article_id, seen_at, published_at)
        where a.article_id = s.article_id
        """,
        (articles, seen, [each.at if each else None for each in published]),
    )
    _point_pages(conn, sightings, articles)


def _point_pages(conn: Connection, sightings: Sequence[Sighting], articles: Sequence[int]) -> None:
    """Let the next run know which article lies behind a link, whatever the article calls itself."""
    rows = sorted(zip((each.link_url for each in sightings), articles, strict=True))
    conn.execute(
        "select from news.pages where canonical_url = any(%s) order by canonical_url for update",
        ([url for url, _ in rows],),
    )
    conn.execute(
        "update news.pages as p set article_id = s.article_id"
        " from unnest(%s::text[], %s::bigint[]) as s(url, article_id)"
        " where p.canonical_url = s.url and p.article_id is distinct from s.article_id",
        ([url for url, _ in rows], [article_id for _, article_id in rows]),
    )


def _duplicate(each: Sighting, histories: dict[str, _History]) -> Decision:
    return Decision(
        each.link_id,
        Outcome.DUPLICATE_URL,
        f"another link of this run led to {each.canonical_url}",
        article_id=histories[each.canonical_url].article_id,
    )


def _decision(each: Sighting, history: _History, targets: dict[int, int]) -> Decision:
    target = targets[each.link_id]
    known = dict(history.versions.values())
    outcome, reason = Outcome.LOADED, None
    if target == history.current:
        outcome = Outcome.UNCHANGED
    elif each.fetched_at < history.last_seen_at:
        reason = "the page is older than the version that is current"
        outcome = Outcome.UNCHANGED if target in known else Outcome.LOADED
    elif target in known:
        reason = f"the text of version {known[target]} is back"
    return Decision(each.link_id, outcome, reason, article_id=history.article_id)
