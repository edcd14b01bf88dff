"""Site memory on Postgres: which blocks of text the pages of a host have shown.

One row a page, written once: nothing is counted in place, so loaders of one host never wait for
each other, and nothing bloats. What recurs is counted by ``pipeline/clean/site_memory.py`` over the
pages around the one that is cleaned.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from psycopg import Connection

from pipeline.clean.site_memory import MIN_STORIES, MIN_STORIES_STRICT, WINDOW, History, SeenPage
from pipeline.warehouse.transactions import transact

KEEP_DAYS = 730
_LAST = 2**63 - 1
_BEHIND = 1000
"""Pages read behind the first one of a batch; a batch has some hundreds."""
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
"""Numbered in the order of the pages, locked in the order of the keys: so nobody deadlocks."""
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
        select behind.* from news.site_pages as behind
        where behind.host = asked.host and behind.page_no >= asked.page_no
        order by behind.page_no
        limit %(behind)s
    )
) as page
order by page.host, page.page_no
"""

_TO_CLEAN_AGAIN = """
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
        row_number() over (partition by mark order by page_no) as turn
    from page cross join unnest(marks) as mark
),
turned as (
    select mark, max(seen_at) as seen_at from holder
    where turn = any(%(turns)s) and seen_at >= %(since)s
    group by mark
),
early as (
    select distinct holder.page_key
    from holder join turned using (mark)
    where holder.seen_at < turned.seen_at
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
        self._ahead: dict[str, History] = {}

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Keep these pages; a page that is known keeps its place and gets its new blocks.

        Two statements for a whole batch: what stands around it is read at once, for ``history``.
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
        self._ahead = self._around(rows, _BEHIND)

    def history(self, host: str, key: int) -> History:
        """Return what the host showed around a page: ``WINDOW`` pages before it and after it."""
        ahead = self._ahead.get(host)
        if ahead is not None and key in ahead:
            return ahead
        return self._around([(host, key)], WINDOW + 1).get(host) or History([])

    def _around(self, asked: Collection[tuple[str, int]], behind: int) -> dict[str, History]:
        found = self._conn.execute(
            _AROUND,
            {
                "hosts": [host for host, _ in asked],
                "keys": [key for _, key in asked],
                "last": _LAST,
                "window": WINDOW,
                "behind": behind,
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
    """Return the articles of a host that hold what became furniture at ``since`` or later.

    A block becomes furniture with its third page, and in the middle of a text with its sixth
    (``recurrence``); the pages that were loaded before that one kept it, and later ones lost it.
    That is what ``reprocess --stage clean`` may change, so cleaning these again is enough; some of
    them will turn out unchanged, since shares and stories are not looked at here. To be asked for
    each of ``hosts_with_new_pages``: about 5 ms a thousand pages.

    Args:
        conn: any connection.
        host: as ``hosts_with_new_pages`` returns it.
        since: when this was asked last; the earliest time asks for all.

    Returns:
        Ids of articles, ascending.
    """
    given = {
        "host": host,
        "since": since,
        "window": WINDOW,
        "turns": [MIN_STORIES, MIN_STORIES_STRICT],
    }
    return [article_id for (article_id,) in conn.execute(_TO_CLEAN_AGAIN, given)]


def forget_old_pages(conn: Connection, days: int = KEEP_DAYS) -> int:
    """Drop pages seen ``days`` ago and more, and return how many."""

    def work(live: Connection) -> int:
        done = live.execute(
            "delete from news.site_pages where seen_at < now() - make_interval(days => %s)",
            (days,),
        )
        return done.rowcount

    return transact(conn, work)


def _array(marks: Iterable[int]) -> str:
    return "{" + ",".join(map(str, marks)) + "}"
