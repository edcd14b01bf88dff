"""What must hold of a store at rest, beside ``sql/invariants`` and ``sql/checks``.

Those hold of any store, and ``dateline db verify`` runs them. The ones here compare the store with
what the invented outlets told their reader, and look at Postgres, Airflow and the archive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from pipeline.archive.warc import read_record
from pipeline.errors import ArchiveError
from pipeline.warehouse.verification import verify
from tests.chaos.newspaper import Newspapers, Story


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence, and what contradicts it."""

    name: str
    sentence: str
    breaches: Callable[[psycopg.Connection, Newspapers], Iterator[str]]


def _links_have_fates(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    fates = dict(conn.execute("select url, last_outcome from ops.links").fetchall())
    for url in papers.listed:
        if fates.get(url) is None:
            yield f"{url}: {'no outcome' if url in fates else 'not stored'}"


def _good_pages_are_articles(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    texts = dict(
        conn.execute(
            "select a.canonical_url, v.body_text from news.articles as a"
            " join news.article_versions as v using (article_id) where v.is_current"
        ).fetchall()
    )
    for url, story in papers.listed.items():
        if not story.is_missing and url not in texts:
            yield f"{url}: no article"
        elif not story.is_missing:
            lost = [line for line in story.paragraphs if line not in texts[url]]
            if lost:
                yield f"{url}: the current version lacks {lost[0][:60]!r}"


def _nothing_is_invented(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    for (url,) in conn.execute("select canonical_url from news.articles"):
        story = papers.listed.get(url)
        if story is None or story.is_missing:
            yield f"{url}: an article that no outlet has"


def _one_article_a_story(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    query = "select canonical_url, count(*) from mart.articles group by 1 having count(*) > 1"
    for url, count in conn.execute(query):
        yield f"{url}: {count} articles"


def _one_version_a_text(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    query = (
        "select a.canonical_url, count(*), count(distinct v.body_text)"
        " from news.articles as a join news.article_versions as v using (article_id) group by 1"
    )
    for url, versions, texts in conn.execute(query):
        told = len(papers.served.get(url, ()))
        if versions != texts or versions > told:
            yield f"{url}: {versions} versions, {texts} texts, {told} texts were served"


def _copies_are_found(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    group = dict(
        conn.execute("select canonical_url, duplicate_group_id from news.articles").fetchall()
    )
    by_number: dict[int, Story] = {each.number: each for each in papers.listed.values()}
    for story in by_number.values():
        original = by_number.get(story.text_of)
        if story.is_missing or original is None or original.is_missing or original is story:
            continue
        if group.get(story.url) is None or group.get(story.url) != group.get(original.url):
            yield f"{story.url} and {original.url} are not in one group"
    alone = {each.url for each in by_number.values()} - {
        url
        for each in by_number.values()
        if each.text_of != each.number and each.text_of in by_number
        for url in (each.url, by_number[each.text_of].url)
    }
    for url in alone:
        if group.get(url) is not None:
            yield f"{url} is in a group of copies"


def _records_can_be_read(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    query = "select raw_uri from news.fetches where raw_uri is not null order by fetch_id"
    for (place,) in conn.execute(query).fetchall():
        try:
            read_record(place)
        except ArchiveError as error:
            yield str(error)


def _store_is_sound(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    for result in verify(conn):
        if result.severity == "error":
            for finding in result.findings:
                yield f"{result.check_name}: {finding.text}"


def _no_page_is_quarantined(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    for url, stage, state, reason in conn.execute(
        "select url, stage, state, reason from mart.quarantine order by url"
    ):
        yield f"{url}: {state} by {stage}: {reason}"


def _no_session_hangs(conn: psycopg.Connection, papers: Newspapers) -> Iterator[str]:
    query = (
        "select pid, state, left(query, 80) from pg_stat_activity where datname ="
        " current_database() and state like 'idle in transaction%%'"
        " and state_change < now() - interval '1 minute'"
    )
    for pid, state, text in conn.execute(query):
        yield f"session {pid} is {state}: {text}"


INVARIANTS = (
    Invariant(
        "links have fates",
        "each link that an outlet listed in an answer that was read has a decided fate",
        _links_have_fates,
    ),
    Invariant(
        "good pages are articles",
        "each good page is an article, and its current version is what the outlet says now",
        _good_pages_are_articles,
    ),
    Invariant("nothing is invented", "no article has another address", _nothing_is_invented),
    Invariant("one article a story", "no story is an article twice", _one_article_a_story),
    Invariant(
        "one version a text",
        "an article has one version for each text, and no more than were served",
        _one_version_a_text,
    ),
    Invariant(
        "copies are found", "copies are in one group, and other stories in none", _copies_are_found
    ),
    Invariant(
        "records can be read", "each fetch names a record of the archive", _records_can_be_read
    ),
    Invariant(
        "the store is sound",
        "`dateline db verify` finds nothing: no open attempt or run, no record with two fetches, "
        "no version without copies and names looked for, and all checks of publish hold",
        _store_is_sound,
    ),
    Invariant(
        "no good page is quarantined",
        "no page pays for a process that was killed while it worked on it",
        _no_page_is_quarantined,
    ),
    Invariant(
        "no session hangs",
        "no session of a dead process keeps a transaction open",
        _no_session_hangs,
    ),
)


def breaches(conn: psycopg.Connection, papers: Newspapers) -> dict[str, list[str]]:
    """Return what contradicts each invariant, by its name; empty lists where nothing does."""
    return {each.name: list(each.breaches(conn, papers)) for each in INVARIANTS}
