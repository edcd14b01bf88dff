"""Links as rows: listed by documents, tried in runs, decided with one outcome an attempt.

A link is one row for its life (``ops.links``), with the time of its next try. What a run does about
it is an attempt (``ops.link_attempts``): planned, fetched, decided. An attempt that a killed run
left open is adopted by the next run of the same source.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from psycopg import Connection

from pipeline.archive.records import EarlierCapture
from pipeline.discover.results import DatedLink, merged, newest_first
from pipeline.errors import UsageError
from pipeline.link_log import DecidedLink, DecidingStage, write_decided
from pipeline.models import Link, Validators
from pipeline.outcomes import RETRYABLE, Outcome
from pipeline.planning.revisits import LinkHistory, NextTry, longest_wait, next_try
from pipeline.settings import settings
from pipeline.text import one_line, storable
from pipeline.urls import MAX_URL_BYTES, canonical_url
from pipeline.warehouse.held_versions import accept_unchanged
from pipeline.warehouse.site_parameters import noise_parameters, without_noise
from pipeline.warehouse.takedowns import barred, barred_sources
from pipeline.warehouse.transactions import after_commit, copy_rows, take_ids, transact

_LOCK = 0x646C_6C6B
"""Key of the advisory lock under which links are added: two sources may list one story at once."""
_LINK_COLUMNS = {
    "link_id": "int8",
    "source_id": "int4",
    "url": "text",
    "canonical_url": "text",
    "found_by": "text",
    "found_in": "text",
    "link_title": "text",
    "link_published_at": "text",
    "stated_at": "timestamptz",
    "first_listed_at": "timestamptz",
    "last_listed_at": "timestamptz",
    "attempt_count": "int4",
    "last_attempt_at": "timestamptz",
    "last_outcome": "text",
    "next_try_at": "timestamptz",
}
_ATTEMPT_COLUMNS = {
    "attempt_id": "int8",
    "run_id": "int8",
    "source_id": "int4",
    "link_id": "int8",
    "planned_at": "timestamptz",
    "outcome": "text",
    "reason": "text",
    "decided_at": "timestamptz",
}
SAME_UNLESS_CHANGED = (Outcome.NOT_AN_ARTICLE, Outcome.PAYWALLED)
"""Outcomes that a page without a stored article has again unless it changes, so that its validators
are kept and a conditional request is enough."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What listing the links of a document did; ids of ``ops.links``."""

    link_ids: tuple[int, ...] = ()
    """All that can be tried: new and known, without those that were decided at once."""
    new: int = 0
    passed_over: tuple[str, ...] = ()
    """URLs beyond the limit of a first reading, which were not stored."""


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """An open attempt of a run, with what the store holds about its link and page."""

    attempt_id: int
    link: Link
    canonical_url: str
    validators: Validators
    article_first_seen_at: datetime | None
    """When the article at this URL was first stored (UTC); None where there is none."""
    last_outcome: Outcome | None = None
    """Outcome of the attempt before."""
    snapshot: str | None = None
    """Locator of the WARC record to read instead of the network."""
    earlier: EarlierCapture | None = None
    """The archived body that the validators belong to."""
    is_waiting: bool = True
    """Whether it has a next try; else it is asked for only because everything is."""

    @property
    def has_article(self) -> bool:
        """Whether an article is stored at this URL."""
        return self.article_first_seen_at is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one attempt."""

    attempt_id: int
    outcome: Outcome
    reason: str | None = None
    http_status: int | None = None
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    listed: DatedLink
    url: str
    canonical_url: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    first_try_at: datetime | None = None
    """None for now."""


def link_identity(link: Link) -> str:
    """Return the canonical URL of a link, or the address of a local file or WARC record as it is.

    Raises:
        UsageError: the URL cannot be fetched or stored.
    """
    if link.found_by in ("file", "warc") and not link.url.startswith(("http:", "https:")):
        if len(link.url.encode()) > MAX_URL_BYTES:
            raise UsageError(f"address over {MAX_URL_BYTES} bytes: {link.url[:80]}…")
        return link.url
    return canonical_url(link.url)


def list_links(
    conn: Connection,
    run_id: int,
    source_id: int,
    links: Sequence[DatedLink],
    now: datetime,
    *,
    most_new: int | None = None,
    beyond: Collection[str] = (),
    ignored: Collection[str] = (),
) -> Listing:
    """Store the links that a document names; known ones are only marked as listed again.

    A new link whose canonical URL another link has already is decided as ``duplicate_url`` at once;
    a URL that cannot be used as ``address_refused``, one that was taken down as ``takedown``. All
    other new links are due now.

    Args:
        conn: any connection.
        run_id: the run that reads the document.
        source_id: the source of the document.
        links: as found; of links with the same URL the first is stored.
        now: the time of the reading.
        most_new: most links that a first reading takes, the newest; the others are passed over.
        beyond: URLs that are passed over unless they are known.
        ignored: URLs that were passed over before.
    """
    prepared = _prepare(links)

    def work(live: Connection) -> Listing:
        known = _known_links(live, source_id, [each.url for each in prepared])
        new = [each for each in prepared if each.url not in known and each.url not in ignored]
        past = tuple(each.url for each in new if each.url in beyond)
        taken, rest = _newest([each for each in new if each.url not in beyond], most_new)
        passed = past + rest
        _mark_listed(live, [each for each in prepared if each.url in known], known, now)
        if not taken:
            return Listing(tuple(known.values()), 0, passed)
        identified = [_identified(each) for each in taken]
        live.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        listed = [each.url for each in prepared]
        fresh = _insert(live, run_id, source_id, identified, listed, now)
        return Listing((*known.values(), *fresh), len(taken), passed)

    return transact(conn, work)


def plan_attempts(
    conn: Connection,
    run_id: int,
    source_limits: dict[int, int],
    now: datetime,
    *,
    also: Collection[int] = (),
) -> list[PlannedLink]:
    """Open an attempt for each due link of these sources and return the run's open attempts.

    Attempts that a run which is over left open are adopted. A second call with the same run adds
    none for links whose attempt is open, so a killed task goes on where it stopped.

    Args:
        conn: any connection.
        run_id: the run that tries the links.
        source_limits: most links to open per source, by source id; new links come first, then the
            newest. Links that somebody listed one by one do not count.
        now: links due by then, and those whose time is further away than any plan sets it.
        also: links that are tried whether due or not, unless they are duplicates of others.
    """

    def work(live: Connection) -> list[PlannedLink]:
        sources = list(source_limits)
        live.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))  # two runs: one takes the link
        _adopt(live, run_id, sources)
        live.execute(
            _OPEN_ATTEMPTS,
            {
                "run": run_id,
                "now": now,
                "latest": now + longest_wait(settings().revisit_plan),
                "sources": sources,
                "limits": [source_limits[each] for each in sources],
                "also": list(also),
                "duplicate": str(Outcome.DUPLICATE_URL),
            },
        )
        _repeat_duplicates(live, run_id, also, now)
        found = live.execute(_PLANNED, {"run": run_id, "sources": sources})
        return [_planned(row) for row in found]

    return transact(conn, work)


def plan_snapshots(
    conn: Connection, run_id: int, source_id: int, links: Sequence[Link], now: datetime
) -> None:
    """Open an attempt for each record of a WARC file; ``Link.snapshot`` is its locator.

    A record that has an attempt in any run already gets none in this call.
    """

    def work(live: Connection) -> None:
        known = _known_links(live, source_id, [storable(link.url) for link in links])
        pairs = [(known[storable(link.url)], link.snapshot) for link in links]
        live.execute(
            """
            insert into ops.link_attempts (run_id, source_id, link_id, planned_at, snapshot)
            select distinct on (given.link_id, given.snapshot)
                %s, %s, given.link_id, %s, given.snapshot
            from unnest(%s::bigint[], %s::text[]) as given(link_id, snapshot)
            where not exists (
                select from ops.link_attempts as a
                where a.link_id = given.link_id and a.snapshot = given.snapshot
            )
            """,
            (run_id, source_id, now, [pair[0] for pair in pairs], [pair[1] for pair in pairs]),
        )

    transact(conn, work)


def give_plan_to(
    conn: Connection,
    run_id: int,
    article_id: int,
    url: str,
    now: datetime,
    stage: DecidingStage,
) -> None:
    """Let an article that moved be visited by the link to its new address, where one is listed.

    Args:
        conn: inside a transaction.
        run_id: the run that saw it.
        article_id: the article.
        url: where it is now, in canonical form.
        now: when that was seen.
        stage: the stage that saw it.
    """
    row = conn.execute(
        _VISITED_LINK, {"article": article_id, "urls": _schemes(url), "visits": list(_VISITS)}
    ).fetchone()
    if row is None:
        return
    link_id, listed, seen, failures, since, visits, is_new = row
    if is_new:
        _decide_unasked(conn, run_id, link_id, article_id, now, stage)
    history = LinkHistory(listed, seen, failures, since, visits=visits)
    following = next_try(history, Outcome.UNCHANGED, now, settings().revisit_plan)
    conn.execute(
        "update ops.links set article_id = %(article)s,"
        " next_try_at = case when link_id = %(link)s then %(at)s::timestamptz end"
        " where link_id = %(link)s or article_id = %(article)s",
        {"link": link_id, "article": article_id, "at": following.at},
    )


def _decide_unasked(
    conn: Connection,
    run_id: int,
    link_id: int,
    article_id: int,
    now: datetime,
    stage: DecidingStage,
) -> None:
    """Decide a new link whose article was just read at its address, by way of a former one."""
    decided = conn.execute(
        """
        with decided as (
            update ops.links
            set attempt_count = 1, last_attempt_at = %(now)s, last_outcome = %(outcome)s
            where link_id = %(link)s returning source_id
        )
        insert into ops.link_attempts
            (run_id, source_id, link_id, planned_at, outcome, reason, decided_at, article_id)
        select %(run)s, source_id, %(link)s, %(now)s, %(outcome)s,
            'read here by way of its former address', %(now)s, %(article)s
        from decided
        returning attempt_id
        """,
        {
            "run": run_id,
            "link": link_id,
            "article": article_id,
            "now": now,
            "outcome": str(Outcome.UNCHANGED),
        },
    )
    _log_decided(conn, [attempt_id for (attempt_id,) in decided], stage)


def release_attempts(conn: Connection, attempt_ids: Sequence[int]) -> int:
    """Delete open attempts for which nothing was asked; their links stay due. Return how many."""

    def work(live: Connection) -> int:
        return live.execute(
            "delete from ops.link_attempts"
            " where attempt_id = any(%s) and outcome is null and fetch_id is null",
            (list(attempt_ids),),
        ).rowcount

    return transact(conn, work)


def decide(
    conn: Connection,
    decisions: Sequence[Decision],
    stage: DecidingStage,
    now: datetime | None = None,
) -> int:
    """Set the outcomes of attempts and return how many were set; one keeps an earlier outcome."""
    return transact(conn, lambda live: decide_within(live, decisions, stage, now))


def decide_within(
    conn: Connection,
    decisions: Sequence[Decision],
    stage: DecidingStage,
    now: datetime | None = None,
) -> int:
    """Do as ``decide`` inside the caller's transaction; links get the time of their next try."""
    if not decisions:
        return 0
    now = now or datetime.now(UTC)
    rows = sorted(decisions, key=lambda decision: decision.attempt_id)
    ids = [row.attempt_id for row in rows]
    conn.execute(  # locked in one order, so that two processes wait and do not deadlock
        "select from ops.link_attempts where attempt_id = any(%s) order by attempt_id for update",
        (ids,),
    )
    done = conn.execute(
        """
        update ops.link_attempts as l
        set outcome = d.outcome, reason = d.reason, decided_at = %s,
            http_status = coalesce(d.http_status, l.http_status),
            article_id = coalesce(d.article_id, l.article_id)
        from unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::bigint[])
            as d(attempt_id, outcome, reason, http_status, article_id)
        where l.attempt_id = d.attempt_id and l.outcome is null
        returning l.attempt_id
        """,
        (
            now,
            ids,
            [str(row.outcome) for row in rows],
            [one_line(row.reason) if row.reason else None for row in rows],
            [row.http_status for row in rows],
            [row.article_id for row in rows],
        ),
    )
    decided = [attempt_id for (attempt_id,) in done]
    _plan_next_tries(conn, decided, now)
    _remember_pages(conn, decided)
    accept_unchanged(conn, decided)
    _log_decided(conn, decided, stage)
    return len(decided)


