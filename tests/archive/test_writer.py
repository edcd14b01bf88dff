"""What a writer records of an exchange, in which file, and what a kill leaves of it."""

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fastwarc.warc
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive.locator import parse_locator
from pipeline.archive.warc import iter_warc, read_record
from pipeline.archive.writer import ENDING, ArchiveWriter, EarlierCapture
from pipeline.models import Exchange, Response
from pipeline.outcomes import Outcome

AT = datetime(2026, 11, 22, 8, 15, 30, 250000, tzinfo=UTC)
SENT = (("Host", "herald.example"), ("Accept", "text/html"), ("If-None-Match", '"7"'))
URL = "https://herald.example/1"


def exchange(url=URL, status=200, body=b"<p>one</p>", **fields):
    values = {
        "request_headers": SENT,
        "headers": (("Content-Type", "text/html"), ("ETag", '"8"')),
        "ip_address": "192.0.2.7",
    }
    return Exchange(url, AT - timedelta(seconds=1), status=status, body=body, **(values | fields))


def response(*exchanges, outcome=None):
    last = exchanges[-1]
    body = b"" if outcome else last.body
    return Response(
        exchanges[0].url,
        last.url,
        AT,
        last.status,
        last.headers,
        body,
        outcome=outcome,
        exchanges=exchanges,
    )


def records(file):
    """Return what warcio, which checks the digests, finds in a file: headers, HTTP head, body."""
    found = []
    with Path(file).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            body = record.content_stream().read()
            found.append((dict(record.rec_headers.headers), record.http_headers, body))
    return found


def kinds(found):
    return [headers["WARC-Type"] for headers, _, _ in found]


def only_file(folder):
    (file,) = Path(folder).rglob(f"*{ENDING}")
    return file


def test_the_request_is_stored_as_it_was_sent(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(exchange()))
    page, request = records(only_file(tmp_path))[1:]
    assert read_record(raw_uri).body == b"<p>one</p>"
    assert page[0]["WARC-IP-Address"] == request[0]["WARC-IP-Address"] == "192.0.2.7"
    assert request[0]["WARC-Concurrent-To"] == page[0]["WARC-Record-ID"]
    assert request[0]["WARC-Date"] == page[0]["WARC-Date"] == "2026-11-22T08:15:30.250000Z"
    assert request[1].statusline == "/1 HTTP/1.1"
    assert request[1].headers == list(SENT)


def test_a_password_in_the_request_is_not_stored(tmp_path):
    secret = (*SENT, ("Authorization", "Basic c2VjcmV0"), ("Proxy-Authorization", "Basic eA=="))
    with ArchiveWriter(str(tmp_path)) as writer:
        writer.write(response(exchange(request_headers=secret)))
    request = records(only_file(tmp_path))[2]
    assert request[1].get_header("Authorization") == "(not stored)"
    assert request[1].get_header("Proxy-Authorization") == "(not stored)"


def test_redirects_retries_and_errors_are_stored_too(tmp_path):
    moved = exchange("https://herald.example/old", 301, b"moved", headers=(("Location", URL),))
    busy = exchange(status=503, body=b"later")
    silent = exchange(status=None, body=b"", headers=())
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(moved, busy, silent, exchange()))
        refused = writer.write(
            response(exchange(status=403, body=b"<p>Are you human?</p>"), outcome=Outcome.FORBIDDEN)
        )
        assert writer.write(response(silent, outcome=Outcome.TIMEOUT)) is None
        gone = Response(URL, URL, AT, None, outcome=Outcome.UNREACHABLE)
        assert writer.write(gone) is None
    found = records(only_file(tmp_path))
    assert (
        kinds(found)
        == (
            "warcinfo response request response request request response request"
            " response request request"
        ).split()
    )
    statuses = [http.get_statuscode() for _, http, _ in found if http and "HTTP" in http.protocol]
    assert [each for each in statuses if each.isdigit()] == ["301", "503", "200", "403"]
    assert (read_record(raw_uri).status, read_record(raw_uri).body) == (200, b"<p>one</p>")
    assert (read_record(refused).status, read_record(refused).body) == (
        403,
        b"<p>Are you human?</p>",
    )


def earlier_of(raw_uri, body=b"<p>one</p>"):
    return EarlierCapture(raw_uri, hashlib.sha256(body).digest())


@pytest.mark.parametrize(
    ("again", "profile"),
    [
        (exchange(status=304, body=b""), "server-not-modified"),
        (exchange(), "identical-payload-digest"),
    ],
)
def test_a_visit_that_found_nothing_new_is_a_revisit_and_leads_to_the_body(
    tmp_path, again, profile
):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(exchange()))
        visit = replace(response(again), fetched_at=AT + timedelta(hours=6))
        assert writer.write(visit, earlier_of(raw_uri)) == raw_uri
    page, _, revisit, request = records(only_file(tmp_path))[1:]
    assert (revisit[0]["WARC-Type"], request[0]["WARC-Type"]) == ("revisit", "request")
    assert revisit[0]["WARC-Profile"].endswith(f"/1.1/revisit/{profile}")
    assert revisit[0]["WARC-Refers-To-Target-URI"] == page[0]["WARC-Target-URI"] == URL
    assert revisit[0]["WARC-Refers-To-Date"] == page[0]["WARC-Date"]
    assert revisit[0]["WARC-Date"].startswith("2026-11-22T14:15:30")
    assert revisit[1].get_header("ETag") == '"8"'
    assert revisit[2] == b""
    assert revisit[0]["WARC-Payload-Digest"] == page[0]["WARC-Payload-Digest"]


