"""Ten invented outlets on loopback, eight of which break, each in a way of its own.

``python -m benchmarks.operate.breaking_outlets`` serves them for the walk in
``docs/operations.md``: it writes their source files, lets them live for two days and break three
hours ago, and then publishes a story of each every minute until it is told to repair them.

States are learnt from the history of a source, and an alert needs hours of evidence. So the past is
lived with the clock set back: the stages ask the real servers, archive, load and judge as they do
every day, and only their clock is another.
"""

import argparse
import random
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import time_machine

from benchmarks.operate.mailbox import Mailbox
from pipeline.models import Source
from pipeline.sources.files import source_toml

FAULTS = {
    "outlet_403": ("forbidden", "blocked"),
    "outlet_503": ("busy", "failing"),
    "outlet_429": ("too many requests", "blocked"),
    "outlet_robots": ("robots.txt", "blocked"),
    "outlet_wall": ("a wall in place of each page", "blocked"),
    "outlet_shell": ("an empty shell that a script fills", "redesigned"),
    "outlet_redesign": ("a page of cards in place of each article", "redesigned"),
    "outlet_empty": ("a feed without items", "silent"),
}
"""The outlets that break: how, and the state that this must be called."""
WELL = ("outlet_well", "outlet_fine")
_HEALTHY = [timedelta(hours=hours) for hours in range(50, 9, -8)]
_BROKEN = [timedelta(hours=hours) for hours in (3.2, 2.2, 1.2)]
"""How long before the present the outlets are asked, while all are well and when some are not."""
_HEALTHY_STORIES, _BROKEN_STORIES, _LAST_STORIES = 3, 2, 16
"""Stories that an outlet publishes before each of these requests, and at last."""
_LISTED = 40
"""Items of a feed."""
_STATUS = {"outlet_403": 403, "outlet_503": 503, "outlet_429": 429}
_WALL = "<html><title>Just a moment</title><script>window._cf_chl_opt={};</script></html>"
_SHELL = (
    "<html><head><title>Front</title><script src='/app.js'></script></head>"
    "<body><div id='root'></div></body></html>"
)
_NAMES = ("Ines Dahl", "Marek Sorel", "Oona Vries", "Tam Adeyo", "Lucia Brandt", "Pavel Orin")
_BODIES = ("the Harbour Council", "the Ferry Board", "the Valley Assembly", "the Court of Appeal")
_WORDS = (
    "harbour ferry budget school winter market bridge forest police garden doctor engine journal"
    " museum orchard village captain library factory railway station teacher farmer river autumn"
    " kitchen concert airport painter summer lantern printer chapel quarry vessel window ticket"
    " border island mayor pension housing traffic hospital lesson bakery tunnel valley meadow"
    " festival archive reservoir stadium orchestra newspaper lighthouse greenhouse committee"
).split()
_CARDS = (
    "<html lang=en><head><title>Front</title></head><body><main>{}</main></body></html>".format(
        "".join(
            f"<div class=card><a href='/top/{word}'>The {word} of the day</a></div>"
            for word in _WORDS
        )
    )
)
_IN_PLACE = {"outlet_wall": _WALL, "outlet_shell": _SHELL, "outlet_redesign": _CARDS}
_ONLY_NEW = ("outlet_shell", "outlet_redesign")
"""Their stories of before the change stay as they were, as after most changes of a system."""