def _log_decided(conn: Connection, attempt_ids: Sequence[int], stage: DecidingStage) -> None:
    """Write a line for each of these attempts, which were just decided, after the commit."""
    if not attempt_ids:
        return
    found = conn.execute(_DECIDED, (list(attempt_ids),))
    links = [
        DecidedLink(run, source, url, stage, outcome, reason, at, ms)
        for run, source, url, outcome, reason, at, ms in found
    ]
    after_commit(conn, partial(write_decided, links))


def make_due(conn: Connection, urls: Sequence[str]) -> None:
    """Let the next run try the links with these URLs, whatever their plan says."""

    def work(live: Connection) -> None:
        live.execute("update ops.links set next_try_at = now() where url = any(%s)", (list(urls),))

    transact(conn, work)


def reopen_refused(
    conn: Connection,
    run_id: int,
    outcome: Outcome,
    source_key: str | None = None,
    urls: Sequence[str] | None = None,
) -> list[int]:
    """Give links whose pages ended in an outcome an open attempt in a run; return the fetch ids.

    The pages are read again from the archive, and nothing is requested.

    Args:
        conn: an autocommit connection.
        run_id: the run that reads them.
        outcome: of the links' last attempts.
        source_key: only links of this source.
        urls: only links with these URLs, as discovered or in canonical form.
    """

    def work(live: Connection) -> list[int]:
        found = live.execute(
            """
            insert into ops.link_attempts
                (run_id, source_id, link_id, planned_at, fetch_id, http_status)
            select %(run)s, f.source_id, f.link_id, now(), f.fetch_id, f.http_status
            from ops.links as l
            join news.sources as s on s.source_id = l.source_id
            cross join lateral (
                select a.fetch_id from ops.link_attempts as a
                where a.link_id = l.link_id and a.outcome = l.last_outcome
                    and a.fetch_id is not null
                order by a.attempt_id desc
                limit 1
            ) as a
            join news.fetches as f on f.fetch_id = a.fetch_id and f.raw_uri is not null
            where l.last_outcome = %(outcome)s
                and (%(source)s::text is null or s.source_key = %(source)s)
                and (%(urls)s::text[] is null or %(urls)s && array[l.url, l.canonical_url])
                and not exists (
                    select from ops.link_attempts as o
                    where o.link_id = l.link_id and o.outcome is null
                )
            order by f.fetch_id
            on conflict do nothing
            returning fetch_id
            """,
            {"run": run_id, "outcome": str(outcome), "source": source_key, "urls": urls},
        )
        return [fetch_id for (fetch_id,) in found]

    return transact(conn, work)


