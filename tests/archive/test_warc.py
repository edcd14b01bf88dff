"""WARC files: written, read back by us and by warcio, damaged, and left by a killed writer."""

import base64
import errno
import gzip
import hashlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive.warc import (
    ArchivedPage,
    BrokenRecord,
    iter_warc,
    parse_locator,
    read_record,
)
from pipeline.archive.writer import ArchiveWriter, begun_at
from pipeline.errors import ArchiveError
from pipeline.models import Response

AT = datetime(2026, 11, 22, 8, 15, 30, tzinfo=UTC)


def response(number: int = 1, body: bytes = "<p>Grüße</p>".encode(), **fields) -> Response:
    url = f"https://herald.example/{number}"
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "77"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("X-Odd", "caf\xe9\r\nInjected: 1"),
    )
    values = {"final_url": url, "fetched_at": AT, "status": 200, "headers": headers, "body": body}
    return Response(requested_url=url, **(values | fields))


def write(base: Path, *responses: Response) -> list[str]:
    with ArchiveWriter(str(base)) as writer:
        return [writer.write(each) for each in responses]


def test_a_page_is_read_back_as_it_was(tmp_path):
    [raw_uri] = write(tmp_path, response())
    page = read_record(raw_uri)
    assert (page.url, page.status, page.fetched_at) == ("https://herald.example/1", 200, AT)
    assert page.body == "<p>Grüße</p>".encode()
    assert page.content_type == "text/html; charset=utf-8"
    assert [value for key, value in page.headers if key == "Set-Cookie"] == ["a=1", "b=2"]
    assert ("X-Crawler-Content-Encoding", "gzip") in page.headers
    assert not any(key == "Injected" for key, _ in page.headers)


def test_headers_as_long_as_fetch_accepts_are_read_back(tmp_path):
    headers = tuple((f"X-Policy-{number}", "y" * 1000) for number in range(90))
    [raw_uri] = write(tmp_path, response(headers=headers))
    assert len(read_record(raw_uri).headers) >= 90
    assert len(list(iter_warc(raw_uri.partition("#")[0]))) == 1


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=5000), st.integers(100, 599))
def test_any_body_and_status_is_read_back(tmp_path_factory, body, status):
    [raw_uri] = write(tmp_path_factory.mktemp("w"), response(body=body, status=status))
    page = read_record(raw_uri)
    assert (page.body, page.status) == (body, status)


def test_a_local_file_becomes_a_resource(tmp_path):
    local = response(
        final_url="file:///pages/a%20b.txt", status=None, headers=(("Content-Type", "text/plain"),)
    )
    page = read_record(write(tmp_path, local)[0])
    assert (page.url, page.status) == ("file:///pages/a%20b.txt", None)
    assert page.content_type == "text/plain"


def test_the_file_is_named_by_its_day_and_time(tmp_path):
    locator = parse_locator(write(tmp_path, response())[0])
    day, name = Path(locator.file).parent, Path(locator.file).name
    begun = begun_at(name)
    assert day.relative_to(tmp_path).parts == tuple(begun.strftime("%Y %m %d").split())
    assert name.startswith("dateline-")
    assert Path(locator.file).stat().st_size >= locator.offset + (locator.length or 0)


def test_warcio_reads_what_we_write(tmp_path):
    """warcio is an independent reader of the standard; it checks the digests."""
    raw_uris = write(tmp_path, response(1), response(2, ip_address="192.0.2.9"), response(3))
    file = parse_locator(raw_uris[0]).file
    seen = []
    with Path(file).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            kind = record.rec_type
            body = record.content_stream().read()
            seen.append((kind, record.rec_headers.get_header("WARC-Target-URI")))
            if kind == "response":
                assert body == "<p>Grüße</p>".encode()
                assert record.http_headers.get_statuscode() == "200"
                assert record.rec_headers.get_header("WARC-Date").startswith("2026-11-22T08:15:30")
                assert record.rec_headers.get_header("WARC-Payload-Digest").startswith("sha1:")
            if kind == "warcinfo":
                assert b"http-header-user-agent: Dateline/" in body
            assert record.rec_headers.protocol == "WARC/1.1"
    pages = [("response", f"https://herald.example/{number}") for number in (1, 2, 3)]
    assert seen == [("warcinfo", None), *pages]


def test_every_record_is_a_gzip_member_of_its_own(tmp_path):
    for raw_uri in write(tmp_path, response(1), response(2)):
        locator = parse_locator(raw_uri)
        data = Path(locator.file).read_bytes()[locator.offset : locator.offset + locator.length]
        assert gzip.decompress(data).startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")


def test_a_writer_without_records_leaves_no_file(tmp_path):
    write(tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_flushed_records_can_be_read_while_the_file_is_open(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response())
        writer.flush()
        assert read_record(raw_uri).status == 200
        assert [path.suffix for path in tmp_path.rglob("*.open")] == [".open"]
        later = writer.write(response(2))
    assert read_record(raw_uri).status == 200
    assert read_record(later).url.endswith("/2")
    assert list(tmp_path.rglob("*.open")) == []


@pytest.mark.parametrize(
    "raw_uri",
    ["nonsense", "/nowhere/a.warc.gz#offset=0&length=10", "ftp://none/a.warc.gz#offset=0", ""],
)
def test_a_missing_record_is_an_archive_error(raw_uri):
    with pytest.raises(ArchiveError):
        read_record(raw_uri)


def test_the_error_for_an_unwritable_archive_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match="DATELINE_ARCHIVE"):
        write(tmp_path / "file", response())


