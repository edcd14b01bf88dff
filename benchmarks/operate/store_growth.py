"""What a million articles take on disk: ``python -m benchmarks.operate.store_growth``.

Invented articles go through the functions by which the stages store: feeds are polled, links are
listed, planned, fetched, decided and loaded, copies looked for, names and quotes found by the real
model, marts refreshed; each article is visited as often as the plan of revisits says. Nothing comes
over a network, and no page is parsed. Prints bytes by table, index and archive, scaled up to a
million articles, and what is left of them after the rules of retention.

The assumptions are the constants below; they are printed with the figures.
"""

import argparse
import base64
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import time_machine
from psycopg import Connection

from benchmarks.collect.texts import VOCABULARY
from benchmarks.robustness.chaos_load import fresh_store
from benchmarks.tables import markdown, measured_today
from pipeline.archive.writer import ArchiveWriter
from pipeline.clean.cleaner import page_to_remember
from pipeline.discover.results import DatedLink, Reading
from pipeline.models import Article, Exchange, Link, RemovedBlock, Response, Source, Validators
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages import annotate, dedupe
from pipeline.stages.retention import prune_store
from pipeline.telemetry import configure_logging
from pipeline.warehouse.documents import (
    ArchivedReading,
    due_documents,
    earlier_captures,
    store_readings,
    sync_documents,
)
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.links import Decision, PlannedLink, decide, plan_attempts
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.marts import refresh
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.schema import ensure_partitions
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.warehouse.sources import source_ids, upsert_sources
from pipeline.warehouse.store import connect

Item = TypeVar("Item")