def refused_among(conn: Connection, urls: Sequence[str]) -> set[str]:
    """Return those of these URLs whose page was refused as no article and is archived."""
    found = conn.execute(
        "select given.url from unnest(%s::text[]) as given(url)"
        " join ops.links as l on given.url in (l.url, l.canonical_url)"
        " join ops.link_attempts as a on a.link_id = l.link_id and a.outcome = l.last_outcome"
        " join news.fetches as f on f.fetch_id = a.fetch_id and f.raw_uri is not null"
        " where l.last_outcome = 'not_an_article'",
        (list(urls),),
    )
    return {url for (url,) in found}


def forget_old_attempts(conn: Connection, days: int) -> int:
    """Delete decided attempts older than this, but not the last of a link; return how many."""

    def work(live: Connection) -> int:
        return live.execute(
            "delete from ops.link_attempts as a"
            " where a.planned_at < now() - make_interval(days => %s) and a.outcome is not null"
            " and exists (select from ops.link_attempts as later"
            " where later.link_id = a.link_id and later.attempt_id > a.attempt_id)"
            " and not exists (select from ops.rejects as r where r.attempt_id = a.attempt_id)",
            (days,),
        ).rowcount

    return transact(conn, work)


def _prepare(links: Sequence[DatedLink]) -> list[_Prepared]:
    prepared: dict[str, _Prepared] = {}
    for listed in links:
        url = storable(listed.link.url)
        if url in prepared:
            listed = merged(prepared[url].listed, listed)
        prepared[url] = _Prepared(listed, url)
    return list(prepared.values())


