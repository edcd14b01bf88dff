"""Decoding finds the best label sequence that the BIO rules allow, compared with all others."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.annotate.tagging.viterbi import FORBIDDEN, Transitions, best_labels

LABELS = ("O", "B-Source", "I-Source", "B-Cue", "I-Cue")


def allowed(sequence: tuple[int, ...]) -> bool:
    names = ["O", *(LABELS[label] for label in sequence)]
    return all(
        not after.startswith("I-") or before[2:] == after[2:] for before, after in pairwise(names)
    )


def best_of_all_sequences(scores: np.ndarray, rules: Transitions) -> float:
    return max(
        total(scores, rules, sequence)
        for sequence in product(range(len(LABELS)), repeat=len(scores))
        if allowed(sequence)
    )


def total(scores: np.ndarray, rules: Transitions, sequence: tuple[int, ...]) -> float:
    units = sum(scores[position, label] for position, label in enumerate(sequence))
    steps = sum(rules.step[before, after] for before, after in pairwise(sequence))
    return float(units + steps + rules.start[sequence[0]])


@given(st.integers(0, 10_000), st.lists(st.integers(0, 5), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_no_allowed_sequence_scores_better(seed: int, lengths: list[int]) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(sum(lengths), len(LABELS))).astype(np.float32) * 2
    rules = Transitions.of(
        LABELS, random.normal(size=5).tolist(), random.normal(size=(5, 5)).tolist()
    )
    bounds = [0, *np.cumsum(lengths).tolist()]
    found = best_labels(scores, bounds, rules)
    for start, end in pairwise(bounds):
        if start < end:
            sequence = tuple(found[start:end].tolist())
            assert allowed(sequence)
            best = best_of_all_sequences(scores[start:end], rules)
            assert total(scores[start:end], rules, sequence) == pytest.approx(best, abs=1e-4)


def test_an_inside_label_gets_a_begin_label_before_it() -> None:
    scores = np.log(
        np.array([[0.5, 0.4, 0.02, 0.04, 0.04], [0.1, 0.02, 0.8, 0.04, 0.04]], dtype=np.float32)
    )
    assert best_labels(scores, [0, 2], Transitions.of(LABELS)).tolist() == [1, 2]


def test_a_span_never_crosses_paragraphs() -> None:
    scores = np.full((2, 5), -9.0, dtype=np.float32)
    scores[0, 1] = scores[1, 2] = 0.0
    assert best_labels(scores, [0, 1, 2], Transitions.of(LABELS)).tolist()[1] != 2


def test_learned_scores_keep_the_forbidden_steps_forbidden() -> None:
    rules = Transitions.of(LABELS, [5.0] * 5, [[5.0] * 5] * 5)
    assert rules.start.tolist() == [5, 5, FORBIDDEN, 5, FORBIDDEN]
    assert rules.step[0].tolist() == [5, 5, FORBIDDEN, 5, FORBIDDEN]
    assert rules.step[3].tolist() == [5, 5, FORBIDDEN, 5, 5]


def test_no_units_give_no_labels() -> None:
    empty = np.zeros((0, 5), dtype=np.float32)
    assert best_labels(empty, [0], Transitions.of(LABELS)).tolist() == []


def test_a_very_long_paragraph_is_decoded() -> None:
    scores = np.zeros((40_000, 5), dtype=np.float32)
    scores[:, 3] = 1.0
    assert best_labels(scores, [0, 40_000], Transitions.of(LABELS)).tolist() == [3] * 40_000
