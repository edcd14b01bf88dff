"""The tables of nouns that refer to speakers: every kind does what its example says."""

import tomllib
from importlib.resources import files

import pytest

from pipeline.annotate.speakers.nouns import head_noun, is_person_noun, words_compared
from tests.annotate.speaker_cases import last_said

TABLES = tomllib.loads(
    (files("pipeline.annotate.speakers") / "nouns.toml").read_text(encoding="utf-8")
)
KINDS = [kind for kind in TABLES if kind != "synonyms"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_has_the_speaker_that_it_says(kind):
    table = TABLES[kind]
    assert last_said(table["example"], table["names"]).speaker == table.get("speaker")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_meaning_and_its_example_one_of_its_words(kind):
    table = TABLES[kind]
    words = table["words"].split() if isinstance(table["words"], str) else table["words"]
    assert table["meaning"]
    assert words == sorted(set(words))
    assert any(word.casefold() in table["example"].casefold() for word in words)


def test_no_word_has_two_meanings():
    words = [word for words in TABLES["synonyms"].values() for word in words.split()]
    assert len(words) == len(set(words))
    assert not set(words) & set(TABLES["synonyms"])


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("the mayor of Tarn", "mayor"),
        ("The Kenyan delegation, in a statement", "delegation"),
        ("a spokesman for the Port Board", "spokesman"),
        ("his op-ed", "op-ed"),
        ("42", ""),
    ],
)
def test_the_head_of_a_noun_phrase(phrase, head):
    assert head_noun(phrase) == head


@pytest.mark.parametrize("noun", ["mayor", "protester", "husband", "man", "economist", "resident"])
def test_nouns_for_people(noun):
    assert is_person_noun(noun)


@pytest.mark.parametrize("noun", ["ministry", "letter", "weather", "parliament", "statement"])
def test_nouns_for_other_things(noun):
    assert not is_person_noun(noun)


def test_synonyms_and_parts_of_words_compare_as_equal():
    assert words_compared("the ex-CEO’s") >= {"the", "boss"}
    assert words_compared("Sen. Dane") == {"senator", "dane"}
