"""Measure the reader of feeds beside feedparser: ``python -m benchmarks.speed.feed_speed``.

Both read one RSS feed of 100 items of our own words, nine times in turn in one process; the least
processor time of each is printed.
"""

import io
import time
from collections.abc import Callable

import feedparser

from pipeline.discover.feeds import read_feed

ITEMS = 100
ROUNDS = 9
URL = "https://herald.example/feed"


def feed() -> bytes:
    """Return a feed as a newsroom's system writes it, with a summary of 160 words an item."""
    rows = "".join(
        f"<item><title>Council votes on bridge {number} &amp; ferry</title>"
        f"<link>https://herald.example/2026/11/{number}</link><guid>{number}</guid>"
        f"<pubDate>Fri, 20 Nov 2026 08:{number % 60:02}:00 +0100</pubDate>"
        f"<description>{'words of a story ' * 40}</description></item>"
        for number in range(ITEMS)
    )
    channel = f"<title>Herald</title><link>https://herald.example/</link>{rows}"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def least_ms(read: Callable[[], object]) -> float:
    """Return the least processor time of several calls in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        read()
        times.append(1000 * (time.process_time() - began))
    return min(times)


def main() -> None:
    """Print the processor time of each reader."""
    body = feed()
    readers: dict[str, Callable[[], object]] = {
        "Dateline": lambda: read_feed(body, URL),
        "feedparser": lambda: feedparser.parse(io.BytesIO(body)),
        "feedparser without its sanitiser": lambda: feedparser.parse(
            io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
        ),
    }
    for name, read in readers.items():
        print(f"{name:34} {least_ms(read):6.1f} ms for {ITEMS} items")


if __name__ == "__main__":
    main()
