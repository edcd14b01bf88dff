"""What is older than its setting allows is deleted; nothing else is, and a dry run deletes none."""

import pytest

from pipeline.settings import settings
from pipeline.stages.retention import prune_store
from pipeline.warehouse.store import connect
from tests.warehouse.stories import begin

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(store_dsn, monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    settings.cache_clear()
    with connect(store_dsn) as connection:
        yield connection


def publishes(store, *ages):
    run = begin(store)
    for age in ages:
        store.execute(
            "insert into ops.publishes (run_id, status, looked_from, looked_until, started_at)"
            " select %s, 'succeeded', t, t, t from (select now() - make_interval(days => %s)) x(t)",
            (run, age),
        )


def removed(**words):
    return {each.what: each.removed for each in prune_store(**words) if each.removed}


def test_old_rows_go_and_new_ones_stay(store):
    publishes(store, 400, 100, 80, 0)
    assert removed() == {"publishes and findings of checks": 2}
    assert removed() == {}
    assert store.execute("select count(*) from ops.publishes").fetchone() == (2,)


def test_the_setting_decides_what_is_old(store, monkeypatch):
    publishes(store, 400, 100, 80, 0)
    monkeypatch.setenv("DATELINE_ATTEMPT_DAYS", "365")
    settings.cache_clear()
    assert removed() == {"publishes and findings of checks": 1}


def test_a_dry_run_says_the_same_and_deletes_nothing(store):
    publishes(store, 400, 100, 80, 0)
    assert removed(dry_run=True) == removed(dry_run=True)
    assert store.execute("select count(*) from ops.publishes").fetchone() == (4,)
    assert removed() == {"publishes and findings of checks": 2}


def test_an_empty_store_has_nothing_to_delete(store):
    assert removed() == {}
