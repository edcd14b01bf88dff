"""Takedown: remove an article, an outlet or a person from every layer, and let nothing come back.

The rows go first, in transactions of some articles each: versions, edits, names, quotes, copies,
fingerprints, site memory, search, findings. Groups of copies that lose a member are formed again.
The archive follows: the records of the pages, and the archived feeds and section pages that name
them, are overwritten. A killed command leaves an order that ``finish`` completes, which the DAG
*maintain* calls every day.

Pages of other articles may name the address in a link; they are articles of their own and stay.

Of a person or another entity everything goes that the tables say of it: mentions, quotes by it and
that name it, decisions, names. The names are barred, so that annotation does not bring them back.
The articles keep their words, unless they are ordered to go too.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape

from psycopg import Connection
from psycopg.errors import ForeignKeyViolation

from pipeline.archive import upkeep
from pipeline.archive.erase import IndexedRecord, erase, says
from pipeline.archive.records import target_uri
from pipeline.errors import UsageError
from pipeline.identity.spellings import plain_url
from pipeline.settings import settings
from pipeline.stages import archive as archive_stage
from pipeline.stages.dedupe import update_groups
from pipeline.telemetry import log
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse import archive_rows, entity_takedowns, takedowns
from pipeline.warehouse.duplicates import dedup_lock
from pipeline.warehouse.entities import renew_families
from pipeline.warehouse.entity_decisions import known_names, name_of
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.store import store
from pipeline.warehouse.stories import story_lock
from pipeline.warehouse.takedowns import TakedownOrder, TargetKind, Traces

_AT_ONCE = 200
"""Articles of an outlet that are removed in one transaction: some seconds."""
_ALL = 2**31 - 1
_ATTEMPTS = 5
"""How often the rows of an entity are removed while texts that name it are annotated."""
_ENTITY = "entity:"
"""What stands before an entity's number or name."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be taken down."""

    kind: TargetKind
    name: str
    """A URL, an article's id, the key of a source, or ``entity:`` and its number."""
    source_id: int | None
    article_ids: tuple[int, ...]
    """Of an article; an outlet's are found as they are removed."""
    article_count: int
    entity_id: int | None = None
    order_id: int | None = None
    """The earlier order that took an entity down, which is completed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a takedown came to."""

    target: str
    articles: int
    """Articles removed by the order so far."""
    records: int
    """Records erased by the order so far."""
    waiting: tuple[str, ...]
    """WARC files that are being written, so that the order is not finished."""


def find_target(name: str) -> Target:
    """Return what a name stands for: the key of a source, an article's id, or a URL.

    A URL that was never seen is a target too: it is barred, so that it never comes in.

    Raises:
        UsageError: it is none of these.
    """
    with store() as connection:
        if name.startswith(_ENTITY):
            return _entity(connection, name.removeprefix(_ENTITY).strip())
        source_id = takedowns.find_source(connection, name)
        if source_id is not None:
            row = connection.execute(
                "select count(*) from news.articles where source_id = %s", (source_id,)
            ).fetchone()
            return Target("outlet", name, source_id, (), row[0] if row else 0)
        found = takedowns.articles_at(connection, name)
    if not found and canonical_url_or_none(name) is None:
        raise UsageError(
            f"{name} is no article, no URL and no source: give a URL, an article_id of"
            " mart.articles, the key of a source (dateline source list), or entity:NAME"
        )
    return Target("article", name, None, tuple(found), len(found))


def _entity(connection: Connection, wanted: str) -> Target:
    renew_families(connection)
    number = None
    if known_names(connection, wanted):
        number = name_of(connection, wanted).canonical_entity_id
    earlier = entity_takedowns.earlier_order(connection, wanted, number)
    if earlier is not None:
        order_id, count = earlier.takedown_order_id, earlier.article_count
        return Target("entity", earlier.target, None, (), count, order_id=order_id)
    if number is None:
        number = name_of(connection, wanted).canonical_entity_id  # says that there is none
    ids = entity_takedowns.entity_rows(connection, number)
    count = entity_takedowns.counts_of(connection, ids)["articles"]
    return Target("entity", f"{_ENTITY}{number}", None, (), count, number)


def preview(target: Target, *, with_texts: bool = False) -> list[tuple[str, str, str]]:
    """Return what a takedown would remove or bar: kind, what it is, and a detail of it."""
    with store() as connection:
        if target.kind == "entity" and target.entity_id is not None:
            ids = entity_takedowns.entity_rows(connection, target.entity_id)
            rows = entity_takedowns.preview(connection, ids)
            if not with_texts:
                return rows
            articles = entity_takedowns.articles_naming(connection, ids, _ALL)
            return rows + takedowns.preview(connection, articles, ())
        if target.source_id is not None:
            articles = takedowns.articles_of(connection, target.source_id, _ALL)
            links = takedowns.links_of(connection, target.source_id)
            return takedowns.preview(connection, articles, links)
        url = canonical_url_or_none(target.name)
        return takedowns.preview(connection, target.article_ids, {url} if url else ())