@pytest.mark.parametrize(
    "again",
    [exchange(body=b"<p>two</p>"), exchange(is_cut=True), exchange(status=404)],
    ids=["another body", "cut", "error"],
)
def test_what_may_be_new_is_stored_whole(tmp_path, again):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(exchange()))
        other = writer.write(response(again), earlier_of(raw_uri))
    assert other != raw_uri
    assert read_record(other).body == again.body


def test_an_unchanged_page_of_which_no_earlier_capture_is_known_has_no_locator(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        unchanged = response(exchange(status=304, body=b""), outcome=Outcome.UNCHANGED)
        assert writer.write(unchanged) is None
    assert kinds(records(only_file(tmp_path))) == ["warcinfo", "revisit", "request"]


@pytest.mark.parametrize("number", [2, 3])
def test_a_body_whose_earlier_record_is_gone_is_stored_whole(tmp_path, number):
    with ArchiveWriter(str(tmp_path)) as writer:
        for _ in range(number):
            raw_uri = writer.write(response(exchange()))
        lost = raw_uri if number == 2 else raw_uri.replace("#offset=", "#offset=7")
    if number == 2:
        only_file(tmp_path).unlink()
    with ArchiveWriter(str(tmp_path / "new")) as writer:
        again = writer.write(response(exchange()), earlier_of(lost))
        assert writer.write(response(exchange(status=304)), earlier_of(lost)) is None
    assert again != lost
    assert read_record(again).body == b"<p>one</p>"


def test_a_cut_body_says_so(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        writer.write(response(exchange(is_cut=True)))
    assert records(only_file(tmp_path))[1][0]["WARC-Truncated"] == "length"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40), st.binary(max_size=300), st.integers(100, 599))
def test_whatever_a_site_sends_both_readers_read_the_file(
    tmp_path_factory, path, value, body, code
):
    folder = tmp_path_factory.mktemp("w")
    odd = exchange(
        f"https://herald.example/{path}",
        code,
        body,
        headers=(("X-Odd", value), ("Content-Encoding", "br"), ("Content-Length", "9")),
        request_headers=(*SENT, ("Cookie", value)),
    )
    with ArchiveWriter(str(folder)) as writer:
        writer.write(response(odd))
    file = only_file(folder)
    found = records(file)
    kind = "revisit" if code == 304 else "response"
    assert kinds(found) == ["warcinfo", kind, "request"]
    urls = {headers["WARC-Target-URI"] for headers, _, _ in found[1:]}
    assert len(urls) == 1
    assert not re.search(r"[^!-~]", urls.pop())
    with file.open("rb") as stream:
        read = [record.headers["WARC-Type"] for record in fastwarc.warc.ArchiveIterator(stream)]
    assert read == kinds(found)
    for line in file.with_name(file.name.removesuffix(ENDING) + ".cdxj").read_text().splitlines():
        assert len(line.split(" ", 2)) == 3


# Files


def test_writers_one_after_the_other_share_a_file(tmp_path):
    for number in range(5):
        with ArchiveWriter(str(tmp_path)) as writer:
            raw_uri = writer.write(response(exchange(f"https://s{number}.example/")))
        assert read_record(raw_uri).url == f"https://s{number}.example/"
    file = only_file(tmp_path)
    assert kinds(records(file)) == ["warcinfo", *["response", "request"] * 5]
    assert len(index_of(file)) == 5


def test_writers_at_the_same_time_have_a_file_each(tmp_path):
    with ArchiveWriter(str(tmp_path)) as first, ArchiveWriter(str(tmp_path)) as second:
        names = {parse_locator(each.write(response(exchange()))).file for each in (first, second)}
    assert len(names) == 2


def test_a_file_is_ended_by_its_size(tmp_path):
    with ArchiveWriter(str(tmp_path), file_bytes=20_000) as writer:
        raw_uris = [writer.write(response(exchange(body=os.urandom(3000)))) for _ in range(30)]
    sizes = [path.stat().st_size for path in tmp_path.rglob(f"*{ENDING}")]
    assert len(sizes) in (4, 5)
    assert max(sizes) < 20_000 + 4_500
    assert all(read_record(raw_uri).status == 200 for raw_uri in raw_uris)


