"""One page over real sockets, with every outcome it can have."""

import gzip
import hashlib
import socket
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.fetch import address
from pipeline.fetch.address import is_public
from pipeline.fetch.session import Environment
from pipeline.models import Source, Validators
from pipeline.outcomes import Outcome
from tests.fix_http import respond


def test_a_page_comes_back_with_its_body_and_headers(site, fetcher):
    site.page("/a", "<p>Grüße</p>", ETag='"1"')
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (None, 200)
    assert response.body.decode() == "<p>Grüße</p>"
    assert response.header("etag") == '"1"'
    assert response.ip_address == "127.0.0.1"
    assert response.final_url == response.requested_url == site.url + "/a"


def test_request_headers_name_the_crawler_and_the_encodings_it_reads(site, fetcher):
    site.page("/a")
    fetcher.fetch(site.url + "/a")
    headers = dict(site.asked)["/a"]
    assert headers["user-agent"].startswith("Dateline/")
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert "cookie" not in headers
    assert "authorization" not in headers


def test_user_names_and_passwords_are_dropped(site, fetcher):
    site.page("/a")
    response = fetcher.fetch(f"http://user:secret@127.0.0.1:{site.port}/a#top")
    assert response.final_url == site.url + "/a"
    assert "authorization" not in dict(site.asked)["/a"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome.FORBIDDEN),
        (403, Outcome.FORBIDDEN),
        (404, Outcome.NOT_FOUND),
        (410, Outcome.GONE),
        (418, Outcome.FORBIDDEN),
        (451, Outcome.FORBIDDEN),
        (501, Outcome.SERVER_ERROR),
    ],
)
def test_a_final_status_is_requested_once(site, fetcher, status, outcome):
    site.page("/a", b"no", status)
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (outcome, status)
    assert site.paths.count("/a") == 1
    assert response.body == b""


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, Outcome.SERVER_ERROR), (503, Outcome.SERVER_ERROR), (429, Outcome.RATE_LIMITED)],
)
def test_a_transient_status_is_retried_up_to_the_limit(site, fetcher, status, outcome):
    site.page("/a", b"later", status)
    response = fetcher.fetch(site.url + "/a")
    assert (response.outcome, response.status) == (outcome, status)
    assert site.paths.count("/a") == 3


def test_a_second_attempt_may_succeed(site, fetcher):
    def once_broken(handler):
        respond(handler, 503 if site.paths.count("/a") == 1 else 200, {}, b"<p>now</p>")

    site.raw("/a", once_broken)
    assert fetcher.fetch(site.url + "/a").body == b"<p>now</p>"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for(site, make_fetcher, form):
    now = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=1), usegmt=True)
    value = "1" if form == "seconds" else later

    def first_limited(handler):
        limited = site.paths.count("/a") == 1
        respond(handler, 429 if limited else 200, {"Retry-After": value}, b"<p>x</p>")

    site.raw("/a", first_limited)
    fetcher = make_fetcher(environment=Environment(now=lambda: now))
    assert fetcher.fetch(site.url + "/a").outcome is None
    first, second = [at for at, path in zip(site.times, site.paths, strict=True) if path == "/a"]
    assert second - first >= 0.95


def test_a_retry_after_beyond_the_limit_pauses_the_host(site, fetcher):
    site.page("/a", b"", 429, Retry_After="3600")
    site.page("/b")
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.RATE_LIMITED
    other = fetcher.fetch(site.url + "/b")
    assert other.outcome is Outcome.RATE_LIMITED
    assert other.reason.startswith("not asked")
    assert site.paths == ["/robots.txt", "/a"]


def test_a_dead_host_is_left_alone_after_some_failures(make_fetcher, site):
    fetcher = make_fetcher()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{unused.getsockname()[1]}"
        reasons = [fetcher.fetch(f"{dead}/{number}").reason for number in range(4)]
    assert all("connection failed" in reason for reason in reasons[:3])
    assert reasons[3].startswith("not asked")


