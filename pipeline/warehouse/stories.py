"""Stories on Postgres: the queue of articles to place, the comparison's look-ups, people's changes.

Everything that one call of the stage does runs inside one ``story_lock``, as do a person's merge,
split and undo, since two placings at once could not see each other. A batch is one transaction with
its part of the queue, so a killed process leaves its articles in the queue.

The look-up of articles near another one does not grow with the store: of each telling word or name
it reads the postings of the days around the article, a fixed number at most, and the latest of the
articles that state no time. For an article that states none, it reads the latest of any day too.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, cast

from psycopg import Connection
from psycopg.rows import class_row

from pipeline.errors import UsageError
from pipeline.stories.clusters import Near
from pipeline.stories.comparing import WINDOW_DAYS, Compared, keys, likeness
from pipeline.stories.terms import STORY_RULES, Counted, Named, Weighted, counted, weighted
from pipeline.warehouse.transactions import copy_rows

_LOCK = 0x7374_6F72
"""Key of the advisory lock on placing articles and changing stories."""
_BEFORE = 60
_AFTER = 40
"""Articles taken for one word or name: the latest until the article's day, the first after it."""
_UNDATED = 20
"""Articles without a time that are taken for one word or name; of any time, for such an article."""
_MOST_NEAR = 60
_AUTHOR = f"rules {STORY_RULES}"
"""How the log names the comparison."""
_NEAR: LiteralString = """
select
    t.article_id, sa.story_id, t.told_at, t.is_dated,
    t.words, t.word_weights, t.names, t.name_weights
from (
    select held.article_id
    from unnest(%(terms)s::int[], %(weights)s::real[]) as wanted (term, weight)
    cross join lateral (
        (
            select s.article_id from news.story_terms as s
            where s.term = wanted.term and s.told_on between %(earliest)s and %(day)s
            order by s.told_on desc, s.article_id desc
            limit %(before)s
        )
        union
        (
            select s.article_id from news.story_terms as s
            where s.term = wanted.term and s.told_on > %(day)s and s.told_on <= %(latest)s
            order by s.told_on, s.article_id
            limit %(after)s
        )
        union
        (
            select s.article_id from news.story_terms as s
            where s.term = wanted.term and not s.is_dated
            order by s.article_id desc
            limit %(undated)s
        )
        union
        (
            select s.article_id from news.story_terms as s
            where s.term = wanted.term and not %(is_dated)s
            order by s.told_on desc, s.article_id desc
            limit %(undated)s
        )
    ) as held
    where held.article_id <> %(article)s
    group by held.article_id
    order by sum(wanted.weight) desc, held.article_id
    limit %(most)s
) as c
inner join news.story_texts as t on c.article_id = t.article_id
left join news.story_articles as sa on c.article_id = sa.article_id
"""
_COMPARED: LiteralString = (
    "select t.article_id, t.told_at, t.is_dated,"
    " t.words, t.word_weights, t.names, t.name_weights"
    " from news.story_texts as t "
)


