"""The made store of the benchmarks is one that a publish finds sound."""

from datetime import UTC, datetime

import pytest

from benchmarks.operate.made_store import add, fill
from pipeline.stages.publish import publish
from pipeline.warehouse.mart_counts import count_all
from pipeline.warehouse.runs import open_run
from tests.warehouse.stories import count

pytestmark = pytest.mark.slow

COUNTED = (
    "counted_days",
    "source_days",
    "entity_days",
    "speaker_days",
    "entity_pair_weeks",
    "entity_pairs",
    "text_spreads",
)


def counts(store):
    return {
        table: store.execute(f"select * from news.{table} order by {table}").fetchall()
        for table in COUNTED
    }


@pytest.fixture
def made(store, store_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    fill(store, 200, outlets=5, days=20)
    return store


def test_a_publish_counts_what_was_added_to_a_made_store_as_a_recount_does(made):
    add(made, 30)
    publish(open_run(made, "publish", "added", datetime.now(UTC), "0"))
    assert count(made, "ops.check_results where not is_passed") == 0
    assert count(made, "mart.articles") == count(made, "news.counted_articles") == 230
    published = counts(made)
    assert all(published.values())
    count_all(made)
    assert counts(made) == published