def test_304_and_the_same_body_are_unchanged(site, fetcher):
    def conditional(handler):
        known = handler.headers.get("If-None-Match") == '"v1"'
        since = handler.headers.get("If-Modified-Since")
        assert since in (None, "Fri, 20 Nov 2026 08:00:00 GMT")
        respond(handler, 304 if known else 200, {"ETag": '"v1"'}, b"" if known else b"<p>a</p>")

    site.raw("/a", conditional)
    url = site.url + "/a"
    seen = fetcher.fetch(url, validators=Validators('"v1"', "Fri, 20 Nov 2026 08:00:00 GMT", b""))
    assert (seen.outcome, seen.status, seen.reason) == (Outcome.UNCHANGED, 304, "HTTP 304")
    digest = hashlib.sha256(b"<p>a</p>").digest()
    same = fetcher.fetch(url, validators=Validators(body_sha256=digest))
    assert (same.outcome, same.status, same.body) == (Outcome.UNCHANGED, 200, b"")
    assert fetcher.fetch(url, validators=Validators('"v0"', None, b"x")).outcome is None


def test_304_to_an_unconditional_request_is_bad_content(site, fetcher):
    site.page("/a", b"", 304)
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.BAD_CONTENT


def test_redirects_are_followed_and_listed(site, fetcher):
    site.redirect("/a", "/b?x=1", 301)
    site.redirect("/b", f"//127.0.0.1:{site.port}/c", 307)
    site.page("/c")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is None
    assert response.final_url == site.url + "/c"
    assert response.redirects == (site.url + "/a", site.url + "/b?x=1")


def test_a_redirect_in_raw_utf8_is_followed(site, fetcher):
    site.raw(
        "/a",
        lambda handler: respond(handler, 302, {"Location": "/é".encode().decode("latin-1")}, b""),
    )
    site.page("/%C3%A9", "<p>é</p>")
    assert fetcher.fetch(site.url + "/a").outcome is None


@pytest.mark.parametrize("target", ["/a", "/b"])
def test_a_redirect_loop_ends(site, fetcher, target):
    site.redirect("/a", target)
    site.redirect("/b", "/a")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is Outcome.REDIRECT_LOOP
    assert len(site.paths) <= 4


def test_too_many_redirects_end(site, make_fetcher):
    for number in range(9):
        site.redirect(f"/{number}", f"/{number + 1}")
    response = make_fetcher(max_redirects=4).fetch(site.url + "/0")
    assert response.outcome is Outcome.REDIRECT_LOOP
    assert site.paths[-1] == "/4"


def test_a_cookie_wall_is_passed_and_its_cookie_dropped_afterwards(site, fetcher):
    def wall(handler):
        has_cookie = "seen=1" in (handler.headers.get("Cookie") or "")
        headers = {} if has_cookie else {"Location": "/a", "Set-Cookie": "seen=1; Path=/"}
        respond(handler, 200 if has_cookie else 302, headers, b"<p>in</p>")

    site.raw("/a", wall)
    site.page("/b")
    assert fetcher.fetch(site.url + "/a").body == b"<p>in</p>"
    fetcher.fetch(site.url + "/b")
    assert "cookie" not in dict(site.asked)["/b"]


def test_cookies_do_not_cross_hosts(site, make_site, fetcher):
    other = make_site()
    other.page("/b")
    site.redirect("/a", f"http://localhost:{other.port}/b", Set_Cookie="secret=1")
    assert fetcher.fetch(site.url + "/a").outcome is None
    assert "cookie" not in dict(other.asked)["/b"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://0.0.0.0/",
        "file:///etc/passwd",
        "ftp://news.example/a",
        "http://[broken/",
    ],
)
def test_a_redirect_to_a_refused_address_ends_there(
    site, make_fetcher, loopback_counts_as_public, location
):
    site.redirect("/a", location)
    response = make_fetcher(allow=False).fetch(site.url + "/a")
    assert response.outcome is Outcome.ADDRESS_REFUSED
    assert response.redirects == (site.url + "/a",)


