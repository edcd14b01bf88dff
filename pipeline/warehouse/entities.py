"""Join the names of one thing across articles: families, classes by majority, bare surnames.

A trigger counts the article versions that use each name (``news.count_names``) and queues what
changed. ``resolve_names`` empties the queue: of each family that changed it computes again which
entity stands for it, and of each outlet's week whom its bare surnames mean. Both are functions of
what is stored and not of its order, so a store comes out the same however its articles came; a call
that is killed leaves its part in the queue.

The work is for what changed: families have a few names, and an outlet's week has as many articles
in a large store as in a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from psycopg import Connection

from pipeline.entities.families import FAMILY_RULES, family_key, person_name
from pipeline.entities.joining import SHORTENED, NamedEntity, long_form, representatives
from pipeline.telemetry import log
from pipeline.warehouse.transactions import transact

VERSIONS_AT_ONCE = 200
"""Queued versions per transaction: about 6,000 mentions of 2,000 entities."""
NAMES_AT_ONCE = 5_000
"""Names per transaction whose families are computed after their rules changed."""
_LOCK = 0x656E_7469
"""Key of the advisory lock: two processes that resolve would write the same rows."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a call of ``resolve_names`` did."""

    versions: int = 0
    """Annotated versions whose names were compared."""
    entities: int = 0
    """Entities for which another one stands now, or no longer."""
    surnames: int = 0
    """Mentions whose bare surname means somebody else than before."""

    def __add__(self, other: Resolved) -> Resolved:
        """Return the sums of both."""
        return Resolved(
            self.versions + other.versions,
            self.entities + other.entities,
            self.surnames + other.surnames,
        )


def resolve_names(conn: Connection) -> Resolved:
    """Join the names of all queued versions with those of the store; a second call does nothing.

    Args:
        conn: an autocommit connection.
    """
    total = Resolved()
    while changed := transact(conn, _renew_families):
        total += Resolved(entities=changed.entities)
    while part := transact(conn, _resolve_part):
        total += part
    if total != Resolved():
        log.info(
            "names joined",
            versions=total.versions,
            entities=total.entities,
            surnames=total.surnames,
        )
    return total


def family_columns(entity_type: str, name: str) -> tuple[str, str | None, bool | None]:
    """Return family_key, surname_key and is_bare_surname of an entity."""
    person = person_name(name) if entity_type == "PERSON" else None
    if person is None:
        return family_key(name), None, None
    return family_key(name), person.surname, person.is_bare


def _renew_families(conn: Connection) -> Resolved | None:
    """Compute the families of some names that have those of older rules; None if there are none."""
    _lock(conn)
    rows = conn.execute(
        "select entity_id, entity_type, entity_name, family_key from news.entities"
        " where family_rules < %s order by family_rules, entity_id limit %s",
        (FAMILY_RULES, NAMES_AT_ONCE),
    ).fetchall()
    if not rows:
        return None
    columns = [(number, *family_columns(kind, name)) for number, kind, name, _ in rows]
    conn.execute(
        "update news.entities as e set family_key = w.family, surname_key = w.surname,"
        " is_bare_surname = w.is_bare, family_rules = %s"
        " from unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[])"
        " as w(entity_id, family, surname, is_bare) where e.entity_id = w.entity_id",
        (FAMILY_RULES, *(list(column) for column in zip(*columns, strict=True))),
    )
    families = {family for _, family, _, _ in columns} | {row[3] for row in rows if row[3]}
    return Resolved(entities=_join_families(conn, families))


def _resolve_part(conn: Connection) -> Resolved | None:
    """Take some rows of the queue and resolve what they touch; None if the queue is empty."""
    _lock(conn)
    queued = conn.execute(
        "select queue_id, article_version_id, entity_id from news.names_to_resolve"
        " order by queue_id limit %s",
        (VERSIONS_AT_ONCE,),
    ).fetchall()
    if not queued:
        return None
    versions = sorted({version for _, version, _ in queued if version is not None})
    entities = {entity for _, _, entity in queued if entity is not None}
    families = _families_of(conn, versions, entities)
    resolved = Resolved(
        len(versions), _join_families(conn, families), _resolve_surnames(conn, versions)
    )
    conn.execute(
        "delete from news.names_to_resolve where queue_id = any(%s)", ([row[0] for row in queued],)
    )
    return resolved