def test_a_file_is_ended_by_its_age_and_by_the_day(tmp_path):
    with (
        time_machine.travel(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), tick=False) as clock,
        ArchiveWriter(str(tmp_path), file_seconds=3600) as writer,
    ):
        files = []
        for _ in range(5):
            files.append(parse_locator(writer.write(response(exchange()))).file)
            clock.shift(timedelta(minutes=40))
    assert [files.index(file) for file in files] == [0, 0, 2, 2, 4]
    assert "2026/11/22" in files[2]
    assert "2026/11/23" in files[4]


def test_a_clock_that_was_put_back_ends_a_file(tmp_path):
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False) as clock:
        with ArchiveWriter(str(tmp_path)) as writer:
            first = writer.write(response(exchange()))
        clock.move_to(datetime(2026, 11, 22, 3, tzinfo=UTC))
        with ArchiveWriter(str(tmp_path)) as writer:
            second = writer.write(response(exchange()))
    assert parse_locator(first).file != parse_locator(second).file


def test_four_processes_write_without_losing_a_record(tmp_path):
    program = textwrap.dedent(f"""
        from pipeline.archive.writer import ArchiveWriter
        from tests.archive.test_writer import exchange, response
        for turn in range(6):
            with ArchiveWriter({str(tmp_path)!r}) as writer:
                for number in range(5):
                    print(writer.write(response(exchange(body=b"x" * 2000))))
    """)
    command = [sys.executable, "-c", program]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    raw_uris = [line for child in children for line in child.communicate()[0].split()]
    assert len(set(raw_uris)) == 4 * 6 * 5
    assert all(read_record(raw_uri).body == b"x" * 2000 for raw_uri in raw_uris)
    files = list(tmp_path.rglob(f"*{ENDING}"))
    assert len(files) <= 4
    assert sum(len(index_of(file)) for file in files) == len(raw_uris)
    assert list(tmp_path.rglob("*.open")) == []


@pytest.mark.parametrize("after", [0.0, 0.05, 0.2])
def test_a_killed_writer_loses_nothing_that_was_flushed_and_blocks_nobody(tmp_path, after):
    with ArchiveWriter(str(tmp_path)) as writer:
        kept = [writer.write(response(exchange()))]
    program = textwrap.dedent(f"""
        from pipeline.archive.writer import ArchiveWriter
        from tests.archive.test_writer import exchange, response
        writer = ArchiveWriter({str(tmp_path)!r})
        for number in range(5):
            print(writer.write(response(exchange())))
        writer.flush()
        print("flushed", flush=True)
        while True:
            writer.write(response(exchange(body=bytes(100_000))))
    """)
    command = [sys.executable, "-c", program]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    kept += [line.strip() for line in iter(child.stdout.readline, "flushed\n")]
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(after)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert len({parse_locator(raw_uri).file for raw_uri in kept}) == 1
    with ArchiveWriter(str(tmp_path)) as writer:
        kept.append(writer.write(response(exchange())))
    assert [read_record(raw_uri).status for raw_uri in kept] == [200] * 7
    assert len(list(tmp_path.rglob("*.open"))) == 1


# The index


def index_of(file):
    index = file.with_name(file.name.removesuffix(ENDING) + ".cdxj")
    lines = index.read_text(encoding="ascii").splitlines()
    assert lines == sorted(lines)
    return [(*line.split(" ", 2)[:2], json.loads(line.split(" ", 2)[2])) for line in lines]


def test_the_index_leads_to_every_capture(tmp_path):
    moved = exchange("https://www.herald.example/old", 301, b"", headers=(("Location", URL),))
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(moved, exchange()))
        visit = replace(response(exchange()), fetched_at=AT + timedelta(hours=6))
        writer.write(visit, earlier_of(raw_uri))
        local = Response(
            "file:///a.txt", "file:///a.txt", AT, None, (("content-type", "text/plain"),)
        )
        writer.write(local)
    file = only_file(tmp_path)
    found = index_of(file)
    assert [(key, at, fields["mime"], fields.get("status")) for key, at, fields in found] == [
        ("example,herald)/1", "20261122081530", "text/html", "200"),
        ("example,herald)/1", "20261122141530", "warc/revisit", "200"),
        ("example,herald)/old", "20261122081529", "unk", "301"),
        ("file:///a.txt", "20261122081530", "text/plain", None),
    ]
    data = file.read_bytes()
    for _, at, fields in found:
        assert fields["filename"] == file.name
        place, length = int(fields["offset"]), int(fields["length"])
        (only,) = ArchiveIterator(io.BytesIO(data[place : place + length]))
        assert only.rec_headers["WARC-Target-URI"] == fields["url"]
        assert re.sub(r"\D", "", only.rec_headers["WARC-Date"])[:14] == at
        assert only.rec_headers.get_header("WARC-Payload-Digest") == fields["digest"]


def test_the_pages_of_a_file_are_read_without_its_revisits(tmp_path):
    with ArchiveWriter(str(tmp_path)) as writer:
        raw_uri = writer.write(response(exchange()))
        writer.write(response(exchange()), earlier_of(raw_uri))
    assert [page.url for page in iter_warc(only_file(tmp_path))] == [URL]
