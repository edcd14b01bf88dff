"""Rules about imports: which packages may import which others, and which libraries."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PIPELINE = Path(__file__).parents[1] / "pipeline"
LAYERS = (
    "__init__ csv_cells extras file_formats log_files outcomes spans tables telemetry text",
    "errors models",
    "language settings urls",
    "alerts link_log page_faults planning source_states",
    "page_worker",
    "archive dedupe line_rules",
    "clean extract fetch identity",
    "annotate discover",
    "entities sources",
    "stories",
    "backfill",
    "demo warehouse",
    "exports local_airflow stages ui",
    "installation report",
    "cli",
)
"""Packages and modules of ``pipeline/``, lowest first; each imports from lower layers only."""
LAYER_OF = {name: number for number, layer in enumerate(LAYERS) for name in layer.split()}
WITHOUT_POSTGRES = (
    "alerts annotate archive backfill clean dedupe demo discover entities extract fetch identity"
    " line_rules planning source_states sources stories"
)


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(PIPELINE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(PIPELINE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Yield every name that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: import by the full name, without dots"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    """Return the modules of ``pipeline`` that a file imports."""
    names = {name for name in imported(path) if name.partition(".")[0] == "pipeline"}
    return {name if name in MODULES else name.rpartition(".")[0] for name in names}


def package(module: str) -> str:
    """Return the package or top-level module: "pipeline.fetch.robots" is in "fetch"."""
    return [*module.split("."), "__init__"][1]


@pytest.mark.parametrize("module", MODULES)
def test_each_module_imports_from_lower_layers_only(module):
    own = package(module)
    assert own in LAYER_OF, f"add {own!r} to LAYERS, above all that it imports"
    upward = {
        name
        for name in own_imports(MODULES[module])
        if package(name) != own and LAYER_OF[package(name)] >= LAYER_OF[own]
    }
    assert upward == set()


def test_there_is_no_import_circle():
    # A module may import its own package, which Python has loaded before it.
    graph = {
        module: {name for name in own_imports(path) if not module.startswith(f"{name}.")}
        for module, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"modules import each other: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("module", MODULES)
def test_pipeline_does_not_import_airflow_and_one_module_imports_the_http_client(module):
    libraries = {name.partition(".")[0] for name in imported(MODULES[module])}
    assert "airflow" not in libraries
    assert "httpx" not in libraries
    if module != "pipeline.fetch.http_client":
        assert "httpx2" not in libraries


@pytest.mark.parametrize("name", WITHOUT_POSTGRES.split())
def test_packages_below_the_warehouse_do_not_import_postgres(name):
    for path in (PIPELINE / name).rglob("*.py"):
        assert not any(each.startswith("psycopg") for each in imported(path)), path
