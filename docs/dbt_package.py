"""Sources and exposures of the dbt package: ``python docs/dbt_package.py`` writes them.

The sources are the marts as ``sql/contracts`` promises them, with their keys as tests; the
exposures are the questions of ``sql/cookbook`` with the marts that each reads.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from pipeline.warehouse.cookbook import cookbook

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "dbt" / "models"
_READ = re.compile(r"\bmart\.(\w+)(\()?")
_BY_FUNCTION = {
    "newest_matches": ("articles",),
    "search": ("articles",),
    "search_quotes": ("who_said_what",),
    "articles_as_of": ("articles", "article_changes"),
}
"""Marts that a function reads."""


def sources() -> dict[str, Any]:
    """Return the sources: the marts with their columns, keys and freshness."""
    tables = []
    for path in sorted((ROOT / "sql" / "contracts").glob("*.odcs.yaml")):
        (entry,) = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
        properties = entry["properties"]
        key = [each["name"] for each in properties if each.get("primaryKey")]
        table: dict[str, Any] = {"name": entry["name"], "description": entry["description"]}
        if any(each["name"] == "changed_at" for each in properties):
            table["config"] = {
                "loaded_at_field": "changed_at",
                "freshness": {"warn_after": {"count": 1, "period": "day"}},
            }
        if key:
            table["data_tests"] = [{"unique_key": {"arguments": {"columns": key}}}]
        table["columns"] = [
            {"name": each["name"], "data_type": each["physicalType"]}
            | {"description": each["description"]}
            for each in properties
        ]
        tables.append(table)
    about = "The marts of Dateline. Within one major version columns are only added."
    return {
        "version": 2,
        "sources": [{"name": "mart", "schema": "mart", "description": about, "tables": tables}],
    }


def exposures() -> dict[str, Any]:
    """Return the exposures: the questions of the cookbook and the marts that they read."""
    known = {each["name"] for each in sources()["sources"][0]["tables"]}
    found = []
    for name, query in cookbook().items():
        read: set[str] = set()
        for mart, is_called in _READ.findall(query.text):
            read |= set(_BY_FUNCTION.get(mart, ())) if is_called else {mart} & known
        found.append(
            {
                "name": name,
                "label": query.question,
                "type": "analysis",
                "description": query.row,
                "depends_on": [f"source('mart', '{mart}')" for mart in sorted(read)],
                "owner": {"name": "Dateline"},
            }
        )
    return {"version": 2, "exposures": found}


def files() -> dict[str, str]:
    """Return the text of each file, by name."""
    return {
        f"{name}.yml": yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
        for name, content in (("sources", sources()), ("exposures", exposures()))
    }


def main() -> None:
    """Write the files."""
    for name, text in files().items():
        (MODELS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