def _identified(new: _Prepared) -> _Prepared:
    """Return a new link with its canonical URL; known ones have theirs and need none."""
    try:
        return replace(new, canonical_url=storable(link_identity(new.listed.link)))
    except UsageError as error:
        return replace(new, outcome=Outcome.ADDRESS_REFUSED, reason=one_line(str(error)))


def _known_links(conn: Connection, source_id: int, urls: Sequence[str]) -> dict[str, int]:
    found = conn.execute(
        "select l.url, l.link_id from unnest(%s::text[]) as wanted(url)"
        " join ops.links as l on l.source_id = %s and md5(l.url) = md5(wanted.url)"
        " and l.url = wanted.url",
        (list(urls), source_id),
    )
    return dict(found.fetchall())


def _newest(new: list[_Prepared], most: int | None) -> tuple[list[_Prepared], tuple[str, ...]]:
    if most is None or len(new) <= most:
        return new, ()
    ranked = sorted(new, key=lambda each: newest_first(each.listed))
    return ranked[:most], tuple(each.url for each in ranked[most:])


_MARKED_ANEW = timedelta(hours=1)
"""Age of a mark from which it is made anew."""


def _mark_listed(
    conn: Connection, again: Sequence[_Prepared], known: dict[str, int], now: datetime
) -> None:
    """Mark links as listed; one that only an archive had is due, as a new one would be.

    A link that was marked within the hour and of which nothing new is stated stays as it is: a feed
    of a hundred items names 99 known ones at each poll, and each row written again costs as much as
    a new one.
    """
    if not again:
        return
    conn.execute(
        """
        update ops.links as l
        set last_listed_at = greatest(l.last_listed_at, %s),
            next_try_at = case
                when l.found_by = 'warc' and given.found_by <> 'warc' then %s else l.next_try_at
            end,
            found_in = case when l.found_by = 'warc' then given.found_in else l.found_in end,
            found_by = case when l.found_by = 'warc' then given.found_by else l.found_by end,
            link_title = coalesce(l.link_title, given.title),
            link_published_at = coalesce(l.link_published_at, given.published_at),
            stated_at = coalesce(given.stated_at, l.stated_at)
        from (
            select * from unnest(
                %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]
            ) as each(link_id, found_by, found_in, title, published_at, stated_at)
            order by link_id
        ) as given
        where l.link_id = given.link_id and l.last_outcome is distinct from 'takedown' and (
            l.last_listed_at < %s or l.found_by = 'warc'
            or l.link_title is null and given.title is not null
            or l.link_published_at is null and given.published_at is not null
            or l.stated_at is distinct from coalesce(given.stated_at, l.stated_at)
        )
        """,
        (
            now,
            now,
            [known[each.url] for each in again],
            [each.listed.link.found_by for each in again],
            [_or_none(each.listed.link.found_in) for each in again],
            [_or_none(each.listed.link.title) for each in again],
            [_or_none(each.listed.link.published_at) for each in again],
            [each.listed.stated_at for each in again],
            now - _MARKED_ANEW,
        ),
    )