@pytest.fixture
def loopback_counts_as_public(monkeypatch):
    """Treat 127.0.0.1, and no other private address, as public, so that a first hop is served."""
    monkeypatch.setattr(address, "is_public", lambda text: text == "127.0.0.1" or is_public(text))


def test_loopback_is_refused_by_default(site, make_fetcher):
    site.page("/a")
    assert make_fetcher(allow=False).fetch(site.url + "/a").outcome is Outcome.ADDRESS_REFUSED
    assert site.asked == []


def test_a_page_that_redirects_to_another_port_is_offsite(site, make_site, make_fetcher):
    inner = make_site()
    inner.page("/secret")
    site.redirect("/a", inner.url + "/secret")
    source = Source("s", "S", homepage=site.url, allow_private_addresses=True)
    response = make_fetcher(allow=False).fetch(site.url + "/a", source=source)
    assert response.outcome is Outcome.OFFSITE_REFUSED
    assert inner.asked == []


def test_a_name_is_resolved_once_and_that_address_is_connected_to(site, make_fetcher):
    """A name server that answers differently the second time (DNS rebinding) is not asked."""
    asked = []

    def rebinding(name, port):
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    site.page("/a", "<p>by name</p>")
    fetcher = make_fetcher(environment=Environment(resolver=rebinding))
    response = fetcher.fetch(f"http://rebind.example:{site.port}/a")
    assert (response.body, response.ip_address) == (b"<p>by name</p>", "127.0.0.1")
    assert asked == ["rebind.example"]
    assert dict(site.asked)["/a"]["host"] == f"rebind.example:{site.port}"


def test_a_name_that_later_resolves_to_a_private_address_is_refused(
    site, make_fetcher, loopback_counts_as_public
):
    """First 127.0.0.1, which counts as public here; then, on a new connection, 10.0.0.1."""
    asked = []

    def rebinding(name, port):
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    site.page("/a", Connection="close")
    site.page("/robots.txt", b"", Connection="close")
    fetcher = make_fetcher(allow=False, environment=Environment(resolver=rebinding))
    response = fetcher.fetch(f"http://rebind.example:{site.port}/a")
    assert response.outcome is Outcome.ADDRESS_REFUSED
    assert site.paths == ["/robots.txt"]


def test_offsite_links_are_refused_without_a_request(site, fetcher):
    source = Source("s", "S", homepage="http://herald.example/")
    response = fetcher.fetch(site.url + "/a", source=source)
    assert response.outcome is Outcome.OFFSITE_REFUSED
    assert "hosts" in response.reason
    assert site.asked == []


def test_the_further_hosts_of_a_source_are_on_site(site, make_site, fetcher):
    other = make_site()
    other.page("/b")
    site.redirect("/a", other.url + "/b")
    source = Source("s", "S", homepage=site.url, hosts=(f"127.0.0.1:{other.port}",))
    assert fetcher.fetch(site.url + "/a", source=source).outcome is None


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "two members"])
def test_encoded_bodies_are_decoded(site, fetcher, encoding):
    text = b"<p>" + b"word " * 5000 + b"</p>"
    bare = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "raw deflate": bare.compress(text) + bare.flush(),
        "two members": gzip.compress(text[:100]) + gzip.compress(text[100:]),
    }
    name = "deflate" if "deflate" in encoding else "gzip"
    site.page("/a", bodies[encoding], Content_Encoding=name)
    assert fetcher.fetch(site.url + "/a").body == text


def test_a_gzip_bomb_is_not_unpacked(site, fetcher):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 200_000
    site.page("/a", bomb, Content_Encoding="gzip")
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is Outcome.TOO_LARGE
    assert response.body == b""


