"""Takedowns of entities on Postgres: remove what the tables say of a person, and bar their names.

An order names the rows of ``news.entities`` that go; they stay until everything else is gone, so an
order that was interrupted can be completed. Texts of articles are no matter of this module.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from psycopg import Connection, sql

from pipeline.warehouse.annotations import LONGEST_NAME
from pipeline.warehouse.barred_names import ANY_CLASS, name_sha256, words_of_names
from pipeline.warehouse.entities import lock_names
from pipeline.warehouse.takedowns import TakedownOrder, order_by_id

_Rows = tuple[list[int], list[int]]
"""Versions, and beside each the number of a quote or mention in it."""
_VERSIONS_AT_ONCE = 500
"""Versions from which mentions are removed in one transaction: about a second."""


def entity_rows(conn: Connection, entity_id: int) -> list[int]:
    """Return the rows of an entity: all its names, and a bare surname that is nobody else's."""
    found = conn.execute(
        """
        with own as (
            select n.* from news.entities as n
            inner join news.entities as e on e.canonical_entity_id = n.canonical_entity_id
            where e.entity_id = %s
        )
        select entity_id from own
        union
        select n.entity_id
        from news.entities as n
        inner join news.entities as b on b.entity_id = n.canonical_entity_id
        where
            b.entity_type = 'PERSON'
            and b.is_bare_surname
            and b.merged_into_entity_id is null
            and b.surname_key in (select surname_key from own where not is_bare_surname)
            and not exists (
                select from news.entities as o
                where
                    o.surname_key = b.surname_key
                    and o.entity_type = 'PERSON'
                    and not o.is_bare_surname
                    and o.entity_id not in (select entity_id from own)
            )
        order by 1
        """,
        (entity_id,),
    )
    return [number for (number,) in found]


def counts_of(conn: Connection, entity_ids: Sequence[int]) -> dict[str, int]:
    """Return how many articles name an entity, and its mentions and quotes."""
    row = conn.execute(
        """
        select
            (
                select count(distinct v.article_id)
                from news.entity_mentions as m
                inner join news.article_versions as v using (article_version_id)
                where m.entity_id = any(%(ids)s)
            ),
            (select count(*) from news.entity_mentions where entity_id = any(%(ids)s)),
            (
                select count(distinct (article_version_id, quote_no))
                from news.quote_speakers where entity_id = any(%(ids)s)
            )
        """,
        {"ids": list(entity_ids)},
    ).fetchone()
    return dict(zip(("articles", "mentions", "quotes"), row or (0, 0, 0), strict=True))


def preview(conn: Connection, entity_ids: Sequence[int]) -> list[tuple[str, str, str]]:
    """Return the names, quotes, quotes of others and mentions that a takedown would remove."""
    ids = {"ids": list(entity_ids)}
    names = conn.execute(
        "select entity_name, entity_type, version_count from news.entities"
        " where entity_id = any(%(ids)s) order by version_count desc, entity_name",
        ids,
    ).fetchall()
    quotes = conn.execute(
        "select distinct q.quote_text, a.canonical_url from news.quote_speakers as s"
        " join news.quotes as q using (article_version_id, quote_no)"
        " join news.article_versions as v using (article_version_id)"
        " join news.articles as a using (article_id)"
        " where s.entity_id = any(%(ids)s) or s.named_entity_id = any(%(ids)s) order by 2, 1",
        ids,
    ).fetchall()
    of_others = conn.execute(
        "select distinct q.quote_text, a.canonical_url"
        " from unnest(%s::bigint[], %s::int[]) as w(version, number)"
        " join news.quotes as q on (q.article_version_id, q.quote_no) = (w.version, w.number)"
        " join news.article_versions as v using (article_version_id)"
        " join news.articles as a using (article_id) order by 2, 1",
        _quotes_of_others(conn, entity_ids),
    ).fetchall()
    mentions = conn.execute(
        "select a.canonical_url, count(*) from news.entity_mentions as m"
        " join news.article_versions as v using (article_version_id)"
        " join news.articles as a using (article_id)"
        " where m.entity_id = any(%(ids)s) or m.named_entity_id = any(%(ids)s)"
        " group by 1 order by 1",
        ids,
    ).fetchall()
    return [
        *(("name", name, f"{kind}, in {count} texts") for name, kind, count in names),
        *(("quote", words, url) for words, url in quotes),
        *(("quote of others", words, url) for words, url in of_others),
        *(("mentions", url, str(count)) for url, count in mentions),
    ]


