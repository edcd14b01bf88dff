"""Reprocess stored versions: choose them, read their pages' rows, store what changed.

The text of a version is never changed. A text that today's code extracts better becomes a version
of its own (``made_by = 'reprocess'``) and the current one, without an edit. Metadata of an
unchanged text (authors, dates, removed blocks) is corrected in place. Results are stored only with
the article locked and the version still current, so that each text is stored once, even by two
processes at once or after one was killed.

``queue_for_dedup`` and ``queue_for_annotation`` clear the marks of later stages, which then take
the versions up as they take up new ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipeline.annotate.model_version import ModelVersions
from pipeline.clean.site_memory import host_of
from pipeline.errors import UsageError
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.models import REFUSED_KINDS, Article, Contributor, RemovedBlock, StatedTitle
from pipeline.warehouse.article_columns import FIELD_OF, NewVersion, version_sha256
from pipeline.warehouse.article_histories import renew_search_vectors
from pipeline.warehouse.articles import LockedArticle, lock_articles, switch_current
from pipeline.warehouse.duplicates import update_group_agencies
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.site_memory import articles_to_clean, hosts_with_new_pages
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.takedowns import barred
from pipeline.warehouse.transactions import transact
from pipeline.warehouse.versions import insert_versions, update_metadata

ReprocessResult = Literal["renewed", "corrected", "unchanged"]
"""``renewed``: a new text was stored. ``corrected``: metadata of the text was updated."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """An article's current version, with the page that it was read from."""

    article_version_id: int
    source_key: str
    canonical_url: str
    fetch_id: int
    first_seen_at: datetime
    page: StoredPage | None
    """None where no page was archived, or its fetch was deleted."""
    article: Article
    """Text and metadata as they are stored."""


@dataclass(frozen=True, slots=True)
class ReprocessedVersion:
    """A stored version, and the article that today's code extracts from its page."""

    stored: StoredVersion
    article: Article
    source_key: str | None = None
    """The outlet that its page tells now; None where the article stays with the one it has."""


