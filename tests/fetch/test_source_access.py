"""Headers, cookies and proxy of a source: sent where they belong, shown nowhere."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest

from pipeline.fetch.source_access import NOT_KEPT
from pipeline.models import Source
from pipeline.outcomes import Outcome
from tests.fix_http import respond


def source_of(site, **values) -> Source:
    return Source("s", "S", homepage=site.url, **values)


def test_a_source_sends_its_own_headers_and_cookies(site, fetcher):
    site.page("/a")
    source = source_of(
        site,
        headers=(("Accept-Language", "de"), ("accept", "text/plain"), ("X-Key", "open sesame")),
        cookies=(("consent", "yes"), ("id", "7")),
    )
    assert fetcher.fetch(site.url + "/a", source=source).outcome is None
    sent = dict(site.asked)["/a"]
    assert (sent["accept-language"], sent["accept"], sent["x-key"]) == (
        "de",
        "text/plain",
        "open sesame",
    )
    assert sent["cookie"] == "consent=yes; id=7"
    assert dict(site.asked)["/robots.txt"]["x-key"] == "open sesame"


def test_secrets_come_from_the_environment_and_stand_in_no_record(site, fetcher, monkeypatch):
    monkeypatch.setenv("HERALD_LOGIN", "s3cret")
    site.page("/a", Set_Cookie="session=s3cret; Path=/")
    source = source_of(
        site,
        headers=(("Authorization", "env:HERALD_LOGIN"),),
        cookies=(("login", "env:HERALD_LOGIN"),),
    )
    response = fetcher.fetch(site.url + "/a", source=source)
    sent = dict(site.asked)["/a"]
    assert (sent["authorization"], sent["cookie"]) == ("s3cret", "login=s3cret")
    assert "s3cret" not in repr(response)
    recorded = dict(response.exchanges[-1].request_headers)
    assert (recorded["Authorization"], recorded["Cookie"]) == (NOT_KEPT, NOT_KEPT)


def test_a_missing_variable_is_named(site, fetcher, monkeypatch):
    monkeypatch.delenv("HERALD_LOGIN", raising=False)
    source = source_of(site, cookies=(("login", "env:HERALD_LOGIN"),))
    response = fetcher.fetch(site.url + "/a", source=source)
    assert response.outcome is Outcome.UNREACHABLE
    assert "HERALD_LOGIN" in response.reason
    assert site.asked == []


def test_a_missing_variable_of_one_source_keeps_no_other_source_from_the_host(
    site, fetcher, monkeypatch
):
    monkeypatch.delenv("HERALD_LOGIN", raising=False)
    site.page("/a")
    private = source_of(site, cookies=(("login", "env:HERALD_LOGIN"),))
    for _ in range(10):
        fetcher.fetch(site.url + "/a", source=private)
    assert fetcher.fetch(site.url + "/a", source=source_of(site)).outcome is None


def test_cookies_of_the_source_and_of_a_cookie_wall_are_sent_together(site, fetcher):
    def wall(handler):
        passed = "seen=1" in (handler.headers.get("Cookie") or "")
        headers = {} if passed else {"Location": "/a", "Set-Cookie": "seen=1; Path=/"}
        respond(handler, 200 if passed else 302, headers, b"<p>in</p>")

    site.raw("/a", wall)
    source = source_of(site, cookies=(("id", "7"),))
    assert fetcher.fetch(site.url + "/a", source=source).body == b"<p>in</p>"
    assert site.asked[-1][1]["cookie"] == "seen=1; id=7"


def test_secrets_do_not_go_to_other_sites(site, make_site, fetcher):
    """A source of lists only has no sites, so that links and redirects may lead anywhere."""
    other = make_site()
    other.page("/b")
    site.redirect("/a", other.url + "/b")
    source = Source("s", "S", headers=(("X-Key", "secret"),), cookies=(("id", "7"),))
    assert fetcher.fetch(site.url + "/a", source=source).outcome is None
    for headers in (dict(site.asked)["/a"], dict(other.asked)["/b"]):
        assert "x-key" not in headers
        assert "cookie" not in headers


class Proxy(ThreadingHTTPServer):
    """A forward proxy on loopback for plain HTTP that wants a login if it is given one."""

    daemon_threads = True

    def __init__(self, login: str | None = None) -> None:
        self.asked: list[str] = []
        self.login = login
        super().__init__(("127.0.0.1", 0), _ProxyHandler)


class _ProxyHandler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        wanted = self.server.login
        if wanted and self.headers.get("Proxy-Authorization") != f"Basic {wanted}":
            respond(self, 407, {}, b"")
            return
        port = self.path.split(":")[2].partition("/")[0]
        path = self.path.partition(port)[2]
        if path == "/robots.txt":
            respond(self, 404, {}, b"")
            return
        with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            respond(self, 200, {"Content-Type": "text/html"}, answer.read())

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        respond(self, 403, {}, b"")

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def make_proxy():
    made: list[Proxy] = []

    def make(login: str | None = None) -> Proxy:
        made.append(Proxy(login))
        threading.Thread(target=made[-1].serve_forever, args=(0.02,), daemon=True).start()
        return made[-1]

    yield make
    for proxy in made:
        proxy.shutdown()
        proxy.server_close()


def test_requests_go_through_the_proxy_which_resolves_the_name(site, make_proxy, make_fetcher):
    proxy = make_proxy()
    site.page("/a", "<p>far</p>")
    fetcher = make_fetcher(allow=False, proxy=f"http://127.0.0.1:{proxy.server_port}")
    url = f"http://herald.example:{site.port}/a"
    response = fetcher.fetch(url)
    assert (response.body, response.ip_address) == (b"<p>far</p>", None)
    assert proxy.asked[-1] == url


def test_the_proxy_of_a_source_wins_and_its_login_may_come_from_the_environment(
    site, make_proxy, make_fetcher, monkeypatch
):
    general, own = make_proxy(), make_proxy(base64.b64encode(b"desk:pass word").decode())
    monkeypatch.setenv("DESK_PROXY", f"http://desk:pass%20word@127.0.0.1:{own.server_port}")
    site.page("/a", "<p>far</p>")
    fetcher = make_fetcher(allow=False, proxy=f"http://127.0.0.1:{general.server_port}")
    source = Source("s", "S", proxy="env:DESK_PROXY")
    response = fetcher.fetch(f"http://herald.example:{site.port}/a", source=source)
    assert response.body == b"<p>far</p>"
    assert general.asked == []
    assert "pass word" not in repr(response)


@pytest.mark.parametrize(
    "name",
    ["127.0.0.1", "169.254.169.254", "2130706433", "0x7f.1", "[::1]", "localhost", "a.localhost"],
)
def test_written_private_addresses_are_refused_through_a_proxy_too(make_proxy, make_fetcher, name):
    proxy = make_proxy()
    fetcher = make_fetcher(allow=False, proxy=f"http://127.0.0.1:{proxy.server_port}")
    assert fetcher.fetch(f"http://{name}/a").outcome is Outcome.ADDRESS_REFUSED
    assert proxy.asked == []


def test_a_proxy_that_refuses_is_named(make_proxy, make_fetcher):
    proxy = make_proxy()
    fetcher = make_fetcher(allow=False, proxy=f"http://127.0.0.1:{proxy.server_port}")
    response = fetcher.fetch("https://herald.example/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert "proxy" in response.reason


def test_a_source_that_allows_foreign_links_may_lead_anywhere_without_its_secrets(
    site, make_site, fetcher
):
    other = make_site()
    other.page("/b")
    source = source_of(site, allow_foreign=True, cookies=(("id", "7"),))
    assert fetcher.fetch(other.url + "/b", source=source).outcome is None
    assert "cookie" not in dict(other.asked)["/b"]


def test_a_proxy_out_of_reach_is_named_without_its_login(make_fetcher):
    fetcher = make_fetcher(proxy="http://desk:secret@127.0.0.1:9")
    response = fetcher.fetch("http://herald.example/a")
    assert response.outcome is Outcome.UNREACHABLE
    assert "the proxy 127.0.0.1:9 cannot be reached" in response.reason
    assert "secret" not in response.reason


@pytest.mark.parametrize(
    "value",
    ["garbage", "socks5://127.0.0.1:1", "http://", "http://a:99999", "http://[::1", "\u2603"],
)
def test_a_proxy_of_the_environment_that_is_no_address_costs_only_its_source(
    site, make_fetcher, monkeypatch, value
):
    site.page("/a", "<p>in</p>")
    monkeypatch.setenv("DESK_PROXY", value)
    fetcher = make_fetcher()
    response = fetcher.fetch(site.url + "/a", source=Source("s", "S", proxy="env:DESK_PROXY"))
    assert response.outcome is Outcome.UNREACHABLE
    assert "DESK_PROXY" in response.reason or "proxy" in response.reason
    assert fetcher.fetch(site.url + "/a").body == b"<p>in</p>"
    assert fetcher.fetch(site.url + "/a").body == b"<p>in</p>"


def test_a_cookie_of_the_environment_that_no_header_can_carry_is_named(site, fetcher, monkeypatch):
    for value in ("a\r\nX-Other: b", "snow\u2603man"):
        monkeypatch.setenv("HERALD_LOGIN", value)
        source = source_of(site, cookies=(("login", "env:HERALD_LOGIN"),))
        response = fetcher.fetch(site.url + "/a", source=source)
        assert response.outcome is Outcome.UNREACHABLE
        assert "HERALD_LOGIN" in response.reason
        assert "snow" not in response.reason
