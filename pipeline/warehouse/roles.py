"""Who may do what: the roles that ``dateline db migrate`` creates, and logins in them.

The owner is the login that migrates. Everybody else is a member of one of three roles:

- ``dateline_loader`` runs every stage and changes no table's definition;
- ``dateline_analyst`` reads everything but full texts outside the marts, where the views leave out
  those of sources whose file says ``text_for = "owner"``;
- ``dateline_ui`` reads the same for the pages of the operator.

Roles belong to the whole server. Settings of a role hold for its own sessions and not for those of
its members, so ``create_login`` gives each login its time limit itself.
"""

import contextlib
import secrets
from typing import Literal

from psycopg import Connection, errors, sql

from pipeline.errors import SettingsError
from pipeline.text import one_line

RoleName = Literal["loader", "analyst", "ui"]
_READERS = ("dateline_analyst", "dateline_ui")
_ROLES = ("dateline_loader", *_READERS)
_TEXTS = {
    "news.article_versions": ("body_text",),
    "news.article_search": ("search_vector",),
    "news.held_versions": ("body_text",),
}
"""Columns with full texts, which readers get from the marts alone."""
_LOADER = """
grant usage on schema ops, news, mart to {role};
grant select, insert, update, delete on all tables in schema ops, news to {role};
grant select on all tables in schema mart to {role};
revoke insert, update, delete on ops.schema_migrations, ops.mart_files from {role};
grant usage on all sequences in schema ops, news to {role};
grant execute on function news.create_month to {role};
alter default privileges in schema ops, news
grant select, insert, update, delete on tables to {role};
alter default privileges in schema ops, news grant usage on sequences to {role};
alter default privileges in schema mart grant select on tables to {role};
"""
_READER = """
grant usage on schema ops, news, mart to {role};
grant select on all tables in schema ops, news, mart to {role};
alter default privileges in schema ops, news, mart grant select on tables to {role};
"""
_READER_SETTINGS = """
alter role {login} set default_transaction_read_only = on;
alter role {login} set statement_timeout = '60s';
alter role {login} set idle_in_transaction_session_timeout = '10min';
alter role {login} set search_path = mart, public;
"""


def set_up_roles(conn: Connection) -> str | None:
    """Create the roles that are missing, give them their rights, and return what is left to do.

    A role that was set up before keeps what the owner granted or revoked since, but for texts.

    Args:
        conn: an autocommit connection of the owner, to an up-to-date schema.

    Returns:
        One line that says what this user may not do and who does it; None where all is done.
    """
    problem = None
    for role in _ROLES:
        try:
            _create(conn, role)
            with conn.transaction():
                _grant(conn, role)
        except errors.InsufficientPrivilege as error:
            problem = one_line(error.diag.message_primary or str(error))
    if problem is None:
        return None
    create = "; ".join(f"create role {role} nologin" for role in _missing(conn))
    return (
        f"logins for loaders and analysts are not set up, since {conn.info.user} may not do it "
        f"({problem}): have a superuser run {create or 'dateline db migrate'}"
        f"{', then run dateline db migrate again' if create else ''}."
    )


_PLANNER = (("join_collapse_limit", 16), ("geqo_threshold", 18), ("random_page_cost", 1.1))


def set_up_planner(conn: Connection) -> None:
    """Have Postgres plan the questions that marts are asked, in every session of this database.

    ``mart.who_said_what`` joins a dozen tables, and a question with a search more. Beyond
    eight, by default, Postgres keeps the order in which a view names them, and reads every quote
    for those of one entity: 3,400 ms of processor time in place of 50 at 100,000 articles. A table
    of which no column is asked for counts too.

    And by default it takes a page that it looks up for four times as dear as one that it reads in
    order, as on a disk that turns. It then reads all versions of a million articles for those of a
    week, once these are 25,000: 450 ms of processor time in place of 50.

    What somebody has set for the database stays, and where the owner of the schema does not own the
    database, all does.
    """
    row = conn.execute("select current_database()").fetchone()
    name = sql.Identifier(row[0] if row else "")
    stands = conn.execute(
        "select split_part(unnest(setconfig), '=', 1) from pg_db_role_setting"
        " where setrole = 0"
        " and setdatabase = (select oid from pg_database where datname = current_database())"
    ).fetchall()
    for setting, value in _PLANNER:
        if (setting,) in stands:
            continue
        statement = sql.SQL("alter database {} set {} = {}")
        with contextlib.suppress(errors.InsufficientPrivilege, errors.InternalError_):
            conn.execute(statement.format(name, sql.Identifier(setting), sql.Literal(value)))