class FailingDisk:
    """Opens files on a disk that can be filled at any moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file: io.FileIO | None = None
        self.size = 0
        self.is_full = False
        """A write takes ten bytes and the next one fails; nothing can be cut off either."""
        disk = self

        class File(io.FileIO):
            def write(self, data) -> int:
                if not disk.is_full:
                    return super().write(data)
                if self.tell() > disk.size:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return super().write(data[:10])

            def truncate(self, size=None) -> int:
                if disk.is_full:
                    raise OSError(errno.EIO, "Input/output error")
                return super().truncate(size)

        def open_file(path: Path, mode: str = "r", **_):
            self.file = File(path, mode.replace("b", ""))
            return self.file

        monkeypatch.setattr(Path, "open", open_file)

    def fill(self) -> None:
        self.size = self.file.tell()
        self.is_full = True


def test_a_failed_record_leaves_nothing_before_the_next_one(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        disk = FailingDisk(patched)
        with ArchiveWriter(str(tmp_path)) as writer:
            first = writer.write(response(1))
            disk.fill()
            with pytest.raises(ArchiveError, match=r"No space left.*free space"):
                writer.write(response(2))
            disk.is_full = False
            third = writer.write(response(3))
    assert read_record(first).url.endswith("/1")
    assert read_record(third).url.endswith("/3")
    assert [each.url[-1] for each in iter_warc(parse_locator(third).file)] == ["1", "3"]


def test_the_file_is_closed_even_where_it_cannot_be_made_durable(tmp_path, monkeypatch):
    def fail(number: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    disk = FailingDisk(monkeypatch)
    writer = ArchiveWriter(str(tmp_path))
    writer.write(response())
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ArchiveError, match="Input/output error"):
        writer.close()
    assert disk.file.closed


@pytest.mark.parametrize("damage", ["cut", "flip", "offset"])
def test_a_damaged_record_is_an_archive_error(tmp_path, damage):
    [raw_uri] = write(tmp_path, response(body=b"word " * 1000))
    locator = parse_locator(raw_uri)
    path = Path(locator.file)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[locator.offset + locator.length - 30 :]
    elif damage == "flip":
        data[locator.offset + locator.length // 2] ^= 0xFF
    path.write_bytes(data)
    wrong = raw_uri.replace(f"offset={locator.offset}", f"offset={locator.offset + 3}")
    with pytest.raises(ArchiveError):
        read_record(wrong if damage == "offset" else raw_uri)


def records_of_another_crawler(*, gzipped: bool) -> list[bytes]:
    """Records as other crawlers write them: bodies as they were sent, chunked and gzip-encoded."""
    records = []
    for number in range(4):
        body = gzip.compress(f"<p>page {number}</p>".encode() * 50, mtime=0)
        http = (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        )
        digest = base64.b32encode(hashlib.sha1(http).digest()).decode()
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-11-22T08:15:30Z\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000{number}>\r\n"
            f"WARC-Target-URI: <http://post.example/{number}>\r\n"
            f"WARC-Block-Digest: sha1:{digest}\r\n"
            f"Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        records.append(gzip.compress(record, mtime=0) if gzipped else record)
    return records


@pytest.mark.parametrize("gzipped", [True, False])
def test_files_of_other_crawlers_are_read_and_every_locator_works(tmp_path, gzipped):
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(records_of_another_crawler(gzipped=gzipped)))
    pages = list(iter_warc(path))
    assert [page.url for page in pages] == [f"http://post.example/{n}" for n in range(4)]
    for number, page in enumerate(pages):
        assert page.body == f"<p>page {number}</p>".encode() * 50
        assert read_record(page.raw_uri) == page


@pytest.mark.parametrize("gzipped", [True, False])
def test_the_records_around_a_broken_one_are_read(tmp_path, gzipped):
    records = records_of_another_crawler(gzipped=gzipped)
    middle = bytearray(records[1])
    middle[len(middle) // 2 if gzipped else -20] ^= 0xFF
    records[1] = bytes(middle)
    path = tmp_path / "crawl.warc"
    path.write_bytes(b"".join(records))
    found = list(iter_warc(path))
    urls = [page.url[-1] for page in found if isinstance(page, ArchivedPage)]
    broken = [each for each in found if isinstance(each, BrokenRecord)]
    assert urls == ["0", "2", "3"]
    assert len(broken) == 1


def test_a_truncated_file_gives_its_intact_records_and_one_broken_record(tmp_path):
    data = b"".join(records_of_another_crawler(gzipped=True))
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(data[:-25])
    found = list(iter_warc(path))
    assert [type(each) for each in found] == [ArchivedPage] * 3 + [BrokenRecord]


def test_a_file_compressed_as_a_whole_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(gzip.compress(b"".join(records_of_another_crawler(gzipped=False))))
    found = list(iter_warc(path))
    assert any(isinstance(each, BrokenRecord) and "as a whole" in each.reason for each in found)
    for page in found:
        if isinstance(page, ArchivedPage):
            assert read_record(page.raw_uri) == page


@pytest.mark.parametrize("content", [b"", b"not a WARC file", b"\x1f\x8b\x08 broken gzip"])
def test_a_file_that_is_not_warc_gives_no_pages(tmp_path, content):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    assert not any(isinstance(each, ArchivedPage) for each in iter_warc(path))


INTACT = {gzipped: records_of_another_crawler(gzipped=gzipped) for gzipped in (True, False)}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_makes_reading_fail(tmp_path_factory, data):
    content = bytearray(b"".join(INTACT[data.draw(st.booleans())]))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("d") / "x.warc"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    for each in iter_warc(path):
        if isinstance(each, ArchivedPage):
            assert len(each.body) < 10_000