def _quotes_of_others(conn: Connection, entity_ids: Sequence[int]) -> _Rows:
    """Return the quotes that name an entity and are not by it, wherever they stand."""
    ids = list(entity_ids)
    surfaces: dict[int, set[str]] = defaultdict(set)
    for version, surface in conn.execute(
        "select article_version_id, surface_text from news.entity_mentions"
        " where entity_id = any(%(ids)s) or named_entity_id = any(%(ids)s)",
        {"ids": ids},
    ):
        surfaces[version].add(surface)
    in_full = conn.execute(
        "select article_version_id, quote_no from news.quotes where quote_text ~* %(names)s"
        " or speaker_surface ~* %(names)s or speaker_evidence ~* %(names)s",
        {"names": _postgres_pattern(_full_names(conn, ids))},
    ).fetchall()
    own = set(
        conn.execute(
            "select article_version_id, quote_no from news.quote_speakers"
            " where entity_id = any(%(ids)s) or named_entity_id = any(%(ids)s)",
            {"ids": ids},
        )
    )
    found = {*zip(*_quotes_naming(conn, surfaces), strict=True), *in_full} - own
    return [version for version, _ in found], [number for _, number in found]


def earlier_order(conn: Connection, wanted: str, entity_id: int | None) -> TakedownOrder | None:
    """Return the order that took an entity down, or has begun to; None without one.

    Args:
        conn: a connection.
        wanted: the entity's number or name, with or without its class.
        entity_id: the entity where it is still there; else the digest of its name tells.
    """
    if entity_id is not None:
        found = conn.execute(
            "select takedown_order_id from ops.takedown_orders where target = %s",
            (f"entity:{entity_id}",),
        )
    else:
        found = conn.execute(
            "select takedown_order_id from ops.takedown_orders where target = %s"
            " union select takedown_order_id from news.barred_names where name_sha256 = %s limit 1",
            (f"entity:{wanted}", name_sha256(wanted.rpartition(":")[2][:LONGEST_NAME])),
        )
    row = found.fetchone()
    return order_by_id(conn, row[0]) if row else None


def open_entity_order(
    conn: Connection, entity_id: int, reason: str, by: str, *, with_texts: bool
) -> int:
    """Store an order and bar the names of its entity; return the order's id.

    Args:
        conn: an autocommit connection.
        entity_id: the entity.
        reason: why, kept with the order.
        by: who asked for it.
        with_texts: remove the articles that name the entity too.
    """
    with conn.transaction():
        lock_names(conn)
        ids = entity_rows(conn, entity_id)
        [(order_id,)] = conn.execute(
            "insert into ops.takedown_orders"
            " (target_kind, target, reason, requested_by, entity_ids, with_texts, article_count)"
            " values ('entity', %s, %s, %s, %s, %s, %s) returning takedown_order_id",
            (
                f"entity:{entity_id}",
                reason,
                by,
                ids,
                with_texts,
                0 if with_texts else counts_of(conn, ids)["articles"],
            ),
        )
        rows = conn.execute(
            """
            select e.entity_name, e.usual_name, case when exists (
                select from news.entities as o
                where o.family_key = e.family_key and o.entity_id <> all(%(ids)s)
            ) then e.entity_type else %(any)s end
            from news.entities as e where e.entity_id = any(%(ids)s)
            """,
            {"ids": ids, "any": ANY_CLASS},
        ).fetchall()
        barred = {(name_sha256(name), kind) for *names, kind in rows for name in names if name}
        conn.execute(
            "insert into news.barred_names (name_sha256, entity_type, takedown_order_id)"
            " select digest, kind, %s from unnest(%s::bytea[], %s::text[]) as b(digest, kind)"
            " on conflict do nothing",
            (order_id, [digest for digest, _ in barred], [kind for _, kind in barred]),
        )
    return int(order_id)


