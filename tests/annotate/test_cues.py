"""The table of cue words, and the class of a cue."""

import re
from collections import Counter

import pytest

from pipeline.annotate.quotes.cues import cue_class, is_speech_verb, speech_verb_pattern
from pipeline.tables import read_rows

ROWS = list(read_rows("pipeline.annotate.quotes", "cues.tsv", 6))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[2]} {row[0]}")
def test_every_row_has_a_class_and_an_example_that_contains_the_word(row):
    word, part, class_, quoted, forms, example = row
    assert part in {"verb", "noun", "adjective", "adverb"}
    assert quoted in {"yes", "no"}
    stem = re.escape(word.removesuffix("e"))
    form = forms.replace(" ", "|") if forms != "-" else f"{stem}(?:e|s|es|ed|ing)?"
    used = re.findall(rf"\b(?:{form})\b", example)
    assert used
    assert {cue_class(found, "indirect") for found in used} == {class_}
    assert is_speech_verb(word) == (quoted == "yes")


def test_no_word_has_two_rows():
    forms = [form for row in ROWS for form in {row[0], *row[4].split()} - {"-"}]
    assert [form for form, count in Counter(forms).items() if count > 1] == []


@pytest.mark.parametrize("verb", ["said", "insists", "replied", "quipped", "wrote", "Telling"])
def test_forms_of_verbs_that_introduce_quotes(verb):
    assert is_speech_verb(verb)


@pytest.mark.parametrize("word", ["believed", "praised", "decided", "statement", "saidest"])
def test_other_words_do_not_introduce_quotes(word):
    assert not is_speech_verb(word)


def test_the_pattern_finds_whole_words_in_lower_case():
    text = "Holm said so, and the others, who had gainsaid her, Warned them and warned us."
    assert speech_verb_pattern().findall(text) == ["said", "warned"]


@pytest.mark.parametrize(
    ("cue", "kind", "expected"),
    [
        ("said in a statement", "indirect", "speech"),
        ("according to", "indirect", "speech"),
        ("’s allegation that", "indirect", "speech"),
        ("believes", "indirect", "thought"),
        ("is expected", "indirect", "thought"),
        ("seems", "indirect", "thought"),
        ("bets on", "indirect", "thought"),
        ("plans", "indirect", "intent"),
        ("voted for", "indirect", "intent"),
        ("agreed:", "direct", "speech"),
        ("smiled", "direct", "speech"),
        ("thought", "direct", "thought"),
        ("smiled at", "mixed", "speech"),
        ("", "indirect", "speech"),
    ],
)
def test_classes_of_cues(cue, kind, expected):
    assert cue_class(cue, kind) == expected
