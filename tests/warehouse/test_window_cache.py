"""The window cache on Postgres returns what was stored, for the same model only."""

from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotate.tagging.window_cache import WindowCache
from pipeline.warehouse.window_cache import PostgresWindowCache, pack, unpack
from tests.warehouse.stories import count

PLACES = st.tuples(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["Person", "Cue", "Content", "Location"]),
    st.floats(0, 1),
)
READING = (((0, 2, "Person", 0.1 + 0.2), (3, 4, "Money", 1.0)), ((1, 9, "Content", 0.25),))


@given(st.lists(st.lists(PLACES).map(tuple), max_size=3).map(tuple))
def test_packed_and_unpacked_is_the_same(reading):
    assert unpack(pack(reading)) == reading


def test_spans_of_one_process_are_found_by_another(store):
    keys = [bytes([number]) * 16 for number in range(5)]
    PostgresWindowCache(store, "m1", WindowCache()).put({keys[1]: READING, keys[3]: ((), ())})
    other = PostgresWindowCache(store, "m1", recent := WindowCache())
    assert other.get_many(keys) == {keys[1]: READING, keys[3]: ((), ())}
    assert recent.get_many(keys[:2]) == {keys[1]: READING}
    assert PostgresWindowCache(store, "m2", WindowCache()).get_many(keys) == {}


def test_spans_put_twice_are_stored_once(store):
    for _ in range(2):
        PostgresWindowCache(store, "m1", WindowCache()).put({bytes(16): READING})
    assert count(store, "news.window_readings") == 1


def test_empty_calls_do_nothing(store):
    memory = PostgresWindowCache(store, "m1", WindowCache())
    memory.put({})
    assert memory.get_many([]) == {}


@pytest.mark.parametrize("damaged", ["substring(spans for 20)", "''", r"'\xff0a'", "'Cue'::bytea"])
def test_a_damaged_row_is_ignored_until_it_is_replaced(store, damaged):
    memory = PostgresWindowCache(store, "m1", WindowCache())
    memory.put({bytes(16): READING})
    store.execute(f"update news.window_readings set spans = {damaged}")
    other = PostgresWindowCache(store, "m1", WindowCache())
    assert other.get_many([bytes(16)]) == {}
    other.put({bytes(16): READING})
    again = PostgresWindowCache(store, "m1", WindowCache())
    assert again.get_many([bytes(16)]) == {bytes(16): READING}


def test_a_locked_table_counts_as_empty(store, store_dsn):
    memory = PostgresWindowCache(store, "m1", WindowCache())
    with psycopg.connect(store_dsn) as other:
        other.execute("lock table news.window_readings in access exclusive mode")
        assert memory.get_many([bytes(16)]) == {}
        memory.put({bytes(16): READING})
    memory.put({bytes(16): READING})
    assert PostgresWindowCache(store, "m1", WindowCache()).get_many([bytes(16)])
    assert store.execute("show lock_timeout").fetchone() == ("0",)


def test_a_forbidden_table_counts_as_empty(store):
    role = f"reader_{uuid4().hex}"
    store.execute(f"create role {role}")
    try:
        store.execute(f"grant usage on schema news to {role}")
        store.execute(f"set role {role}")
        memory = PostgresWindowCache(store, "m1", WindowCache())
        assert memory.get_many([bytes(16)]) == {}
        memory.put({bytes(16): READING})
        assert memory.get_many([bytes(16)]) == {bytes(16): READING}
    finally:
        store.execute("reset role")
        store.execute(f"drop owned by {role}")
        store.execute(f"drop role {role}")
    assert count(store, "news.window_readings") == 0
