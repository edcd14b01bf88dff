"""Run ``dateline sql`` and ``dateline db`` and check output, messages and exit codes."""

import json
import os
import sys

import psycopg
import pytest

from pipeline.cli.app import main
from pipeline.settings import settings
from pipeline.warehouse.cookbook import CookbookQuery, Parameter, cookbook
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.read_only import statements
from tests.warehouse.stories import loaded, story_url


@pytest.fixture
def dateline(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dateline", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as exited:
            code = exited.code or 0
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def store_cli(dateline, store, store_dsn, monkeypatch):
    """Return the command line on a store with one article; drop the login that it creates."""
    use(monkeypatch, DATELINE_DSN=store_dsn)
    loaded(store, [1])
    yield dateline
    login_file = settings().home_folder / "sql_login.json"
    if login_file.exists():
        store.execute(f"drop role if exists {json.loads(login_file.read_text())['user']}")


def use(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture
def plain_login(store):
    """Create a login that may read everything and delete articles but create no roles."""
    name = f"plain_login_{os.getpid()}"
    store.execute(f"create role {name} login")
    store.execute(
        f"grant usage on schema ops, news, mart to {name};"
        f"grant select on all tables in schema ops, news, mart to {name};"
        f"grant delete on news.articles to {name}"
    )
    yield name
    store.execute(f"drop owned by {name}; drop role {name}")


def assert_refused(store_cli, query, message):
    code, out, err = store_cli("sql", query)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_what_postgres_notices_is_said_beside_the_rows(store_cli):
    code, out, err = store_cli("sql", "select to_tsquery('english', 'the')", "--csv")
    assert (code, out.splitlines()) == (0, ["to_tsquery", '""'])
    assert err.startswith("dateline: text-search query contains only stop words")


def test_rows_as_json_csv_and_table(store_cli):
    query = "select canonical_url, authors, published_at from mart.articles"
    code, out, err = store_cli("sql", query, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "canonical_url": story_url(1),
        "authors": ["Ida Marlow"],
        "published_at": "2026-11-20T08:15:00+00:00",
    }
    assert (
        store_cli("sql", query, "--csv")[1].splitlines()[0] == "canonical_url,authors,published_at"
    )
    table = store_cli("sql", query)[1]
    assert "Ida Marlow" in table
    assert "2026-11-20 08:15" in table


def test_a_file_with_two_queries_prints_both(store_cli, tmp_path):
    (tmp_path / "q.sql").write_text("select 1 as one; select 'a%s;' as two; -- done;")
    _, out, _ = store_cli("sql", tmp_path / "q.sql", "--json")
    assert [json.loads(line) for line in out.splitlines()] == [{"one": 1}, {"two": "a%s;"}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select 1,\n  nonsense", "(line 2, column 3: nonsense)"),
        ("select 1 where false;\nselect 2,\n  nonsense", "(line 3, column 3: nonsense)"),
        ("missing.sql", "there is no file missing.sql"),
        ("select 'infinity'::timestamptz", "too large"),
        ("select pg_cancel_backend(pg_backend_pid())", "canceling statement due to user request"),
        ("who_said_nothing", "there is no query named who_said_nothing"),
        ("select headlin from mart.articles", "does not exist"),
        (" -- nothing", "contains no statement"),
    ],
)
def test_the_error_of_a_query_is_one_line(store_cli, query, message):
    code, _, err = store_cli("sql", query)
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("delete from news.articles", "delete is refused"),
        ("(/* x */ /* /* */ ; */ delete from news.articles)", "delete is refused"),
        (
            "with gone as (delete from news.articles returning 1) table gone",
            "read-only transaction",
        ),
        ("explain analyze delete from news.articles", "read-only transaction"),
        ("select * into public.mine from mart.articles", "read-only transaction"),
        ("select * from news.articles for update", "read-only transaction"),
        ("set transaction read write; create table public.mine (a int)", "set is refused"),
        ("select 1; commit; create table public.mine (a int); begin", "commit is refused"),
        ("/**/-- x\rset role to\nexplain", "set is refused"),  # a carriage return ends a comment
        ("reset role", "reset is refused"),
        ("set session authorization postgres", "set is refused"),
        ("select set_config('role', 'postgres', false)", "permission denied to set role"),
        (
            "select set_config('session_authorization', 'postgres', false)",
            "permission denied to set session authorization",
        ),
        ("select set_config('transaction_read_only', 'off', false)", "before any query"),
        ("do $$ begin raise notice 'x'; end $$", "do is refused"),
        ("copy (select 1) to program 'true'", "copy is refused"),
        (
            "select query_to_xml($$copy (select 1) to program 'true'$$, true, true, '')",
            "COPY",
        ),
        ("select pg_read_file('PG_VERSION')", "permission denied for function pg_read_file"),
        ("select pg_ls_dir('.')", "permission denied for function pg_ls_dir"),
        ("select lo_export(1, 'out')", "permission denied for function lo_export"),
        ("select lo_import('PG_VERSION')", "permission denied for function lo_import"),
        ("select pg_reload_conf()", "permission denied for function pg_reload_conf"),
        ("select nextval('news.articles_article_id_seq')", "permission denied for sequence"),
        ("select news.create_month('news.fetches', '2001-01-01')", "permission denied for func"),
    ],
)
def test_a_statement_with_side_effects_is_refused_in_one_line(store_cli, query, message, store):
    assert_refused(store_cli, query, message)
    assert store.execute("select count(*) from news.articles").fetchone() == (1,)
    assert store.execute("select to_regclass('public.mine')").fetchone() == (None,)


