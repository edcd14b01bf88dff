"""A damaged record in the middle of a WARC file costs that record, and is named by every reader."""

import gzip
import re

import pytest

from pipeline.archive import upkeep
from pipeline.archive.locator import parse_locator
from pipeline.archive.warc import ArchivedPage, BrokenRecord, iter_warc
from tests.archive.test_captures import http, numbers, read, warc_record

RECORDS = [warc_record(number, http(b"<p>%d</p>" % number)) for number in range(5)]
WHOLE = RECORDS[2]
LENGTH = re.search(rb"Content-Length: (\d+)", WHOLE)
OFFSET_OF = {
    False: len(b"".join(RECORDS[:2])),
    True: len(b"".join(gzip.compress(each, mtime=0) for each in RECORDS[:2])),
}


def with_length(stated):
    return WHOLE.replace(LENGTH[0], b"Content-Length: %s" % stated, 1)


def without(name):
    return re.sub(rb"%s: [^\r]*\r\n" % name, b"", WHOLE, count=1)


RECORD_FAULTS = {
    "negative length": with_length(b"-5"),
    "length in words": with_length(b"abc"),
    "no length": without(b"Content-Length"),
    "length too short": with_length(b"%d" % (int(LENGTH[1]) - 40)),
    "length too long": with_length(b"%d" % (int(LENGTH[1]) + 40)),
    "length of 100 TB": with_length(b"99999999999999"),
    "length of 5000 digits": with_length(b"9" * 5000),
    "length of nothing": with_length(b"0"),
    "another first line": WHOLE.replace(b"WARC/1.0", b"WORC/1.0", 1),
    "another version": WHOLE.replace(b"WARC/1.0", b"WARC/x.y", 1),
    "header without a colon": WHOLE.replace(b"WARC-Type:", b"WARC-Type", 1),
    "no type": without(b"WARC-Type"),
    "no date": without(b"WARC-Date"),
    "no address": without(b"WARC-Target-URI"),
    "date in words": re.sub(rb"WARC-Date: [^\r]*", b"WARC-Date: yesterday", WHOLE, count=1),
    "torn in its content": WHOLE[: len(WHOLE) // 2],
    "torn in its headers": WHOLE[:60],
    "zeros": bytes(len(WHOLE)),
    "another byte": WHOLE[:-20] + bytes([WHOLE[-20] ^ 0xFF]) + WHOLE[-19:],
}
PACKED = gzip.compress(WHOLE, mtime=0)


def flipped(place):
    data = bytearray(PACKED)
    data[place] ^= 0xFF
    return bytes(data)


MEMBER_FAULTS = {
    "no magic bytes": bytes(2) + PACKED[2:],
    "another method": flipped(2),
    "another flag": flipped(3),
    "first bytes": flipped(12),
    "middle": flipped(len(PACKED) // 2),
    "checksum": flipped(-6),
    "size": flipped(-2),
    "torn at once": PACKED[:15],
    "torn in the middle": PACKED[: len(PACKED) // 2],
    "torn at its end": PACKED[:-4],
    "zeros": bytes(len(PACKED)),
}
DAMAGES = {
    **{f"plain: {name}": (False, bad) for name, bad in RECORD_FAULTS.items()},
    **{
        f"member: {name}": (True, gzip.compress(bad, mtime=0))
        for name, bad in RECORD_FAULTS.items()
    },
    **{f"gzip: {name}": (True, bad) for name, bad in MEMBER_FAULTS.items()},
}


@pytest.fixture(params=DAMAGES)
def damaged(request, tmp_path):
    """Return a file with one damaged record among five, and the offset of that record."""
    is_gzip, bad = DAMAGES[request.param]
    parts = [gzip.compress(each, mtime=0) if is_gzip else each for each in RECORDS]
    parts[2] = bad
    path = tmp_path / ("crawl.warc.gz" if is_gzip else "crawl.warc")
    path.write_bytes(b"".join(parts))
    return path, OFFSET_OF[is_gzip]


def places(broken):
    return [parse_locator(each.raw_uri).offset for each in broken]


def test_backfill_reads_the_others_and_names_the_place(damaged):
    path, offset = damaged
    items = read(path)
    broken = [each for each in items if isinstance(each, BrokenRecord)]
    assert numbers(items) == [0, 1, 3, 4]
    assert places(broken) == [offset]
    assert broken[0].reason


def test_a_source_of_files_reads_the_others_and_names_the_place(damaged):
    path, offset = damaged
    found = list(iter_warc(path))
    assert [each.url[-1] for each in found if isinstance(each, ArchivedPage)] == list("0134")
    assert places([each for each in found if isinstance(each, BrokenRecord)]) == [offset]


def test_verify_and_index_leave_it_out_and_name_the_place(damaged):
    path, offset = damaged
    if path.suffix != ".gz":
        return  # an archive of ours has no plain files
    captures, broken = upkeep.check_file(str(path))
    assert (captures, places(broken)) == (4, [offset])
    assert places(upkeep.make_index(str(path))) == [offset]
    assert upkeep.contents(str(path)).captures == 4