def articles_naming(conn: Connection, entity_ids: Sequence[int], limit: int) -> list[int]:
    """Return articles that name an entity, at most ``limit``: by annotation, or in their words."""
    named = conn.execute(
        "select distinct v.article_id from news.entity_mentions as m"
        " join news.article_versions as v using (article_version_id)"
        " where m.entity_id = any(%(ids)s) or m.named_entity_id = any(%(ids)s)"
        " order by v.article_id limit %(limit)s",
        {"ids": list(entity_ids), "limit": limit},
    ).fetchall()
    found = [number for (number,) in named]
    names = _full_names(conn, entity_ids)
    for name in names:
        # Texts for the owner are found by words and not by phrases, so the text decides.
        rows = conn.execute(
            "select distinct v.article_id from news.article_search as s"
            " join news.article_versions as v using (article_version_id)"
            " where s.search_vector @@ mart.search_query(%s)"
            " and concat_ws(E'\\n', v.title, v.body_text) ~* %s order by v.article_id limit %s",
            (re.sub(r"\W+", " ", name), _postgres_pattern([name]), limit),
        )
        found += [number for (number,) in rows]
    return sorted(set(found))[:limit]


def remove_mentions(conn: Connection, entity_ids: Sequence[int]) -> bool:
    """Remove an entity's mentions from some versions, with quotes by it or that name it.

    Returns:
        Whether there were any.
    """
    ids = list(entity_ids)
    with conn.transaction():
        versions = [
            number
            for (number,) in conn.execute(
                "select article_version_id from news.entity_mentions"
                " where entity_id = any(%(ids)s) or named_entity_id = any(%(ids)s)"
                " union select article_version_id from news.quote_speakers"
                " where entity_id = any(%(ids)s) or named_entity_id = any(%(ids)s)"
                " order by 1 limit %(limit)s",
                {"ids": ids, "limit": _VERSIONS_AT_ONCE},
            )
        ]
        if not versions:
            return False
        conn.execute(
            "select from news.article_versions where article_version_id = any(%s)"
            " order by article_version_id for no key update",
            (versions,),
        )
        surfaces: dict[int, set[str]] = {number: set() for number in versions}
        for number, surface in conn.execute(
            "delete from news.entity_mentions where article_version_id = any(%(versions)s)"
            " and (entity_id = any(%(ids)s) or named_entity_id = any(%(ids)s))"
            " returning article_version_id, surface_text",
            {"versions": versions, "ids": ids},
        ):
            surfaces[number].add(surface)
        _remove_quotes(conn, ids, surfaces)
        _note_changed(conn, versions)
    return True


def _remove_quotes(conn: Connection, ids: Sequence[int], surfaces: dict[int, set[str]]) -> None:
    """Remove quotes by an entity, and those in whose words it stands, from versions."""
    conn.execute(
        "delete from news.quotes as q using news.quote_speakers as s"
        " where q.article_version_id = s.article_version_id and q.quote_no = s.quote_no"
        " and s.article_version_id = any(%(versions)s)"
        " and (s.entity_id = any(%(ids)s) or s.named_entity_id = any(%(ids)s))",
        {"versions": list(surfaces), "ids": ids},
    )
    roles = conn.execute(
        "select article_version_id, mention_no, role_text from news.entity_mentions"
        " where article_version_id = any(%s) and role_text is not null",
        (list(surfaces),),
    ).fetchall()
    conn.execute(
        "delete from news.quotes as q using unnest(%s::bigint[], %s::int[]) as w(version, number)"
        " where q.article_version_id = w.version and q.quote_no = w.number",
        _quotes_naming(conn, surfaces),
    )
    conn.execute(
        "update news.entity_mentions as m set role_text = null"
        " from unnest(%s::bigint[], %s::int[]) as w(version, number)"
        " where m.article_version_id = w.version and m.mention_no = w.number",
        _naming(roles, surfaces),
    )