_PAGE = """
    f.fetch_id, f.attempt_id, f.run_id, s.source_key, s.language_code, l.link_title,
    l.link_published_at, coalesce(l.canonical_url, a.canonical_url), f.final_url, f.content_type,
    f.raw_uri, f.fetched_at, s.time_zone, s.admit_kinds,
    (select o.has_many_outlets from news.sources as o where o.source_id = f.source_id)
"""
_PAGE_COLUMNS = 15
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
    {_PAGE}, {", ".join(f"v.{column}" for column in FIELD_OF)}
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
select given.url, v.article_version_id, v.article_kind, {_PAGE}
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
        planned_at: versions that were reprocessed since then are left out.
    """
    given = {"ids": list(version_ids), "since": planned_at}
    found = {row[0]: _stored(row) for row in conn.execute(_VERSIONS, given)}
    return [found[number] for number in version_ids if number in found]


def pages_with_changed_text(
    conn: Connection, articles: dict[str, Article]
) -> dict[str, tuple[int, StoredPage]]:
    """Return id and page of the stored versions whose text differs from these articles, by URL.

    Args:
        conn: any connection.
        articles: what pages say now, by canonical URL.
    """
    digests = [version_sha256(article) for article in articles.values()]
    found = conn.execute(_CHANGED, (list(articles), digests))
    return {
        url: (number, _admitting(StoredPage(*page), kind)) for url, number, kind, *page in found
    }


def page_of_fetch(conn: Connection, fetch_id: int) -> StoredPage | None:
    """Return the page of a fetch with what extraction needs, None where it was not archived."""
    row = conn.execute(
        f"select {_PAGE} from news.fetches as f"  # noqa: S608  # no value is spliced in
        " join news.sources as s on s.source_id = f.source_id"
        " left join ops.links as l on l.link_id = f.link_id"
        " cross join lateral (select f.final_url as canonical_url) as a"
        " where f.fetch_id = %s and f.raw_uri is not null",
        (fetch_id,),
    ).fetchone()
    return StoredPage(*row) if row else None


def store_reprocessed(
    conn: Connection, run_id: int, versions: Sequence[ReprocessedVersion]
) -> dict[int, ReprocessResult]:
    """Store what today's code extracted, and return what came of each version by its id.

    Versions that are no longer current, and articles that were taken down, are left out.

    Args:
        conn: an autocommit connection.
        run_id: the run that reprocesses.
        versions: each of another article.

    Raises:
        StoreUnavailable: the server stayed away (``transact``).
    """
    return transact(conn, lambda live: _store_reprocessed(live, run_id, versions))


def _store_reprocessed(
    conn: Connection, run_id: int, versions: Sequence[ReprocessedVersion]
) -> dict[int, ReprocessResult]:
    urls = [each.stored.canonical_url for each in versions]
    sources = source_ids(conn, [each.source_key for each in versions if each.source_key])
    locked_articles = lock_articles(conn, urls)
    for url in barred(conn, urls):
        locked_articles.pop(url, None)
    todo = [each for each in versions if _is_current(each, locked_articles)]
    results: dict[int, ReprocessResult] = {}
    article_ids, with_new_text = [], []
    moved = _move_to_outlets(
        conn,
        {
            locked_articles[each.stored.canonical_url].article_id: sources[each.source_key]
            for each in todo
            if each.source_key
        },
    )
    for each in todo:
        number = each.stored.article_version_id
        locked = locked_articles[each.stored.canonical_url]
        article_ids.append(locked.article_id)
        if version_sha256(each.article) == locked.current_sha256:
            is_corrected = _correct(conn, each) or locked.article_id in moved
            results[number] = "corrected" if is_corrected else "unchanged"
        else:
            with_new_text.append(each)
            results[number] = "renewed"
    _replace(conn, run_id, with_new_text, locked_articles)
    # For versions with a new text the look-up of copies does this again.
    update_group_agencies(conn, article_ids)
    return results


def _move_to_outlets(conn: Connection, sources: Mapping[int, int]) -> set[int]:
    """Give articles to these sources, by article, and return those that were another's.

    Copies are looked for again, since what is a copy depends on the outlets.
    """
    found = conn.execute(
        "update news.articles as a set source_id = w.source_id"
        " from unnest(%s::bigint[], %s::int[]) as w(article_id, source_id)"
        " where a.article_id = w.article_id and a.source_id <> w.source_id"
        " returning a.article_id",
        (list(sources), list(sources.values())),
    )
    moved = {row[0] for row in found}
    conn.execute(
        "update news.article_versions set deduplicated_at = null"
        " where article_id = any(%s) and is_current",
        (sorted(moved),),
    )
    versions = conn.execute(
        "select article_version_id from news.article_versions where article_id = any(%s)",
        (sorted(moved),),
    )
    renew_search_vectors(conn, [row[0] for row in versions])
    return moved


def _is_current(each: ReprocessedVersion, locked_articles: dict[str, LockedArticle]) -> bool:
    locked = locked_articles.get(each.stored.canonical_url)
    return locked is not None and locked.current == each.stored.article_version_id


def _correct(conn: Connection, each: ReprocessedVersion) -> bool:
    """Update the metadata of an unchanged text, and return whether any of it changed."""
    is_corrected = update_metadata(conn, each.stored.article_version_id, each.article)
    mark_reprocessed(conn, [each.stored.article_version_id])
    if is_corrected:
        _date_articles(conn, [each.stored.article_version_id])
    return is_corrected


def _date_articles(conn: Connection, version_ids: Sequence[int]) -> None:
    """Set the articles' publication time from these versions, where these state one.

    A clock time of unknown zone is stated too: the article then has no publication time.
    """
    conn.execute(
        "update news.articles as a set published_at = v.published_at"
        " from news.article_versions as v where v.article_version_id = any(%s)"
        " and a.article_id = v.article_id and v.published_precision is not null",
        (list(version_ids),),
    )


def mark_reprocessed(conn: Connection, version_ids: Sequence[int]) -> None:
    """Mark these versions as reprocessed by the present extraction, whatever the result."""
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
"""Later pages with the old version's text set these columns, and they hold for the new one too."""


def _replace(
    conn: Connection,
    run_id: int,
    versions: Sequence[ReprocessedVersion],
    locked_articles: dict[str, LockedArticle],
) -> None:
    """Make today's texts the current versions, and insert those that are not stored."""
    taken: dict[int, int] = {}
    missing = []
    for each in versions:
        known = locked_articles[each.stored.canonical_url].versions.get(
            version_sha256(each.article)
        )
        if known:
            taken[each.stored.article_version_id] = known[0]
        else:
            missing.append(each)
    new = [
        _new_version(run_id, each, locked_articles[each.stored.canonical_url]) for each in missing
    ]
    ids = insert_versions(conn, new)
    taken.update(zip((each.stored.article_version_id for each in missing), ids, strict=True))
    switch_current(conn, list(taken), list(taken.values()))
    conn.execute(_CARRY_OVER, (EXTRACTION_VERSION, list(taken), list(taken.values())))
    _date_articles(conn, list(taken.values()))


