"""Sources as rows: expectations, removed sources, and the states that `source list` shows."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.stages.register_sources import active_sources, register
from pipeline.warehouse.sources import source_states
from pipeline.warehouse.store import connect

HERALD = 'name = "H"\nfeeds = ["https://h.example/a", "https://h.example/b"]\n'


@pytest.fixture
def folder(store_dsn, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    settings.cache_clear()
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


def listed() -> dict[str, dict]:
    result = CliRunner().invoke(build(), ["source", "list", "--json"])
    rows = map(json.loads, result.stdout.splitlines())
    return {row["key"]: row for row in rows}


def test_expectations_are_stored_and_say_whether_a_source_is_silent(store):
    source = Source("herald", "H", articles_a_day=2.5, latest_age_hours=24.0, group="Papers")
    register(store, [source])
    register(store, [source])
    query = "select articles_a_day, latest_age_hours, source_group from news.sources"
    assert store.execute(query).fetchall() == [(2.5, 24.0, "Papers")]
    query = "select expected_articles_a_day, latest_age_hours, is_silent from mart.source_freshness"
    assert store.execute(query).fetchall() == [(2.5, 24.0, None)]


def test_the_list_shows_states_and_due_times_of_the_store(folder):
    (folder / "herald.toml").write_text(HERALD)
    (folder / "post.toml").write_text(HERALD.replace("h.example", "p.example"))
    assert listed()["herald"]["state"] == "active"
    active_sources()
    due = datetime(2026, 12, 1, 8, tzinfo=UTC)
    with closing(connect(settings().dsn)) as conn:
        conn.execute(
            "update ops.documents set next_due_at = %s, state = 'ok' where url like '%%/a'", (due,)
        )
        conn.execute(
            "update ops.documents set next_due_at = %s, state = 'failing' where url like '%%/b'",
            (due + timedelta(hours=1),),
        )
        assert source_states(conn)["herald"].documents == {"ok": 1, "failing": 1}
    row = listed()["herald"]
    assert (row["state"], row["next_due_at"]) == ("1 failing, 1 ok", due.isoformat())


def test_a_removed_source_becomes_inactive_with_its_documents(folder):
    for key in ("herald", "post"):
        (folder / f"{key}.toml").write_text(HERALD.replace("h.example", f"{key}.example"))
    assert active_sources() == ["herald", "post"]
    assert CliRunner().invoke(build(), ["source", "remove", "post", "--yes"]).exit_code == 0
    assert active_sources() == ["herald"]
    with closing(connect(settings().dsn)) as conn:
        query = (
            "select source_key, s.is_active, bool_or(d.is_active) from news.sources as s"
            " join ops.documents as d using (source_id) group by 1, 2 order by 1"
        )
        assert conn.execute(query).fetchall() == [("herald", True, True), ("post", False, False)]
    (folder / "removed" / "post.toml").rename(folder / "post.toml")
    assert active_sources() == ["herald", "post"]


def test_the_list_never_starts_the_store_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "herald.toml").write_text(HERALD)
    result = CliRunner().invoke(build(), ["source", "list"])
    assert result.exit_code == 0
    assert "store not running" in result.stderr
    assert not (tmp_path / "home").exists()


def test_a_store_that_does_not_answer_leaves_the_list_to_the_files(folder, monkeypatch):
    (folder / "herald.toml").write_text(HERALD)
    monkeypatch.setenv("DATELINE_DSN", "postgresql://127.0.0.1:1/none")
    settings.cache_clear()
    result = CliRunner().invoke(build(), ["source", "list", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["state"] == "active"
