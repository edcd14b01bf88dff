"""Sightings become articles, versions and edits: what a page read now means for what is stored.

All statements are set-based and run inside the caller's transaction, which holds the articles
locked. A text that differs from the stored one is an edit only where the publisher changed it:
``pipeline/clean/text_change.py`` tells that from furniture and from our own better reading.

What is stored of articles that are about to be written: their versions, under a lock.

Articles are locked in the order of their URLs; under that lock what is read of their versions stays
true until the transaction ends.

Sightings: an article read from one page, and the marks that every sighting leaves.

What a sighting means for the article's text is decided in ``articles``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from pipeline.clean.text_change import Change, CleanedText, detect_change
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.line_rules.dates import Instant, parse_instant
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable
from pipeline.warehouse.links import Decision
from pipeline.warehouse.versions import NewVersion, insert_versions, plausible_count, version_sha256


@dataclass(slots=True)
class History:
    """A locked article: when it was last read, and its versions by hash."""

    article_id: int
    last_seen_at: datetime
    versions: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Version id and number by content hash."""
    current: int | None = None
    current_sha256: bytes | None = None
    last_no: int = 0

    def take_no(self) -> int:
        """Return the number of the next version."""
        self.last_no += 1
        return self.last_no


@dataclass(frozen=True, slots=True)
class StoredText:
    """A stored version as far as an edit is judged by it; times in UTC."""

    reading: CleanedText
    published: Instant | None
    modified: Instant | None
    update_note: str | None
    read_by: str
    """Version of Dateline that read it, the last time."""

    def is_announced_by(self, article: Article) -> bool:
        """Tell whether a later page says that the text was changed: by its time, or by a note."""
        modified = parse_instant(article.modified_at, article.time_zone)
        is_later = modified is not None and _is_later(modified, self.modified or self.published)
        return is_later or (bool(article.update_note) and article.update_note != self.update_note)


def _is_later(after: Instant, before: Instant | None) -> bool:
    """Compare two times of one page: as moments, or as local times where a zone is unknown."""
    if before is None:
        return True
    if after.at is not None and before.at is not None:
        return after.at > before.at
    return after.local > before.local


def lock_articles(conn: Connection, urls: Sequence[str]) -> dict[str, History]:
    """Lock the articles of these canonical URLs and return their histories; unknown URLs have none.

    Args:
        conn: inside a transaction.
        urls: canonical URLs, in any order.
    """
    found = conn.execute(
        "select canonical_url, article_id, last_seen_at from news.articles"
        " where canonical_url = any(%s) order by canonical_url for update",
        (list(urls),),
    )
    histories = {url: History(number, last) for url, number, last in found}
    _read_versions(conn, histories)
    return histories


def _read_versions(conn: Connection, histories: dict[str, History]) -> None:
    by_id = {history.article_id: history for history in histories.values()}
    found = conn.execute(
        "select article_id, article_version_id, version_no, content_sha256, is_current"
        " from news.article_versions where article_id = any(%s)",
        (list(by_id),),
    )
    for article_id, version_id, version_no, digest, is_current in found:
        history = by_id[article_id]
        history.versions[bytes(digest)] = (version_id, version_no)
        history.last_no = max(history.last_no, version_no)
        if is_current:
            history.current, history.current_sha256 = version_id, bytes(digest)


_TEXTS = """
select v.article_version_id, v.title, v.body_text, v.credit_line, v.update_note,
    v.published_text, v.modified_text,
    (
        select s.time_zone from news.articles as a join news.sources as s using (source_id)
        where a.article_id = v.article_id
    ),
    coalesce(v.read_again_by, v.extractor_version),
    array(
        select r.block_text from news.removed_blocks as r
        where r.article_version_id = v.article_version_id order by r.block_no
    )
from news.article_versions as v where v.article_version_id = any(%s)
"""


def stored_texts(conn: Connection, version_ids: Collection[int]) -> dict[int, StoredText]:
    """Return these versions by id, with what their cleaning took out."""
    if not version_ids:
        return {}
    texts = {}
    for number, title, text, credit, note, *rest, removed in conn.execute(
        _TEXTS, (list(version_ids),)
    ):
        reading = CleanedText(title, text, (*removed, *filter(None, (credit, note))))
        published, modified, zone, read_by = rest
        texts[number] = StoredText(
            reading, parse_instant(published, zone), parse_instant(modified, zone), note, read_by
        )
    return texts


@dataclass(frozen=True, slots=True)
class Earlier:
    """The page of an article's stored version, read again by today's code and site memory."""

    article_version_id: int
    fetch_id: int
    fetched_at: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Observation:
    """An article read from one page that one link of a run led to."""

    link_id: int
    link_run_id: int
    link_url: str
    """Canonical URL of the link, which may differ from the article's."""
    fetch_id: int
    source_id: int
    canonical_url: str
    fetched_at: datetime
    article: Article
    earlier: Earlier | None = None


