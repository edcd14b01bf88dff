"""Sightings become articles, versions and edits: what a page read now means for what is stored.

All statements are set-based and run inside the caller's transaction, which holds the articles
locked. A text that differs from the stored one is an edit only where the publisher changed it:
``pipeline/clean/sameness.py`` tells that from furniture and from our own better reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from pipeline.clean.sameness import Change, Reading, change
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.warehouse.histories import History, StoredText, lock_articles, stored_texts
from pipeline.warehouse.links import Decision
from pipeline.warehouse.sightings import Earlier, Sighting, mark_seen, repeated_in_run
from pipeline.warehouse.versions import NewVersion, insert_versions, version_sha256


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a set of sightings."""

    decisions: list[Decision]
    new_versions: list[int]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one sighting means for its article."""

    change: Change
    base: Earlier | None = None
    """The stored version's page as it reads today, where that differs from what is stored: the
    edit goes from there, so that it holds what the publisher changed and nothing else."""
    is_announced: bool = False
    is_comparable: bool = True
    """Whether one version of Dateline read both texts of an edit."""


@dataclass(slots=True)
class _Work:
    """The sightings of one call and what was found out about them, by link id."""

    conn: Connection
    run_id: int
    histories: dict[str, History]
    verdicts: dict[int, _Verdict] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    """The version that a sighting shows."""
    origins: dict[int, int] = field(default_factory=dict)
    """The version that an edit goes from, where it is not the current one."""
    new_versions: list[int] = field(default_factory=list)


def store_sightings(conn: Connection, run_id: int, sightings: Sequence[Sighting]) -> Stored:
    """Store sightings, each of another article, and say where their links end.

    Args:
        conn: inside a transaction.
        run_id: the run that loads.
        sightings: no two with one canonical URL.
    """
    work = _Work(conn, run_id, _insert_and_lock(conn, sightings))
    repeated = repeated_in_run(conn, sightings, work.histories)
    decisions = [_duplicate(each, work) for each in sightings if each.link_id in repeated]
    fresh = [each for each in sightings if each.link_id not in repeated]
    _judge(work, fresh)
    _find_or_insert(work, fresh)
    _make_current(work, fresh)
    mark_seen(conn, fresh, work.histories, work.targets)
    return Stored([*decisions, *(_decision(each, work) for each in fresh)], work.new_versions)


def _insert_and_lock(conn: Connection, sightings: Sequence[Sighting]) -> dict[str, History]:
    rows = sorted(sightings, key=lambda each: each.canonical_url)
    urls = [each.canonical_url for each in rows]
    seen = [each.fetched_at for each in rows]
    conn.execute(
        "insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at)"
        " select source_id, url, seen, seen"
        " from unnest(%s::int[], %s::text[], %s::timestamptz[]) as new(source_id, url, seen)"
        " order by url on conflict (canonical_url) do nothing",
        ([each.source_id for each in rows], urls, seen),
    )
    return lock_articles(conn, urls)


def _judge(work: _Work, sightings: Sequence[Sighting]) -> None:
    """Compare the texts that are not the stored ones; only those are read from the store."""
    compared: dict[int, int] = {}
    for each in sightings:
        history = work.histories[each.canonical_url]
        if history.current is None:
            work.verdicts[each.link_id] = _Verdict("edit")
        elif history.current_sha256 == version_sha256(each.article):
            work.verdicts[each.link_id] = _Verdict("none")
        else:
            compared[each.link_id] = history.current
    texts = stored_texts(work.conn, set(compared.values()))
    for each in sightings:
        if each.link_id in compared:
            history = work.histories[each.canonical_url]
            work.verdicts[each.link_id] = _verdict(each, history, texts[compared[each.link_id]])


def _verdict(each: Sighting, history: History, stored: StoredText) -> _Verdict:
    now = Reading.of(each.article)
    found = change(stored.reading, now)
    is_late = each.fetched_at < history.last_seen_at
    earlier = each.earlier if _is_usable(each.earlier, history) else None
    if found == "edit" and earlier and change(Reading.of(earlier.article), now) != "edit":
        found = "cleaner"
    if found == "cleaner" and is_late:
        found = "none"
    if found != "edit" or is_late:
        return _Verdict(found)
    is_as_stored = earlier and version_sha256(earlier.article) == history.current_sha256
    return _Verdict(
        "edit",
        base=None if is_as_stored else earlier,
        is_announced=stored.is_announced_by(each.article),
        is_comparable=earlier is not None or stored.read_by == EXTRACTION_VERSION,
    )


def _is_usable(earlier: Earlier | None, history: History) -> bool:
    return (
        earlier is not None
        and earlier.article_version_id == history.current
        and earlier.article.outcome is Outcome.LOADED
    )


def _find_or_insert(work: _Work, sightings: Sequence[Sighting]) -> None:
    """Find the version of each sighting, and of the pages that edits go from; insert what is new.

    What is the publisher's same text, and no cleaner, is a sighting of the current version.
    """
    missing: list[tuple[int, bool, NewVersion]] = []
    for each in sightings:
        history = work.histories[each.canonical_url]
        verdict = work.verdicts[each.link_id]
        if verdict.change == "none" and history.current is not None:
            work.targets[each.link_id] = history.current
            continue
        for article, base in _texts(each, verdict):
            known = history.versions.get(version_sha256(article))
            if known:
                (work.origins if base else work.targets)[each.link_id] = known[0]
                continue
            is_renewal = base is not None or verdict.change == "cleaner"
            new = _new_version(work.run_id, base or each, article, history, is_renewal)
            missing.append((each.link_id, base is not None, new))
    work.new_versions = insert_versions(work.conn, [new for *_, new in missing])
    for number, (link_id, is_base, _) in zip(work.new_versions, missing, strict=True):
        (work.origins if is_base else work.targets)[link_id] = number


def _texts(each: Sighting, verdict: _Verdict) -> list[tuple[Article, Earlier | None]]:
    """Return the texts to be found or inserted, the page that an edit goes from first."""
    base = [(verdict.base.article, verdict.base)] if verdict.base else []
    return [*base, (each.article, None)]


def _new_version(
    run_id: int,
    page: Sighting | Earlier,
    article: Article,
    history: History,
    is_renewal: bool,
) -> NewVersion:
    return NewVersion(
        article_id=history.article_id,
        version_no=history.take_no(),
        article=article,
        run_id=run_id,
        fetch_id=page.fetch_id,
        fetched_at=page.fetched_at,
        made_by="reprocess" if is_renewal else "page",
    )


def _make_current(work: _Work, sightings: Sequence[Sighting]) -> None:
    """Point articles at the version that their latest page shows, and write edits down.

    A page that waited and is older than what is stored changes nothing here. An edit back to an
    earlier text (A, B, A) points back at the earlier version.
    """
    changed = [
        each
        for each in sightings
        if (history := work.histories[each.canonical_url]).current != work.targets[each.link_id]
        and each.fetched_at >= history.last_seen_at
    ]
    left = [work.histories[each.canonical_url].current for each in changed]
    switch_current(
        work.conn, [number for number in left if number], [work.targets[e.link_id] for e in changed]
    )
    edits = [
        _edit(each, work)
        for each, number in zip(changed, left, strict=True)
        if number and work.verdicts[each.link_id].change == "edit"
    ]
    work.conn.execute(_KEEP_EDITS, (work.run_id, *_columns(edits)))


def switch_current(conn: Connection, left: Sequence[int], taken: Sequence[int]) -> None:
    """Make versions current in place of others; copies of a text that is back are sought anew.

    Args:
        conn: inside a transaction that holds the articles locked.
        left: versions that are no longer what their page says.
        taken: versions that are, of the same articles and perhaps more.
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


