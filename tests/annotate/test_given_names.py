"""Genders of given names, and words that tell the gender of a person."""

import pytest

from pipeline.annotate.names.given_names import (
    gender_votes,
    given_name_gender,
    is_common_given_name,
)


@pytest.mark.parametrize(
    ("name", "gender"),
    [
        ("Mary Holm", "f"),
        ("James Holm", "m"),
        ("Robin Holm", "f"),
        ("Kelly Holm", None),
        ("Terry Holm", None),
        ("Yuri Holm", "m"),
        ("Solveig Holm", "f"),
        ("Mateo Holm", "m"),
        ("Kiran Holm", None),
        ("Per Holm", None),
        ("José Holm", "m"),
        ("JAMES HOLM", "m"),
        ("Vesterby Holm", None),
        ("", None),
    ],
)
def test_the_first_word_of_a_name_tells_the_gender(name, gender):
    assert given_name_gender(name) == gender


@pytest.mark.parametrize(
    ("word", "is_common"),
    [("Mary", True), ("Ahmed", True), ("José", True), ("Kenya", False), ("Vesterby", False)],
)
def test_common_given_names(word, is_common):
    assert is_common_given_name(word) == is_common


@pytest.mark.parametrize(
    ("words", "votes"),
    [
        ("He left with his wife.", (3, 1)),
        ("the chairwoman, a widow", (0, 2)),
        ("It rained.", (0, 0)),
    ],
)
def test_words_that_tell_the_gender_are_counted_with_their_weight(words, votes):
    assert gender_votes(words) == votes