@contextmanager
def story_lock(conn: Connection) -> Iterator[None]:
    """Hold the lock on placing articles and changing stories, in one transaction of the block."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        yield


def take_queued(conn: Connection, limit: int) -> list[int] | None:
    """Take articles from the queue; return those that are still stored, None where it is empty.

    Their order is that of their times, so that a backlog is told as it happened.
    """
    taken = conn.execute(
        "with taken as (delete from ops.articles_to_tell where queue_id in"
        " (select queue_id from ops.articles_to_tell order by queue_id limit %s)"
        " returning article_id)"
        " select array_agg(distinct t.article_id) from taken as t",
        (limit,),
    ).fetchone()
    if taken is None or taken[0] is None:
        return None
    found = conn.execute(
        "select article_id from news.articles where article_id = any(%s)"
        " order by news.told_at(published_at, first_seen_at), article_id",
        (taken[0],),
    )
    return [row[0] for row in found]


def is_story_waiting(conn: Connection) -> bool:
    """Tell whether an article waits for its story."""
    row = conn.execute("select exists (select from ops.articles_to_tell)").fetchone()
    return bool(row and row[0])


def queue_outdated(conn: Connection) -> int:
    """Queue the articles that other rules compared, or none; return how many."""
    return conn.execute(
        "insert into ops.articles_to_tell (article_id)"
        " select v.article_id from news.article_versions as v"
        " left join news.story_texts as t on v.article_id = t.article_id"
        " where v.is_current and v.annotated_at is not null and t.rules is distinct from %s"
        " order by v.article_id",
        (STORY_RULES,),
    ).rowcount


def compare_again(conn: Connection, article_ids: Sequence[int]) -> set[int]:
    """Store the telling words and names of these articles as they are now.

    Returns:
        The articles that can be compared; the others have too few words.
    """
    conn.execute("delete from news.story_texts where article_id = any(%s)", (list(article_ids),))
    names: dict[int, list[Named]] = defaultdict(list)
    for article_id, label, name, start in conn.execute(
        "select v.article_id, c.entity_type, c.entity_name, m.start_char"
        " from news.article_versions as v"
        " inner join news.entity_mentions as m on v.article_version_id = m.article_version_id"
        " inner join news.entities as e on m.entity_id = e.entity_id"
        " inner join news.entities as c on e.canonical_entity_id = c.entity_id"
        " where v.article_id = any(%s) and v.is_current and not m.is_credit",
        (list(article_ids),),
    ):
        names[article_id].append(Named(label, name, start))
    texts: dict[int, tuple[datetime, bool, Counted]] = {}
    for article_id, told_at, is_dated, title, text in conn.execute(
        "select a.article_id, news.told_at(a.published_at, a.first_seen_at),"
        " coalesce(news.told_at(a.published_at, a.first_seen_at) = a.published_at, false),"
        " v.title, left(v.body_text, 20000) from news.articles as a"
        " inner join news.article_versions as v on a.article_id = v.article_id and v.is_current"
        " where a.article_id = any(%s)",
        (list(article_ids),),
    ):
        terms = counted(title, text or "", names[article_id])
        if terms is not None:
            texts[article_id] = told_at, is_dated, terms
    _save_compared(conn, texts)
    return set(texts)


def _save_compared(conn: Connection, texts: Mapping[int, tuple[datetime, bool, Counted]]) -> None:
    # Those of the batch count too: a first run may bring a hundred articles that name the mayor.
    counts = Counter(term for *_, terms in texts.values() for term in (*terms.words, *terms.names))
    stored: dict[int, int] = dict(
        conn.execute(
            "select term, article_count from news.story_term_counts where term = any(%s)",
            (list(counts),),
        ).fetchall()
    )
    counts.update(stored)
    row = conn.execute("select article_count from news.story_totals").fetchone()
    articles = len(texts) + (row[0] if row else 0)
    rows, postings = [], []
    for article_id, (told_at, is_dated, terms) in texts.items():
        weights = weighted(terms, counts, articles)
        rows.append(
            (
                article_id,
                STORY_RULES,
                told_at,
                is_dated,
                list(weights.words),
                list(weights.words.values()),
                list(weights.names),
                list(weights.names.values()),
            )
        )
        day = told_at.astimezone(UTC).date()
        postings += [(term, day, article_id, is_dated) for term in set(keys(weights))]
    copy_rows(
        conn,
        "news.story_texts",
        {
            "article_id": "int8",
            "rules": "int4",
            "told_at": "timestamptz",
            "is_dated": "bool",
            "words": "int4[]",
            "word_weights": "float4[]",
            "names": "int4[]",
            "name_weights": "float4[]",
        },
        rows,
    )
    columns = {"term": "int4", "told_on": "date", "article_id": "int8", "is_dated": "bool"}
    copy_rows(conn, "news.story_terms", columns, postings)


class PostgresBook:
    """The ``Book`` of the store; inside a ``story_lock``."""

    def __init__(self, conn: Connection) -> None:
        """Read and write by this connection."""
        self._conn = conn
        self._cursor = conn.cursor(binary=True)

    def near(self, article_id: int) -> Sequence[Near]:
        """Return articles that share telling words or names with an article, without itself."""
        own = self.compared(article_id)
        terms = keys(own.terms)
        weights = {**own.terms.words, **own.terms.names}
        day = own.told_at.astimezone(UTC).date()
        reach = timedelta(days=WINDOW_DAYS)
        self._cursor.execute(
            _NEAR,
            {
                "terms": terms,
                "weights": [weights[each] for each in terms],
                "article": article_id,
                "day": day,
                "earliest": day - reach,
                "latest": day + reach,
                "before": _BEFORE,
                "after": _AFTER,
                "undated": _UNDATED,
                "is_dated": own.is_dated,
                "most": _MOST_NEAR,
            },
        )
        found = []
        for other, story_id, *columns in self._cursor:
            alike = likeness(own, _compared(other, *columns))
            if alike > 0:
                found.append(Near(other, story_id, alike))
        return found

    def copies(self, article_id: int) -> Sequence[Near]:
        """Return the other articles of an article's group of copies; their likeness is 1."""
        found = self._conn.execute(
            "select o.article_id, sa.story_id from news.articles as a"
            " inner join news.articles as o on a.duplicate_group_id = o.duplicate_group_id"
            " left join news.story_articles as sa on o.article_id = sa.article_id"
            " where a.article_id = %(id)s and o.article_id <> %(id)s order by o.article_id",
            {"id": article_id},
        )
        return [Near(other, story_id, 1.0) for other, story_id in found]

    def story_of(self, article_id: int) -> int | None:
        """Return the story of an article."""
        row = self._conn.execute(
            "select story_id from news.story_articles where article_id = %s", (article_id,)
        ).fetchone()
        return row[0] if row else None

    def is_decided(self, article_id: int) -> bool:
        """Tell whether a person put an article where it is."""
        row = self._conn.execute(
            "select is_decided from news.story_articles where article_id = %s", (article_id,)
        ).fetchone()
        return bool(row and row[0])

    def sizes(self, story_ids: Collection[int]) -> Mapping[int, int]:
        """Return how many articles stories have."""
        if not story_ids:
            return {}
        found = self._conn.execute(
            "select story_id, article_count from news.stories where story_id = any(%s)",
            (list(story_ids),),
        )
        return dict(found.fetchall())

    def members(self, story_id: int, most: int) -> Sequence[Compared]:
        """Return articles of a story, the latest first."""
        self._cursor.execute(
            _COMPARED + "inner join news.story_articles as sa on t.article_id = sa.article_id"
            " where sa.story_id = %s order by t.told_at desc, t.article_id desc limit %s",
            (story_id, most),
        )
        return [_compared(*row) for row in self._cursor]

    def compared(self, article_id: int) -> Compared:
        """Return an article as it is compared."""
        self._cursor.execute(_COMPARED + "where t.article_id = %s", (article_id,))
        return _compared(*cast("tuple[Any, ...]", self._cursor.fetchone()))

    def may_merge(self, one: int, other: int) -> bool:
        """Tell whether no person holds two stories apart."""
        row = self._conn.execute(
            "select from news.stories_apart where story_id_a = %s and story_id_b = %s",
            sorted((one, other)),
        ).fetchone()
        return one != other and row is None

    def form(self, placed: Mapping[int, float | None]) -> int:
        """Form a story of articles, with how like the others each is; return its number."""
        story_id = new_story(self._conn)
        self.join(story_id, placed)
        return story_id

    def join(self, story_id: int, placed: Mapping[int, float | None]) -> None:
        """Put articles that have no story into one."""
        self._conn.execute(
            "insert into news.story_articles (article_id, story_id, similarity)"
            " select w.article_id, %s, w.similarity"
            " from unnest(%s::bigint[], %s::real[]) as w (article_id, similarity)",
            (story_id, list(placed), list(placed.values())),
        )

    def leave(self, article_id: int) -> None:
        """Take an article out of its story."""
        self._conn.execute("delete from news.story_articles where article_id = %s", (article_id,))

    def merge(self, story_id: int, other_story_id: int, reason: str) -> None:
        """Move all articles of the other story into the first, for good."""
        merge(self._conn, story_id, other_story_id, reason, _AUTHOR, is_decided=None)


