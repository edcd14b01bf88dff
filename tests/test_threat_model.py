"""``docs/threat-model.md`` names guards and tests of them that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", TEXT)))
FILES = sorted(set(re.findall(r"`((?:pipeline|plugins|sql|tests)/[\w/]+\.(?:py|sql))`", TEXT)))


@pytest.mark.parametrize("place", TESTS)
def test_each_test_that_it_names_exists(place):
    path, _, name = place.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("path", FILES)
def test_each_file_that_it_names_exists(path):
    assert (ROOT / path).is_file()


def test_each_row_of_a_table_names_a_test():
    rows = [line for line in TEXT.splitlines() if re.match(r"\| (?!attack|secret|-)", line)]
    assert len(rows) > 40
    assert [row for row in rows if "tests/" not in row] == []
