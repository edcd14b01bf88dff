"""Load a batch of extracted articles exactly once, in one transaction.

The order of the statements matters: first the batch key, so that a second loader of the same batch
waits and then skips it; then articles in the order of their canonical URLs, so that two loaders
wait for each other and do not deadlock; then new versions and their blocks by COPY; last the links'
outcomes.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
from pipeline.telemetry import log
from pipeline.text import one_line, storable
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.articles import Observation, ReprocessedPage, store_observations
from pipeline.warehouse.identities import IdentifiedPage, confirm_own_pages, identify
from pipeline.warehouse.links import Decision, decide_within
from pipeline.warehouse.page_failures import forget_links_within, quarantine_within
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.takedowns import barred, barred_sources
from pipeline.warehouse.transactions import ROW_ERRORS, transact, violated_rule


@dataclass(frozen=True, slots=True)
class LoadItem:
    """One extracted page; without the outcome ``loaded`` only its link is decided."""

    attempt_id: int
    fetch_id: int
    source_key: str
    article: Article
    fetched_at: datetime
    reprocessed: ReprocessedPage | None = None
    """The article's stored version as today's code reads its page; None where that is as stored."""
    listed_title: str | None = None
    """The title that the document gave which named the link."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a batch did."""

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    """Links decided in this call."""
    new_versions: tuple[int, ...] = ()
    """Ids of the article versions stored in this call."""
    was_loaded: bool = False
    """True where the batch was loaded before, so that nothing was done."""


@dataclass(frozen=True, slots=True)
class _OpenAttempt:
    run_id: int
    canonical_url: str | None


def load_batch(
    conn: Connection,
    run_id: int,
    batch_key: str,
    pages: Sequence[LoadItem],
    faults: PageFaults | None = None,
    *,
    leave_refused: bool = False,
) -> LoadReport:
    """Store a batch exactly once and decide its links in the same transaction.

    Links that are decided already are skipped, so batches may overlap. A batch was loaded before
    where one had the same key and the same links: a retry with other links is another batch.

    Args:
        conn: an autocommit connection.
        run_id: the run that loads; the attempts may be of others.
        batch_key: the caller's name for the batch.
        pages: in any order.
        faults: counts the pages that Postgres refuses.
        leave_refused: leave those pages without an outcome instead of quarantining them.

    Raises:
        StageFault: Postgres refuses pages of several hosts for one reason; see ``page_faults``.
        StoreUnavailable: the server stayed away (``transact``).
        StoreError: Postgres refuses for good.
    """
    try:
        return transact(conn, lambda live: _load(live, run_id, batch_key, pages))
    except ROW_ERRORS as error:
        log.warning(
            "load: Postgres refuses a page, loading the batch one by one", reason=str(error)
        )
    reports, refused = _load_one_by_one(
        conn, run_id, batch_key, pages, faults or PageFaults("load")
    )
    if not leave_refused:
        reports += [_load_alone(conn, run_id, batch_key, page) for page in refused]
    return _joined(reports)


def _load_one_by_one(
    conn: Connection,
    run_id: int,
    batch_key: str,
    pages: Sequence[LoadItem],
    faults: PageFaults,
) -> tuple[list[LoadReport], list[LoadItem]]:
    """Load each page in a transaction of its own.

    Returns:
        The reports, and the pages that Postgres refuses with the outcome ``quarantined``. They are
        to be loaded last, when it is known that the fault is theirs.
    """
    reports, refused = [], []
    for page in pages:
        try:
            reports.append(_load_alone(conn, run_id, batch_key, page))
        except ROW_ERRORS as error:
            faults.add(error, page.article.url, violated_rule(error))
            reason = one_line(f"Postgres refuses the article: {error}")
            article = replace(page.article, outcome=Outcome.QUARANTINED, reason=reason)
            refused.append(replace(page, article=article))
    return reports, refused


def _load_alone(conn: Connection, run_id: int, batch_key: str, page: LoadItem) -> LoadReport:
    return transact(conn, lambda live: _load(live, run_id, batch_key, [page]))


def _joined(reports: Sequence[LoadReport]) -> LoadReport:
    outcomes: Counter[Outcome] = Counter()
    for report in reports:
        outcomes.update(report.outcomes)
    versions = [version for report in reports for version in report.new_versions]
    return LoadReport(dict(outcomes), tuple(versions))


