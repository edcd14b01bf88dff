"""The DAG *backfill* run with ``dag.test()``: archives, a month of CC-NEWS, a site's past.

The runs send their counts to OpenTelemetry; a run of *ingest* at their end has some.
"""

import json
from contextlib import closing

import pytest

from pipeline.warehouse.store import connect
from tests.airflow.receivers import opentelemetry
from tests.backfill.archives import ArchiveFile, at, html
from tests.fix_airflow import ROOT
from tests.fix_http import Site

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.system,
    # warcio leaves the temporary files of its records to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
HERALD = "https://herald-example.com"


@pytest.fixture(scope="module")
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def sent():
    """What the runs sent, and the variables of Airflow that say where to."""
    with opentelemetry() as (environ, bodies):
        yield {"environ": environ, "bodies": bodies}


@pytest.fixture(scope="module")
def runs(in_airflow, postgres_server, tmp_path_factory, site, sent):
    database = "dateline_backfill_runs"
    postgres_server.sql(f"create database {database} template {postgres_server.template}")
    dsn = postgres_server.dsn(database)
    home = tmp_path_factory.mktemp("backfill runs")
    (home / "sources").mkdir()
    (home / "sources" / "local.toml").write_text(
        f'name = "Local"\nsections = ["{site.url}/news"]\nallow_private_addresses = true\n'
    )
    (home / "sources" / "paper.toml").write_text(
        f'name = "Paper"\nsections = ["{site.url}/today"]\nallow_private_addresses = true\n'
    )
    site.page("/today", '<html><h2><a href="/2024/06/01/a-bridge">A bridge opens</a></h2></html>')
    site.page("/2024/06/01/a-bridge", html(8, published="2024-06-01T08:00:00+00:00"))
    title = "A story of the town and its ferry"
    site.page("/news", f'<html><h2><a href="/2024/05/11/the-ferry">{title}</a></h2></html>')
    site.page("/2024/05/11/the-ferry", html(9, published="2024-05-11T08:00:00+00:00"))
    for name, hours in {"a": (9, 0), "b": (5, 0)}.items():
        with ArchiveFile(home / f"{name}.warc.gz") as file:
            for hour in hours:
                text = {0: "First.", 5: "Second.", 9: "Third."}[hour]
                file.page(f"{HERALD}/1", html(1, text), at(hour))
    month = "/crawl-data/CC-NEWS/2024/05"
    listed = "crawl-data/CC-NEWS/2024/05/CC-NEWS-20240510000000-00001.warc.gz"
    with ArchiveFile(home / "month.warc.gz") as file:
        file.page("https://www.post-example.com/2", html(2), at(1))
    site.page(f"{month}/warc.paths.gz", listed, Content_Type="application/gzip")
    site.page(
        f"/{listed}",
        (home / "month.warc.gz").read_bytes(),
        Content_Type="application/octet-stream",
    )
    days = {"since": "2024-05-10", "until": "2024-05-12"}
    scenarios = {
        # First, because dag.test() leaves the params of a run in the DAG for the next one.
        "no month": ("backfill", {"kind": "cc-news"}),
        "no days": ("backfill", {"kind": "site", "source": "local"}),
        "files": (
            "backfill",
            {"kind": "warc", "files": [str(home / "a.warc.gz"), str(home / "b.warc.gz")]},
        ),
        "again": ("backfill", {"kind": "warc", "files": [str(home / "a.warc.gz")]}),
        "month": ("backfill", {"kind": "cc-news", "month": "2024-05", "base": site.url}),
        "site": ("backfill", {"kind": "site", "source": "local", **days}),
        "pages": ("curate", {}),
        "new pages": ("ingest", {"sources": ["paper"], "everything": True}),
    }
    found = in_airflow(
        "airflow/scenarios.py",
        str(ROOT / "dags"),
        json.dumps(list(scenarios.values())),
        DATELINE_DSN=dsn,
        DATELINE_HOME=str(home),
        DATELINE_SOURCES=str(home / "sources"),
        DATELINE_CRAWL_DELAY="0",
        **sent["environ"],
    )
    with closing(connect(dsn)) as connection:
        yield dict(zip(scenarios, found, strict=True)), connection
    postgres_server.sql(f"drop database {database} with (force)")


@pytest.mark.parametrize(
    ("name", "task", "states"),
    [
        ("files", "read", ["success"] * 2),
        ("again", "read", ["skipped"]),
        ("month", "read", ["success"]),
        ("site", "visit", ["success"]),
    ],
)
def test_each_kind_succeeds(runs, name, task, states):
    run = runs[0][name]
    assert run["state"] == "success"
    assert run["tasks"][task] == states
    assert run["tasks"]["all_well"] == ["success"]


@pytest.mark.parametrize(("name", "task"), [("no days", "plan_site"), ("no month", "plan_files")])
def test_a_form_that_lacks_something_fails_and_closes_its_run(runs, name, task):
    run = runs[0][name]
    assert run["state"] == "failed", run["tasks"]
    assert run["tasks"][task] == ["failed"]
    assert run["tasks"]["close_run"] == ["success"]


def test_runs_have_no_logical_date_and_their_days_are_rows(runs):
    _, connection = runs
    assert connection.execute(
        "select count(*), count(logical_date), count(*) filter (where status = 'running')"
        " from ops.runs where dag_id = 'backfill'"
    ).fetchone() == (6, 0, 0)
    assert connection.execute(
        "select scope from ops.backfills where backfill_kind = 'site'"
    ).fetchone() == ({"source": "local", "since": "2024-05-10", "until": "2024-05-12"},)


def test_curate_makes_articles_of_the_pages(runs):
    _, connection = runs
    found = connection.execute(
        "select s.source_key, a.version_no from mart.articles as a"
        " join news.sources as s on s.source_key = a.source_key order by 1"
    ).fetchall()
    assert found == [("herald-example-com", 3), ("local", 1), ("post-example-com", 1)]
    edits = connection.execute("select seen_at from news.article_edits order by 1").fetchall()
    assert edits == [(at(5),), (at(9),)]


def test_counts_go_to_opentelemetry(runs, sent):
    assert runs[0]["new pages"]["state"] == "success"
    bodies = b"".join(sent["bodies"])
    assert b"dateline.links_discovered" in bodies
    assert b"dateline.links_fetched" in bodies
