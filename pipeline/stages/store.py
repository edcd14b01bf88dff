"""A connection for a stage: the store is started and migrated where that is still to be done."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pipeline.warehouse.store import connect, ensure_store


@contextmanager
def store() -> Iterator[psycopg.Connection]:
    """Yield an autocommit connection to a migrated store and close it afterwards.

    Raises:
        StoreUnavailable: nobody answers; the message names the next action.
    """
    connection = connect(ensure_store())
    try:
        yield connection
    finally:
        connection.close()
