"""What people decided about entities: merged, split, renamed, blocked, identified.

A decision is a row of ``news.entity_decisions`` about a name with its class, which keeps its row in
``news.entities`` while articles come and go. ``pipeline.entities.joining`` follows the decisions;
every function here that changes one computes at once who stands for the names concerned. All need a
transaction that holds the lock of ``lock_names``, so that two commands at once take turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, LiteralString, get_args

from psycopg import Connection
from psycopg.rows import class_row

from pipeline.annotate.labels import LABELS
from pipeline.entities.families import family_key
from pipeline.errors import UsageError
from pipeline.text import normalise, one_line, squeeze, storable
from pipeline.warehouse.annotations import LONGEST_NAME, entity_key, find_or_insert_entities
from pipeline.warehouse.barred_names import refuse_barred
from pipeline.warehouse.entities import join_again, split_within, unsplit_within

DecisionKind = Literal["merge", "alias", "split", "rename", "block", "identify"]
KINDS: tuple[DecisionKind, ...] = get_args(DecisionKind)
CLASSES = tuple(label for label in LABELS if label not in ("DATE", "MONEY"))
"""Classes of entities."""
_SHOWN = 60
"""Characters of a name in a message."""
_LISTED = 5
"""Entities that a message lists."""
_NAMES: LiteralString = """
select
    n.entity_id,
    n.entity_type,
    coalesce(n.usual_name, n.entity_name) as name,
    n.normalized_name,
    n.canonical_entity_id,
    c.entity_name as canonical_name,
    n.version_count,
    n.merge_reason,
    n.is_blocked,
    (
        select count(*) from news.entities as o where o.canonical_entity_id = c.entity_id
    )::int as name_count
from news.entities as n
inner join news.entities as c on c.entity_id = n.canonical_entity_id
"""

_DECISIONS: LiteralString = """
select
    d.decision_id,
    d.decision,
    e.entity_type,
    coalesce(e.usual_name, e.entity_name) as entity_name,
    case when d.decision = 'rename' then e.entity_type else o.entity_type end as other_type,
    coalesce(d.shown_name, o.usual_name, o.entity_name) as other_name,
    s.source_key,
    a.canonical_url,
    d.scheme,
    d.external_id,
    d.reason,
    d.decided_by,
    d.decided_at,
    d.undone_by,
    d.undone_at
from news.entity_decisions as d
inner join news.entities as e using (entity_id)
left join news.entities as o on o.entity_id = d.other_entity_id
left join news.sources as s on s.source_id = d.source_id
left join news.articles as a on a.article_id = d.article_id
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A name with a class, and the entity that stands for it."""

    entity_id: int
    entity_type: str
    name: str
    normalized_name: str
    canonical_entity_id: int
    canonical_name: str
    version_count: int
    """Article versions that use the name."""
    merge_reason: str | None
    is_blocked: bool
    name_count: int
    """Names for which the entity stands, its own included."""

    def __str__(self) -> str:
        """Return number, class and name, for messages."""
        return f"{self.entity_id} ({self.entity_type} {_short(self.name)})"


@dataclass(frozen=True, slots=True)
class EntityDecision:
    """A row of ``news.entity_decisions`` with the names of what it is about."""

    decision_id: int
    decision: DecisionKind
    entity_type: str
    entity_name: str
    other_type: str | None
    other_name: str | None
    source_key: str | None
    canonical_url: str | None
    scheme: str | None
    external_id: str | None
    reason: str | None
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is decided, by whom and when."""

    reason: str | None
    decided_by: str
    decided_at: datetime | None = None
    """None for now."""


@dataclass(frozen=True, slots=True)
class Within:
    """The outlet or the article for which a split holds."""

    source_id: int | None = None
    article_id: int | None = None


