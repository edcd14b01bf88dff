"""Loading with real processes: several at once, killed ones, and a server that goes away."""

import threading
import time
from contextlib import closing

import psycopg
import pytest

from pipeline.errors import StoreUnavailable
from pipeline.outcomes import Outcome
from pipeline.warehouse import transactions
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.runs import outcome_counts
from pipeline.warehouse.store import connect
from tests.warehouse.chaos import Chaos, expected, found, kill_loaders, prepare, run_loaders
from tests.warehouse.stories import begin, count, fetched, items, story


def test_four_loaders_at_once_store_each_article_once(store_dsn):
    chaos = Chaos(articles=80, batch_size=10, overlapping=4, loaders=4)
    run_id = prepare(store_dsn, chaos)
    assert run_loaders(store_dsn, run_id, chaos) == [0, 0, 0, 0]
    assert found(store_dsn, run_id, chaos) == expected(chaos)


def test_after_four_kills_each_article_is_stored_once(store_dsn):
    chaos = Chaos(articles=120, batch_size=10, overlapping=4, loaders=2, kills=4)
    run_id = prepare(store_dsn, chaos)
    assert kill_loaders(store_dsn, run_id, chaos) == 4
    assert run_loaders(store_dsn, run_id, Chaos(120, 10, 4, loaders=1)) == [0]
    assert found(store_dsn, run_id, chaos) == expected(chaos)


def test_a_batch_is_stored_when_the_server_goes_away_in_the_middle(store, store_dsn):
    run_id = begin(store)
    batch = items(fetched(store, run_id, [1, 2]), [story(1), story(2)])
    pid = store.info.backend_pid
    results = []
    loader = threading.Thread(
        target=lambda: results.append(load_batch(store, run_id, "batch", batch))
    )
    with closing(connect(store_dsn)) as blocker, closing(connect(store_dsn)) as killer:
        with blocker.transaction():
            blocker.execute("lock table news.articles in share row exclusive mode")
            loader.start()
            terminate_when_waiting(killer, pid)
        loader.join(30)
        assert results[0].outcomes == {Outcome.LOADED: 2}
        assert outcome_counts(blocker, run_id) == {"loaded": 2}
        assert count(blocker, "news.article_versions") == 2
        assert count(blocker, "ops.load_batches") == 1


def terminate_when_waiting(conn, pid):
    query = "select count(*) from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
    for _ in range(2000):
        if conn.execute(query, (pid,)).fetchone()[0]:
            conn.execute("select pg_terminate_backend(%s)", (pid,))
            return
        time.sleep(0.01)
    raise AssertionError("the loader never waited for the lock")


def test_a_deadlock_is_tried_again(store, store_dsn):
    store.execute("create table ops.rows (n int primary key)")
    store.execute("insert into ops.rows values (1), (2)")
    meet = threading.Barrier(2, timeout=600)
    attempts = []

    def swap(first, second):
        def work(conn):
            attempts.append(first)
            conn.execute("update ops.rows set n = n where n = %s", (first,))
            if attempts.count(first) == 1:
                meet.wait()
            conn.execute("update ops.rows set n = n where n = %s", (second,))
            return "done"

        with closing(connect(store_dsn)) as conn:
            return transactions.transact(conn, work)

    results = []
    threads = [
        threading.Thread(target=lambda pair=pair: results.append(swap(*pair)))
        for pair in [(1, 2), (2, 1)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == ["done", "done"]
    assert len(attempts) == 3


def test_a_server_that_stays_away_is_one_sentence(store, monkeypatch):
    monkeypatch.setattr(transactions, "RETRY_SECONDS", 0.2)

    def work(conn):
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with pytest.raises(StoreUnavailable, match="stayed away"):
        transactions.transact(store, work)


def test_inside_a_callers_transaction_nothing_is_tried_again(store):
    calls = []

    def work(conn):
        calls.append(1)
        raise psycopg.errors.SerializationFailure("could not serialize")

    with pytest.raises(psycopg.errors.SerializationFailure), store.transaction():
        transactions.transact(store, work)
    assert calls == [1]


def test_what_waits_for_the_commit_is_done_once_and_after_it(store, store_dsn):
    done = []

    def count_committed():
        with closing(connect(store_dsn)) as other:
            done.append(count(other, "ops.runs"))

    def work(conn):
        begin(conn)
        transactions.transact(conn, lambda live: transactions.after_commit(live, count_committed))
        assert done == []

    transactions.transact(store, work)
    assert done == [1]


def test_of_a_transaction_that_is_tried_again_only_the_committed_attempt_counts(store, store_dsn):
    attempts, done = [], []

    def work(conn):
        attempts.append(conn.info.backend_pid)
        number = len(attempts)
        transactions.after_commit(conn, lambda: done.append(number))
        if number == 1:
            with closing(connect(store_dsn)) as killer:
                killer.execute("select pg_terminate_backend(%s)", (attempts[0],))
        conn.execute("select 1")

    transactions.transact(store, work)
    assert len(attempts) == 2
    assert done == [2]


def test_what_is_rolled_back_is_not_reported(store):
    done = []

    def fail(conn):
        transactions.after_commit(conn, lambda: done.append("inner"))
        raise ValueError("rolled back")

    def work(conn):
        transactions.after_commit(conn, lambda: done.append("outer"))
        with pytest.raises(ValueError, match="rolled back"):
            transactions.transact(conn, fail)

    transactions.transact(store, work)
    assert done == ["outer"]
    with pytest.raises(ValueError, match="rolled back"):
        transactions.transact(store, fail)
    with store.transaction(force_rollback=True):
        transactions.transact(store, lambda conn: work(conn))
    assert done == ["outer"]
