"""A fault that would hit any page decides none; a fault of one page is that page's outcome.

Each test breaks the code below the load stage and loads archived pages through it.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.demo import DemoSite, free_ports
from pipeline.errors import ModelError, SettingsError, StageFault, StoreUnavailable
from pipeline.extract import page
from pipeline.models import Annotation, Mention
from pipeline.settings import settings
from pipeline.stages.annotate import annotate
from pipeline.stages.annotate import plan as annotation_plan
from pipeline.stages.load import load, plan
from pipeline.stages.local_run import run_sources
from pipeline.stages.reprocess import plan as reprocessing_plan
from pipeline.stages.reprocess import reprocess
from pipeline.warehouse.reprocessing import Scope
from tests.stages.archived import fetched, html
from tests.warehouse.stories import count

DECODE = page.decode


@pytest.fixture
def archive(store, store_dsn, monkeypatch):
    """A store with an archive beside it, as the settings name them."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    return store


@pytest.fixture
def break_pages(monkeypatch):
    """Return a function that makes the extractor fail on pages with one of the given words."""

    def break_on(*words, error=LookupError):
        def decode(body, content_type):
            if any(word.encode() in body for word in words):
                raise error("no such table of letters")
            return DECODE(body, content_type)

        monkeypatch.setattr(page, "decode", decode)

    return break_on


def two_hosts(conn, harbour, valley):
    """Archive pages of two outlets in one run; return the run and all fetch ids."""
    run_id, first = fetched(conn, {n: html(n) for n in range(1, harbour + 1)})
    pages = {n: html(n, outlet="valley") for n in range(101, 101 + valley)}
    _, second = fetched(conn, pages, outlet="valley")
    return run_id, [*first, *second]


def outcomes(conn):
    return dict(
        conn.execute("select outcome, count(*) from ops.link_attempts group by 1").fetchall()
    )


def reasons(conn):
    return [
        reason
        for (reason,) in conn.execute("select reason from ops.link_attempts").fetchall()
        if reason
    ]


def test_five_pages_of_two_hosts_stop_the_stage_and_the_next_run_takes_them(archive, break_pages):
    run_id, ids = two_hosts(archive, 4, 3)
    break_pages("Ward")
    with pytest.raises(StageFault, match=r"load stopped.*LookupError: no such.*5 pages of 2 hosts"):
        load(run_id, ids)
    assert outcomes(archive) == {None: 7}
    assert count(archive, "news.articles") == count(archive, "ops.rejects") == 0
    break_pages()
    (waiting,) = plan(run_id)
    assert sorted(waiting) == sorted(ids)
    assert load(run_id, waiting) == {"loaded": 7}


def test_four_broken_pages_of_two_hosts_get_their_outcome_and_the_others_are_loaded(
    archive, break_pages
):
    run_id, ids = two_hosts(archive, 3, 3)
    break_pages("Ward 1 ", "Ward 2 ", "Ward 101 ", "Ward 102 ")
    assert load(run_id, ids) == {"loaded": 2, "bad_content": 4}
    assert any("LookupError" in reason for reason in reasons(archive))


def test_broken_pages_of_one_host_do_not_stop_the_stage(archive, break_pages):
    run_id, ids = two_hosts(archive, 8, 2)
    break_pages("https://harbour.example")
    assert load(run_id, ids) == {"loaded": 2, "bad_content": 8}


def test_a_missing_library_stops_the_stage_on_the_first_page(archive, monkeypatch):
    run_id, ids = two_hosts(archive, 1, 1)
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(StageFault, match=r"ModuleNotFoundError: import of trafilatura"):
        load(run_id, ids)
    assert outcomes(archive) == {None: 2}


def test_a_library_that_lacks_a_library_stops_the_stage_too(archive, monkeypatch):
    def incomplete(*_arguments, **_options):
        raise ImportError("cannot import name 'cleaner'")

    monkeypatch.setattr("trafilatura.extract", incomplete)
    run_id, ids = two_hosts(archive, 1, 0)
    with pytest.raises(StageFault, match="ImportError: cannot import name 'cleaner'"):
        load(run_id, ids)
    assert outcomes(archive) == {None: 1}


def test_a_setting_that_is_wrong_stops_the_stage_on_the_first_page(archive, break_pages):
    run_id, ids = two_hosts(archive, 1, 0)
    break_pages("Ward", error=SettingsError)
    with pytest.raises(StageFault, match="SettingsError: no such table"):
        load(run_id, ids)
    assert outcomes(archive) == {None: 1}


@pytest.mark.parametrize(("harbour", "valley", "found"), [(5, 0, 5), (2, 2, 4)])
def test_pages_that_break_the_cleaner_are_quarantined(archive, monkeypatch, harbour, valley, found):
    monkeypatch.setattr("pipeline.stages.extract.clean_article", broken_cleaner)
    assert load(*two_hosts(archive, harbour, valley)) == {"quarantined": found}
    assert set(reasons(archive)) == {"ZeroDivisionError: no lines"}


def test_a_broken_cleaner_stops_the_stage(archive, monkeypatch):
    monkeypatch.setattr("pipeline.stages.extract.clean_article", broken_cleaner)
    with pytest.raises(StageFault, match=r"ZeroDivisionError: no lines .*in broken_cleaner"):
        load(*two_hosts(archive, 3, 2))
    assert outcomes(archive) == {None: 5}


def test_a_postgres_that_goes_away_quarantines_no_page(archive, monkeypatch):
    def gone(*_arguments, **_options):
        raise StoreUnavailable("Postgres stayed away")

    monkeypatch.setattr("pipeline.stages.extract.clean_article", gone)
    with pytest.raises(StoreUnavailable):
        load(*two_hosts(archive, 1, 0))
    assert outcomes(archive) == {None: 1}


