"""Loading stores each article exactly once, also when repeated, concurrent or interrupted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.models import Link
from pipeline.outcomes import Outcome
from pipeline.warehouse.fetches import pages, pending_pages
from pipeline.warehouse.links import Decision, decide
from pipeline.warehouse.load import load_batch
from pipeline.warehouse.runs import outcome_counts, undecided
from tests.warehouse.stories import (
    begin,
    count,
    fetched,
    items,
    later,
    loaded,
    planned,
    story,
    story_url,
)

TABLES = ["news.articles", "news.article_versions", "news.article_search", "ops.load_batches"]


def counts(conn):
    return [count(conn, table) for table in TABLES]


def test_a_batch_becomes_rows_and_decides_its_links(store):
    report = loaded(store, [1, 2, 3])
    assert report.outcomes == {Outcome.LOADED: 3}
    assert len(report.new_versions) == 3
    assert counts(store) == [3, 3, 3, 1]
    assert pending_pages(store) == []
    row = store.execute(
        "select canonical_url, title, authors, published_at, published_date, is_original,"
        " version_no from mart.articles order by article_id limit 1"
    ).fetchone()
    at = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    title = "Council votes on bridge 1"
    assert row == (story_url(1), title, ["Ida Marlow"], at, at.date(), True, 1)


def test_the_same_batch_again_does_nothing(store):
    run_id = begin(store)
    pairs = fetched(store, run_id, [1, 2])
    batch = items(pairs, [story(1), story(2)])
    load_batch(store, run_id, "batch", batch)
    before = counts(store)
    again = load_batch(store, run_id, "batch", batch)
    assert again.was_loaded
    assert again.outcomes == {}
    assert counts(store) == before


def test_overlapping_batches_load_each_link_once(store):
    run_id = begin(store)
    pairs = fetched(store, run_id, [1, 2, 3])
    first, second, third = items(pairs, [story(1), story(2), story(3)])
    load_batch(store, run_id, "a", [first, second])
    report = load_batch(store, run_id, "b", [second, third])
    assert report.outcomes == {Outcome.LOADED: 1}
    assert count(store, "news.article_versions") == 3


def test_the_same_key_with_other_links_is_another_batch(store):
    run_id = begin(store)
    first, second = items(fetched(store, run_id, [1, 2]), [story(1), story(2)])
    load_batch(store, run_id, "batch", [first])
    report = load_batch(store, run_id, "batch", [second])
    assert not report.was_loaded
    assert undecided(store, run_id) == 0


def test_a_second_run_with_the_same_text_stores_nothing(store):
    loaded(store, [1, 2])
    report = loaded(store, [1, 2], run_name="run-2", at=later(3))
    assert report.outcomes == {Outcome.UNCHANGED: 2}
    assert count(store, "news.article_versions") == 2
    seen = store.execute("select distinct last_seen_at from news.articles").fetchall()
    assert seen == [(later(3),)]


def test_cosmetic_changes_make_no_version(store):
    loaded(store, [1], text="“We don’t know”, the mayor said.")
    report = loaded(
        store, [1], run_name="run-2", at=later(1), text='"We don\'t know", the  mayor said.'
    )
    assert report.outcomes == {Outcome.UNCHANGED: 1}


def test_an_edit_and_its_return_point_at_one_current_version(store):
    for number, text in enumerate(["It was red.", "It was blue.", "It was red."]):
        report = loaded(store, [1], run_name=f"run-{number}", at=later(number), text=text)
        assert report.outcomes == {Outcome.LOADED: 1}
    versions = store.execute(
        "select version_no, is_current, body_text from news.article_versions order by version_no"
    ).fetchall()
    assert versions == [(1, True, "It was red."), (2, False, "It was blue.")]
    edits = store.execute(
        "select edit_no, body_before, body_after, is_body_changed, is_title_changed"
        " from mart.silent_edits order by edit_no"
    ).fetchall()
    assert edits == [
        (1, "It was red.", "It was blue.", True, False),
        (2, "It was blue.", "It was red.", True, False),
    ]


def test_a_page_older_than_the_stored_one_does_not_become_current(store):
    loaded(store, [1], run_name="newer", at=later(5), text="The new text.")
    report = loaded(store, [1], run_name="older", at=later(1), text="The old text.")
    assert report.outcomes == {Outcome.LOADED: 1}
    current = store.execute("select body_text, first_seen_at from mart.articles").fetchone()
    assert current == ("The new text.", later(1))
    edits = "select body_before, body_after, seen_at from mart.silent_edits"
    assert store.execute(edits).fetchall() == [("The old text.", "The new text.", later(5))]


def test_two_snapshots_of_one_page_in_one_batch_are_two_versions_in_order(store):
    run_id = begin(store)
    early = items(fetched(store, run_id, [1], snapshot="a.warc"), [story(1, "First words.")])
    pairs = fetched(store, run_id, [1], at=later(1), snapshot="b.warc")
    late = items(pairs, [story(1, "Second words.")], later(1))
    report = load_batch(store, run_id, "both", [*late, *early])
    assert report.outcomes == {Outcome.LOADED: 2}
    assert store.execute("select body_text, version_no from mart.articles").fetchall() == [
        ("Second words.", 2)
    ]


@pytest.mark.parametrize("together", [True, False])
def test_two_links_that_end_at_one_article_are_one_article(store, together):
    run_id = begin(store)
    pairs = fetched(store, run_id, [1, 2])
    batch = items(pairs, [story(1), story(1, "The mobile page says it in other words.")])
    for part in [batch] if together else [batch[:1], batch[1:]]:
        load_batch(store, run_id, "batch", part)
    assert outcome_counts(store, run_id) == {"duplicate_url": 1, "loaded": 1}
    assert count(store, "news.article_versions") == 1
    assert count(store, "ops.link_attempts where article_id is not null") == 2


def test_a_page_without_an_article_is_decided_and_not_stored(store):
    run_id = begin(store)
    pairs = fetched(store, run_id, [1, 2])
    listing = story(1, outcome=Outcome.NOT_AN_ARTICLE, reason="a listing of 40 links")
    load_batch(store, run_id, "batch", items(pairs, [listing, story(2, text="\x00 \n")]))
    assert outcome_counts(store, run_id) == {"not_an_article": 1, "quarantined": 1}
    assert count(store, "news.articles") == 0
    assert store.execute("select stage, reason from ops.rejects").fetchone() == (
        "load",
        "extraction gave an article without text",
    )


def test_nul_and_lone_surrogates_in_text_do_not_cost_the_batch(store):
    run_id = begin(store)
    bad = story(1, "A\x00 b\ud800 c.", title="T\x00", authors=("I\x00da",), section="\udfff")
    load_batch(store, run_id, "batch", items(fetched(store, run_id, [1, 2]), [bad, story(2)]))
    assert outcome_counts(store, run_id) == {"loaded": 2}
    row = store.execute(
        "select body_text, title, authors, section_name from mart.articles order by canonical_url"
    ).fetchone()
    assert row == ("A b c.", "T", ["Ida"], None)


def test_one_page_that_postgres_refuses_does_not_cost_the_batch(store):
    run_id = begin(store)
    articles = [story(1), story(2, kind=None), story(3, comment_count=10**12)]
    report = load_batch(store, run_id, "batch", items(fetched(store, run_id, [1, 2, 3]), articles))
    assert report.outcomes == {Outcome.LOADED: 2, Outcome.QUARANTINED: 1}
    (reason,) = store.execute("select reason from ops.rejects").fetchone()
    assert "article_kind" in reason


def test_a_text_of_many_words_can_still_be_searched(store):
    words = " ".join(f"word{number:x}{number * 7919:x}" for number in range(90_000))
    assert loaded(store, [1], text=words).outcomes == {Outcome.LOADED: 1}
    query = "select count(*) from mart.articles where search_vector @@ to_tsquery('english', %s)"
    assert store.execute(query, (words.split()[0],)).fetchone() == (1,)


def test_an_article_that_was_taken_down_is_not_stored_again(store):
    run_id = begin(store)
    pages = fetched(store, run_id, [1])  # on its way when the order came
    store.execute(
        "insert into news.takedowns (canonical_url, reason) values (%s, 'court order')",
        (story_url(1),),
    )
    load_batch(store, run_id, "batch", items(pages, [story(1)]))
    assert outcome_counts(store, run_id) == {"takedown": 1}
    assert count(store, "news.articles") == 0


def test_an_unusable_canonical_url_falls_back_to_the_links(store):
    run_id = begin(store)
    wrong = replace(story(1), canonical_url="https://" + "x" * 3000)
    load_batch(store, run_id, "batch", items(fetched(store, run_id, [1]), [wrong]))
    assert store.execute("select canonical_url from mart.articles").fetchall() == [(story_url(1),)]


def test_links_are_added_once_and_duplicates_decided_at_once(store):
    run_id = begin(store)
    urls = [
        story_url(1),
        story_url(2),
        story_url(1) + "?utm_source=x",
        story_url(1),
        "mailto:a@b.example",
    ]
    links = [Link(url, "harbour", "feed", title="T\x00itle") for url in urls]
    first, second = planned(store, run_id, links)
    assert planned(store, run_id, links) == [first, second]
    assert outcome_counts(store, run_id) == {"address_refused": 1, "duplicate_url": 1}
    assert (second.link.url, second.link.title) == (story_url(2), "Title")
    assert not second.has_article


def test_one_story_listed_by_two_sources_is_fetched_once(store):
    run_id = begin(store)
    assert len(planned(store, run_id, [Link(story_url(1), "harbour", "feed")])) == 1
    assert planned(store, run_id, [Link(story_url(1), "valley", "feed")]) == []
    assert outcome_counts(store, run_id) == {"duplicate_url": 1}


def test_an_outcome_is_never_overwritten(store):
    run_id = begin(store)
    (link,) = planned(store, run_id, [Link(story_url(1), "harbour", "feed")])
    assert decide(store, [Decision(link.attempt_id, Outcome.NOT_FOUND, "404", 404)], "fetch") == 1
    assert decide(store, [Decision(link.attempt_id, Outcome.LOADED)], "load") == 0
    fate = store.execute(
        "select outcome, reason, http_status, is_latest from mart.url_fate"
    ).fetchall()
    assert fate == [("not_found", "404", 404, True)]


def test_a_fetched_page_has_what_extraction_needs(store):
    run_id = begin(store)
    ((link, fetch_id),) = fetched(store, run_id, [1])
    assert pending_pages(store) == [fetch_id]
    (page,) = pages(store, [fetch_id])
    assert (page.attempt_id, page.source_key, page.language) == (link.attempt_id, "harbour", "en")
    assert (page.canonical_url, page.content_type) == (story_url(1), "text/html")
    assert planned(store, run_id, [Link(story_url(1), "harbour", "feed")]) == []


def test_the_next_run_knows_validators_and_the_article(store):
    loaded(store, [1])
    run_id = begin(store, "run-2")
    (link,) = planned(store, run_id, [Link(story_url(1), "harbour", "feed")])
    assert link.has_article
    assert link.article_first_seen_at == later(0)
    assert (link.validators.etag, link.validators.body_sha256) == ('"e1"', bytes(32))