def name_of(conn: Connection, wanted: str, label: str | None = None) -> Name:
    """Return the name that a text means: an entity's id, a name, or CLASS:NAME.

    Of several classes of a name that one entity stands for, that with most texts is returned.

    Raises:
        UsageError: there is none, or several entities have the name.
    """
    found = names_of(conn, wanted, label)
    entities = {each.canonical_entity_id: each for each in reversed(found)}
    if len(entities) > 1:
        listed = "; ".join(
            f"{each} in {each.version_count} texts" for each in [*entities.values()][:_LISTED]
        )
        raise UsageError(
            f"{_short(wanted)} is {len(entities)} entities: {listed}. Give the number of one"
        )
    return found[0]


def names_of(conn: Connection, wanted: str, label: str | None = None) -> list[Name]:
    """Return all rows of a name, most used first: one for a number, one a class for a name.

    Raises:
        UsageError: there is none.
    """
    return known_names(conn, wanted, label) or _unknown(wanted)


def known_names(conn: Connection, wanted: str, label: str | None = None) -> list[Name]:
    """Return what ``names_of`` does, and nothing where there is none.

    A name that no row has may be another spelling of one family.
    """
    kind, colon, rest = wanted.partition(":")
    if colon and kind.upper() in CLASSES:
        label, wanted = kind.upper(), rest
    elif wanted.isascii() and wanted.isdigit():
        return _named(conn, "n.entity_id::text = %s", (wanted,))
    name = _checked(wanted)
    types = [label] if label else list(CLASSES)
    return _named(
        conn, "n.normalized_name = %s and n.entity_type = any(%s)", (normalise(name), types)
    ) or _named(conn, "n.family_key = %s and n.entity_type = any(%s)", (family_key(name), types))


def _unknown(wanted: str) -> list[Name]:
    raise UsageError(
        f"there is no entity {_short(wanted)}: give a number or a name that"
        f" dateline entity find '{_short(wanted, '')}' shows"
    )


def _named(conn: Connection, condition: LiteralString, parameters: Sequence[object]) -> list[Name]:
    order = " order by n.version_count desc, n.merged_into_entity_id is not null, n.entity_type"
    with conn.cursor(row_factory=class_row(Name)) as cursor:
        return cursor.execute(_NAMES + " where " + condition + order, parameters).fetchall()


def _again(conn: Connection, name: Name) -> Name:
    """Return a name as it stands now."""
    [now] = _named(conn, "n.entity_id = %s", (name.entity_id,))
    return now


def _checked(name: str) -> str:
    """Return a name on one line.

    Raises:
        UsageError: it is empty or too long.
    """
    plain = squeeze(storable(name))
    if not normalise(plain):
        raise UsageError(f"the name {name!r} has no letters: give one that can be read")
    if len(plain) > LONGEST_NAME:
        raise UsageError(
            f"the name {_short(plain)} has {len(plain)} characters, and {LONGEST_NAME} are the"
            " most: give a shorter one"
        )
    return plain


def _short(name: str, mark: str = "'") -> str:
    return f"{mark}{one_line(name, _SHOWN)}{mark}"


def checked_class(label: str) -> str:
    """Return a class of entities in capitals.

    Raises:
        UsageError: there is no such class.
    """
    if label.upper() not in CLASSES:
        raise UsageError(f"there is no class {_short(label)}: give one of {', '.join(CLASSES)}")
    return label.upper()


def added_name(conn: Connection, name: str, label: str) -> Name:
    """Return a name with a class, and add it where no text has used it yet."""
    plain = _checked(name)
    refuse_barred(conn, checked_class(label), plain)
    key = entity_key(checked_class(label), plain)
    number = find_or_insert_entities(conn, [(key, plain)])[key]
    join_again(conn, [number])
    [found] = _named(conn, "n.entity_id = %s", (number,))
    return found


