"""Join the names of one thing across articles: families, classes by majority, bare surnames.

A trigger counts the article versions that use each name (``news.count_names``) and queues what
changed. ``resolve_names`` empties the queue: of each family that changed it computes again which
entity stands for it, and of each outlet's week whom its bare surnames mean. Both are functions of
what is stored and not of its order, so a store comes out the same however its articles came; a call
that is killed leaves its part in the queue. What people decided about names
(``news.entity_decisions``) is a part of what is stored.

The work is for what changed: families have a few names, and an outlet's week has as many articles
in a large store as in a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from psycopg import Connection

from pipeline.entities.families import FAMILY_RULES, family_key, person_name
from pipeline.entities.joining import Decided, Joined, NamedEntity, join_names, long_form
from pipeline.telemetry import log
from pipeline.warehouse.transactions import transact

VERSIONS_AT_ONCE = 1_000
"""Queued versions per transaction: about 30,000 mentions. Each transaction reads the weeks of all
outlets that it touches, so that five small ones read nearly five times as much as one."""
NAMES_AT_ONCE = 5_000
"""Names per transaction whose families are computed after their rules changed."""
_LOCK = 0x656E_7469
"""Key of the advisory lock: two processes would write the same rows."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a call of ``resolve_names`` did."""

    versions: int = 0
    """Annotated versions whose names were compared."""
    entities: int = 0
    """Entities for which another one stands now, or no longer, or that are shown differently."""
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
    total = renew_families(conn)
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


def renew_families(conn: Connection) -> Resolved:
    """Compute the families of names that have none, or those of older rules.

    Args:
        conn: an autocommit connection.
    """
    total = Resolved()
    while changed := transact(conn, _renew_families):
        total += changed
    return total


def lock_names(conn: Connection) -> None:
    """Let one process at a time decide on names or resolve them, until its transaction ends."""
    conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))


def join_again(conn: Connection, entity_ids: Collection[int]) -> None:
    """Compute again who stands for these names and for all that touch them; queue their weeks.

    Args:
        conn: inside a transaction that holds the lock of ``lock_names``.
        entity_ids: the names.
    """
    _join_families(conn, _families_of(conn, [], entity_ids))
    conn.execute(_QUEUE_WEEKS, (list(entity_ids),))


_QUEUE_WEEKS = """
with decided as (
    select e.entity_id, e.surname_key
    from news.entities as d
    inner join news.entities as e on d.canonical_entity_id = e.canonical_entity_id
    where d.entity_id = any(%s) and not e.is_bare_surname
),

in_full as (
    select distinct
        a.source_id,
        date_trunc('week', coalesce(a.published_at, a.first_seen_at) at time zone 'UTC') as week
    from decided as d
    inner join news.entity_mentions as m on d.entity_id = m.entity_id
    inner join news.article_versions as v on m.article_version_id = v.article_version_id
    inner join news.articles as a on v.article_id = a.article_id
),

bare as (
    select
        a.source_id,
        date_trunc('week', coalesce(a.published_at, a.first_seen_at) at time zone 'UTC') as week,
        min(v.article_version_id) as version
    from news.entities as b
    inner join news.entity_mentions as m
        on b.entity_id = m.entity_id or b.entity_id = m.named_entity_id
    inner join news.article_versions as v on m.article_version_id = v.article_version_id
    inner join news.articles as a on v.article_id = a.article_id
    where b.is_bare_surname and b.surname_key in (select d.surname_key from decided as d)
    group by 1, 2
)

insert into news.names_to_resolve (article_version_id)
select b.version
from bare as b
inner join in_full as f using (source_id, week)
"""
"""One version of each outlet's week that names these persons in full and has a bare surname, which
may mean them now, or no longer."""


def family_columns(entity_type: str, name: str) -> tuple[str, str | None, bool | None]:
    """Return family_key, surname_key and is_bare_surname of an entity."""
    person = person_name(name) if entity_type == "PERSON" else None
    if person is None:
        return family_key(name), None, None
    return family_key(name), person.surname, person.is_bare


def _renew_families(conn: Connection) -> Resolved | None:
    """Compute the families of some names that have those of older rules; None if there are none."""
    lock_names(conn)
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
    lock_names(conn)
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
    """Compute again who stands for the names of these families and of all that touch them."""
    wanted, meant = _connected(conn, families)
    members = _members(conn, wanted)
    decided = _decided(conn, [each.entity_id for group in members.values() for each in group])
    return _write(conn, join_names(members, meant, decided))