def _insert(
    conn: Connection,
    run_id: int,
    source_id: int,
    new: Sequence[_Prepared],
    listed: Sequence[str],
    now: datetime,
) -> list[int]:
    """Insert links, decide those that need no request, and return the ids of the others."""
    decided = _with_takedowns_decided(conn, source_id, _without_noise(conn, new))
    decided = _with_duplicates_decided(conn, decided)
    arrived = _articles_that_moved_to(conn, decided)
    decided = _after_replaced(conn, source_id, decided, listed, arrived, now)
    ids = take_ids(conn, "ops.links", "link_id", len(decided))
    rows = list(zip(ids, decided, strict=True))
    copy_rows(
        conn, "ops.links", _LINK_COLUMNS, [_link_row(each, n, source_id, now) for n, each in rows]
    )
    at_once = [(number, each) for number, each in rows if each.outcome]
    attempts = take_ids(conn, "ops.link_attempts", "attempt_id", len(at_once))
    copy_rows(
        conn,
        "ops.link_attempts",
        _ATTEMPT_COLUMNS,
        [
            (attempt_id, run_id, source_id, number, now, str(each.outcome), each.reason, now)
            for attempt_id, (number, each) in zip(attempts, at_once, strict=True)
        ],
    )
    _log_decided(conn, attempts, "discover")
    for article_id, address in arrived.values():
        give_plan_to(conn, run_id, article_id, address, now, "discover")
    return [number for number, each in rows if each.outcome is None]


def _articles_that_moved_to(
    conn: Connection, new: Sequence[_Prepared]
) -> dict[str, tuple[int, str]]:
    """Return by canonical URL the articles that are known to be there by a former address."""
    urls = {
        spelling: each.canonical_url
        for each in new
        if each.canonical_url and each.outcome is None
        for spelling in _schemes(each.canonical_url)
    }
    found = conn.execute(
        "select a.canonical_url, a.article_id from news.articles as a"
        " where a.canonical_url = any(%s) and exists (select from news.former_addresses as f"
        " where f.article_id = a.article_id and f.ended_at is null)",
        (list(urls),),
    )
    return {urls[url]: (article_id, url) for url, article_id in found}


def _schemes(url: str) -> list[str]:
    """Return an address with https and with http: feeds go on to say http where a site has https.

    An address that has neither is returned as it is.
    """
    scheme, mark, rest = url.partition("://")
    return [f"{name}://{rest}" for name in ("https", "http")] if mark and scheme else [url]


def _link_row(each: _Prepared, link_id: int, source_id: int, now: datetime) -> tuple[Any, ...]:
    link = each.listed.link
    is_decided = each.outcome is not None
    return (
        link_id,
        source_id,
        each.url,
        each.canonical_url,
        link.found_by,
        *map(_or_none, (link.found_in, link.title, link.published_at)),
        each.listed.stated_at,
        now,
        now,
        int(is_decided),
        now if is_decided else None,
        str(each.outcome) if each.outcome else None,
        None if is_decided or link.found_by == "warc" else each.first_try_at or now,
    )


def _or_none(text: str | None) -> str | None:
    return storable(text) if text is not None else None


def _without_noise(conn: Connection, new: Sequence[_Prepared]) -> list[_Prepared]:
    """Leave out of the canonical URLs the parameters that their hosts were learnt not to heed."""
    urls = [each.canonical_url for each in new if each.canonical_url and "?" in each.canonical_url]
    noise = noise_parameters(conn, urls) if urls else {}
    return [
        replace(each, canonical_url=without_noise(each.canonical_url, noise))
        if noise and each.canonical_url
        else each
        for each in new
    ]


def _with_takedowns_decided(
    conn: Connection, source_id: int, new: Sequence[_Prepared]
) -> list[_Prepared]:
    """Decide links to what was taken down, so that nothing asks for it; keep no title of them."""
    is_outlet = bool(barred_sources(conn, [source_id]))
    taken = barred(conn, [url for each in new for url in (each.url, each.canonical_url) if url])
    return [
        replace(
            each,
            listed=replace(each.listed, link=replace(each.listed.link, title=None)),
            outcome=Outcome.TAKEDOWN,
            reason="taken down: dateline takedown lists the orders",
        )
        if is_outlet or not taken.isdisjoint((each.url, each.canonical_url))
        else each
        for each in new
    ]


def _with_duplicates_decided(conn: Connection, new: Sequence[_Prepared]) -> list[_Prepared]:
    """Decide links whose page another link asks for already, of any source.

    A link that is not asked for and led to no article, such as an off-site one of an aggregator,
    does not make the publisher's own link a duplicate.
    """
    found = conn.execute(
        "select distinct canonical_url from ops.links where canonical_url = any(%s)"
        " and (next_try_at is not null or article_id is not null or attempt_count = 0)"
        " and found_by <> 'warc'",  # a capture of an archive is no link that is asked for
        ([each.canonical_url for each in new if each.canonical_url],),
    )
    taken = {row[0] for row in found}
    marked = []
    for each in new:
        if each.canonical_url in taken and each.outcome is None:
            reason = f"another link has the canonical URL {each.canonical_url}"
            marked.append(replace(each, outcome=Outcome.DUPLICATE_URL, reason=one_line(reason)))
            continue
        if each.canonical_url:
            taken.add(each.canonical_url)
        marked.append(each)
    return marked


