"""Entities as rows: one per type and normalised name, found or inserted without deadlocks."""

from collections.abc import Iterable

from psycopg import Connection

from pipeline.words import normalise, squeeze, storable

EntityKey = tuple[str, str]
"""Type and normalised name."""
_NO_ENTITIES = ("DATE", "MONEY")
"""Labels that name a time or an amount: mentions of nobody."""
_LONGEST_NAME = 500
"""Code points, so at most 2000 bytes of the unique index; the longest real name seen has 160."""
_LOWER_THE_VOICE = """
update news.entities as e
set entity_name = w.name
from unnest(%s::text[], %s::text[], %s::text[]) as w(kind, normal, name)
where e.entity_type = w.kind and e.normalized_name = w.normal and e.entity_type <> 'ORG'
    and e.entity_name = upper(e.entity_name) and w.name <> upper(w.name)
"""


def entity_key(label: str | None, name: str) -> EntityKey:
    """Return the identity of a named thing, or ("", "") where the label names no entity."""
    normal = normalise(name)[:_LONGEST_NAME]
    if not label or label in _NO_ENTITIES or not normal:
        return ("", "")
    return (label, normal)


def find_or_insert(
    conn: Connection, named: Iterable[tuple[EntityKey, str]]
) -> dict[EntityKey, int]:
    """Return the id of each entity, storing those that are new.

    Of several spellings of a name one that does not shout is kept, whatever came first: "Nairobi"
    and not the dateline's "NAIROBI". Organisations keep theirs: "UNICEF" is no shouting.

    Sorted, so that two transactions wait for each other rather than deadlock; asked before
    inserting, so that known names cost no identity values.
    """
    names: dict[EntityKey, str] = {}
    for key, name in named:
        if key[0]:
            spelling = squeeze(storable(name))[:_LONGEST_NAME]
            if key not in names or (names[key].isupper() and not spelling.isupper()):
                names[key] = spelling
    keys = sorted(names)
    columns = ([kind for kind, _ in keys], [normal for _, normal in keys])
    conn.execute(
        """
        insert into news.entities (entity_type, normalized_name, entity_name)
        select w.kind, w.normal, w.name
        from unnest(%s::text[], %s::text[], %s::text[]) as w(kind, normal, name)
        where not exists (
            select from news.entities as e
            where e.entity_type = w.kind and e.normalized_name = w.normal
        )
        order by w.kind collate "C", w.normal collate "C"
        on conflict (entity_type, normalized_name) do nothing
        """,
        (*columns, [names[key] for key in keys]),
    )
    conn.execute(_LOWER_THE_VOICE, (*columns, [names[key] for key in keys]))
    found = conn.execute(
        "select e.entity_type, e.normalized_name, e.entity_id from news.entities as e"
        " join unnest(%s::text[], %s::text[]) as w(kind, normal)"
        " on e.entity_type = w.kind and e.normalized_name = w.normal",
        columns,
    )
    return {(kind, normal): number for kind, normal, number in found}
