"""Site memory on Postgres: which blocks of text the pages of a host have shown.

A page is one row, written once. Nothing is counted in place, so loaders of one host never wait for
each other and the table does not bloat. ``pipeline/clean/site_memory.py`` counts recurring blocks
over the pages around the one that is cleaned.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from psycopg import Connection

from pipeline.clean.site_memory import MIN_STORIES, MIN_STORIES_STRICT, WINDOW, History, SeenPage
from pipeline.warehouse.transactions import transact

KEEP_DAYS = 730
"""Two years; pages are forgotten so that the memory of a host does not grow without end."""
_LAST = 2**63 - 1
_PAGES_AFTER = 1000
"""Pages read after the first one of a batch, which has some hundreds."""
_REMEMBER = """
with seen as materialized (
    select given.*, nextval(pg_get_serial_sequence('news.site_pages', 'page_no')) as page_no
    from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
        as given (host, page_key, lines, sentences, names)
)
insert into news.site_pages as stored (
    host, page_key, page_no, line_marks, sentence_marks, name_marks
)
overriding system value
select host, page_key, page_no, lines::bigint[], sentences::bigint[], names::int[] from seen
order by host, page_key
on conflict (host, page_key) do update
set
    line_marks = excluded.line_marks,
    sentence_marks = excluded.sentence_marks,
    name_marks = excluded.name_marks
where (stored.line_marks, stored.sentence_marks)
    is distinct from (excluded.line_marks, excluded.sentence_marks)
"""
"""Rows are numbered in the order of the pages and inserted in the order of their keys, so that two
loaders do not deadlock."""
_AROUND = """
with asked as (
    select each.host, min(coalesce(known.page_no, %(last)s)) as page_no
    from unnest(%(hosts)s::text[], %(keys)s::bigint[]) as each (host, page_key)
    left join news.site_pages as known using (host, page_key)
    group by each.host
)
select
    page.host, page.page_key, page.line_marks, page.sentence_marks, page.name_marks, page.seen_at
from asked
cross join lateral (
    (
        select before.* from news.site_pages as before
        where before.host = asked.host and before.page_no < asked.page_no
        order by before.page_no desc
        limit %(window)s
    )
    union all
    (
        select after.* from news.site_pages as after
        where after.host = asked.host and after.page_no >= asked.page_no
        order by after.page_no
        limit %(after)s
    )
) as page
order by page.host, page.page_no
"""

_ARTICLES_TO_CLEAN = """
with page as (
    select page_no, page_key, seen_at, line_marks || sentence_marks as marks
    from news.site_pages
    where host = %(host)s and page_no >= coalesce(
        (
            select before.page_no from news.site_pages as before
            where before.host = %(host)s and before.page_no < (
                select min(page_no) from news.site_pages
                where host = %(host)s and seen_at >= %(since)s
            )
            order by before.page_no desc
            offset %(window)s - 1
            limit 1
        ), 0
    )
),
holder as (
    select
        mark, page_key, seen_at,
        row_number() over (partition by mark order by page_no) as page_count
    from page cross join unnest(marks) as mark
),
became_boilerplate as (
    select mark, max(seen_at) as seen_at from holder
    where page_count = any(%(page_counts)s) and seen_at >= %(since)s
    group by mark
),
early as (
    select distinct holder.page_key
    from holder join became_boilerplate using (mark)
    where holder.seen_at < became_boilerplate.seen_at
)
select article.article_id
from news.articles as article
join early
    on early.page_key = ('x' || left(md5(article.canonical_url), 16))::bit(64)::bigint
order by article.article_id
"""


class PostgresSiteMemory:
    """A ``SiteMemory`` (see ``pipeline/clean/site_memory.py``) that all loaders share.

    Args:
        conn: an autocommit connection.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._batch: dict[str, History] = {}

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Store these pages; a known page keeps its number and gets its new blocks.

        A batch takes two statements: the pages around it are read at once, for ``history``.
        """
        rows = {(page.host, page.key): page for page in pages}
        given = (
            [host for host, _ in rows],
            [key for _, key in rows],
            [_array(page.lines) for page in rows.values()],
            [_array(page.sentences) for page in rows.values()],
            [_array(page.names) for page in rows.values()],
        )
        if rows:
            transact(self._conn, lambda live: live.execute(_REMEMBER, given))
        self._batch = self._around(rows, _PAGES_AFTER)

    def history(self, host: str, key: int) -> History:
        """Return the ``WINDOW`` pages of the host before a page, and as many after it."""
        known = self._batch.get(host)
        if known is not None and key in known:
            return known
        return self._around([(host, key)], WINDOW + 1).get(host) or History([])

    def _around(self, asked: Collection[tuple[str, int]], after: int) -> dict[str, History]:
        found = self._conn.execute(
            _AROUND,
            {
                "hosts": [host for host, _ in asked],
                "keys": [key for _, key in asked],
                "last": _LAST,
                "window": WINDOW,
                "after": after,
            },
        )
        pages: dict[str, list[SeenPage]] = defaultdict(list)
        for row in found:
            pages[row[0]].append(SeenPage(*row))
        return {host: History(seen) for host, seen in pages.items()}


def hosts_with_new_pages(conn: Connection, since: datetime) -> list[str]:
    """Return the hosts of which pages were seen for the first time at ``since`` or later."""
    found = conn.execute(
        "select distinct host from news.site_pages where seen_at >= %s order by host", (since,)
    )
    return [host for (host,) in found]


def articles_to_clean(conn: Connection, host: str, since: datetime) -> list[int]:
    """Return the articles of a host that hold blocks which became boilerplate since a time.

    A block becomes boilerplate with its third page, and in the middle of a text with its sixth
    (``MIN_STORIES``, ``MIN_STORIES_STRICT``). Pages that were loaded before kept it, later ones
    lost it. ``reprocess --stage clean`` can change no other articles, so cleaning these again is
    enough; some will stay unchanged, since shares and stories are not considered here. A call
    takes about 5 ms per thousand pages of the host.

    Args:
        conn: any connection.
        host: as ``hosts_with_new_pages`` returns it.
        since: the time of the last call; the earliest time for all articles.

    Returns:
        Ids of articles, ascending.
    """
    given = {
        "host": host,
        "since": since,
        "window": WINDOW,
        "page_counts": [MIN_STORIES, MIN_STORIES_STRICT],
    }
    return [article_id for (article_id,) in conn.execute(_ARTICLES_TO_CLEAN, given)]


def forget_old_pages(conn: Connection, days: int = KEEP_DAYS) -> int:
    """Delete pages first seen ``days`` ago or more, and return how many."""

    def work(live: Connection) -> int:
        done = live.execute(
            "delete from news.site_pages where seen_at < now() - make_interval(days => %s)",
            (days,),
        )
        return done.rowcount

    return transact(conn, work)


def _array(marks: Iterable[int]) -> str:
    return "{" + ",".join(map(str, marks)) + "}"