def _connected(conn: Connection, families: Collection[str]) -> tuple[set[str], dict[str, str]]:
    """Return families with those that acronyms and decisions join to them, and what is an acronym.

    The second result is family of an acronym → family of its long form.
    """
    wanted: set[str] = set()
    meant: dict[str, str] = {}
    added = {family for family in families if family}
    while added:
        wanted |= added
        long_forms = _meant_by_acronyms(conn, added)
        meant |= long_forms
        found = conn.execute(_TOUCHING, {"families": sorted(added)})
        added = ({family for (family,) in found} | set(long_forms.values())) - wanted
    return wanted, meant


_TOUCHING = """
select lower(a.acronym)
from news.entities as e
inner join news.entity_acronyms as a using (entity_id)
where e.family_key = any(%(families)s)
union
select o.family_key
from news.entities as e
inner join news.entity_decisions as d using (entity_id)
inner join news.entities as o on o.entity_id = d.other_entity_id
where e.family_key = any(%(families)s) and d.undone_at is null and o.family_key is not null
union
select o.family_key
from news.entities as e
inner join news.entity_decisions as d on e.entity_id = d.other_entity_id
inner join news.entities as o on o.entity_id = d.entity_id
where e.family_key = any(%(families)s) and d.undone_at is null and o.family_key is not null
"""


def _decided(conn: Connection, entity_ids: Sequence[int]) -> Decided:
    """Return what people decided about these names."""
    means: dict[int, int] = {}
    split, blocked, shown = set(), set(), {}
    found = conn.execute(
        "select decision, entity_id, other_entity_id, shown_name from news.entity_decisions"
        " where entity_id = any(%s) and undone_at is null and source_id is null"
        " and article_id is null order by decision <> 'rename'",  # others are stronger
        (list(entity_ids),),
    )
    for decision, entity_id, other, name in found:
        if decision in ("merge", "alias"):
            means[entity_id] = other
        elif decision == "split":
            split.add(entity_id)
        elif decision == "block":
            blocked.add(entity_id)
        elif decision == "rename":
            shown[entity_id] = name
            if other is not None:
                means[other] = entity_id
    return Decided(means, split, blocked, shown)


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
    """Return the names of families."""
    found = conn.execute(
        "select family_key, entity_id, entity_type, normalized_name, version_count"
        " from news.entities where family_key = any(%s) order by entity_id for no key update",
        (sorted(families),),
    )
    members: dict[str, list[NamedEntity]] = {}
    for family, *columns in found:
        members.setdefault(family, []).append(NamedEntity(*columns))
    return members


