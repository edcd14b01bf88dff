"""The annotate stage: copies share one annotation, and parallel runs share the work."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.annotate.annotator import Annotator
from pipeline.annotate.model_version import model_version
from pipeline.annotate.tagging.window_cache import WindowCache
from pipeline.settings import settings
from pipeline.stages.annotate import annotate, plan
from pipeline.telemetry import install_meter, meter
from pipeline.warehouse.annotations import save_annotations, version_texts
from pipeline.warehouse.store import connect
from pipeline.warehouse.window_cache import forget_old_windows
from tests.warehouse.stories import count, later, loaded

ROOT = Path(__file__).parents[2]
TITLE = "Port Amber to buy forty ferries"
PARAGRAPHS = [
    "PORT AMBER - The mayor of Port Amber, Ida Marlow, said on Monday that the city would buy 40 "
    "ferries from the Norwegian yard Tollef & Sons.",
    "“We can’t wait for the ministry any longer,” Marlow told reporters in Oslo, “and we won’t.”",
    "According to the Harbour Board, the port lost $3 million in 2019.",
    *(
        f"Councillor Bram Osei asked for {number} more days, and the {number} members of the "
        f"Harbour Board agreed with him. “We have lost {number} ships,” he said, “and not one of "
        f"them to the storms of which Ms Marlow spoke in Bergen on Friday, {number} October.”"
        for number in range(3, 15)
    ),
]
TEXT = "\n\n".join(PARAGRAPHS)
COLUMNS = {
    "news.entity_mentions": "mention_no, entity_id, entity_type, surface_text, start_char,"
    " end_char, role_text",
    "news.quotes": "quote_no, quote_kind, quote_text, start_char, end_char, content_spans,"
    " source_spans, cue_spans, speaker_surface, cue_text, cue_class, attribution_method,"
    " confidence, quote_sha256",
    "news.quote_speakers": "quote_no, speaker_no, speaker_name, speaker_type, speaker_role,"
    " entity_id",
    "news.article_versions": "nlp_version, annotation_outcome",
}


@pytest.fixture(scope="module")
def annotator():
    return Annotator.load()


def clear_cache(annotator):
    """Forget the windows that this process has tagged."""
    annotator.tagger.cache = WindowCache()
    annotator.tagger.counts = Counter()


class CountingMeter:
    """A meter that adds up what it counts."""

    def __init__(self):
        self.counts = Counter()

    def count(self, name, value=1, **tags):
        self.counts[name] += value


@pytest.fixture
def here(store, store_dsn, monkeypatch, annotator):
    """Let the stage work on this test's store, with a model whose cache is empty."""
    monkeypatch.setenv("DATELINE_DSN", store_dsn)
    settings.cache_clear()
    clear_cache(annotator)
    monkeypatch.setattr("pipeline.stages.annotate._annotator", lambda pipelines: annotator)
    return store


@pytest.fixture
def tally():
    before, ours = meter(), CountingMeter()
    install_meter(ours)
    yield ours.counts
    install_meter(before)


def stored(conn, number, run="run-1", outlet="harbour", text=TEXT, title=TITLE):
    (version,) = loaded(
        conn, [number], run_name=run, outlet=outlet, text=text, title=title, at=later(number)
    ).new_versions
    return version


def rows(conn, version):
    """Return the rows of a version's annotation in Postgres' binary format."""
    found = []
    for table, columns in COLUMNS.items():
        query = (
            f"copy (select {columns} from {table} where article_version_id = {version}"
            f" order by {columns.partition(',')[0]}, 2) to stdout (format binary)"
        )
        with conn.cursor() as cursor, cursor.copy(query) as copy:
            found.append(b"".join(bytes(part) for part in copy))
    return found


