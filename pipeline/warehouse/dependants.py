"""What other people built on the marts: taken down while a mart is made again, and put back.

Postgres replaces a view in place as long as its columns keep their names, types and order, and then
nothing that depends on it notices. Where a mart must be dropped (a materialised view, a column
that changed), every view, materialised view and function that reads it has to be dropped too.
``Dropped`` reads from the catalogue what is needed to create those again exactly as they were:
definition, options, indexes, triggers, comments, owner and grants. All of it happens in the
transaction of the upgrade, so that a failure leaves everything as it was.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import Connection

from pipeline.errors import MigrationError
from pipeline.telemetry import log
from pipeline.text import one_line

_Key = tuple[str, int]
"""``relation`` or ``function``, and the oid."""
_EDGES = """
select distinct
    case when r.oid is null then 'function' else 'relation' end,
    coalesce(r.ev_class, d.objid),
    case when d.refclassid = 'pg_proc'::regclass then 'function' else 'relation' end,
    coalesce(nullif(t.typrelid, 0), nullif(e.typrelid, 0), d.refobjid)
from pg_depend as d
left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
left join pg_type as t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
left join pg_type as e on e.oid = t.typelem
where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass)
    and d.refclassid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
    and d.refobjid >= 16384 and d.objid >= 16384
    and r.ev_class is distinct from coalesce(nullif(t.typrelid, 0), d.refobjid)
"""
"""Who reads what: a function or a view (its rule), and a function, relation or relation's row type.
Objects of Postgres itself have oids below 16384."""
_GRANTS = """
select coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'public'),
    g.privilege_type, g.is_grantable, null
from pg_class as c cross join aclexplode(c.relacl) as g
where c.oid = %(oid)s and g.grantee <> c.relowner
union all
select coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'public'),
    g.privilege_type, g.is_grantable, quote_ident(a.attname)
