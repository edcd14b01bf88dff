"""Store pages that were captured before others of their article: what a backfill loads.

The result is that of pages loaded in the order of their times: a version for each text, numbered in
that order, an edit for each change at the time of the first page that shows it. The current version
stays; it is that of the latest page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.clean.text_change import CleanedText, detect_change
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.models import Article
from pipeline.warehouse.article_columns import NewVersion, version_sha256
from pipeline.warehouse.history import Edit, Place, edits_with_page, place_of, version_order
from pipeline.warehouse.stored_texts import stored_texts
from pipeline.warehouse.versions import insert_versions, update_metadata


@dataclass(frozen=True, slots=True)
class LatePage:
    """A page of an article that was captured before another one of it."""

    article_id: int
    article: Article
    fetch_id: int
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class StoredLatePage:
    """The version that a late page belongs to, and what it changed."""

    version_id: int
    is_edit: bool
    """Whether its text is another one than that of the pages around it."""
    is_new: bool = False
    """Whether the version was inserted."""


@dataclass(frozen=True, slots=True)
class _Versions:
    """The versions of an article."""

    by_digest: dict[bytes, int]
    seen: list[tuple[int, datetime]]
    """Ids with the times at which they were first seen, in the order of their numbers."""
    current_id: int


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A late page with its place in the history of its article."""

    page: LatePage
    versions: _Versions
    edits: list[Edit]
    place: Place
    seen_again_at: datetime | None
    """When the text of the place was seen next, before the next edit."""
    same_as: int | None
    """The version whose text it has, among those around it."""
    before: CleanedText
    """The text of the place."""
    after: CleanedText
    """The text that was seen next."""

    @property
    def is_known(self) -> bool:
        """Whether its text is stored."""
        known = version_sha256(self.page.article) in self.versions.by_digest
        return known or self.same_as is not None


def placed_page(conn: Connection, page: LatePage) -> PlacedPage:
    """Find the place of a page among the versions and edits of its article.

    Args:
        conn: inside a transaction that holds the article locked.
        page: captured before the latest page of the article.
    """
    versions = _versions(conn, page.article_id)
    edits = _edits(conn, page.article_id)
    first_seen_at = min((seen for _, seen in versions.seen), default=page.captured_at)
    place = place_of(edits, versions.current_id, first_seen_at, page.captured_at)
    seen_again_at = _seen_again_at(conn, page, place)
    is_next_known = seen_again_at is None and place.after
    following = place.after[0].to_id if is_next_known else place.version_id
    texts = stored_texts(conn, {place.version_id, following})
    before = texts[place.version_id].reading
    same_as = _with_same_text(versions, place, page, before)
    after = texts[following].reading
    return PlacedPage(page, versions, edits, place, seen_again_at, same_as, before, after)


def store_late_page(conn: Connection, run_id: int, placed: PlacedPage) -> StoredLatePage:
    """Put a page in its place among the versions and edits of its article.

    Args:
        conn: inside a transaction that holds the article locked.
        run_id: the run that loads.
        placed: the page and its place.
    """
    page, versions = placed.page, placed.versions
    if placed.same_as is not None:
        _move_first_sight(conn, run_id, versions, placed.same_as, page)
        return StoredLatePage(placed.same_as, is_edit=False)
    known = versions.by_digest.get(version_sha256(page.article))
    if known is None:
        version_id = _insert(conn, run_id, versions, page)
    else:
        version_id = known
        _move_first_sight(conn, run_id, versions, known, page)
    _store_edits(conn, run_id, placed, version_id)
    return StoredLatePage(version_id, is_edit=True, is_new=known is None)


def _versions(conn: Connection, article_id: int) -> _Versions:
    found = conn.execute(
        "select article_version_id, content_sha256, first_seen_at, is_current"
        " from news.article_versions where article_id = %s order by version_no",
        (article_id,),
    ).fetchall()
    return _Versions(
        {bytes(digest): version_id for version_id, digest, _, _ in found},
        [(version_id, seen) for version_id, _, seen, _ in found],
        next(version_id for version_id, *_, is_current in found if is_current),
    )


def _edits(conn: Connection, article_id: int) -> list[Edit]:
    found = conn.execute(
        "select from_version_id, to_version_id, seen_at from news.article_edits"
        " where article_id = %s order by seen_at, edit_no",
        (article_id,),
    )
    return [Edit(*row) for row in found]


def _with_same_text(
    versions: _Versions, place: Place, page: LatePage, stored: CleanedText
) -> int | None:
    """Return the version of the place if the page has its text, or differs only as readings do."""
    known = versions.by_digest.get(version_sha256(page.article))
    around = {place.version_id, *(edit.to_id for edit in place.before[-1:])}
    if known in around:
        return known
    change = detect_change(stored, CleanedText.of(page.article))
    return None if change == "edit" else place.version_id


def _insert(conn: Connection, run_id: int, versions: _Versions, page: LatePage) -> int:
    version = NewVersion(
        article_id=page.article_id,
        version_no=len(versions.seen) + 1_000_000,
        article=page.article,
        run_id=run_id,
        fetch_id=page.fetch_id,
        fetched_at=page.captured_at,
    )
    (version_id,) = insert_versions(conn, [version])
    _renumber(conn, version_order(versions.seen, version_id, page.captured_at))
    return version_id


