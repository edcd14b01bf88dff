"""``dateline db verify`` names what is lost, doubled or left lying in a store at rest."""

import pytest

from pipeline.models import Link
from tests.warehouse.stories import begin, loaded, planned, story_url

pytestmark = pytest.mark.postgres


@pytest.fixture
def at_rest(conn):
    """Two stored articles, compared and annotated, of a run that is closed."""
    loaded(conn, [1, 2])
    conn.execute(
        "update news.article_versions set nlp_version = 'm1', annotated_at = now(),"
        " deduplicated_at = now()"
    )
    conn.execute("update ops.runs set status = 'succeeded', finished_at = now()")
    return conn


def found(ask):
    """Return the exit code and the source, page and text of each finding by check."""
    code, rows, said = ask("db", "verify")
    assert "invariants and checks hold" in said
    return code, {
        row["check"]: (row["source_key"], row["page_url"], row["finding"])
        for row in rows
        if row["severity"] == "error"
    }


def test_a_sound_store_at_rest_has_no_finding(ask, at_rest):
    assert found(ask) == (0, {})


def test_an_attempt_and_a_run_that_a_kill_left_open_are_named(ask, at_rest):
    run_id = begin(at_rest, "run-2")
    planned(at_rest, run_id, [Link(story_url(9, "valley"), "valley", "feed")])
    code, named = found(ask)
    assert code == 1
    assert {"attempts_are_decided", "runs_are_closed"} <= set(named)
    source, _, text = named["attempts_are_decided"]
    assert source == "valley"
    assert text.startswith("source valley: 1 attempts without an outcome, 0 of them with a page")
    assert f"run {run_id} of test is open since" in named["runs_are_closed"][2]


def test_a_link_that_nobody_will_ask_for_is_named(ask, at_rest):
    run_id = begin(at_rest, "run-2")
    planned(at_rest, run_id, [Link(story_url(9), "harbour", "feed")])
    at_rest.execute("delete from ops.link_attempts where outcome is null")
    at_rest.execute("update ops.links set next_try_at = null where last_outcome is null")
    at_rest.execute("update ops.runs set status = 'failed', finished_at = now()")
    code, named = found(ask)
    assert (code, set(named)) == (1, {"links_are_decided_or_due"})
    assert named["links_are_decided_or_due"][:2] == ("harbour", story_url(9))


def test_a_link_that_waits_for_its_next_try_is_not_lost(ask, at_rest):
    run_id = begin(at_rest, "run-2")
    planned(at_rest, run_id, [Link(story_url(9), "harbour", "feed")])
    at_rest.execute("delete from ops.link_attempts where outcome is null")
    at_rest.execute("update ops.runs set status = 'failed', finished_at = now()")
    assert found(ask) == (0, {})


STORE_A_FETCH_AGAIN = """
insert into news.fetches (
    fetch_id, fetched_at, run_id, source_id, attempt_id, link_id, requested_url, final_url, raw_uri
) overriding system value
select
    fetch_id + 1000, fetched_at + %s::interval, run_id, source_id, attempt_id, link_id,
    requested_url, final_url, raw_uri
from news.fetches order by fetch_id limit 1
"""


def test_a_revisit_of_a_backfill_names_the_record_of_its_original(ask, at_rest):
    at_rest.execute(STORE_A_FETCH_AGAIN, ("1 hour",))
    assert found(ask) == (0, {})


def test_a_record_with_two_fetches_is_named(ask, at_rest):
    at_rest.execute(STORE_A_FETCH_AGAIN, ("0",))
    code, named = found(ask)
    assert (code, set(named)) == (1, {"records_have_one_fetch"})
    assert named["records_have_one_fetch"][1] == story_url(1)


def test_articles_that_wait_for_a_stage_are_counted(ask, at_rest):
    at_rest.execute("update news.article_versions set nlp_version = null")
    code, named = found(ask)
    assert (code, set(named)) == (1, {"versions_are_processed"})
    assert (
        "0 articles wait for the look-up of copies, 2 for names"
        in named["versions_are_processed"][2]
    )


def test_a_text_that_no_search_finds_is_named(ask, at_rest):
    at_rest.execute("delete from news.article_search")
    code, named = found(ask)
    assert (code, set(named)) == (1, {"versions_are_searchable"})
    assert named["versions_are_searchable"][1:] == (
        story_url(1),
        "source harbour: 2 texts have no search vector",
    )
    at_rest.execute("call news.renew_search_vectors()")
    assert found(ask) == (0, {})


def test_an_article_that_marts_show_on_another_day_or_not_at_all_is_named(ask, at_rest):
    at_rest.execute(
        "update news.articles set best_date = best_date - 1 where canonical_url = %s",
        (story_url(1),),
    )
    code, named = found(ask)
    assert (code, set(named)) == (1, {"articles_know_their_version_and_day"})
    assert named["articles_know_their_version_and_day"][:2] == ("harbour", story_url(1))
    at_rest.execute("update news.article_versions set is_current = is_current")
    at_rest.execute("update news.articles set current_version_id = null")
    assert set(found(ask)[1]) == {"articles_know_their_version_and_day"}
