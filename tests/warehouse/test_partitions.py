"""Monthly partitions: created ahead and for old months; a look-up reads only its window."""

import re
from datetime import UTC, date, datetime

import pytest

from pipeline.dedupe.fingerprints import fingerprints
from pipeline.models import Match
from pipeline.warehouse.duplicates import (
    PostgresCandidates,
    candidate_query,
    dedup_lock,
    matches_of,
    pending_dedup,
    save_fingerprints,
    save_matches,
)
from pipeline.warehouse.schema import FETCHES, FINGERPRINTS, ensure_months, ensure_partitions
from tests.warehouse.stories import begin, count, fetched, later, loaded

LONG = " ".join(f"The {n}th clause of the harbour treaty was read by clerk {n}." for n in range(40))


def homes(store, table):
    """Return how many rows each partition of a table holds."""
    found = store.execute(
        f"select replace(tableoid::regclass::text, '{table}_', ''), count(*)"
        f" from {table} group by 1"
    )
    return dict(found.fetchall())


def keep_fingerprints(store):
    waiting = pending_dedup(store)
    texts = PostgresCandidates(store).texts(waiting)
    marks = {number: fingerprints(text.text) for number, text in texts.items()}
    with dedup_lock(store):
        save_fingerprints(store, waiting, marks)
    return waiting, marks


def test_partitions_are_made_ahead_and_once(store):
    made = ensure_partitions(store, date(2026, 11, 22))
    assert [name for name in made if "fetches" in name] == [
        "news.fetches_2026_11",
        "news.fetches_2026_12",
        "news.fetches_2027_01",
    ]
    assert ensure_partitions(store, date(2026, 11, 30)) == []
    loaded(store, [1])
    assert count(store, "news.article_versions") == 1
    assert len(ensure_partitions(store, date(2026, 12, 1))) == 2


def test_rows_older_than_their_partition_move_into_it(store):
    loaded(store, [1], at=datetime(2026, 11, 20, tzinfo=UTC))
    fetched(store, begin(store, "archive"), [7, 8], at=datetime(2009, 3, 31, 23, 59, tzinfo=UTC))
    assert homes(store, FETCHES) == {"default": 3}
    made = ensure_partitions(store, date(2026, 11, 22))
    assert {"news.fetches_2026_11", "news.fetches_2009_03"} < set(made)
    assert homes(store, FETCHES) == {"2026_11": 1, "2009_03": 2}
    fetched(store, begin(store, "later"), [9], at=datetime(2009, 3, 1, tzinfo=UTC))
    assert homes(store, FETCHES) == {"2026_11": 1, "2009_03": 3}
    numbers = store.execute("select fetch_id from news.fetches order by 1").fetchall()
    assert len(set(numbers)) == 4


def test_partitions_have_the_indexes_and_rights_of_their_table(store):
    fetched(store, begin(store), [7], at=datetime(2009, 3, 31, tzinfo=UTC))
    ensure_partitions(store, date(2026, 11, 22))
    shapes = store.execute(
        "select c.relname, count(i.indexrelid), has_table_privilege('public', c.oid, 'select')"
        " from pg_class as c join pg_index as i on i.indrelid = c.oid"
        " where c.relname ~ '^fetches(_default|_2009_03|_2026_11)$' group by c.oid, c.relname"
    ).fetchall()
    assert len(shapes) == 3
    assert len({shape[1:] for shape in shapes}) == 1


@pytest.mark.parametrize("day", ["1996-01-31", "2024-02-29", "2026-11-20", "2031-12-31"])
def test_fingerprints_of_any_day_have_a_partition_of_their_month(store, day):
    loaded(store, [1], text=LONG, at=datetime.fromisoformat(f"{day}T23:59:00+00:00"))
    keep_fingerprints(store)
    ((home, held),) = homes(store, FINGERPRINTS).items()
    assert home == day[:7].replace("-", "_")
    assert held > 0


def test_a_lookup_reads_the_months_of_its_window_and_no_others(store):
    months = [date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]
    assert len(ensure_months(store, FINGERPRINTS, months)) == 24
    for number, month in enumerate(months[9:16]):
        at = datetime(month.year, month.month, 15, tzinfo=UTC)
        loaded(store, [number], run_name=f"run-{number}", text=f"{LONG} No. {number}", at=at)
    waiting, marks = keep_fingerprints(store)
    middle = list(waiting)[3]
    assert len(PostgresCandidates(store).candidates(middle, marks[middle])) == 3
    query = candidate_query(date(2024, 11, 16), date(2025, 3, 16), 64)
    values = {
        "fingerprints": marks[middle],
        "earliest": date(2024, 11, 16),
        "latest": date(2025, 3, 16),
    }
    plan = "\n".join(row[0] for row in store.execute("explain " + query.as_string(store), values))
    read = set(re.findall(r"on article_fingerprints_(\w+)", plan))
    assert read == {"2024_11", "2024_12", "2025_01", "2025_02", "2025_03"}


def test_relations_outlive_the_fingerprints_of_a_dropped_month(store):
    loaded(store, [1], text=LONG)
    loaded(store, [1], run_name="run-2", outlet="valley", at=later(2), text=f"{LONG} More below.")
    waiting, marks = keep_fingerprints(store)
    first, second = waiting
    with dedup_lock(store):
        save_matches(store, waiting, [Match(first, second, "duplicate", 0.9, 0.95, 0.95, 300)])
    store.execute("drop table news.article_fingerprints_2026_11")
    assert [match.relation for match in matches_of(store, [first])] == ["duplicate"]
    assert PostgresCandidates(store).candidates(first, marks[first]) == []