def _write(conn: Connection, rows: Sequence[Joined]) -> int:
    """Store who stands for names, and what is shown; return for how many that changed."""
    return conn.execute(
        """
        update news.entities as e
        set
            merged_into_entity_id = w.best,
            merge_reason = w.reason,
            is_blocked = w.is_blocked,
            entity_name = coalesce(w.shown, e.usual_name, e.entity_name),
            usual_name = case
                when w.shown is not null then coalesce(e.usual_name, e.entity_name)
            end
        from
            unnest(%s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s::text[])
            as w(entity_id, best, reason, is_blocked, shown)
        where
            e.entity_id = w.entity_id
            and (
                (e.merged_into_entity_id, e.merge_reason, e.is_blocked)
                is distinct from (w.best, w.reason, w.is_blocked)
                or (case when e.usual_name is not null then e.entity_name end)
                is distinct from w.shown
            )
        """,
        (
            [row.entity_id for row in rows],
            [row.stands_for_it for row in rows],
            [row.reason for row in rows],
            [row.is_blocked for row in rows],
            [row.shown_name for row in rows],
        ),
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
select w.source_id, w.starts, v.article_id, v.article_version_id
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
    select
        w.source_id, w.starts, e.surname_key, e.is_bare_surname, e.entity_id,
        -- Families that people merged are one person.
        case when e.merge_reason = 'decision' then c.family_key else e.family_key end as family_key
    from week_versions as w
    -- Version by version: Postgres takes a text for one of ten times as many mentions as it has,
    -- and reads those of the whole store for a few thousand versions.
    cross join lateral (
        select t.named_entity_id, t.entity_id, t.entity_type, t.is_credit
        from news.entity_mentions as t
        where t.article_version_id = w.article_version_id
        offset 0
    ) as m
    inner join news.entities as e on e.entity_id = coalesce(m.named_entity_id, m.entity_id)
    inner join news.entities as c on c.entity_id = e.canonical_entity_id
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
cross join lateral (
    select * from news.{table} as a where a.article_version_id = w.article_version_id offset 0
) as t
inner join news.entities as e on e.entity_id = coalesce(t.named_entity_id, t.entity_id)
inner join week_surnames as s
    on s.source_id = w.source_id and s.starts = w.starts and s.surname_key = e.surname_key
where
    m.article_version_id = t.article_version_id
    and {key}
    and e.is_bare_surname
    and m.entity_id is distinct from coalesce(s.entity_id, e.entity_id)
    -- A split within the outlet or the article is stronger.
    and not exists (
        select from news.entity_decisions as d
        where
            d.other_entity_id = m.entity_id
            and d.undone_at is null
            and (d.source_id = w.source_id or d.article_id = w.article_id)
    )
"""
_KEYS = {
    "entity_mentions": "m.mention_no = t.mention_no",
    "quote_speakers": "m.quote_no = t.quote_no and m.speaker_no = t.speaker_no",
}
"""Annotations that name an entity, and how a row is found beside its version."""


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
    # Without its size Postgres reads all mentions of the store instead of those of the weeks.
    conn.execute("analyze week_versions")
    conn.execute(_MEANT)
    conn.execute("analyze week_surnames")
    changed = [
        conn.execute(_SET_MEANT.format(table=table, key=key).encode()).rowcount
        for table, key in _KEYS.items()
    ]
    split_within(conn, [version for (version,) in conn.execute(_ALL_OF_WEEKS)])
    return changed[0]


_ALL_OF_WEEKS = "select article_version_id from week_versions"
_SPLIT_WITHIN = """
update news.{table} as m
set entity_id = p.other_entity_id, named_entity_id = coalesce(m.named_entity_id, m.entity_id)
from news.{table} as t
inner join news.article_versions as v using (article_version_id)
inner join news.articles as a using (article_id)
inner join news.entities as n on n.entity_id = t.entity_id
cross join lateral (
    select d.other_entity_id
    from news.entity_decisions as d
    inner join news.entities as s on s.entity_id = d.entity_id
    where
        d.decision = 'split'
        and d.undone_at is null
        and (d.source_id = a.source_id or d.article_id = a.article_id)
        and s.canonical_entity_id = n.canonical_entity_id
    order by d.article_id nulls last, d.decision_id
    limit 1
) as p
where
    m.article_version_id = t.article_version_id
    and {key}
    and t.article_version_id = any(%s)
    and m.entity_id <> p.other_entity_id
"""


def split_within(conn: Connection, versions: Sequence[int]) -> int:
    """Let mentions and speakers mean whom people decided for their outlet or article.

    Args:
        conn: inside a transaction that holds the lock of ``lock_names``.
        versions: article versions.

    Returns:
        The number of mentions that mean somebody else than before.
    """
    if conn.execute(_IS_SPLIT_WITHIN).fetchone() is None:
        return 0
    changed = [
        conn.execute(_SPLIT_WITHIN.format(table=table, key=key).encode(), (versions,)).rowcount
        for table, key in _KEYS.items()
    ]
    return changed[0]


_IS_SPLIT_WITHIN = """
select from news.entity_decisions
where decision = 'split' and other_entity_id is not null and undone_at is null limit 1
"""


_UNSPLIT_WITHIN = """
update news.{table} as m
set entity_id = m.named_entity_id, named_entity_id = null
from news.article_versions as v
inner join news.articles as a using (article_id)
where
    m.article_version_id = v.article_version_id
    and m.entity_id = %(other)s
    and m.named_entity_id is not null
    and (a.source_id = %(source)s or a.article_id = %(article)s)
returning m.article_version_id
"""


def unsplit_within(
    conn: Connection, other: int, source_id: int | None, article_id: int | None
) -> None:
    """Let mentions in an outlet or an article mean what their names mean; queue their versions."""
    values = {"other": other, "source": source_id, "article": article_id}
    for table in _KEYS:
        changed = conn.execute(_UNSPLIT_WITHIN.format(table=table).encode(), values).fetchall()
        conn.execute(
            "insert into news.names_to_resolve (article_version_id) select unnest(%s::bigint[])",
            (sorted({version for (version,) in changed}),),
        )