def _lock(conn: Connection) -> None:
    conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))


def _families_of(conn: Connection, versions: list[int], entities: Collection[int]) -> set[str]:
    found = conn.execute(
        """
        select distinct e.family_key
        from (
            select coalesce(m.named_entity_id, m.entity_id) as entity_id
            from news.entity_mentions as m
            where m.article_version_id = any(%s)
            union
            select unnest(%s::bigint[])
        ) as t
        join news.entities as e using (entity_id)
        where e.family_key is not null
        """,
        (versions, list(entities)),
    )
    return {family for (family,) in found}


def _join_families(conn: Connection, families: Collection[str]) -> int:
    """Compute again who stands for the names of these families and of their acronyms."""
    wanted = {family for family in families if family}
    explained = conn.execute(
        "select distinct lower(a.acronym) from news.entities as e"
        " join news.entity_acronyms as a using (entity_id)"
        " where e.family_key = any(%s)",
        (sorted(wanted),),
    )
    wanted |= {acronym for (acronym,) in explained}
    meant = _meant_by_acronyms(conn, wanted)
    members = _members(conn, wanted | set(meant.values()))
    standing = {family: representatives(group) for family, group in members.items()}
    joined: list[tuple[int, int | None, str | None]] = []
    for family in wanted & members.keys():
        long = _standing_for_long(members, standing, meant.get(family))
        for member in members[family]:
            joined.append(_joined(member, standing[family][member.entity_id], long))
    return _write(conn, joined)


def _standing_for_long(
    members: dict[str, list[NamedEntity]],
    standing: dict[str, dict[int, NamedEntity]],
    family: str | None,
) -> NamedEntity | None:
    """Return the entity that stands for most texts of a long form, or None without one."""
    if family is None or family not in members:
        return None
    best = min(members[family], key=lambda each: (-each.version_count, each.normalized_name))
    return standing[family][best.entity_id]


def _joined(
    member: NamedEntity, best: NamedEntity, long: NamedEntity | None
) -> tuple[int, int | None, str | None]:
    """Return (entity, who stands for it, why) of one member of a family."""
    if long is not None and best.entity_type in SHORTENED:
        return member.entity_id, long.entity_id, "acronym"
    if best.entity_id == member.entity_id:
        return member.entity_id, None, None
    is_class = best.entity_type != member.entity_type
    return member.entity_id, best.entity_id, "class" if is_class else "spelling"


def _meant_by_acronyms(conn: Connection, families: Collection[str]) -> dict[str, str]:
    """Return family of an acronym → family of its long form, for those that texts agree on."""
    acronyms = sorted({family.upper() for family in families if " " not in family})
    found = conn.execute(
        "select a.acronym, e.family_key, sum(a.version_count)::bigint"
        " from news.entity_acronyms as a join news.entities as e using (entity_id)"
        " where a.acronym = any(%s) and a.version_count > 0 and e.family_key is not null"
        " group by a.acronym, e.family_key",
        (acronyms,),
    )
    explained: dict[str, dict[str, int]] = {}
    for acronym, family, count in found:
        if family != acronym.lower():
            explained.setdefault(acronym.lower(), {})[family] = count
    meant = {acronym: long_form(counts) for acronym, counts in explained.items()}
    return {acronym: family for acronym, family in meant.items() if family is not None}


def _members(conn: Connection, families: Collection[str]) -> dict[str, list[NamedEntity]]:
    """Return the names of families; those that a person decided on are left as they are."""
    found = conn.execute(
        "select family_key, entity_id, entity_type, normalized_name, version_count"
        " from news.entities where family_key = any(%s)"
        " and merge_reason is distinct from 'decision' order by entity_id for no key update",
        (sorted(families),),
    )
    members: dict[str, list[NamedEntity]] = {}
    for family, *columns in found:
        members.setdefault(family, []).append(NamedEntity(*columns))
    return members


