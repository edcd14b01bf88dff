"""Store what pages say now: articles, their versions and edits, in set-based statements.

An *observation* is an article extracted from one page that a link led to. ``store_observations``
locks the articles, compares each text with the stored version, inserts the versions that are new,
and records an edit where the publisher changed the text. Boilerplate that comes and goes, and a
better extraction by us, are no edits: ``pipeline/clean/text_change.py`` decides that. A text that
may be a wall in place of the article is held back (``pipeline/identity/gate.py``).

Everything runs inside the caller's transaction. Articles are locked in the order of their URLs, so
that two loaders wait for each other and do not deadlock; what is read of their versions stays true
until the transaction ends.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from psycopg import Connection

from pipeline.clean.text_change import Change, CleanedText, detect_change
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.identity.gate import ComparedText, Verdict, suspect
from pipeline.line_rules.dates import parse_instant
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.text import one_line, squeeze, storable
from pipeline.warehouse.article_columns import NewVersion, plausible_count, version_sha256
from pipeline.warehouse.held_versions import (
    Accepted,
    Candidate,
    HeldVersion,
    close_held,
    hold_back,
    host_of,
)
from pipeline.warehouse.late_pages import LatePage, PlacedPage, placed_page, store_late_page
from pipeline.warehouse.links import Decision
from pipeline.warehouse.stored_texts import StoredText, stored_texts
from pipeline.warehouse.transactions import transact
from pipeline.warehouse.versions import insert_versions


@dataclass(slots=True)
class LockedArticle:
    """An article whose row is locked: when it was last read, and its versions by hash."""

    article_id: int
    last_seen_at: datetime
    versions: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Version id and number by content hash."""
    current: int | None = None
    current_sha256: bytes | None = None
    last_no: int = 0

    def next_version_no(self) -> int:
        """Return the number of the next version."""
        self.last_no += 1
        return self.last_no


def lock_articles(conn: Connection, urls: Sequence[str]) -> dict[str, LockedArticle]:
    """Lock the articles of these canonical URLs and return those that exist, by URL.

    Args:
        conn: inside a transaction.
        urls: canonical URLs, in any order.
    """
    found = conn.execute(
        "select canonical_url, article_id, last_seen_at from news.articles"
        " where canonical_url = any(%s) order by canonical_url for update",
        (list(urls),),
    )
    locked_articles = {url: LockedArticle(number, last) for url, number, last in found}
    _read_versions(conn, locked_articles)
    return locked_articles


def _read_versions(conn: Connection, locked_articles: dict[str, LockedArticle]) -> None:
    by_id = {locked.article_id: locked for locked in locked_articles.values()}
    found = conn.execute(
        "select article_id, article_version_id, version_no, content_sha256, is_current"
        " from news.article_versions where article_id = any(%s)",
        (list(by_id),),
    )
    for article_id, version_id, version_no, digest, is_current in found:
        locked = by_id[article_id]
        locked.versions[bytes(digest)] = (version_id, version_no)
        locked.last_no = max(locked.last_no, version_no)
        if is_current:
            locked.current, locked.current_sha256 = version_id, bytes(digest)


@dataclass(frozen=True, slots=True)
class ReprocessedPage:
    """A stored version's page, extracted and cleaned again by today's code and site memory."""

    article_version_id: int
    fetch_id: int
    fetched_at: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Observation:
    """An article extracted from one page, to which one link of a run led."""

    attempt_id: int
    attempt_run_id: int
    link_url: str
    """Canonical URL of the link, which may differ from the article's."""
    fetch_id: int
    source_id: int
    canonical_url: str
    fetched_at: datetime
    article: Article
    reprocessed: ReprocessedPage | None = None
    listed_title: str | None = None
    """The title that the document gave which named the link."""
    has_moved: bool = False
    """Whether the link is a former address of the article, which redirects to its new one."""


