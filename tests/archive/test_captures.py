"""Archives of others: WARC 0.17 to 1.1 and ARC, in every compression, whole and damaged."""

import base64
import gzip
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from random import Random

import pytest
from fastwarc.stream_io import ZstdWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.archive.captures import Capture, CaptureReader, Position, Revisit
from pipeline.archive.warc import MAX_RECORD_BYTES, BrokenRecord
from pipeline.errors import ArchiveError

AT = datetime(2016, 11, 22, 8, 15, 30, tzinfo=UTC)


def http(body=b"<p>page</p>", headers="Content-Type: text/html", status="200 OK"):
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def warc_record(number, block, version="1.0"):
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    head = (
        f"WARC/{version}\r\nWARC-Type: response\r\nWARC-Date: 2016-11-22T08:15:30Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Target-URI: http://post.example/{number}\r\n"
        f"WARC-Block-Digest: sha1:{digest}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def arc_record(number, block, version=1):
    rest = "" if version == 1 else " 200 - - 0 x.arc"
    kind = "text/html"
    url = f"http://post.example/{number}"
    return f"{url} 10.0.0.1 20161122081530 {kind}{rest} {len(block)}\n".encode() + block + b"\n"


def arc_head(version="1 0"):
    block = f"{version} Crawler\nURL IP-address Archive-date Content-type Archive-length\n".encode()
    return f"filedesc://x.arc 0.0.0.0 20161122081500 text/plain {len(block)}\n".encode() + block


def zstd(data):
    out = io.BytesIO()
    writer = ZstdWriter(out)
    writer.write(data)
    writer.close()
    return out.getvalue()


PACKINGS = {
    "plain": b"".join,
    "by record": lambda records: b"".join(gzip.compress(each, mtime=0) for each in records),
    "as a whole": lambda records: gzip.compress(b"".join(records), mtime=0),
}


def numbers(items):
    return [int(each.page.url.rpartition("/")[2]) for each in items if isinstance(each, Capture)]


def read(path, **arguments):
    return list(CaptureReader(str(path), **arguments))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
def test_warc_of_every_version_is_read_in_every_packing(tmp_path, version, packing):
    path = tmp_path / "x.warc.gz"
    records = [warc_record(number, http(b"<p>%d</p>" % number), version) for number in range(5)]
    path.write_bytes(PACKINGS[packing](records))
    items = read(path)
    assert numbers(items) == [0, 1, 2, 3, 4]
    assert [each.page.body for each in items] == [b"<p>%d</p>" % number for number in range(5)]
    assert {(each.page.fetched_at, each.page.status) for each in items} == {(AT, 200)}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("version", ["1 0", "1 1", "2 0"])
def test_arc_of_every_version_is_read_in_every_packing(tmp_path, version, packing):
    path = tmp_path / "x.arc.gz"
    fields = int(version[0])
    records = [arc_head(version)] + [
        arc_record(n, http(b"<p>%d</p>" % n), fields) for n in range(4)
    ]
    path.write_bytes(PACKINGS[packing](records))
    items = read(path)
    assert numbers(items) == [0, 1, 2, 3]
    assert [each.page.body for each in items] == [b"<p>%d</p>" % number for number in range(4)]
    assert {(each.page.fetched_at, each.page.status) for each in items} == {(AT, 200)}


def test_zstd_is_read(tmp_path):
    path = tmp_path / "x.warc.zst"
    path.write_bytes(b"".join(zstd(warc_record(number, http())) for number in range(3)))
    assert numbers(read(path)) == [0, 1, 2]


def test_an_arc_url_may_hold_blanks(tmp_path):
    path = tmp_path / "x.arc"
    block = http()
    line = f"http://post.example/a b c 10.0.0.1 20161122081530 text/html {len(block)}\n"
    path.write_bytes(arc_head() + line.encode() + block + b"\n")
    assert [each.page.url for each in read(path)] == ["http://post.example/a b c"]


TEXT = "<p>Words of a page, Zürich.</p>".encode() * 40
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(TEXT), TEXT)
ZIPPED = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: text/html", TEXT),
        ("Transfer-Encoding: chunked", CHUNKED),
        ("Content-Encoding: gzip", ZIPPED),
        (
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(ZIPPED), ZIPPED),
        ),
        ("Transfer-Encoding: chunked", TEXT),
        ("Content-Encoding: gzip", TEXT),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", ZIPPED),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", TEXT),
        ("Content-Encoding: br", TEXT),
    ],
)
@pytest.mark.parametrize("kind", ["warc", "arc"])
def test_bodies_are_decoded_as_they_were_stored(tmp_path, headers, body, kind):
    path = tmp_path / "x"
    block = http(body, headers)
    path.write_bytes(warc_record(1, block) if kind == "warc" else arc_head() + arc_record(1, block))
    (item,) = read(path)
    assert item.page.body == TEXT