def _compared(
    article_id: int,
    told_at: datetime,
    is_dated: bool,
    words: list[int],
    word_weights: list[float],
    names: list[int],
    name_weights: list[float],
) -> Compared:
    terms = Weighted(
        dict(zip(words, word_weights, strict=True)), dict(zip(names, name_weights, strict=True))
    )
    return Compared(article_id, told_at, terms, is_dated)


def sum_up(conn: Connection, story_ids: Collection[int]) -> None:
    """Compute headline, span and counts of stories again: an article of theirs has changed."""
    if story_ids:
        conn.execute("select news.sum_up_stories(%s)", (sorted(story_ids),))


def new_story(conn: Connection) -> int:
    """Form a story without articles; return its number, which no story had before."""
    row = conn.execute(
        "insert into news.stories (started_at, ended_at, article_count)"
        " values (now(), now(), 0) returning story_id"
    ).fetchone()
    return int(cast("tuple[int]", row)[0])


def articles_of(conn: Connection, story_id: int) -> list[int]:
    """Return the articles of a story, in the order of their numbers."""
    found = conn.execute(
        "select article_id from news.story_articles where story_id = %s order by article_id",
        (story_id,),
    )
    return [row[0] for row in found]


def move(
    conn: Connection, article_ids: Collection[int], story_id: int, *, is_decided: bool | None
) -> None:
    """Move articles into a story.

    Args:
        conn: inside a ``story_lock``.
        article_ids: the articles, of whichever story.
        story_id: where they go.
        is_decided: whether a person puts them there; None leaves that as it is.
    """
    moved = conn.execute(
        "delete from news.story_articles where article_id = any(%s)"
        " returning article_id, similarity, is_decided",
        (sorted(article_ids),),
    ).fetchall()
    conn.execute(
        "insert into news.story_articles (article_id, story_id, similarity, is_decided)"
        " select w.article_id, %s, w.similarity, coalesce(%s, w.is_decided)"
        " from unnest(%s::bigint[], %s::real[], %s::boolean[])"
        " as w (article_id, similarity, is_decided)",
        (story_id, is_decided, *([row[place] for row in moved] for place in range(3))),
    )