def _quotes_naming(conn: Connection, surfaces: Mapping[int, set[str]]) -> _Rows:
    """Return the quotes in whose words, speaker or evidence a name of their version stands.

    Args:
        conn: a connection.
        surfaces: for each version, the names to look for as its text has them.
    """
    quotes = conn.execute(
        "select article_version_id, quote_no,"
        " concat_ws(E'\\n', quote_text, speaker_surface, cue_text, speaker_evidence)"
        " from news.quotes where article_version_id = any(%s)",
        (list(surfaces),),
    ).fetchall()
    return _naming(quotes, surfaces)


def _naming(rows: Sequence[tuple[int, int, str]], surfaces: Mapping[int, set[str]]) -> _Rows:
    """Return version and number of the rows whose words hold a name of their version."""
    patterns = {number: words_of_names(names) for number, names in surfaces.items() if names}
    found = [
        (version, number)
        for version, number, words in rows
        if version in patterns and patterns[version].search(words)
    ]
    return [version for version, _ in found], [number for _, number in found]


def _note_changed(conn: Connection, versions: Collection[int]) -> None:
    """Mark the articles of versions as changed, and let their stories be told without the name.

    Deleted annotations are noted by nobody else.
    """
    for queue in ("ops.changed_articles", "ops.articles_to_tell"):
        conn.execute(
            sql.SQL(
                "insert into {} (article_id) select distinct article_id"
                " from news.article_versions where article_version_id = any(%s)"
            ).format(sql.Identifier(*queue.split("."))),
            (list(versions),),
        )


_FORGET = (
    "delete from news.quote_decisions where entity_id = any(%(ids)s)"
    " or quote_text ~* %(names)s or speaker_name ~* %(names)s or reason ~* %(names)s",
    "delete from news.entity_decisions"
    " where entity_id = any(%(ids)s) or other_entity_id = any(%(ids)s)",
    "update news.entity_decisions set reason = null where reason ~* %(names)s",
    "update news.entity_mentions set role_text = null where role_text ~* %(names)s",
    "update ops.page_failures set reason = 'removed by a takedown' where reason ~* %(names)s",
    "delete from news.names_to_resolve where entity_id = any(%(ids)s)",
)


def forget_entity(conn: Connection, entity_ids: Sequence[int]) -> None:
    """Remove the rows of an entity and what else names it outside of articles' texts.

    Quotes that name it in full are looked for everywhere, since a model may have missed the name.

    Raises:
        psycopg.errors.ForeignKeyViolation: a text that names it was annotated meanwhile; remove
            its mentions and call again.
    """
    ids = list(entity_ids)
    with conn.transaction():
        lock_names(conn)
        values = {"ids": ids, "names": _postgres_pattern(_full_names(conn, ids))}
        versions = conn.execute(
            "delete from news.quotes where quote_text ~* %(names)s or speaker_surface ~* %(names)s"
            " or speaker_evidence ~* %(names)s returning article_version_id",
            values,
        ).fetchall()
        _note_changed(conn, {version for (version,) in versions})
        for statement in _FORGET:
            conn.execute(statement, values)
        conn.execute(
            "update news.entities set merged_into_entity_id = null where entity_id = any(%s)",
            (ids,),
        )
        conn.execute("delete from news.entities where entity_id = any(%s)", (ids,))


def _full_names(conn: Connection, entity_ids: Sequence[int]) -> list[str]:
    """Return the names of an entity, without bare surnames."""
    found = conn.execute(
        "select entity_name, usual_name from news.entities"
        " where entity_id = any(%s) and is_bare_surname is not true",
        (list(entity_ids),),
    )
    return sorted({name for pair in found for name in pair if name})


def _postgres_pattern(names: Sequence[str]) -> str:
    """Return a regular expression of Postgres that finds names as whole words."""
    if not names:
        return "\x01"  # what no stored text holds
    parts = "|".join(r"\s+".join(map(_escaped, name.split())) for name in names)
    return rf"(?<!\w)(?:{parts})(?!\w)"


def _escaped(word: str) -> str:
    return re.sub(r"([^\w])", r"\\\1", word)
