"""The tables of places, titles, head words and names: valid values, no word twice."""

import re
from collections import Counter

import pytest

from pipeline.annotate.labels import LABELS
from pipeline.tables import read_rows

NAMES, ANNOTATE = "pipeline.annotate.names", "pipeline.annotate"
QUOTES = "pipeline.annotate.quotes"
COLUMNS = {
    (NAMES, "aliases.tsv"): 4,
    (NAMES, "gazetteer.tsv"): 2,
    (NAMES, "gendered_words.tsv"): 3,
    (NAMES, "given_names.tsv"): 4,
    (NAMES, "kinds_of_bodies.tsv"): 3,
    (NAMES, "postnominals.tsv"): 2,
    (NAMES, "titles.tsv"): 4,
    (ANNOTATE, "label_heads.tsv"): 4,
    (ANNOTATE, "languages.tsv"): 1,
}
KEYS = {"aliases.tsv": slice(1, 2), "gazetteer.tsv": slice(0, 2)}
"""The columns that identify a row, where it is not the first one: "alps" is a nature word too."""


def rows(package: str, name: str) -> list[list[str]]:
    return list(read_rows(package, name, COLUMNS[package, name]))


@pytest.mark.parametrize(("package", "name"), COLUMNS)
def test_no_word_has_two_rows(package, name):
    keys = Counter(tuple(row[KEYS.get(name, slice(1))]) for row in rows(package, name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(
    ("package", "name", "column", "values"),
    [
        (NAMES, "aliases.tsv", 0, {"GPE", "LOC", "ORG", "LAW"}),
        (
            NAMES,
            "gazetteer.tsv",
            0,
            {"region", "feature", "governed", "government_word", "nature_word"},
        ),
        (NAMES, "gendered_words.tsv", 1, {"m", "f"}),
        (NAMES, "given_names.tsv", 3, {"m", "f", "-"}),
        (NAMES, "titles.tsv", 1, {"honorific", "rank", "office", "modifier", "address"}),
        (NAMES, "titles.tsv", 2, {"m", "f", "-"}),
        (NAMES, "titles.tsv", 3, {"yes", "no"}),
        (ANNOTATE, "label_heads.tsv", 1, set(LABELS)),
        (ANNOTATE, "label_heads.tsv", 2, {"yes", "no"}),
        (ANNOTATE, "label_heads.tsv", 3, {"yes", "no"}),
    ],
)
def test_columns_have_the_values_that_the_header_explains(package, name, column, values):
    found = {value for row in rows(package, name) for value in row[column].split("|")}
    assert found <= values


def test_a_surname_among_the_titles_is_an_office():
    surnames = [kinds for _, kinds, _, surname in rows(NAMES, "titles.tsv") if surname == "yes"]
    assert all("office" in kinds.split("|") for kinds in surnames)


def test_a_row_with_missing_columns_is_named():
    with pytest.raises(ValueError, match=r"languages\.tsv, line \d+: 1 columns .* expected 2"):
        list(read_rows(ANNOTATE, "languages.tsv", columns=2))


STATEMENT_WORDS = list(read_rows(QUOTES, "statement_words.tsv", 3))


@pytest.mark.parametrize("row", STATEMENT_WORDS, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_example_of_a_statement_word_has_it_between_bars(row):
    _, forms, example = row
    patterns = [re.escape(form).replace(r"\*", r"\w*") for form in forms.split("|")]
    assert re.search(r"\|(?:" + "|".join(patterns) + r")\|", example, re.IGNORECASE)


def test_no_list_of_statement_words_has_a_word_twice():
    words = Counter((row[0], form) for row in STATEMENT_WORDS for form in row[1].split("|"))
    assert [word for word, count in words.items() if count > 1] == []
