"""The way into the store: a connection, and a server that is there when none was set."""

import psycopg


def connect(dsn: str | None = None) -> psycopg.Connection:
    """Return an autocommit connection; without a DSN to ``settings().dsn`` or the embedded server.

    Raises:
        StoreUnavailable: nobody answers there; the message names the next action.
    """
    raise NotImplementedError


def ensure_store() -> str:
    """Return a DSN of a migrated store, starting the embedded server where no DSN is set."""
    raise NotImplementedError
