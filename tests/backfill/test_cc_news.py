"""The list of a month, and downloads that break, from a server on loopback."""

import gzip
import socket
from datetime import date

import pytest

from pipeline.backfill.cc_news import MonthFile, files_of_days, files_of_month
from pipeline.backfill.downloads import Downloader
from pipeline.errors import ArchiveError, SettingsError, UsageError
from tests.fix_http import respond

LIST = "/crawl-data/CC-NEWS/2024/05/warc.paths.gz"
DOWNLOADER = Downloader(user_agent="test", waits=(0.0, 0.0), timeout=2.0)
BODY = bytes(range(256)) * 4000


def name(day, number=0):
    return f"crawl-data/CC-NEWS/2024/05/CC-NEWS-202405{day:02}010203-{number:05}.warc.gz"


def listed(site, *lines):
    site.page(LIST, gzip.compress("\n".join(lines).encode()), Content_Type="application/gzip")
    return files_of_month(f"{site.url}/", "2024-05", DOWNLOADER)


def test_the_files_of_a_month(site):
    found = listed(site, name(2), name(1), "")
    assert found == [
        MonthFile(f"{site.url}/{name(1)}", date(2024, 5, 1)),
        MonthFile(f"{site.url}/{name(2)}", date(2024, 5, 2)),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("https://elsewhere.example/x.warc.gz",),
        ("../../x.warc.gz",),
        (name(1), "words of a text"),
    ],
)
def test_what_is_no_list_is_refused_with_the_next_action(site, lines):
    with pytest.raises(ArchiveError, match=r"not a list of WARC files.*--base"):
        listed(site, *lines)


def test_a_base_that_answers_a_web_page_is_one_line(site):
    site.page(LIST, "<html>Welcome</html>")
    with pytest.raises(ArchiveError, match=r"answers with a web page.*another --base") as raised:
        files_of_month(site.url, "2024-05", DOWNLOADER)
    assert "\n" not in str(raised.value)


def test_a_month_without_a_list_is_one_line(site):
    with pytest.raises(ArchiveError, match="answers HTTP 404: check the address"):
        files_of_month(site.url, "2024-05", DOWNLOADER)
    with pytest.raises(UsageError, match="not an http"):
        files_of_month("ftp://x", "2024-05", DOWNLOADER)


def test_only_files_that_may_hold_the_days_are_taken():
    files = [MonthFile(name(day), date(2024, 5, day)) for day in (1, 2, 3, 8, 9, 10, 11)]
    files.append(MonthFile("unnamed", None))

    def days(since, until):
        return [each.day and each.day.day for each in files_of_days(files, since, until)]

    assert days(None, None) == [1, 2, 3, 8, 9, 10, 11, None]
    assert days(date(2024, 5, 10), date(2024, 5, 10)) == [8, 9, 10, None]
    assert days(date(2024, 5, 6), None) == [2, 3, 8, 9, 10, 11, None]
    assert days(None, date(2024, 5, 2)) == [1, 2, None]


class FileServer:
    """Serves one file with ranges; each request may be cut after some bytes."""

    def __init__(self, site, body=BODY):
        self.body = body
        self.cuts = []
        self.ranges = []
        self.statuses = []
        self.has_ranges = True
        site.raw("/x.warc.gz", self.answer)
        self.url = f"{site.url}/x.warc.gz"

    def answer(self, handler):
        asked = handler.headers.get("Range")
        self.ranges.append(asked)
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            respond(handler, status, {}, b"")
            return
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.has_ranges else 0
        size = len(self.body)
        if first >= size:
            respond(handler, 416, {"Content-Range": f"bytes */{size}"}, b"")
            return
        handler.send_response(206 if first else 200)
        handler.send_header("Content-Type", "application/octet-stream")
        handler.send_header("Content-Length", str(size - first))
        if first:
            handler.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        handler.end_headers()
        cut = self.cuts.pop(0) if self.cuts else None
        handler.wfile.write(self.body[first:] if cut is None else self.body[first : first + cut])
        if cut is not None:
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True


def test_a_download_that_breaks_is_continued(site, tmp_path):
    server = FileServer(site)
    server.cuts = [300_000, 0, 500_000, 100]
    counted = []
    DOWNLOADER.fetch(server.url, tmp_path / "a" / "x.warc.gz", counted.append)
    assert (tmp_path / "a" / "x.warc.gz").read_bytes() == BODY
    assert server.ranges[0] is None
    assert server.ranges[-1] == "bytes=800100-"
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["x.warc.gz"]


def test_what_a_killed_process_left_is_continued(site, tmp_path):
    server = FileServer(site)
    (tmp_path / "x.part").write_bytes(BODY[:700_000])
    DOWNLOADER.fetch(server.url, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == BODY
    assert server.ranges == ["bytes=700000-"]


def test_a_complete_part_is_taken_and_a_longer_one_begun_again(site, tmp_path):
    server = FileServer(site)
    (tmp_path / "x.part").write_bytes(BODY)
    DOWNLOADER.fetch(server.url, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == BODY
    (tmp_path / "y.part").write_bytes(BODY + b"more")
    DOWNLOADER.fetch(server.url, tmp_path / "y")
    assert (tmp_path / "y").read_bytes() == BODY


def test_a_server_without_ranges_sends_all_again(site, tmp_path):
    server = FileServer(site)
    server.has_ranges = False
    server.cuts = [400_000]
    DOWNLOADER.fetch(server.url, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_busy_server_is_asked_again_and_one_that_stays_busy_is_one_line(site, tmp_path):
    server = FileServer(site)
    server.statuses = [503, 429]
    DOWNLOADER.fetch(server.url, tmp_path / "x")
    server.statuses = [503] * 3
    with pytest.raises(ArchiveError, match=r"HTTP 503.*run the same command again"):
        DOWNLOADER.fetch(server.url, tmp_path / "y")


def test_a_page_in_place_of_the_file_is_refused_whatever_its_type(site, tmp_path):
    site.page("/x.warc.gz", "<!DOCTYPE html><p>Sign in", Content_Type="application/gzip")
    with pytest.raises(ArchiveError, match="answers with a web page"):
        DOWNLOADER.fetch(f"{site.url}/x.warc.gz", tmp_path / "x")


def test_a_folder_that_cannot_be_written_is_one_line(site, tmp_path):
    server = FileServer(site)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingsError, match="cannot be written"):
        DOWNLOADER.fetch(server.url, tmp_path / "file" / "x")