def repeated_in_run(
    conn: Connection,
    observations: Sequence[Observation],
    locked_articles: Mapping[str, LockedArticle],
) -> set[int]:
    """Return the attempts whose article another link of the same run has brought already.

    Captures of an archive show a page at several times, and never repeat one another.
    """
    found = conn.execute(
        """
        select wanted.attempt_id
        from unnest(%s::bigint[], %s::bigint[], %s::bigint[])
            as wanted(attempt_id, run_id, article_id)
        join ops.link_attempts as own on own.attempt_id = wanted.attempt_id
        where exists (
            select from ops.link_attempts as other
            where other.article_id = wanted.article_id and other.run_id = wanted.run_id
                and other.link_id <> own.link_id and other.outcome in ('loaded', 'unchanged')
                and other.snapshot is null
        ) and own.snapshot is null
        """,
        (
            [each.attempt_id for each in observations],
            [each.attempt_run_id for each in observations],
            [locked_articles[each.canonical_url].article_id for each in observations],
        ),
    )
    return {row[0] for row in found}


def mark_seen(
    conn: Connection,
    observations: Sequence[Observation],
    locked_articles: Mapping[str, LockedArticle],
    targets: Mapping[int, int],
) -> None:
    """Set on versions, articles and pages when they were last seen, and what a page states now.

    Args:
        conn: inside a transaction that holds the articles locked.
        observations: no two of one article.
        locked_articles: their articles, by URL.
        targets: the version whose text each observation has, by link id.
    """
    _mark_versions(conn, observations, targets)
    articles = [locked_articles[each.canonical_url].article_id for each in observations]
    published = [
        parse_instant(each.article.published_at, each.article.time_zone) for each in observations
    ]
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
            [each.fetched_at for each in observations],
            [each.at if each else None for each in published],
        ),
    )
    _link_pages(conn, observations, articles)