def test_a_copy_in_a_later_run_has_the_rows_that_the_model_would_give(here, tally, annotator):
    first = stored(here, 1)
    read = annotate(1, [first])
    assert (read["reused"], read["windows_read"] > 3, read["quotes"] > 5) == (0, True, True)
    copy = stored(here, 2, "run-2", "valley")
    tally.clear()
    counts = annotate(2, [copy])
    assert tally["annotated_windows_read"] == tally["annotated_windows_reused"] == 0
    assert tally["annotated_reused"] == tally["annotated_versions"] == 1
    assert counts == read | {"reused": 1, "windows_read": 0}
    copied = rows(here, copy)
    assert copied == rows(here, first)

    (text,) = version_texts(here, [copy])
    clear_cache(annotator)
    (again,) = annotator.annotate([text.text], [text.title])
    assert annotator.tagger.counts["windows_read"] == read["windows_read"]
    save_annotations(here, annotator.version, [(copy, again)])
    assert rows(here, copy) == copied


def test_copies_in_one_batch_are_annotated_once(here, tally):
    versions = [stored(here, n, f"run-{n}", "valley") for n in (1, 2, 3)]
    counts = annotate(1, versions)
    assert (counts["versions"], counts["reused"], counts["windows_reused"]) == (3, 2, 0)
    alone, *others = [rows(here, version) for version in versions]
    assert others == [alone, alone]
    assert count(here, "news.quotes") == counts["quotes"] == tally["annotated_quotes"]
    assert count(here, "news.entity_mentions") == counts["mentions"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Mayor: “We can’t wait”"},
        {"title": None},
        {"text": TEXT.replace("’", "'")},
        {"text": TEXT.replace("PORT AMBER", "Port Amber", 1)},
    ],
)
def test_other_code_points_are_annotated_even_if_the_digest_is_equal(here, changes):
    first = stored(here, 1)
    annotate(1, [first])
    other = stored(here, 2, "run-2", "valley", **changes)
    counts = annotate(2, [other])
    assert (counts["reused"], counts["windows_read"] > 0) == (0, True)
    digests = here.execute("select count(distinct body_sha256) from news.article_versions")
    assert digests.fetchone() == (1,)


def test_an_edit_sends_only_changed_windows_through_the_encoder(here, tally, annotator):
    first = stored(here, 1)
    read = annotate(1, [first])
    for day in (15, 16):
        edited = stored(here, 1, f"run-{day}", text=TEXT.replace("14 October", f"{day} October"))
        tally.clear()
        counts = annotate(2, [edited])
        assert (counts["versions"], counts["reused"]) == (1, 0)
        assert tally["annotated_windows_read"] == counts["windows_read"] == 1
        assert counts["windows_reused"] == read["windows_read"] - 1
        clear_cache(annotator)
    found = rows(here, edited)
    (text,) = version_texts(here, [edited])
    (again,) = annotator.annotate([text.text], [text.title])
    assert annotator.tagger.counts["windows_reused"] == 0
    save_annotations(here, annotator.version, [(edited, again)])
    assert rows(here, edited) == found


def test_old_windows_are_deleted_and_computed_again(here, annotator):
    read = annotate(1, [stored(here, 1)])
    clear_cache(annotator)
    here.execute("update news.window_readings set read_at = now() - interval '20 days'")
    assert forget_old_windows(here, days=30) == 0
    assert forget_old_windows(here, days=15) == read["windows_read"]
    counts = annotate(2, [stored(here, 2, "run-2", title="Another headline")])
    assert counts["windows_read"] == read["windows_read"]


@pytest.mark.parametrize(
    "spoil",
    [
        "update news.article_versions set nlp_version = 'another model'",
        "update news.article_versions set annotation_outcome = 'quarantined'",
    ],
)
def test_annotations_of_another_model_or_of_a_failure_are_not_copied(here, spoil):
    first = stored(here, 1)
    annotate(1, [first])
    here.execute(spoil)
    copy = stored(here, 2, "run-2", "valley")
    counts = annotate(2, [copy])
    assert (counts["versions"], counts["reused"]) == (1, 0)
    assert counts["windows_reused"] > 0


