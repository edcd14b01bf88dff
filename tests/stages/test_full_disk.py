"""A disk that fills up while pages are archived, and the same command after space was made."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pipeline.archive.warc import read_record
from tests.discover.test_discovery import item, rss
from tests.stages.archived import html

PAGES = 40
OWN_MOUNTS = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
_SMALL_DISK = """
set -u
mount -t tmpfs -o size=256k tmpfs "$DATELINE_ARCHIVE"
"$DATELINE" run "$FEED" --allow-private-addresses 2>"$OUT/first"; echo "first $?"
"$DATELINE" run "$FEED" --allow-private-addresses 2>"$OUT/full"; echo "full $?"
mount -o remount,size=64m "$DATELINE_ARCHIVE"
"$DATELINE" run "$FEED" --allow-private-addresses 2>"$OUT/second"; echo "second $?"
"$DATELINE" archive index --json; echo "index $?"
"$DATELINE" archive verify --json; echo "verify $?"
cp -a "$DATELINE_ARCHIVE/." "$OUT/archive"
"""


def can_mount():
    if shutil.which("unshare") is None:
        return False
    mount = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.fixture
def newspaper(site):
    """A feed of pages that need more room together than the small disk has."""
    chance = random.Random(4)
    for number in range(PAGES):
        noise = f"<!-- {chance.randbytes(6000).hex()} -->"
        site.page(f"/{number}", html(number, head=noise).replace("canonical", "other"))
    items = [item(f"{site.url}/{number}") for number in range(PAGES)]
    site.page("/feed", rss(*items), Content_Type="application/rss+xml")
    return site


@pytest.mark.system
@pytest.mark.skipif(not can_mount(), reason="no disk can be made small here: unshare and mount")
def test_a_full_disk_is_told_and_the_same_command_goes_on(newspaper, store, store_dsn, tmp_path):
    archive = tmp_path / "archive"
    archive.mkdir()
    out = tmp_path / "out"
    (out / "archive").mkdir(parents=True)
    environment = os.environ | {
        "DATELINE_DSN": store_dsn,
        "DATELINE_HOME": str(tmp_path / "home"),
        "DATELINE_ARCHIVE": str(archive),
        "DATELINE_CRAWL_DELAY": "0",
        "DATELINE": str(Path(sys.executable).with_name("dateline")),
        "FEED": f"{newspaper.url}/feed",
        "OUT": str(out),
    }
    done = subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", _SMALL_DISK],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = {name: (out / name).read_text() for name in ("first", "full", "second")}
    assert "first 1" in done.stdout, told["first"]
    assert "free space or set DATELINE_ARCHIVE" in told["first"].splitlines()[-1]
    assert "full 1" in done.stdout
    assert told["full"].startswith("dateline: archive file"), told["full"]
    assert "second 0" in done.stdout, told["second"]
    assert "index 0" in done.stdout
    assert "verify 0" in done.stdout, done.stdout

    archive.rmdir()
    (out / "archive").rename(archive)
    with psycopg.connect(store_dsn) as connection:
        fates = connection.execute("select outcome from mart.url_fate").fetchall()
        articles = connection.execute(
            "select count(*), count(distinct canonical_url) from mart.articles"
        ).fetchone()
        places = connection.execute("select final_url, raw_uri from news.fetches").fetchall()
    assert {outcome for (outcome,) in fates} <= {"loaded", "unchanged"}
    assert articles == (PAGES, PAGES)
    assert len(places) >= PAGES
    for _, raw_uri in places:
        assert read_record(raw_uri).body
