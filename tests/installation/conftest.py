"""Fixtures: commands about an installation whose store is a database of the test's own."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.warehouse.store import connect

DATELINE = str(Path(sys.executable).with_name("dateline"))


@pytest.fixture
def ask(tmp_path, store_dsn):
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)

    def run(*words, **environ):
        kept = {name: value for name, value in os.environ.items() if name[:8] != "DATELINE"}
        done = subprocess.run(
            [DATELINE, *words, "--json"],
            env=kept
            | {
                "DATELINE_HOME": str(home),
                "DATELINE_SOURCES": str(home / "sources"),
                "DATELINE_DSN": store_dsn,
            }
            | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    return run


@pytest.fixture
def conn(store_dsn):
    with closing(connect(store_dsn)) as connection:
        yield connection
