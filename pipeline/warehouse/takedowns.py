"""Takedowns on Postgres: remove articles with all that was derived from them, and bar their URLs.

An order is one row, and removing an article's rows is one transaction with it. The WARC files come
after that (``pipeline.stages.takedown``), so the addresses and titles by which their records are
found stay with the order until it is finished.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from pipeline.clean.site_memory import page_key
from pipeline.errors import UsageError
from pipeline.identity.spellings import likely_spellings, plain_url
from pipeline.outcomes import Outcome
from pipeline.urls import canonical_url_or_none, host

TargetKind = Literal["article", "outlet", "entity"]
_ORDERS: LiteralString = (
    "select takedown_order_id, target_kind, target, reason, requested_by, ordered_at,"
    " article_count, record_count, finished_at, entity_ids, with_texts from ops.takedown_orders "
)


@dataclass(frozen=True, slots=True)
class TakedownOrder:
    """An order to take something down, and how far it has come; times in UTC."""

    takedown_order_id: int
    target_kind: TargetKind
    target: str
    reason: str
    requested_by: str
    ordered_at: datetime
    article_count: int
    record_count: int
    finished_at: datetime | None
    entity_ids: list[int]
    """Rows of ``news.entities`` that are removed."""
    with_texts: bool
    """Whether the articles that name the entity are removed too."""


@dataclass(frozen=True, slots=True)
class Traces:
    """By what the archive's records of a takedown are known."""

    addresses: frozenset[str]
    """Every address at which a page was, or that led to it."""
    titles: tuple[str, ...]
    documents: frozenset[str]
    """Addresses of the feeds, sitemaps and section pages of the outlets."""
    is_outlet: bool
    """Whether all that the documents ever showed goes, and not only what names the pages."""


def find_source(conn: Connection, name: str) -> int | None:
    """Return the id of the source with this key, None where there is none."""
    row = conn.execute(
        "select source_id from news.sources where source_key = %s", (name,)
    ).fetchone()
    return int(row[0]) if row else None


def articles_at(conn: Connection, name: str) -> list[int]:
    """Return the articles with this id or URL: its own, a former one, its page's or its link's.

    Other spellings of the URL are looked for too, and so are those of an article's address: who
    names ``http://news.example/storm`` means what stands at ``https://www.news.example/storm/``.
    """
    if name.isascii() and name.isdigit():
        row = conn.execute(
            "select canonical_url from news.articles where article_id::text = %s", (name,)
        ).fetchone()
        if row is None:
            return []
        urls = likely_spellings(row[0])
    else:
        url = canonical_url_or_none(name)
        urls = frozenset((name,)) | (likely_spellings(url) if url else frozenset())
    found = conn.execute(
        "select article_id from news.articles where canonical_url = any(%(urls)s)"
        " union select article_id from news.pages"
        " where canonical_url = any(%(urls)s) and article_id is not null"
        " union select article_id from news.former_addresses where url = any(%(urls)s)"
        " union select article_id from ops.links"
        " where canonical_url = any(%(urls)s) and article_id is not null",
        {"urls": [each.replace("\0", "") for each in urls]},
    )
    return [row[0] for row in found]


def articles_of(conn: Connection, source_id: int, limit: int) -> list[int]:
    """Return articles of a source, at most ``limit``."""
    found = conn.execute(
        "select article_id from news.articles where source_id = %s order by article_id limit %s",
        (source_id, limit),
    )
    return [row[0] for row in found]


def links_of(conn: Connection, source_id: int) -> set[str]:
    """Return the addresses of the links of a source that are not barred yet."""
    found = conn.execute(
        "select url, canonical_url from ops.links as l where source_id = %s"
        " and not exists (select from news.takedowns as t where t.canonical_url = l.url)",
        (source_id,),
    )
    addresses = {url for pair in found for url in pair if url}
    return {url for url in addresses if len(url.encode()) <= _LONGEST_ADDRESS}