def merge(
    conn: Connection,
    story_id: int,
    other_story_id: int,
    reason: str | None,
    decided_by: str,
    *,
    is_decided: bool | None = True,
) -> int:
    """Move the articles of the other story into the first and log it; return the change's number.

    Where a person held the two apart, that ends: only a person can ask for such a merge.

    Args:
        conn: inside a ``story_lock``.
        story_id: the story that goes on.
        other_story_id: the story that ends.
        reason: why.
        decided_by: who decides.
        is_decided: as in ``move``.
    """
    moved = articles_of(conn, other_story_id)
    move(conn, moved, story_id, is_decided=is_decided)
    conn.execute(
        "update news.stories set merged_into_story_id = %s, changed_at = now() where story_id = %s",
        (story_id, other_story_id),
    )
    conn.execute(
        "delete from news.stories_apart where story_id_a = %s and story_id_b = %s",
        sorted((story_id, other_story_id)),
    )
    return _log(conn, "merge", (story_id, other_story_id), moved, reason, decided_by)


def split(
    conn: Connection, story_id: int, article_ids: Sequence[int], reason: str | None, decided_by: str
) -> tuple[int, int]:
    """Form a story of articles of another one and hold both apart.

    Returns:
        The number of the change, and of the new story.
    """
    new = new_story(conn)
    move(conn, article_ids, new, is_decided=True)
    _hold_apart(conn, story_id, new)
    change = _log(conn, "split", (story_id, new), list(article_ids), reason, decided_by)
    return change, new


def undo(conn: Connection, change: "StoryChange", reason: str | None, decided_by: str) -> int:
    """Take a merge or split back and log it; return the number of that change.

    Articles that were removed since, or that a person moved elsewhere, stay as they are.
    """
    if change.kind == "merge":
        source, target = change.story_id, change.other_story_id
        conn.execute(
            "update news.stories set merged_into_story_id = null where story_id = %s", (target,)
        )
        _hold_apart(conn, source, target)
    else:
        source, target = change.other_story_id, change.story_id
        conn.execute(
            "delete from news.stories_apart where story_id_a = %s and story_id_b = %s",
            sorted((source, target)),
        )
    there = set(articles_of(conn, source))
    moved = [each for each in change.article_ids if each in there]
    move(conn, moved, target, is_decided=change.kind == "merge")
    if change.kind == "split" and there <= set(moved):
        conn.execute(
            "update news.stories set merged_into_story_id = %s where story_id = %s",
            (target, source),
        )
    pair = (change.story_id, change.other_story_id)
    return _log(conn, "undo", pair, moved, reason, decided_by, change.story_change_id)


def _hold_apart(conn: Connection, one: int, other: int) -> None:
    conn.execute(
        "insert into news.stories_apart (story_id_a, story_id_b) values (%s, %s)"
        " on conflict do nothing",
        sorted((one, other)),
    )


