"""The two example articles as a user runs them: `dateline extract` and `dateline annotate`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DATELINE = str(Path(sys.executable).with_name("dateline"))
SEEDS = ("000", "002")
EDGE = " .,“”\"'"


def through(command, rows):
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(
        [DATELINE, command], input=lines, capture_output=True, text=True, check=True
    )
    return {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.fixture
def gold(seed_articles):
    return {
        seed: json.loads((seed_articles / f"{seed}.gold.json").read_text("utf-8")) for seed in SEEDS
    }


def test_text_and_metadata_equal_the_gold(seed_articles, gold):
    rows = [{"id": seed, "path": str(seed_articles / f"{seed}.txt")} for seed in SEEDS]
    for seed, row in through("extract", rows).items():
        assert row["outcome"] == "ok"
        assert row["title"] == gold[seed]["title"]
        assert row["text"] == gold[seed]["body"]
        for key in ("agency", "credit_line", "comment_count"):
            assert row.get(key) == gold[seed][key], key
        assert (row.get("categories") or []) == gold[seed]["categories"]
        assert row.get("published_at") == gold[seed]["published"]
        assert sorted(removed["text"] for removed in row["removed"]) == sorted(
            gold[seed]["boilerplate"]
        )


def test_every_direct_quote_has_its_speaker(gold):
    rows = [{"id": s, "text": gold[s]["body"], "title": gold[s]["title"]} for s in SEEDS]
    for seed, row in through("annotate", rows).items():
        body = gold[seed]["body"]
        found = {
            ("".join(body[start:end] for start, end in quote["content"]).strip(EDGE)): quote
            for quote in row["quotes"]
        }
        for quote in gold[seed]["quotes"]:
            if quote["kind"] == "direct" and not quote.get("optional"):
                match = found[quote["content"].strip(EDGE)]
                assert match["kind"] == "direct"
                assert match["speaker"] == quote["speaker_canonical"]


def test_entity_offsets_give_the_name(gold):
    rows = [{"id": s, "text": gold[s]["body"]} for s in SEEDS]
    for seed, row in through("annotate", rows).items():
        for entity in row["entities"]:
            assert gold[seed]["body"][entity["start"] : entity["end"]] == entity["text"]


def test_both_tell_of_one_event(seed_articles, store, store_dsn, tmp_path):
    files = [str(seed_articles / f"{seed}.txt") for seed in SEEDS]
    environment = os.environ | {"DATELINE_DSN": store_dsn, "DATELINE_HOME": str(tmp_path)}
    subprocess.run([DATELINE, "run", *files], env=environment, check=True, capture_output=True)
    assert store.execute("select article_count from mart.stories").fetchall() == [(2,)]
