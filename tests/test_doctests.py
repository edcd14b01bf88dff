"""The examples in docstrings give what they show."""

import doctest
import importlib
from pathlib import Path

import pytest

PIPELINE = Path(__file__).parents[1] / "pipeline"
MODULES = [
    ".".join(path.relative_to(PIPELINE.parent).with_suffix("").parts)
    for path in sorted(PIPELINE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(name), report=False)
    assert result.attempted > 0
    assert result.failed == 0