def _after_replaced(
    conn: Connection,
    source_id: int,
    new: Sequence[_Prepared],
    listed: Sequence[str],
    arrived: Collection[str],
    now: datetime,
) -> list[_Prepared]:
    """Let the links that new ones stand in place of be visited first: do they redirect there?

    A story that moved is listed again with the title and the time that it had. Its old address is
    asked for at once; if it redirects, that was the visit, and the new one is asked for when the
    plan says. Else the new link is tried half an hour later. Where the article is not visited any
    more, neither link is.
    """
    asked = [
        each
        for each in new
        if each.outcome is None and each.listed.stated_at and each.canonical_url not in arrived
    ]
    found = conn.execute(
        _REPLACED,
        {
            "source": source_id,
            "urls": [each.url for each in asked],
            "times": [each.listed.stated_at for each in asked],
            "titles": [_or_none(each.listed.link.title) for each in asked],
            "listed": list(listed),
            "before": now - _REPLACED_WAIT,
        },
    ).fetchall()
    replaced = {url: (link_id, old, is_over, title) for url, link_id, old, is_over, title in found}
    soon = [number for number, _, is_over, _ in replaced.values() if not is_over]
    conn.execute(
        "update ops.links set next_try_at = %s where link_id = any(%s) and next_try_at > %s",
        (now, soon, now),
    )
    marked = []
    for each in new:
        _, old, is_over, title = replaced.get(each.url, (0, "", False, None))
        if each.url in replaced and not is_over:
            marked.append(replace(each, first_try_at=now + _REPLACED_WAIT))
        elif each.url in replaced and title:
            reason = f"listed in place of {old}, with its title and time, whose last visit is over"
            marked.append(replace(each, outcome=Outcome.DUPLICATE_URL, reason=one_line(reason)))
        else:
            marked.append(each)
    return marked


def _adopt(conn: Connection, run_id: int, source_ids: Sequence[int]) -> None:
    conn.execute(
        """
        update ops.link_attempts as a
        set run_id = %(run)s
        from ops.runs as r
        where a.outcome is null and a.fetch_id is null and a.source_id = any(%(sources)s)
            and a.run_id <> %(run)s and r.run_id = a.run_id and r.status <> 'running'
        """,
        {"run": run_id, "sources": list(source_ids)},
    )


_REPLACED_WAIT = timedelta(minutes=30)
_REPLACED = """
select w.url, min(l.link_id), min(l.url), bool_and(l.next_try_at is null), min(w.title)
from unnest(%(urls)s::text[], %(times)s::timestamptz[], %(titles)s::text[])
    as w(url, stated_at, title)
join ops.links as l on l.source_id = %(source)s and l.stated_at = w.stated_at
left join news.article_versions as v on v.article_id = l.article_id and v.is_current
where l.article_id is not null and l.last_outcome in ('loaded', 'unchanged')
    and l.last_attempt_at < %(before)s and l.found_by <> 'warc' and l.url <> all(%(listed)s)
    and (w.title is null or w.title in (l.link_title, v.title))
group by w.url
having count(*) = 1
"""
_OPEN_ATTEMPTS = """
insert into ops.link_attempts (run_id, source_id, link_id, planned_at)
select %(run)s, due.source_id, due.link_id, %(now)s
from (
    select l.source_id, l.link_id, wanted.most, l.found_by,
        l.link_id = any(%(also)s) as is_asked_for,
        row_number() over (
            partition by l.source_id, l.found_by in ('list', 'file', 'url')
            order by l.attempt_count > 0, l.stated_at is not null or l.found_by = 'sitemap',
                l.stated_at desc nulls last, l.link_id
        ) as place
    from unnest(%(sources)s::int[], %(limits)s::int[]) as wanted(source_id, most)
    join ops.links as l on l.source_id = wanted.source_id
    where (l.next_try_at <= %(now)s or l.next_try_at > %(latest)s
            or (l.link_id = any(%(also)s) and l.last_outcome is distinct from %(duplicate)s))
        and l.canonical_url is not null and l.found_by <> 'warc'
        and l.last_outcome is distinct from 'takedown'
        and not exists (
            select from ops.link_attempts as a where a.link_id = l.link_id and a.outcome is null
        )
) as due
where due.place <= due.most or due.is_asked_for or due.found_by in ('list', 'file', 'url')
order by due.source_id, due.place
on conflict do nothing
"""
_PLANNED = """
select a.attempt_id, s.source_key, l.url, l.found_by, l.found_in, l.link_title,
    l.link_published_at, l.canonical_url, p.etag, p.last_modified, p.body_sha256,
    coalesce(own.first_seen_at, same.first_seen_at), l.last_outcome, a.snapshot,
    f.raw_uri, f.final_url, l.next_try_at is not null
from ops.link_attempts as a
join ops.links as l on l.link_id = a.link_id
join news.sources as s on s.source_id = a.source_id
left join news.pages as p on p.canonical_url = l.canonical_url
left join news.fetches as f on f.fetch_id = p.fetch_id and f.fetched_at = p.fetched_at
left join news.articles as own on own.article_id = p.article_id
left join news.articles as same on same.canonical_url = l.canonical_url
where a.run_id = %(run)s and a.source_id = any(%(sources)s)
    and a.outcome is null and a.fetch_id is null
order by a.attempt_id
"""