def repeated_in_run(
    conn: Connection, sightings: Sequence[Observation], histories: Mapping[str, History]
) -> set[int]:
    """Return the links whose article another link of the same run has brought already."""
    found = conn.execute(
        """
        select wanted.link_id
        from unnest(%s::bigint[], %s::bigint[], %s::bigint[])
            as wanted(link_id, run_id, article_id)
        where exists (
            select from ops.links as l
            where l.article_id = wanted.article_id and l.run_id = wanted.run_id
                and l.link_id <> wanted.link_id and l.outcome in ('loaded', 'unchanged')
        )
        """,
        (
            [each.link_id for each in sightings],
            [each.link_run_id for each in sightings],
            [histories[each.canonical_url].article_id for each in sightings],
        ),
    )
    return {row[0] for row in found}


def mark_seen(
    conn: Connection,
    sightings: Sequence[Observation],
    histories: Mapping[str, History],
    targets: Mapping[int, int],
) -> None:
    """Note on versions, articles and pages that they were seen again.

    Args:
        conn: inside a transaction that holds the articles locked.
        sightings: no two of one article.
        histories: of their articles, by URL.
        targets: the version that each sighting shows, by link id.
    """
    _mark_versions(conn, sightings, targets)
    articles = [histories[each.canonical_url].article_id for each in sightings]
    published = [
        parse_instant(each.article.published_at, each.article.time_zone) for each in sightings
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
            [each.fetched_at for each in sightings],
            [each.at if each else None for each in published],
        ),
    )
    _point_pages(conn, sightings, articles)


def _mark_versions(
    conn: Connection, sightings: Sequence[Observation], targets: Mapping[int, int]
) -> None:
    """Renew what may change while the text does not: comments, a stated change, a note on it."""
    modified = [
        parse_instant(each.article.modified_at, each.article.time_zone) for each in sightings
    ]
    notes = [each.article.update_note for each in sightings]
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
            [targets[each.link_id] for each in sightings],
            [each.fetched_at for each in sightings],
            [plausible_count(each.article.comment_count) for each in sightings],
            [squeeze(storable(note)) or None if note else None for note in notes],
            [each.at if each else None for each in modified],
            [
                squeeze(storable(each.article.modified_at or "")) if time else None
                for each, time in zip(sightings, modified, strict=True)
            ],
            [each.article.modified_origin for each in sightings],
        ),
    )


def _point_pages(conn: Connection, sightings: Sequence[Observation], articles: Sequence[int]) -> None:
    """Let the next run know which article lies behind a link, whatever the article calls itself."""
    rows = sorted(zip((each.link_url for each in sightings), articles, strict=True))
    conn.execute(
        "select from news.pages where canonical_url = any(%s) order by canonical_url for update",
        ([url for url, _ in rows],),
    )
    conn.execute(
        "update news.pages as p set article_id = s.article_id"
        " from unnest(%s::text[], %s::bigint[]) as s(url, article_id)"
        " where p.canonical_url = s.url and p.article_id is distinct from s.article_id",
        ([url for url, _ in rows], [article_id for _, article_id in rows]),
    )


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


def store_observations(conn: Connection, run_id: int, sightings: Sequence[Observation]) -> Stored:
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


def _insert_and_lock(conn: Connection, sightings: Sequence[Observation]) -> dict[str, History]:
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


def _judge(work: _Work, sightings: Sequence[Observation]) -> None:
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


def _verdict(each: Observation, history: History, stored: StoredText) -> _Verdict:
    now = CleanedText.of(each.article)
    found = detect_change(stored.reading, now)
    is_late = each.fetched_at < history.last_seen_at
    earlier = each.earlier if _is_usable(each.earlier, history) else None
    if (
        found == "edit"
        and earlier
        and detect_change(CleanedText.of(earlier.article), now) != "edit"
    ):
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


def _find_or_insert(work: _Work, sightings: Sequence[Observation]) -> None:
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


def _texts(each: Observation, verdict: _Verdict) -> list[tuple[Article, Earlier | None]]:
    """Return the texts to be found or inserted, the page that an edit goes from first."""
    base = [(verdict.base.article, verdict.base)] if verdict.base else []
    return [*base, (each.article, None)]


def _new_version(
    run_id: int,
    page: Observation | Earlier,
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


def _make_current(work: _Work, sightings: Sequence[Observation]) -> None:
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


def _edit(each: Observation, work: _Work) -> tuple[int, int | None, int, datetime, bool, bool]:
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


def _duplicate(each: Observation, work: _Work) -> Decision:
    return Decision(
        each.link_id,
        Outcome.DUPLICATE_URL,
        f"another link of this run led to {each.canonical_url}",
        article_id=work.histories[each.canonical_url].article_id,
    )


def _decision(each: Observation, work: _Work) -> Decision:
    history = work.histories[each.canonical_url]
    outcome, reason = _outcome(each, history, work.verdicts[each.link_id], work.targets)
    return Decision(each.link_id, outcome, reason, article_id=history.article_id)


def _outcome(
    each: Observation, history: History, verdict: _Verdict, targets: Mapping[int, int]
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