def open_order(
    conn: Connection, kind: TargetKind, target: str, source_id: int | None, reason: str, by: str
) -> int:
    """Store an order, or find the unfinished one with the same target; return its id."""
    known = conn.execute(
        "select takedown_order_id from ops.takedown_orders where target_kind = %s and target = %s"
        " and (finished_at is null or source_id is not null)",
        (kind, target),
    ).fetchone()
    if known:
        conn.execute(
            "update ops.takedown_orders set finished_at = null where takedown_order_id = %s", known
        )
        return int(known[0])
    [(order_id,)] = conn.execute(
        "insert into ops.takedown_orders (target_kind, target, source_id, reason, requested_by)"
        " values (%s, %s, %s, %s, %s) returning takedown_order_id",
        (kind, target, source_id, reason, by),
    )
    return int(order_id)


def _bar(conn: Connection, order_id: int, urls: Collection[str], reason: str, by: str) -> None:
    """Bar URLs in all spellings: they are never asked for and never stored again.

    The plain spelling of each is stored beside it, by which ``barred`` knows all others.
    """
    plain = {plain_url(url) for url in urls}
    both = {*urls, *(url for url in plain if len(url.encode()) <= _LONGEST_ADDRESS)}
    others = both.union(*map(likely_spellings, plain))
    conn.execute(
        "insert into news.takedowns (canonical_url, reason, requested_by, takedown_order_id)"
        " select url, %s, %s, %s from unnest(%s::text[]) as url"
        " on conflict (canonical_url) do update"
        " set takedown_order_id = excluded.takedown_order_id",
        (reason, by, order_id, sorted(both)),
    )
    conn.execute(
        "update ops.links set link_title = null, link_published_at = null, next_try_at = null,"
        " last_outcome = %s where canonical_url = any(%s) or url = any(%s)",
        (str(Outcome.TAKEDOWN), sorted(others), sorted(others)),
    )


def remove_articles(
    conn: Connection,
    order_id: int,
    article_ids: Sequence[int],
    also: Collection[str],
    reason: str,
    by: str,
) -> set[int]:
    """Remove articles with everything that was derived from them, and bar their addresses.

    Args:
        conn: inside a transaction that holds the lock of copies.
        order_id: the order.
        article_ids: the articles.
        also: other addresses to bar, whose pages were never stored as articles.
        reason: why, for the rows that bar the addresses.
        by: who asked for it.

    Returns:
        The other articles of their groups of copies, which are to be grouped again.
    """
    ids = list(article_ids)
    addresses = _addresses(conn, ids) | set(also)
    titles = _titles(conn, ids, addresses)
    others = _others_of_groups(conn, ids)
    entities = _entities_of(conn, ids)
    _bar(conn, order_id, addresses, reason, by)
    _remove_by_address(conn, ids, addresses)
    for statement in _REMOVE:
        conn.execute(statement, {"ids": ids})
    conn.execute(_FORGET_ENTITIES, {"entities": entities})
    conn.execute(
        "update ops.takedown_orders set article_count = article_count + %s,"
        " titles = array(select distinct t from unnest(titles || %s::text[]) as t order by t)"
        " where takedown_order_id = %s",
        (len(ids), titles, order_id),
    )
    return others


def preview(
    conn: Connection, article_ids: Sequence[int], also: Collection[str]
) -> list[tuple[str, str, str]]:
    """Return the articles that a takedown would remove, and the addresses that it would bar."""
    ids = list(article_ids)
    articles = conn.execute(
        "select a.canonical_url, a.article_id, v.title from news.articles as a"
        " left join news.article_versions as v on v.article_id = a.article_id and v.is_current"
        " where a.article_id = any(%s) order by a.article_id",
        (ids,),
    ).fetchall()
    own = {url for url, _, _ in articles}
    addresses = sorted((_addresses(conn, ids) | set(also)) - own)
    return [
        *(("article", url, f"{number}: {title or ''}") for url, number, title in articles),
        *(("address", url, "barred") for url in addresses),
    ]


