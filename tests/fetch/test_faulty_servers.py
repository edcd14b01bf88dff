"""Responses that break the rules: each has its right outcome, the page is kept where it can be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fetch.response_head import repaired
from pipeline.outcomes import RETRYABLE, Outcome

PAGE = b"<html><p>Words.</p></html>"


def raw(site, head: bytes, body: bytes = PAGE, *, closes: bool = True) -> None:
    """Serve these bytes at /a, and close the connection afterwards."""

    def write(handler):
        handler.wfile.write(head + b"\r\n\r\n" + body)
        handler.close_connection = closes

    site.raw("/a", write)


LENGTH = b"Content-Length: %d" % len(PAGE)


@pytest.mark.parametrize(
    "line",
    [
        b"Warning: mysql_connect() in /var/www/a.php on line 3",
        b"a line without a colon",
        b"Bad Name: x",
        b": no name",
        b"X-Nul: a\0b",
        b"X-Page : 7",
        b"\xc3\xa9: letter",
        b" continued from nothing",
        b"Content-Length: abc",
        b"Content-Length: %d, %d" % (len(PAGE), len(PAGE)),
        b"X-Tab:\ta",
        b"",
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_a_bad_header_line_costs_the_page_nothing(site, fetcher, line, place):
    lines = [b"Content-Type: text/html", LENGTH]
    lines.insert(0 if place == "first" else 2, line)
    lines = [each for each in lines if each]
    raw(site, b"\r\n".join([b"HTTP/1.1 200 OK", *lines]))
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.body) == (None, PAGE)
    assert response.header("content-type") == "text/html"


def test_bad_lines_do_not_disturb_the_next_page_of_the_connection(site, fetcher):
    raw(site, b"HTTP/1.1 200 OK\r\nnonsense\r\n" + LENGTH, closes=False)
    site.page("/b", "<p>next</p>")
    assert fetcher.fetch(site.url + "/a").body == PAGE
    assert fetcher.fetch(site.url + "/b").body == b"<p>next</p>"


def test_early_hints_come_before_the_page(site, fetcher):
    raw(
        site, b"HTTP/1.1 103 Early Hints\r\nbad line\r\n\r\nHTTP/1.1 200 OK\r\nbad too\r\n" + LENGTH
    )
    response = fetcher.fetch(site.url + "/a")
    assert (response.status, response.body) == (200, PAGE)


def test_a_head_that_comes_byte_by_byte_is_read(site, make_fetcher):
    def write(handler):
        for byte in b"HTTP/1.1 200 OK\r\nnonsense\r\n" + LENGTH + b"\r\n\r\n" + PAGE:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    site.raw("/a", write)
    assert make_fetcher().fetch(site.url + "/a").body == PAGE


@given(st.binary(max_size=200))
def test_a_repaired_head_is_stable(lines):
    head = b"HTTP/1.1 200 OK\r\n" + lines.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    assert repaired(repaired(head)) == repaired(head)


@pytest.mark.parametrize(
    "value", ["text/html,text/html", "text/html, text/html; charset=utf-8", "TEXT/HTML , x"]
)
def test_a_doubled_content_type_is_read_as_its_first(site, fetcher, value):
    site.page("/a", PAGE, Content_Type=value)
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_a_206_that_nobody_asked_for_is_bad_content_and_kept_for_the_record(site, fetcher):
    site.page("/a", b"<html><p>Half", 206, Content_Range="bytes 0-12/900")
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (Outcome.BAD_CONTENT, 206)
    assert "bytes 0-12/900" in response.reason
    assert (response.body, response.exchanges[-1].body) == (b"", b"<html><p>Half")


def test_a_206_with_the_whole_page_is_the_page(site, fetcher):
    site.page("/a", PAGE, 206, Content_Range=f"bytes 0-{len(PAGE) - 1}/{len(PAGE)}")
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.body) == (None, PAGE)


def test_a_page_that_breaks_off_is_asked_for_again_and_then_unreachable(site, fetcher):
    raw(site, b"HTTP/1.1 200 OK\r\nContent-Length: 900", b"<html><p>Half")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert response.outcome in RETRYABLE
    assert "900" in response.reason
    assert response.exchanges[-1].body == b"<html><p>Half"
    assert site.paths.count("/a") == 3


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 900", b"Transfer-Encoding: chunked"],
)
def test_a_page_that_is_there_to_its_last_tag_is_kept(site, fetcher, head):
    body = PAGE if b"Length" in head else b"%x\r\n%s\r\n" % (len(PAGE), PAGE)
    raw(site, b"HTTP/1.1 200 OK\r\n" + head, body)
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.body) == (None, PAGE)
    assert response.exchanges[-1].is_cut


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"read_timeout": 0.2, "total_timeout": 5}, "0.2 s (read_timeout)"),
        ({"read_timeout": 5, "total_timeout": 0.4}, "0.4 s (total_timeout)"),
    ],
)
def test_a_time_out_names_the_limit_that_was_reached(site, make_fetcher, limits, limit):
    site.raw("/a", lambda handler: time.sleep(0.6))
    response = make_fetcher(**limits).fetch(site.url + "/a")
    assert response.outcome is Outcome.TIMEOUT
    assert limit in response.reason
    assert "-" not in response.reason


def test_br_and_zstd_pages_are_read(site, fetcher):
    br, zstd = "8b01803c703e6103", "28b52ffd20042100003c703e61"
    site.page("/br", bytes.fromhex(br), Content_Encoding="br")
    site.page("/zstd", bytes.fromhex(zstd), Content_Encoding="zstd")
    for path in ("/br", "/zstd"):
        assert fetcher.fetch(site.url + path).body == b"<p>a"
        assert path[1:] in dict(site.asked)[path]["accept-encoding"]


def test_once_the_time_is_used_up_no_further_attempt_is_made(site, make_fetcher):
    site.raw("/a", lambda handler: time.sleep(0.6))
    make_fetcher(read_timeout=5, total_timeout=0.3).fetch(site.url + "/a")
    assert site.paths.count("/a") == 1
