"""A local run over the demo site, compared with what the site declares as right.

Three runs in one store: edition 1, edition 1 again, edition 2.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import psycopg
import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive.warc import iter_warc, parse_locator, read_record
from pipeline.demo import DemoSite, expected, free_ports
from pipeline.demo.content import outlets
from pipeline.errors import StoreUnavailable
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.stages.local_run import RunReport, run_sources, run_targets, worker_pool
from pipeline.text import normalise
from pipeline.warehouse.cookbook import cookbook
from tests.link_log import compare, logged

GOLD = expected()
_TABLES = (
    "news.articles",
    "news.article_versions",
    "news.entity_mentions",
    "news.quotes",
    "news.text_reuse",
    "news.removed_blocks",
)


@dataclass(frozen=True)
class Runs:
    home: Path
    dsn: str
    homepages: dict[str, str]
    reports: list[RunReport]
    sizes: list[dict[str, int]]

    def url(self, page):
        return urljoin(self.homepages[page.outlet], page.path)

    def rows(self, query, *values):
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query, values).fetchall()


def sizes(dsn):
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(f"select count(*) from {table}").fetchone()[0]
            for table in _TABLES
        }


@pytest.fixture(scope="module")
def runs(tmp_path_factory, postgres_server):
    home = tmp_path_factory.mktemp("local run")
    postgres_server.sql(f"create database local_run template {postgres_server.template}")
    dsn = postgres_server.dsn("local_run")
    ports = free_ports((0, 0, 0))
    reports, counts = [], []
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("DATELINE_HOME", str(home / "state"))
        environ.setenv("DATELINE_SOURCES", str(home / "sources"))
        environ.setenv("DATELINE_DSN", dsn)
        environ.setenv("DATELINE_CRAWL_DELAY", "0")
        settings.cache_clear()
        for edition in (1, 1, 2):
            with DemoSite(edition, ports) as site:
                (home / "sources").mkdir(exist_ok=True)
                site.write_sources(home / "sources")
                reports.append(run_sources(lambda _: None))
                counts.append(sizes(dsn))
                homepages = site.homepages
    settings.cache_clear()
    yield Runs(home, dsn, homepages, reports, counts)
    postgres_server.sql("drop database local_run with (force)")


def test_each_decided_link_has_a_line_in_the_log(runs):
    compare(runs.home, runs.dsn)
    assert {line["stage"] for line in logged(runs.home)} == {"discover", "fetch", "load"}


def outcomes(runs, number):
    """Return the outcome of each link of a run, by source key and URL."""
    query = "select source_key, url, outcome from mart.url_fate where run_id = %s"
    return {
        (source, url): outcome
        for source, url, outcome in runs.rows(query, runs.reports[number].run_id)
    }


def test_every_link_of_the_first_run_ends_as_the_site_intends(runs):
    found = outcomes(runs, 0)
    wrong = {
        page.key: (found.get((page.outlet, runs.url(page))), page.outcome)
        for page in GOLD.pages
        if found.get((page.outlet, runs.url(page))) != page.outcome
    }
    assert not wrong


def test_outcomes_add_up_to_the_links_of_each_run(runs):
    for report in runs.reports:
        links = runs.rows(
            "select count(*) from ops.link_attempts where run_id = %s", report.run_id
        )[0][0]
        assert sum(report.outcomes.values()) == links > 0


def test_a_text_in_a_language_that_its_source_does_not_want_is_not_loaded(runs):
    query = "select reason, article_id from mart.url_fate where outcome = %s and run_id = %s"
    found = runs.rows(query, Outcome.LANGUAGE_NOT_WANTED, runs.reports[0].run_id)
    assert set(found) == {("the text is in 'fr'; wanted are en", None)}
    assert runs.rows("select distinct annotation_outcome from mart.articles") == [("loaded",)]


def test_titles_and_publication_days_are_right(runs):
    stored = {
        (source, url): (title, day)
        for source, url, title, day in runs.rows(
            """
            select source_key, canonical_url, a.title, left(v.published_text, 10)::date
            from mart.articles a join news.article_versions v using (article_version_id)
            """
        )
    }
    for page in GOLD.articles:
        if page.key == GOLD.updated.key:
            continue
        url = urljoin(runs.homepages[page.outlet], page.final_path)
        title, day = stored[page.outlet, url]
        assert normalise(title) == normalise(page.title), page.key
        assert day == page.day, page.key


def test_no_line_of_a_template_is_left_in_a_body(runs):
    bodies = runs.rows("select source_key, canonical_url, body_text from mart.articles")
    left = [
        (url, line)
        for source, url, body in bodies
        for line in GOLD.boilerplate[source]
        if normalise(line) in map(normalise, body.split("\n\n"))
    ]
    assert not left


def test_site_memory_removes_the_line_below_every_story_in_the_first_run(runs):
    lines = [outlet.colophon for outlet in outlets()]
    bodies = " ".join(body for (body,) in runs.rows("select body_text from mart.articles"))
    assert not [line for line in lines if line in bodies]
    taken = runs.rows(
        "select distinct block_text, reason from news.removed_blocks where block_text = any(%s)",
        lines,
    )
    assert sorted(taken) == sorted((line, "site_memory") for line in lines)


def test_the_paragraphs_of_the_articles_are_kept(runs):
    bodies = {
        (source, url): normalise(body)
        for source, url, body in runs.rows(
            "select source_key, canonical_url, body_text from mart.articles"
        )
    }
    paragraphs, lost = 0, []
    for page in GOLD.articles:
        if page.key != GOLD.updated.key:
            body = bodies[page.outlet, urljoin(runs.homepages[page.outlet], page.final_path)]
            paragraphs += len(page.paragraphs)
            lost += [(page.key, p) for p in page.paragraphs if normalise(p) not in body]
    assert len(lost) <= 0.01 * paragraphs, lost


def test_copies_and_only_copies_are_grouped(runs):
    grouped = {}
    query = """
        select duplicate_group_id, source_key, canonical_url
        from mart.articles where duplicate_group_id is not null
    """
    for group, source, url in runs.rows(query):
        grouped.setdefault(group, set()).add((source, url))
    families = {
        frozenset(
            (outlet, urljoin(runs.homepages[outlet], GOLD.page(outlet, path).final_path))
            for outlet, path in family
        )
        for family in GOLD.duplicate_groups
    }
    assert {frozenset(group) for group in grouped.values()} == families


def test_direct_quotes_have_their_speakers(runs):
    said = [
        (normalise(text), speaker)
        for text, speaker in runs.rows("select quote_text, speaker_name from mart.who_said_what")
    ]
    # An interrupted quotation is one row: "One half," she said, "and the other."
    wanted = [
        (normalise(quote.content[0]).strip(" .,"), quote.speaker)
        for page in GOLD.articles
        for quote in page.quotes
        if quote.kind == "direct" and page.key != GOLD.updated.key
    ]
    right = [
        (words, speaker)
        for words, speaker in wanted
        if any(words in text and speaker == name for text, name in said)
    ]
    # `make eval` measures the model; this bound only shows a broken join or offset.
    assert len(right) >= 0.75 * len(wanted), sorted(set(wanted) - set(right))[:20]


def test_offsets_give_the_surface_text(runs):
    wrong = runs.rows(
        """
        select m.surface_text, substring(v.body_text, m.start_char + 1, m.end_char - m.start_char)
        from news.entity_mentions m join news.article_versions v using (article_version_id)
        where m.surface_text
            is distinct from substring(v.body_text, m.start_char + 1, m.end_char - m.start_char)
        """
    )
    assert not wrong


def test_a_second_run_of_the_same_edition_stores_nothing_twice(runs):
    assert runs.sizes[0] == runs.sizes[1]
    second = outcomes(runs, 1)
    for page in GOLD.articles:
        assert second[page.outlet, runs.url(page)] == Outcome.UNCHANGED, page.key


def test_the_second_edition_gives_one_article_a_second_version(runs):
    second = outcomes(runs, 2)
    for page in GOLD.pages:
        assert second[page.outlet, runs.url(page)] == page.second_outcome, page.key
    assert runs.sizes[2]["news.articles"] == runs.sizes[0]["news.articles"]
    assert runs.sizes[2]["news.article_versions"] == runs.sizes[0]["news.article_versions"] + 1
    edits = runs.rows("select title_before, title_after from mart.silent_edits")
    assert edits == [(GOLD.updated_from.title, GOLD.updated.title)]


def test_only_new_texts_are_annotated(runs):
    first, second, edited = (report.counts for report in runs.reports)
    assert first["versions"] == len(GOLD.articles)
    assert first["windows_read"] >= first["versions"] - first["reused"]
    assert "windows_read" not in second
    assert edited["versions"] == 1
    assert 0 < edited["windows_read"] < 5


def test_the_archive_holds_every_exchange_and_revisits_lead_to_their_body(runs):
    raw_uris = {raw_uri for (raw_uri,) in runs.rows("select raw_uri from news.fetches") if raw_uri}
    files = {parse_locator(raw_uri).file for raw_uri in raw_uris}
    assert len(files) <= len(runs.reports)
    records = []
    for file in files:
        with Path(file).open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                records.append(record.rec_headers)
    bodies = {
        (each["WARC-Target-URI"], each["WARC-Date"]): each["WARC-Payload-Digest"]
        for each in records
        if each["WARC-Type"] == "response"
    }
    revisits = [each for each in records if each["WARC-Type"] == "revisit"]
    assert len(revisits) > 20
    for each in revisits:
        named = each["WARC-Refers-To-Target-URI"], each["WARC-Refers-To-Date"]
        assert bodies[named] == each["WARC-Payload-Digest"]
    feeds = {url for (url,) in runs.rows("select url from ops.documents")}
    asked = [each["WARC-Target-URI"] for each in records if each["WARC-Type"] == "request"]
    assert feeds <= set(asked)
    listed = [page.url for file in files for page in iter_warc(file)]
    assert len(listed) == len(bodies)
    assert {read_record(raw_uri).status for raw_uri in raw_uris} == {200}


def test_checks_ran_and_no_page_was_quarantined(runs):
    for report in runs.reports:
        assert report.counts["checks"] > 0
        assert not report.outcomes.get(Outcome.QUARANTINED)


def test_a_lost_connection_gives_an_error_with_the_next_action(store_dsn, tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    (tmp_path / "story.txt").write_text("Sluice closed\n\nThe sluice is closed until Monday.")

    def tell(line):
        if line == "looking for copies":
            with psycopg.connect(store_dsn) as connection:
                connection.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreUnavailable, match=r"during the run \(.+\): .+ the same command"):
        run_targets([str(tmp_path / "story.txt")], tell, jobs=1)
    with psycopg.connect(store_dsn) as connection:
        assert connection.execute("select status from ops.runs").fetchall() == [("failed",)]


WITHOUT_ROWS = {
    "most_named_this_week": "the query is about the last seven days",
    "headlines_changed_after_publication": "the one edit is announced on its page",
    "which_days_are_missing": "each outlet publishes on every day of its fortnight",
    "what_was_taken_down": "nobody has asked for a takedown",
}


@pytest.mark.parametrize("query", cookbook().values(), ids=lambda query: query.name)
def test_every_cookbook_query_has_rows_on_the_demo_site(runs, query):
    with psycopg.connect(runs.dsn) as connection:
        rows = connection.execute(query.with_values({}).encode()).fetchall()
    assert rows or query.name in WITHOUT_ROWS


def test_spread_texts_have_their_agency_and_first_outlet(runs):
    texts = runs.rows(
        "select origin_agency, first_source_key, source_count, source_keys[1] = first_source_key"
        " from mart.text_spread where source_count > 1 order by source_count desc, 2"
    )
    agency = "Linden Press"
    assert texts == [
        (agency, "ambara_now", 3, True),
        (agency, "merrow_post", 3, True),
        (agency, "ambara_now", 2, True),
    ]


def test_workers_have_the_environment_of_the_caller_and_no_other(monkeypatch):
    def seen():
        with worker_pool(1, "ERROR") as pool:
            return pool.submit(os.getenv, "DATELINE_ARCHIVE").result()

    monkeypatch.setenv("DATELINE_ARCHIVE", "s3://other/archive")
    assert seen() == "s3://other/archive"
    monkeypatch.delenv("DATELINE_ARCHIVE")
    assert seen() is None
