"""Sightings: an article read from one page, and the marks that every sighting leaves.

What a sighting means for the article's text is decided in ``articles``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.records import Article
from pipeline.warehouse.dates import parse_instant
from pipeline.warehouse.histories import History
from pipeline.warehouse.versions import plausible_count
from pipeline.words import squeeze, storable


@dataclass(frozen=True, slots=True)
class Earlier:
    """The page of an article's stored version, read again by today's code and site memory."""

    article_version_id: int
    fetch_id: int
    fetched_at: datetime
    article: Article


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
    earlier: Earlier | None = None


def repeated_in_run(
    conn: Connection, sightings: Sequence[Sighting], histories: Mapping[str, History]
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


def mark_seen(
    conn: Connection,
    sightings: Sequence[Sighting],
    histories: Mapping[str, History],
    targets: Mapping[int, int],
) -> None:
    """Note on versions, articles and pages that they were seen again.

    Args:
        conn: inside a transaction that holds the articles locked.
        sightings: no two of one article.
        histories: of their articles, by URL.
        targets: the version that each sighting shows, by link id.
    """
    _mark_versions(conn, sightings, targets)
    articles = [histories[each.canonical_url].article_id for each in sightings]
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
        (
            articles,
            [each.fetched_at for each in sightings],
            [each.at if each else None for each in published],
        ),
    )
    _point_pages(conn, sightings, articles)


def _mark_versions(
    conn: Connection, sightings: Sequence[Sighting], targets: Mapping[int, int]
) -> None:
    """Renew what may change while the text does not: comments, a stated change, a note on it."""
    modified = [parse_instant(each.article.modified_at) for each in sightings]
    notes = [each.article.update_note for each in sightings]
    conn.execute(
        """
        update news.article_versions as v
        set last_seen_at = greatest(v.last_seen_at, s.seen_at),
            comment_count = coalesce(s.comment_count, v.comment_count),
            update_note = coalesce(s.update_note, v.update_note),
            modified_at = coalesce(s.modified_at, v.modified_at),
            modified_text = case
                when s.modified_at is null then v.modified_text else s.modified_text
            end,
            modified_origin = case
                when s.modified_at is null then v.modified_origin else s.modified_origin
            end
        from unnest(
            %s::bigint[], %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[], %s::text[],
            %s::text[]
        ) as s(
            article_version_id, seen_at, comment_count, update_note, modified_at, modified_text,
            modified_origin
        )
        where v.article_version_id = s.article_version_id and v.last_seen_at < s.seen_at
        """,
        (
            [targets[each.link_id] for each in sightings],
            [each.fetched_at for each in sightings],
            [plausible_count(each.article.comment_count) for each in sightings],
            [squeeze(storable(note)) or None if note else None for note in notes],
            [each.at if each else None for each in modified],
            [squeeze(storable(each.article.modified_at or "")) or None for each in sightings],
            [each.article.modified_origin for each in sightings],
        ),
    )


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
