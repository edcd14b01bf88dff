"""Spellings of one name share a family key, and other names do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.entities.families import (
    LONGEST_KEY,
    PersonName,
    family_key,
    person_name,
    preferred_spelling,
)
from pipeline.tables import read_rows


@pytest.mark.parametrize(
    "names",
    [
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy", "VOLODYMYR ZELENSKIY"),
        ("coronavirus", "Covid-19", "COVID 19", "Covid", "COVID"),
        ("Al-Shabaab", "al Shabaab", "Al Shabaab", "al–Shabaab"),
        ("World Health Organisation", "World Health Organization"),
        ("K&M Shipping", "K & M Shipping", "K and M Shipping"),
        ("A.B.C. Tarn", "ABC Tarn"),
        ("St. Hild", "St Hild"),
        ("Émile Tarn", "Emile Tarn"),
        ("the Port Board", "Port Board"),
        ("Ida\u200f Holm", "Ida\u202e Holm", "Ida Holm"),
    ],
)
def test_one_family(names):
    assert len({family_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("George W. Holm", "George H. W. Holm"),
        ("Ida Holm", "Ida Holmes"),
        ("Tarn", "Tarn Bay"),
        ("Ski", "Sky"),
        ("Covid-19", "Covid-20"),
    ],
)
def test_two_families(one, other):
    assert family_key(one) != family_key(other)


@given(st.text())
def test_a_key_is_stable_short_and_the_same_in_capitals(name):
    key = family_key(name)
    assert len(key) <= LONGEST_KEY
    assert family_key(key) == key or len(name) >= LONGEST_KEY or not key.isascii()
    if name.isascii():
        assert family_key(name.upper()) == key


def test_letters_without_a_lower_case_have_the_key_of_those_they_stand_for():
    assert family_key("𝕊tille Havn") == family_key("Stille Havn")


def test_a_name_of_ten_thousand_characters_has_a_key():
    assert len(family_key("Tarn " * 2_000)) <= LONGEST_KEY


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Trump", PersonName("trump", True)),
        ("Donald J. Trump Jr.", PersonName("trump", False)),
        ("van der Holm", PersonName("holm", True)),
        ("Ida van der Holm", PersonName("holm", False)),
        ("Zelenskyy", PersonName("zelensky", True)),
        ("…", None),
    ],
)
def test_surnames(name, parts):
    assert person_name(name) == parts


@given(st.lists(st.sampled_from(["UNICEF", "Unicef", "unicef", "UniCef"]), min_size=2))
def test_the_spelling_shown_does_not_depend_on_the_order(names):
    def shown(order):
        best = order[0]
        for name in order[1:]:
            best = preferred_spelling(best, name, "ORG")
        return best

    assert shown(names) == shown(names[::-1])
    assert ("UNICEF" not in names) or shown(names) == "UNICEF"


def test_every_row_of_the_table_is_used_by_its_example():
    for kind, form, family, example in read_rows("pipeline.entities", "spellings.tsv", columns=4):
        assert kind in {"name", "word", "ending"}
        key = family_key(example)
        assert key == family if kind == "name" else form not in key.split(), example
        assert family_key(family) == family, family
