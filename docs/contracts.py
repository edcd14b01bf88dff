"""Contracts of the marts, ODCS 3.1, one file a mart: ``python docs/contracts.py`` writes them.

They are read from the catalogue of a new database: columns, types, meaning and grain. Keys are in
``KEYS``. Within one major version of ``VERSION`` columns are only added, after the others: the
script refuses to write a contract that takes back what an earlier one promises, and a test says so.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from psycopg import Connection

VERSION = "1.0.0"
"""Version of schema ``mart``. MAJOR: a promised column is gone, or has another type or place."""
FOLDER = Path(__file__).parents[1] / "sql" / "contracts"
KEYS: Mapping[str, tuple[str, ...]] = {
    "alerts": ("alert_id",),
    "article_changes": ("article_id",),
    "articles": ("article_id",),
    "column_catalogue": ("table_schema", "table_name", "column_name"),
    "completeness": ("source_key", "published_date"),
    "copies": ("article_id",),
    "daily_agency_copies": ("best_date", "source_key", "origin_agency"),
    "daily_entity_mentions": ("best_date", "entity_id"),
    "daily_volume": ("best_date", "source_key"),
    "dim_date": ("day",),
    "dim_entity": ("entity_id",),
    "dim_source": ("source_key",),
    "entity_co_mentions": ("entity_id_a", "entity_id_b"),
    "held_versions": ("held_version_id",),
    "removed_blocks": ("article_id", "block_no"),
    "run_quality": ("run_id",),
    "silent_edits": ("article_id", "edit_no"),
    "source_freshness": ("source_key",),
    "source_state": ("source_key",),
    "story_timeline": ("article_id",),
    "syndication": ("origin_source", "reuse_source"),
    "takedowns": ("takedown_id",),
    "text_spread": ("duplicate_group_id",),
    "weekly_co_mentions": ("week_date", "entity_id_a", "entity_id_b"),
}
"""Columns that tell the rows of a mart apart and are never null; other marts have none."""
COUNTED = {
    "article_speakers",
    "daily_agency_copies",
    "daily_entity_mentions",
    "daily_quote_grades",
    "daily_speaker_quotes",
    "daily_volume",
    "entity_co_mentions",
    "syndication",
    "text_spread",
    "weekly_co_mentions",
}
"""Views of tables that each publish brings up to date."""
_LOGICAL = {
    "bigint": "integer",
    "integer": "integer",
    "smallint": "integer",
    "real": "number",
    "double precision": "number",
    "numeric": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "timestamp",
    "timestamp without time zone": "timestamp",
    "jsonb": "object",
}
_CATALOGUE = """
select c.relname, obj_description(c.oid), a.attname,
    format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'mart'::regnamespace and c.relkind = 'v'
    and c.relname in (select mart_name from ops.mart_files)
order by c.relname, a.attnum
"""


def contracts(conn: Connection) -> dict[str, dict[str, Any]]:
    """Return the contract of every mart of a migrated store, by name."""
    marts: dict[str, list[tuple[Any, ...]]] = {}
    for mart, *row in conn.execute(_CATALOGUE):
        marts.setdefault(mart, []).append(tuple(row))
    return {mart: _contract(mart, rows) for mart, rows in marts.items()}


def written() -> dict[str, dict[str, Any]]:
    """Return the contracts of the files, by the name of their mart."""
    return {
        path.name.partition(".")[0]: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.odcs.yaml"))
    }


def broken_promises(
    before: Mapping[str, dict[str, Any]], now: Mapping[str, dict[str, Any]]
) -> list[str]:
    """Return what ``now`` takes back of ``before``, in words; nothing where the major is higher."""
    found = []
    for mart, old in before.items():
        new = now.get(mart)
        if new is None:
            if _major(VERSION) == _major(old["version"]):
                found.append(f"mart.{mart} is gone")
            continue
        if _major(new["version"]) == _major(old["version"]):
            found += _broken_columns(mart, _columns(old), _columns(new))
    return found


def _broken_columns(
    mart: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> list[str]:
    types = dict(new)
    found = [f"mart.{mart}.{name} is gone" for name, _ in old if name not in types]
    found += [
        f"mart.{mart}.{name} is {types[name]} and was {kind}"
        for name, kind in old
        if types.get(name, kind) != kind
    ]
    kept = [name for name, _ in old if name in types]
    if kept != [name for name, _ in new][: len(kept)]:
        found.append(f"columns of mart.{mart} have moved: add new ones after the others")
    return found


def _columns(contract: dict[str, Any]) -> list[tuple[str, str]]:
    properties = contract["schema"][0]["properties"]
    return [(each["name"], each["physicalType"]) for each in properties]


def _major(version: str) -> int:
    return int(version.partition(".")[0])


def _contract(mart: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    about = rows[0][0]
    is_counted = mart in COUNTED
    entry: dict[str, Any] = {
        "name": mart,
        "physicalName": f"mart.{mart}",
        "physicalType": "view",
        "logicalType": "object",
        "description": about,
        "dataGranularityDescription": re.split(r"[.:;]", about, maxsplit=1)[0],
        "properties": [_property(mart, *row[1:]) for row in rows],
    }
    if mart in KEYS:
        entry["quality"] = [_unique_key(mart)]
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"dateline.mart.{mart}",
        "name": f"Dateline: mart.{mart}",
        "version": VERSION,
        "status": "active",
        "description": {"purpose": about, "usage": "Columns are only added: see docs/marts.md."},
        "schema": [entry],
        "slaProperties": [
            {
                "property": "frequency",
                "value": "each publish" if is_counted else "each commit",
                "description": "Brought up to date by the stage publish, after each run."
                if is_counted
                else "A view: it shows what is committed.",
            }
        ],
    }


def _property(mart: str, name: str, kind: str, meaning: str) -> dict[str, Any]:
    logical = "array" if kind.endswith("[]") else _LOGICAL.get(kind, "string")
    found: dict[str, Any] = {
        "name": name,
        "logicalType": logical,
        "physicalType": kind,
        "description": meaning,
    }
    if name in KEYS.get(mart, ()):
        place = KEYS[mart].index(name) + 1
        found |= {"required": True, "primaryKey": True, "primaryKeyPosition": place}
    return found


def _unique_key(mart: str) -> dict[str, Any]:
    key = ", ".join(KEYS[mart])
    nulls = " or ".join(f"{column} is null" for column in KEYS[mart])
    bad = f"select from mart.{mart} group by {key} having count(*) > 1 or {nulls}"
    return {
        "type": "sql",
        "description": f"{key} tells the rows apart and is never null.",
        "query": f"select count(*) from ({bad}) as bad",  # noqa: S608 -- names of our own
        "mustBe": 0,
    }


def write(conn: Connection) -> list[str]:
    """Write the contract files; return the promises that they would break instead, if any."""
    now = contracts(conn)
    if broken := broken_promises(written(), now):
        return broken
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.odcs.yaml"):
        if path.name.partition(".")[0] not in now:
            path.unlink()
    for mart, contract in now.items():
        text = yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=100)
        (FOLDER / f"{mart}.odcs.yaml").write_text(text, encoding="utf-8")
    return []


def main() -> None:
    """Write the contracts of a new, migrated database."""
    import generate

    with generate.new_store() as conn:
        broken = write(conn)
    if broken:
        sys.exit(
            "\n".join(broken)
            + f"\nIf it is meant, raise the major of VERSION ({VERSION}) in docs/contracts.py and "
            "write each change into CHANGELOG.md with the query to use instead."
        )


if __name__ == "__main__":
    main()