def test_a_query_cannot_end_another_session(store_cli, store):
    # PostgreSQL 16 says "permission denied to terminate process", 15 "must be a superuser to …".
    assert_refused(store_cli, f"select pg_terminate_backend({store.info.backend_pid})", "terminate")
    assert store.execute("select 1").fetchone() == (1,)


def test_large_objects_that_a_query_creates_are_rolled_back(store_cli, store):
    store_cli("sql", "select lo_create(0)")  # PostgreSQL 16 and later refuse it
    assert store.execute("select count(*) from pg_largeobject_metadata").fetchone() == (0,)


@pytest.mark.parametrize(
    ("query", "printed"),
    [
        ("select 'NaN'::float8 as n", '{"n": "nan"}'),
        ("select 'Infinity'::numeric as n", '{"n": "Infinity"}'),
        ("select 0.1234567890123456789::numeric as n", '{"n": "0.1234567890123456789"}'),
        ("select 1.5::numeric as n", '{"n": 1.5}'),
    ],
)
def test_numbers_are_valid_json_and_keep_their_digits(store_cli, query, printed):
    assert store_cli("sql", query, "--json")[1].strip() == printed


def test_a_column_name_is_printed_as_it_is(store_cli):
    assert "[/b]" in store_cli("sql", 'select 1 as "[/b]"')[1]


def test_two_columns_of_one_name_are_refused_in_json(store_cli):
    code, out, err = store_cli("sql", "select 1 as a, 2 as a", "--json")
    assert (code, out) == (2, "")
    assert "two columns are named 'a'" in err


def test_json_stays_valid_where_a_json_value_is_too_large_for_a_float(store_cli):
    out = store_cli("sql", """select '{"a": [1e999]}'::json as n""", "--json")[1]
    assert json.loads(out, parse_constant=pytest.fail) == {"n": {"a": ["inf"]}}


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e12"])
def test_a_timeout_out_of_range_is_refused(store_cli, monkeypatch, seconds):
    code, out, err = store_cli("sql", "select 1", "--timeout", seconds)
    assert (code, out) == (2, "")
    assert "86400" in err
    if seconds != "nan":  # the settings refuse it themselves
        use(monkeypatch, DATELINE_SQL_TIMEOUT=seconds)
        assert_refused(store_cli, "select 1", "take 0 to 86400 s")


@pytest.mark.parametrize(
    "damage",
    ["", "[]", '"text"', "{}", '{"user": 5, "password": null}', '{"user": "a", "password": ""}'],
)
def test_a_damaged_login_file_is_named_in_one_line(store_cli, damage):
    login_file = settings().home_folder / "sql_login.json"
    login_file.parent.mkdir(parents=True, exist_ok=True)
    login_file.write_text(damage)
    code, out, err = store_cli("sql", "select 1")
    login_file.unlink()
    assert (code, out) == (3, "")
    assert err == f"dateline: {login_file} is damaged: remove it and try again.\n"