def _mark_versions(
    conn: Connection, observations: Sequence[Observation], targets: Mapping[int, int]
) -> None:
    """Update what may change while the text does not: comment count, modification time, note."""
    modified = [
        parse_instant(each.article.modified_at, each.article.time_zone) for each in observations
    ]
    notes = [each.article.update_note for each in observations]
    conn.execute(
        """
        update news.article_versions as v
        set last_seen_at = greatest(v.last_seen_at, s.seen_at),
            comment_count = coalesce(s.comment_count, v.comment_count),
            update_note = coalesce(s.update_note, v.update_note),
            modified_at = case
                when s.modified_text is null then v.modified_at else s.modified_at
            end,
            modified_text = coalesce(s.modified_text, v.modified_text),
            modified_origin = case
                when s.modified_text is null then v.modified_origin else s.modified_origin
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
            [targets[each.attempt_id] for each in observations],
            [each.fetched_at for each in observations],
            [plausible_count(each.article.comment_count) for each in observations],
            [squeeze(storable(note)) or None if note else None for note in notes],
            [each.at if each else None for each in modified],
            [
                squeeze(storable(each.article.modified_at or "")) if time else None
                for each, time in zip(observations, modified, strict=True)
            ],
            [each.article.modified_origin for each in observations],
        ),
    )


def _link_pages(
    conn: Connection, observations: Sequence[Observation], articles: Sequence[int]
) -> None:
    """Store which article each link's URL leads to, and the validators of the page just read.

    Only a body that was read as the article is the base of later conditional requests: a wall or
    an empty shell in its place must not count as unchanged at the next visit.
    """
    rows = sorted(
        (each.link_url, article_id, each.fetch_id)
        for each, article_id in zip(observations, articles, strict=True)
    )
    conn.execute(
        """
        insert into news.pages
            (canonical_url, etag, last_modified, body_sha256, fetched_at, fetch_id, article_id)
        select distinct on (s.url)
            s.url, f.etag, f.last_modified, f.body_sha256, f.fetched_at, f.fetch_id, s.article_id
        from unnest(%s::text[], %s::bigint[], %s::bigint[]) as s(url, article_id, fetch_id)
        join news.fetches as f on f.fetch_id = s.fetch_id
        order by s.url, f.fetched_at desc
        on conflict (canonical_url) do update set
            etag = excluded.etag,
            last_modified = excluded.last_modified,
            body_sha256 = excluded.body_sha256,
            fetched_at = excluded.fetched_at,
            fetch_id = excluded.fetch_id,
            article_id = excluded.article_id
        where pages.fetched_at <= excluded.fetched_at
        """,
        ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]),
    )


@dataclass(frozen=True, slots=True)
class StoredObservations:
    """Where the links of a call ended, and the ids of the versions that it inserted."""

    decisions: list[Decision]
    new_versions: list[int]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How an observed text differs from the article's stored one."""

    change: Change
    stored: CleanedText | None = None
    """The current version, where the observed text is an edit of it."""
    base: ReprocessedPage | None = None
    """The stored version's page as today's code reads it, where that differs from what is stored.
    The edit starts from that text, so that it holds the publisher's changes and nothing else."""
    is_announced: bool = False
    is_comparable: bool = True
    """Whether one version of extraction and cleaning read both texts of an edit."""


@dataclass(slots=True)
class _Batch:
    """State of one call of ``store_observations``; the dicts are keyed by link id."""

    conn: Connection
    run_id: int
    locked_articles: dict[str, LockedArticle]
    comparisons: dict[int, _Comparison] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    """The version that has the observed text."""
    edit_bases: dict[int, int] = field(default_factory=dict)
    """The version that an edit starts from, where it is not the current one."""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    """What the gate decided about the texts that it suspects."""
    new_versions: list[int] = field(default_factory=list)

    def is_held(self, each: Observation) -> bool:
        """Whether the gate holds the observed text back."""
        verdict = self.verdicts.get(each.attempt_id)
        return verdict is not None and verdict.is_held

    def shown_since(self, each: Observation) -> datetime:
        """Return when a page first showed the observed text: it may have been held since."""
        verdict = self.verdicts.get(each.attempt_id)
        return (verdict and verdict.shown_since) or each.fetched_at


def store_observations(
    conn: Connection,
    run_id: int,
    observations: Sequence[Observation],
    released: HeldVersion | None = None,
) -> StoredObservations:
    """Store observations of different articles and return where their links end.

    Args:
        conn: inside a transaction.
        run_id: the run that loads.
        observations: no two with one canonical URL.
        released: the held text that is observed again and that a person lets pass.
    """
    batch = _Batch(conn, run_id, _insert_and_lock(conn, observations))
    repeated = repeated_in_run(conn, observations, batch.locked_articles)
    decisions = [_duplicate(each, batch) for each in observations if each.attempt_id in repeated]
    rest = [each for each in observations if each.attempt_id not in repeated]
    placed = [(each, _placed(each, batch)) for each in rest if _is_late(each, batch)]
    batch.verdicts = _suspect_late_texts(batch, placed)
    late = [(each, place) for each, place in placed if not batch.is_held(each)]
    decisions += [_held(each, batch) for each, _ in placed if batch.is_held(each)]
    decisions += [_store_late(each, place, batch) for each, place in late]
    fresh = [each for each in rest if not _is_late(each, batch)]
    _compare(batch, fresh)
    if released:
        number, since = released.held_version_id, released.held_at
        passes = Verdict(False, "released by hand", number, since)
        batch.verdicts |= {each.attempt_id: passes for each in fresh}
    else:
        batch.verdicts |= _suspect_texts(batch, fresh)
    held = [each for each in fresh if batch.is_held(each)]
    passed = [each for each in fresh if not batch.is_held(each)]
    _find_or_insert(batch, passed)
    _make_current(batch, passed)
    mark_seen(conn, [*(each for each, _ in late), *passed], batch.locked_articles, batch.targets)
    _close_held(batch, passed, "released" if released else "repeated")
    decisions += [_held(each, batch) for each in held]
    decisions += [_decision(each, batch) for each in passed]
    _delete_empty_articles(batch, held)
    return StoredObservations(decisions, batch.new_versions)


def _is_late(each: Observation, batch: _Batch) -> bool:
    """Tell whether a page was fetched before one of its article that is stored."""
    locked = batch.locked_articles[each.canonical_url]
    return locked.current is not None and each.fetched_at < locked.last_seen_at


def _placed(each: Observation, batch: _Batch) -> PlacedPage:
    article_id = batch.locked_articles[each.canonical_url].article_id
    page = LatePage(article_id, each.article, each.fetch_id, each.fetched_at)
    return placed_page(batch.conn, page)


def _suspect_late_texts(
    batch: _Batch, placed: Sequence[tuple[Observation, PlacedPage]]
) -> dict[int, Verdict]:
    """Return what the gate decides about late pages whose texts would become versions.

    What was seen next speaks for a text: a page from which the next one could have been made by an
    edit is no wall, however little it has of the text before.
    """
    candidates = [
        _candidate(each, batch, place.before)
        for each, place in placed
        if not place.is_known
        and suspect(_compared(CleanedText.of(each.article)), _compared(place.after))
    ]
    return hold_back(batch.conn, candidates, {})


def _compared(text: CleanedText) -> ComparedText:
    return ComparedText(text.title, text.text)


def _store_late(each: Observation, place: PlacedPage, batch: _Batch) -> Decision:
    stored = store_late_page(batch.conn, batch.run_id, place)
    batch.targets[each.attempt_id] = stored.version_id
    batch.new_versions += [stored.version_id] if stored.is_new else []
    outcome = Outcome.LOADED if stored.is_edit else Outcome.UNCHANGED
    reason = "captured before the current version, and put in its place" if stored.is_edit else None
    article_id = batch.locked_articles[each.canonical_url].article_id
    return Decision(each.attempt_id, outcome, reason, article_id=article_id)


def _insert_and_lock(
    conn: Connection, observations: Sequence[Observation]
) -> dict[str, LockedArticle]:
    rows = sorted(observations, key=lambda each: each.canonical_url)
    urls = [each.canonical_url for each in rows]
    seen = [each.fetched_at for each in rows]
    conn.execute(
        "insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at)"
        " select source_id, url, seen, seen"
        " from unnest(%s::int[], %s::text[], %s::timestamptz[]) as new(source_id, url, seen)"
        " order by url on conflict (canonical_url) do nothing",
        ([each.source_id for each in rows], urls, seen),
    )
    locked_articles = lock_articles(conn, urls)
    _bring_back_times_ahead(conn, rows, locked_articles)
    return locked_articles


def _bring_back_times_ahead(
    conn: Connection,
    observations: Sequence[Observation],
    locked_articles: Mapping[str, LockedArticle],
) -> None:
    """Bring times that lie ahead of now back to when a page of their article is read today.

    A clock that ran ahead stored them. Left as they are, every page that is read before that time
    comes would count as older than the text that is stored, and an edit would not be seen. A page
    of the past, which a backfill loads, brings nothing back.
    """
    by_id = {locked.article_id: locked for locked in locked_articles.values()}
    found = conn.execute(
        "select a.article_id, s.seen_at"
        " from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)"
        " join news.articles as a on a.article_id = s.article_id"
        " where a.last_seen_at > clock_timestamp() + interval '1 hour'"
        " and s.seen_at between clock_timestamp() - interval '1 day'"
        " and least(clock_timestamp() + interval '1 hour', a.last_seen_at)",
        (
            [locked_articles[each.canonical_url].article_id for each in observations],
            [each.fetched_at for each in observations],
        ),
    ).fetchall()
    if not found:
        return
    ids, times = [number for number, _ in found], [at for _, at in found]
    for statement in _TIMES_AHEAD:
        conn.execute(statement, (ids, times))
    for number, at in found:
        by_id[number].last_seen_at = at


_TIMES_AHEAD = (
    """
    update news.articles as t
    set first_seen_at = least(t.first_seen_at, s.seen_at),
        last_seen_at = least(t.last_seen_at, s.seen_at)
    from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)
    where t.article_id = s.article_id
    """,
    """
    update news.article_versions as t
    set first_seen_at = least(t.first_seen_at, s.seen_at),
        last_seen_at = least(t.last_seen_at, s.seen_at)
    from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)
    where t.article_id = s.article_id
    """,
    """
    update news.article_edits as t set seen_at = least(t.seen_at, s.seen_at)
    from unnest(%s::bigint[], %s::timestamptz[]) as s(article_id, seen_at)
    where t.article_id = s.article_id
    """,
)
"""Statements that bring the times of articles back."""


def _suspect_texts(batch: _Batch, observations: Sequence[Observation]) -> dict[int, Verdict]:
    """Return what the gate decides about the texts that would become versions."""
    candidates: list[Candidate] = []
    read_at: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for each in observations:
        locked = batch.locked_articles[each.canonical_url]
        comparison = batch.comparisons[each.attempt_id]
        if comparison.change != "edit":
            at = (locked.article_id, each.fetched_at)
            read_at[host_of(each.canonical_url)].append(at)
        else:
            candidates.append(_candidate(each, batch, comparison.stored))
    return hold_back(batch.conn, candidates, read_at)


def _candidate(each: Observation, batch: _Batch, stored: CleanedText | None) -> Candidate:
    return Candidate(
        attempt_id=each.attempt_id,
        fetch_id=each.fetch_id,
        fetched_at=each.fetched_at,
        article_id=batch.locked_articles[each.canonical_url].article_id,
        source_id=each.source_id,
        url=each.canonical_url,
        link_url=each.link_url,
        article=each.article,
        stored=stored,
        listed_title=each.listed_title,
    )


def _close_held(
    batch: _Batch, observations: Sequence[Observation], decision: Literal["repeated", "released"]
) -> None:
    """Decide what was held of the articles whose pages were accepted."""
    verdicts = [batch.verdicts.get(each.attempt_id) for each in observations]
    close_held(
        batch.conn,
        [
            Accepted(
                each.canonical_url,
                batch.locked_articles[each.canonical_url].article_id,
                batch.targets[each.attempt_id],
                each.fetched_at,
            )
            for each in observations
        ],
        [each.held_id for each in verdicts if each and each.held_id is not None],
        decision,
    )


def release(conn: Connection, run_id: int, held: HeldVersion, article: Article) -> list[int]:
    """Make a held text the current version of its article, as a person says.

    Args:
        conn: an autocommit connection.
        run_id: the run of the command.
        held: the held text.
        article: what its page says, as today's code reads it.

    Returns:
        The ids of the versions that were inserted: none where the text is an earlier version.
    """
    observation = Observation(
        attempt_id=held.first_attempt_id,
        attempt_run_id=run_id,
        link_url=held.canonical_url,
        fetch_id=held.last_fetch_id,
        source_id=held.source_id,
        canonical_url=held.canonical_url,
        fetched_at=held.last_shown_at,
        article=article,
    )
    stored = transact(conn, lambda live: store_observations(live, run_id, [observation], held))
    return stored.new_versions


def _delete_empty_articles(batch: _Batch, held: Sequence[Observation]) -> None:
    """Delete the articles that were inserted for a first text which is held."""
    batch.conn.execute(
        "delete from news.articles as a where article_id = any(%s) and not exists ("
        " select from news.article_versions as v where v.article_id = a.article_id)",
        (
            [
                locked.article_id
                for each in held
                if (locked := batch.locked_articles[each.canonical_url]).current is None
            ],
        ),
    )


def _compare(batch: _Batch, observations: Sequence[Observation]) -> None:
    """Compare each text with the stored one; equal hashes need no text from the store."""
    compared: dict[int, int] = {}
    for each in observations:
        locked = batch.locked_articles[each.canonical_url]
        if locked.current is None:
            batch.comparisons[each.attempt_id] = _Comparison("edit")
        elif locked.current_sha256 == version_sha256(each.article):
            batch.comparisons[each.attempt_id] = _Comparison("none")
        else:
            compared[each.attempt_id] = locked.current
    texts = stored_texts(batch.conn, set(compared.values()))
    for each in observations:
        if each.attempt_id in compared:
            locked = batch.locked_articles[each.canonical_url]
            batch.comparisons[each.attempt_id] = _comparison(
                each, locked, texts[compared[each.attempt_id]]
            )


def _comparison(each: Observation, locked: LockedArticle, stored: StoredText) -> _Comparison:
    now = CleanedText.of(each.article)
    found = detect_change(stored.reading, now)
    reprocessed = each.reprocessed if _is_usable(each.reprocessed, locked) else None
    if (
        found == "edit"
        and reprocessed
        and detect_change(CleanedText.of(reprocessed.article), now) != "edit"
    ):
        found = "cleaner"
    if found != "edit":
        return _Comparison(found)
    is_as_stored = reprocessed and version_sha256(reprocessed.article) == locked.current_sha256
    return _Comparison(
        "edit",
        stored.reading,
        base=None if is_as_stored else reprocessed,
        is_announced=stored.is_announced_by(each.article),
        is_comparable=reprocessed is not None or stored.read_by == EXTRACTION_VERSION,
    )


def _is_usable(reprocessed: ReprocessedPage | None, locked: LockedArticle) -> bool:
    return (
        reprocessed is not None
        and reprocessed.article_version_id == locked.current
        and reprocessed.article.outcome is Outcome.LOADED
    )


def _find_or_insert(batch: _Batch, observations: Sequence[Observation]) -> None:
    """Set the version of each observation, and of each edit's base; insert the missing versions.

    An observation without a change of the publisher, and no better extracted, belongs to the
    current version.
    """
    missing: list[tuple[int, bool, NewVersion]] = []
    for each in observations:
        locked = batch.locked_articles[each.canonical_url]
        comparison = batch.comparisons[each.attempt_id]
        if comparison.change == "none" and locked.current is not None:
            batch.targets[each.attempt_id] = locked.current
            continue
        for article, base in _texts(each, comparison):
            known = locked.versions.get(version_sha256(article))
            if known:
                (batch.edit_bases if base else batch.targets)[each.attempt_id] = known[0]
                continue
            is_reprocessed = base is not None or comparison.change == "cleaner"
            new = _new_version(batch.run_id, base or each, article, locked, is_reprocessed)
            if base is None:
                new = replace(new, fetched_at=batch.shown_since(each))
            missing.append((each.attempt_id, base is not None, new))
    inserted = insert_versions(batch.conn, [new for *_, new in missing])
    batch.new_versions += inserted
    for number, (attempt_id, is_base, _) in zip(inserted, missing, strict=True):
        (batch.edit_bases if is_base else batch.targets)[attempt_id] = number


def _texts(
    each: Observation, comparison: _Comparison
) -> list[tuple[Article, ReprocessedPage | None]]:
    """Return the texts to find or insert, with the base of the edit first."""
    base = [(comparison.base.article, comparison.base)] if comparison.base else []
    return [*base, (each.article, None)]


def _new_version(
    run_id: int,
    page: Observation | ReprocessedPage,
    article: Article,
    locked: LockedArticle,
    is_reprocessed: bool,
) -> NewVersion:
    return NewVersion(
        article_id=locked.article_id,
        version_no=locked.next_version_no(),
        article=article,
        run_id=run_id,
        fetch_id=page.fetch_id,
        fetched_at=page.fetched_at,
        made_by="reprocess" if is_reprocessed else "page",
    )


def _make_current(batch: _Batch, observations: Sequence[Observation]) -> None:
    """Make the version of each article's latest page the current one, and insert edits.

    An edit back to an earlier text (A, B, A) makes the earlier version current again.
    """
    changed = [
        each
        for each in observations
        if batch.locked_articles[each.canonical_url].current != batch.targets[each.attempt_id]
    ]
    left = [batch.locked_articles[each.canonical_url].current for each in changed]
    switch_current(
        batch.conn,
        [number for number in left if number],
        [batch.targets[e.attempt_id] for e in changed],
    )
    edits = [
        _edit(each, batch)
        for each, number in zip(changed, left, strict=True)
        if number and batch.comparisons[each.attempt_id].change == "edit"
    ]
    batch.conn.execute(_INSERT_EDITS, (batch.run_id, *_columns(edits)))


def switch_current(conn: Connection, left: Sequence[int], taken: Sequence[int]) -> None:
    """Make versions current in place of others; copies of them will be looked for.

    Args:
        conn: inside a transaction that holds the articles locked.
        left: versions that are no longer current.
        taken: versions that become current, of the same articles and perhaps more.
    """
    conn.execute(
        "update news.article_versions set is_current = false where article_version_id = any(%s)",
        (list(left),),
    )
    conn.execute(
        "update news.article_versions set is_current = true, deduplicated_at = null"
        " where article_version_id = any(%s)",
        (list(taken),),
    )


_INSERT_EDITS = """
insert into news.article_edits
    (article_id, edit_no, from_version_id, to_version_id, seen_at, is_announced, is_comparable,
    run_id)
select e.article_id, 1 + (
        select count(*) from news.article_edits as x where x.article_id = e.article_id
    ), e.from_id, e.to_id, e.seen_at, e.is_announced, e.is_comparable, %s
from unnest(
    %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::boolean[]
) as e(article_id, from_id, to_id, seen_at, is_announced, is_comparable)
"""


def _edit(each: Observation, batch: _Batch) -> tuple[int, int | None, int, datetime, bool, bool]:
    locked = batch.locked_articles[each.canonical_url]
    comparison = batch.comparisons[each.attempt_id]
    return (
        locked.article_id,
        batch.edit_bases.get(each.attempt_id, locked.current),
        batch.targets[each.attempt_id],
        batch.shown_since(each),
        comparison.is_announced,
        comparison.is_comparable,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], [], []]


