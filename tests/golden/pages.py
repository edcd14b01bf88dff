"""The pages that have a golden file, and how they are extracted."""

import json
import subprocess
import sys
from pathlib import Path

from pipeline.demo.content import outlets
from pipeline.demo.site import OutletSite

FOLDER = Path(__file__).parent / "expected"
BASES = {
    "halvane_courier": "http://127.0.0.1:8171",
    "merrow_post": "http://127.0.0.1:8172",
    "ambara_now": "http://127.0.0.1:8173",
}
VERSION_FILE = FOLDER / "EXTRACTION_VERSION"
"""Holds the extraction version that wrote these files."""
EVERY = 4
"""Every fourth story of an outlet; these cover each template and most kinds of markup errors."""


def rows():
    """Return one input row per page: its id is ``<outlet>/<slug>``."""
    chosen = []
    for outlet in outlets():
        site = OutletSite(outlet, BASES[outlet.key])
        for story in outlet.stories[::EVERY]:
            page = site.page(story.path)
            chosen.append(
                {
                    "id": f"{outlet.key}/{story.slug}",
                    "url": site.base + story.path,
                    "html": page.body.decode("utf-8", errors="replace"),
                }
            )
    return chosen


def extracted():
    """Return what `dateline extract` gives for these pages, by id.

    The outlet is left out: it is the source of whatever sources folder is there.
    """
    command = [str(Path(sys.executable).with_name("dateline")), "extract", "--jobs", "1"]
    lines = "".join(json.dumps(row) + "\n" for row in rows())
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    found = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    for row in found.values():
        del row["source_key"]
    return found


def file_of(page_id):
    return FOLDER / f"{page_id}.json"


def as_json(row):
    return json.dumps(row, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