_ADDRESSES = """
with links as (
    select link_id, url, canonical_url from ops.links where article_id = any(%(ids)s)
    union
    select l.link_id, l.url, l.canonical_url from ops.links as l
    join ops.link_attempts as a using (link_id) where a.article_id = any(%(ids)s)
),
fetches as (
    select f.requested_url, f.final_url, f.moved_from from news.fetches as f
    join links using (link_id)
    union
    select f.requested_url, f.final_url, f.moved_from from news.fetches as f
    join news.article_versions as v on v.first_fetch_id = f.fetch_id
    where v.article_id = any(%(ids)s)
)
select canonical_url from news.articles where article_id = any(%(ids)s)
union select canonical_url from news.pages where article_id = any(%(ids)s)
union select url from news.former_addresses where article_id = any(%(ids)s)
union select canonical_url from news.held_versions where article_id = any(%(ids)s)
union select link_url from news.held_versions where article_id = any(%(ids)s)
union select url from links
union select canonical_url from links
union select requested_url from fetches
union select final_url from fetches
union select unnest(moved_from) from fetches
"""
_LONGEST_ADDRESS = 2000
"""Bytes of the longest URL that ``news.takedowns`` takes."""


def _addresses(conn: Connection, ids: Sequence[int]) -> set[str]:
    found = {url for (url,) in conn.execute(_ADDRESSES, {"ids": ids}) if url}
    canonical = {canonical_url_or_none(url) for url in found}
    both = found | {url for url in canonical if url}
    return {url for url in both if len(url.encode()) <= _LONGEST_ADDRESS}


def _titles(conn: Connection, ids: Sequence[int], addresses: Collection[str]) -> list[str]:
    found = conn.execute(
        "select title from news.article_versions where article_id = any(%(ids)s)"
        " union select title from news.held_versions"
        " where article_id = any(%(ids)s) or canonical_url = any(%(urls)s)"
        " union select link_title from ops.links where canonical_url = any(%(urls)s)",
        {"ids": ids, "urls": sorted(addresses)},
    )
    return sorted(title for (title,) in found if title)


def _others_of_groups(conn: Connection, ids: Sequence[int]) -> set[int]:
    found = conn.execute(
        "select other.article_id from news.articles as own"
        " join news.articles as other using (duplicate_group_id)"
        " where own.article_id = any(%(ids)s) and other.article_id <> all(%(ids)s)",
        {"ids": ids},
    )
    return {row[0] for row in found}


def _entities_of(conn: Connection, ids: Sequence[int]) -> list[int]:
    found = conn.execute(
        "with versions as ("
        "    select article_version_id from news.article_versions where article_id = any(%(ids)s)"
        ")"
        " select unnest(array[entity_id, named_entity_id])"
        " from news.entity_mentions join versions using (article_version_id)"
        " union select unnest(array[entity_id, named_entity_id])"
        " from news.quote_speakers join versions using (article_version_id)"
        " union select entity_id from news.quote_decisions where article_id = any(%(ids)s)",
        {"ids": ids},
    )
    return [row[0] for row in found if row[0] is not None]


def _remove_by_address(conn: Connection, ids: Sequence[int], addresses: Collection[str]) -> None:
    """Remove what knows a page by its address only."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "urls": sorted(addresses),
        "hosts": sorted({host(url) for url in addresses}),
        "keys": [page_key(url) for url in sorted(addresses)],
    }
    for statement in _REMOVE_BY_ADDRESS:
        conn.execute(statement, values)


_REMOVE_BY_ADDRESS = (
    "delete from news.site_pages where host = any(%(hosts)s) and page_key = any(%(keys)s)",
    "delete from news.held_versions where canonical_url = any(%(urls)s)",
    "delete from news.address_claims where page_url = any(%(urls)s) or claimed_url = any(%(urls)s)",
    "delete from ops.check_findings where page_url = any(%(urls)s)",
    "delete from ops.alerts where page_url = any(%(urls)s)",
    "delete from ops.rejects where payload ->> 'url' = any(%(urls)s)",
    "delete from ops.page_failures where fetch_id in"
    " (select fetch_id from news.fetches where final_url = any(%(urls)s))",
    "delete from news.pages where canonical_url = any(%(urls)s) or article_id = any(%(ids)s)",
)
_REMOVE = (
    "delete from ops.identity_changes"
    " where from_article_id = any(%(ids)s) or to_article_id = any(%(ids)s)",
    "delete from news.article_fingerprints where article_version_id in"
    " (select article_version_id from news.article_versions where article_id = any(%(ids)s))",
    "update ops.link_attempts set article_id = null where article_id = any(%(ids)s)",
    "update ops.links set article_id = null where article_id = any(%(ids)s)",
    "delete from news.articles where article_id = any(%(ids)s)",
)
"""Versions, edits, names, quotes, removed blocks, relations and decisions go with their article."""
_FORGET_ENTITIES = """
delete from news.entities as e
where e.entity_id = any(%(entities)s)
    and not exists (select from news.entity_mentions as m where m.entity_id = e.entity_id)
    and not exists (select from news.entity_mentions as m where m.named_entity_id = e.entity_id)
    and not exists (select from news.quote_speakers as s where s.entity_id = e.entity_id)
    and not exists (select from news.quote_speakers as s where s.named_entity_id = e.entity_id)
    and not exists (select from news.quote_decisions as d where d.entity_id = e.entity_id)
    and not exists (select from news.entity_decisions as d where d.entity_id = e.entity_id)
    and not exists (select from news.entity_decisions as d where d.other_entity_id = e.entity_id)
    -- An order for an entity needs its names to the end.
    and not exists (
        select from ops.takedown_orders as t
        where t.finished_at is null and e.entity_id = any(t.entity_ids)
    )
    and not exists (select from news.entities as o where o.merged_into_entity_id = e.entity_id)
