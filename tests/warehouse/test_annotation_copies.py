"""Annotations copied within Postgres, while others change what they are copied from."""

import threading
import time
from contextlib import closing

import pytest

from pipeline.models import Annotation
from pipeline.warehouse.annotations import Copied, copy_annotations, save_annotations, still_pending
from pipeline.warehouse.store import connect
from tests.warehouse.stories import count, loaded
from tests.warehouse.test_annotations import TEXT, annotation

TITLE = "Council to rebuild the bridge"


@pytest.fixture
def pair(store):
    """The ids of an annotated version and of an exact copy that is not annotated."""
    (origin,) = loaded(store, [1], text=TEXT, title=TITLE).new_versions
    save_annotations(store, "m1", [(origin, annotation())])
    (target,) = loaded(
        store, [2], run_name="run-2", outlet="valley", text=TEXT, title=TITLE
    ).new_versions
    return origin, target


def test_rows_are_copied_once(store, pair):
    origin, target = pair
    assert copy_annotations(store, "m1", [origin, target]) == Copied((target,), 3, 2)
    tables = ["news.entities", "news.entity_mentions", "news.quotes", "news.quote_speakers"]
    assert [count(store, table) for table in tables] == [2, 6, 4, 4]
    assert copy_annotations(store, "m1", [origin, target]) == Copied()
    assert still_pending(store, [target, origin]) == {}


def test_annotations_of_an_older_model_are_replaced(store, pair):
    origin, target = pair
    save_annotations(store, "m0", [(target, annotation())])
    save_annotations(store, "m1", [(origin, Annotation())])
    assert copy_annotations(store, "m1", [target]).versions == (target,)
    assert count(store, "news.quotes") == count(store, "news.entity_mentions") == 0


@pytest.mark.parametrize(
    "change",
    [
        "update news.article_versions set nlp_version = 'm2' where article_version_id = %s",
        "delete from news.articles as a using news.article_versions as v"
        " where a.article_id = v.article_id and v.article_version_id = %s",
    ],
)
@pytest.mark.parametrize("changed", [0, 1])
def test_a_change_between_query_and_lock_is_noticed(store, store_dsn, pair, change, changed):
    results = []
    with closing(connect(store_dsn)) as other:
        with other.transaction():
            other.execute(change, (pair[changed],))
            copier = threading.Thread(
                target=lambda: results.append(copy_annotations(store, "m1", [pair[1]]))
            )
            copier.start()
            wait_until_blocked(other, store.info.backend_pid)
        copier.join(30)
        is_target_annotated = changed == 1 and "nlp_version" in change
        assert results[0].versions == ((pair[1],) if is_target_annotated else ())
        rows = "news.quotes where article_version_id = " + str(pair[1])
        assert count(other, rows) == (2 if is_target_annotated else 0)


def wait_until_blocked(conn, pid):
    for _ in range(2000):
        if conn.execute("select cardinality(pg_blocking_pids(%s))", (pid,)).fetchone()[0]:
            return
        time.sleep(0.005)
    pytest.fail("the copier never waited for a lock")
