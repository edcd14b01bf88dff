"""The picture of `docs/architecture.md`, made from the imports between Dateline's packages.

Called by cog (``make docs``); ``cog --check`` in CI fails where the picture is not the code's.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

PIPELINE = Path(__file__).parents[1] / "pipeline"
CORE = "core"
"""The modules that lie in ``pipeline/`` itself: models, errors, outcomes, settings, urls, text …"""

Graph = Mapping[str, set[str]]


def package_of(module: str) -> str:
    """Return the package of a dotted module name: "pipeline.fetch.robots" is of "fetch"."""
    name = module.split(".")[1] if "." in module else ""
    return name if (PIPELINE / name / "__init__.py").exists() and name else CORE


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the modules of ours that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
            for alias in node.names:
                is_package = node.module == "pipeline"
                yield f"pipeline.{alias.name}" if is_package else str(node.module)


def package_imports() -> Graph:
    """Return for each package the others that it imports; the core is left out as a target."""
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(PIPELINE.rglob("*.py")):
        folder = path.relative_to(PIPELINE).parts[0]
        package = folder if (PIPELINE / folder).is_dir() else CORE
        graph[package] |= {package_of(module) for module in imported_modules(path)}
    return {package: others - {package, CORE} for package, others in graph.items()}


def without_shortcuts(graph: Graph) -> Graph:
    """Return the graph without the arrows that a longer way says already (transitive reduction)."""

    def reachable(start: str) -> set[str]:
        return graph[start].union(*(reachable(other) for other in graph[start]))

    return {
        package: {
            other
            for other in others
            if not any(other in reachable(between) for between in others - {other})
        }
        for package, others in graph.items()
    }


def mermaid() -> str:
    """Return the picture as a Mermaid block; an arrow is "imports", the core is below all."""
    graph = without_shortcuts(package_imports())
    lines = ["```mermaid", "flowchart TD"]
    for package in sorted(graph):
        for other in sorted(graph[package]):
            lines.append(f"    {package} --> {other}")
    alone = [package for package in sorted(graph) if not graph[package] and package != CORE]
    lines += [f"    {package} --> {CORE}" for package in alone]
    modules = sorted(path.stem for path in PIPELINE.glob("*.py") if path.stem != "__init__")
    return "\n".join([*lines, f'    {CORE}["{", ".join(modules)}"]', "```"])