def test_heads_with_bare_line_feeds_are_read(tmp_path):
    path = tmp_path / "x.arc"
    block = b"HTTP/1.0 200 OK\nContent-Type: text/html\nServer: old\n\n<p>old</p>"
    path.write_bytes(arc_head() + arc_record(1, block))
    (item,) = read(path)
    assert (item.page.body, item.page.content_type) == (b"<p>old</p>", "text/html")


@pytest.mark.parametrize("kind", ["warc", "arc"])
@pytest.mark.parametrize("packed", ["the body", "the record"])
def test_a_record_that_unpacks_to_more_than_a_page_is_no_page(tmp_path, kind, packed):
    bomb = bytes(MAX_RECORD_BYTES + 1)
    block = http(bomb)
    if packed == "the body":
        block = http(gzip.compress(bomb, 1), "Content-Encoding: gzip")
    record = warc_record if kind == "warc" else arc_record
    parts = [record(1, block), record(2, http(TEXT))]
    path = tmp_path / "x"
    members = parts if kind == "warc" else [arc_head(), *parts]
    path.write_bytes(b"".join(gzip.compress(each, 1) for each in members))
    found, good = read(path)
    assert isinstance(found, BrokenRecord)
    assert str(MAX_RECORD_BYTES) in found.reason
    assert good.page.body == TEXT