def test_bytes_that_are_not_utf_8_are_refused_in_one_line(store_cli):
    assert_refused(store_cli, "select '\udcff'", "the query is not text in UTF-8 (character 9)")
    code, out, err = store_cli("sql", "who_said_what_about", "--set", "about=\udcff")
    assert (code, out) == (2, "")
    assert "--set is not text in UTF-8 (character 7)" in err
    assert len(err.splitlines()) == 1


def test_text_after_a_dollar_tag_without_an_end_belongs_to_the_string():
    tags = " ".join(f"$a{number}$" for number in range(20_000))
    assert [each.text for each in statements(f"select 1; select {tags}; select 2")] == [
        "select 1",
        f" select {tags}; select 2",
    ]
    closed = "select $$;$a$$, $a$;$$;$a$, a$b$;c$b$"
    assert [each.text for each in statements(closed)] == [closed[:32], "c$b$"]


def test_a_value_that_looks_like_a_parameter_is_left_as_it_is():
    query = CookbookQuery(
        "q", "?", "one", (Parameter("a", "", ""), Parameter("b", "", "")), "select :'a', :'b'"
    )
    assert query.with_values({"a": "x :'b' y", "b": "z"}) == "select 'x :''b'' y', 'z'"


def test_a_query_is_cancelled_at_its_timeout(store_cli, monkeypatch):
    code, out, err = store_cli("sql", "select pg_sleep(60)", "--timeout", "0.05")
    assert (code, out) == (2, "")
    assert "took longer than 0.05 s" in err
    assert store_cli("sql", "select pg_sleep(60)", "--timeout", "0.0001")[0] == 2
    assert store_cli("sql", "select 1", "--timeout", "inf")[0] == 2
    use(monkeypatch, DATELINE_SQL_TIMEOUT="0.1")
    assert "took longer than 0.1 s" in store_cli("sql", "select pg_sleep(60)")[2]


def test_a_query_cannot_give_itself_more_time(store_cli):
    text = "select set_config('statement_timeout', '0', false); select pg_sleep(60)"
    assert "took longer than 0.2 s" in store_cli("sql", text, "--timeout", "0.2")[2]


def test_the_login_is_created_once_and_only_its_owner_can_read_the_password(store_cli, store):
    query = "select current_user, session_user"
    first = json.loads(store_cli("sql", query, "--json")[1])
    login_file = settings().home_folder / "sql_login.json"
    assert (
        first["current_user"] == first["session_user"] == json.loads(login_file.read_text())["user"]
    )
    assert login_file.stat().st_mode & 0o077 == 0
    assert json.loads(store_cli("sql", query, "--json")[1]) == first
    store.execute(f"drop role {first['current_user']}")
    assert json.loads(store_cli("sql", query, "--json")[1]) == first


def test_where_no_login_can_be_created_queries_run_with_a_warning(
    store_cli, store_dsn, monkeypatch, plain_login
):
    use(monkeypatch, DATELINE_DSN=psycopg.conninfo.make_conninfo(store_dsn, user=plain_login))
    code, out, err = store_cli("sql", "select count(*) as n from mart.articles", "--json")
    assert (code, json.loads(out)) == (0, {"n": 1})
    assert "no login that may only read" in err
    assert "DATELINE_SQL_DSN" in err
    assert len(err.splitlines()) == 1
    for query, message in (
        ("delete from news.articles", "delete is refused"),
        ("with gone as (delete from news.articles returning 1) table gone", "read-only trans"),
        ("select set_config('transaction_read_only', 'off', false)", "before any query"),
        ("select pg_read_file('PG_VERSION')", "permission denied for function pg_read_file"),
    ):
        code, out, err = store_cli("sql", query)
        assert (code, out) == (2, "")
        assert message in err


