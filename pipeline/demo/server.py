"""Serve the demo outlets over HTTP on loopback, and describe them as sources of Dateline.

Each outlet has a threading server on a port of its own, which answers GET and HEAD with ETag,
Last-Modified, 304 (RFC 9110, section 13) and gzip, and writes no log. ``source_of`` and
``write_source`` make the source records and TOML files that lead Dateline to them.
"""

import gzip
import socket
import threading
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from pipeline.demo.content import EDITIONS, Outlet, outlets
from pipeline.demo.site import OutletSite, Page
from pipeline.errors import PortInUse, UsageError
from pipeline.models import Source
from pipeline.sources.files import source_toml

Ports = tuple[int, int, int]
"""A port for each outlet, in the order of ``outlets``."""
PREFERRED_PORTS = (8171, 8172, 8173)
"""Fixed ports keep the URLs the same from one run of the demo to the next."""
CRAWL_DELAY = 0.05
"""Seconds between requests in the source files; robots.txt asks for 0.1, which is used."""
_MIN_GZIP = 600
"""Fewest bytes of a body that is compressed; a gzip header alone takes 18."""


def source_of(outlet: Outlet, homepage: str) -> Source:
    """Return an outlet as a source, its feeds, sitemaps and sections as absolute URLs."""
    sections = tuple(map(outlet.section_path, outlet.sections)) if outlet.section_pages else ()
    feeds, sitemaps, pages = (
        tuple(urljoin(homepage, path) for path in paths)
        for paths in (outlet.feeds, outlet.sitemaps, sections)
    )
    return Source(
        key=outlet.key,
        name=outlet.name,
        homepage=homepage,
        feeds=feeds,
        sitemaps=sitemaps,
        sections=pages,
        wanted_languages=outlet.wanted_languages,
        time_zone=outlet.time_zone,
        crawl_delay=CRAWL_DELAY,
        allow_private_addresses=True,
    )


def write_source(source: Source, folder: Path) -> Path:
    """Write ``<key>.toml`` into a folder, in place of an older one, and return its path."""
    path = folder / f"{source.key}.toml"
    about = f"{source.name}: an outlet of the bundled demo site, entirely invented."
    path.write_text(source_toml(source, about), encoding="utf-8")
    return path


def free_ports(preferred: Ports = PREFERRED_PORTS, host: str = "127.0.0.1") -> Ports:
    """Return the preferred ports, with a free one in place of each that is 0 or taken.

    Canonical URLs contain the port, so a caller that wants the same URLs again must remember it.
    """
    chosen: list[int] = []
    for port in preferred:
        while port == 0 or port in chosen or not _is_free(host, port):
            port = _any_free(host)
        chosen.append(port)
    return chosen[0], chosen[1], chosen[2]


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_free(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: OutletSite) -> None:
        self.site = site
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # the base class's name
        """Log nothing, because the demo's console shows its progress and results."""

    def _answer(self, *, with_body: bool) -> None:
        page = self.server.site.page(self.path)
        if page.status == HTTPStatus.OK and self._is_fresh(page):
            self._head(page, HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        body = page.body
        self._head(page, HTTPStatus(page.status))
        if self._wants_gzip(page):
            body = gzip.compress(body, compresslevel=5, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _head(self, page: Page, status: HTTPStatus) -> None:
        self.send_response(status)
        if page.location:
            self.send_header("Location", self.server.site.base + page.location)
        elif page.status == HTTPStatus.OK:
            self.send_header("ETag", page.etag)
            modified = page.last_modified.astimezone(UTC)
            self.send_header("Last-Modified", format_datetime(modified, usegmt=True))
        self.send_header("Vary", "Accept-Encoding")

    def _is_fresh(self, page: Page) -> bool:
        """Tell whether the client has this body already; If-None-Match takes precedence."""
        if tags := self.headers.get("If-None-Match"):
            return page.etag.removeprefix("W/") in tags or tags.strip() == "*"
        return page.last_modified <= _http_date(self.headers.get("If-Modified-Since"))

    def _wants_gzip(self, page: Page) -> bool:
        accepted = self.headers.get("Accept-Encoding", "")
        is_text = page.content_type != "application/gzip"
        return is_text and len(page.body) >= _MIN_GZIP and "gzip" in accepted


def _http_date(value: str | None) -> datetime:
    """Parse an HTTP date; return the earliest possible time if it is missing or unreadable."""
    oldest = datetime.min.replace(tzinfo=UTC)
    try:
        when = parsedate_to_datetime(value) if value else oldest
    except ValueError:
        return oldest
    return when if when.tzinfo else when.replace(tzinfo=UTC)


class DemoSite:
    """The three outlets, served while the context is open.

    Args:
        edition: 1, or 2, in which one article of the Courier has been updated.
        ports: one for each outlet; by default the preferred ones, or free ones in their place.
        host: the address to listen on.

    Raises:
        UsageError: there is no such edition.
    """

    def __init__(
        self, edition: int = 1, ports: Ports | None = None, host: str = "127.0.0.1"
    ) -> None:
        if edition not in EDITIONS:
            raise UsageError(f"edition {edition} of the demo site: ask for one of {EDITIONS}")
        self.edition = edition
        self.host = host
        self.ports = ports or free_ports(host=host)
        self._outlets = outlets(edition)
        self._servers: list[_Server] = []

    @property
    def homepages(self) -> dict[str, str]:
        """The home page's URL of each outlet, by its key."""
        pairs = zip(self._outlets, self.ports, strict=True)
        return {outlet.key: f"http://{self.host}:{port}/" for outlet, port in pairs}

    def start(self) -> None:
        """Listen on all three ports and answer from threads of this process.

        Raises:
            PortInUse: another program listens on one of the ports; all are closed again.
        """
        try:
            for outlet, port in zip(self._outlets, self.ports, strict=True):
                site = OutletSite(outlet, self.homepages[outlet.key].rstrip("/"))
                self._servers.append(_listen(self.host, port, site))
        except PortInUse:
            # No shutdown() here: it waits for a serve_forever() that never began.
            self._close()
            raise
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Close the ports; calling it twice does no harm."""
        for server in self._servers:
            server.shutdown()
        self._close()

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()
        self._servers.clear()

    def sources(self) -> list[Source]:
        """Return the three outlets as sources for Dateline."""
        return [source_of(outlet, self.homepages[outlet.key]) for outlet in self._outlets]

    def write_sources(self, folder: Path) -> list[Path]:
        """Write ``<key>.toml`` for each outlet into a folder, which is created if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        return [write_source(source, folder) for source in self.sources()]

    def __enter__(self) -> Self:
        """Start serving."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.stop()


def _listen(host: str, port: int, site: OutletSite) -> _Server:
    try:
        return _Server((host, port), site)
    except OSError as error:
        raise PortInUse(
            f"demo outlet {site.outlet.key} cannot listen on {host}:{port} ({error.strerror}); "
            "stop the program there or choose other ports"
        ) from error