def test_a_truncated_or_broken_encoding_is_bad_content(site, fetcher):
    packed = gzip.compress(b"<p>" + bytes(range(256)) * 20)
    site.page("/a", packed[:-20], Content_Encoding="gzip")
    site.page("/b", b"plainly not gzip", Content_Encoding="gzip")
    site.page("/c", b"x", Content_Encoding="compress")
    for path in "abc":
        assert fetcher.fetch(f"{site.url}/{path}").outcome is Outcome.BAD_CONTENT


def test_a_body_over_the_limit_is_refused_with_and_without_content_length(site, fetcher):
    site.page("/a", bytes(300_000))

    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 10_000)

    site.raw("/b", endless)
    for path in "ab":
        assert fetcher.fetch(f"{site.url}/{path}").outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize("where", ["headers", "body", "silence"])
def test_a_slow_response_times_out(site, make_fetcher, where):
    def slow(handler):
        start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n"
        handler.wfile.write(start + (b"\r\n<p>" if where == "body" else b"X-Slow: "))
        for _ in range(40 if where != "silence" else 0):
            handler.wfile.write(b"y")
            time.sleep(0.05)
        time.sleep(0.5)
        handler.close_connection = True

    site.raw("/a", slow)
    response = make_fetcher(total_timeout=0.6, read_timeout=0.3).fetch(site.url + "/a")
    assert response.outcome is Outcome.TIMEOUT


def test_a_connection_that_breaks_off_is_unreachable(site, fetcher):
    def breaks(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        handler.close_connection = True

    site.raw("/a", breaks)
    site.raw("/b", lambda handler: handler.wfile.write(b"no HTTP at all\r\n\r\n"))
    for path in "ab":
        assert fetcher.fetch(f"{site.url}/{path}").outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/png", b"\x89PNG"),
        ("application/pdf", b"%PDF-1.7"),
        ("application/json", b"{}"),
        ("text/html", b"%PDF-1.7 in disguise"),
        ("text/html", b"   \n"),
        ("text/html", bytes(range(9)) * 200),
        ("", b"\x89PNG"),
    ],
)
def test_a_body_that_is_not_text_is_bad_content(site, fetcher, kind, body):
    site.page("/a", body, Content_Type=kind)
    assert fetcher.fetch(site.url + "/a").outcome is Outcome.BAD_CONTENT


@pytest.mark.parametrize(
    "kind", ["text/html", "TEXT/HTML;charset=x", "application/xhtml+xml", "text/plain", ""]
)
def test_text_is_accepted(site, fetcher, kind):
    site.page("/a", "<p>text</p>", Content_Type=kind)
    assert fetcher.fetch(site.url + "/a").outcome is None


def test_utf16_is_not_taken_for_binary(site, fetcher):
    site.page("/a", "<p>text</p>".encode("utf-16"))
    assert fetcher.fetch(site.url + "/a").outcome is None


@pytest.mark.parametrize(
    "url",
    ["mailto:desk@herald.example", "javascript:void(0)", "http://", "nonsense", "http://[::1"],
)
def test_a_url_that_is_not_http_is_refused(fetcher, url):
    assert fetcher.fetch(url).outcome is Outcome.ADDRESS_REFUSED


def test_connections_are_reused(site, fetcher):
    ports = set()

    def remember(handler):
        ports.add(handler.client_address[1])
        respond(handler, 200, {"Content-Type": "text/html"}, b"<p>x</p>")

    for number in range(5):
        site.raw(f"/{number}", remember)
        fetcher.fetch(f"{site.url}/{number}")
    assert len(ports) == 1


def test_a_kept_response_is_used_once(site, fetcher):
    site.page("/a")
    fetcher.keep(fetcher.fetch(site.url + "/a"))
    assert fetcher.fetch(site.url + "/a").outcome is None
    assert site.paths.count("/a") == 1
    fetcher.fetch(site.url + "/a")
    assert site.paths.count("/a") == 2