def _write(conn: Connection, joined: Iterable[tuple[int, int | None, str | None]]) -> int:
    rows = list(joined)
    return conn.execute(
        "update news.entities as e set merged_into_entity_id = w.best, merge_reason = w.reason"
        " from unnest(%s::bigint[], %s::bigint[], %s::text[]) as w(entity_id, best, reason)"
        " where e.entity_id = w.entity_id and (e.merged_into_entity_id, e.merge_reason)"
        " is distinct from (w.best, w.reason)",
        ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]),
    ).rowcount


_WEEKS = """
select distinct
    a.source_id,
    date_trunc('week', coalesce(a.published_at, a.first_seen_at) at time zone 'UTC')
    at time zone 'UTC' as starts
from news.article_versions as v
inner join news.articles as a using (article_id)
where v.article_version_id = any(%s)
"""
_VERSIONS_OF_WEEKS = """
create temporary table week_versions on commit drop as
select w.source_id, w.starts, v.article_version_id
from unnest(%(sources)s::int[], %(starts)s::timestamptz[]) as w(source_id, starts)
cross join lateral (
    select article_id from news.articles as a
    where a.source_id = w.source_id
        and a.published_at >= w.starts and a.published_at < w.starts + interval '7 days'
    union all
    select article_id from news.articles as a
    where a.source_id = w.source_id and a.published_at is null
        and a.first_seen_at >= w.starts and a.first_seen_at < w.starts + interval '7 days'
) as a
inner join news.article_versions as v using (article_id)
"""
_MEANT = """
create temporary table week_surnames on commit drop as
with named as (
    select w.source_id, w.starts, e.surname_key, e.is_bare_surname, e.family_key, e.entity_id
    from week_versions as w
    inner join news.entity_mentions as m using (article_version_id)
    inner join news.entities as e on e.entity_id = coalesce(m.named_entity_id, m.entity_id)
    where m.entity_type = 'PERSON' and e.surname_key is not null and not m.is_credit
)
select
    n.source_id, n.starts, n.surname_key,
    case when count(distinct n.family_key) filter (where not n.is_bare_surname) = 1
        then min(n.entity_id) filter (where not n.is_bare_surname) end as entity_id
from named as n
group by n.source_id, n.starts, n.surname_key
having bool_or(n.is_bare_surname)
"""
_SET_MEANT = """
update news.{table} as m
set entity_id = coalesce(s.entity_id, e.entity_id),
    named_entity_id = case when s.entity_id is not null then e.entity_id end
from week_versions as w
inner join news.{table} as t using (article_version_id)
inner join news.entities as e on e.entity_id = coalesce(t.named_entity_id, t.entity_id)
inner join week_surnames as s
    on s.source_id = w.source_id and s.starts = w.starts and s.surname_key = e.surname_key
where
    m.article_version_id = t.article_version_id
    and {key}
    and e.is_bare_surname
    and m.entity_id is distinct from coalesce(s.entity_id, e.entity_id)
"""


def _resolve_surnames(conn: Connection, versions: list[int]) -> int:
    """Let bare surnames mean the only person of that surname in their outlet's week.

    An article without a publication time is in the week in which it was first seen. Where two
    people of the surname are named in full in the week, a bare surname stays apart.
    """
    weeks = conn.execute(_WEEKS, (versions,)).fetchall()
    if not weeks:
        return 0
    parameters = {"sources": [week[0] for week in weeks], "starts": [week[1] for week in weeks]}
    conn.execute("drop table if exists pg_temp.week_versions, pg_temp.week_surnames")
    conn.execute(_VERSIONS_OF_WEEKS, parameters)
    conn.execute(_MEANT)
    key = "m.mention_no = t.mention_no"
    changed = conn.execute(_SET_MEANT.format(table="entity_mentions", key=key).encode()).rowcount
    key = "m.quote_no = t.quote_no and m.speaker_no = t.speaker_no"
    conn.execute(_SET_MEANT.format(table="quote_speakers", key=key).encode())
    return changed