def create_login(conn: Connection, name: str, role: RoleName) -> str:
    """Create a login in a role, or give it another password, and return the password.

    Raises:
        SettingsError: this user may not create logins, or the name is taken by another login.
    """
    login = sql.Identifier(name)
    password = secrets.token_urlsafe()
    # The verifier instead of the password, so that the server's log never holds the latter.
    verifier = conn.pgconn.encrypt_password(password.encode(), name.encode()).decode()
    try:
        with conn.transaction():
            _refuse_taken(conn, name, role)
            known = conn.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone()
            verb = sql.SQL("alter" if known else "create")
            statement = sql.SQL("{} role {} login password {}")
            conn.execute(statement.format(verb, login, sql.Literal(verifier)))
            conn.execute(
                sql.SQL("grant {} to {}").format(sql.Identifier(f"dateline_{role}"), login)
            )
            if role != "loader":
                conn.execute(sql.SQL(_READER_SETTINGS).format(login=login))
    except (errors.InsufficientPrivilege, errors.UndefinedObject, errors.ReservedName) as error:
        raise SettingsError(
            f"the login {name} was not created ({one_line(error.diag.message_primary or '')}): "
            "choose another name, or run this with a DATELINE_DSN whose user may create roles."
        ) from error
    return password


def _refuse_taken(conn: Connection, name: str, role: RoleName) -> None:
    """Refuse a login that has rights of its own: a new password must not take them over."""
    row = conn.execute(
        "select r.rolsuper or r.rolcreaterole or r.rolcreatedb or exists ("
        " select from pg_auth_members as m join pg_roles as g on g.oid = m.roleid"
        " where m.member = r.oid and g.rolname <> %s)"
        " from pg_roles as r where r.rolname = %s",
        (f"dateline_{role}", name),
    ).fetchone()
    if row and row[0]:
        raise SettingsError(f"{name} is a login with rights of its own: choose another name.")


def _missing(conn: Connection) -> list[str]:
    found = conn.execute("select rolname from pg_roles where rolname = any(%s)", (list(_ROLES),))
    known = {row[0] for row in found}
    return [role for role in _ROLES if role not in known]


def _create(conn: Connection, role: str) -> None:
    if role not in _missing(conn):
        return
    try:
        with conn.transaction():
            conn.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    except (errors.DuplicateObject, errors.UniqueViolation):
        pass  # another database of this server was first


def _grant(conn: Connection, role: str) -> None:
    is_set_up = conn.execute(
        "select has_schema_privilege(%s, 'mart', 'usage')", (role,)
    ).fetchone() == (True,)
    name = sql.Identifier(role)
    if not is_set_up:
        statements = _LOADER if role == "dateline_loader" else _READER
        conn.execute(sql.SQL(statements).format(role=name))
    if role in _READERS:
        for table, texts in _TEXTS.items():
            _grant_all_but(conn, name, table, texts)


def _grant_all_but(
    conn: Connection, role: sql.Identifier, table: str, texts: tuple[str, ...]
) -> None:
    found = conn.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0"
        " and not attisdropped and attname <> all(%s) order by attnum",
        (table, list(texts)),
    )
    names = [row[0] for row in found]
    if not names:  # the schema of an earlier version has no such table
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    where = sql.Identifier(*table.split("."))
    conn.execute(sql.SQL("revoke select on {} from {}").format(where, role))
    conn.execute(sql.SQL("grant select ({}) on {} to {}").format(columns, where, role))
