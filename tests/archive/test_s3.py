"""The archive in a bucket, on a real S3 server: what it asks for, and what it says of faults."""

import io
import os
import sys

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive import storage
from pipeline.archive.locator import parse_locator
from pipeline.archive.warc import iter_warc, read_record
from pipeline.archive.writer import ArchiveWriter
from pipeline.errors import ArchiveError
from tests.archive.test_writer import exchange, response

BASE = "s3://bucket/news/archive"


def write(base=BASE, count=1, body=b"<p>one</p>"):
    with ArchiveWriter(base) as writer:
        return [writer.write(response(exchange(body=body))) for _ in range(count)]


def test_a_bucket_holds_what_a_folder_would(s3):
    with ArchiveWriter(BASE) as writer:
        first = writer.write(response(exchange()))
        writer.flush()
        assert read_record(first).body == b"<p>one</p>"
        second = writer.write(response(exchange("https://post.example/2")))
    assert parse_locator(first).file != parse_locator(second).file
    assert read_record(second).url == "https://post.example/2"
    files = storage.stored_files(BASE, ".warc.gz")
    assert [file.name for file in files] == sorted(
        parse_locator(each).file for each in (first, second)
    )
    for file in files:
        data = storage.read_range(file.name, 0, file.size)
        kinds = [each.rec_type for each in ArchiveIterator(io.BytesIO(data), check_digests="raise")]
        assert kinds == ["warcinfo", "response", "request"]
    assert len(storage.stored_files(BASE, ".cdxj")) == 2
    assert [page.url for page in iter_warc(files[0].name)] != []


def test_reading_records_asks_for_their_bytes_only(s3):
    with ArchiveWriter(BASE) as writer:
        raw_uris = [writer.write(response(exchange(body=os.urandom(40_000)))) for _ in range(500)]
    assert len({parse_locator(raw_uri).file for raw_uri in raw_uris}) == 1
    chosen = raw_uris[5::25]
    s3.bytes_sent.clear()
    for raw_uri in chosen:
        assert len(read_record(raw_uri).body) == 40_000
    wanted = sum(parse_locator(raw_uri).length for raw_uri in chosen)
    assert wanted <= s3.bytes_sent.total() <= 1.2 * wanted


def test_a_record_of_unknown_length_does_not_cost_the_whole_object(s3):
    raw_uris = write(count=200, body=os.urandom(40_000))
    s3.bytes_sent.clear()
    assert len(read_record(raw_uris[100].partition("&length")[0]).body) == 40_000
    assert s3.bytes_sent.total() < 400_000


def test_a_file_that_is_read_through_takes_few_requests(s3):
    raw_uris = write(count=100, body=os.urandom(100_000))
    s3.requests.clear()
    with storage.open_file(parse_locator(raw_uris[0]).file) as file:
        assert sum(len(part) for part in iter(lambda: file.read(10_000), b"")) > 10_000_000
        assert len(s3.requests) < 12
        file.seek(3)
        assert len(file.read()) > 10_000_000


def test_a_large_object_is_sent_in_parts(s3):
    (raw_uri,) = write(body=os.urandom(20_000_000))
    parts = [path for method, path in s3.requests if method == "PUT" and "partNumber=" in path]
    assert len(parts) >= 2
    assert len(read_record(raw_uri).body) == 20_000_000


def test_a_request_that_fails_is_tried_again(s3):
    with ArchiveWriter(BASE) as writer:
        raw_uri = writer.write(response(exchange()))
        s3.failures = 2
        writer.flush()
    s3.failures = 2
    assert read_record(raw_uri).status == 200


def test_a_file_can_be_removed(s3):
    name = parse_locator(write()[0]).file
    storage.remove(name)
    storage.remove(name)
    assert storage.stored_files(BASE, ".warc.gz") == []


@pytest.mark.parametrize("base", ["s3://nobucket/a", "s3://nobucket"])
def test_a_bucket_that_is_not_there_is_found_before_the_first_page(s3, base):
    with pytest.raises(ArchiveError, match=r"^\S+ cannot be written: NoSuchBucket; create the"):
        ArchiveWriter(base).__enter__()


def test_a_server_that_is_not_there_is_found_before_the_first_page(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ArchiveError, match=r"cannot be written: .*check AWS_") as caught:
        ArchiveWriter(BASE).__enter__()
    assert "\n" not in str(caught.value)


def test_an_object_that_is_not_there_is_one_line(s3):
    with pytest.raises(ArchiveError, match=r"a\.warc\.gz cannot be read: NoSuchKey; ") as caught:
        read_record(f"{BASE}/a.warc.gz#offset=0&length=10")
    assert "\n" not in str(caught.value)


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore.exceptions", None)
    with pytest.raises(ArchiveError, match="needs the extra s3: uv sync --inexact --extra s3"):
        ArchiveWriter(BASE).__enter__()


@pytest.mark.parametrize("base", ["ftp://host/a", "https://bucket.example/a", "S4://b/a"])
def test_another_kind_of_address_is_refused_with_those_that_work(base):
    with pytest.raises(ArchiveError, match="begins with s3://, gs://, az://: correct DATELINE_ARC"):
        ArchiveWriter(base).__enter__()
