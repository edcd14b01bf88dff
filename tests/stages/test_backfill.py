"""Backfill from archives, end to end: files of warcio, real Postgres, the stages that follow."""

import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime

import psycopg
import pytest

from pipeline.archive.storage import stored_files, write_file
from pipeline.archive.warc import read_record
from pipeline.backfill.downloads import Downloader
from pipeline.errors import ArchiveError, UsageError
from pipeline.settings import settings
from pipeline.stages import outlets
from pipeline.stages.backfill import Filters, plan_archives, plan_cc_news
from pipeline.stages.local_backfill import Options, backfill_archives
from pipeline.stages.local_run import run_targets
from tests.backfill.archives import FIRST, ArchiveFile, arc_file, at, html

# warcio leaves the temporary files of its records to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

HERALD = "https://herald-example.com"
POST = "https://www.post-example.com"
OPTIONS = Options(jobs=1, with_annotation=False)
HERALD_TOML = 'name = "The Herald"\nhomepage = "https://herald-example.com/"\nlanguage = "en"\n'


@pytest.fixture
def home(monkeypatch, tmp_path, store_dsn, compared_log):
    """An installation with the source herald."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "herald.toml").write_text(HERALD_TOML)
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path / "sources"))
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    outlets._known_outlets.cache_clear()
    yield tmp_path
    outlets._known_outlets.cache_clear()


@pytest.fixture
def rows(store_dsn):
    def ask(query, *values):
        with psycopg.connect(store_dsn) as connection:
            return connection.execute(query, values).fetchall()

    return ask


def load(*names, filters=None, again=False, options=OPTIONS, lines=None):
    asked = filters or Filters()
    return backfill_archives(
        lambda run_id: plan_archives(run_id, [str(name) for name in names], asked, again=again),
        asked,
        (lines if lines is not None else []).append,
        options,
    )


ARTICLES = "select canonical_url, version_no, first_seen_at from mart.articles order by 1"
VERSIONS = """
select a.canonical_url, v.version_no, v.first_seen_at, v.is_current
from news.article_versions as v join news.articles as a using (article_id) order by 1, 2
"""
EDITS = """
select a.canonical_url, e.edit_no, e.seen_at from news.article_edits as e
join news.articles as a using (article_id) order by 1, 2
"""


def test_pages_go_to_the_outlets_of_their_hosts(home, rows):
    with ArchiveFile(home / "x.warc.gz") as file:
        file.request(f"{HERALD}/1").page(f"{HERALD}/1", html(1))
        file.page(f"{POST}/2", html(2)).page("https://amp.post-example.com/3", html(3))
        file.page(f"{POST}/x.png", b"\x89PNG", kind="image/png")
        file.page(f"{POST}/gone", b"<p>gone", status="404 Not Found")
    report = load(home / "x.warc.gz")
    assert report.outcomes == {"loaded": 3}
    assert rows(
        "select s.source_key, s.source_name, s.is_active, count(*) from news.articles"
        " join news.sources as s using (source_id) group by 1, 2, 3 order by 1"
    ) == [("herald", "The Herald", True, 1), ("post-example-com", "post-example.com", False, 2)]
    assert rows("select record_count, page_count, status from ops.backfill_files") == [
        (5, 3, "done")
    ]


def test_every_capture_of_a_page_is_a_version_whatever_the_order_of_files(home, rows):
    texts = {0: "First.", 5: "Second.", 9: "Second.", 12: "First.", 20: "Third."}
    for name, hours in {"a": (12, 5), "b": (20, 0), "c": (9,)}.items():
        with ArchiveFile(home / f"{name}.warc.gz") as file:
            for hour in hours:
                file.page(f"{HERALD}/1", html(1, texts[hour]), at(hour))
    outcomes = [load(home / f"{name}.warc.gz").outcomes for name in "abc"]
    assert outcomes == [{"loaded": 2}, {"loaded": 2}, {"unchanged": 1}]
    url = f"{HERALD}/1"
    assert rows(VERSIONS) == [
        (url, 1, at(0), False),
        (url, 2, at(5), False),
        (url, 3, at(20), True),
    ]
    assert rows(EDITS) == [(url, 1, at(5)), (url, 2, at(12)), (url, 3, at(20))]


def test_dates_after_the_capture_are_refused(home, rows):
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1, published="2026-05-10T07:00:00+00:00"))
        file.page(f"{HERALD}/2", html(2))
    load(home / "x.warc.gz")
    assert rows(
        "select v.published_at, v.refused_dates from news.article_versions as v"
        " join news.articles as a using (article_id) order by a.canonical_url"
    ) == [
        (None, ["meta 2026-05-10T07:00:00+00:00", "visible 2026-05-10"]),
        (datetime(2024, 5, 10, 7, tzinfo=UTC), []),
    ]


def test_a_revisit_is_a_visit_with_the_body_of_its_original(home, rows):
    with ArchiveFile(home / "b.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1), at(0)).page(f"{HERALD}/1", html(1, "More."), at(5))
        file.revisit(f"{HERALD}/1", at(9), f"{HERALD}/1", at(0))
    with ArchiveFile(home / "a.warc.gz") as file:  # before its original, which is in b
        file.revisit(f"{HERALD}/1", at(12), f"{HERALD}/1", at(5), digest="sha1:UNKNOWN")
        file.revisit(f"{HERALD}/2", at(12), f"{HERALD}/2", at(5))
    report = load(home / "a.warc.gz", home / "b.warc.gz")
    assert rows(EDITS) == [(f"{HERALD}/1", n, at(hour)) for n, hour in ((1, 5), (2, 9), (3, 12))]
    assert rows(
        "select right(file_name, 9), page_count, broken_count, status"
        " from ops.backfill_files order by file_name"
    ) == [("a.warc.gz", 1, 1, "done"), ("b.warc.gz", 3, 0, "done")]
    assert [each.partition(": ")[2] for each in report.problems] == [
        f"a revisit of {HERALD}/2, which is not in the files given"
    ]


def test_arc_files_are_loaded_and_their_pages_can_be_read_again(home, rows):
    arc_file(home / "x.arc", [(f"{HERALD}/1", html(1), at(0)), (f"{POST}/2", html(2), at(1))])
    assert load(home / "x.arc").outcomes == {"loaded": 2}
    (home / "x.arc").unlink()
    for (raw_uri,) in rows("select raw_uri from news.fetches"):
        assert read_record(raw_uri).status == 200


def test_filters_by_outlet_language_and_day(home, rows):
    german = "Der Rat der Stadt hat sich am Freitag getroffen, um über die Fähre zu sprechen. " * 9
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1), at(0)).page(f"{HERALD}/2", html(2), at(24))
        file.page(f"{POST}/3", html(3), at(24)).page(f"{POST}/4", html(4), at(48))
        file.page(f"{POST}/5", f"<p>{german}</p>".encode(), at(24))
    filters = Filters(languages=("en",), since="2024-05-11", until="2024-05-11")
    load(home / "x.warc.gz", filters=filters)
    assert rows("select url from ops.links order by 1") == [(f"{HERALD}/2",), (f"{POST}/3",)]
    load(home / "x.warc.gz", filters=Filters(outlets=("herald", "post-example.com")))
    assert len(rows("select url from ops.links")) == 5


def test_what_is_no_archive_is_one_line_and_the_rest_goes_on(home, rows):
    with ArchiveFile(home / "good.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1)).page(f"{HERALD}/2", html(2))
    data = (home / "good.warc.gz").read_bytes()
    (home / "torn.warc.gz").write_bytes(data[:-40])
    (home / "page.warc.gz").write_text("<html><p>Not found</p></html>")
    with zipfile.ZipFile(home / "zip.warc.gz", "w") as packed:
        packed.writestr("x.warc", "WARC/1.0")
    report = load(home / "none.warc.gz", home)
    assert report.outcomes == {"loaded": 2, "unchanged": 1}
    said = " | ".join(report.problems)
    assert "none.warc.gz cannot be opened" in said
    assert "page.warc.gz is an HTML or XML page, not a WARC file" in said
    assert "zip.warc.gz is a ZIP file (WACZ is one): unpack it" in said
    assert "torn.warc.gz" in said
    assert not any("\n" in each for each in report.problems)
    assert rows("select status, count(*) from ops.backfill_files group by 1 order by 1") == [
        ("done", 2),
        ("failed", 3),
    ]


def test_a_second_time_reads_nothing_and_again_adds_nothing(home, rows):
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1)).page(f"{HERALD}/1", html(1, "More."), at(3))
    load(home / "x.warc.gz")
    before = rows(VERSIONS), rows(EDITS), rows("select count(*) from ops.link_attempts")
    lines = []
    assert load(home / "x.warc.gz", lines=lines).outcomes == {}
    assert lines[0] == "every file was read before; --again reads them once more"
    assert load(home / "x.warc.gz", again=True).outcomes == {}
    assert before == (rows(VERSIONS), rows(EDITS), rows("select count(*) from ops.link_attempts"))
    assert rows("select page_count, known_count from ops.backfill_files") == [(0, 2)]


def test_many_pages_in_processes_and_rounds(home, rows):
    for name in "abc":
        with ArchiveFile(home / f"{name}.warc.gz") as file:
            for number in range(20):
                file.page(f"{HERALD}/{name}{number}", html(number + 50 * ord(name)), at(number))
    lines = []
    options = Options(jobs=2, with_annotation=False, round_pages=15)
    assert load(home, options=options, lines=lines).outcomes == {"loaded": 60}
    assert any(line.startswith("file 3 of 3, 100 %: 60 pages of 60 records") for line in lines)


KILLED = """
import sys
from pipeline.stages import backfill as stage
from pipeline.stages.backfill import Filters, plan_archives
from pipeline.stages.local_backfill import Options, backfill_archives
from pipeline.stages.local_run import run_targets
stage._BATCH = 10
print("begun", flush=True)
backfill_archives(
    lambda run: plan_archives(run, [sys.argv[1]], Filters()), Filters(),
    lambda line: print(line, flush=True), Options(jobs=1, with_annotation=False, round_pages=30),
)
"""


@pytest.mark.system
def test_a_killed_backfill_goes_on_where_it_was(home, rows):
    with ArchiveFile(home / "x.warc.gz") as file:
        for number in range(120):
            file.page(f"{HERALD}/{number}", html(number), at(number % 40))
    killed_with = []
    for wanted in (1, 40, 80):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(home / "x.warc.gz")],
            env=os.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 600
        while process.poll() is None and time.monotonic() < deadline:
            stored = rows("select coalesce(max(page_count), 0) from ops.backfill_files")[0][0]
            if stored >= wanted:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.01)
        process.wait()
        killed_with.append(stored)
    assert killed_with[0] < 120
    load(home / "x.warc.gz")
    assert rows("select count(*), count(distinct canonical_url) from mart.articles") == [(120, 120)]
    assert rows(
        "select count(*), count(*) filter (where outcome = 'loaded') from ops.link_attempts"
    ) == [(120, 120)]
    assert rows("select page_count, known_count, status from ops.backfill_files") == [
        (120, 0, "done")
    ]


def month(site, files):
    """Publish a month of CC-NEWS: bodies by day."""
    listed = []
    for day, body in files.items():
        name = f"crawl-data/CC-NEWS/2024/05/CC-NEWS-202405{day:02}000000-{day:05}.warc.gz"
        site.page(f"/{name}", body, Content_Type="application/octet-stream")
        listed.append(name)
    site.page(
        "/crawl-data/CC-NEWS/2024/05/warc.paths.gz",
        "\n".join(listed),
        Content_Type="application/gzip",
    )


def cc_news(site, filters, **options):
    return backfill_archives(
        lambda run_id: plan_cc_news(
            run_id, "2024-05", filters, base=site.url, downloader=Downloader(waits=())
        ),
        filters,
        [].append,
        Options(jobs=1, with_annotation=False, **options),
    )


def test_a_month_of_cc_news_by_outlet_and_days(home, rows, site):
    files = {}
    for day in (8, 10, 11, 20):
        with ArchiveFile(home / "day.warc.gz") as file:
            when = datetime(2024, 5, day, 9, tzinfo=UTC)
            for number in range(3):
                file.page(f"{HERALD}/{day}-{number}", html(number + day * 9), when)
                file.page(f"{POST}/{day}-{number}", html(number + day * 99), when)
        files[day] = (home / "day.warc.gz").read_bytes()
    month(site, files)
    filters = Filters(outlets=("herald",), since="2024-05-10", until="2024-05-11")
    assert cc_news(site, filters).outcomes == {"loaded": 6}
    assert not any("CC-NEWS-20240520" in path for path in site.paths)
    left = [each for each in (settings().home_folder / "backfill").rglob("*") if each.is_file()]
    assert left == []
    for (raw_uri,) in rows("select raw_uri from news.fetches"):
        assert b"of ward" in read_record(raw_uri).body
    assert rows(
        "select distinct s.source_key from ops.links join news.sources as s using (source_id)"
    ) == [("herald",)]


def test_a_file_of_the_month_that_cannot_be_had_is_one_line(home, rows, site):
    with ArchiveFile(home / "day.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1), FIRST)
    good = (home / "day.warc.gz").read_bytes()
    month(site, {10: good, 11: b"<html>Please sign in</html>", 12: good})
    site.page("/crawl-data/CC-NEWS/2024/05/CC-NEWS-20240512000000-00012.warc.gz", b"", 403)
    report = cc_news(site, Filters(), keep_downloads=True)
    assert report.outcomes == {"loaded": 1}
    assert len(report.problems) == 2
    assert all("--base" in each and "\n" not in each for each in report.problems)
    assert len(list((settings().home_folder / "backfill").iterdir())) == 1


def test_a_base_that_is_none_and_days_outside_the_month(home, rows, site):
    site.page("/crawl-data/CC-NEWS/2024/05/warc.paths.gz", "<html>Welcome</html>")
    with pytest.raises(ArchiveError, match="answers with a web page"):
        cc_news(site, Filters())
    with pytest.raises(UsageError, match="lie outside 2024-05"):
        cc_news(site, Filters(since="2024-06-01"))
    assert rows("select status, count(*) from ops.runs group by 1") == [("failed", 2)]


def test_run_takes_archives_as_backfill_does(home, rows):
    (home / "crawl").mkdir()
    with ArchiveFile(home / "crawl" / "x.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1), at(0)).page(f"{HERALD}/1", html(1, "More."), at(5))
    arc_file(home / "crawl" / "y.arc", [(f"{POST}/2", html(2), at(1))])
    (home / "crawl" / "page.html").write_bytes(html(3))
    for target in ("crawl", "crawl/x.warc.gz"):
        report = run_targets([str(home / target)], [].append, jobs=1)
        assert report.problems == ()
    assert rows(
        "select s.source_key, count(*) from news.articles as a"
        " join news.sources as s using (source_id) group by 1 order by 1"
    ) == [("files", 1), ("herald", 1), ("post-example-com", 1)]
    assert rows(EDITS) == [(f"{HERALD}/1", 1, at(5))]


def test_archives_in_a_bucket_are_read_once(home, rows, s3):
    video = random.Random(7)
    for number in (1, 2):
        with ArchiveFile(home / "x.warc.gz") as file:
            for page in range(10):
                file.page(f"{HERALD}/{number}-{page}", html(page + 100 * number), at(page))
                file.page(f"{HERALD}/{page}.mp4", video.randbytes(2_000_000), kind="video/mp4")
        write_file(f"s3://bucket/crawl/{number}.warc.gz", (home / "x.warc.gz").read_bytes())
    write_file("s3://bucket/crawl/notes.txt", b"not an archive")
    size = sum(each.size for each in stored_files("s3://bucket/crawl", ".warc.gz"))
    s3.bytes_sent.clear()
    report = load("s3://bucket/crawl/")
    assert report.problems == ()
    assert report.outcomes == {"loaded": 20}
    assert size <= s3.bytes_sent["GET"] <= 1.1 * size
    assert load("s3://bucket/none.warc.gz").problems != ()


def test_a_file_with_a_web_address_is_downloaded_and_deleted(home, rows, site):
    with ArchiveFile(home / "x.warc.gz") as file:
        file.page(f"{HERALD}/1", html(1)).page(f"{POST}/2", html(2))
    site.page("/x.warc.gz", (home / "x.warc.gz").read_bytes(), Content_Type="application/gzip")
    (home / "x.warc.gz").unlink()
    assert load(f"{site.url}/x.warc.gz").outcomes == {"loaded": 2}
    assert rows("select distinct found_in from ops.links") == [(f"{site.url}/x.warc.gz",)]
    assert not any((settings().home_folder / "backfill").iterdir())
