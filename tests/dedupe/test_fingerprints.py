"""Fingerprints: recorded values, and one for every shared run of 37 words."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedupe.fingerprints import (
    SHINGLE_WIDTH,
    WINDOW,
    distinct,
    fingerprints,
    shingle_hashes,
    winnow,
    word_hashes,
    words_of,
)
from tests.fix_stories import story

RUN = SHINGLE_WIDTH + WINDOW - 1
GOLDEN_SHORT = [6656990682775609542]
GOLDEN_LONG = [
    293147789292283576,
    310158479006153483,
    459473571668003762,
    2013247721848786153,
    2030631823845258229,
]
GOLDEN_HAN = [1544524554623375866]


def test_stored_fingerprints_stay_what_they_are():
    # They are compared with rows stored years ago, so a change needs a new METHOD_VERSION.
    assert fingerprints("The harbour council voted on Monday.") == GOLDEN_SHORT
    assert fingerprints(" ".join(f"word{number}" for number in range(100))) == GOLDEN_LONG
    assert fingerprints("港口委员会星期一投票") == GOLDEN_HAN


@given(st.text())
def test_any_text_gives_sorted_distinct_signed_64_bit_numbers(text):
    found = fingerprints(text)
    assert found == sorted(set(found))
    assert all(-(2**63) <= each < 2**63 for each in found)
    assert bool(found) == bool(words_of(text))


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 10**6))
def test_a_shared_run_shares_a_fingerprint_wherever_it_is(before, after, seed):
    run = story(f"run {seed}", RUN)
    one = f"{story(f'a {seed}', before)} {run} {story(f'b {seed}', after)}"
    two = f"{story(f'c {seed}', after)} {run} {story(f'd {seed}', before)}"
    assert set(fingerprints(one)) & set(fingerprints(two))


@given(st.integers(1, 150), st.integers(1, 40), st.integers(0, 10**6))
def test_winnowing_takes_the_least_hash_of_every_window(length, window, seed):
    hashes = np.random.default_rng(seed).integers(0, 2**64, length, dtype=np.uint64)
    plain = [min(hashes[at : at + window]) for at in range(max(1, length - window + 1))]
    assert winnow(hashes, window).tolist() == plain


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_distinct_is_the_sorted_set(values):
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))


@pytest.mark.parametrize(
    "copy",
    [
        "Don’t “stop” the Café – it’s open.",
        "don't  \"stop\"\nthe cafe\u0301 - it's open",
        "DON&#8217;T &ldquo;STOP&rdquo; THE CAF&Eacute; &ndash; IT&#8217;S OPEN.",
        "Donâ€™t â€œstopâ€\x9d the CafÃ© â€“ itâ€™s open.",
        "Don\u00ad’t “st\u00adop”\u00a0the Café\u200b – it’s open.",
    ],
)
def test_typography_entities_and_mojibake_make_no_difference(copy):
    plain = ["don", "t", "stop", "the", "café", "it", "s", "open"]
    assert words_of(copy) == plain


def test_word_order_matters_and_one_han_character_does_not_change_all_fingerprints():
    ahead, back = "harbour council voted", "voted council harbour"
    assert fingerprints(ahead) != fingerprints(back)
    text = "".join(chr(0x4E00 + number * 7 % 900) for number in range(120))
    other = text[:60] + "丁" + text[61:]
    assert set(fingerprints(text)) & set(fingerprints(other))


def test_short_and_empty_texts():
    assert fingerprints("") == fingerprints(" \n\x00 …") == []
    assert len(fingerprints("harbour")) == 1
    assert len(shingle_hashes(word_hashes("harbour council"), 6)) == 1


@pytest.mark.clock
@pytest.mark.clock
def test_a_megabyte_of_one_word_has_one_fingerprint():
    started = time.process_time()
    assert len(fingerprints("spam " * 200_000)) == 1
    assert time.process_time() - started < 5
