"""``dateline sql`` and ``dateline db``: what a person types and sees."""

import json
import sys

import pytest

from pipeline.cli.app import main
from pipeline.settings import settings
from pipeline.warehouse.embedded_server import EmbeddedServer
from tests.warehouse.stories import loaded, story_url


@pytest.fixture
def dateline(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def asked(dateline, store, store_dsn, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, [1])
    return dateline


def test_rows_as_json_csv_and_table(asked):
    query = "select canonical_url, authors, published_at from mart.articles"
    code, out, err = asked("sql", query, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "canonical_url": story_url(1),
        "authors": ["Ida Marlow"],
        "published_at": "2026-11-20T08:15:00+00:00",
    }
    assert asked("sql", query, "--csv")[1].splitlines()[0] == "canonical_url,authors,published_at"
    table = asked("sql", query)[1]
    assert "Ida Marlow" in table
    assert "2026-11-20 08:15" in table


def test_a_file_with_two_queries_prints_both(asked, tmp_path):
    (tmp_path / "q.sql").write_text("select 1 as one; select 'a%s' as two;")
    _, out, _ = asked("sql", tmp_path / "q.sql", "--json")
    assert [json.loads(line) for line in out.splitlines()] == [{"one": 1}, {"two": "a%s"}]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select 1,\n  nonsense", "(line 2, column 3: nonsense)"),
        ("delete from news.articles", "read-only transaction"),
        ("set transaction read write; create table public.mine (a int)", "before any query"),
        ("commit; create table public.mine (a int); begin", "read-only transaction"),
        ("missing.sql", "there is no file missing.sql"),
        ("select headlin from mart.articles", "does not exist"),
    ],
)
def test_a_query_that_cannot_be_is_one_line(asked, query, said):
    code, out, err = asked("sql", query)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_json_and_csv_exclude_each_other(asked):
    assert asked("sql", "select 1", "--json", "--csv")[0] == 2


def test_a_server_of_ones_own_is_neither_started_nor_stopped(asked, store_dsn):
    code, out, err = asked("db", "start")
    assert (code, out.strip()) == (0, store_dsn)
    assert "server of your own" in err
    assert "nothing to stop" in asked("db", "stop")[2]
    code, out, _ = asked("db", "status", "--json")
    status = json.loads(out)
    assert code == 0
    assert (status["is_running"], status["is_up_to_date"], status["articles"]) == (True, True, 1)
    assert (status["read_by_older_version"], status["annotated_by_older_version"]) == (0, 0)
    assert "up to date" in asked("db", "migrate")[2]


def test_the_embedded_server_from_nothing_to_nothing(dateline, tmp_path):
    home = tmp_path / "home"
    code, out, _ = dateline("db", "status", "--json")
    assert (code, json.loads(out)["is_running"]) == (1, False)
    try:
        assert dateline("db", "migrate")[1].splitlines()[0] == "0001_runs_and_links"
        assert dateline("db", "status")[0] == 0
        assert "stopped" in dateline("db", "stop")[2]
        assert "was not running" in dateline("db", "stop")[2]
        assert "removed" in dateline("db", "stop", "--remove")[2]
        assert list(home.iterdir()) == []
    finally:
        EmbeddedServer(home).remove()