def warcio_file(path):
    """Write a response and a revisit of it as warcio does."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        heads = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        first = writer.create_warc_record(
            "http://post.example/1",
            "response",
            payload=io.BytesIO(b"<p>one</p>"),
            http_headers=heads,
            warc_headers_dict={"WARC-Date": "2016-11-22T08:15:30Z"},
        )
        writer.write_record(first)
        digest = first.rec_headers.get_header("WARC-Payload-Digest")
        writer.write_record(
            writer.create_revisit_record(
                "http://post.example/1",
                digest,
                "http://post.example/1",
                "2016-11-22T08:15:30Z",
                warc_headers_dict={"WARC-Date": "2016-11-23T08:15:30Z"},
            )
        )
    return digest


# warcio leaves the temporary file of a record to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_revisit_says_what_it_refers_to(tmp_path):
    path = tmp_path / "x.warc.gz"
    digest = warcio_file(path)
    capture, revisit = read(path)
    assert isinstance(revisit, Revisit)
    assert capture.payload_digest == revisit.payload_digest == digest
    assert (revisit.refers_to_url, revisit.refers_to_at) == ("http://post.example/1", AT)
    assert revisit.captured_at == datetime(2016, 11, 23, 8, 15, 30, tzinfo=UTC)


def test_unwanted_records_are_skipped(tmp_path):
    path = tmp_path / "x.warc"
    path.write_bytes(b"".join(warc_record(number, http()) for number in range(6)))
    reader = CaptureReader(str(path), wanted=lambda url, at: url.endswith(("2", "5")))
    assert numbers(reader) == [2, 5]
    assert reader.records_read == 6


def zip_file():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("x.warc", b"WARC/1.0")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zip_file(), "a ZIP file .*unpack it"),
        (b"<!DOCTYPE html><title>Not found</title>", "an HTML or XML page.*download it again"),
        (gzip.compress(b"<?xml version='1.0'?><Error/>", mtime=0), "an HTML or XML page"),
        (b"", "is empty: download it again"),
        (b"\x1f\x8b\x08 broken gzip", "cannot be decompressed"),
        (b"some words", "neither WARC nor ARC: it begins with b'some words'"),
        (b"%PDF-1.7", "a PDF: give files"),
    ],
)
def test_what_is_no_archive_is_refused_with_the_next_action(tmp_path, content, said):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=said) as raised:
        read(path)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_an_archive_error(tmp_path):
    with pytest.raises(ArchiveError, match=r"none\.warc"):
        read(tmp_path / "none.warc")


@pytest.mark.parametrize("packing", ["plain", "by record"])
def test_damage_costs_the_records_that_it_hit(tmp_path, packing):
    records = [warc_record(number, http(b"<p>word</p>" * 30)) for number in range(5)]
    parts = [PACKINGS[packing]([each]) for each in records]
    broken = bytearray(parts[2])
    broken[-20 if packing == "plain" else len(broken) // 2] ^= 0xFF
    parts[2] = bytes(broken)
    path = tmp_path / "x.warc"
    path.write_bytes(b"".join(parts))
    items = read(path)
    assert numbers(items) == [0, 1, 3, 4]
    assert sum(isinstance(each, BrokenRecord) for each in items) == 1


@pytest.mark.parametrize("kind", ["warc", "arc"])
@pytest.mark.parametrize("packing", PACKINGS)
def test_a_torn_tail_costs_one_record(tmp_path, kind, packing):
    make = warc_record if kind == "warc" else arc_record
    records = [make(number, http(Random(number).randbytes(2000))) for number in range(4)]
    data = PACKINGS[packing](([arc_head()] if kind == "arc" else []) + records)
    path = tmp_path / "x"
    path.write_bytes(data[:-60])
    items = read(path)
    assert numbers(items)[:3] == [0, 1, 2]
    assert isinstance(items[-1], BrokenRecord)


def test_a_page_that_the_crawler_cut_is_no_page(tmp_path):
    record = warc_record(1, http()).replace(b"WARC-Type:", b"WARC-Truncated: length\r\nWARC-Type:")
    path = tmp_path / "x.warc"
    path.write_bytes(record)
    (item,) = read(path)
    assert item.reason == "the crawler kept only a part of the page (WARC-Truncated: length)"


FILES = {
    (kind, packing): PACKINGS[packing](
        [warc_record(number, http(b"<p>%d</p>" % number)) for number in range(6)]
        if kind == "warc"
        else [arc_head(), *(arc_record(number, http(b"<p>%d</p>" % number)) for number in range(6))]
    )
    for kind in ("warc", "arc")
    for packing in PACKINGS
}


@settings(max_examples=40)
@given(which=st.sampled_from(sorted(FILES)), stops=st.lists(st.integers(1, 3), max_size=6))
def test_reading_goes_on_where_it_stopped(tmp_path_factory, which, stops):
    path = tmp_path_factory.mktemp("files") / "x"
    path.write_bytes(FILES[which])
    found, position = [], Position()
    for stop in [*stops, 99]:
        reader = CaptureReader(str(path), position)
        for number, item in enumerate(reader, start=1):
            found.append(item)
            if number == stop:
                break
        position = reader.position
    assert numbers(found) == [0, 1, 2, 3, 4, 5]


@settings(max_examples=80)
@given(st.data())
def test_no_damage_makes_reading_fail(tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from(list(FILES.values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("files") / "x"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        items = read(path)
    except ArchiveError:
        return
    assert len(items) < 30