SOURCES = 20
WORDS = 400
PACKED_PAGE = 43_600
"""Bytes of a page once compressed: the mean of the 247 English pages of ``news-pages``."""
EDITED = 0.05
"""Share of articles with a second version."""
COPIED = 0.1
"""Share of articles that are copies of others."""
NOT_MODIFIED = 0.5
"""Share of visits that are answered by 304; the others get the same body again."""
POLLS = 100
"""Requests of each feed; nearly all are answered by 304."""
BEGAN_DAYS_AGO = 120
_WITH_TIME = frozenset({"ops.document_attempts", "ops.documents", "ops.runs"})
"""Tables that grow with time and sources, not with articles."""
_BATCH = 200
_MILLION = 1_000_000
_SHOWN_TABLES = 18
_SHOWN_INDEXES = 10
_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("etag", '"5f1c-62a9c1d0"'),
    ("server", "nginx"),
    ("cache-control", "max-age=60"),
)
_ASKED = (
    ("host", "outlet.example"),
    ("user-agent", "Dateline/0.1.0 (news archive bot; obeys robots.txt)"),
    ("accept", "text/html,application/xhtml+xml"),
    ("accept-encoding", "gzip, br, zstd"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """An invented article."""

    source: Source
    url: str
    title: str
    text: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes by name, of tables (with TOAST) and of indexes, and rows of tables."""

    tables: dict[str, int]
    indexes: dict[str, int]
    of_table: dict[str, int]
    """Bytes of all indexes of a table."""
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """Bytes of everything."""
        return sum(self.tables.values()) + sum(self.of_table.values())


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


# Invented articles.

_FIRST = "Ida Jon Marta Omar Lena Peter Ruth Sven Ana Karim Nora Paul Vera Tom Zoe Hugo".split()
_ROLES = "the mayor|a minister|the prosecutor|a farmer|the head of the port|a teacher".split("|")
_BODIES = "Harbour Board|City Council|Grain Union|Rail Company|Health Ministry|High Court".split(
    "|"
)


def _sentence(draw: random.Random, topic: Sequence[str]) -> str:
    """Return a sentence: a third quote somebody, an eighth name people, bodies and places.

    So an article has about as many names and quotes as real ones of its length: in 16 pages of
    ``news-pages`` there were 5.9 names and 2.0 quotes to a hundred words.
    """

    def word() -> str:
        return draw.choice(topic if draw.random() < 0.5 else VOCABULARY)

    def name() -> str:
        return f"{draw.choice(_FIRST)} {word().capitalize()}"

    kind = draw.random()
    plain = f"the {word()} of the {word()} was with the {word()} and {word()} for a {word()}"
    if kind < 0.32:
        return (
            f"“We will not {word()} the {word()} {word()},” said {name()}, {draw.choice(_ROLES)}."
        )
    if kind < 0.44:
        body = f"{word().capitalize()} {draw.choice(_BODIES)}"
        return f"{name()} of the {body} met {word()} {word()} in {word().capitalize()} on Monday."
    return f"{plain.capitalize()} that had {word()} from {word()} to {word()}."


def _text(seed: str) -> str:
    draw = random.Random(seed)
    topic = [draw.choice(VOCABULARY) for _ in range(40)]
    sentences: list[str] = []
    words = 0
    length = draw.randint(WORDS // 2, WORDS * 3 // 2)
    while words < length:
        sentences.append(_sentence(draw, topic))
        words += len(sentences[-1].split())
    return "\n\n".join(" ".join(part) for part in _parts(sentences, 3))


def stories(count: int) -> Iterator[Story]:
    """Yield articles; some are copies of earlier ones."""
    for number in range(count):
        draw = random.Random(f"story {number}")
        key = f"outlet{number % SOURCES}"
        told = draw.randrange(number) if number and draw.random() < COPIED else number
        text = _text(f"text {told}")
        url = f"https://{key}.example/2026/11/{'-'.join(draw.choices(VOCABULARY, k=5))}-{number}"
        title = " ".join(draw.choices(VOCABULARY, k=7)).capitalize()
        # Base64 of random bytes packs to three quarters.
        filling = base64.b64encode(draw.randbytes(max(0, PACKED_PAGE - len(text) // 2))).decode()
        body = f"<html><title>{title}</title><script>{filling}</script><p>{text}</p></html>"
        yield Story(_source(number % SOURCES), url, title, text, body.encode())


def _source(number: int) -> Source:
    home = f"https://outlet{number}.example/"
    return Source(f"outlet{number}", f"Outlet {number}", homepage=home, feeds=(f"{home}feed",))


# Storing them as the stages do.


class Life:
    """An installation over the days in which the articles appear and are visited."""

    def __init__(self, conn: Connection, archive: ArchiveWriter, told: Sequence[Story]) -> None:
        self.conn = conn
        self.archive = archive
        self.stories = {story.url: story for story in told}
        self.sources = [_source(number) for number in range(SOURCES)]
        self.ids: dict[str, int] = {}
        self.began = datetime.now(UTC) - timedelta(days=BEGAN_DAYS_AGO)
        self.archived: dict[str, int] = {}
        """Bytes in the archive when each part was over."""

    def live(self) -> None:
        """Poll, visit, load and curate, each article as often as the plan of revisits says."""
        upsert_sources(self.conn, self.sources)
        self.ids = source_ids(self.conn, [each.key for each in self.sources])
        sync_documents(self.conn, self.sources, self.ids, self.began)
        for age in (timedelta(0), *settings().revisit_plan):
            at = self.began + age * 1.1
            ensure_partitions(self.conn, at.date())
            with time_machine.travel(at, tick=True):
                run_id = open_run(self.conn, "ingest", f"after {age}", at, "0")
                if not age:
                    self._poll(run_id, at, is_first=True)
                self._visit(run_id, at, is_edit=age == settings().revisit_plan[0])
                dedupe.dedupe(run_id)
                for batch in annotate.plan(run_id):
                    annotate.annotate(run_id, batch)
            self._note("first visits" if not age else "revisits")
            sys.stderr.write(f"visited after {age}\n")
        for number in range(1, POLLS):
            at = self.began + number * timedelta(minutes=30)
            with time_machine.travel(at, tick=True):
                self._poll(open_run(self.conn, "ingest", f"poll {number}", at, "0"), at)
        self._note("polls")
        refresh(self.conn)

    def _note(self, what: str) -> None:
        self.archive.flush()
        files = [each for each in Path(settings().archive_url).rglob("*") if each.is_file()]
        self.archived[what] = sum(each.stat().st_size for each in files)

    def _poll(self, run_id: int, at: datetime, *, is_first: bool = False) -> None:
        due = due_documents(self.conn, list(self.ids), at, all_of_them=True)
        documents = [each for source in self.sources for each in due[source.key].due]
        captures = earlier_captures(self.conn, documents)
        readings = []
        for document, source in zip(documents, self.sources, strict=True):
            response = _response(document.url, at, 200 if is_first else 304, _feed(self.stories))
            reading = Reading(
                document,
                None if is_first else Outcome.UNCHANGED,
                links=self._listed(source, document.url, at) if is_first else (),
                response=response,
                validators=Validators(etag='"1"'),
            )
            raw_uri = self.archive.write(response, captures.get(document.key))
            readings.append(ArchivedReading(source, self.ids[source.key], reading, raw_uri, at))
        self.archive.flush()
        store_readings(self.conn, run_id, readings)

    def _listed(self, source: Source, feed: str, at: datetime) -> tuple[DatedLink, ...]:
        return tuple(
            DatedLink(Link(each.url, source.key, "feed", feed, each.title), at)
            for each in self.stories.values()
            if each.source == source
        )

    def _visit(self, run_id: int, at: datetime, *, is_edit: bool) -> None:
        limits = dict.fromkeys(self.ids.values(), _MILLION)
        planned = plan_attempts(self.conn, run_id, limits, at)
        if len(planned) < 0.95 * len(self.stories):
            sys.exit(f"only {len(planned)} of {len(self.stories)} articles were due at {at}")
        for part in _parts(planned, _BATCH):
            self._visit_part(run_id, part, at, is_edit=is_edit)

    def _visit_part(
        self, run_id: int, part: Sequence[PlannedLink], at: datetime, *, is_edit: bool
    ) -> None:
        rows, decisions, read = [], [], []
        for each in part:
            story = self.stories[each.link.url]
            draw = random.Random(f"visit {story.url} {at}")
            if each.has_article and is_edit and draw.random() < EDITED:
                story = _edited(story)
            elif each.has_article:
                status = 304 if draw.random() < NOT_MODIFIED else 200
                response = replace(
                    _response(story.url, at, status, story.body),
                    outcome=Outcome.UNCHANGED,
                    reason="the same body as before",
                    body=b"",
                )
                self.archive.write(response, each.earlier)
                rows.append(FetchRow.of(each.attempt_id, story.source.key, response, None))
                decisions.append(
                    Decision(each.attempt_id, Outcome.UNCHANGED, response.reason, status)
                )
                continue
            response = _response(story.url, at, 200, story.body)
            raw_uri = self.archive.write(response)
            rows.append(FetchRow.of(each.attempt_id, story.source.key, response, raw_uri))
            read.append((each.attempt_id, story))
        self.archive.flush()
        fetches = record_fetches(self.conn, run_id, rows)
        decide(self.conn, decisions, "fetch")
        by_attempt = dict(zip([row.attempt_id for row in rows], fetches, strict=True))
        items = [
            LoadItem(number, by_attempt[number], story.source.key, self._article(story), at)
            for number, story in read
        ]
        seen = [page_to_remember(item.article) for item in items]
        PostgresSiteMemory(self.conn).remember([page for page in seen if page])
        if items:
            load_batch(self.conn, run_id, f"{at} {items[0].fetch_id}", items)

    def _article(self, story: Story) -> Article:
        return Article(
            story.url,
            story.url,
            story.title,
            story.text,
            title_origin="json_ld",
            authors=("Ida Marlow",),
            authors_origin="json_ld",
            published_at=(self.began - timedelta(minutes=20)).isoformat(timespec="seconds"),
            published_origin="json_ld",
            language="en",
            section="news",
            tags=("harbour", "council", "bridge"),
            quality_score=0.9,
            removed=(RemovedBlock("Read more about the harbour in our newsletter.", "promotion"),),
        )


def _edited(story: Story) -> Story:
    added = _text(f"edit of {story.url}")[:300]
    return replace(story, text=f"{story.text}\n\n{added}", body=story.body + added.encode())


def _feed(told: dict[str, Story]) -> bytes:
    items = [
        f"<item><title>{each.title}</title><link>{each.url}</link></item>"
        for each in list(told.values())[:30]
    ]
    return f"<rss><channel>{''.join(items)}</channel></rss>".encode()


def _response(url: str, at: datetime, status: int, body: bytes) -> Response:
    sent = b"" if status == 304 else body
    exchange = Exchange(
        url, at, _ASKED, status, _HEADERS, sent, ip_address="9.9.9.9", elapsed_ms=90
    )
    return Response(
        url,
        url,
        at,
        status,
        _HEADERS,
        sent,
        ip_address="9.9.9.9",
        exchanges=(exchange,),
        elapsed_ms=90,
    )


# What it takes.

_TABLES = """
select n.nspname || '.' || r.relname, sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid)),
    sum(c.reltuples)
