"""What other rooms have remembered here: site memory, host pace, copies; partitions and checks."""

from datetime import UTC, date, datetime

import pytest

from pipeline.clean.memory import MemorySiteMemory
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import Membership
from pipeline.records import Annotation, Link, Match, Mention
from pipeline.warehouse.annotations import save_annotations
from pipeline.warehouse.fingerprints import (
    PostgresCandidates,
    group_ids,
    group_texts,
    mark_deduplicated,
    matches_of,
    pending_dedup,
    save_fingerprints,
    save_groups,
    save_matches,
    turn,
)
from pipeline.warehouse.links import add_links
from pipeline.warehouse.marts import refresh, run_checks
from pipeline.warehouse.pace import PostgresPace
from pipeline.warehouse.partitions import ensure_partitions
from pipeline.warehouse.site_memory import CAP, PostgresSiteMemory, forget_rare_blocks
from tests.warehouse.stories import begin, count, later, loaded, story_url

LONG = " ".join(f"The {n}th clause of the harbour treaty was read by clerk {n}." for n in range(40))


@pytest.mark.parametrize("make", [PostgresSiteMemory, lambda conn: MemorySiteMemory()])
def test_site_memory_counts_articles_of_a_host(store, make):
    memory = make(store)
    memory.remember("harbour.example", "https://harbour.example/1", [5, -(2**63), 5])
    memory.remember("harbour.example", "https://harbour.example/1", [5])
    memory.remember("harbour.example", "https://harbour.example/2", [5, 9])
    memory.remember("valley.example", "https://valley.example/1", [5])
    assert memory.recurring("harbour.example", [5, -(2**63), 9, 77]) == {5: 2, -(2**63): 1, 9: 1}


def test_site_memory_stops_counting_where_it_no_longer_matters(store):
    memory = PostgresSiteMemory(store)
    for number in range(CAP + 3):
        memory.remember("h.example", f"https://h.example/{number}", [1])
    assert memory.recurring("h.example", [1]) == {1: CAP}


def test_rare_blocks_are_forgotten_after_a_while(store):
    memory = PostgresSiteMemory(store)
    memory.remember("h.example", "https://h.example/1", [1, 2])
    memory.remember("h.example", "https://h.example/2", [2])
    assert forget_rare_blocks(store) == 0
    store.execute("update news.site_blocks set last_seen_at = now() - interval '91 days'")
    assert forget_rare_blocks(store) == 1
    assert memory.recurring("h.example", [1, 2]) == {2: 2}


def test_pace_keeps_its_distance(store):
    pace = PostgresPace(store)
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
    with turn(store):
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
    with turn(store):
        save_fingerprints(store, waiting, {first: marks, second: marks})
        assert PostgresCandidates(store).candidates(first, marks) == []


def test_relations_are_stored_in_one_direction_and_replaced(store):
    first, second, third = two_copies(store)
    with turn(store):
        match = Match(second, first, "a_in_b", 0.4, 0.9, 0.45, 300)
        assert save_matches(store, [first, second], [match]) == {first, second}
    assert matches_of(store, [second]) == [
        Match(first, second, "b_in_a", *(pytest.approx(x) for x in (0.4, 0.45, 0.9)), 300)
    ]
    with turn(store):
        assert save_matches(store, [third], [], retracted=[(second, first)]) == {
            first,
            second,
            third,
        }
    assert matches_of(store, [first]) == []


def test_groups_mark_one_original_and_dissolve(store):
    first, second, third = two_copies(store)
    assert [text.id for text in group_texts(store, [third, first])] == [first, third]
    with turn(store):
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
    with turn(store):
        save_groups(store, [first, second], [])
    assert group_ids(store, [first, second]) == {}
    assert count(store, "news.duplicate_groups") == 0


def test_partitions_are_made_ahead_and_once(store):
    made = ensure_partitions(store, date(2026, 11, 22))
    assert [name for name in made if "fetches" in name] == [
        "news.fetches_2026_11",
        "news.fetches_2026_12",
        "news.fetches_2027_01",
    ]
    assert ensure_partitions(store, date(2026, 11, 30)) == []
    loaded(store, [1])
    assert count(store, "news.article_versions") == 1
    assert len(ensure_partitions(store, date(2026, 12, 1))) == 2


def test_a_month_whose_rows_wait_in_the_default_partition_stays_there(store):
    loaded(store, [1], at=datetime(2026, 11, 20, tzinfo=UTC))
    from tests.warehouse.stories import fetched

    fetched(store, begin(store, "later"), [7])
    made = ensure_partitions(store, date(2026, 11, 22))
    assert "news.fetches_2026_11" not in made
    assert "news.fetches_2026_12" in made


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
    with turn(store):
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