def merge(
    conn: Connection,
    one: Name,
    other: Name,
    ground: Ground,
    decision: DecisionKind = "merge",
    *,
    ahead: bool = False,
) -> Name:
    """Let another entity stand for a name and all that are joined with it; return the name.

    Args:
        conn: a connection.
        one: the name.
        other: who stands for it.
        ground: why, by whom and when.
        decision: merge or alias.
        ahead: whether it may be decided what texts say already, for stores without those texts.

    Raises:
        UsageError: it would be a circle, it is merged already, or one of them is blocked.
    """
    if one.entity_id == other.entity_id:
        raise UsageError(
            f"{one} cannot be merged into itself: give two entities, as dateline entity find"
            f" {_short(one.name)} shows them"
        )
    if (earlier := _held(conn, one.entity_id, "merge")) is not None:
        raise UsageError(
            f"{one} is merged into {_short(earlier.other_name or '')} already, by decision"
            f" {earlier.decision_id}, so it cannot be merged into {other}: dateline entity undo"
            f" {earlier.decision_id} first"
        )
    if circle := _way(conn, other.entity_id, one.entity_id):
        raise UsageError(
            f"{other} is merged into {one} already, by decision {', '.join(map(str, circle))}, so"
            f" the two would be a circle: dateline entity undo {circle[0]} first"
        )
    if not ahead:
        refuse_one_entity(one, other)
    for each in (one, other):
        if each.is_blocked:
            raise UsageError(
                f"{each} is blocked, so {one} and {other} cannot be merged: dateline entity undo"
                f" {_block_of(conn, each)} first, or block both"
            )
    _insert(conn, decision, one, ground, other=other)
    join_again(conn, [one.entity_id, other.entity_id])
    return _again(conn, one)


def reclassify(conn: Connection, entity: Name, label: str, ground: Ground) -> Name:
    """Give an entity another class, in which its name stands for it; return the name of that class.

    Raises:
        UsageError: it has that class already, or it was decided otherwise.
    """
    kind = checked_class(label)
    if entity.entity_type == kind:
        raise UsageError(f"{entity} has the class {kind} already: nothing to do")
    other = added_name(conn, entity.name, kind)
    merge(conn, entity, other, ground, ahead=True)
    return _again(conn, other)


def refuse_one_entity(one: Name, other: Name) -> None:
    """Refuse to merge two names of one entity.

    Raises:
        UsageError: they are names of one entity.
    """
    if one.canonical_entity_id == other.canonical_entity_id:
        raise UsageError(
            f"{one} and {other} are one entity already, {_short(one.canonical_name)}: dateline"
            f" entity rename {one.canonical_entity_id} NAME chooses what is shown,"
            " dateline entity split takes one of them out"
        )


def alias(conn: Connection, entity: Name, spelling: str, label: str, ground: Ground) -> Name:
    """Add a spelling to an entity, whether or not a text has used it; return the spelling's row.

    Raises:
        UsageError: the spelling is a name of it already, or of another entity.
    """
    name = added_name(conn, spelling, label)
    if name.canonical_entity_id == entity.canonical_entity_id:
        raise UsageError(f"{_short(name.name)} is a name of {entity} already: nothing to add")
    if name.canonical_entity_id != name.entity_id:
        raise UsageError(
            f"{_short(name.name)} is a name of {name.canonical_entity_id}"
            f" ({_short(name.canonical_name)}), so it cannot be one of {entity}: dateline entity"
            f" split {name.entity_id} first"
        )
    if name.name_count > 1:
        raise UsageError(
            f"{_short(name.name)} is entity {name.entity_id} with {name.name_count} names, and no"
            f" spelling of {entity}: dateline entity merge {name.entity_id} {entity.entity_id}"
            " makes them one"
        )
    return merge(conn, name, entity, ground, "alias")


