"""The dbt package: its files are those of the contracts, and it builds on the demo's marts."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from pipeline.warehouse.cookbook import cookbook
from pipeline.warehouse.marts import number_changes, refresh
from tests.warehouse.stories import loaded

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dbt"
# 1.11 needs a package that the index has as source only, which it cannot build.
PACKAGES = ["dbt-core>=1.10,<1.11", "dbt-postgres<1.11", "open-data-contract-standard==3.2.0"]
_SPEC = importlib.util.spec_from_file_location("dbt_package", ROOT / "docs" / "dbt_package.py")
dbt_package = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(dbt_package)


def test_its_files_are_those_of_the_contracts_and_the_cookbook():
    written = {name: (PACKAGE / "models" / name).read_text() for name in dbt_package.files()}
    assert written == dbt_package.files(), "run `make docs`"


def test_each_question_is_an_exposure_of_the_marts_that_it_reads():
    found = {each["name"]: each["depends_on"] for each in dbt_package.exposures()["exposures"]}
    assert list(found) == list(cookbook())
    assert all(found.values())
    assert found["who_said_what_about"] == [
        "source('mart', 'articles')",
        "source('mart', 'who_said_what')",
    ]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Return the folder of the programs of an environment with dbt; skip where it cannot be had."""
    home = tmp_path_factory.mktemp("dbt")
    uv = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
    python = home / "venv" / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, home / "venv"],
        [uv, "pip", "install", "--quiet", "--python", python, *PACKAGES],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"dbt cannot be installed here: {done.stderr.strip()[-200:]}")
    return python.parent


@pytest.mark.system
def test_it_builds_on_a_store(programs, store, store_dsn, tmp_path):
    loaded(store, [1, 2, 3])
    number_changes(store)
    refresh(store)
    address = conninfo_to_dict(store_dsn)
    environ = os.environ | {
        "DATELINE_DBT_HOST": address["host"],
        "DATELINE_DBT_USER": address["user"],
        "DATELINE_DBT_DATABASE": address["dbname"],
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    for arguments in (["build"], ["source", "freshness"]):
        done = subprocess.run(
            [
                programs / "dbt",
                *arguments,
                *("--project-dir", PACKAGE, "--profiles-dir", PACKAGE),
                *("--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"),
            ],
            env=environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        results = json.loads((tmp_path / "target" / "run_results.json").read_text())
        assert {each["status"] for each in results["results"]} <= {"pass", "success", "no-op"}
    with psycopg.connect(store_dsn) as conn:
        found = conn.execute("select sum(article_count) from analytics_dateline.outlet_days")
        assert found.fetchone() == (3,)


@pytest.mark.system
def test_the_contracts_are_valid_by_the_schema_of_their_standard(programs):
    script = (
        "import json, sys, jsonschema, open_data_contract_standard as standard\n"
        "from pathlib import Path\n"
        "schema = json.loads(Path(standard.__file__).with_name('schema.json').read_text())\n"
        "validator = jsonschema.validators.validator_for(schema)(schema)\n"
        "for name, contract in json.load(sys.stdin).items():\n"
        "    for error in validator.iter_errors(contract):\n"
        "        print(name, list(error.absolute_path), error.message[:200])\n"
    )
    files = sorted((ROOT / "sql" / "contracts").glob("*.yaml"))
    contracts = {path.name: yaml.safe_load(path.read_text()) for path in files}
    done = subprocess.run(
        [programs / "python", "-c", script],
        input=json.dumps(contracts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