def _move_first_sight(
    conn: Connection, run_id: int, versions: _Versions, version_id: int, page: LatePage
) -> None:
    """Let a version begin with this page, if the page is earlier than all others of its text."""
    first = dict(versions.seen)[version_id]
    if page.captured_at >= first:
        return
    conn.execute(
        "update news.article_versions set first_seen_at = %s, first_fetch_id = %s,"
        " first_run_id = %s where article_version_id = %s",
        (page.captured_at, page.fetch_id, run_id, version_id),
    )
    if versions.by_digest.get(version_sha256(page.article)) == version_id:
        update_metadata(conn, version_id, page.article)
    _renumber(conn, version_order(versions.seen, version_id, page.captured_at))


def _renumber(conn: Connection, version_ids: Sequence[int]) -> None:
    """Number versions from 1 in this order; by way of negative numbers, since they are unique."""
    for sign in (-1, 1):
        conn.execute(
            "update news.article_versions as v set version_no = n.number * %s"
            " from unnest(%s::bigint[]) with ordinality as n(version_id, number)"
            " where v.article_version_id = n.version_id and v.version_no <> n.number",
            (sign, list(version_ids)),
        )


def _seen_again_at(conn: Connection, page: LatePage, place: Place) -> datetime | None:
    """Return when the text of the place was seen next, before the next edit; None if it was not.

    Attempts are forgotten after some months; then the version's last sight has to do.
    """
    end = place.after[0].seen_at if place.after else None
    row = conn.execute(
        """
        with visits as (
            select attempt_id from ops.link_attempts
            where article_id = %(article)s and outcome in ('loaded', 'unchanged')
            union all
            select a.attempt_id
            from ops.links as l
            join ops.link_attempts as a on a.link_id = l.link_id
            where l.article_id = %(article)s and a.article_id is null and a.outcome = 'unchanged'
        )
        select min(f.fetched_at)
        from visits join news.fetches as f on f.attempt_id = visits.attempt_id
        where f.fetched_at > %(at)s and (%(end)s::timestamptz is null or f.fetched_at < %(end)s)
        """,
        {"article": page.article_id, "at": page.captured_at, "end": end},
    ).fetchone()
    if row and row[0]:
        found: datetime = row[0]
        return found
    row = conn.execute(
        """
        select seen from news.article_versions, unnest(array[first_seen_at, last_seen_at]) as seen
        where article_version_id = %(version)s and seen > %(at)s
            and (%(end)s::timestamptz is null or seen < %(end)s)
        order by seen limit 1
        """,
        {"version": place.version_id, "at": page.captured_at, "end": end},
    ).fetchone()
    return row[0] if row else None


def _store_edits(conn: Connection, run_id: int, placed: PlacedPage, version_id: int) -> None:
    """Write the edits that change, and number all of the article's in the order of their times."""
    page, edits = placed.page, placed.edits

    def is_edit(one: int, other: int) -> bool:
        texts = stored_texts(conn, {one, other})
        return one != other and (detect_change(texts[one].reading, texts[other].reading) == "edit")

    wanted = edits_with_page(
        placed.place, version_id, page.captured_at, placed.seen_again_at, is_edit
    )
    gone = [edit for edit in edits if edit not in wanted]
    new = [edit for edit in wanted if edit not in edits]
    conn.execute(
        "delete from news.article_edits as e"
        " using unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) as g(from_id, to_id, seen_at)"
        " where e.article_id = %s and e.from_version_id = g.from_id"
        " and e.to_version_id = g.to_id and e.seen_at = g.seen_at",
        (
            [edit.from_id for edit in gone],
            [edit.to_id for edit in gone],
            [edit.seen_at for edit in gone],
            page.article_id,
        ),
    )
    texts = stored_texts(conn, {number for edit in new for number in (edit.from_id, edit.to_id)})
    last = conn.execute(
        "select coalesce(max(edit_no), 0) from news.article_edits where article_id = %s",
        (page.article_id,),
    ).fetchone()
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into news.article_edits (article_id, edit_no, from_version_id, to_version_id,"
            " seen_at, is_announced, is_comparable, run_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    page.article_id,
                    (last[0] if last else 0) + number,
                    edit.from_id,
                    edit.to_id,
                    edit.seen_at,
                    texts[edit.from_id].is_announced_by_text(texts[edit.to_id]),
                    {texts[edit.from_id].read_by, texts[edit.to_id].read_by}
                    == {EXTRACTION_VERSION},
                    run_id,
                )
                for number, edit in enumerate(new, start=1)
            ],
        )
    _number_edits(conn, page.article_id)


def _number_edits(conn: Connection, article_id: int) -> None:
    """Number an article's edits in the order of their times, by way of negative numbers."""
    conn.execute(
        """
        update news.article_edits as e set edit_no = -n.number
        from (
            select edit_no, row_number() over (order by seen_at, edit_no) as number
            from news.article_edits where article_id = %(article)s
        ) as n
        where e.article_id = %(article)s and e.edit_no = n.edit_no
        """,
        {"article": article_id},
    )
    conn.execute(
        "update news.article_edits set edit_no = -edit_no where article_id = %s", (article_id,)
    )