def split(
    conn: Connection, names: Sequence[Name], ground: Ground, *, ahead: bool = False
) -> list[Name]:
    """Take names out of their family; return those that were taken out.

    Args:
        conn: a connection.
        names: the name, in all classes in which it leaves.
        ground: why, by whom and when.
        ahead: whether it may be decided before texts join it with others.

    Raises:
        UsageError: they are in no family, or a decision has put them there.
    """
    leaving = [each for each in names if _held(conn, each.entity_id, "split") is None]
    if not leaving:
        raise UsageError(f"{names[0]} is split already: nothing to do")
    for each in leaving:
        if (earlier := _held(conn, each.entity_id, "merge")) is not None:
            raise UsageError(
                f"{each} is merged into {_short(earlier.other_name or '')} by decision"
                f" {earlier.decision_id}: dateline entity undo {earlier.decision_id} splits them"
            )
    if not ahead and all(each.name_count == len(leaving) for each in leaving):
        raise UsageError(
            f"{leaving[0]} has no other name from which it could be split: dateline entity find"
            f" {_short(leaving[0].name)} shows what there is"
        )
    for each in leaving:
        _insert(conn, "split", each, ground)
    join_again(conn, [each.entity_id for each in leaving])
    return [_again(conn, each) for each in leaving]


def split_in(conn: Connection, entity: Name, other: Name, within: Within, ground: Ground) -> int:
    """Let an entity's mentions in an outlet or an article mean another; return how many do.

    Raises:
        UsageError: both are one entity, or it was decided otherwise.
    """
    if entity.entity_id == other.entity_id:
        raise UsageError(f"{entity} is {other}: give another entity that is meant there")
    refuse_one_entity(entity, other)
    earlier = _held(conn, entity.entity_id, "split", within)
    if earlier is not None:
        raise UsageError(
            f"{entity} means {_short(earlier.other_name or '')} there by decision"
            f" {earlier.decision_id}, so it cannot mean {other}: dateline entity undo"
            f" {earlier.decision_id} first"
        )
    _insert(conn, "split", entity, ground, other=other, within=within)
    versions = conn.execute(
        "select distinct m.article_version_id from news.entities as n"
        " join news.entity_mentions as m using (entity_id)"
        " join news.article_versions as v using (article_version_id)"
        " join news.articles as a using (article_id)"
        " where n.canonical_entity_id = %s and (a.source_id = %s or a.article_id = %s)",
        (entity.canonical_entity_id, within.source_id, within.article_id),
    )
    return split_within(conn, [version for (version,) in versions])


def rename(conn: Connection, entity: Name, shown: str, ground: Ground) -> Name:
    """Show another name for an entity; a later call replaces an earlier one.

    Texts that print the new name mean the entity too.

    Raises:
        UsageError: it is shown so already, or the name is another entity's.
    """
    plain = _checked(shown)
    if plain == entity.canonical_name:
        raise UsageError(f"{entity} is shown as {_short(plain)} already: nothing to do")
    other = added_name(conn, plain, entity.entity_type)
    is_own = other.canonical_entity_id == entity.canonical_entity_id
    if not is_own and (other.version_count or other.name_count > 1 or other.merge_reason):
        raise UsageError(
            f"{_short(plain)} is the name of {other.canonical_entity_id} in"
            f" {other.version_count} texts, so {entity} cannot have it: dateline entity merge"
            f" {entity.canonical_entity_id} {other.canonical_entity_id} makes them one"
        )
    standing = _again(conn, replace(entity, entity_id=entity.canonical_entity_id))
    if (earlier := _held(conn, standing.entity_id, "rename")) is not None:
        _end(conn, earlier.decision_id, ground.decided_by)
    _insert(conn, "rename", standing, ground, other=None if is_own else other, shown=plain)
    join_again(conn, [standing.entity_id, other.entity_id])
    return _again(conn, standing)


def block(conn: Connection, entity: Name, ground: Ground) -> Name:
    """Take an entity with all its names out of the marts.

    Raises:
        UsageError: it is blocked already, or another entity stands for it.
    """
    if entity.is_blocked:
        raise UsageError(
            f"{entity} is blocked already, by decision {_block_of(conn, entity)}: nothing to do"
        )
    if entity.canonical_entity_id != entity.entity_id:
        raise UsageError(
            f"{entity} is a name of {entity.canonical_entity_id} ({_short(entity.canonical_name)}):"
            f" dateline entity block {entity.canonical_entity_id} blocks all its names,"
            f" dateline entity split {entity.entity_id} first makes it an entity of its own"
        )
    _insert(conn, "block", entity, ground)
    join_again(conn, [entity.entity_id])
    return _again(conn, entity)


