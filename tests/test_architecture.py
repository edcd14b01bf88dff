"""The rules of the house that a machine can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PIPELINE = Path(__file__).parents[1] / "pipeline"
MODULES = sorted(PIPELINE.rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_pipeline_never_imports_airflow_and_only_one_module_imports_the_http_client(path):
    roots = {name.partition(".")[0] for name in imports(path)}
    assert "airflow" not in roots
    assert "httpx" not in roots
    if path != PIPELINE / "fetch" / "http_client.py":
        assert "httpx2" not in roots


ROOMS_WITHOUT_POSTGRES = "sources discover fetch archive extract clean dedupe annotate demo".split()


@pytest.mark.parametrize("room", ROOMS_WITHOUT_POSTGRES)
def test_only_the_warehouse_knows_postgres(room):
    for path in (PIPELINE / room).rglob("*.py"):
        names = set(imports(path))
        assert not any(name.startswith(("psycopg", "pipeline.warehouse")) for name in names), path


def test_help_pulls_in_no_heavy_library():
    heavy = "spacy trafilatura onnxruntime psycopg lxml numpy".split()
    code = (
        "import sys; from pipeline.cli.app import build; build(); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
