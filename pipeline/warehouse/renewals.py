"""Stored versions whose pages are read again, and what of them is renewed.

A version is never changed: a text that reads better today is a version of its own, ``reprocess``
made, and becomes the current one; no edit is written down. Facts about an unchanged text (authors,
dates, what was taken out) are put right in place. Whoever renews holds the article locked and finds
its version still current, so that two at once, or one that was killed, renew each text once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection

from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.records import Article, RemovedBlock
from pipeline.warehouse.articles import switch_current
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.histories import History, lock_articles
from pipeline.warehouse.retry import transact
from pipeline.warehouse.versions import NewVersion, insert_versions, renew_facts, version_sha256
from pipeline.warehouse.wire import renew_origins

Renewed = Literal["renewed", "corrected", "unchanged"]
"""``renewed``: there is a new text. ``corrected``: facts about it were put right."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """An article's current version, with the page that it was read from."""

    article_version_id: int
    source_key: str
    canonical_url: str
    fetch_id: int
    first_seen_at: datetime
    page: StoredPage | None
    """None where no page was archived, or nobody knows of it any more."""
    article: Article
    """Text and facts as they are stored."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A stored version, and what its page says today."""

    stored: StoredVersion
    article: Article


_FIELDS = {
    "title": "title",
    "body_text": "text",
    "title_origin": "title_origin",
    "authors": "authors",
    "authors_origin": "authors_origin",
    "published_text": "published_at",
    "published_origin": "published_origin",
    "modified_text": "modified_at",
    "modified_origin": "modified_origin",
    "refused_dates": "refused_dates",
    "language_code": "language",
    "article_kind": "kind",
    "section_name": "section",
    "categories": "categories",
    "tags": "tags",
    "agency": "agency",
    "credit_line": "credit_line",
    "credit_kind": "credit_kind",
    "update_note": "update_note",
    "comment_count": "comment_count",
    "site_name": "site_name",
    "image_url": "image_url",
    "is_paywalled": "is_paywalled",
    "quality_score": "quality_score",
}
"""The field of ``Article`` that a column of a version holds."""
_PAGE = """
    f.fetch_id, f.link_id, f.run_id, s.source_key, s.language_code, l.link_title,
    l.link_published_at, coalesce(l.canonical_url, a.canonical_url), f.final_url, f.content_type,
    f.raw_uri, f.fetched_at
"""
_PAGE_COLUMNS = 12
_VERSIONS = f"""
select v.article_version_id, s.source_key, a.canonical_url, v.first_fetch_id, v.first_seen_at,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_array(r.block_text, r.reason, r.article_count) order by r.block_no
            ),
            '[]'
        )
        from news.removed_blocks as r where r.article_version_id = v.article_version_id
    ),
    {_PAGE}, {", ".join(f"v.{column}" for column in _FIELDS)}
from news.article_versions as v
join news.articles as a on a.article_id = v.article_id
join news.sources as s on s.source_id = a.source_id
left join news.fetches as f on f.fetch_id = v.first_fetch_id and f.raw_uri is not null
left join ops.links as l on l.link_id = f.link_id
where v.article_version_id = any(%(ids)s) and v.is_current
    and (
        %(since)s::timestamptz is null or v.read_again_at is null or v.read_again_at < %(since)s
    )
"""  # noqa: S608  # no value is spliced in
_CHANGED = f"""
select given.url, v.article_version_id, {_PAGE}
from unnest(%s::text[], %s::bytea[]) as given(url, digest)
join news.articles as a on a.canonical_url = given.url
join news.sources as s on s.source_id = a.source_id
join news.article_versions as v on v.article_id = a.article_id and v.is_current
join news.fetches as f on f.fetch_id = v.first_fetch_id and f.raw_uri is not null
left join ops.links as l on l.link_id = f.link_id
where v.content_sha256 <> given.digest
"""  # noqa: S608  # no value is spliced in


def stored_versions(
    conn: Connection, version_ids: Sequence[int], planned_at: datetime | None = None
) -> list[StoredVersion]:
    """Return those of these versions that are current, with their pages, in the order given.

    Args:
        conn: any connection.
        version_ids: in any order.
        planned_at: those that were read again since then are left out.
    """
    given = {"ids": list(version_ids), "since": planned_at}
    found = {row[0]: _stored(row) for row in conn.execute(_VERSIONS, given)}
    return [found[number] for number in version_ids if number in found]


def changed_pages(
    conn: Connection, articles: dict[str, Article]
) -> dict[str, tuple[int, StoredPage]]:
    """Return version and page of the stored articles that now have other words, by canonical URL.

    Args:
        conn: any connection.
        articles: what pages say now, by canonical URL.
    """
    digests = [version_sha256(article) for article in articles.values()]
    found = conn.execute(_CHANGED, (list(articles), digests))
    return {url: (number, StoredPage(*page)) for url, number, *page in found}


