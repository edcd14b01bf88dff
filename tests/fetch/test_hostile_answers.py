"""The table of hostile answers in ``docs/collecting.md`` names tests that show what it says."""

import ast
import csv
from pathlib import Path

import pytest

from pipeline.outcomes import Outcome

REPOSITORY = Path(__file__).parents[2]
with (REPOSITORY / "docs" / "hostile_answers.tsv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def source_of_test(place):
    """Return the source of a test with its decorators, and of what it uses in its module."""
    path, _, name = place.partition("::")
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            decorators = [ast.get_source_segment(text, each) for each in node.decorator_list]
            return "\n".join([*decorators, ast.get_source_segment(text, node)])
    raise AssertionError(f"{place}: there is no such test; correct docs/hostile_answers.tsv")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["answer"])
def test_each_hostile_answer_has_a_test_of_its_outcome(row):
    source = source_of_test(row["test"])
    if row["outcome"] == "(read)":
        return
    assert row["outcome"] in list(Outcome)
    assert Outcome(row["outcome"]).name in source, f"{row['test']} does not name the outcome"