from pg_class as c join pg_attribute as a on a.attrelid = c.oid and not a.attisdropped
cross join aclexplode(a.attacl) as g
where c.oid = %(oid)s and g.grantee <> c.relowner
order by 4 nulls first, 1, 2
"""


@dataclass(frozen=True, slots=True)
class _Rights:
    """Who may do what with a relation; None where nobody was ever granted or refused anything."""

    grants: tuple[tuple[str, str, bool, str | None], ...] | None
    indexes: tuple[tuple[str, str], ...]
    """Name and statement of every index of a materialised view."""


@dataclass(frozen=True, slots=True)
class _Foreign:
    """An object that no file of ours creates: what drops it, and what creates it again."""

    name: str
    drop: str
    create: tuple[str, ...]
    rights: _Rights | None = None
    """None for a function, whose grants are in ``create``."""


@dataclass(slots=True)
class Dropped:
    """What an upgrade has dropped and not created again.

    Args:
        marts: names of the views of schema ``mart`` that files of ours create.
    """

    marts: frozenset[str]
    waiting: dict[str, _Rights] = field(default_factory=dict)
    """Rights of the marts that were dropped; their files must be run again."""
    _foreign: list[_Foreign] = field(default_factory=list)

    def drop(self, conn: Connection, mart: str) -> None:
        """Drop a mart and all that reads it; nothing where there is no such mart.

        Raises:
            MigrationError: this user may not drop one of them.
            psycopg.errors.DependentObjectsStillExist: something that cannot be created again from
                the catalogue depends on it, such as a table with a column of its row type.
        """
        row = conn.execute("select to_regclass(%s)::oid", (f"mart.{mart}",)).fetchone()
        if row is None or row[0] is None:
            return
        with _qualified_names(conn):
            above = list(_above(conn, ("relation", row[0])))
            ours = {key: name for key in above if (name := self._mart_of(conn, key))}
            foreign = [_foreign(conn, key) for key in above if key not in ours]
            for key, name in ours.items():
                self.waiting[name] = _rights(conn, key[1])
            drops = [
                f"drop {_kind(conn, key[1])} mart.{name}" for key, name in reversed(ours.items())
            ]
        for each in reversed(foreign):
            try:
                conn.execute(each.drop.encode())
            except psycopg.errors.InsufficientPrivilege as error:
                raise _refusal(conn, each, error) from error
        for statement in drops:
            conn.execute(statement.encode())
        # What is dropped later may be read by what was dropped earlier, and never the reverse.
        self._foreign = foreign + self._foreign

    def give_back_rights(self, conn: Connection, mart: str) -> None:
        """Give a mart that was created again the grants it had, and the indexes of other people.

        Ours begin with the mart's name. Where a materialised view became a view of a table, an
        index belongs to that table now. One that no longer fits is left out with a warning, since
        no query needs it to be right.
        """
        rights = self.waiting.pop(mart, None)
        if rights is None:
            return
        table = _table_behind(conn, mart)
        for name, statement in rights.indexes:
            if not name.startswith(f"{mart}_"):
                _create_index(conn, name, statement.replace(f" ON mart.{mart} ", f" ON {table} "))
        if rights.grants is not None:
            for statement in _grant_statements(conn, f"mart.{mart}", rights.grants):
                conn.execute(statement.encode())

    def restore(self, conn: Connection) -> list[str]:
        """Create the objects of other people again, and return their names.

        Raises:
            MigrationError: one reads a column that is gone, or may not be created by this user.
        """
        for each in self._foreign:
            try:
                with conn.transaction():
                    _create(conn, each)
            except psycopg.Error as error:
                raise _refusal(conn, each, error) from error
        names = [each.name for each in self._foreign]
        self._foreign = []
        return names

    def _mart_of(self, conn: Connection, key: _Key) -> str | None:
        if key[0] != "relation":
            return None
        row = conn.execute(
            "select relname from pg_class where oid = %s and relnamespace = 'mart'::regnamespace",
            (key[1],),
        ).fetchone()
        return row[0] if row and row[0] in self.marts else None


def _create(conn: Connection, each: _Foreign) -> None:
    for statement in each.create:
        conn.execute(statement.encode())
    if each.rights and each.rights.grants is not None:
        for statement in _grant_statements(conn, each.name, each.rights.grants):
            conn.execute(statement.encode())


def _table_behind(conn: Connection, mart: str) -> str:
    """Return what an index on a mart belongs to: the only table that a view reads, or the mart."""
    found = conn.execute(
        "select distinct c.oid::regclass::text from pg_rewrite as r"
        " join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid"
        " and d.refclassid = 'pg_class'::regclass"
        " join pg_class as c on c.oid = d.refobjid and c.relkind = 'r'"
        " where r.ev_class = to_regclass(%s)",
        (f"mart.{mart}",),
    ).fetchall()
    return found[0][0] if len(found) == 1 else f"mart.{mart}"


def _create_index(conn: Connection, name: str, statement: str) -> None:
    try:
        with conn.transaction():
            conn.execute(statement.encode())
    except (
        psycopg.errors.UndefinedColumn,
        psycopg.errors.DuplicateTable,
        psycopg.errors.WrongObjectType,
    ) as error:
        reason = one_line(error.diag.message_primary or str(error))
        log.warning("an index of yours on a mart was dropped", index=name, reason=reason)


def _refusal(conn: Connection, each: _Foreign, error: psycopg.Error) -> MigrationError:
    advice = (
        f"Change {each.name} so that it reads columns of this version (CHANGELOG.md, Schema), or "
        "drop it, then run dateline db migrate again."
    )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        advice = f"Run dateline db migrate as a superuser, since {conn.info.user} may not do it."
    return MigrationError(
        f"{each.name} reads a mart that this version changes, and cannot be dropped and created "
        f"again ({one_line(error.diag.message_primary or str(error))}); nothing was changed. "
        f"{advice}"
    )


@contextmanager
def _qualified_names(conn: Connection) -> Iterator[None]:
    """Have the catalogue's functions name everything with its schema within the block."""
    row = conn.execute("select current_setting('search_path')").fetchone()
    conn.execute("select set_config('search_path', '', true)")
    yield
    conn.execute("select set_config('search_path', %s, true)", (row[0] if row else "",))


def _above(conn: Connection, root: _Key) -> Iterator[_Key]:
    """Yield an object and all that reads it, each after everything it reads."""
    readers: dict[_Key, list[_Key]] = {}
    for kind, oid, base_kind, base in conn.execute(_EDGES):
        readers.setdefault((base_kind, base), []).append((kind, oid))
    order: list[_Key] = []
    seen: set[_Key] = set()

    def visit(key: _Key) -> None:
        if key not in seen:
            seen.add(key)
            for reader in readers.get(key, ()):
                visit(reader)
            order.append(key)

    visit(root)
    yield from reversed(order)


def _kind(conn: Connection, oid: int) -> str:
    row = conn.execute("select relkind from pg_class where oid = %s", (oid,)).fetchone()
    return "materialized view" if row and row[0] == "m" else "view"


def _rights(conn: Connection, oid: int) -> _Rights:
    row = conn.execute("select relacl is null from pg_class where oid = %s", (oid,)).fetchone()
    grants = conn.execute(_GRANTS, {"oid": oid}).fetchall()
    untouched = bool(row and row[0]) and not grants
    indexes = conn.execute(
        "select c.relname, pg_get_indexdef(c.oid) from pg_index as i"
        " join pg_class as c on c.oid = i.indexrelid where i.indrelid = %s order by c.oid",
        (oid,),
    ).fetchall()
    return _Rights(None if untouched else tuple(grants), tuple(indexes))


