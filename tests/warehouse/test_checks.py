"""The checks of ``sql/checks``: what they look at, what they name, and what a failed one leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.dedupe.groups import Membership
from pipeline.errors import StoreError
from pipeline.models import Annotation, Link, Match, Mention
from pipeline.outcomes import Outcome
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.duplicates import dedup_lock, save_groups, save_matches
from pipeline.warehouse.links import Decision, decide
from pipeline.warehouse.marts import number_changes
from pipeline.warehouse.publishes import (
    age_of_last_publish,
    begin_publish,
    end_publish,
    forget_old_publishes,
    run_checks,
)
from pipeline.warehouse.runs import close_run, open_run
from pipeline.warehouse.sql_files import sql_folder
from pipeline.warehouse.verification import verify
from tests.warehouse.stories import begin, count, loaded, planned, story_url


def checked(store, run_id):
    """Run the checks as a publish of this run, end it, and return results by name."""
    publish = begin_publish(store, run_id)
    results = run_checks(store, publish)
    is_sound = all(each.passed or each.severity != "error" for each in results)
    end_publish(store, publish, is_sound)
    return {each.check_name: each for each in results}


def found(results):
    """Return (source, page, text) of each finding by check."""
    return {
        name: [(each.source_key, each.page_url, each.text) for each in result.findings]
        for name, result in results.items()
        if result.findings
    }


def test_checks_pass_on_a_sound_run(store):
    loaded(store, [1, 2])
    results = checked(store, begin(store))
    assert set(results) >= {"outcomes_add_up", "one_current_version"}
    assert found(results) == {}
    assert count(store, "ops.check_results where is_passed") == len(results)
    assert count(store, "ops.publishes where status = 'succeeded'") == 1


def test_checks_name_what_is_wrong_with_its_source_and_page(store):
    (version,) = loaded(store, [1]).new_versions
    wrong = Annotation(mentions=(Mention(0, 3, "Tha", "PERSON", "Tha"),))
    save_annotations(store, "m1", [(version, wrong)])
    run_id = begin(store)
    planned(store, run_id, [Link(story_url(9, "valley"), "valley", "feed")])
    results = checked(store, run_id)
    ((source, page, text),) = found(results)["outcomes_add_up"]
    assert (source, page) == ("valley", None)
    assert text.startswith(
        "source valley: 1 links without an outcome, the oldest planned 2026-11-2"
    )
    assert text.endswith(story_url(9, "valley"))
    ((source, page, text),) = found(results)["offsets_give_back_the_words"]
    assert (source, page) == ("harbour", story_url(1))
    assert "'Tha' at 0, the text has 'The'" in text
    quality = store.execute(
        "select failed_checks, loaded_count, undecided_count from mart.run_quality"
    )
    assert quality.fetchone() == (["offsets_give_back_the_words", "outcomes_add_up"], 1, 1)
    rows = store.execute(
        "select check_name, source_key, page_url, publish_status from mart.check_findings"
        " order by check_name"
    ).fetchall()
    assert rows == [
        ("offsets_give_back_the_words", "harbour", story_url(1), "failed"),
        ("outcomes_add_up", "valley", None, "failed"),
    ]


def failed_links(store, run_id, numbers, outlet="valley", outcome=Outcome.FORBIDDEN):
    links = [Link(story_url(number, outlet), outlet, "feed") for number in numbers]
    attempts = planned(store, run_id, links)
    decide(store, [Decision(each.attempt_id, outcome, "403") for each in attempts], "fetch")


def test_the_run_that_publishes_is_checked_for_the_links_of_another(store):
    ingest, curate = begin(store, "ingest"), begin(store, "curate")
    failed_links(store, ingest, [1, 2])
    close_run(store, ingest, True)
    ((source, _, text),) = found(checked(store, curate))["links_bring_articles"]
    assert source == "valley"
    assert "none of 2 links brought an article, most often forbidden" in text
    quality = "select run_id, failed_checks from mart.run_quality order by run_id"
    both = [(ingest, ["links_bring_articles"]), (curate, ["links_bring_articles"])]
    assert store.execute(quality).fetchall() == both


def age(store, minutes):
    """Let everything so far have happened this much earlier."""
    for column in ("looked_until", "looked_from", "started_at", "finished_at"):
        store.execute(
            f"update ops.publishes set {column} = {column} - make_interval(mins => %s)", (minutes,)
        )
    for column in ("decided_at", "planned_at"):
        store.execute(
            f"update ops.link_attempts set {column} = {column} - make_interval(mins => %s)",
            (minutes,),
        )


def test_a_succeeded_publish_is_not_looked_behind_again(store):
    failed_links(store, begin(store, "ingest"), [1])
    run_id = begin(store, "curate")
    age(store, 20)
    assert "links_bring_articles" in found(checked(store, run_id))
    assert found(checked(store, run_id)) == {}


def test_what_was_committed_late_is_seen_by_the_next_publish(store):
    run_id = begin(store, "curate")
    checked(store, run_id)
    ingest = begin(store, "ingest")
    failed_links(store, ingest, [1])
    store.execute("update ops.link_attempts set decided_at = now() - interval '5 minutes'")
    assert "links_bring_articles" in found(checked(store, run_id))


def test_a_failed_check_stays_in_sight_until_it_is_mended(store):
    (version,) = loaded(store, [1]).new_versions
    wrong = Annotation(mentions=(Mention(0, 3, "Tha", "PERSON", "Tha"),))
    save_annotations(store, "m1", [(version, wrong)])
    run_id = begin(store, "curate")
    for _ in range(3):
        assert "offsets_give_back_the_words" in found(checked(store, run_id))
        age(store, 60)
        store.execute(
            "update news.article_versions set annotated_at = annotated_at - interval '1 h'"
        )
    assert age_of_last_publish(store) is None
    store.execute("update news.entity_mentions set surface_text = 'The'")
    assert found(checked(store, run_id)) == {}
    assert age_of_last_publish(store) < timedelta(minutes=1)


STORED = {
    "one_current_version",
    "groups_have_one_original",
    "groups_have_the_agency_of_a_member",
}
"""Checks of stored rows, which look at what changed."""
BREAK = (
    "update news.article_versions set is_current = false where article_id = 3",
    "update news.articles set is_group_original = true where duplicate_group_id is not null",
    "update news.duplicate_groups set origin_agency = 'AFP'",
)


def two_copies_and_a_text(store):
    loaded(store, [1, 2, 3], text="The bridge opened. " * 20)
    with dedup_lock(store):
        save_matches(store, [], [Match(1, 2, "duplicate", 1.0, 1.0, 1.0, 60)])
        save_groups(store, [1, 2], [Membership(None, 1, (1, 2))])
    store.execute("update news.article_versions set deduplicated_at = now()")
    number_changes(store)


@pytest.mark.parametrize("is_numbered", [True, False])
def test_checks_of_stored_rows_look_at_what_changed(store, is_numbered):
    two_copies_and_a_text(store)
    run_id = begin(store, "curate")
    assert found(checked(store, run_id)) == {}
    for statement in BREAK:
        store.execute(statement)
    if is_numbered:
        number_changes(store)
    # A publish that failed moves nothing: they stay in sight.
    for _ in range(2):
        assert found(checked(store, run_id)).keys() == STORED


def test_what_no_change_tells_of_is_found_once_a_day_and_by_verify(store):
    two_copies_and_a_text(store)
    run_id = begin(store, "curate")
    for _ in range(2):
        assert found(checked(store, run_id)) == {}
    store.execute("set session_replication_role = replica")
    for statement in BREAK:
        store.execute(statement)
    store.execute("reset session_replication_role")
    assert found(checked(store, run_id)) == {}
    assert {each.check_name for each in verify(store) if not each.passed} >= STORED
    age(store, 24 * 60)
    for _ in range(2):
        assert found(checked(store, run_id)).keys() == STORED


def test_an_article_of_which_no_change_is_noted_is_found_by_verify(store):
    loaded(store, [1])
    store.execute("delete from ops.changed_articles")
    missed = {each.check_name for each in verify(store) if not each.passed}
    assert "articles_have_changes" in missed


def test_a_killed_publish_moves_nothing_and_is_closed_by_the_next(store):
    run_id = begin(store, "curate")
    first = begin_publish(store, run_id)
    second = begin_publish(store, run_id)
    assert second.looked_from == first.looked_from == datetime(1970, 1, 1, tzinfo=UTC)
    states = "select status from ops.publishes order by publish_id"
    assert store.execute(states).fetchall() == [("failed",), ("running",)]


def test_of_two_publishes_at_once_both_look_from_the_last_that_succeeded(store):
    one, two = begin(store, "one"), begin(store, "two")
    first, second = begin_publish(store, one), begin_publish(store, two)
    failed_links(store, one, [1])
    results = [run_checks(store, each) for each in (first, second)]
    for each in results:
        assert "links_bring_articles" in {check.check_name for check in each if not check.passed}
    end_publish(store, second, True)
    end_publish(store, first, False)
    third = begin_publish(store, two)
    assert third.looked_from > first.looked_from


def test_links_in_flight_are_no_finding_and_forgotten_ones_are(store):
    ingest, publish = begin(store, "ingest"), begin(store, "publish")
    planned(store, ingest, [Link(story_url(9, "valley"), "valley", "feed")])
    assert found(checked(store, publish)) == {}  # ingest runs
    close_run(store, ingest, False)
    assert found(checked(store, publish)) == {}  # the next run of its source takes it up
    later = begin(store, "ingest-2")
    planned(
        store,
        later,
        [Link(story_url(8, "valley"), "valley", "feed")],
        at=datetime.now(UTC) + timedelta(minutes=1),
    )
    close_run(store, later, True)
    store.execute("update ops.link_attempts set run_id = %s where link_id = 1", (ingest,))
    ((source, _, text),) = found(checked(store, publish))["outcomes_add_up"]
    assert source == "valley"
    assert text.startswith("source valley: 1 links without an outcome")


def test_a_fetched_page_that_two_runs_left_unloaded_is_a_finding(store):
    ingest, publish = begin(store, "ingest"), begin(store, "publish")
    planned(store, ingest, [Link(story_url(9, "valley"), "valley", "feed")])
    store.execute("update ops.link_attempts set fetch_id = 1")
    close_run(store, ingest, True)
    for number in (1, 2):
        assert found(checked(store, publish)) == {}
        curate = open_run(store, "curate", f"curate-{number}", None, "0")
        assert found(checked(store, publish)) == {}  # it may load the page yet
        close_run(store, curate, True)
    assert "outcomes_add_up" in found(checked(store, publish))


def test_old_publishes_go_and_the_last_that_succeeded_stays(store):
    run_id = begin(store, "curate")
    for _ in range(3):
        checked(store, run_id)
    store.execute("update ops.publishes set started_at = now() - interval '91 days'")
    assert forget_old_publishes(store, 90) == 2
    assert count(store, "ops.publishes") == 1
    assert set(store.execute("select publish_id from ops.check_results")) == {(3,)}


@pytest.fixture
def own_check(tmp_path, monkeypatch):
    """Return a function that makes its text the only check."""

    def write(text):
        folder = tmp_path / "sql" / "checks"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "own.sql").write_text(text)
        monkeypatch.setattr("pipeline.warehouse.publishes.sql_folder", lambda: folder.parent)

    return write


def test_a_check_of_ones_own_needs_only_a_column_finding(store, own_check):
    own_check("-- severity: warning\nselect 'two\nlines' as finding, 7 as more")
    (finding,) = checked(store, begin(store))["own"].findings
    assert (finding.text, finding.source_key) == ("two lines", None)


@pytest.mark.parametrize("text", ["select 1 as number", "select * from nowhere", "select"])
def test_a_check_that_cannot_run_is_named(store, own_check, text):
    own_check(text)
    publish = begin_publish(store, begin(store))
    with pytest.raises(StoreError, match=r"check own\.sql"):
        run_checks(store, publish)


def test_every_check_has_a_severity_and_says_what_a_row_is():
    for path in (sql_folder() / "checks").glob("*.sql"):
        first, second = path.read_text().splitlines()[:2]
        assert first in ("-- severity: error", "-- severity: warning"), path
        assert second.startswith("-- one row per "), path
