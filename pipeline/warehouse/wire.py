"""Whose text a group of copies is: the agency that its members credit, kept with the group.

Knows nothing of how a credit was read or a group was found.
"""

from collections import defaultdict
from collections.abc import Collection

from psycopg import Connection

from pipeline.dedupe.wire import GroupCredit, origin_agency


def renew_origins(conn: Connection, article_ids: Collection[int]) -> None:
    """Settle anew the agency of every group that one of these articles is in.

    Args:
        conn: inside the transaction that changed the groups, or a credit.
        article_ids: articles whose group or whose credit changed; those without a group are fine.
    """
    found = conn.execute(
        """
        select a.duplicate_group_id, v.agency, v.credit_kind,
            coalesce(a.published_at, a.first_seen_at)
        from news.articles as a
        join news.article_versions as v on v.article_id = a.article_id and v.is_current
        where v.agency is not null and v.credit_kind is not null and a.duplicate_group_id = any(
            select x.duplicate_group_id from news.articles as x where x.article_id = any(%s)
        )
        """,
        (list(article_ids),),
    )
    credits: defaultdict[int, list[GroupCredit]] = defaultdict(list)
    for group_id, *credit in found:
        credits[group_id].append(GroupCredit(*credit))
    origins = {group_id: origin_agency(each) for group_id, each in credits.items()}
    conn.execute(
        """
        update news.duplicate_groups as g set origin_agency = o.agency
        from (
            select distinct a.duplicate_group_id as group_id, w.agency
            from news.articles as a
            left join unnest(%s::bigint[], %s::text[]) as w(group_id, agency)
                on w.group_id = a.duplicate_group_id
            where a.article_id = any(%s)
        ) as o
        where g.duplicate_group_id = o.group_id and g.origin_agency is distinct from o.agency
        """,
        (list(origins), list(origins.values()), list(article_ids)),
    )