def _grant_statements(
    conn: Connection, name: str, grants: Sequence[tuple[str, str, bool, str | None]]
) -> Iterator[str]:
    """Yield what gives a new relation these grants and no others (default privileges gave some)."""
    given = conn.execute(
        "select distinct coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'public')"
        " from pg_class as c cross join aclexplode(c.relacl) as g"
        " where c.oid = to_regclass(%s) and g.grantee <> c.relowner order by 1",
        (name,),
    ).fetchall()
    for (grantee,) in given:
        yield f"revoke all on {name} from {grantee}"
    for grantee, privilege, is_grantable, column in grants:
        what = f"{privilege} ({column})" if column else privilege
        option = " with grant option" if is_grantable else ""
        yield f"grant {what} on {name} to {grantee}{option}"


def _foreign(conn: Connection, key: _Key) -> _Foreign:
    kind, oid = key
    return _function(conn, oid) if kind == "function" else _relation(conn, oid)


def _function(conn: Connection, oid: int) -> _Foreign:
    row = conn.execute(
        """
        select oid::regprocedure::text, pg_get_functiondef(oid),
            quote_ident(pg_get_userbyid(proowner)),
            quote_nullable(obj_description(oid, 'pg_proc')), proacl is null
        from pg_proc where oid = %s
        """,
        (oid,),
    ).fetchone()
    if row is None:
        raise AssertionError("pg_depend named a function that is not in pg_proc")
    name, definition, owner, comment, untouched = row
    create = [definition, f"alter routine {name} owner to {owner}"]
    if comment != "NULL":
        create.append(f"comment on routine {name} is {comment}")
    if not untouched:
        create.append(f"revoke all on routine {name} from public")
    grants = conn.execute(
        "select coalesce(quote_ident(pg_get_userbyid(nullif(g.grantee, 0))), 'public'),"
        " g.is_grantable from pg_proc as p cross join aclexplode(p.proacl) as g"
        " where p.oid = %s and g.grantee <> p.proowner",
        (oid,),
    ).fetchall()
    for grantee, is_grantable in grants:
        option = " with grant option" if is_grantable else ""
        create.append(f"grant execute on routine {name} to {grantee}{option}")
    return _Foreign(name, f"drop routine {name}", tuple(create))


def _relation(conn: Connection, oid: int) -> _Foreign:
    row = conn.execute(
        """
        select c.oid::regclass::text, c.relkind, c.relispopulated,
            array_to_string(c.reloptions, ', '), pg_get_viewdef(c.oid),
            quote_ident(pg_get_userbyid(c.relowner))
        from pg_class as c where c.oid = %s
        """,
        (oid,),
    ).fetchone()
    if row is None:
        raise AssertionError("pg_depend named a relation that is not in pg_class")
    name, relkind, is_filled, options, definition, owner = row
    kind = "materialized view" if relkind == "m" else "view"
    head = f"create {kind} {name}{f' with ({options})' if options else ''} as "
    body = definition.rstrip().removesuffix(";")
    tail = "" if relkind != "m" or is_filled else " with no data"
    rights = _rights(conn, oid)
    create = [head + body + tail, *(statement for _, statement in rights.indexes)]
    create += [row[0] for row in conn.execute(_PARTS, {"oid": oid, "kind": kind})]
    create.append(f"alter {kind} {name} owner to {owner}")
    return _Foreign(name, f"drop {kind} {name}", tuple(create), rights)


_PARTS = """
select statement from (
    select 1 as place, pg_get_ruledef(r.oid) as statement
    from pg_rewrite as r where r.ev_class = %(oid)s and r.rulename <> '_RETURN'
    union all
    select 2, pg_get_triggerdef(t.oid)
    from pg_trigger as t where t.tgrelid = %(oid)s and not t.tgisinternal
    union all
    select 3, format('comment on %%s %%s is %%L', %(kind)s::text, d.objoid::regclass, d.description)
    from pg_description as d
    where d.classoid = 'pg_class'::regclass and d.objoid = %(oid)s and d.objsubid = 0
    union all
    select 4,
        format('comment on column %%s.%%I is %%L', d.objoid::regclass, a.attname, d.description)
    from pg_description as d
    join pg_attribute as a on a.attrelid = d.objoid and a.attnum = d.objsubid
    where d.classoid = 'pg_class'::regclass and d.objoid = %(oid)s and d.objsubid > 0
) as parts order by place
"""
"""Statements that create the rules, triggers and comments of a view again."""