def _new_version(run_id: int, each: ReprocessedVersion, locked: LockedArticle) -> NewVersion:
    return NewVersion(
        article_id=locked.article_id,
        version_no=locked.next_version_no(),
        article=each.article,
        run_id=run_id,
        fetch_id=each.stored.fetch_id,
        fetched_at=each.stored.first_seen_at,
        made_by="reprocess",
    )


def _admitting(page: StoredPage, kind: str) -> StoredPage:
    """Return the page of a stored article; one of a refused kind was admitted and stays so."""
    return replace(page, admitted_kinds=REFUSED_KINDS) if kind in REFUSED_KINDS else page


def _stored(row: tuple[Any, ...]) -> StoredVersion:
    number, source_key, url, fetch_id, seen_at, removed, *rest = row
    page, facts = rest[:_PAGE_COLUMNS], rest[_PAGE_COLUMNS:]
    fields: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value
        for field, value in zip(FIELD_OF.values(), facts, strict=True)
    }
    fields["title_alternatives"] = tuple(StatedTitle(**e) for e in fields["title_alternatives"])
    fields["contributors"] = tuple(Contributor(**each) for each in fields["contributors"])
    article = Article(
        url=page[8] or url,
        time_zone=page[12],
        canonical_url=url,
        removed=tuple(RemovedBlock(*block) for block in removed),
        **fields,
    )
    stored_page = None if page[0] is None else _admitting(StoredPage(*page), article.kind)
    return StoredVersion(number, source_key, url, fetch_id, seen_at, stored_page, article)


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 5000
"""Versions that one transaction marks: a kill costs little, and locks are held for a moment."""
_LISTED = 12
"""Names that an error message lists."""
_HOSTS = "select distinct substring(canonical_url from '^[a-z]+://([^/?#]+)') from news.articles"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles to reprocess: those that match every field that is set."""

    source_key: str | None = None
    host: str | None = None
    """As in the URL; ``www.``, ``m.`` and ``amp.`` make no difference."""
    since: date | None = None
    """First seen on that day (UTC) or later."""

    @property
    def memory_host(self) -> str | None:
        """The host as site memory names it, without ``www.``, ``m.`` and ``amp.``."""
        return host_of(f"https://{self.host}/") if self.host else None


@dataclass(frozen=True, slots=True)
class _Version:
    number: int
    article_id: int
    host: str
    read_again_at: datetime | None


_CURRENT = """
select v.article_version_id, v.article_id, a.canonical_url, v.read_again_at
from news.article_versions as v
join news.articles as a on a.article_id = v.article_id
join news.sources as s on s.source_id = a.source_id
where v.is_current
    and (%(source)s::text is null or s.source_key = %(source)s)
    and (%(since)s::date is null or a.first_seen_at >= %(since)s::date at time zone 'UTC')
    and (
        %(not_by)s::text is null
        or coalesce(v.read_again_by, v.extractor_version) <> %(not_by)s
    )
    and (%(ids)s::bigint[] is null or v.article_id = any(%(ids)s))