def _log(
    conn: Connection,
    kind: str,
    stories: tuple[int, int],
    article_ids: list[int],
    reason: str | None,
    decided_by: str,
    undone: int | None = None,
) -> int:
    row = conn.execute(
        "insert into news.story_changes (kind, story_id, other_story_id, article_ids,"
        " undone_change_id, reason, decided_by) values (%s, %s, %s, %s, %s, %s, %s)"
        " returning story_change_id",
        (kind, *stories, article_ids, undone, reason, decided_by),
    ).fetchone()
    return int(cast("tuple[int]", row)[0])


@dataclass(frozen=True, slots=True)
class Story:
    """A story as ``news.stories`` has it; times in UTC."""

    story_id: int
    headline: str | None
    started_at: datetime
    ended_at: datetime
    article_count: int
    original_count: int
    source_count: int
    lead_article_id: int | None
    merged_into_story_id: int | None


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """An article of a story; times in UTC."""

    article_id: int
    told_at: datetime
    source_key: str
    title: str | None
    canonical_url: str
    similarity: float | None
    is_lead: bool
    is_decided: bool


@dataclass(frozen=True, slots=True)
class StoryChange:
    """A row of ``news.story_changes``."""

    story_change_id: int
    kind: str
    story_id: int
    other_story_id: int
    article_ids: list[int]
    undone_change_id: int | None
    reason: str | None
    decided_by: str
    changed_at: datetime
    is_undone: bool


_STORIES: LiteralString = (
    "select story_id, headline, started_at, ended_at, article_count, original_count, source_count,"
    " lead_article_id, merged_into_story_id from news.stories "
)
_CHANGES: LiteralString = (
    "select c.story_change_id, c.kind, c.story_id, c.other_story_id, c.article_ids,"
    " c.undone_change_id, c.reason, c.decided_by, c.changed_at,"
    " exists (select from news.story_changes as u where u.undone_change_id = c.story_change_id)"
    " as is_undone from news.story_changes as c "
)


def find_story(conn: Connection, story_id: int) -> Story:
    """Return a story.

    Raises:
        UsageError: there is none of this number.
    """
    with conn.cursor(row_factory=class_row(Story)) as cursor:
        found = cursor.execute(_STORIES + "where story_id = %s", (story_id,)).fetchone()
    if found is None:
        raise UsageError(f"no story {story_id}: dateline story list shows their numbers")
    return found


def latest_stories(conn: Connection, since: datetime, limit: int) -> list[Story]:
    """Return the stories with articles since a time, those with most articles first."""
    with conn.cursor(row_factory=class_row(Story)) as cursor:
        cursor.execute(
            _STORIES + "where article_count > 0 and ended_at >= %s"
            " order by article_count desc, ended_at desc, story_id limit %s",
            (since, limit),
        )
        return cursor.fetchall()


def timeline(conn: Connection, story_id: int) -> list[StoryArticle]:
    """Return the articles of a story in the order of their times."""
    with conn.cursor(row_factory=class_row(StoryArticle)) as cursor:
        cursor.execute(
            "select a.article_id, news.told_at(a.published_at, a.first_seen_at) as told_at,"
            " s.source_key, v.title, a.canonical_url, sa.similarity,"
            " coalesce(st.lead_article_id = a.article_id, false) as is_lead, sa.is_decided"
            " from news.story_articles as sa"
            " inner join news.stories as st on sa.story_id = st.story_id"
            " inner join news.articles as a on sa.article_id = a.article_id"
            " inner join news.sources as s on a.source_id = s.source_id"
            " left join news.article_versions as v on a.article_id = v.article_id and v.is_current"
            " where sa.story_id = %s order by told_at, a.article_id",
            (story_id,),
        )
        return cursor.fetchall()


def changes_of(conn: Connection, story_id: int) -> list[StoryChange]:
    """Return the merges and splits of a story, newest first."""
    with conn.cursor(row_factory=class_row(StoryChange)) as cursor:
        cursor.execute(
            _CHANGES + "where %(id)s in (c.story_id, c.other_story_id) order by 1 desc",
            {"id": story_id},
        )
        return cursor.fetchall()


def find_change(conn: Connection, change_id: int) -> StoryChange:
    """Return a merge or split.

    Raises:
        UsageError: there is none of this number.
    """
    with conn.cursor(row_factory=class_row(StoryChange)) as cursor:
        found = cursor.execute(_CHANGES + "where c.story_change_id = %s", (change_id,)).fetchone()
    if found is None:
        raise UsageError(f"no change {change_id}: dateline story show ID lists those of a story")
    return found