def _repeat_duplicates(conn: Connection, run_id: int, also: Collection[int], now: datetime) -> None:
    """Record for links that are asked for, and were duplicates before, that they still are."""
    decided = conn.execute(
        """
        insert into ops.link_attempts
            (run_id, source_id, link_id, planned_at, outcome, reason, decided_at)
        select %(run)s, l.source_id, l.link_id, %(now)s, l.last_outcome,
            'another link has the canonical URL ' || l.canonical_url, %(now)s
        from ops.links as l
        where l.link_id = any(%(also)s) and l.last_outcome = %(duplicate)s
            and l.canonical_url is not null
        order by l.link_id
        on conflict do nothing
        returning attempt_id
        """,
        {
            "run": run_id,
            "also": list(also),
            "now": now,
            "duplicate": str(Outcome.DUPLICATE_URL),
        },
    )
    _log_decided(conn, [attempt_id for (attempt_id,) in decided], "discover")


def _planned(row: tuple[Any, ...]) -> PlannedLink:
    attempt_id, source_key, url, found_by, found_in, title, published, canonical, *page = row
    etag, modified, body, seen, before, snapshot, raw_uri, final_url, is_waiting = page
    digest = bytes(body) if body else None
    return PlannedLink(
        attempt_id=attempt_id,
        link=Link(url, source_key, found_by, found_in, title, published),
        canonical_url=canonical,
        validators=Validators(etag, modified, digest, final_url),
        article_first_seen_at=seen,
        last_outcome=Outcome(before) if before else None,
        snapshot=snapshot,
        earlier=EarlierCapture(raw_uri, digest) if raw_uri else None,
        is_waiting=is_waiting,
    )


# Links and sources are looked up row by row, for the reason given below.
_DECIDED = """
select a.run_id, (select s.source_key from news.sources as s where s.source_id = a.source_id),
    (select l.url from ops.links as l where l.link_id = a.link_id), a.outcome, a.reason,
    a.decided_at, greatest(extract(epoch from a.decided_at - a.planned_at) * 1000, 0)::int8
from ops.link_attempts as a
where a.attempt_id = any(%s)
order by a.attempt_id
"""
# Attempts are counted link by link: on a table that has grown since its last ANALYZE, Postgres
# would join all attempts to all links instead (14 ms in place of 0.6 after a day's growth). The
# links of an article are read before it is asked which are due: where few were due at the last
# ANALYZE, Postgres would go through all that are, for each row (141 ms in place of 2 at 9,000).
_HISTORIES = """
select l.link_id, a.outcome, a.snapshot is not null or l.found_by = 'warc', l.first_listed_at,
    s.first_seen_at, l.failure_count, l.failing_since, n.revisit_count, n.edit_count, l.source_id,
    a.article_id, l.article_id is not null, r.dag_id in ('backfill', 'dateline-backfill'),
    (
        select sum((
            select count(*) from ops.link_attempts as v
            where v.link_id = o.link_id and v.http_status is not null and v.snapshot is null
                and v.outcome = any(%(visits)s)
        ))
        from ops.links as o where o.article_id = s.article_id or o.link_id = l.link_id
    )::int,
    exists (  -- the link to the article's own address is visited, else the oldest
        select
        from (
            select o.link_id, o.canonical_url, o.next_try_at
            from ops.links as o where o.article_id = s.article_id offset 0
        ) as other
        where other.next_try_at is not null
            and (other.canonical_url <> s.canonical_url, other.link_id)
            < (l.canonical_url <> s.canonical_url, l.link_id)
    ),
    exists (
        select from news.former_addresses as f
        where f.article_id = s.article_id and f.url = l.canonical_url and f.ended_at is null
    )
from ops.link_attempts as a
join ops.runs as r on r.run_id = a.run_id
join ops.links as l on l.link_id = a.link_id
join news.sources as n on n.source_id = l.source_id
left join news.articles as s on s.article_id = coalesce(a.article_id, l.article_id)
where a.attempt_id = any(%(attempts)s)
order by l.link_id, a.attempt_id
"""
_VISITED_LINK = """
select l.link_id, l.first_listed_at, s.first_seen_at, l.failure_count, l.failing_since, (
        select coalesce(sum((
            select count(*) from ops.link_attempts as v
            where v.link_id = o.link_id and v.http_status is not null and v.snapshot is null
                and (v.outcome is null or v.outcome = any(%(visits)s))
        )), 0)
        from ops.links as o where o.article_id = s.article_id
    )::int, l.attempt_count = 0
from ops.links as l
join news.articles as s on s.article_id = %(article)s
where l.canonical_url = any(%(urls)s) and (l.article_id is null or l.article_id = s.article_id)
    and l.found_by <> 'warc' and not exists (
        select from ops.link_attempts as v where v.link_id = l.link_id and v.outcome is null
            and l.attempt_count = 0
    )
    and l.last_outcome is distinct from 'duplicate_url'
order by l.article_id is null, l.link_id limit 1
"""
_VISITS = ("loaded", "unchanged", "duplicate_url", "suspected_wall", "redesigned")
"""Outcomes of requests that count as visits of an article."""
_UPDATE_LINKS = """
update ops.links as l
set attempt_count = l.attempt_count + 1, last_attempt_at = %s, last_outcome = d.outcome,
    next_try_at = case when d.is_snapshot then l.next_try_at else d.next_try_at end,
    failure_count = d.failures, failing_since = d.failing_since,
    article_id = coalesce(d.article_id, l.article_id),
    edit_count = l.edit_count + (d.outcome = 'loaded' and l.article_id is not null)::int
from unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::bigint[],
    %s::boolean[]
) as d(link_id, outcome, next_try_at, failures, failing_since, article_id, is_snapshot)
where l.link_id = d.link_id
"""
_COUNT_VISITS = """
update news.sources as s
set revisit_count = (s.revisit_count + given.visits) / (1 + (s.revisit_count > 400)::int),
    edit_count = (s.edit_count + given.edits) / (1 + (s.revisit_count > 400)::int)
from (
    select source_id, visits, edits from unnest(%s::int[], %s::int[], %s::int[])
        as each(source_id, visits, edits)
    order by source_id
) as given
where s.source_id = given.source_id
"""


