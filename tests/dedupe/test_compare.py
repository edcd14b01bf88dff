"""The relation of two texts, from their words alone."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedupe.compare import hash_text, relate
from pipeline.models import Match
from tests.fix_stories import edited, first_part, page, story


def related(one: str, two: str) -> str | None:
    match = relate(hash_text(1, one), hash_text(2, two))
    return match.relation if match else None


BASE = story("base", 400)


@pytest.mark.parametrize(
    ("copy", "relation"),
    [
        (BASE, "duplicate"),
        (BASE.upper().replace("\n\n", "\n"), "duplicate"),
        ("MELT HARBOUR (AP) — " + BASE + "\n\nSource: Anadolu Agency", "duplicate"),
        (edited(BASE, 0.05), "duplicate"),
        (edited(BASE, 0.15), "duplicate"),
        (first_part(BASE, 0.6), "duplicate"),
        (first_part(BASE, 0.3), "b_in_a"),
        (edited(first_part(BASE, 0.45), 0.08), "b_in_a"),
        (story("long", 500) + "\n\n" + BASE + "\n\n" + story("more", 500), "a_in_b"),
        (first_part(BASE, 0.3) + "\n\n" + story("own", 280), "partial"),
        (first_part(BASE, 0.08) + "\n\n" + story("own", 400), None),
        (story("other", 400), None),
    ],
)
def test_variants_of_a_story(copy, relation):
    assert related(BASE, copy) == relation


def test_scores_are_those_of_the_shingle_sets():
    one = " ".join(f"w{number}" for number in range(102))  # 100 shingles of three words
    two = " ".join(f"w{number}" for number in range(42, 142))  # 98, of which 58 shared
    assert relate(hash_text(7, one), hash_text(3, two)) == Match(
        7, 3, "duplicate", 58 / 140, 58 / 100, 58 / 98, 58
    )


SHORT = "The council of Melt Harbour closed the bridge on Monday after the storm."


def test_short_texts_are_compared_exactly():
    assert related(SHORT, SHORT.upper()) == "duplicate"
    assert related(SHORT, SHORT + " Ferries run.") is None
    assert related(SHORT, SHORT + "\n\n" + BASE) is None


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "🙂🙃", "word", "\ud800"])
def test_texts_without_words_relate_to_nothing(text):
    assert related(text, BASE) is None
    assert related(BASE, text) is None


def test_empty_texts_are_not_copies_and_nul_is_ignored():
    assert related("", "") is None
    assert related(BASE, BASE.replace("harbour", "har\x00bour")) == "duplicate"


def test_han_without_blanks_is_compared_by_characters():
    text = "".join(chr(0x4E00 + (number * 37 + number * number) % 2000) for number in range(300))
    assert related(text, text[:250] + "港口") == "duplicate"
    assert related(text, text[:100]) == "b_in_a"
    assert related(text, "".join(reversed(text))) is None


@pytest.mark.clock
@pytest.mark.clock
def test_a_megabyte_of_one_word_is_compared_quickly():
    long = hash_text(1, "spam " * 200_000)
    started = time.process_time()
    assert relate(long, hash_text(2, "spam " * 199_000)) is None
    assert relate(long, hash_text(2, BASE)) is None
    assert time.process_time() - started < 1


def test_two_pages_that_share_header_and_footer_only_are_not_copies():
    one, two = (page("outlet", story(each, 180), 200) for each in ("first", "second"))
    assert related(one, two) == "partial"


def test_a_rewritten_paragraph_in_the_middle_is_an_update():
    parts = story("update", 400).split("\n\n")
    parts[4] = story("new paragraph", len(parts[4].split()))
    assert related(story("update", 400), "\n\n".join(parts)) == "duplicate"


EXCHANGED = {"a_in_b": "b_in_a", "b_in_a": "a_in_b"}
pieces = st.lists(st.integers(0, 6), min_size=1, max_size=6)


@settings(max_examples=150)
@given(pieces, pieces, st.sampled_from([0, 0, 0.03, 0.2]))
def test_relate_is_symmetric_with_sides_exchanged(one, two, share):
    texts = [" ".join(story(seed, 60) for seed in chosen) for chosen in (one, two)]
    a, b = hash_text(1, texts[0]), hash_text(2, edited(texts[1], share))
    there, back = relate(a, b), relate(b, a)
    if there is None or back is None:
        assert there == back
        return
    assert (back.a, back.b, back.jaccard, back.shared_words) == (
        2,
        1,
        there.jaccard,
        there.shared_words,
    )
    assert (back.containment_a, back.containment_b) == (there.containment_b, there.containment_a)
    if there.containment_a != there.containment_b:
        assert back.relation == EXCHANGED.get(there.relation, there.relation)
    assert 0 < there.jaccard <= min(there.containment_a, there.containment_b) <= 1