def _duplicate(each: Observation, batch: _Batch) -> Decision:
    return Decision(
        each.attempt_id,
        Outcome.DUPLICATE_URL,
        f"another link of this run led to {each.canonical_url}",
        article_id=batch.locked_articles[each.canonical_url].article_id,
    )


def _held(each: Observation, batch: _Batch) -> Decision:
    locked = batch.locked_articles[each.canonical_url]
    return Decision(
        each.attempt_id,
        Outcome.SUSPECTED_WALL,
        one_line(batch.verdicts[each.attempt_id].why),
        article_id=locked.article_id if locked.current is not None else None,
    )


def _decision(each: Observation, batch: _Batch) -> Decision:
    locked = batch.locked_articles[each.canonical_url]
    outcome, reason = _outcome(each, locked, batch.comparisons[each.attempt_id], batch.targets)
    return Decision(each.attempt_id, outcome, reason, article_id=locked.article_id)


def _outcome(
    each: Observation, locked: LockedArticle, comparison: _Comparison, targets: Mapping[int, int]
) -> tuple[Outcome, str | None]:
    target = targets[each.attempt_id]
    known = dict(locked.versions.values())
    if comparison.change == "cleaner":
        return Outcome.UNCHANGED, "the publisher's text is the same; it was read better"
    if comparison.change == "none" or target == locked.current:
        moved = f"moved for good to {each.canonical_url}" if each.has_moved else None
        return Outcome.UNCHANGED, one_line(moved) if moved else None
    back = f"the text of version {known[target]} is back" if target in known else None
    return Outcome.LOADED, back