"""


def unfinished_orders(conn: Connection) -> list[TakedownOrder]:
    """Return the orders whose records are not all erased, oldest first."""
    return _orders(conn, _ORDERS + "where finished_at is null order by takedown_order_id")


def order_by_id(conn: Connection, order_id: int) -> TakedownOrder:
    """Return an order."""
    with conn.cursor(row_factory=class_row(TakedownOrder)) as cursor:
        query = _ORDERS + "where takedown_order_id = %s"
        [order] = cursor.execute(query, (order_id,)).fetchall()
    return order


def orders(conn: Connection) -> list[TakedownOrder]:
    """Return all orders, newest first."""
    return _orders(conn, _ORDERS + "order by takedown_order_id desc")


def _orders(conn: Connection, query: LiteralString) -> list[TakedownOrder]:
    with conn.cursor(row_factory=class_row(TakedownOrder)) as cursor:
        return cursor.execute(query).fetchall()


def traces(conn: Connection, order: TakedownOrder) -> Traces:
    """Return by what the records of an order are known in the archive."""
    number = (order.takedown_order_id,)
    addresses = conn.execute(
        "select canonical_url from news.takedowns where takedown_order_id = %s", number
    ).fetchall()
    row = conn.execute(
        "select titles from ops.takedown_orders where takedown_order_id = %s", number
    ).fetchone()
    if row is None:
        raise UsageError(f"there is no takedown {order.takedown_order_id}")
    documents = conn.execute(
        "select d.url, d.moved_to from ops.documents as d where d.source_id in"
        " (select l.source_id from ops.links as l join news.takedowns as t"
        "  on t.canonical_url in (l.canonical_url, l.url) where t.takedown_order_id = %s"
        "  union select source_id from ops.takedown_orders where takedown_order_id = %s)",
        number * 2,
    ).fetchall()
    return Traces(
        frozenset(url for (url,) in addresses),
        tuple(row[0]),
        frozenset(url for pair in documents for url in pair if url),
        order.target_kind == "outlet",
    )


def note_erased(conn: Connection, order_id: int, records: int, *, is_finished: bool) -> None:
    """Count the erased records, and drop the titles of a finished order."""
    conn.execute(
        "update ops.takedown_orders set record_count = record_count + %(records)s,"
        " finished_at = case when %(done)s then now() end,"
        " titles = case when %(done)s then '{}' else titles end"
        " where takedown_order_id = %(order)s",
        {"records": records, "done": is_finished, "order": order_id},
    )


def barred(conn: Connection, urls: Collection[str]) -> set[str]:
    """Return those of these canonical URLs that were taken down, in this or another spelling."""
    plain = {url: plain_url(url) for url in urls}
    found = conn.execute(
        "select canonical_url from news.takedowns where canonical_url = any(%s)",
        ([*plain, *set(plain.values())],),
    )
    taken = {row[0] for row in found}
    return {url for url in plain if url in taken or plain[url] in taken}


def barred_sources(conn: Connection, source_ids: Collection[int]) -> set[int]:
    """Return those of these sources that were taken down as a whole."""
    found = conn.execute(
        "select source_id from ops.takedown_orders where source_id = any(%s)", (list(source_ids),)
    )
    return {row[0] for row in found}