_KEEP_EDITS = """
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


def _edit(each: Sighting, work: _Work) -> tuple[int, int | None, int, datetime, bool, bool]:
    history = work.histories[each.canonical_url]
    verdict = work.verdicts[each.link_id]
    return (
        history.article_id,
        work.origins.get(each.link_id, history.current),
        work.targets[each.link_id],
        each.fetched_at,
        verdict.is_announced,
        verdict.is_comparable,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], [], []]


def _duplicate(each: Sighting, work: _Work) -> Decision:
    return Decision(
        each.link_id,
        Outcome.DUPLICATE_URL,
        f"another link of this run led to {each.canonical_url}",
        article_id=work.histories[each.canonical_url].article_id,
    )


def _decision(each: Sighting, work: _Work) -> Decision:
    history = work.histories[each.canonical_url]
    outcome, reason = _outcome(each, history, work.verdicts[each.link_id], work.targets)
    return Decision(each.link_id, outcome, reason, article_id=history.article_id)


def _outcome(
    each: Sighting, history: History, verdict: _Verdict, targets: Mapping[int, int]
) -> tuple[Outcome, str | None]:
    target = targets[each.link_id]
    known = dict(history.versions.values())
    if verdict.change == "cleaner":
        return Outcome.UNCHANGED, "the publisher's text is the same; it was read better"
    if verdict.change == "none" or target == history.current:
        return Outcome.UNCHANGED, None
    if each.fetched_at < history.last_seen_at:
        outcome = Outcome.UNCHANGED if target in known else Outcome.LOADED
        return outcome, "the page is older than the version that is current"
    back = f"the text of version {known[target]} is back" if target in known else None
    return Outcome.LOADED, back
