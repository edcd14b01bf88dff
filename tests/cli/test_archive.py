"""``dateline archive``: what it prints and with which exit code it ends."""

import json
import sys
from pathlib import Path

import pytest
import time_machine

from pipeline.archive.writer import ArchiveWriter
from pipeline.cli import main
from pipeline.settings import settings
from tests.archive.test_upkeep import NOON, leave_open, page


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs a command; it returns exit code, stdout and stderr."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["dateline", "archive", *words])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def write(*numbers):
    with time_machine.travel(NOON, tick=False), ArchiveWriter(settings().archive_url) as writer:
        for number in numbers:
            writer.write(page(number))
    return next(Path(settings().archive_url).rglob("*.warc.gz"))


def test_list_shows_size_captures_and_state(run):
    assert run("list")[0] == 0
    file = write(1, 2)
    code, out, _ = run("list", "--json")
    (row,) = map(json.loads, out.splitlines())
    assert code == 0
    assert (row["file"], row["bytes"]) == (str(file), file.stat().st_size)
    assert (row["captures"], row["state"]) == (2, "ready")
    assert row["first_at"] == "2026-11-22T08:15:30+00:00"


def test_index_finishes_the_file_of_a_killed_writer(run):
    file = write(1, 2)
    leave_open(file, b"\x1f\x8b\x08\0")
    assert json.loads(run("list", "--json")[1])["state"] == "interrupted"
    code, out, err = run("index", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"file": str(file), "captures": 2, "damaged": 0}
    assert json.loads(run("list", "--json")[1])["state"] == "ready"


def test_verify_names_the_damaged_place_and_ends_with_1(run):
    file = write(1, 2)
    assert run("verify")[0] == 0
    data = bytearray(file.read_bytes())
    data[-40] ^= 0xFF
    file.write_bytes(data)
    code, out, err = run("verify", "--json")
    assert code == 1
    assert json.loads(out)["damaged"] == 1
    assert f"{file}#offset=" in err


def test_prune_says_how_to_begin_where_nothing_is_set(run):
    write(1)
    code, out, err = run("prune")
    assert (code, out) == (0, "")
    assert "DATELINE_ARCHIVE_DAYS is 0. Set it, or give --days." in err


def test_an_archive_that_cannot_be_read_is_one_line(run, monkeypatch):
    monkeypatch.setenv("DATELINE_ARCHIVE", "ftp://host/archive")
    settings.cache_clear()
    code, _, err = run("list")
    assert (code, err.count("\n")) == (1, 1)
    assert "correct DATELINE_ARCHIVE" in err
