"""Matching of new texts with a store: the same findings for any order and batches."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedupe.candidates import (
    MAX_TEXTS_PER_FINGERPRINT,
    CandidateText,
    OnDiskCandidates,
)
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import GroupText, group
from pipeline.dedupe.matching import find_matches
from pipeline.dedupe.shared_boilerplate import MAX_COMPARED, find_boilerplate
from pipeline.models import Match
from tests.dedupe.memory_candidates import MemoryCandidates
from tests.fix_stories import edited, first_part, page, story


def texts_of(*texts: str, source: str | None = None) -> list[CandidateText]:
    return [CandidateText(number, text, source) for number, text in enumerate(texts, 1)]


def all_at_once(texts: list[CandidateText]) -> dict[tuple[int, int], Match]:
    store = MemoryCandidates(texts)
    found = find_matches([text.id for text in texts], store)
    assert not found.retracted
    return {(match.a, match.b): match for match in found.matches}


def in_batches(texts: list[CandidateText], sizes: list[int]) -> dict[tuple[int, int], Match]:
    """Store batch by batch as the warehouse does: match, delete the retracted, upsert the rest."""
    store, known = MemoryCandidates(), {}
    left, sizes = list(texts), list(sizes)
    while left:
        size = sizes.pop() if sizes else len(left)
        batch, left = left[:size], left[size:]
        for text in batch:
            store.add(text)
        found = find_matches([text.id for text in batch], store)
        for pair in found.retracted:
            known.pop(pair, None)
        known.update({(match.a, match.b): match for match in found.matches})
    return known


def grouped(texts: list[CandidateText]) -> list[tuple[int, ...]]:
    lengths = [GroupText(text.id, len(text.text)) for text in texts]
    return [found.members for found in group(lengths, all_at_once(texts).values())]


BASE = story("base", 300)


def test_copies_of_every_kind_are_one_group():
    long_copy = story("ahead", 60) + "\n\n" + BASE
    brief, cut = first_part(BASE, 0.3), edited(first_part(BASE, 0.7), 0.08)
    texts = texts_of(BASE, story(1, 300), cut, page("a", BASE, 90), brief, long_copy, story(2, 50))
    assert grouped(texts) == [(1, 3, 4, 5, 6)]


@pytest.mark.parametrize(
    ("pages", "source"), [(2, None), (3, None), (8, None), (30, None), (2, "outlet"), (8, "outlet")]
)
def test_pages_of_an_outlet_with_more_boilerplate_than_story_are_not_grouped(pages, source):
    # 230 words of boilerplate around 150 of story: three fifths of each page agree.
    texts = [page("outlet", story(f"own {number}", 150), 230) for number in range(pages)]
    copy = page("outlet", edited(story("own 0", 150), 0.05), 230)
    elsewhere = story("own 1", 150)
    assert grouped(texts_of(*texts, copy, elsewhere, source=source)) == [
        (1, pages + 1),
        (2, pages + 2),
    ]


def test_a_header_without_footer_is_recognised_from_more_pages_or_by_the_outlet():
    header = story("header", 170)
    texts = [header + "\n\n" + story(f"own {number}", 130) for number in range(8)]
    assert grouped(texts_of(*texts)) == []
    assert grouped(texts_of(*texts[:5], source="outlet")) == []


def test_a_story_between_boilerplate_of_eight_outlets_is_grouped_by_its_plain_copy():
    texts = texts_of(*(page(outlet, BASE, 160) for outlet in range(8)), BASE)
    assert grouped(texts) == [tuple(range(1, 10))]


def test_a_story_between_boilerplate_of_known_outlets_is_grouped_without_a_plain_copy():
    texts = [
        CandidateText(number, page(number, BASE, 160), f"outlet {number}") for number in range(1, 9)
    ]
    assert grouped(texts) == [tuple(range(1, 9))]


def test_a_story_in_thirty_unknown_outlets_is_not_taken_for_boilerplate():
    # Every outlet has a page of its own too, and none has the story without boilerplate.
    printed = [page(outlet, edited(BASE, 0.03, outlet), 120) for outlet in range(30)]
    own = [page(outlet, story(f"own {outlet}", 200), 120) for outlet in range(30)]
    assert grouped(texts_of(*printed, *own)) == [tuple(range(1, 31))]


def test_two_pages_with_a_line_of_header_and_a_long_footer_are_not_grouped():
    header, footer = story("header", 16), story("footer", 150)
    pages = [f"{header}\n\n{story(f'own {number}', 160)}\n\n{footer}" for number in range(2)]
    assert grouped(texts_of(*pages, story("own 0", 160))) == [(1, 3)]


def test_a_round_up_of_two_stories_is_grouped_with_neither():
    one, two = story("one", 200), story("two", 200)
    round_up = "\n\n".join((one, two, story("three", 150)))
    texts = texts_of(one, two, round_up, edited(one, 0.04))
    assert grouped(texts) == [(1, 4)]
    relations = {pair: match.relation for pair, match in all_at_once(texts).items()}
    assert relations == {(1, 3): "a_in_b", (2, 3): "a_in_b", (3, 4): "b_in_a", (1, 4): "duplicate"}


def test_boilerplate_that_later_pages_reveal_retracts_older_matches():
    header = story("header", 170)
    texts = texts_of(*(header + "\n\n" + story(f"own {number}", 130) for number in range(9)))
    store = MemoryCandidates(texts[:3])
    first = find_matches([1, 2, 3], store)
    assert {(match.a, match.b) for match in first.matches} == {(1, 2), (1, 3), (2, 3)}
    for text in texts[3:]:
        store.add(text)
    later = find_matches([text.id for text in texts[3:]], store)
    assert set(later.retracted) == {(1, 2), (1, 3), (2, 3)}
    assert later.matches == ()


def test_header_and_footer_seen_from_one_page_separate_both_for_any_arrival_of_plain_copies():
    # Beside its plain copy a page shows no header and footer; the other page does.
    pages = [page("outlet a", story(f"made {seed}", 160), 170) for seed in (0, 1)]
    texts = texts_of(story("made 0", 160), *pages, story("made 1", 160))
    assert set(in_batches(texts[:3], [])) == {(1, 2)}
    assert in_batches(texts, [1, 3]) == all_at_once(texts)
    assert set(all_at_once(texts)) == {(1, 2), (3, 4)}


kinds = st.tuples(
    st.sampled_from(
        ["plain", "cut", "brief", "edited", "outlet a", "outlet b", "long", "mixed", "filled"]
    ),
    st.integers(0, 3),
)


FORM = (
    "The outlook for {} today: a high of {} degrees after noon and a low of {} degrees before dawn."
    " The wind blows with up to {} kilometres an hour, and the chance of rain is {} percent. The"
    " same is expected for the villages around. Our outlook is made from the model of the national"
    " weather office twice a day, and no meteorologist has read it."
)


def make(kind: str, seed: int) -> str:
    text = story(f"made {seed}", 160)
    outlet = kind.removeprefix("outlet ")
    made = {
        "plain": text,
        "cut": first_part(text, 0.7),
        "brief": first_part(text, 0.35),
        "edited": edited(text, 0.08, seed),
        "long": text + "\n\n" + story(f"more {seed}", 200),
        "mixed": text + "\n\n" + story(f"made {seed + 1}", 160),
        "filled": FORM.format(
            ["Arkholme", "Bellsford", "Corriedale", "Dunholt"][seed],
            *range(seed * 40, seed * 40 + 4),
        ),
    }
    return made.get(kind) or page(outlet, text, 170)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(kinds, min_size=2, max_size=14),
    st.lists(st.integers(1, 5), max_size=8),
    st.randoms(use_true_random=False),
    st.booleans(),
    st.sampled_from([MAX_COMPARED, 5]),
)
def test_the_order_and_batches_of_arrival_do_not_matter(chosen, sizes, random, has_source, most):
    texts = [
        CandidateText(number, make(kind, seed), kind if has_source else None)
        for number, (kind, seed) in enumerate(chosen, 1)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.dedupe.matching.MAX_COMPARED", most)
        once = all_at_once(texts)
        random.shuffle(texts)
        assert in_batches(texts, sizes) == once


def test_batches_that_once_kept_a_retracted_relation():
    chosen = [*[("plain", 0)] * 4, ("outlet a", 1), ("plain", 1), ("outlet a", 0)]
    texts = texts_of(*(make(kind, seed) for kind, seed in chosen))
    first, rest = [texts[each] for each in (0, 4, 6)], [texts[each] for each in (1, 2, 5, 3)]
    assert in_batches([*first, *rest], [3]) == all_at_once(texts)


def test_a_page_of_an_outlet_with_hundreds_computes_no_boilerplate_of_the_others():
    pages = [
        page("hot", story(f"own {number}", 150), 120) for number in range(MAX_TEXTS_PER_FINGERPRINT)
    ]
    store = MemoryCandidates(texts_of(*pages))
    find_matches(range(1, MAX_TEXTS_PER_FINGERPRINT + 1), store)
    store.add(CandidateText(99, page("hot", story("new", 150), 120)))
    asked = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "pipeline.dedupe.matching.find_boilerplate",
            lambda text, others: asked.append(text.id) or find_boilerplate(text, others),
        )
        assert find_matches([99], store).matches == ()
    assert asked == [99]


def test_an_accidental_phrase_sets_off_no_look_ups_for_older_texts():
    """Twenty shared words have 15 shingles, too few for the core of any boilerplate."""
    words = story("new", 600).split()
    phrases = [" ".join(words[start : start + 20]) for start in range(0, 600, 20)]
    older = [f"{story(f'other {number}', 150)} {phrase}" for number, phrase in enumerate(phrases)]
    store = MemoryCandidates(texts_of(*older, " ".join(words)))
    new = len(older) + 1
    assert len(store.candidates(new, fingerprints(" ".join(words)))) > 10
    asked = []
    with pytest.MonkeyPatch.context() as patched:
        find = store.candidates
        patched.setattr(
            store, "candidates", lambda text, own: asked.append(text) or find(text, own)
        )
        assert find_matches([new], store).matches == ()
    assert asked == [new]


def test_a_new_version_replaces_the_older_text_in_the_store():
    store = MemoryCandidates(texts_of(BASE, edited(BASE, 0.03)))
    assert len(find_matches([1, 2], store).matches) == 1
    store.add(CandidateText(2, story("another", 300)))
    assert find_matches([2], store).matches == ()
    assert store.candidates(1, fingerprints(BASE)) == []


def test_a_text_that_no_longer_exists_relates_to_nothing():
    class WithoutTheSecond(MemoryCandidates):
        def texts(self, ids):
            return {each: text for each, text in super().texts(ids).items() if each != 2}

    store = WithoutTheSecond(texts_of(BASE, BASE, BASE))
    assert [(match.a, match.b) for match in find_matches([1, 2, 3], store).matches] == [(1, 3)]


def on_disk(texts: list[str]) -> OnDiskCandidates:
    store = OnDiskCandidates(io.BytesIO())
    for text in texts:
        store.add(text)
    return store


def test_both_stores_return_the_same_candidates():
    texts = [make(kind, seed) for kind in ("plain", "cut", "outlet a") for seed in range(4)]
    texts += ["", "\ud800 lone", "港口", "🙂"]
    memory = MemoryCandidates(CandidateText(number, text) for number, text in enumerate(texts))
    disk = on_disk(texts)
    for number, text in enumerate(texts):
        keys = fingerprints(text)
        assert sorted(disk.candidates(number, keys)) == sorted(memory.candidates(number, keys))
    assert disk.texts(range(len(texts))) == memory.texts(range(len(texts)))


def test_the_limit_on_texts_selects_the_same_ones_for_any_order_of_rows():
    texts = [f"{story(number, 60)}\n\n{BASE}" for number in range(MAX_TEXTS_PER_FINGERPRINT * 3)]

    def taken(given):
        disk, number = on_disk(given), given.index(texts[0])
        return [given[each] for each in disk.candidates(number, fingerprints(texts[0]))]

    first = taken(texts)
    assert len(first) < len(texts) - 1
    assert taken(texts[::-1]) == taken(texts[100:] + texts[:100]) == first


@pytest.mark.clock
@pytest.mark.clock
def test_hundreds_of_copies_are_one_group_in_linear_time():
    copies = MAX_TEXTS_PER_FINGERPRINT * 4
    disk = on_disk([BASE] * copies)
    started = time.process_time()
    matches = find_matches(range(copies), disk).matches
    assert time.process_time() - started < 10
    assert len(matches) <= copies * MAX_TEXTS_PER_FINGERPRINT
    lengths = [GroupText(number, 300) for number in range(copies)]
    assert [len(found.members) for found in group(lengths, matches)] == [copies]
