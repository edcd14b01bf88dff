"""A scriptable web site on loopback: real sockets, no mocks."""

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.session import Environment
from pipeline.fetch.throttle import RetryPolicy
from pipeline.settings import Settings

QUICK_RETRIES = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=5.0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """Print nothing when a client hangs up, since many tests do that."""


class Site:
    """Serves what a test puts into it; any other path is 404, robots.txt too."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.scheme = "https" if context else "http"
        self.routes: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.times: list[float] = []
        self.bodies: list[bytes] = []
        """Bodies of POST requests."""
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def page(self, path: str, body: bytes | str = b"<p>Words.</p>", status: int = 200, **headers):
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "text/html; charset=utf-8")
        self.routes[path] = lambda handler: respond(handler, status, named, data)

    def redirect(self, path: str, location: str, status: int = 302, **headers) -> None:
        self.page(path, b"", status, Location=location, **headers)

    def raw(self, path: str, write: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.routes[path] = write

    def robots(self, text: str, status: int = 200, **headers) -> None:
        self.page("/robots.txt", text, status, Content_Type="text/plain", **headers)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def respond(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # The base class makes "/x" of a request for "//x".
            self.path = self.requestline.split()[1]
            site.asked.append(
                (self.path, {key.lower(): value for key, value in self.headers.items()})
            )
            site.times.append(time.monotonic())
            route = site.routes.get(self.path) or site.routes.get(self.path.partition("?")[0])
            if route is None:
                respond(self, 404, {}, b"")
                return
            try:
                route(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def do_POST(self) -> None:
            site.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.do_GET()

        def log_message(self, *args) -> None:
            pass

    return Handler


@pytest.fixture
def make_site():
    made: list[Site] = []

    def make(context: ssl.SSLContext | None = None) -> Site:
        made.append(Site(context))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def site(make_site) -> Site:
    return make_site()


@pytest.fixture
def make_fetcher():
    made: list[Fetcher] = []

    def make(
        *,
        retries=QUICK_RETRIES,
        throttle=None,
        environment=None,
        allow=True,
        robots=None,
        **values,
    ) -> Fetcher:
        defaults = {
            "crawl_delay": 0.0,
            "read_timeout": 1.0,
            "total_timeout": 3.0,
            "max_body_bytes": 200_000,
        }
        made.append(
            Fetcher(
                Settings(**(defaults | values)),
                retries=retries,
                throttle=throttle,
                environment=environment or Environment(),
                allow_private_addresses=allow,
                robots=robots,
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def fetcher(make_fetcher) -> Fetcher:
    return make_fetcher()
