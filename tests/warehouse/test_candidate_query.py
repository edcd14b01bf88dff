"""Who holds a fingerprint: boilerplate that thousands share hides no copy and costs no more."""

from datetime import UTC, datetime

from pipeline.dedupe.candidates import MAX_TEXTS_PER_FINGERPRINT
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.warehouse.duplicates import (
    PostgresCandidates,
    dedup_lock,
    pending_dedup,
    save_fingerprints,
)
from tests.fix_stories import story
from tests.warehouse.stories import loaded

FURNITURE = story("boilerplate", 45)


def keep(store):
    """Store the fingerprints of all that waits, and return the articles' own, oldest first."""
    waiting = pending_dedup(store)
    texts = PostgresCandidates(store).texts(waiting)
    marks = {number: fingerprints(text.text) for number, text in texts.items()}
    with dedup_lock(store):
        save_fingerprints(store, waiting, marks)
    return {number: marks[number] for number in waiting}


def test_furniture_of_many_texts_hides_no_copy(store):
    own = story("own", 60)  # 37 words of its own are enough for a fingerprint of its own
    loaded(store, range(MAX_TEXTS_PER_FINGERPRINT + 20), text=FURNITURE)
    loaded(store, [200], run_name="run-2", text=f"{own}\n\n{FURNITURE}")
    loaded(store, [201], run_name="run-3", outlet="valley", text=f"{own}\n\n{FURNITURE}")
    marks = keep(store)
    *many, original, copy = marks
    found = PostgresCandidates(store).candidates(copy, marks[copy])
    assert found == [original, *sorted(many[:MAX_TEXTS_PER_FINGERPRINT])]


def test_of_a_shared_fingerprint_the_whole_months_of_the_window_come_first(store):
    edge = datetime(2026, 9, 25, tzinfo=UTC)
    loaded(store, range(30), text=FURNITURE, at=edge)
    loaded(store, range(100, 160), run_name="run-2", text=FURNITURE)
    loaded(store, [200], run_name="run-3", outlet="valley", text=FURNITURE)
    marks = keep(store)
    ids = list(marks)
    found = PostgresCandidates(store).candidates(ids[-1], marks[ids[-1]])
    assert found == sorted([*ids[:3], *ids[30:90]])


def test_an_article_that_is_gone_has_no_candidates(store):
    loaded(store, [1, 2], text=FURNITURE)
    marks = keep(store)
    assert PostgresCandidates(store).candidates(999, marks[min(marks)]) == []
