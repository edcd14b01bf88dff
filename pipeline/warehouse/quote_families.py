"""Families of quotes on Postgres: which quotes are the same words, and who had them first."""

from collections.abc import Sequence

from psycopg import Connection

from pipeline.stories.quote_forms import is_one_quote, quote_keys, quote_words

_MOST_NEAR = 50
"""Quotes that are compared with one; those beyond share fewer runs of words."""
_NEW = """
select distinct on (q.quote_sha256) q.quote_sha256, q.quote_text
from news.article_versions as v
inner join news.quotes as q on v.article_version_id = q.article_version_id
where v.article_id = any(%s) and v.is_current and q.quote_kind <> 'indirect'
order by q.quote_sha256
"""
_NEAR = """
select n.quote_family_id, t.quote_text
from (
    select f.quote_sha256, f.quote_family_id
    from news.quote_forms as f
    where f.keys && %(keys)s::int[]
    order by
        cardinality(array(select unnest(f.keys) intersect select unnest(%(keys)s::int[]))) desc,
        f.quote_sha256
    limit %(most)s
) as n
cross join lateral (
    select q.quote_text from news.quotes as q where q.quote_sha256 = n.quote_sha256 limit 1
) as t
"""


def save_quote_families(conn: Connection, article_ids: Sequence[int]) -> None:
    """Find the families of the quotes of these articles and sum them up.

    Indirect speech is left out: its words are the reporter's.

    Args:
        conn: inside a ``story_lock``, since two writers could not see each other's forms.
        article_ids: articles that were annotated.
    """
    touched: set[int] = set()
    for digest, text in conn.execute(_NEW, (list(article_ids),)).fetchall():
        known = conn.execute(
            "select quote_family_id from news.quote_forms where quote_sha256 = %s", (digest,)
        ).fetchone()
        if known is not None:
            touched.add(known[0])
            continue
        words = quote_words(text)
        if words:
            touched.add(_save_form(conn, digest, words))
    if touched:
        conn.execute("select news.sum_up_quote_families(%s)", (sorted(touched),))


def _save_form(conn: Connection, digest: bytes, words: Sequence[str]) -> int:
    """Store a form in the family of those that are the same quote; return the family."""
    keys = quote_keys(words)
    near = conn.execute(_NEAR, {"keys": keys, "most": _MOST_NEAR}).fetchall()
    same = sorted({family for family, text in near if is_one_quote(words, quote_words(text))})
    if same:
        family = int(same[0])
        conn.execute(
            "update news.quote_forms set quote_family_id = %s where quote_family_id = any(%s)",
            (family, same[1:]),
        )
        conn.execute("delete from news.quote_families where quote_family_id = any(%s)", (same[1:],))
    else:
        row = conn.execute(
            "insert into news.quote_families default values returning quote_family_id"
        ).fetchone()
        family = int(row[0]) if row else 0
    conn.execute(
        "insert into news.quote_forms (quote_sha256, quote_family_id, keys) values (%s, %s, %s)",
        (digest, family, keys),
    )
    return family