from pg_class as c
join pg_class as r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname in ('ops', 'news', 'mart')
group by 1
"""
_INDEXES = """
select n.nspname || '.' || r.relname, sum(pg_relation_size(c.oid))
from pg_class as c
join pg_class as r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'i' and n.nspname in ('ops', 'news', 'mart')
group by 1
"""


def sizes(conn: Connection) -> Sizes:
    """Return the sizes as they are; ``vacuum full`` before it leaves no room that is not used."""
    tables = conn.execute(_TABLES).fetchall()
    return Sizes(
        {name: int(size) for name, size, _, _ in tables},
        {name: int(size) for name, size in conn.execute(_INDEXES)},
        {name: int(size) for name, _, size, _ in tables},
        {name: max(0, int(rows)) for name, _, _, rows in tables},
    )


def measure(conn: Connection, count: int) -> str:
    """Let a store grow by so many articles, and return what that took, as Markdown."""
    conn.execute("vacuum full analyze")
    empty = sizes(conn)
    told = list(stories(count))
    with ArchiveWriter(settings().archive_url) as archive:
        life = Life(conn, archive, told)
        life.live()
    grown = sizes(conn)
    conn.execute("vacuum full analyze")
    packed = sizes(conn)
    # Readings of windows have the server's clock; they are as old as the articles.
    conn.execute("update news.window_readings set read_at = now() - interval '100 days'")
    pruned = prune_store()
    conn.execute("vacuum full analyze")
    kept = sizes(conn)
    found = _per_article(conn)
    parts = [
        _assumptions(count, found),
        _tables(count, empty, packed, kept),
        _indexes(count, empty, packed, kept),
        _archive(count, life.archived),
        _remarks(count, empty, grown, packed, kept, [(each.what, each.removed) for each in pruned]),
    ]
    return "\n\n".join(parts)


def _per_article(conn: Connection) -> dict[str, float]:
    queries = {
        "words": "select avg(word_count) from news.article_versions",
        "mentions": "select count(*)::float / (select count(*) from news.articles)"
        " from news.entity_mentions",
        "quotes": "select count(*)::float / (select count(*) from news.articles) from news.quotes",
        "versions": "select count(*)::float / (select count(*) from news.articles)"
        " from news.article_versions",
    }
    found = {}
    for name, query in queries.items():
        row = conn.execute(query.encode()).fetchone()
        found[name] = float(row[0]) if row else 0.0
    return found


def _assumptions(count: int, found: dict[str, float]) -> str:
    visits = len(settings().revisit_plan)
    return (
        f"Measured with {count:,} articles of {found['words']:.0f} words, {found['mentions']:.0f}"
        f" names and {found['quotes']:.1f} quotes, {found['versions']:.2f} versions, and {visits}"
        f" revisits, half of them answered by 304; multiplied to a million. {COPIED:.0%} are copies"
        f" of others. A page has {PACKED_PAGE / 1000:.1f} kB once compressed. Nearly every name is"
        " new, as it is not in the news, so `news.entities` and the daily tables are upper bounds."
    )


def _gigabytes(size: float, count: int) -> str:
    """Return what a million articles take, where so many take ``size`` bytes."""
    return f"{size / count * _MILLION / 1e9:.2f}"


def _tables(count: int, empty: Sizes, packed: Sizes, kept: Sizes) -> str:
    def grown(now: Sizes, name: str) -> tuple[int, int]:
        return (
            now.tables[name] - empty.tables[name],
            now.of_table[name] - empty.of_table[name],
        )

    names = packed.tables.keys() - _WITH_TIME
    ranked = sorted(names, key=lambda name: (-sum(grown(packed, name)), name))
    rows = [
        (
            f"`{name}`",
            f"{packed.rows[name] / count:.2f}",
            *(_gigabytes(size, count) for size in grown(packed, name)),
            _gigabytes(sum(grown(kept, name)), count),
        )
        for name in ranked[:_SHOWN_TABLES]
    ]
    others = ranked[_SHOWN_TABLES:]
    together = [sum(grown(packed, name)[place] for name in others) for place in (0, 1)]
    left = sum(sum(grown(kept, name)) for name in others)
    rows.append(("all others", "", *(_gigabytes(each, count) for each in (*together, left))))
    table = sum(grown(packed, name)[0] for name in ranked)
    indexes = sum(grown(packed, name)[1] for name in ranked)
    left = sum(sum(grown(kept, name)) for name in ranked)
    rows.append(
        ("**together**", "", *(f"**{_gigabytes(each, count)}**" for each in (table, indexes, left)))
    )
    head = ("table", "rows an article", "table, GB", "indexes, GB", "both after retention, GB")
    return markdown(head, rows)


def _indexes(count: int, empty: Sizes, packed: Sizes, kept: Sizes) -> str:
    def grown(now: Sizes, name: str) -> int:
        return now.indexes.get(name, 0) - empty.indexes.get(name, 0)

    names = [name for name in packed.indexes if not name.startswith(tuple(_WITH_TIME))]
    ranked = sorted(names, key=lambda name: (-grown(packed, name), name))[:_SHOWN_INDEXES]
    rows = [
        (f"`{name}`", *(_gigabytes(grown(each, name), count) for each in (packed, kept)))
        for name in ranked
    ]
    return markdown(("largest indexes", "GB", "after retention, GB"), rows)


def _archive(count: int, archived: dict[str, int]) -> str:
    first, revisits, polls = (archived[name] for name in ("first visits", "revisits", "polls"))
    rows = [
        ("first visits, with their requests and index", _gigabytes(first, count)),
        ("revisits and second versions", _gigabytes(revisits - first, count)),
    ]
    rows.append(("**together**", f"**{_gigabytes(revisits, count)}**"))
    bytes_a_poll = (polls - revisits) / (SOURCES * (POLLS - 1))
    table = markdown(("archive", "GB"), rows)
    return f"{table}\n\nA request of a feed that is answered by 304 adds {bytes_a_poll:.0f} bytes."


def _remarks(
    count: int,
    empty: Sizes,
    grown: Sizes,
    packed: Sizes,
    kept: Sizes,
    pruned: Sequence[tuple[str, int]],
) -> str:
    attempts = "ops.document_attempts"
    polled = packed.tables[attempts] + packed.of_table[attempts]
    a_poll = (polled - empty.tables[attempts] - empty.of_table[attempts]) / (SOURCES * POLLS)
    room = (grown.total - packed.total) / (packed.total - empty.total)
    removed = ", ".join(f"{rows:,} {what}" for what, rows in pruned if rows)
    return (
        f"Requests of documents grow with time and not with articles: {a_poll:.0f} bytes each in"
        f" `{attempts}`. Sizes are those after `vacuum full`; the store as it ran was"
        f" {room:.0%} larger. Retention removed {removed}. Each decided link is besides about 230"
        " bytes of `logs/links.jsonl`, which is rotated."
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    count: int = parser.parse_args().articles
    configure_logging("ERROR")
    with tempfile.TemporaryDirectory() as home, fresh_store() as dsn:
        os.environ |= {"DATELINE_HOME": home, "DATELINE_DSN": dsn, "DATELINE_LINK_LOG": "false"}
        settings.cache_clear()
        with closing(connect(dsn)) as conn:
            found = measure(conn, count)
    command = f"python -m benchmarks.operate.store_growth --articles {count}"
    sys.stdout.write(f"{found}\n\n{measured_today(command)}\n")


if __name__ == "__main__":
    main()
