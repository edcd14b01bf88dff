"""A database session for the queries of people, which can read and do nothing else.

``dateline sql`` runs SQL that a person typed, pasted or had written by a program. Three things keep
such SQL from doing more than reading:

1. **A login that may only read.** The session belongs to a login of its own, a member of
   ``dateline_analyst``, so that no ``reset role`` leads back to the owner of the tables. The login
   comes from ``DATELINE_SQL_DSN``, or is created on the store's server and kept with a random
   password in ``<home>/sql_login.json``. It is no superuser and has no rights but those of
   ``dateline_analyst`` and PUBLIC, so Postgres itself refuses ``copy … to program``,
   ``pg_read_file``, ``lo_export``, ``pg_terminate_backend`` on other logins, and every write. (The
   embedded server asks nobody for a password: only the account that owns its socket gets there.)
2. **One query at a time.** The text is divided into statements, and each is sent by the extended
   query protocol, which takes exactly one. Only statements that begin with one of ``QUERY_WORDS``
   are sent, so that ``commit`` and ``set`` cannot end the read-only transaction or the time limit.
3. **A transaction that is always rolled back**, read-only and with a statement timeout that is set
   again before each statement. PostgreSQL 15 lets even a read-only transaction create large
   objects; the rollback removes those too.

Where the login cannot be created (the user of ``DATELINE_DSN`` may not create roles), only 2 and 3
hold, and ``Reader.warning`` says so: nothing can be written, but a function runs with that user's
rights and may, for example, end other sessions of that user. A user who may run programs or read
files of the server (every superuser) is refused then. Taking its rights away by ``set role`` would
hold nothing: ``select set_config('role', …)`` gives them back within a query.

What a query can still do: take processor time until the timeout, hold advisory locks until it ends,
and end other sessions of its own login.
"""

import json
import math
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import Connection, Cursor, conninfo, sql

from pipeline.errors import SettingsError, StoreUnavailable, UsageError
from pipeline.settings import settings
from pipeline.text import one_line
from pipeline.warehouse.embedded_server import SQL_LOGIN_FILE
from pipeline.warehouse.store import connect, current_store, ensure_store

QUERY_WORDS = ("select", "with", "values", "table", "explain", "show")
"""First words of the statements that are sent; all others change something or the session."""