def _plan_next_tries(conn: Connection, attempt_ids: Sequence[int], now: datetime) -> None:
    """Set when the links of these attempts, which were just decided, are tried again."""
    plan = settings().revisit_plan
    tries: dict[int, tuple[str, NextTry, int | None, bool]] = {}
    visits: dict[int, list[int]] = {}
    given = {"attempts": list(attempt_ids), "visits": list(_VISITS)}
    for row in conn.execute(_HISTORIES, given):
        link_id, outcome, is_snapshot, listed, seen, failures, since, *rest = row
        revisits, edits, source_id, article_id, is_revisit, is_backfill, *place = rest
        history = LinkHistory(listed, seen, failures, since, revisits, edits, *place)
        # A story of the past is read once: its publisher has edited it long ago.
        is_past = is_backfill and outcome not in RETRYABLE
        is_last = is_snapshot or is_past
        following = NextTry(None) if is_last else next_try(history, Outcome(outcome), now, plan)
        tries[link_id] = (outcome, following, article_id, is_snapshot)
        if is_revisit and outcome in ("loaded", "unchanged"):
            counted = visits.setdefault(source_id, [0, 0])
            counted[0] += 1
            counted[1] += outcome == "loaded"
    conn.execute(
        _UPDATE_LINKS,
        (
            now,
            list(tries),
            [outcome for outcome, *_ in tries.values()],
            [each.at for _, each, *_ in tries.values()],
            [each.failures for _, each, *_ in tries.values()],
            [each.failing_since for _, each, *_ in tries.values()],
            [article_id for *_, article_id, _ in tries.values()],
            [is_snapshot for *_, is_snapshot in tries.values()],
        ),
    )
    _end_spent_plans(conn, list(tries), len(plan))
    if visits:
        ordered = sorted(visits.items())
        conn.execute(
            _COUNT_VISITS,
            (
                [source_id for source_id, _ in ordered],
                [counted[0] for _, counted in ordered],
                [counted[1] for _, counted in ordered],
            ),
        )


def _end_spent_plans(conn: Connection, link_ids: Sequence[int], ages: int) -> None:
    """Leave articles alone that all their links together have visited as often as planned."""
    conn.execute(
        """
        update ops.links as l
        set next_try_at = null
        from (
            select o.article_id
            from ops.links as o
            where o.article_id in (
                select article_id from ops.links
                where link_id = any(%(links)s) and article_id is not null
            )
            group by o.article_id
            having sum((
                select count(*) from ops.link_attempts as v
                where v.link_id = o.link_id and v.http_status is not null and v.snapshot is null
                    and v.outcome = any(%(visits)s)
            )) > %(ages)s
        ) as spent
        where l.article_id = spent.article_id and l.next_try_at is not null
            and l.last_outcome in ('loaded', 'unchanged', 'duplicate_url')
        """,
        {"links": list(link_ids), "visits": list(_VISITS), "ages": ages},
    )


def _remember_pages(conn: Connection, attempt_ids: Sequence[int]) -> None:
    """Store the validators of pages that hold no article, for the next conditional request.

    A page that has an article keeps those of the body that was loaded (``mark_seen``).
    """
    conn.execute(
        """
        insert into news.pages
            (canonical_url, etag, last_modified, body_sha256, fetched_at, fetch_id)
        select distinct on (l.canonical_url)
            l.canonical_url, f.etag, f.last_modified, f.body_sha256, f.fetched_at, f.fetch_id
        from ops.link_attempts as a
        join ops.links as l on l.link_id = a.link_id
        join news.fetches as f on f.fetch_id = a.fetch_id
        where a.attempt_id = any(%s) and a.outcome = any(%s) and l.canonical_url is not null
            and not exists (
                select from news.articles as s where s.canonical_url = l.canonical_url
            )
        order by l.canonical_url, f.fetched_at desc
        on conflict (canonical_url) do update set
            etag = excluded.etag,
            last_modified = excluded.last_modified,
            body_sha256 = excluded.body_sha256,
            fetched_at = excluded.fetched_at,
            fetch_id = excluded.fetch_id
        where pages.fetched_at <= excluded.fetched_at and pages.article_id is null
        """,
        (list(attempt_ids), [str(outcome) for outcome in SAME_UNLESS_CHANGED]),
    )
