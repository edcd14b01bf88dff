"""Create the logins and databases of docker-compose.yml; each gets its password again.

``owner`` makes what must exist before the schema: the owner's login and Airflow's, with a database
each. ``readers`` makes those that are members of the schema's roles. None is a superuser.
``restored`` gives Airflow the tables of a restored backup, which the owner has made.
"""

import os
import sys
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipeline.warehouse.store import connect, create_database

LOGINS = {
    "owner": {
        "dateline_owner": ("owner_password", "login createrole", None),
        "dateline_airflow": ("airflow_password", "login", None),
    },
    "readers": {
        "dateline_load": ("loader_password", "login", "dateline_loader"),
        "dateline_read": ("analyst_password", "login", "dateline_analyst"),
    },
}
"""For each step its logins: the secret that holds the password, what they may, and their role."""
DATABASES = {"dateline": "dateline_owner", "dateline_airflow": "dateline_airflow"}
SECRETS = Path(os.environ.get("SECRETS_FOLDER", "/run/secrets"))


def make_login(
    conn: psycopg.Connection, name: str, secret: str, rights: str, role: str | None
) -> None:
    """Create a login, or give the role that exists its rights, password and membership.

    A restored backup brings the roles without their passwords, and none of them may log in.
    """
    password = (SECRETS / secret).read_text(encoding="utf-8").strip()
    verifier = conn.pgconn.encrypt_password(password.encode(), name.encode()).decode()
    # A row of no columns is an empty tuple, which is as false as none.
    found = conn.execute("select from pg_roles where rolname = %s", (name,)).fetchone()
    words = f"{'create' if found is None else 'alter'} role {{}} {rights} password {{}}"
    conn.execute(sql.SQL(words).format(sql.Identifier(name), sql.Literal(verifier)))
    if role is not None:
        conn.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))


def main(step: str) -> None:
    """Make the logins of a step, and in the first one their databases."""
    admin = os.environ["ADMIN_DSN"]
    with closing(connect(admin)) as conn:
        for name, (secret, rights, role) in LOGINS.get(step, {}).items():
            make_login(conn, name, secret, rights, role)
        if step == "owner":
            # So that the owner can save and restore Airflow's database too.
            conn.execute("grant dateline_airflow to dateline_owner")
            for database, owner in DATABASES.items():
                if create_database(admin, database):
                    words = sql.SQL("alter database {} owner to {}")
                    conn.execute(words.format(sql.Identifier(database), sql.Identifier(owner)))
    if step == "restored":
        with closing(connect(make_conninfo(admin, dbname="dateline_airflow"))) as conn:
            conn.execute("reassign owned by dateline_owner to dateline_airflow")
            # That takes the other database along, which is a thing of the whole server.
            conn.execute("alter database dateline owner to dateline_owner")


if __name__ == "__main__":
    main(sys.argv[1])