_TOKENS = re.compile(
    r"""
      --[^\n\r]*                                  # comment to the end of the line
    | /\*                                         # comment in brackets, which may nest
    | (?<![\w$])[eE]'(?:[^'\\]|''|\\.)*'          # E'it\'s'
    | '(?:[^']|'')*'                              # 'it''s'
    | "(?:[^"]|"")*"                              # "a name"
    | (?<![\w$])\$(?:[^\W\d]\w*)?\$              # opening tag of $$text$$, $tag$text$tag$
    | ;
    """,
    re.DOTALL | re.VERBOSE,
)
_EDGE_OF_COMMENT = re.compile(r"/\*|\*/")
_BEFORE_FIRST_WORD = re.compile(r"[\s(]+|--[^\n\r]*|/\*")
_WORD = re.compile(r"\w+|.")
_LOCK = 0x646C_7371
"""Key of the advisory lock under which a login is created, so that two first queries take turns."""
_MAY_USE_SERVER = """
select exists (
    select from pg_catalog.pg_roles
    where (
        rolsuper or rolname in (
            'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'
        )
    )
    and pg_has_role(current_user, oid, 'member')
)
"""
"""Whether the session is, or may become by ``set role``, one that runs programs or reads files."""
_MAY_READ = """
select coalesce(has_schema_privilege(to_regnamespace('mart')::oid, 'usage'), false)
"""
_MAY_WRITE = """
select coalesce(has_table_privilege(to_regclass('news.articles')::oid, 'insert'), false)
"""
_ADVICE = (
    "set DATELINE_SQL_DSN to a login that may only read "
    "(create role NAME login password '…' in role dateline_analyst)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text, and where it begins there (in code points)."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Reader:
    """An open session that may only read."""

    conn: Connection
    warning: str | None = None
    """What is weaker about it than it should be, and what helps; None where nothing is."""


@dataclass(frozen=True, slots=True)
class _Login:
    user: str
    password: str


class StatementRefused(UsageError):
    """A statement does something other than read."""


def statements(text: str) -> list[Statement]:
    """Divide SQL at its semicolons; those in strings, names and comments divide nothing.

    >>> [each.text for each in statements("select ';' as a; select 2 -- done;")]
    ["select ';' as a", ' select 2 -- done;']
    """
    found, start, at = [], 0, 0
    while token := _TOKENS.search(text, at):
        at = token.end()
        if token[0] == "/*":
            at = _comment_end(text, at)
        elif token[0].startswith("$"):
            # Postgres, too, takes all that follows a tag without an end for its text. Reading on
            # after the tag would search the text once per tag: 20 s for 20,000 tags (160 kB).
            end = text.find(token[0], at)
            at = len(text) if end < 0 else end + len(token[0])
        elif token[0] == ";":
            found.append(Statement(text[start : token.start()], start))
            start = at
    found.append(Statement(text[start:], start))
    return [each for each in found if _first_word(each.text)]


def _comment_end(text: str, at: int) -> int:
    depth = 1
    for edge in _EDGE_OF_COMMENT.finditer(text, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(text)


def _first_word(text: str) -> str:
    """Return the first word in lower case, or the first character where there is no word."""
    at = 0
    while skipped := _BEFORE_FIRST_WORD.match(text, at):
        at = _comment_end(text, skipped.end()) if skipped[0] == "/*" else skipped.end()
    word = _WORD.match(text, at)
    return word[0].lower() if word else ""


def refuse_other_statements(found: Sequence[Statement]) -> None:
    """Raise StatementRefused where one of these statements does more than read."""
    for each in found:
        if (word := _first_word(each.text)) not in QUERY_WORDS:
            raise StatementRefused(
                f"{word} is refused: dateline sql reads only, so a statement begins with "
                f"{', '.join(QUERY_WORDS[:-1])} or {QUERY_WORDS[-1]}."
            )


@contextmanager
def reader(*, migrate: bool = True) -> Iterator[Reader]:
    """Yield a session for queries of people.

    Args:
        migrate: start the embedded server and migrate the store first. The pages of the UI do not:
            looking must change nothing.

    Raises:
        StoreUnavailable: the server does not answer.
        SettingsError: there is no login whose queries can only read.
    """
    if own := settings().sql_dsn:
        conn, problem = connect(own, setting="DATELINE_SQL_DSN"), None
        if _answer(conn, _MAY_WRITE):
            problem = "the login of DATELINE_SQL_DSN may write"
    else:
        conn, problem = _session(ensure_store() if migrate else current_store())
    with closing(conn):
        _refuse_server_rights(conn, problem)
        yield Reader(conn, _warning(problem) if problem else None)


@contextmanager
def read_only_transaction(conn: Connection) -> Iterator[None]:
    """Open a read-only transaction and roll it back when the block ends."""
    conn.read_only = True
    with conn.transaction(force_rollback=True):
        yield


def run_statement(conn: Connection, statement: Statement, timeout: float) -> Cursor:
    """Run one statement and return its cursor.

    Args:
        conn: inside ``read_only_transaction``.
        statement: as ``statements`` returns it.
        timeout: seconds until Postgres cancels it; 0 for no limit.

    Raises:
        StatementRefused: it does not begin with one of ``QUERY_WORDS``.
        psycopg.Error: what Postgres says of it.
    """
    refuse_other_statements([statement])
    milliseconds = str(math.ceil(timeout * 1000))
    conn.execute("select pg_catalog.set_config('statement_timeout', %s, true)", (milliseconds,))
    with conn.pipeline():  # uses the extended protocol, which takes one statement in a message
        return conn.execute(statement.text.encode())


def _session(store_dsn: str) -> tuple[Connection, str | None]:
    """Connect as this installation's login; else as the store's own user, with the reason."""
    try:
        login = _login_of_home(settings().home_folder / SQL_LOGIN_FILE)
        conn = _connect_as(store_dsn, login)
        if conn is None:
            with closing(connect(store_dsn)) as owner:
                _create_login(owner, login)
            conn = _connect_as(store_dsn, login)
    except (OSError, psycopg.Error) as error:
        return connect(store_dsn), f"no login that may only read: {one_line(str(error))}"
    if conn is None:
        return connect(store_dsn), f"the server does not let the login {login.user} in"
    return conn, None


def _warning(problem: str) -> str:
    return (
        f"{problem}. Only the read-only transaction protects the store, and functions run with "
        f"the rights of this login: {_ADVICE}."
    )


def _login_of_home(path: Path) -> _Login:
    """Return the login that this installation keeps; the first call makes up name and password."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        made = {"user": f"dateline_sql_{secrets.token_hex(4)}", "password": secrets.token_urlsafe()}
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
        try:
            os.link(fresh, path)
        except FileExistsError:  # another process was first: its login is used
            pass
        except OSError:  # no hard links here
            fresh.replace(path)
        fresh.unlink(missing_ok=True)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        kept = None
    match kept:
        case {"user": str(user), "password": str(password), **others} if (
            user and password and f"{user}{password}".isprintable() and not others
        ):
            return _Login(user, password)
    raise SettingsError(f"{path} is damaged: remove it and try again.")


def _connect_as(store_dsn: str, login: _Login) -> Connection | None:
    """Connect to the store as a login; None where it does not get in or may not read.

    libpq gives no SQLSTATE for a failed connection, so no reason is looked for here: the caller
    connects as the store's user next, which shows whether the server answers at all.
    """
    try:
        conn = connect(conninfo.make_conninfo(store_dsn, user=login.user, password=login.password))
    except StoreUnavailable:
        return None
    if _answer(conn, _MAY_READ):
        return conn
    conn.close()
    return None


def _create_login(owner: Connection, login: _Login) -> None:
    """Create a login, or give it its password and its rights again.

    Raises:
        psycopg.Error: the owner's user may not do so.
    """
    name = sql.Identifier(login.user)
    # The verifier instead of the password, so that the server's log never holds the latter.
    verifier = owner.pgconn.encrypt_password(login.password.encode(), login.user.encode())
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        known = owner.execute("select 1 from pg_catalog.pg_roles where rolname = %s", (login.user,))
        verb = sql.SQL("alter" if known.fetchone() else "create")
        password = sql.Literal(verifier.decode())
        owner.execute(sql.SQL("{} role {} login password {}").format(verb, name, password))
        owner.execute(sql.SQL("grant dateline_analyst to {}").format(name))
        owner.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(name))


def _refuse_server_rights(conn: Connection, problem: str | None) -> None:
    if _answer(conn, _MAY_USE_SERVER):
        reason = f" ({problem})" if problem else ""
        raise SettingsError(
            f"{conn.info.user} may run programs or read files on the database server, and a query "
            f"could make it do so{reason}: {_ADVICE}."
        )


def _answer(conn: Connection, query: LiteralString) -> bool:
    row = conn.execute(query).fetchone()
    return bool(row and row[0])
