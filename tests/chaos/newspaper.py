"""Invented outlets on loopback that publish while Dateline reads them, and note what they told.

Each outlet has a server of its own with a feed and pages. ``publish`` adds stories, ``edit``
changes one, ``cut`` lets no request be answered. What a reader was told completely is noted:
``listed`` and ``served`` are the truth to which the store is compared.
"""

import hashlib
import random
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_WORDS = """
council harbour bridge ferry mayor budget vote river storm repair engineer school market
hospital station tunnel library museum island village election report inquiry witness lawyer farmer
fisher captain teacher nurse driver baker painter singer record season summer winter quarry orchard
""".split()
_GIVEN, _FAMILY = ("Ida", "Bram", "Jon", "Mila", "Oskar"), ("Marlow", "Osei", "Ash", "Tollef")
MISSING_EACH = 15
"""One link in so many leads to a page that is not there."""
COPIED_EACH = 10
"""One story in so many is printed by two outlets, word for word."""
LONGEST_SILENCE = 60.0
"""Seconds after which a request during a cut is dropped."""


@dataclass(slots=True)
class Story:
    """A story as its outlet tells it today."""

    number: int
    url: str
    path: str
    is_missing: bool = False
    text_of: int = 0
    """Number of the story whose words it prints; its own unless it is a copy."""
    edition: int = 0

    @property
    def title(self) -> str:
        chance = random.Random(self.text_of)
        return " ".join(chance.choices(_WORDS, k=5)).capitalize() + f" in ward {self.text_of}"

    @property
    def paragraphs(self) -> list[str]:
        chance = random.Random(self.text_of)
        lines = [
            f"The {' '.join(chance.choices(_WORDS, k=6))} of ward {self.text_of} told the"
            f" {' '.join(chance.choices(_WORDS, k=6))} on Friday that part {part} would be kept."
            for part in range(6)
        ]
        name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
        what = " ".join(chance.choices(_WORDS, k=4))
        lines.insert(
            2, f"“Nobody asked the {what} of ward {self.text_of},” said {name}, the mayor."
        )
        if self.edition:
            lines.append(
                f"Correction {self.edition}: an earlier report named the wrong"
                f" {' '.join(chance.choices(_WORDS, k=3))} of ward {self.text_of}."
            )
        return lines

    def html(self) -> bytes:
        lines = "".join(f"<p>{line}</p>" for line in self.paragraphs)
        return (
            f'<html lang="en"><head><title>{self.title}</title>'
            f'<link rel="canonical" href="{self.url}">'
            '<meta property="article:published_time" content="2026-11-20T08:15:00+00:00"></head>'
            f"<body><article><h1>{self.title}</h1>{lines}</article></body></html>"
        ).encode()


@dataclass(slots=True)
class Outlet:
    """One server with its stories."""

    key: str
    server: ThreadingHTTPServer
    stories: list[Story] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def feed(self) -> bytes:
        items = "".join(
            f"<item><title>{each.title}</title><link>{each.url}</link></item>"
            for each in reversed(self.stories)
        )
        return (
            f'<rss version="2.0"><channel><title>{self.key}</title>{items}</channel></rss>'.encode()
        )


class Newspapers:
    """Some outlets that listen until ``close``.

    Args:
        outlets: how many.
    """

    def __init__(self, outlets: int) -> None:
        self.lock = threading.Lock()
        self.is_cut = threading.Event()
        self.listed: dict[str, Story] = {}
        """Stories by address that a feed has named in an answer that was written whole."""
        self.served: dict[str, set[str]] = {}
        """Titles and texts by address, as digests, that were written whole."""
        self.asked = 0
        self.outlets = [self._open(f"outlet_{number}") for number in range(outlets)]

    @property
    def stories(self) -> list[Story]:
        return [story for outlet in self.outlets for story in outlet.stories]

    def write_sources(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for outlet in self.outlets:
            (folder / f"{outlet.key}.toml").write_text(
                f'name = "{outlet.key}"\nhomepage = "{outlet.base}/"\n'
                f'feeds = ["{outlet.base}/feed"]\nmax_links = 5000\ncrawl_delay = 0.01\n'
                "allow_private_addresses = true\n"
            )

    def publish(self, count: int) -> None:
        """Let the outlets in turn print so many stories more."""
        with self.lock:
            for _ in range(count):
                number = len(self.stories) + 1
                outlet = self.outlets[number % len(self.outlets)]
                path = f"/news/{number}"
                story = Story(number, outlet.base + path, path, text_of=number)
                story.is_missing = number % MISSING_EACH == 0
                if number % COPIED_EACH == 0 and not story.is_missing:
                    story.text_of = number - 1
                outlet.stories.append(story)

    def edit(self, chance: random.Random) -> Story | None:
        """Change the text of a story that is printed once and was served already."""
        with self.lock:
            copied = {each.text_of for each in self.stories if each.text_of != each.number}
            able = [
                each
                for each in self.stories
                if each.url in self.served
                and each.text_of == each.number
                and each.number not in copied
                and not each.edition
            ]
            if not able:
                return None
            story = chance.choice(able)
            story.edition += 1
            return story

    def cut(self) -> None:
        """Answer nobody until ``mend``; connections stay open, as those of a dead router do."""
        self.is_cut.set()

    def mend(self) -> None:
        """Answer again."""
        self.is_cut.clear()

    def close(self) -> None:
        for outlet in self.outlets:
            outlet.server.shutdown()
            outlet.server.server_close()

    def _open(self, key: str) -> Outlet:
        server = _Server(("127.0.0.1", 0), _Handler)
        outlet = Outlet(key, server)
        server.papers, server.outlet = self, outlet
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return outlet


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    papers: Newspapers
    outlet: Outlet

    def handle_error(self, request, client_address) -> None:
        """Print nothing when a killed client hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        papers = self.server.papers
        papers.asked += 1
        if papers.is_cut.is_set():
            self._keep_silent()
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self._answer(papers)

    def _keep_silent(self) -> None:
        still = threading.Event()
        for _ in range(int(LONGEST_SILENCE / 0.5)):
            if not self.server.papers.is_cut.is_set():
                break
            still.wait(0.5)
        self.close_connection = True

    def _answer(self, papers: Newspapers) -> None:
        with papers.lock:
            outlet = self.server.outlet
            stories = list(outlet.stories)
            story = next((each for each in stories if each.path == self.path), None)
            is_feed = self.path == "/feed"
            if is_feed:
                body, kind = outlet.feed(), "application/rss+xml"
            elif story is not None and not story.is_missing:
                body, kind = story.html(), "text/html; charset=utf-8"
            else:
                body, kind = b"", "text/plain"
            told = digest(story) if story is not None and body else ""
        status = HTTPStatus.OK if body else HTTPStatus.NOT_FOUND
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if body and self.headers.get("If-None-Match") == tag:
            status, body = HTTPStatus.NOT_MODIFIED, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != HTTPStatus.NOT_FOUND:
            self.send_header("ETag", tag)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        with papers.lock:
            if is_feed:
                papers.listed.update((each.url, each) for each in stories)
            elif status == HTTPStatus.OK and story is not None:
                papers.served.setdefault(story.url, set()).add(told)


def digest(story: Story) -> str:
    """Return a digest of the words of a story as it is told today."""
    return hashlib.sha256("\n\n".join(story.paragraphs).encode()).hexdigest()
