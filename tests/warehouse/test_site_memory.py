"""What other rooms have remembered here: site memory, host pace, copies; checks."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.clean.site_memory import WINDOW, MemorySiteMemory, SeenPage, page_key
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import Membership
from pipeline.models import Annotation, Link, Match, Mention
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.duplicates import (
    PostgresCandidates,
    dedup_lock,
    group_ids,
    group_texts,
    mark_deduplicated,
    matches_of,
    pending_dedup,
    save_fingerprints,
    save_groups,
    save_matches,
)
from pipeline.warehouse.fetches import PostgresThrottle
from pipeline.warehouse.links import add_links
from pipeline.warehouse.marts import refresh, run_checks
from pipeline.warehouse.site_memory import (
    PostgresSiteMemory,
    articles_to_clean,
    forget_old_pages,
    hosts_with_new_pages,
)
from pipeline.warehouse.store import connect
from tests.warehouse.stories import begin, count, later, loaded, story_url

LONG = " ".join(f"The {n}th clause of the harbour treaty was read by clerk {n}." for n in range(40))


def seen(number, *blocks, host="harbour.example"):
    return SeenPage(host, page_key(f"https://{host}/{number}"), blocks, (1000 + number,))


def stories(memory, number, block, host="harbour.example"):
    key = page_key(f"https://{host}/{number}")
    return memory.history(host, key).occurrences(block, key).stories


@pytest.mark.parametrize("make", [PostgresSiteMemory, lambda conn: MemorySiteMemory()])
def test_site_memory_counts_articles_of_a_host(store, make):
    memory = make(store)
    memory.remember([seen(1, 5, -(2**63)), seen(1, 5), seen(1, 5, host="valley.example")])
    memory.remember([])
    memory.remember([seen(2, 5, 9)])
    memory.remember([seen(2, 5, 7)])
    assert [stories(memory, 2, block) for block in (5, 7, 9, -(2**63), 77)] == [2, 1, 0, 0, 0]
    assert stories(memory, 1, 5, "valley.example") == 1
    assert stories(memory, 99, 5) == 2
    assert stories(memory, 1, 5, "other.example") == 0


@pytest.mark.parametrize("make", [PostgresSiteMemory, lambda conn: MemorySiteMemory()])
def test_a_page_sees_its_neighbours_however_many_pages_follow(store, make):
    memory = make(store)
    memory.remember([seen(number, 5 if number < 30 else 6) for number in range(2 * WINDOW)])
    assert stories(memory, 1, 5) == 30
    assert stories(memory, 2 * WINDOW - 1, 5) == 0
    assert stories(memory, 1, 6) == 0


def test_a_batch_is_remembered_and_read_at_once(store):
    memory = PostgresSiteMemory(store)
    memory.remember([seen(number, 5) for number in range(10)])
    memory.remember([seen(number, 5) for number in (10, 11, 3)])
    store.execute("alter table news.site_pages rename to away")
    try:
        assert stories(memory, 10, 5) == stories(memory, 3, 5) == 12
    finally:
        store.execute("alter table news.away rename to site_pages")


def test_loaders_of_one_host_do_not_wait_for_each_other(store, store_dsn):
    with closing(connect(store_dsn)) as other, other.transaction():
        PostgresSiteMemory(other).remember([seen(1, 5), seen(2, 5)])
        store.execute("set lock_timeout = '2s'")
        memory = PostgresSiteMemory(store)
        memory.remember([seen(3, 5)])
        assert stories(memory, 3, 5) == 1
    assert stories(PostgresSiteMemory(store), 3, 5) == 3


def test_old_pages_are_forgotten(store):
    memory = PostgresSiteMemory(store)
    memory.remember([seen(1, 5), seen(2, 5)])
    assert forget_old_pages(store) == 0
    store.execute("update news.site_pages set seen_at = now() - interval '731 days'")
    memory.remember([seen(3, 5)])
    assert forget_old_pages(store) == 2
    assert stories(memory, 3, 5) == 1


def test_articles_that_kept_what_became_furniture_are_named(store):
    loaded(store, [1, 2, 3, 4, 5, 6, 7])
    memory = PostgresSiteMemory(store)

    def see(number, *blocks):
        page = seen(number, *blocks)
        memory.remember([replace(page, key=page_key(story_url(number)))])
        store.execute("update news.site_pages set seen_at = seen_at - interval '1 hour'")

    for number, blocks in [(1, [5, 8]), (2, [5]), (3, [6]), (4, [5, 8]), (5, [5, 6])]:
        see(number, *blocks)
    hour = timedelta(hours=1)
    now = store.execute("select now()").fetchone()[0]
    articles = dict(store.execute("select canonical_url, article_id from news.articles").fetchall())
    assert hosts_with_new_pages(store, now) == []
    assert hosts_with_new_pages(store, now - hour * 3) == ["harbour.example"]

    def named(since):
        found = articles_to_clean(store, "harbour.example", since)
        return [number for number in range(1, 8) if articles[story_url(number)] in found]

    assert named(now - 100 * hour) == [1, 2]
    assert named(now - hour * 1.5) == []
    see(6, 6)
    assert named(now - hour * 1.5) == [3, 5]


def test_pace_keeps_its_distance(store):
    pace = PostgresThrottle(store)
    waits = [pace.reserve("h.example", 10.0) for _ in range(3)]
    assert waits == pytest.approx([0, 10, 20], abs=1.0)
    assert pace.reserve("other.example", 10.0) == 0.0


def two_copies(store):
    loaded(store, [1], text=LONG)
    loaded(store, [1], run_name="run-2", outlet="valley", at=later(2), text=f"{LONG} More below.")
    loaded(store, [3], run_name="run-3", text="Nothing in common with any of these.")
    return pending_dedup(store)


def test_candidates_share_fingerprints(store):
    waiting = two_copies(store)
    first, second, third = waiting
    with dedup_lock(store):
        candidates = PostgresCandidates(store)
        texts = candidates.texts([*waiting, 999])
        assert sorted(texts) == [first, second, third]
        assert texts[second].source == "valley"
        marks = {number: fingerprints(text.text) for number, text in texts.items()}
        save_fingerprints(store, waiting, marks)
        save_fingerprints(store, waiting, marks)
        assert candidates.candidates(first, marks[first]) == [second]
        assert candidates.candidates(second, marks[second]) == [first]
        assert candidates.candidates(third, marks[third]) == []
        mark_deduplicated(store, waiting.values())
    assert pending_dedup(store) == {}


def test_texts_that_are_months_apart_are_no_candidates(store):
    loaded(store, [1], text=LONG)
    loaded(store, [1], run_name="run-2", outlet="valley", at=later(24 * 61), text=LONG)
    waiting = pending_dedup(store)
    first, second = waiting
    marks = fingerprints(LONG)
    with dedup_lock(store):
        save_fingerprints(store, waiting, {first: marks, second: marks})
        assert PostgresCandidates(store).candidates(first, marks) == []


def test_relations_are_stored_in_one_direction_and_replaced(store):
    first, second, third = two_copies(store)
    with dedup_lock(store):
        match = Match(second, first, "a_in_b", 0.4, 0.9, 0.45, 300)
        assert save_matches(store, [first, second], [match]) == {first, second}
    assert matches_of(store, [second]) == [
        Match(first, second, "b_in_a", *(pytest.approx(x) for x in (0.4, 0.45, 0.9)), 300)
    ]
    with dedup_lock(store):
        assert save_matches(store, [third], [], retracted=[(second, first)]) == {
            first,
            second,
            third,
        }
    assert matches_of(store, [first]) == []


def test_groups_mark_one_original_and_dissolve(store):
    first, second, third = two_copies(store)
    assert [text.id for text in group_texts(store, [third, first])] == [first, third]
    with dedup_lock(store):
        save_matches(store, [], [Match(first, second, "duplicate", 0.9, 0.95, 0.95, 300)])
        save_groups(store, [first, second, third], [Membership(None, first, (first, second))])
    groups = group_ids(store, [first, second, third])
    assert set(groups) == {first, second}
    copy = store.execute(
        "select article_id, original_article_id, source_key, relation, published_later is not null"
        " from mart.copies"
    ).fetchall()
    assert copy == [(second, first, "valley", "duplicate", True)]
    syndication = "select origin_source, reuse_source, article_count from mart.syndication"
    assert store.execute(syndication).fetchall() == [("harbour", "valley", 1)]
    assert store.execute("select count(*) from mart.articles where is_original").fetchone() == (2,)
    with dedup_lock(store):
        save_groups(store, [first, second], [])
    assert group_ids(store, [first, second]) == {}
    assert count(store, "news.duplicate_groups") == 0


def test_checks_pass_on_a_sound_run(store):
    loaded(store, [1, 2])
    results = run_checks(store, begin(store))
    assert {result.check_name for result in results} >= {"outcomes_add_up", "one_current_version"}
    assert [result for result in results if not result.passed] == []
    assert count(store, "ops.check_results where is_passed") == len(results)


def test_checks_name_what_is_wrong(store):
    (version,) = loaded(store, [1]).new_versions
    wrong = Annotation(mentions=(Mention(0, 3, "Tha", "PERSON", "Tha"),))
    save_annotations(store, "m1", [(version, wrong)])
    run_id = begin(store)
    add_links(store, run_id, "valley", [Link(story_url(9, "valley"), "valley", "feed")], 10)
    results = {each.check_name: each for each in run_checks(store, run_id)}
    assert results["outcomes_add_up"].findings == (
        "source valley: 1 of 1 links without an outcome",
    )
    (finding,) = results["offsets_give_back_the_words"].findings
    assert "'Tha' at 0, the text has 'The'" in finding
    quality = store.execute(
        "select failed_checks, loaded_count, undecided_count from mart.run_quality"
    )
    assert quality.fetchone() == (["offsets_give_back_the_words", "outcomes_add_up"], 1, 1)


def test_marts_count_originals_once(store):
    first, second, _ = two_copies(store)
    for article_id, version in pending_dedup(store).items():
        if article_id in (first, second):
            text = store.execute(
                "select body_text from news.article_versions where article_version_id = %s",
                (version,),
            ).fetchone()[0]
            at = text.index("clerk")
            found = Mention(at, at + 5, "clerk", "PERSON", "Clerk")
            treaty = text.index("treaty")
            other = Mention(treaty, treaty + 6, "treaty", "LAW", "Treaty")
            save_annotations(store, "m1", [(version, Annotation(mentions=(found, other)))])
    with dedup_lock(store):
        save_groups(store, [first, second], [Membership(None, first, (first, second))])
    refresh(store)
    rows = store.execute(
        "select entity_name, article_count, original_article_count, source_count"
        " from mart.daily_entity_mentions order by 1"
    ).fetchall()
    assert rows == [("Clerk", 2, 1, 2), ("Treaty", 2, 1, 2)]
    assert store.execute("select count(*) from mart.entity_co_mentions").fetchone() == (0,)
    fresh = store.execute("select source_key, fetches_24h from mart.source_freshness order by 1")
    assert [row[0] for row in fresh] == ["harbour", "valley"]