def test_an_archive_that_is_not_there_stops_the_stage(archive):
    run_id, ids = two_hosts(archive, 3, 2)
    folder = Path(settings().archive_url)
    folder.rename(folder.with_name("unmounted"))
    with pytest.raises(StageFault, match=r"ArchiveError: .* cannot be opened"):
        load(run_id, ids)
    folder.with_name("unmounted").rename(folder)
    assert load(run_id, ids) == {"loaded": 5}


def test_rows_that_postgres_refuses_for_one_reason_stop_the_stage(archive, monkeypatch):
    monkeypatch.setattr("pipeline.stages.extract.clean_article", without_kind)
    with pytest.raises(StageFault, match=r"NotNullViolation.*article_kind.*5 pages of 2 hosts"):
        load(*two_hosts(archive, 3, 2))
    assert outcomes(archive) == {None: 5}


def test_rows_that_postgres_refuses_are_quarantined_one_by_one(archive, monkeypatch):
    monkeypatch.setattr("pipeline.stages.extract.clean_article", without_kind)
    assert load(*two_hosts(archive, 2, 2)) == {"quarantined": 4}
    assert count(archive, "ops.rejects") == 4


def test_a_broken_extractor_stops_reprocessing_and_marks_nothing(archive, break_pages):
    run_id, ids = two_hosts(archive, 4, 1)
    load(run_id, ids)
    (versions,) = reprocessing_plan("clean", Scope(), with_all=True)
    archive.execute("update news.article_versions set extractor_version = '0.0'")
    break_pages("Ward")
    with pytest.raises(StageFault, match="reprocess stopped"):
        reprocess(run_id, versions)
    break_pages()
    assert reprocess(run_id, versions)["valley"]["read"] == 1


def test_a_missing_model_stops_annotation_and_marks_no_version(archive, monkeypatch):
    load(*two_hosts(archive, 1, 1))
    monkeypatch.setenv("DATELINE_NLP_MODEL", "no_such_pipeline")
    settings.cache_clear()
    (versions,) = annotation_plan(1)
    with pytest.raises(ModelError, match="no_such_pipeline"):
        annotate(1, versions)
    assert annotation_plan(1) == [versions]


def test_faulty_pages_that_batches_leave_are_decided_together(archive, break_pages):
    run_id, ids = two_hosts(archive, 4, 3)
    break_pages("Ward")
    for batch in (ids[:4], ids[4:]):
        assert load(run_id, batch, leave_faulty=True) == {}
    with pytest.raises(StageFault, match=r"5 pages of [23] hosts"):
        load(run_id, *plan(run_id))
    break_pages("https://harbour.example")
    assert load(run_id, ids, leave_faulty=True) == {"loaded": 3}
    assert load(run_id, *plan(run_id)) == {"bad_content": 4}


def test_rows_that_postgres_refuses_are_left_too(archive, monkeypatch):
    monkeypatch.setattr("pipeline.stages.extract.clean_article", without_kind)
    run_id, ids = two_hosts(archive, 3, 0)
    assert load(run_id, ids, leave_faulty=True) == {}
    assert load(run_id, ids) == {"quarantined": 3}


def test_a_local_run_with_a_broken_extractor_leaves_all_pages_undecided(
    archive, monkeypatch, tmp_path, break_pages
):
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATELINE_SOURCES", str(tmp_path))
    monkeypatch.setenv("DATELINE_CRAWL_DELAY", "0")
    settings.cache_clear()
    break_pages("<")
    with DemoSite(1, free_ports((0, 0, 0))) as site:
        site.write_sources(tmp_path)
        with pytest.raises(StageFault, match=r"5 pages of [23] hosts"):
            run_sources(lambda _line: None, jobs=1)
    assert count(archive, "ops.link_attempts where outcome is null") > 60
    assert count(archive, "ops.link_attempts where outcome in ('bad_content', 'quarantined')") == 0
    assert archive.execute("select status from ops.runs").fetchall() == [("failed",)]


class BrokenAnnotator:
    """Finds one entity without a character in each text, which Postgres refuses."""

    tagger = None
    version = "m1"

    def annotate(self, texts, _titles, _languages):
        return [Annotation(mentions=(Mention(5, 5, "", "PERSON", "Nobody"),)) for _ in texts]


@pytest.fixture
def broken_annotator(archive, monkeypatch):
    monkeypatch.setattr("pipeline.stages.annotate._annotator", lambda _model: BrokenAnnotator())
    return archive


def test_annotations_that_postgres_refuses_for_one_reason_stop_the_stage(broken_annotator):
    load(*two_hosts(broken_annotator, 3, 2))
    (versions,) = annotation_plan(1)
    with pytest.raises(StageFault, match=r"annotate stopped.*CheckViolation.*5 pages of 2 hosts"):
        annotate(1, versions)
    assert annotation_plan(1) == [versions]


@pytest.mark.parametrize(("harbour", "valley"), [(6, 0), (2, 2)])
def test_annotations_that_postgres_refuses_are_quarantined(broken_annotator, harbour, valley):
    load(*two_hosts(broken_annotator, harbour, valley))
    (versions,) = annotation_plan(1)
    annotate(1, versions)
    found = broken_annotator.execute("select distinct annotation_outcome from mart.articles")
    assert found.fetchall() == [("quarantined",)]


def broken_cleaner(*_arguments, **_options):
    raise ZeroDivisionError("no lines")


def without_kind(article, _memory, *, remember):
    return replace(article, kind=None)
