"""Exports: what other tools read from the files is what the marts hold, now and after changes."""

import csv
import json
import random
import re
import sys
from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.errors import SettingsError, UsageError
from pipeline.exports import marts as exports
from pipeline.exports.marts import export, marts
from pipeline.models import Annotation, Mention
from pipeline.settings import settings
from pipeline.warehouse.annotations import pending_versions, save_annotations
from pipeline.warehouse.marts import number_changes, refresh
from tests.warehouse.stories import later, loaded

MARTS_PAGE = Path(__file__).parents[2] / "docs" / "marts.md"
CURRENT = """
select m.* from read_parquet('{folder}/day=*/*.parquet', hive_partitioning = false) as m
join (
    select article_id, max(changed_seq) as latest
    from read_parquet('{folder}/changes/*.parquet') group by article_id
) as c on c.article_id = m.article_id and m.changed_seq >= c.latest
"""
"""Also in docs/marts.md."""
FORMULA = "=HYPERLINK(0)"


@pytest.fixture
def full(store, store_dsn, monkeypatch):
    """A store with five articles of two outlets, names in them, and an edit."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    loaded(store, [1, 2, 3])
    loaded(store, [4], "run-2", title=FORMULA, published_at="2026-11-18T09:00:00+00:00")
    loaded(store, [5], "run-3", published_at=None, published_origin=None)
    name_everything(store)
    publish(store)
    return store


def name_everything(conn):
    mention = Mention(4, 11, "council", "ORG", "Council")
    save_annotations(
        conn, "m1", [(each, Annotation((mention,))) for each in pending_versions(conn)]
    )


def publish(conn):
    number_changes(conn)
    refresh(conn)


def current(mart):
    """Return the rows that count in an export, by DuckDB."""
    return duckdb.sql(CURRENT.format(folder=Path("exports") / mart))


def keys(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


def records(result):
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def of_store(conn, mart):
    cursor = conn.execute(f"select * from mart.{mart}")
    return [dict(zip([c.name for c in cursor.description], row, strict=True)) for row in cursor]


@pytest.fixture(autouse=True)
def _folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_the_files_hold_what_the_mart_holds(full):
    done = export("articles", Path("exports"), "parquet")
    assert (done.rows, done.since, done.deleted) == (5, 0, 0)
    found, stored = records(current("articles")), of_store(full, "articles")
    same = "article_id title canonical_url best_date published_at word_count changed_seq".split()
    assert keys(found, *same[:3]) == keys(stored, *same[:3])
    by_id = {row["article_id"]: row for row in stored}
    for row in found:
        assert {name: row[name] for name in same} == {
            name: by_id[row["article_id"]][name] for name in same
        }
        assert row["authors"] == list(by_id[row["article_id"]]["authors"])
    days = {path.name for path in Path("exports/articles").glob("day=*")}
    assert days == {"day=2026-11-18", "day=2026-11-20"}


def test_the_next_export_has_only_what_changed(full):
    for mart in ("articles", "entity_mentions"):
        export(mart, Path("exports"), "parquet")
        assert export(mart, Path("exports"), "parquet").files == 0
    loaded(full, [2], "run-4", later(2), text="The council voted for another bridge late at night.")
    full.execute("delete from news.articles where canonical_url like '%%/3'")
    publish(full)
    done = export("articles", Path("exports"), "parquet")
    assert (done.rows, done.deleted) == (1, 1)
    assert len(list(Path("exports/articles").glob("*/*.parquet"))) == 5
    names = ("article_id", "title", "body_text")
    assert keys(records(current("articles")), *names) == keys(of_store(full, "articles"), *names)
    # Its names are gone until the model has read the new text.
    export("entity_mentions", Path("exports"), "parquet")
    names = ("article_id", "entity_name")
    found = keys(records(current("entity_mentions")), *names)
    assert found == keys(of_store(full, "entity_mentions"), *names)
    assert len(found) == 3


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_copy_is_the_mart(full, seed):
    draw = random.Random(seed)
    for step in range(6):
        number = draw.randrange(1, 8)
        act = draw.choice(["load", "edit", "delete", "name", "export", "nothing"])
        if act in ("load", "edit"):
            text = f"The council met {draw.random()} times about bridge {number} on Friday."
            loaded(full, [number], f"run-{seed}-{step}", later(3 + step), text=text)
        elif act == "delete":
            full.execute("delete from news.articles where canonical_url like %s", (f"%/{number}",))
        elif act == "name":
            name_everything(full)
        elif act == "export":
            export("entity_mentions", Path("exports"), "parquet")
        publish(full)
    export("entity_mentions", Path("exports"), "parquet")
    names = ("article_id", "article_version_id", "entity_name", "changed_seq")
    assert keys(records(current("entity_mentions")), *names) == keys(
        of_store(full, "entity_mentions"), *names
    )


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_every_mart_can_be_exported(full, form):
    assert len(marts()) > 25
    for mart in marts():
        done = export(mart, Path("exports"), form)
        files = list(done.folder.rglob(f"*.{form}"))
        assert files, mart
        with_rows = done.since is not None
        assert done.rows == full.execute(f"select count(*) from mart.{mart}").fetchone()[0], mart
        for file in files if form == "parquet" else ():
            assert parquet.read_table(file).num_columns == len(parquet.read_schema(file).names)
        assert with_rows == (done.folder / "cursor.json").exists()


def test_a_formula_in_a_title_is_text_for_a_spreadsheet(full):
    export("articles", Path("csv"), "csv")
    titles = []
    for path in Path("csv/articles").glob("day=*/*.csv"):
        with path.open(newline="") as file:
            titles += [row["title"] for row in csv.DictReader(file)]
    assert f"'{FORMULA}" in titles
    export("articles", Path("lines"), "jsonl")
    lines = [
        json.loads(line)["title"]
        for path in Path("lines/articles").glob("day=*/*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert FORMULA in lines


def test_what_a_killed_export_left_does_not_count(full, monkeypatch):
    export("articles", Path("exports"), "parquet")
    loaded(full, [6], "run-4", later(2))
    publish(full)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(exports, "_write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            export("articles", Path("exports"), "parquet")
    left = Path("exports/articles/day=2026-11-20/9.parquet.part")
    left.write_bytes(b"half a file")
    loaded(full, [7], "run-5", later(3))
    publish(full)
    done = export("articles", Path("exports"), "parquet")
    assert done.rows == 2
    assert not left.exists()
    found = records(current("articles"))
    assert keys(found, "article_id") == keys(of_store(full, "articles"), "article_id")
    assert len(list(Path("exports/articles/changes").iterdir())) == 2


def test_a_span_a_day_and_a_number_say_where_to_begin(full):
    run = CliRunner()

    def rows(since):
        done = run.invoke(
            build(), ["export", "articles", "--since", since, "--json", "--into", since]
        )
        return json.loads(done.stdout)["rows"]

    assert rows("36h") == rows("2020-01-01") == 5
    assert rows("2100-01-01") == 0
    [(last,)] = full.execute("select max(changed_seq) from mart.articles")
    assert rows(str(last - 1)) == 1
    with pytest.raises(UsageError, match="no day, time, change number or span"):
        run.invoke(build(), ["export", "articles", "--since", "soon"], catch_exceptions=False)
    with pytest.raises(UsageError, match="no day, time, change number or span"):
        run.invoke(build(), ["export", "articles", "--since", f"{10**9}w"], catch_exceptions=False)


@pytest.mark.parametrize("mart", ["articles", "daily_volume"])
@pytest.mark.parametrize("place", ["file", "file/below", "/dev/null"])
def test_a_folder_that_cannot_be_written_is_named(full, mart, place):
    Path("file").write_text("no folder")
    with pytest.raises(SettingsError, match=f"{place}/{mart} cannot be written: Not a directory"):
        export(mart, Path(place), "csv")


def test_a_later_beginning_leaves_nothing_out(full):
    export("articles", Path("exports"), "parquet")
    loaded(full, [6], "run-4", later(2))
    publish(full)
    loaded(full, [7], "run-5", later(3))
    publish(full)
    [(last,)] = full.execute("select max(changed_seq) from mart.articles")
    assert export("articles", Path("exports"), "parquet", since=last - 1).rows == 2


def test_what_cannot_be_done_is_said(full, monkeypatch):
    with pytest.raises(UsageError, match="there is no mart nothing: accuracy, alerts,"):
        export("nothing", Path("exports"), "csv")
    with pytest.raises(UsageError, match="exported whole"):
        export("daily_volume", Path("exports"), "csv", since=4)
    export("articles", Path("exports"), "csv")
    with pytest.raises(UsageError, match="holds an export to csv"):
        export("articles", Path("exports"), "jsonl")
    with (
        exports._held(Path("exports/articles")),
        pytest.raises(SettingsError, match="another export writes"),
    ):
        export("articles", Path("exports"), "csv")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(SettingsError, match="uv sync --inexact --extra parquet"):
        export("articles", Path("other"), "parquet")


def test_the_notebook_of_the_docs_reads_an_export(full):
    for name in ("articles", "entity_mentions"):
        export(name, Path("exports"), "parquet")
    loaded(full, [1], "edited", later(5), text="The bridge of Port Amber stays closed for now.")
    publish(full)
    for name in ("articles", "entity_mentions"):
        export(name, Path("exports"), "parquet")
    [code] = re.findall(r"```python\n(import duckdb.*?)```", MARTS_PAGE.read_text(), re.S)
    read = {}
    exec(compile(code, "docs/marts.md", "exec"), read)
    stored = full.execute(
        "select best_date, source_key, count(*) from mart.articles group by 1, 2 order by 1, 2"
    )
    assert read["by_day"].fetchall() == stored.fetchall()
    named = full.execute(
        "select entity_name, count(*) from mart.entity_mentions where is_original"
        " group by 1 order by 2 desc, 1"
    )
    assert read["named"].fetchall() == named.fetchall() != []