def _load(conn: Connection, run_id: int, batch_key: str, pages: Sequence[LoadItem]) -> LoadReport:
    key = _full_key(batch_key, pages)
    if not _is_new_batch(conn, key, run_id, len(pages)):
        return LoadReport(was_loaded=True)
    attempts = _open_attempts(conn, [page.attempt_id for page in pages])
    todo = [page for page in pages if page.attempt_id in attempts]
    observations, decisions = _divide(conn, run_id, todo, attempts)
    _store_rejects(conn, run_id, todo, decisions)
    decide_within(conn, decisions, "load")
    _store_failures(conn, run_id, todo, decisions)
    new_versions: list[int] = []
    for group in _rounds(observations):
        stored = store_observations(conn, run_id, group)
        new_versions += stored.new_versions
        decisions += stored.decisions
        # The next round looks at outcomes of this run.
        decide_within(conn, stored.decisions, "load")
    confirm_own_pages(conn, _identified(todo, attempts))
    _store_version_count(conn, key, len(new_versions))
    counts = Counter(decision.outcome for decision in decisions)
    return LoadReport(dict(counts), tuple(new_versions))


def _full_key(batch_key: str, pages: Sequence[LoadItem]) -> str:
    """Return the key with a digest of the links, since other links are another batch."""
    numbers = ",".join(map(str, sorted(page.attempt_id for page in pages)))
    return f"{batch_key}:{hashlib.sha256(numbers.encode()).hexdigest()[:16]}"


def _is_new_batch(conn: Connection, key: str, run_id: int, count: int) -> bool:
    row = conn.execute(
        "insert into ops.load_batches (batch_key, run_id, item_count) values (%s, %s, %s)"
        " on conflict (batch_key) do nothing returning batch_key",
        (key, run_id, count),
    ).fetchone()
    return row is not None


def _store_version_count(conn: Connection, key: str, count: int) -> None:
    conn.execute(
        "update ops.load_batches set version_count = %s where batch_key = %s", (count, key)
    )


def _open_attempts(conn: Connection, attempt_ids: Sequence[int]) -> dict[int, _OpenAttempt]:
    found = conn.execute(
        "select a.attempt_id, a.run_id, l.canonical_url from ops.link_attempts as a"
        " join ops.links as l on l.link_id = a.link_id"
        " where a.attempt_id = any(%s) and a.outcome is null"
        " order by a.attempt_id for update of a",
        (list(attempt_ids),),
    )
    return {number: _OpenAttempt(run_id, url) for number, run_id, url in found}


def _divide(
    conn: Connection, run_id: int, todo: Sequence[LoadItem], attempts: dict[int, _OpenAttempt]
) -> tuple[list[Observation], list[Decision]]:
    """Divide pages into articles to store and links to decide without storing anything."""
    sources = source_ids(conn, [page.source_key for page in todo])
    found = identify(conn, run_id, _identified(todo, attempts))
    urls = {
        page.attempt_id: _addresses(
            page, attempts[page.attempt_id], found.urls.get(page.attempt_id)
        )
        for page in todo
    }
    # A page that claims the address of a taken page shows it, whether the claim is believed or not.
    claimed = {page.attempt_id: canonical_url_or_none(page.article.canonical_url) for page in todo}
    taken_down = barred(
        conn, [url for number, each in urls.items() for url in (*each, claimed[number]) if url]
    )
    outlets = barred_sources(conn, set(sources.values()))
    without = [page.attempt_id for page in todo if page.article.outcome in _NO_ARTICLE]
    stored = _stored_articles(conn, {number: urls[number] for number in without})
    observations, decisions = [], []
    for page in todo:
        refusal = _refusal(page, urls[page.attempt_id], claimed[page.attempt_id], taken_down)
        if sources[page.source_key] in outlets:
            refusal = Decision(
                page.attempt_id, Outcome.TAKEDOWN, f"{page.source_key} was taken down"
            )
        if refusal:
            article_id = stored.get(page.attempt_id)
            decisions.append(_lost(page, refusal, article_id) if article_id else refusal)
            continue
        observations.append(
            Observation(
                attempt_id=page.attempt_id,
                attempt_run_id=attempts[page.attempt_id].run_id,
                link_url=attempts[page.attempt_id].canonical_url or urls[page.attempt_id][0],
                fetch_id=page.fetch_id,
                source_id=sources[page.source_key],
                canonical_url=urls[page.attempt_id][0],
                fetched_at=page.fetched_at,
                article=page.article,
                reprocessed=page.reprocessed,
                listed_title=page.listed_title,
                has_moved=page.attempt_id in found.moved,
            )
        )
    return observations, decisions


def _identified(
    todo: Sequence[LoadItem], attempts: dict[int, _OpenAttempt]
) -> list[IdentifiedPage]:
    """Return the pages that show an article, in the order in which they were fetched."""
    return [
        IdentifiedPage(page.attempt_id, attempts[page.attempt_id].canonical_url, page.article)
        for page in sorted(todo, key=lambda each: (each.fetched_at, each.attempt_id))
        if page.article.outcome is Outcome.LOADED and storable(page.article.text or "").strip()
    ]


