"""Duplicates on Postgres: candidates, relations and groups, and what the marts count of them."""

from datetime import UTC, datetime

import pytest

from pipeline.dedupe.candidates import MAX_TEXTS_PER_FINGERPRINT
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import Membership
from pipeline.models import Annotation, Match, Mention
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
from pipeline.warehouse.marts import refresh
from tests.fix_stories import story as invented_text
from tests.warehouse.stories import count, later, loaded

LONG = " ".join(f"The {n}th clause of the harbour treaty was read by clerk {n}." for n in range(40))
BOILERPLATE = invented_text("boilerplate", 45)


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
    refresh(store)
    syndication = "select origin_source, reuse_source, article_count from mart.syndication"
    assert store.execute(syndication).fetchall() == [("harbour", "valley", 1)]
    assert store.execute("select count(*) from mart.articles where is_original").fetchone() == (2,)
    with dedup_lock(store):
        save_groups(store, [first, second], [])
    assert group_ids(store, [first, second]) == {}
    assert count(store, "news.duplicate_groups") == 0


def keep(store):
    """Store the fingerprints of all that waits, and return the articles' own, oldest first."""
    waiting = pending_dedup(store)
    texts = PostgresCandidates(store).texts(waiting)
    marks = {number: fingerprints(text.text) for number, text in texts.items()}
    with dedup_lock(store):
        save_fingerprints(store, waiting, marks)
    return {number: marks[number] for number in waiting}


def test_boilerplate_of_many_texts_hides_no_copy(store):
    own = invented_text("own", 60)  # 37 words of its own are enough for a fingerprint of its own
    loaded(store, range(MAX_TEXTS_PER_FINGERPRINT + 20), text=BOILERPLATE)
    loaded(store, [200], run_name="run-2", text=f"{own}\n\n{BOILERPLATE}")
    loaded(store, [201], run_name="run-3", outlet="valley", text=f"{own}\n\n{BOILERPLATE}")
    marks = keep(store)
    *many, original, copy = marks
    found = PostgresCandidates(store).candidates(copy, marks[copy])
    assert found == [original, *sorted(many[:MAX_TEXTS_PER_FINGERPRINT])]


def test_complete_months_of_the_window_come_before_its_edges(store):
    edge = datetime(2026, 9, 25, tzinfo=UTC)
    loaded(store, range(30), text=BOILERPLATE, at=edge)
    loaded(store, range(100, 160), run_name="run-2", text=BOILERPLATE)
    loaded(store, [200], run_name="run-3", outlet="valley", text=BOILERPLATE)
    marks = keep(store)
    ids = list(marks)
    found = PostgresCandidates(store).candidates(ids[-1], marks[ids[-1]])
    assert found == sorted([*ids[:3], *ids[30:90]])


def test_a_deleted_article_has_no_candidates(store):
    loaded(store, [1, 2], text=BOILERPLATE)
    marks = keep(store)
    assert PostgresCandidates(store).candidates(999, marks[min(marks)]) == []


def test_marts_count_a_group_of_copies_once(store):
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
