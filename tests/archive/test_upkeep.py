"""Index, check and join files; what a killed writer or a killed join leaves is put right."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.archive import upkeep
from pipeline.archive.cdxj import index_name
from pipeline.archive.locator import Locator, parse_locator
from pipeline.archive.warc import ArchivedPage, iter_warc, read_record
from pipeline.archive.writer import ArchiveWriter
from pipeline.errors import ArchiveError
from tests.archive.test_writer import earlier_of, exchange, response

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def page(number, body=b"<p>text</p>"):
    return response(exchange(f"https://herald.example/{number}", body=body))


def write(folder, *numbers, at=NOON):
    """Write pages into a file of their own; return their locators."""
    with (
        time_machine.travel(at, tick=False),
        ArchiveWriter(str(folder), file_bytes=10**9) as writer,
    ):
        return [writer.write(page(number)) for number in numbers]


def file_of(raw_uri):
    return Path(parse_locator(raw_uri).file)


def leave_open(file, tail=b""):
    """Make of a file what a writer leaves that was killed while it wrote a record."""
    file.rename(file.with_name(file.name + ".open"))
    with file.with_name(file.name + ".open").open("ab") as stream:
        stream.write(tail)
    Path(index_name(str(file))).unlink()


def test_the_index_made_again_is_the_index_that_was_written(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        first = writer.write(page(1))
        writer.write(page(1), earlier_of(first, b"<p>text</p>"))
        writer.write(response(exchange(status=404, body=bytes(3_000_000)), exchange(status=304)))
        writer.write(response(exchange(headers=(("Content-Type", "text/HTML; charset=x"),))))
    index = Path(index_name(parse_locator(first).file))
    written = index.read_bytes()
    assert written.count(b"\n") == 5
    index.unlink()
    (file,) = upkeep.archive_files(str(tmp_path))
    assert file.state == "not indexed"
    assert upkeep.make_index(file.name) == []
    assert index.read_bytes() == written
    assert upkeep.archive_files(str(tmp_path))[0].state == "ready"


@pytest.mark.parametrize("is_in_response", [True, False])
def test_the_torn_tail_of_a_killed_writer_costs_one_record(tmp_path, is_in_response):
    raw_uris = write(tmp_path, 1, 2, 3)
    file, last = file_of(raw_uris[0]), parse_locator(raw_uris[2])
    torn = file.read_bytes()[last.offset :][: last.length + (-5 if is_in_response else 50)]
    leave_open(file, torn)
    assert [each.state for each in upkeep.archive_files(str(tmp_path))] == ["interrupted"]
    assert upkeep.make_index(str(file)) == []
    (found,) = upkeep.archive_files(str(tmp_path))
    assert (found.state, upkeep.contents(found.name).captures) == ("ready", 4 - is_in_response)
    assert [read_record(raw_uri).status for raw_uri in raw_uris] == [200] * 3
    pages, broken = upkeep.check_file(found.name)
    assert (pages, broken) == (4 - is_in_response, [])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.binary(max_size=60))
def test_however_a_file_is_torn_the_records_before_it_stay(tmp_path_factory, cut, junk):
    folder = tmp_path_factory.mktemp("w")
    raw_uris = write(folder, 1, 2, 3)
    file = file_of(raw_uris[0])
    whole = file.read_bytes()
    leave_open(file)
    file.with_name(file.name + ".open").write_bytes(whole[:-cut] + junk)
    upkeep.make_index(str(file))
    assert upkeep.check_file(str(file))[1] == []
    kept = [each for each in raw_uris if parse_locator(each).offset < file.stat().st_size]
    assert len(kept) >= 2
    assert [read_record(each).status for each in kept] == [200] * len(kept)
    assert upkeep.contents(str(file)).captures == len(kept)


def test_damage_in_the_middle_is_named_and_nothing_is_cut_off(tmp_path):
    raw_uris = write(tmp_path, 1, 2, 3)
    file, place = file_of(raw_uris[0]), parse_locator(raw_uris[1])
    data = bytearray(file.read_bytes())
    data[place.offset + 40] ^= 0xFF
    file.write_bytes(data)
    leave_open(file)
    (broken,) = upkeep.make_index(str(file))
    assert broken.raw_uri == str(Locator(str(file), place.offset))
    assert file.stat().st_size == len(data)
    assert upkeep.contents(str(file)).captures == 2
    pages, found = upkeep.check_file(str(file))
    assert (pages, len(found)) == (2, 1)


def test_a_file_that_is_being_written_is_left_alone(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(page(1))
        writer.flush()
        (file,) = upkeep.archive_files(str(tmp_path))
        assert file.state == "being written"
        with pytest.raises(ArchiveError, match="is being written"):
            upkeep.make_index(file.name)
        writer.write(page(2))
    assert read_record(raw_uri).status == 200


def day_of_files(folder, count, at=NOON):
    return [
        raw_uri
        for number in range(count)
        for raw_uri in write(folder, number, number + 100, at=at + timedelta(hours=2 * number))
    ]


def moved(raw_uri, join):
    place = parse_locator(raw_uri)
    for part, name, shift in join.moves():
        if part == place.file:
            return str(Locator(name, place.offset + shift, place.length))
    raise AssertionError(raw_uri)


def test_small_files_of_a_day_become_one_with_its_index(tmp_path):
    raw_uris = day_of_files(tmp_path, 5)
    other_day = write(tmp_path, 7, at=NOON + timedelta(days=1))
    (join,) = upkeep.plan_joins(upkeep.archive_files(str(tmp_path)), 10**6)
    assert len(join.parts) == 5
    assert upkeep.begin_join(join)
    upkeep.end_join(join)
    again = [moved(raw_uri, join) for raw_uri in raw_uris]
    urls = [read_record(raw_uri).url for raw_uri in again]
    assert urls == [f"https://herald.example/{n}" for k in range(5) for n in (k, k + 100)]
    assert {file.name for file in upkeep.archive_files(str(tmp_path))} == {
        join.name,
        parse_locator(other_day[0]).file,
    }
    index = Path(index_name(join.name))
    joined = index.read_bytes()
    upkeep.make_index(join.name)
    assert index.read_bytes() == joined
    assert upkeep.check_file(join.name) == (10, [])
    assert list(tmp_path.rglob("*.join")) == []


def test_files_are_joined_up_to_the_size_of_a_file(tmp_path):
    day_of_files(tmp_path, 5)
    files = upkeep.archive_files(str(tmp_path))
    size = files[0].size
    joins = upkeep.plan_joins(files, int(size * 2.5))
    assert [len(join.parts) for join in joins] == [2, 2]
    assert upkeep.plan_joins(files, size) == []


def test_a_join_that_was_killed_can_be_completed_from_its_note(tmp_path):
    raw_uris = day_of_files(tmp_path, 3)
    (join,) = upkeep.plan_joins(upkeep.archive_files(str(tmp_path)), 10**6)
    upkeep.begin_join(join)
    Path(join.name).unlink()
    assert upkeep.unfinished_joins(str(tmp_path)) == [join]
    assert upkeep.begin_join(join)
    upkeep.end_join(join)
    assert read_record(moved(raw_uris[-1], join)).status == 200
    assert upkeep.unfinished_joins(str(tmp_path)) == []


def test_files_of_others_and_busy_files_are_not_joined(tmp_path):
    raw_uris = day_of_files(tmp_path, 3)
    busy = file_of(raw_uris[0]).name
    shutil.copy(file_of(raw_uris[2]), file_of(raw_uris[2]).with_name("crawl.warc.gz"))
    (join,) = upkeep.plan_joins(upkeep.archive_files(str(tmp_path)), 10**6, {busy})
    assert [Path(part).name for part in join.parts] == [
        file_of(raw_uri).name for raw_uri in raw_uris[2::2]
    ]


def test_an_archive_that_is_not_there_is_empty(tmp_path):
    assert upkeep.archive_files(str(tmp_path / "nothing")) == []


def test_the_same_works_in_a_bucket(s3):
    base = "s3://bucket/archive"
    with ArchiveWriter(base) as writer:
        raw_uris = []
        for number in range(4):
            raw_uris.append(writer.write(page(number, os.urandom(5000))))
            writer.flush()
    files = upkeep.archive_files(base)
    assert [file.state for file in files] == ["ready"] * 4
    (join,) = upkeep.plan_joins(files, 10**6)
    assert upkeep.begin_join(join)
    assert upkeep.unfinished_joins(base) == [join]
    upkeep.end_join(join)
    (file,) = upkeep.archive_files(base)
    assert upkeep.contents(file.name).captures == 4
    assert upkeep.check_file(file.name) == (4, [])
    assert upkeep.make_index(file.name) == []
    for raw_uri in raw_uris:
        found = read_record(moved(raw_uri, join))
        assert isinstance(found, ArchivedPage)
    assert sum(isinstance(each, ArchivedPage) for each in iter_warc(file.name)) == 4
    upkeep.remove_file(file.name)
    assert upkeep.archive_files(base) == []
