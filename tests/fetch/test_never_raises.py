"""A fetch always ends in a response: fuzzed URLs, raw HTTP responses and robots.txt."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.fetch.robots_rules import RobotsRules, parse_robots
from pipeline.fetch.session import Environment
from pipeline.fetch.throttle import RetryPolicy
from pipeline.models import Response, Source

LAX = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PIECES = st.sampled_from(
    "http:// https:// //// @ : # ? %zz [::1] [ ] .. / \\ \x00 é 127.1 :99999 :-1 a.example".split()
)
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n<p>abc</p>"
LINES = st.lists(
    st.sampled_from(
        [
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"Content-Length: 3, 4",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
            b"Content-Encoding: \xff",
            b"Location: http://[",
            b"Location: \x00",
            b"Location: /a",
            b"Set-Cookie: \xff=;;;=\x01",
            b"Retry-After: 0",
            b"Connection: close",
            b"no colon",
            b": no name",
            b"X: " + b"y" * 70_000,
        ]
    ),
    max_size=4,
)
BODIES = st.sampled_from(
    [b"", b"zz\r\n", b"3\r\nabc\r\n0\r\n\r\n", b"\x1f\x8b\x08" + bytes(20), b"<p>"]
)


@LAX
@given(st.lists(PIECES | st.text(max_size=5), max_size=6).map("".join))
def test_any_text_as_a_url(make_fetcher, url):
    offline = Environment(resolver=lambda name, port: [])
    response = make_fetcher(environment=offline, allow=False).fetch(
        url, source=Source("s", "S", hosts=("a.example",))
    )
    assert isinstance(response, Response)
    assert response.outcome is not None


@LAX
@given(st.sampled_from([200, 204, 206, 301, 304, 404, 429, 500, 599, 999, 100]), LINES, BODIES)
def test_any_http_response(site, make_fetcher, status, lines, body):
    raw = b"\r\n".join([b"HTTP/1.1 %d X" % status, *lines, b"", body])

    def write(handler) -> None:
        handler.wfile.write(raw)
        handler.close_connection = True

    site.raw("/a", write)
    fetcher = make_fetcher(retries=RetryPolicy(2, 0.001), read_timeout=0.2, total_timeout=0.5)
    response = fetcher.fetch(site.url + "/a")
    assert response.outcome is not None or response.body


@LAX
@given(st.data())
def test_a_valid_http_response_with_random_bytes_changed(site, make_fetcher, data):
    raw = bytearray(START)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    def write(handler) -> None:
        handler.wfile.write(bytes(raw))
        handler.close_connection = True

    site.raw("/a", write)
    fetcher = make_fetcher(retries=RetryPolicy(2, 0.001), read_timeout=0.2, total_timeout=0.5)
    assert isinstance(fetcher.fetch(site.url + "/a"), Response)


@LAX
@given(
    st.lists(
        st.sampled_from(
            [
                "User-agent: *",
                "Disallow: /",
                "Allow: *$",
                "Crawl-delay: -3",
                "Crawl-delay: 1e999",
                "Sitemap: %%",
                "Disallow: /%zz*?[",
                "Request-rate: 1/0",
                "RedirectChain-time: x",
            ]
        )
        | st.text(max_size=20),
        max_size=8,
    )
)
def test_any_robots_txt(lines):
    rules = parse_robots("\n".join(lines).encode("utf-8", "replace"), "Dateline")
    assert isinstance(rules, RobotsRules)
    assert 0.0 <= rules.crawl_delay <= 120.0
    assert rules.check("http://a.example/b?c") in (None, "robots.txt disallows it for Dateline")
    assert isinstance(rules.sitemaps, tuple)