def identify(conn: Connection, entity: Name, scheme: str, external_id: str, ground: Ground) -> None:
    """Store by which id an entity is known elsewhere; a later call replaces an earlier one.

    Raises:
        UsageError: scheme or id is empty.
    """
    scheme, external_id = squeeze(storable(scheme)), squeeze(storable(external_id))
    if not scheme or not external_id:
        raise UsageError(
            f"scheme {scheme!r} and id {external_id!r} of {entity}: give both, such as wikidata Q1"
        )
    earlier = _held(conn, entity.entity_id, "identify", scheme=scheme)
    if earlier is not None:
        if earlier.external_id == external_id:
            return
        _end(conn, earlier.decision_id, ground.decided_by)
    _insert(conn, "identify", entity, ground, scheme=scheme, external_id=external_id)


def undo(conn: Connection, decision_id: str, by: str) -> EntityDecision:
    """Take a decision back; what texts say counts again.

    Raises:
        UsageError: there is no such decision, or it was undone.
    """
    condition: LiteralString = "d.decision_id::text = %s"
    found = _decisions(conn, condition, (decision_id.strip(),))
    if not found:
        raise UsageError(
            f"there is no decision {_short(decision_id)}: give a number that dateline entity"
            " decisions shows"
        )
    [decision] = found
    if decision.undone_at is not None:
        raise UsageError(
            f"decision {decision.decision_id} was undone by {decision.undone_by} on"
            f" {decision.undone_at:%Y-%m-%d}: decide again, if it is to hold"
        )
    _end(conn, decision.decision_id, by)
    row = conn.execute(
        "select entity_id, other_entity_id, source_id, article_id from news.entity_decisions"
        " where decision_id = %s",
        (decision.decision_id,),
    ).fetchone()
    if row is None:
        raise AssertionError("the decision was read above")
    entity, other, source_id, article_id = row
    if source_id is not None or article_id is not None:
        unsplit_within(conn, other, source_id, article_id)
    join_again(conn, [each for each in (entity, other) if each is not None])
    return decision


def decisions(conn: Connection, *, also_undone: bool = False) -> list[EntityDecision]:
    """Return the decisions that hold, newest first, and those that were undone where asked for."""
    return _decisions(conn, "true" if also_undone else "d.undone_at is null", ())


def _decisions(
    conn: Connection, condition: LiteralString, parameters: Sequence[object]
) -> list[EntityDecision]:
    with conn.cursor(row_factory=class_row(EntityDecision)) as cursor:
        return cursor.execute(
            _DECISIONS + " where " + condition + " order by d.decision_id desc", parameters
        ).fetchall()


def _held(
    conn: Connection,
    entity_id: int,
    kind: Literal["merge", "split", "rename", "block", "identify"],
    within: Within | None = None,
    scheme: str | None = None,
) -> EntityDecision | None:
    """Return the decision of a kind about a name that holds, None where there is none."""
    place = within or Within()
    found = _decisions(
        conn,
        "d.undone_at is null and d.entity_id = %s"
        " and case when d.decision = 'alias' then 'merge' else d.decision end = %s"
        " and d.source_id is not distinct from %s and d.article_id is not distinct from %s"
        " and d.scheme is not distinct from %s",
        (entity_id, kind, place.source_id, place.article_id, scheme),
    )
    return found[0] if found else None


def _way(conn: Connection, start: int, end: int) -> list[int]:
    """Return the decisions by which one name is merged into another; none where it is not."""
    row = conn.execute(
        "with recursive way as ("
        "    select other_entity_id as at, array[decision_id] as decisions"
        "    from news.entity_decisions"
        "    where entity_id = %(start)s and decision in ('merge', 'alias') and undone_at is null"
        "    union all"
        "    select d.other_entity_id, w.decisions || d.decision_id"
        "    from way as w join news.entity_decisions as d on d.entity_id = w.at"
        "    where d.decision in ('merge', 'alias') and d.undone_at is null"
        "        and d.decision_id <> all(w.decisions)"
        ")"
        " select decisions from way where at = %(end)s",
        {"start": start, "end": end},
    ).fetchone()
    return list(row[0]) if row else []


