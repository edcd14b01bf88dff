"""Every request of a page is recorded as it was sent, with what came back."""

import socket
from datetime import UTC, datetime

import pytest

from pipeline.fetch.http_client import ERROR_BODY_BYTES
from pipeline.fetch.session import Environment
from pipeline.models import Validators
from pipeline.outcomes import Outcome
from tests.fix_http import respond

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def lowered(headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def test_the_request_is_recorded_exactly_as_the_server_received_it(site, make_fetcher):
    fetcher = make_fetcher(environment=Environment(now=lambda: NOON))
    site.page("/a", "<p>text</p>", ETag='"2"')
    response = fetcher.fetch(
        site.url + "/a", validators=Validators('"1"', "Fri, 20 Nov 2026 08:00:00 GMT", b"")
    )
    (exchange,) = response.exchanges
    assert lowered(exchange.request_headers) == dict(site.asked)["/a"]
    assert {"accept", "if-none-match", "if-modified-since"} <= set(
        lowered(exchange.request_headers)
    )
    assert (exchange.url, exchange.sent_at, exchange.status) == (site.url + "/a", NOON, 200)
    assert exchange.body is response.body
    assert exchange.headers == response.headers
    assert not exchange.is_cut
    assert exchange.ip_address == "127.0.0.1"
    assert response.elapsed_ms == exchange.elapsed_ms >= 0


def test_redirects_are_recorded_with_their_cookies_and_bodies(site, fetcher):
    site.page("/a", "<p>moved</p>", 302, Location="/b", Set_Cookie="seen=1; Path=/")
    site.page("/b")
    response = fetcher.fetch(site.url + "/a")
    first, second = response.exchanges
    assert (first.status, first.body) == (302, b"<p>moved</p>")
    assert lowered(first.headers)["location"] == "/b"
    assert lowered(second.request_headers)["cookie"] == "seen=1"
    assert [each.url for each in response.exchanges] == [site.url + "/a", site.url + "/b"]


def test_every_attempt_is_recorded(site, fetcher):
    def third_time(handler):
        good = site.paths.count("/a") == 3
        respond(handler, 200 if good else 503, {}, b"<p>now</p>" if good else b"wait")

    site.raw("/a", third_time)
    response = fetcher.fetch(site.url + "/a")
    assert [(each.status, each.body) for each in response.exchanges] == [
        (503, b"wait"),
        (503, b"wait"),
        (200, b"<p>now</p>"),
    ]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 503])
def test_an_error_page_is_kept_for_the_record_and_not_as_the_page(site, fetcher, status):
    site.page("/a", "<p>Are you human?</p>", status, X_Wall="yes")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is not None
    assert response.body == b""
    assert response.header("x-wall") == "yes"
    last = response.exchanges[-1]
    assert (last.status, last.body, last.is_cut) == (status, b"<p>Are you human?</p>", False)


def test_a_long_error_page_is_cut(site, fetcher):
    site.page("/a", b"x" * 1_000_000, 403)
    (exchange,) = fetcher.fetch(site.url + "/a").exchanges
    assert (len(exchange.body), exchange.is_cut) == (ERROR_BODY_BYTES, True)


def test_a_304_is_recorded(site, fetcher):
    site.page("/a", b"", 304, ETag='"1"')
    response = fetcher.fetch(site.url + "/a", validators=Validators(etag='"1"'))
    (exchange,) = response.exchanges
    assert response.outcome is Outcome.UNCHANGED
    assert (exchange.status, exchange.body, exchange.is_cut) == (304, b"", False)


def test_a_body_that_was_refused_or_broke_off_is_marked_as_cut(site, fetcher):
    def breaks(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        handler.close_connection = True

    site.raw("/half", breaks)
    site.page("/photo", b"\x89PNG", Content_Type="image/png")
    half = fetcher.fetch(site.url + "/half").exchanges
    assert [(each.status, each.body, each.is_cut) for each in half] == [(200, b"half", True)] * 3
    (photo,) = fetcher.fetch(site.url + "/photo").exchanges
    assert (photo.status, photo.body, photo.is_cut) == (200, b"", True)


def test_a_request_without_a_response_is_recorded_without_a_status(make_fetcher):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a"
        response = make_fetcher().fetch(url)
    assert response.outcome is Outcome.UNREACHABLE
    assert response.exchanges == ()  # robots.txt could not be asked for, so the page was not


def test_nothing_is_recorded_where_the_address_is_refused(site, make_fetcher):
    response = make_fetcher(allow=False).fetch(site.url + "/a")
    assert (response.outcome, response.exchanges) == (Outcome.ADDRESS_REFUSED, ())


@pytest.mark.parametrize(
    ("statuses", "is_permanent"),
    [((301,), True), ((301, 308), True), ((302,), False), ((301, 307), False), ((), False)],
)
def test_a_page_has_moved_where_every_redirect_was_permanent(site, fetcher, statuses, is_permanent):
    for number, status in enumerate(statuses):
        site.redirect(f"/{number}", f"/{number + 1}", status)
    last = f"/{len(statuses)}"
    site.page(last)
    response = fetcher.fetch(site.url + "/0")
    assert response.moved_to == (site.url + last if is_permanent else None)


def test_no_page_has_moved_to_an_error_page(site, fetcher):
    site.redirect("/a", "/b", 301)
    site.page("/b", "", 404)
    assert fetcher.fetch(site.url + "/a").moved_to is None


def test_retry_after_is_handed_on_in_seconds(site, fetcher):
    site.page("/a", "", 429, Retry_After="3600")
    site.page("/b")
    assert fetcher.fetch(site.url + "/b").retry_after is None
    assert fetcher.fetch(site.url + "/a").retry_after == 3600.0