class Outlet:
    """One outlet with a server of its own.

    Args:
        key: of its source; it says how the outlet breaks.
        port: to serve on; 0 for any free one.
    """

    def __init__(self, key: str, port: int = 0) -> None:
        self.key = key
        self.is_broken = False
        self.broke_after = 0
        """Number of the last story that was published before the outlet broke."""
        self.published: dict[int, datetime] = {}
        """When each story was published, by its number."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Address of the front page, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def source(self) -> Source:
        """The outlet as a source of Dateline."""
        return Source(
            self.key,
            self.key.replace("_", " ").title(),
            homepage=f"{self.url}/",
            feeds=(f"{self.url}/feed",),
            crawl_delay=0.0,
            allow_private_addresses=True,
        )

    def publish(self, at: datetime, stories: int = 1) -> None:
        """Publish new stories."""
        for _ in range(stories):
            self.published[len(self.published) + 1] = at

    def story_url(self, number: int) -> str:
        """Return the address of a story."""
        return f"{self.url}/stories/{number}"

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, str, str]:
        """Return the status, the media type and the body for a path."""
        if path == "/robots.txt":
            is_denied = self.is_broken and self.key == "outlet_robots"
            return 200, "text/plain", f"User-agent: *\nDisallow: {'/' if is_denied else ''}\n"
        if self.is_broken and self.key in _STATUS:
            return _STATUS[self.key], "text/plain", "no"
        if path == "/feed":
            is_empty = self.is_broken and self.key == "outlet_empty"
            return 200, "application/rss+xml", self._feed([] if is_empty else self._latest())
        if path == "/":
            return 200, "text/html", self._front_page()
        number = path.removeprefix("/stories/")
        if not number.isdecimal() or int(number) not in self.published:
            return 404, "text/plain", "there is no such page"
        is_old = self.key in _ONLY_NEW and int(number) <= self.broke_after
        if self.is_broken and self.key in _IN_PLACE and not is_old:
            return 200, "text/html", _IN_PLACE[self.key]
        return 200, "text/html", self._story(int(number))

    def _latest(self) -> list[int]:
        return sorted(self.published)[-_LISTED:]

    def _feed(self, numbers: Iterable[int]) -> str:
        items = "".join(
            f"<item><title>{self._headline(number)}</title><link>{self.story_url(number)}</link>"
            f"<pubDate>{format_datetime(self.published[number])}</pubDate></item>"
            for number in numbers
        )
        return f'<rss version="2.0"><channel><title>{self.key}</title>{items}</channel></rss>'

    def _front_page(self) -> str:
        links = "".join(
            f'<h2><a href="/stories/{number}">{self._headline(number)}</a></h2>'
            for number in self._latest()
        )
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
        return (
            f"<html lang=en><head><title>{self.key}</title>{feed}</head><body>{links}</body></html>"
        )

    def _headline(self, number: int) -> str:
        draw = random.Random(f"{self.key} {number}")
        one, other, where = draw.sample(_WORDS, 3)
        return f"{draw.choice(_NAMES)} opens the {one} {other} of the {where}".replace("  ", " ")

    def _story(self, number: int) -> str:
        draw = random.Random(f"text of {self.key} {number}")
        headline, when = self._headline(number), self.published[number].isoformat()
        paragraphs = "".join(f"<p>{_sentence(draw)} {_sentence(draw)}</p>" for _ in range(4))
        return (
            f"<html lang=en><head><title>{headline}</title>"
            f'<meta property="article:published_time" content="{when}">'
            f'<meta name="author" content="{draw.choice(_NAMES)}"></head>'
            f"<body><article><h1>{headline}</h1>{paragraphs}</article></body></html>"
        )


def _sentence(draw: random.Random) -> str:
    first, second = (" ".join(draw.sample(_WORDS, 4)) for _ in range(2))
    return (
        f"{draw.choice(_NAMES)} told {draw.choice(_BODIES)} on Friday that the {first} would be"
        f" opened again after the {second} was paid for."
    )


def _handler(outlet: Outlet) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, text = outlet.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if self.path == "/robots.txt":
                self.send_header("Cache-Control", "max-age=3600")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    return Handler


class Outlets:
    """All ten outlets, served until the block is left.

    Args:
        first_port: of the first outlet, the others have those after it; 0 for any free ones.
    """

    def __init__(self, first_port: int = 0) -> None:
        self.all = [
            Outlet(key, first_port + place if first_port else 0)
            for place, key in enumerate([*FAULTS, *WELL])
        ]

    def __enter__(self) -> Self:
        """Serve them."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all servers."""
        for outlet in self.all:
            outlet.close()

    def __getitem__(self, key: str) -> Outlet:
        """Return the outlet of a source."""
        return next(outlet for outlet in self.all if outlet.key == key)

    def write_sources(self, folder: Path) -> None:
        """Write a source file for each outlet."""
        folder.mkdir(parents=True, exist_ok=True)
        for outlet in self.all:
            text = source_toml(outlet.source, "An invented outlet of benchmarks/operate.")
            (folder / f"{outlet.key}.toml").write_text(text, encoding="utf-8")

    def publish(self, at: datetime, stories: int = 1) -> None:
        """Publish new stories of each outlet."""
        for outlet in self.all:
            outlet.publish(at, stories)

    def breaks(self) -> None:
        """Break the eight that break."""
        for outlet in self.all:
            outlet.is_broken = outlet.key in FAULTS
            outlet.broke_after = len(outlet.published)

    def repair(self) -> None:
        """Let all be well again."""
        for outlet in self.all:
            outlet.is_broken = False

    def live(self, say: Callable[[str], object] = lambda _: None) -> None:
        """Live for two days until now, the last three hours with eight broken outlets.

        What they publish at last waits to be asked for. Settings name the store and the folder of
        the source files.
        """
        now = datetime.now(UTC)
        self._live([now - ago for ago in _HEALTHY], _HEALTHY_STORIES, say)
        self.breaks()
        say("eight outlets break")
        self._live([now - ago for ago in _BROKEN], _BROKEN_STORIES, say)
        self.publish(datetime.now(UTC), _LAST_STORIES)

    def _live(self, times: Sequence[datetime], stories: int, say: Callable[[str], object]) -> None:
        from pipeline.stages.collect import collect, due_groups
        from pipeline.stages.load import load, plan
        from pipeline.stages.run_lifecycle import close_run, open_run
        from pipeline.stages.source_states import update_source_states

        for at in times:
            self.publish(at, stories)
            with time_machine.travel(at, tick=True):
                run_id = open_run("ingest", f"{at.isoformat()}")
                for keys in due_groups():
                    collect(run_id, keys)
                for ids in plan(run_id):
                    load(run_id, ids)
                close_run(run_id, True)
                counts = update_source_states(datetime.now(UTC))
            counts.pop("changes")
            states = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
            say(f"{at:%Y-%m-%d %H:%M} UTC: {states}")


def main() -> None:
    """Serve the outlets and a mail server for the walk in ``docs/operations.md``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operate.breaking_outlets")
    parser.add_argument("--port", type=int, default=8181, help="of the first of ten outlets")
    parser.add_argument("--mail-port", type=int, default=8125, help="of the mail server")
    parser.add_argument("--mails", type=Path, default=Path("mails"), help="folder for its mails")
    arguments = parser.parse_args()
    with Outlets(arguments.port) as outlets, Mailbox(arguments.mail_port, arguments.mails):
        _walk(outlets)


def _walk(outlets: Outlets) -> None:
    from pipeline.settings import settings
    from pipeline.telemetry import configure_logging
    from pipeline.warehouse.store import ensure_store

    configure_logging("ERROR")
    outlets.write_sources(settings().sources)
    ensure_store()
    outlets.live(print)
    print(
        'They go on publishing. Write "repair" and Enter to mend them, "end" to stop.', flush=True
    )
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(60):
            outlets.publish(datetime.now(UTC))

    threading.Thread(target=go_on, daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "repair":
            outlets.repair()
            print("all outlets are well", flush=True)
        elif line.strip() == "end":
            break
    ended.set()


if __name__ == "__main__":
    main()