"""


def versions_to_reprocess(
    conn: Connection, scope: Scope, *, with_all: bool, older: bool
) -> list[int]:
    """Return current versions whose pages should be extracted again, host by host, oldest first.

    These are the versions that another version of the extraction read, and those that hold text
    which site memory has learned to be boilerplate since.

    Args:
        conn: any connection.
        scope: which articles.
        with_all: return all versions of the scope.
        older: return only those that another version of the extraction read.

    Raises:
        UsageError: there is no such source, or no article of that host.
    """
    _check(conn, scope)
    wanted = _current(conn, scope, not_by=None if with_all else EXTRACTION_VERSION)
    if not with_all and not older:
        wanted += _with_new_boilerplate(conn, scope)
    hosts = {each.number: each.host for each in wanted}
    return sorted(hosts, key=lambda number: (hosts[number], number))


def _check(conn: Connection, scope: Scope) -> None:
    """Raise UsageError for a source or host of which nothing is stored.

    Otherwise a misspelt name would look as if there were nothing to reprocess.
    """
    if scope.source_key:
        keys = conn.execute("select source_key from news.sources order by source_key").fetchall()
        if (scope.source_key,) not in keys:
            known = _listed(key for (key,) in keys)
            raise UsageError(f"no source {scope.source_key!r} is stored; there are: {known}.")
    if scope.host:
        found = conn.execute(_HOSTS).fetchall()
        hosts = {host_of(f"https://{host}/") for (host,) in found}
        if scope.memory_host not in hosts:
            known = _listed(sorted(hosts))
            raise UsageError(f"no article of host {scope.host!r} is stored; there are: {known}.")


def _listed(names: Iterable[str]) -> str:
    """Return the first names as one line, with the number of the others."""
    known = list(names)
    rest = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return (", ".join(known[:_LISTED]) or "none yet") + rest


def _current(
    conn: Connection, scope: Scope, *, not_by: str | None = None, ids: Sequence[int] | None = None
) -> list[_Version]:
    """Return the scope's current versions.

    Args:
        conn: any connection.
        scope: which articles.
        not_by: leave out those that this version of the extraction read last.
        ids: only versions of these articles.
    """
    given = {"source": scope.source_key, "since": scope.since, "not_by": not_by, "ids": ids}
    found = conn.execute(_CURRENT, given)
    versions = [_Version(one, of, host_of(url), at) for one, of, url, at in found]
    return [each for each in versions if scope.memory_host in (None, each.host)]


def _with_new_boilerplate(conn: Connection, scope: Scope) -> list[_Version]:
    """Return the versions that hold text which became boilerplate after they were read."""
    found: list[_Version] = []
    for host in hosts_with_new_pages(conn, _EVER):
        if scope.memory_host not in (None, host):
            continue
        held = _current(conn, scope, ids=articles_to_clean(conn, host, _EVER))
        read_at = [each.read_again_at for each in held if each.read_again_at]
        since_then = set(articles_to_clean(conn, host, min(read_at))) if read_at else set()
        found += [e for e in held if e.read_again_at is None or e.article_id in since_then]
    return found


def versions_with_new_boilerplate(conn: Connection, run_id: int, limit: int) -> list[int]:
    """Return a run's versions that hold text which its later pages showed to be boilerplate.

    Which these are depends on the order in which the run's pages came; once they are cleaned again,
    the stored texts do not.

    Args:
        conn: any connection.
        run_id: the run; only its own versions that were not reprocessed are considered.
        limit: return at most so many.

    Returns:
        Ids of current versions, ascending.
    """
    row = conn.execute("select started_at from ops.runs where run_id = %s", (run_id,)).fetchone()
    started_at = row[0] if row else _EVER
    found: list[int] = []
    for host in hosts_with_new_pages(conn, started_at):
        ids = articles_to_clean(conn, host, started_at)
        versions = conn.execute(
            "select article_version_id from news.article_versions"
            " where article_id = any(%s) and is_current and first_run_id = %s"
            " and read_again_at is null order by article_version_id",
            (ids, run_id),
        )
        found += [number for (number,) in versions]
    return sorted(found)[:limit]


def queue_for_dedup(conn: Connection, scope: Scope) -> dict[str, int]:
    """Mark these articles so that copies of them are looked for again; return counts by source.

    Decisions of people about pairs are kept: they are rows of their own.
    """
    return _mark(
        conn,
        scope,
        "update news.article_versions set deduplicated_at = null"
        " where article_version_id = any(%s) and deduplicated_at is not null"
        " returning article_id",
    )


def queue_for_annotation(
    conn: Connection, scope: Scope, models: ModelVersions, *, with_present: bool
) -> dict[str, int]:
    """Mark these articles so that they are annotated again; return counts by source.

    The stored annotations stay until they are replaced.

    Args:
        conn: an autocommit connection.
        scope: which articles.
        models: the present ones.
        with_present: include those that the present model annotated.
    """
    return _mark(
        conn,
        scope,
        "update news.article_versions set nlp_version = null"
        " where article_version_id = any(%s) and nlp_version is not null"
        " and (nlp_version <> coalesce((%s::jsonb) ->> language_code, %s) or %s)"
        " returning article_id",
        Jsonb(models.others),
        models.english,
        with_present,
    )


def _mark(
    conn: Connection, scope: Scope, statement: str, *values: str | bool | Jsonb
) -> dict[str, int]:
    """Run an update over the scope's versions, ``_CHUNK`` ids a transaction; count by source."""
    _check(conn, scope)
    counts: defaultdict[str, int] = defaultdict(int)
    ids = sorted(each.number for each in _current(conn, scope))
    for first in range(0, len(ids), _CHUNK):
        part = ids[first : first + _CHUNK]

        def work(live: Connection, part: list[int] = part) -> list[tuple[str, int]]:
            return live.execute(
                f"with marked as ({statement})"  # noqa: S608  # statements of this module
                " select s.source_key, count(*) from marked as m"
                " join news.articles as a on a.article_id = m.article_id"
                " join news.sources as s on s.source_id = a.source_id group by s.source_key",
                (part, *values),
            ).fetchall()

        for source_key, count in transact(conn, work):
            counts[source_key] += count
    return dict(counts)