def test_a_configured_login_is_used_unless_it_is_a_superuser(
    store_cli, store, store_dsn, monkeypatch, plain_login
):
    def with_dsn(dsn):
        use(monkeypatch, DATELINE_SQL_DSN=dsn)
        return store_cli("sql", "select current_user as me", "--json")

    plain_dsn = psycopg.conninfo.make_conninfo(store_dsn, user=plain_login)
    code, out, err = with_dsn(plain_dsn)
    assert (code, json.loads(out), err) == (0, {"me": plain_login}, "")
    store.execute(f"grant insert on news.articles to {plain_login}")
    assert "may write" in with_dsn(plain_dsn)[2]
    code, out, err = with_dsn(store_dsn)
    assert (code, out) == (3, "")
    assert "may run programs or read files on the database server" in err
    assert "DATELINE_SQL_DSN cannot be read" in with_dsn("nonsense")[2]
    store.execute(f"grant {store.info.user} to {plain_login}")  # "set role" would make it superuser
    assert "may run programs or read files" in with_dsn(plain_dsn)[2]


def test_queries_of_the_cookbook_are_listed(dateline):
    code, out, _ = dateline("sql", "--list", "--json")
    listed = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["name"] for each in listed] == list(cookbook())
    assert all(each["question"].endswith("?") and each["row"] for each in listed)
    assert listed[0]["parameters"].startswith("about=bridge or harbour (words")
    lines = dateline("sql", "--list")[1].splitlines()
    assert lines[0].split("  ")[-1] == "Who said what about a subject?"
    assert lines[1].strip().startswith("--set about=bridge or harbour  words")
    assert [line.split()[0] for line in lines if line[0] != " "] == list(cookbook())


@pytest.mark.parametrize("name", cookbook())
def test_every_query_of_the_cookbook_runs_by_name(store_cli, name):
    code, out, err = store_cli("sql", name, "--csv")
    assert (code, err) == (0, "")
    assert "," in out.splitlines()[0]


def test_a_parameter_is_inserted_as_a_value(store_cli):
    def days(value):
        return store_cli("sql", "is_the_week_complete", "--set", f"days={value}", "--json")

    assert (days("3")[0], days("3")[2]) == (0, "")
    code, out, err = days("3'; drop table news.articles --")
    assert (code, out) == (2, "")
    assert "invalid input syntax for type integer" in err
    code, _, err = store_cli("sql", "is_the_week_complete", "--set", "weeks=1")
    assert code == 2
    assert "has no parameter weeks; it has: days" in err
    assert "NAME=VALUE" in store_cli("sql", "is_the_week_complete", "--set", "days")[2]
    assert "needs a named query" in store_cli("sql", "select 1", "--set", "days=1")[2]


def test_json_and_csv_exclude_each_other(store_cli):
    assert store_cli("sql", "select 1", "--json", "--csv")[0] == 2


def test_a_configured_server_is_neither_started_nor_stopped(store_cli, store_dsn):
    code, out, err = store_cli("db", "start")
    assert (code, out.strip()) == (0, store_dsn)
    assert "server of your own" in err
    assert "nothing to stop" in store_cli("db", "stop")[2]
    code, out, _ = store_cli("db", "status", "--json")
    status = json.loads(out)
    assert code == 0
    assert (status["is_running"], status["is_up_to_date"], status["articles"]) == (True, True, 1)
    assert (status["read_by_older_version"], status["annotated_by_older_version"]) == (0, 0)
    assert (status["waiting_for_dedupe"], status["waiting_for_annotation"]) == (1, 1)
    assert "up to date" in store_cli("db", "migrate")[2]


@pytest.mark.postgres
def test_the_embedded_server_is_created_migrated_queried_and_removed(dateline, tmp_path):
    home = tmp_path / "home"
    code, out, _ = dateline("db", "status", "--json")
    assert (code, json.loads(out)["is_running"]) == (1, False)
    try:
        assert dateline("db", "migrate")[1].splitlines()[0] == "0001_runs_and_links"
        assert dateline("db", "status")[0] == 0
        query = "select current_user <> 'postgres' as is_other"
        assert json.loads(dateline("sql", query, "--json")[1]) == {"is_other": True}
        assert "stopped" in dateline("db", "stop")[2]
        assert "was not running" in dateline("db", "stop")[2]
        assert "removed" in dateline("db", "stop", "--remove")[2]
        assert list(home.iterdir()) == []
    finally:
        EmbeddedServer(home).remove()