def _addresses(page: LoadItem, attempt: _OpenAttempt, known_by: str | None) -> list[str]:
    """Return the addresses of a page that are usable: its article's, its own and its link's.

    Args:
        page: the page.
        attempt: what is known about its link.
        known_by: the address of its article; None where the page shows none.
    """
    stated = (known_by or page.article.canonical_url, page.article.url)
    usable = (*map(canonical_url_or_none, stated), attempt.canonical_url)
    return list(dict.fromkeys(filter(None, (known_by, *usable))))


def _refusal(
    page: LoadItem, urls: Sequence[str], claimed: str | None, taken_down: set[str]
) -> Decision | None:
    """Return the link's outcome where nothing is to be stored, or None where the article is."""
    article = page.article
    if article.outcome is not Outcome.LOADED:
        return Decision(page.attempt_id, article.outcome, article.reason)
    taken = next((url for url in (*urls, claimed) if url in taken_down), None)
    if taken:
        return Decision(page.attempt_id, Outcome.TAKEDOWN, f"{taken} was taken down")
    if not urls:
        return Decision(page.attempt_id, Outcome.QUARANTINED, "the page has no usable URL")
    if not storable(article.text or "").strip():
        return Decision(
            page.attempt_id, Outcome.QUARANTINED, "extraction gave an article without text"
        )
    return None


_NO_ARTICLE = frozenset({Outcome.NOT_AN_ARTICLE, Outcome.BAD_CONTENT, Outcome.LANGUAGE_NOT_WANTED})
"""Outcomes of a page that cannot be read as the article that it was."""


def _stored_articles(conn: Connection, urls: Mapping[int, Sequence[str]]) -> dict[int, int]:
    """Return the stored articles that these pages used to hold, by attempt."""
    wanted = [(number, url) for number, each in urls.items() for url in each]
    found = conn.execute(
        "select distinct on (w.attempt_id) w.attempt_id, a.article_id"
        " from unnest(%s::bigint[], %s::text[]) as w(attempt_id, url)"
        " left join news.pages as p on p.canonical_url = w.url"
        " join news.articles as a on a.canonical_url = w.url or a.article_id = p.article_id"
        " where exists (select from news.article_versions as v"
        " where v.article_id = a.article_id and v.is_current)"
        " order by w.attempt_id, a.article_id",
        ([number for number, _ in wanted], [url for _, url in wanted]),
    )
    return dict(found.fetchall())


def _lost(page: LoadItem, refusal: Decision, article_id: int) -> Decision:
    """Return the decision about a page that used to hold a stored article and holds none now."""
    is_wall = page.article.kind == "error_page" or refusal.outcome is Outcome.LANGUAGE_NOT_WANTED
    reason = f"the page of a stored article holds none now: {refusal.reason}"
    return replace(
        refusal,
        outcome=Outcome.SUSPECTED_WALL if is_wall else Outcome.REDESIGNED,
        reason=one_line(reason),
        article_id=article_id,
    )


def _store_rejects(
    conn: Connection, run_id: int, todo: Sequence[LoadItem], decisions: Sequence[Decision]
) -> None:
    pages = {page.attempt_id: page for page in todo}
    bad = [each for each in decisions if each.outcome is Outcome.QUARANTINED]
    for each in bad:
        page = pages[each.attempt_id]
        payload = {"title": page.article.title, "url": page.article.url}
        conn.execute(
            "insert into ops.rejects (run_id, attempt_id, fetch_id, stage, reason, payload)"
            " values (%s, %s, %s, %s, %s, %s)",
            (
                run_id,
                each.attempt_id,
                page.fetch_id,
                "load",
                one_line(each.reason or "no reason given"),
                Jsonb({key: storable(value) for key, value in payload.items() if value}),
            ),
        )


def _store_failures(
    conn: Connection, run_id: int, todo: Sequence[LoadItem], decisions: Sequence[Decision]
) -> None:
    """Quarantine the pages that could not be read, and forget earlier failures of the others."""
    fetches = {page.attempt_id: page.fetch_id for page in todo}
    bad = [
        (fetches.pop(each.attempt_id), each.reason or "no reason given")
        for each in decisions
        if each.outcome is Outcome.QUARANTINED
    ]
    if bad:
        quarantine_within(conn, "load", bad, run_id, EXTRACTION_VERSION)
    forget_links_within(conn, list(fetches))


def _rounds(observations: Iterable[Observation]) -> list[list[Observation]]:
    """Divide observations into rounds without two of one article, the earliest pages first.

    Two runs may have fetched a page before either was loaded; both texts are stored, in order.
    """
    rounds: list[list[Observation]] = []
    seen: Counter[str] = Counter()
    for each in sorted(observations, key=lambda each: (each.fetched_at, each.attempt_id)):
        if seen[each.canonical_url] == len(rounds):
            rounds.append([])
        rounds[seen[each.canonical_url]].append(each)
        seen[each.canonical_url] += 1
    return rounds
