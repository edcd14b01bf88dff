"""Hostile pages among good ones: the good are stored, the others are tried, then quarantined."""

import os
import signal
import time

import pytest

from pipeline.annotate.annotator import Annotator
from pipeline.annotate.model_version import ModelVersions
from pipeline.errors import QuarantinedPages, UsageError
from pipeline.extract import page
from pipeline.models import Annotation
from pipeline.settings import settings
from pipeline.stages.annotate import annotate
from pipeline.stages.annotate import plan as annotation_plan
from pipeline.stages.load import load, plan
from pipeline.stages.quarantine import fail_if_quarantined, find, retry
from tests.memory import resident_bytes
from tests.stages.archived import fetched, html
from tests.warehouse.stories import begin, count, story_url

HOSTILE = "Ward 7 "
DECODE = page.decode


@pytest.fixture
def archive(store, store_dsn, compared_log, monkeypatch):
    """A store with an archive, and small limits."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    yield store
    settings.cache_clear()


def story(number):
    """Return a page in plain English, for which no model of languages is loaded."""
    body = [
        f"The council of ward {number} said that the bridge to the island was closed for repairs"
        f" by the ministry, and that part {part} of the road is open from Monday to Friday."
        for part in range(6)
    ]
    return html(number, body)


def hang():
    while True:
        pass


def fill():
    filled = []
    while True:
        filled.append(bytearray(b"x") * 20_000_000)


def die():
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


BREAKS = {"time": hang, "memory": fill, "crash": die}


@pytest.fixture
def limits(archive, monkeypatch):
    """Let a page use a second of processor time while others wait, and 500 MB."""
    monkeypatch.setenv("DATELINE_EXTRACT_SECONDS", "2")
    monkeypatch.setenv("DATELINE_PAGE_MEMORY_BYTES", str(resident_bytes() + 500_000_000))
    settings.cache_clear()
    return archive


def break_on(monkeypatch, harm):
    """Let the extractor come to harm on the hostile page."""

    def decode(body, content_type):
        if HOSTILE.encode() in body:
            harm()
        return DECODE(body, content_type)

    monkeypatch.setattr(page, "decode", decode)


def rows(conn, columns="stage, state, broken_limit, attempt_count, url"):
    return conn.execute(f"select {columns} from mart.quarantine").fetchall()


@pytest.mark.parametrize("limit", BREAKS)
def test_a_page_that_breaks_a_limit_costs_the_others_nothing(limits, monkeypatch, limit):
    if limit != "time":
        monkeypatch.setenv("DATELINE_EXTRACT_SECONDS", "120")
        settings.cache_clear()
    run_id, ids = fetched(limits, {number: story(number) for number in range(5, 10)})
    break_on(monkeypatch, BREAKS[limit])
    assert load(run_id, ids) == {"loaded": 4}
    assert rows(limits) == [("load", "waiting", limit, 1, story_url(7))]
    assert plan(run_id) == [[ids[2]]]
    assert load(run_id, ids) == {}  # a run tries it once, also if its task is done again
    assert rows(limits)[0][3] == 1
    fail_if_quarantined(run_id)

    assert load(begin(limits, "run-2"), ids) == {}
    last = begin(limits, "run-3")
    assert load(last, ids) == {"quarantined": 1}
    assert rows(limits) == [("load", "quarantined", limit, 3, story_url(7))]
    (known,) = find(story_url(7))
    assert known.archive_place.startswith("file:") or "warc" in known.archive_place
    assert "in each of 3 attempts" in known.reason
    with pytest.raises(QuarantinedPages, match=r"1 page was quarantined.*/7: quarantined by load"):
        fail_if_quarantined(last)
    assert plan(last) == []


def test_a_page_that_is_only_slow_is_loaded_after_the_others(limits, monkeypatch):
    monkeypatch.setenv("DATELINE_EXTRACT_SECONDS", "60")
    monkeypatch.setattr("pipeline.stages.extract._PATIENCE", 0.001)
    settings.cache_clear()

    def work_for_long():
        until = time.process_time() + 1.5
        while time.process_time() < until:
            pass

    run_id, ids = fetched(limits, {number: story(number) for number in range(6, 9)})
    break_on(monkeypatch, work_for_long)
    assert load(run_id, ids) == {"loaded": 3}
    assert rows(limits) == []


def test_an_attempt_that_takes_its_process_with_it_counts(limits, monkeypatch):
    run_id, ids = fetched(limits, {7: story(7)})
    break_on(monkeypatch, hang)
    load(run_id, ids)
    limits.execute("update ops.page_failures set attempt_count = 3")
    assert load(begin(limits, "run-2"), ids) == {"quarantined": 1}


def quarantined(conn, monkeypatch):
    """Quarantine the hostile page among two good ones, as a bug of the extractor does."""

    def fail():
        raise ZeroDivisionError("no lines")

    monkeypatch.setattr("pipeline.extract.page.decode", DECODE)
    monkeypatch.setattr(
        "pipeline.stages.extract.page_to_remember",
        lambda article: fail() if HOSTILE in (article.title or "") + " " else None,
    )
    counts = load(*fetched(conn, {number: story(number) for number in (6, 7, 8)}))
    assert counts == {"loaded": 2, "quarantined": 1}


def test_a_quarantined_page_is_tried_again_by_other_rules(archive, monkeypatch):
    quarantined(archive, monkeypatch)
    assert rows(archive) == [("load", "quarantined", None, 1, story_url(7))]
    assert plan(begin(archive, "run-2")) == []
    dsn = settings().dsn
    monkeypatch.undo()
    monkeypatch.setenv("DATELINE_DSN", dsn)
    monkeypatch.setattr("pipeline.stages.load.EXTRACTION_VERSION", "next")
    run_id = begin(archive, "run-3")
    (again,) = plan(run_id)
    assert load(run_id, again) == {"loaded": 1}
    assert rows(archive) == []
    assert plan(run_id) == []


def test_a_person_can_try_a_page_again_and_other_links_are_due(archive, monkeypatch):
    quarantined(archive, monkeypatch)
    done = retry([story_url(7), story_url(6)])
    assert (done.outcomes, [each.url for each in done.failed]) == (
        {"quarantined": 1},
        [story_url(7)],
    )
    assert done.due == (story_url(6),)
    due = archive.execute("select count(*) from ops.links where next_try_at <= now()").fetchone()
    assert due == (1,)
    monkeypatch.setattr("pipeline.stages.extract.page_to_remember", lambda article: None)
    done = retry([f"{story_url(7)}?utm_source=feed"], without_limits=True)
    assert (done.outcomes, done.annotated, done.failed) == ({"loaded": 1}, 1, ())
    assert rows(archive) == []
    assert count(archive, "news.articles") == 3
    with pytest.raises(UsageError, match="never discovered"):
        retry(["https://elsewhere.example/"])
    with pytest.raises(UsageError, match="not in the quarantine"):
        find(story_url(7))


class SlowAnnotator:
    """An annotator that never ends with one text."""

    version = "slow model"
    tagger = None

    def annotate(self, texts, titles, languages):
        for text, title in zip(texts, titles, strict=True):
            if HOSTILE in f"{title} ":
                hang()
            yield Annotation(model_version=self.version) if text else Annotation()


def test_a_text_that_takes_too_long_stays_without_annotation(archive, monkeypatch):
    monkeypatch.setenv("DATELINE_ANNOTATE_SECONDS", "2")
    settings.cache_clear()
    load(*fetched(archive, {number: story(number) for number in range(5, 9)}))
    monkeypatch.setattr("pipeline.stages.annotate._annotator", lambda _model: SlowAnnotator())
    version = ModelVersions("slow model", {})
    monkeypatch.setattr("pipeline.stages.annotate.model_versions", lambda _pipelines: version)
    (versions,) = annotation_plan(1)
    for number in (1, 2, 3):
        run_id = begin(archive, f"annotate-{number}")
        assert annotate(run_id, versions)["versions"] == (3 if number == 1 else 0)
        state = "quarantined" if number == 3 else "waiting"
        assert rows(archive) == [("annotate", state, "time", number, story_url(7))]
    found = archive.execute("select annotation_outcome, count(*) from mart.articles group by 1")
    assert dict(found.fetchall()) == {"loaded": 3, "quarantined": 1}
    assert annotation_plan(1) == []
    with pytest.raises(
        QuarantinedPages, match="by annotate, tried 3 times: annotation took longer"
    ):
        fail_if_quarantined(run_id)

    monkeypatch.setenv("DATELINE_ANNOTATE_SECONDS", "60")
    settings.cache_clear()
    monkeypatch.setattr("pipeline.stages.annotate._annotator", lambda _model: Annotator.load())
    version = ModelVersions("another model", {})
    monkeypatch.setattr("pipeline.stages.annotate.model_versions", lambda _pipelines: version)
    (again,) = annotation_plan(1)
    assert annotate(run_id, again)["versions"] == 1
    assert rows(archive) == []