def renew(conn: Connection, run_id: int, renewals: Sequence[Renewal]) -> dict[int, Renewed]:
    """Store what pages say today, and return what became of each version by its id.

    Versions that are current no more, and articles that were taken down, are left out.

    Args:
        conn: an autocommit connection.
        run_id: the run that reads again.
        renewals: each of another article.

    Raises:
        StoreUnavailable: the server stayed away for the whole patience.
    """
    return transact(conn, lambda live: _renew(live, run_id, renewals))


def _renew(conn: Connection, run_id: int, renewals: Sequence[Renewal]) -> dict[int, Renewed]:
    urls = [each.stored.canonical_url for each in renewals]
    histories = lock_articles(conn, urls)
    barred = conn.execute(
        "select canonical_url from news.takedowns where canonical_url = any(%s)", (urls,)
    )
    for (url,) in barred.fetchall():
        histories.pop(url, None)
    todo = [each for each in renewals if _is_current(each, histories)]
    results: dict[int, Renewed] = {}
    others = []
    for each in todo:
        number = each.stored.article_version_id
        if version_sha256(each.article) == histories[each.stored.canonical_url].current_sha256:
            results[number] = "corrected" if _correct(conn, each) else "unchanged"
        else:
            others.append(each)
            results[number] = "renewed"
    _replace(conn, run_id, others, histories)
    # New versions wait for the look-up of copies, which does this for them.
    renew_origins(conn, [histories[each.stored.canonical_url].article_id for each in todo])
    return results


def _is_current(each: Renewal, histories: dict[str, History]) -> bool:
    history = histories.get(each.stored.canonical_url)
    return history is not None and history.current == each.stored.article_version_id


def _correct(conn: Connection, each: Renewal) -> bool:
    """Put right the facts about a text that reads as it is stored; tell whether any was wrong."""
    is_corrected = renew_facts(conn, each.stored.article_version_id, each.article)
    mark_read_again(conn, [each.stored.article_version_id])
    return is_corrected


def mark_read_again(conn: Connection, version_ids: Sequence[int]) -> None:
    """Note that the pages of these versions were read again, with whatever result."""
    conn.execute(
        "update news.article_versions set read_again_at = now(), read_again_by = %s"
        " where article_version_id = any(%s)",
        (EXTRACTION_VERSION, list(version_ids)),
    )


_CARRY_OVER = """
update news.article_versions as v
set last_seen_at = greatest(o.last_seen_at, v.last_seen_at),
    comment_count = coalesce(o.comment_count, v.comment_count),
    update_note = coalesce(o.update_note, v.update_note),
    modified_at = case when later.so then o.modified_at else v.modified_at end,
    modified_text = case when later.so then o.modified_text else v.modified_text end,
    modified_origin = case when later.so then o.modified_origin else v.modified_origin end,
    read_again_at = now(),
    read_again_by = %s
from unnest(%s::bigint[], %s::bigint[]) as p(old, new)
join news.article_versions as o on o.article_version_id = p.old,
lateral (
    select o.modified_at > coalesce(
        (select n.modified_at from news.article_versions as n where n.article_version_id = p.new),
        '-infinity'
    ) as so
) as later
where v.article_version_id = p.new
"""
"""Later sightings of the old version told these; they hold for the words, however read."""


def _replace(
    conn: Connection, run_id: int, renewals: Sequence[Renewal], histories: dict[str, History]
) -> None:
    """Make what pages say today the current versions, new ones where the text is not stored."""
    taken: dict[int, int] = {}
    missing = []
    for each in renewals:
        known = histories[each.stored.canonical_url].versions.get(version_sha256(each.article))
        if known:
            taken[each.stored.article_version_id] = known[0]
        else:
            missing.append(each)
    new = [_new_version(run_id, each, histories[each.stored.canonical_url]) for each in missing]
    ids = insert_versions(conn, new)
    taken.update(zip((each.stored.article_version_id for each in missing), ids, strict=True))
    switch_current(conn, list(taken), list(taken.values()))
    conn.execute(_CARRY_OVER, (EXTRACTION_VERSION, list(taken), list(taken.values())))
    conn.execute(
        "update news.articles as a set published_at = v.published_at"
        " from news.article_versions as v where v.article_version_id = any(%s)"
        " and a.article_id = v.article_id and v.published_at is not null",
        (list(taken.values()),),
    )


def _new_version(run_id: int, each: Renewal, history: History) -> NewVersion:
    return NewVersion(
        article_id=history.article_id,
        version_no=history.take_no(),
        article=each.article,
        run_id=run_id,
        fetch_id=each.stored.fetch_id,
        fetched_at=each.stored.first_seen_at,
        made_by="reprocess",
    )


def _stored(row: tuple[Any, ...]) -> StoredVersion:
    number, source_key, url, fetch_id, seen_at, removed, *rest = row
    page, facts = rest[:_PAGE_COLUMNS], rest[_PAGE_COLUMNS:]
    fields: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value
        for field, value in zip(_FIELDS.values(), facts, strict=True)
    }
    article = Article(
        url=page[8] or url,
        canonical_url=url,
        removed=tuple(RemovedBlock(*block) for block in removed),
        **fields,
    )
    stored_page = StoredPage(*page) if page[0] is not None else None
    return StoredVersion(number, source_key, url, fetch_id, seen_at, stored_page, article)