def test_another_model_uses_no_stored_windows(here, annotator, monkeypatch):
    read = annotate(1, [stored(here, 1)])
    clear_cache(annotator)
    monkeypatch.setattr(annotator, "version", "another model")
    counts = annotate(2, [stored(here, 2, "run-2", title="Another headline")])
    assert (counts["windows_read"], counts["windows_reused"]) == (read["windows_read"], 0)


def test_annotating_twice_changes_nothing(here):
    versions = [stored(here, 1), stored(here, 2, "run-2")]
    assert annotate(1, versions)["versions"] == 2
    before = [rows(here, version) for version in versions]
    assert not any(annotate(1, [*versions, 999_999]).values())
    assert [rows(here, version) for version in versions] == before


def test_a_text_in_another_language_is_marked_without_using_the_model(here):
    text = " ".join(["Die Brücke über den Fluss wird am Montag für drei Wochen gesperrt."] * 9)
    versions = [stored(here, 1, text=text), stored(here, 2, "run-2", "valley", text=text)]
    for version in versions:
        counts = annotate(1, [version])
        assert (counts["no_pipeline"], counts["windows_read"], counts["quotes"]) == (1, 0, 0)
    found = here.execute("select distinct annotation_outcome from mart.articles")
    assert found.fetchall() == [("no_pipeline",)]


def start(work, dsn, ids):
    command = [sys.executable, "-m", "tests.stages.annotating", work, dsn, *map(str, ids)]
    environ = os.environ | {"DATELINE_DSN": dsn}
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environ)


def test_two_runs_at_once_share_the_work(here, store_dsn):
    versions = [
        stored(here, n, f"run-{n}", text=f"Ferry {n % 40} sailed, said Ida Marlow.")
        for n in range(1, 61)
    ]
    with start("run", store_dsn, versions) as other:
        wait_for(store_dsn, "locktype = 'advisory' and granted and pid != pg_backend_pid()")
        counts = Counter(annotate(1, versions))
        counts.update(json.loads(other.communicate()[0].splitlines()[-1]))
    assert (counts["versions"], counts["reused"], counts["windows_read"]) == (60, 20, 40)
    assert plan(1) == []
    assert count(here, "news.quotes") == counts["quotes"] > 0


def test_a_claim_ends_when_its_process_dies(here, store_dsn):
    versions = [stored(here, 1), stored(here, 2, "run-2", text="Ida Marlow said no.")]
    with start("claim", store_dsn, versions) as other:
        assert json.loads(other.stdout.readline()) == versions
        results = []
        run = threading.Thread(target=lambda: results.append(annotate(1, versions)))
        run.start()
        wait_for(store_dsn, "locktype = 'advisory' and not granted")
        assert count(here, "news.quotes") == 0
        other.kill()
        run.join(60)
    assert results[0]["versions"] == 2
    outcomes = here.execute("select annotation_outcome, nlp_version from news.article_versions")
    assert outcomes.fetchall() == [("loaded", model_version())] * 2


def wait_for(dsn, lock):
    query = f"""
        select count(*) from pg_locks where {lock} and database in
        (select oid from pg_database where datname = current_database())
    """
    with closing(connect(dsn)) as conn:
        for _ in range(1500):
            if conn.execute(query).fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail(f"no lock where {lock}")


def test_versions_are_annotated_even_if_no_claim_can_be_had(here, store_dsn, monkeypatch):
    version = stored(here, 1, text="Ida Marlow said no.")
    monkeypatch.setenv("DATELINE_DSN", f"{store_dsn}&options=-c%20lock_timeout%3D200")
    settings.cache_clear()
    with start("claim", store_dsn, [version]) as other:
        assert json.loads(other.stdout.readline()) == [version]
        assert annotate(1, [version])["versions"] == 1
        other.kill()
