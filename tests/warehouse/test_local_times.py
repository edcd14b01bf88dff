"""Times that a store of the version before took for UTC get their zone when it migrates."""

import shutil
from contextlib import closing
from datetime import UTC, datetime

import pytest

from pipeline.line_rules.dates import parse_instant
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.schema import migrate
from pipeline.warehouse.sql_files import sql_folder
from pipeline.warehouse.store import connect

BEFORE = "0012_local_times.sql"
LOCAL = datetime(2026, 7, 3, 23, 5)  # noqa: DTZ001  # what a page states without a zone
TAKEN_FOR_UTC = LOCAL.replace(tzinfo=UTC)


@pytest.fixture
def old_store(empty_dsn, tmp_path):
    """A store as it was before the migration, without marts."""
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder() / "migrations", folder / "migrations")
    (folder / "marts").mkdir()
    for path in (folder / "migrations").iterdir():
        if path.name >= BEFORE:
            path.unlink()
    with closing(connect(empty_dsn)) as conn:
        migrate(conn, folder)
        yield conn


def store_version(conn, run_id, source_id, published_at, text, precision):
    conn.execute(
        "with article as ("
        " insert into news.articles (source_id, canonical_url, published_at, first_seen_at,"
        " last_seen_at) values (%(source)s, %(url)s, %(at)s, now(), now()) returning article_id)"
        " insert into news.article_versions (article_id, version_no, content_sha256, body_sha256,"
        " is_current, body_text, word_count, article_kind, is_wire_copy, is_paywalled,"
        " published_at, published_text, published_precision, modified_at, modified_text,"
        " first_seen_at, last_seen_at, first_run_id, first_fetch_id, extractor_version)"
        " select article_id, 1, sha256(%(digest)s), sha256(%(digest)s), true, 'Words.',"
        " 1, 'article', false, false, %(at)s, %(text)s, %(precision)s, %(at)s, %(text)s, now(),"
        " now(), %(run)s, 1, '0.1.0'"
        " from article",
        {
            "run": run_id,
            "source": source_id,
            "url": f"https://harbour.example/{source_id}/{text}",
            "at": published_at,
            "text": text,
            "digest": text.encode(),
            "precision": precision,
        },
    )


def test_stored_times_without_offset_get_the_zone_of_their_source(old_store):
    run_id = open_run(old_store, "test", "before", None, "0.1.0")
    for number, zone in [(1, "America/New_York"), (2, None), (3, "localtime")]:
        old_store.execute(
            "insert into news.sources (source_id, source_key, source_name, time_zone)"
            " overriding system value values (%s, %s, 'Outlet', %s)",
            (number, f"outlet{number}", zone),
        )
        store_version(old_store, run_id, number, TAKEN_FOR_UTC, "2026-07-03T23:05:00", "second")
        store_version(
            old_store, run_id, number, TAKEN_FOR_UTC, "2026-07-03T23:05:00+00:00", "second"
        )
        store_version(
            old_store, run_id, number, datetime(2026, 7, 3, tzinfo=UTC), "2026-07-03", "day"
        )
    migrate(old_store)
    found = old_store.execute(
        "select a.source_id, v.published_text, v.published_at, a.published_at = v.published_at,"
        " v.published_local, v.published_zone, v.modified_at"
        " from news.article_versions as v join news.articles as a using (article_id) order by 1, 2"
    ).fetchall()
    day = datetime(2026, 7, 3, tzinfo=UTC)
    in_new_york = datetime(2026, 7, 4, 3, 5, tzinfo=UTC)
    bare, stated = "2026-07-03T23:05:00", "2026-07-03T23:05:00+00:00"
    assert found == [
        (1, "2026-07-03", day, True, None, None, day),
        (1, bare, in_new_york, True, None, "source", in_new_york),
        (1, stated, TAKEN_FOR_UTC, True, None, "page", TAKEN_FOR_UTC),
        (2, "2026-07-03", day, True, None, None, day),
        (2, bare, None, None, LOCAL, "unknown", None),
        (2, stated, TAKEN_FOR_UTC, True, None, "page", TAKEN_FOR_UTC),
        # Postgres does not know this zone.
        (3, "2026-07-03", day, True, None, None, day),
        (3, bare, None, None, LOCAL, "unknown", None),
        (3, stated, TAKEN_FOR_UTC, True, None, "page", TAKEN_FOR_UTC),
    ]


@pytest.mark.parametrize(
    ("text", "hour_in_utc"),
    [
        ("2026-10-25T00:30:00", 23),
        ("2026-10-25T01:30:00", 0),  # occurs twice: 00:30 and 01:30 in UTC
        ("2026-10-25T02:30:00", 2),
        ("2026-03-29T01:30:00", 1),  # the clock skips it
    ],
)
def test_a_stored_time_that_occurs_twice_is_the_first_of_the_two(old_store, text, hour_in_utc):
    run_id = open_run(old_store, "test", "before", None, "0.1.0")
    old_store.execute(
        "insert into news.sources (source_id, source_key, source_name, time_zone)"
        " overriding system value values (1, 'outlet', 'Outlet', 'Europe/London')"
    )
    taken_for_utc = datetime.fromisoformat(text).replace(tzinfo=UTC)
    store_version(old_store, run_id, 1, taken_for_utc, text, "second")
    migrate(old_store)
    wanted = parse_instant(text, "Europe/London").at
    assert wanted.hour == hour_in_utc
    assert old_store.execute(
        "select v.published_at, v.modified_at, a.published_at"
        " from news.article_versions as v join news.articles as a using (article_id)"
    ).fetchall() == [(wanted, wanted, wanted)]
