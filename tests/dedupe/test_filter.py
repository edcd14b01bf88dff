"""``dateline dedupe``: the input and output of the filter."""

import gzip
import io
import json
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import build
from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import run_filter
from tests.fix_stories import edited, first_part, page, story

BASE = story("base", 200)


def run(lines: list[str]) -> tuple[list[dict], int]:
    out = io.StringIO()
    all_well = run_filter(io.BytesIO("\n".join(lines).encode()), out, find_copies)
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()], int(not all_well)


def run_process(given: str, *arguments: str) -> tuple[list[dict], int]:
    done = subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", "dedupe", *arguments],
        input=given.encode(),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def row(row_id: object, text: object, **more: object) -> str:
    return json.dumps({"id": row_id, "text": text, **more})


def test_rows_groups_and_matches():
    brief = first_part(BASE, 0.3)
    rows, code = run(
        [
            row("a", BASE),
            row("b", story(1, 200)),
            row("c", brief),
            row("d", BASE + " " + story(2, 8)),
        ]
    )
    assert code == 0
    assert [list(each) for each in rows] == [["id", "group", "is_original", "matches"]] * 4
    assert [(each["id"], each["group"], each["is_original"]) for each in rows] == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 1, False),
        ("d", 1, True),
    ]
    assert [(each["id"], each["relation"]) for each in rows[0]["matches"]] == [
        ("d", "duplicate"),
        ("c", "b_in_a"),
    ]
    assert [(each["id"], each["relation"]) for each in rows[2]["matches"]] == [
        ("a", "a_in_b"),
        ("d", "a_in_b"),
    ]
    assert rows[2]["matches"][0]["containment"] == 1.0
    assert list(rows[0]["matches"][0]) == ["id", "relation", "jaccard", "containment"]
    assert rows[1]["matches"] == []


def test_ids_are_echoed_as_given_and_may_repeat():
    ids = [7, "7", 7, ["x", None], {"n": 1}, 1.5, False, "é\ud800"]
    rows, code = run([row(each, BASE) for each in ids])
    assert code == 0
    assert [each["id"] for each in rows] == ids
    assert {each["group"] for each in rows} == {1}
    assert [each["is_original"] for each in rows] == [True] + [False] * 7
    assert [match["id"] for match in rows[0]["matches"]] == ids[1:]


def test_bad_lines_keep_their_place_and_the_others_are_compared():
    rows, code = run(
        [row("a", BASE), "{", "[]", row(None, "x"), row("n", None), row("t", 5), row("z", BASE)]
    )
    assert code == 1
    assert [each["id"] for each in rows] == ["a", None, None, None, "n", "t", "z"]
    assert [each.get("line") for each in rows] == [None, 2, 3, 4, None, None, None]
    assert all("error" in each for each in rows[1:6])
    assert rows[0]["group"] == rows[6]["group"] == 1
    assert rows[0]["matches"][0]["id"] == "z"


def test_a_source_that_is_not_a_string_is_an_error_of_its_row():
    rows, code = run([row(1, BASE, source=3), row(2, BASE, source=None), row(3, BASE)])
    assert code == 1
    assert "error" in rows[0]
    assert rows[1]["group"] == rows[2]["group"]


@pytest.mark.parametrize("text", ["", " ", "\x00", "word", "\ud800", "🙂" * 50, "港" * 200])
def test_texts_without_words_are_groups_of_one(text):
    rows, code = run([row(1, text), row(2, BASE), row(3, story(9, 60))])
    assert code == 0
    assert [each["group"] for each in rows] == [1, 2, 3]
    assert all(each["is_original"] for each in rows)


def test_short_texts_match_only_when_they_are_the_same():
    short = "Storm closes bridge at Melt Harbour"
    rows, _ = run([row(1, short), row(2, short.upper() + "."), row(3, short + " again")])
    assert [each["group"] for each in rows] == [1, 1, 3]


def test_no_input_gives_no_output():
    assert run([]) == ([], 0)
    assert run(["", " "]) == ([], 0)


@pytest.mark.slow
def test_the_command_reads_a_file_like_standard_input(tmp_path):
    lines = [row(1, BASE), row(2, edited(BASE, 0.05)), "{"]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run_process("", str(tmp_path / "in.jsonl")) == run(lines)
    assert run_process("\n".join(lines)) == run(lines)


def test_a_missing_file_is_a_usage_error(tmp_path):
    assert run_process("", str(tmp_path / "none.jsonl")) == ([], 2)


def test_the_outlet_is_optional_and_helps_to_recognise_boilerplate():
    header = story("header", 170)
    texts = [header + "\n\n" + story(f"own {number}", 130) for number in range(5)]
    without, _ = run([row(number, text) for number, text in enumerate(texts)])
    named, _ = run([row(number, text, source="outlet") for number, text in enumerate(texts)])
    assert len({each["group"] for each in without}) == 1
    assert len({each["group"] for each in named}) == 5
    pages, _ = run([row(number, page("outlet", story(number, 150), 230)) for number in range(2)])
    assert len({each["group"] for each in pages}) == 2


def test_the_order_of_rows_does_not_change_groups():
    texts = [BASE, edited(BASE, 0.1), first_part(BASE, 0.4), story(5, 150), page("a", BASE, 80)]
    there, _ = run([row(number, text) for number, text in enumerate(texts)])
    back, _ = run([row(number, text) for number, text in reversed(list(enumerate(texts)))])

    def partition(rows):
        found = defaultdict(set)
        for each in rows:
            found[each["group"]].add(each["id"])
        return sorted(map(sorted, found.values()))

    assert partition(there) == partition(back) == [[0, 1, 2, 4], [3]]


def test_precision_and_recall_on_the_measuring_data(dedup_data):
    # A part of the clusters, to keep the suite quick; benchmarks/copies/duplicates.py takes all.
    with gzip.open(dedup_data / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        given = [json.loads(line) for line in lines][:900]
    rows, code = run([row(each["id"], each["text"]) for each in given])
    assert code == 0
    cluster = [each["cluster_id"] for each in given]
    group = [each["group"] for each in rows]
    counts: Counter[tuple[bool, bool]] = Counter()
    for a, b in combinations(range(len(given)), 2):
        counts[cluster[a] == cluster[b], group[a] == group[b]] += 1
    right = counts[True, True]
    assert right / (right + counts[False, True]) >= 0.99
    assert right / (right + counts[True, False]) >= 0.95


def test_a_first_argument_that_is_not_a_command_is_the_input_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = row(1, BASE)
    for name in ("undo", "FILE", "filter.jsonl"):
        (tmp_path / name).write_text(line, encoding="utf-8")
    runner = CliRunner()
    for name in ("./undo", "FILE", "filter.jsonl"):
        done = runner.invoke(build(), ["dedupe", name])
        assert (done.exit_code, json.loads(done.stdout)["id"]) == (0, 1)
    for arguments in (["dedupe"], ["dedupe", "-"]):
        done = runner.invoke(build(), arguments, input=line)
        assert (done.exit_code, json.loads(done.stdout)["group"]) == (0, 1)
    assert runner.invoke(build(), ["dedupe", "undone"]).exit_code != 0
    shown = runner.invoke(build(), ["dedupe", "--help"]).stdout
    assert "is_original" in shown
    assert "undo" in shown
