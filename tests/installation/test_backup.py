"""Backup and restore through the command line, on a store with the demo site's articles."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.demo import DemoSite, free_ports
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

_ROWS = """
select canonical_url, title, md5(text) from mart.articles as a
join news.article_versions using (article_version_id) order by 1
"""


class Installation:
    """A home folder with an embedded server, used by commands only."""

    def __init__(self, home):
        self.home = home

    def run(self, *words):
        kept = {name: value for name, value in os.environ.items() if name[:8] != "DATELINE"}
        return subprocess.run(
            [str(Path(sys.executable).with_name("dateline")), *map(str, words)],
            env=kept
            | {
                "DATELINE_HOME": str(self.home),
                "DATELINE_SOURCES": str(self.home / "sources"),
                "DATELINE_ALLOW_PRIVATE_ADDRESSES": "true",
            },
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def rows(self, query):
        with closing(connect(EmbeddedServer(self.home).dsn())) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return an installation with articles, and a backup of it."""
    installation = Installation(tmp_path_factory.mktemp("a home"))
    with DemoSite(ports=free_ports((0, 0, 0))) as site:
        site.write_sources(installation.home / "sources")
        for file in (installation.home / "sources").glob("*.toml"):
            if file.stem != "ambara_now":  # one outlet is enough, and quicker
                file.unlink()
        done = installation.run("run")
        assert done.returncode == 0, done.stderr
    folder = installation.home / "backups" / "first"
    done = installation.run("backup", folder)
    assert done.returncode == 0, done.stderr
    yield installation, folder, done.stderr
    EmbeddedServer(installation.home).remove()


@pytest.fixture
def empty(tmp_path):
    installation = Installation(tmp_path / "new home")
    yield installation
    if installation.home.exists():
        EmbeddedServer(installation.home).remove()


def test_a_backup_restored_into_an_empty_home_is_the_same_store(made, empty):
    installation, folder, said = made
    assert "articles" in said
    done = empty.run("restore", folder)
    assert done.returncode == 0, done.stderr
    schemas = "any (array['news'::regnamespace, 'ops'::regnamespace, 'mart'::regnamespace])"
    for query in (
        "select * from news.articles order by 1",
        "select * from ops.links order by 1",
        "select * from mart.url_fate order by 1, 2",
        "select oid::regclass::text, relkind from pg_class"
        f" where relnamespace = {schemas} order by 1",
        "select grantee, table_name, privilege_type from information_schema.role_table_grants"
        " where table_schema = 'mart' order by 1, 2, 3",
    ):
        assert empty.rows(query) == installation.rows(query)
    assert (empty.home / "sources" / "ambara_now.toml").exists()
    indexes = [path.name for path in (installation.home / "archive").rglob("*.cdxj")]
    assert sorted(indexes) == sorted(p.name for p in (empty.home / "archive").rglob("*.cdxj"))
    assert empty.run("db", "status").returncode == 0


def test_a_store_with_tables_is_not_restored_into(made):
    installation, folder, _ = made
    done = installation.run("restore", folder)
    assert done.returncode == 2
    assert "has tables already" in done.stderr


def test_a_backup_does_not_replace_another(made):
    installation, folder, _ = made
    done = installation.run("backup", folder)
    assert done.returncode == 2
    assert "exists" in done.stderr


def test_a_damaged_backup_is_refused_before_anything_is_written(made, empty, tmp_path):
    _, folder, _ = made
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in folder.iterdir():
        if file.is_file():
            (damaged / file.name).write_bytes(file.read_bytes()[:-1])
    (damaged / "backup.json").write_text((folder / "backup.json").read_text())
    done = empty.run("restore", damaged)
    assert done.returncode == 2
    assert "is damaged" in done.stderr
    assert not empty.home.exists()


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_a_folder_that_is_no_backup_is_refused(empty, tmp_path, content):
    folder = tmp_path / "folder"
    folder.mkdir()
    if content is not None:
        (folder / "backup.json").write_text(content)
    done = empty.run("restore", folder)
    assert done.returncode == 2
    assert "backup.json" in done.stderr


def test_the_manifest_names_every_file_and_holds_no_secret(made):
    _, folder, _ = made
    manifest = json.loads((folder / "backup.json").read_text())
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == files - {"backup.json"}
    assert folder.stat().st_mode & 0o077 == 0
