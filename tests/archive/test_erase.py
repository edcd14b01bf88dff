"""Erased records: their bytes are gone, every other record stays where it was."""

import zlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive import upkeep
from pipeline.archive.erase import erase
from pipeline.archive.locator import parse_locator
from pipeline.archive.warc import iter_warc, read_record
from pipeline.archive.writer import ArchiveWriter
from tests.archive.test_upkeep import page, write


def addresses(file):
    """Return the addresses of the pages that two readers find in a file."""
    with Path(file).open("rb") as stream:
        records = list(ArchiveIterator(stream, check_digests="raise"))
    urls = [
        record.rec_headers["WARC-Target-URI"] for record in records if record.rec_type == "response"
    ]
    assert urls == [
        each.page.url if hasattr(each, "page") else each.url for each in iter_warc(file)
    ]
    return [url.removeprefix("https://herald.example/") for url in urls]


@settings(max_examples=25)
@given(
    sizes=st.lists(st.sampled_from([0, 1, 300, 70_000, 400_000]), min_size=1, max_size=6),
    data=st.data(),
)
def test_the_others_keep_their_places_whatever_is_erased(tmp_path_factory, sizes, data):
    folder = tmp_path_factory.mktemp("archive")
    bodies = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    with ArchiveWriter(str(folder), file_bytes=10**9) as writer:
        raw_uris = [writer.write(page(number, body)) for number, body in enumerate(bodies)]
    gone = data.draw(st.sets(st.sampled_from(range(len(sizes)))))
    name = parse_locator(raw_uris[0]).file
    size = Path(name).stat().st_size
    unwanted = {f"https://herald.example/{number}" for number in gone}
    erased = erase(name, lambda record: record.url in unwanted)
    assert erased is not None
    assert {each.url for each in erased} == unwanted
    assert Path(name).stat().st_size == size
    kept = [number for number in range(len(sizes)) if number not in gone]
    assert addresses(name) == [str(number) for number in kept]
    assert [read_record(raw_uris[number]).body for number in kept] == [bodies[n] for n in kept]
    assert upkeep.contents(name).captures == len(kept)
    assert upkeep.check_file(name) == (len(kept), [])
    assert erase(name, lambda record: record.url in unwanted) == []


def test_no_byte_of_an_erased_request_or_response_is_left(tmp_path):
    raw_uri, other = write(tmp_path, 71, 72)
    name = parse_locator(raw_uri).file
    assert erase(name, lambda record: record.url.endswith("/71")) is not None
    plain, rest = b"", Path(name).read_bytes()
    while rest:
        inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
        plain += inflating.decompress(rest)
        rest = inflating.unused_data
    assert b"herald.example/71" not in plain
    assert plain.count(b"WARC-Type: request") == 1
    assert plain.count(b"this record was taken down") == 1
    assert read_record(other).url == "https://herald.example/72"


def test_a_file_that_grows_is_left_alone(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(page(1))
        writer.flush()
        assert erase(parse_locator(raw_uri).file, lambda _: True) is None
    assert erase(parse_locator(raw_uri).file, lambda _: True) != []