def _block_of(conn: Connection, name: Name) -> int:
    """Return the decision that blocks a name."""
    [(number,)] = conn.execute(
        "select min(d.decision_id) from news.entity_decisions as d"
        " join news.entities as e using (entity_id)"
        " where e.canonical_entity_id = %s and d.decision = 'block' and d.undone_at is null",
        (name.canonical_entity_id,),
    )
    return int(number)


def _end(conn: Connection, decision_id: int, by: str) -> None:
    conn.execute(
        "update news.entity_decisions set undone_by = %s, undone_at = now() where decision_id = %s",
        (by, decision_id),
    )


def _insert(
    conn: Connection,
    decision: DecisionKind,
    entity: Name,
    ground: Ground,
    *,
    other: Name | None = None,
    shown: str | None = None,
    within: Within | None = None,
    scheme: str | None = None,
    external_id: str | None = None,
) -> None:
    place = within or Within()
    conn.execute(
        "insert into news.entity_decisions (decision, entity_id, other_entity_id, shown_name,"
        " source_id, article_id, scheme, external_id, reason, decided_by, decided_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            decision,
            entity.entity_id,
            other.entity_id if other else None,
            shown,
            place.source_id,
            place.article_id,
            scheme,
            external_id,
            ground.reason,
            ground.decided_by,
            ground.decided_at or datetime.now(UTC),
        ),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a search finds."""

    entity_id: int
    entity_type: str
    entity_name: str
    aliases: list[str]
    text_count: int
    """Article versions that use one of its names outside of credits."""
    outlets: list[str]
    last_seen: datetime | None
    """When an article that names it was first seen."""
    is_blocked: bool


_FIND: LiteralString = """
with found as (
    select n.canonical_entity_id as entity_id
    from news.entities as n
    where
        n.entity_type = any(%(types)s)
        and (
            n.entity_id::text = %(words)s
            or n.family_key = %(family)s
            or n.normalized_name like all(%(patterns)s)
            or lower(n.entity_name) like all(%(patterns)s)
        )
    group by n.canonical_entity_id
),

counted as (
    select f.entity_id, sum(n.version_count)::bigint as text_count
    from found as f
    inner join news.entities as n on n.canonical_entity_id = f.entity_id
    group by f.entity_id
    order by text_count desc, f.entity_id
    limit %(limit)s
)

select
    e.entity_id,
    e.entity_type,
    e.entity_name,
    d.aliases,
    c.text_count,
    coalesce(s.outlets, '{}') as outlets,
    s.last_seen,
    e.is_blocked
from counted as c
inner join news.entities as e using (entity_id)
inner join mart.dim_entity as d using (entity_id)
cross join lateral (
    select array_agg(distinct o.source_key order by o.source_key) as outlets,
        max(a.first_seen_at) as last_seen
    from news.entities as n
    inner join news.entity_mentions as m on m.entity_id = n.entity_id
    inner join news.article_versions as v using (article_version_id)
    inner join news.articles as a using (article_id)
    inner join news.sources as o using (source_id)
    where n.canonical_entity_id = c.entity_id
) as s
order by c.text_count desc, e.entity_id
"""


def candidates(conn: Connection, words: str, label: str | None, limit: int) -> list[Candidate]:
    """Return the entities of which a name holds all these words, most used first."""
    plain = normalise(_checked(words))
    escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {
        "types": [label] if label else list(CLASSES),
        "words": plain,
        "family": family_key(plain),
        "patterns": [f"%{word}%" for word in escaped.split()],
        "limit": limit,
    }
    with conn.cursor(row_factory=class_row(Candidate)) as cursor:
        return cursor.execute(_FIND, values).fetchall()