def take_down(target: Target, *, reason: str, requested_by: str, with_texts: bool = False) -> Taken:
    """Remove a target from the store and the archive, and bar it.

    A second call with the same target completes what a killed one began, and removes what came in
    between, if anything did.

    Args:
        target: as ``find_target`` returns it.
        reason: why, kept with the order.
        requested_by: who asked for it.
        with_texts: of an entity, remove the articles that name it too.
    """
    with store() as connection:
        order_id = _open(connection, target, reason, requested_by, with_texts=with_texts)
        if target.kind == "entity":
            _remove_entity(connection, takedowns.order_by_id(connection, order_id))
        elif target.source_id is None:
            url = canonical_url_or_none(target.name)
            _remove(
                connection, order_id, target.article_ids, {url} if url else (), reason, requested_by
            )
        else:
            while part := takedowns.articles_of(connection, target.source_id, _AT_ONCE):
                _remove(connection, order_id, part, (), reason, requested_by)
            links = takedowns.links_of(connection, target.source_id)
            _remove(connection, order_id, (), links, reason, requested_by)
        refresh(connection)
    waiting = finish()
    with store() as connection:
        order = takedowns.order_by_id(connection, order_id)
    log.info("taken down", target=target.name, articles=order.article_count, reason=reason)
    return Taken(
        target.name,
        order.article_count,
        order.record_count,
        tuple(waiting) if order.finished_at is None else (),
    )


def _open(
    connection: Connection, target: Target, reason: str, requested_by: str, *, with_texts: bool
) -> int:
    """Store the order of a target, or return the one that is to be completed."""
    if target.kind == "entity" and target.entity_id is not None:
        return entity_takedowns.open_entity_order(
            connection, target.entity_id, reason, requested_by, with_texts=with_texts
        )
    if target.order_id is not None:
        if with_texts and not takedowns.order_by_id(connection, target.order_id).with_texts:
            raise UsageError(
                f"{target.name} was taken down by order {target.order_id} without its texts, and"
                " its name is kept nowhere: look for the articles by words (search_vector of"
                " mart.articles) and take them down by their URLs"
            )
        return target.order_id
    with connection.transaction():
        return takedowns.open_order(
            connection, target.kind, target.name, target.source_id, reason, requested_by
        )


def _remove_entity(connection: Connection, order: TakedownOrder) -> None:
    """Remove what the tables say of an entity, and its articles where that was ordered."""
    ids, number = order.entity_ids, order.takedown_order_id
    while order.with_texts and (
        part := entity_takedowns.articles_naming(connection, ids, _AT_ONCE)
    ):
        _remove(connection, number, part, (), order.reason, order.requested_by)
    for attempt in range(1, _ATTEMPTS + 1):
        while entity_takedowns.remove_mentions(connection, ids):
            pass
        try:
            entity_takedowns.forget_entity(connection, ids)
        except ForeignKeyViolation:  # a text that names it was annotated meanwhile
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def take_down_counts(
    target: str, reason: str, requested_by: str, *, texts: bool = False
) -> dict[str, int]:
    """Find and take down a target; return what was removed and how many files are waited for."""
    taken = take_down(
        find_target(target), reason=reason, requested_by=requested_by, with_texts=texts
    )
    return {
        "articles": taken.articles,
        "records": taken.records,
        "files_waited_for": len(taken.waiting),
    }


def _remove(
    connection: Connection,
    order_id: int,
    ids: Sequence[int],
    also: Collection[str],
    reason: str,
    requested_by: str,
) -> None:
    with dedup_lock(connection), story_lock(connection):
        others = takedowns.remove_articles(connection, order_id, ids, also, reason, requested_by)
        if others:
            update_groups(connection, others)


def finish() -> list[str]:
    """Complete all orders that are not finished: rows of entities, then records of pages.

    Returns:
        The WARC files that are being written; the orders that need one wait for the next call.
    """
    with store() as connection:
        waiting = takedowns.unfinished_orders(connection)
        for order in waiting:
            if order.target_kind == "entity":
                _remove_entity(connection, order)
                if not order.with_texts:
                    takedowns.note_erased(connection, order.takedown_order_id, 0, is_finished=True)
        waiting = [each for each in waiting if each.target_kind != "entity" or each.with_texts]
        if not waiting:
            return []
        list(archive_stage.index())  # a file of a killed writer has no index yet
        with archive_rows.hold_archive_lock(connection):
            busy: set[str] = set()
            for order in waiting:
                busy |= _erase(connection, order)
    return sorted(busy)


def finish_counts() -> dict[str, int]:
    """Do what ``finish`` does; return how many WARC files it waits for."""
    return {"files_waited_for": len(finish())}


def orders() -> list[TakedownOrder]:
    """Return all orders, newest first."""
    with store() as connection:
        return takedowns.orders(connection)


def _erase(connection: Connection, order: TakedownOrder) -> set[str]:
    """Erase the records of an order; return the files that are being written."""
    is_unwanted = _test(takedowns.traces(connection, order))
    busy = set()
    for file in upkeep.archive_files(settings().archive_url):
        erased = erase(file.name, is_unwanted) if file.state == "ready" else None
        if erased is None:
            busy.add(file.name)
        elif erased:
            archive_rows.forget_records(connection, [each.locator for each in erased])
            takedowns.note_erased(
                connection, order.takedown_order_id, len(erased), is_finished=False
            )
    takedowns.note_erased(connection, order.takedown_order_id, 0, is_finished=not busy)
    return busy


def _test(traces: Traces) -> Callable[[IndexedRecord], bool]:
    """Return a function that tells whether a record shows or names what is taken down."""
    pages = {target_uri(url) for url in traces.addresses}
    documents = {target_uri(url) for url in traces.documents}
    phrases = [
        phrase.encode()
        for each in (*traces.addresses, *traces.titles)
        for phrase in {each, escape(each), escape(each, quote=False)}
    ]

    def is_unwanted(record: IndexedRecord) -> bool:
        url = canonical_url_or_none(record.url)
        if record.url in pages or (url and traces.addresses & {url, plain_url(url)}):
            return True
        if record.url not in documents:
            return False
        return traces.is_outlet or says(record, phrases)

    return is_unwanted
