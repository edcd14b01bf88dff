"""Whether a large store makes a run slower: ``python -m benchmarks.speed.flat --articles 100000``.

A fresh store is filled with invented articles through all stages but annotation, from WARC files.
When it holds a thousand articles, and again when it holds them all, 500 more are loaded through all
stages, names and quotes included, and timed. The invented articles follow the words of the real
pages two by two (a Markov chain), so that they are English, name people and copy nothing.
"""

import argparse
import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.data import data_folder
from benchmarks.speed.process_times import Process, Watch, below

LARGEST_RATIO = 1.15
"""How much longer the articles may take in the large store."""
_FIRST = 1_000
_MEASURED = 500
_PER_FILE = 5_000
_HOSTS = 200
_WORDS = 400
_PARAGRAPH_WORDS = 60
_ENDS = (".", "!", "?", ".”", '."')


def word_pairs(folder: Path) -> Mapping[str, Sequence[str]]:
    """Return, for each word of the gold texts of the English pages, the words that follow it."""
    following: dict[str, list[str]] = {}
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["lang"] != "en" or not row["text"]:
                continue
            words = row["text"].split()
            for word, after in pairwise(words):
                following.setdefault(word, []).append(after)
    return following


def invented_text(number: int, pairs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the paragraphs of an article of about ``_WORDS`` words."""
    draw = random.Random(number)
    starts = [word for word in pairs if word[0].isupper()]
    word = draw.choice(starts)
    paragraphs: list[list[str]] = [[]]
    for _ in range(_WORDS):
        paragraphs[-1].append(word)
        if len(paragraphs[-1]) >= _PARAGRAPH_WORDS and word.endswith(_ENDS):
            paragraphs.append([])
        word = draw.choice(pairs[word]) if word in pairs else draw.choice(starts)
    return [" ".join(each) for each in paragraphs if each]


def _page(number: int, pairs: Mapping[str, Sequence[str]], at: datetime) -> tuple[str, bytes]:
    """Return the address and the body of an invented page."""
    paragraphs = invented_text(number, pairs)
    host = number % _HOSTS
    title = escape(" ".join(paragraphs[0].split()[:8]).rstrip(".,"))
    links = "".join(f'<li><a href="/{each}">Section {each}</a></li>' for each in range(30))
    body = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    html = (
        f'<!doctype html><html lang="en"><head><title>{title} | Outlet {host}</title>'
        f'<meta property="article:published_time" content="{at.isoformat()}"></head><body>'
        f"<nav><ul>{links}</ul></nav><main><article><h1>{title}</h1>{body}</article></main>"
        f"<footer><p>Outlet {host}, all rights reserved</p></footer></body></html>"
    )
    return f"https://outlet-{host}.example/story-{number}", html.encode()


def _write(path: Path, numbers: range, pairs: Mapping[str, Sequence[str]]) -> None:
    """Write pages into a WARC file."""
    begin = datetime.now(UTC) - timedelta(days=60)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in numbers:
            at = begin + timedelta(seconds=number * 40)
            url, body = _page(number, pairs, at)
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"},
            )
            writer.write_record(record)


def _backfill(home: Path, numbers: range, pairs: Mapping[str, Sequence[str]], *more: str) -> None:
    """Load invented pages by the command that loads anybody's WARC files."""
    path = home / f"pages-{numbers.start}.warc.gz"
    _write(path, numbers, pairs)
    command = [str(Path(sys.executable).with_name("dateline")), "backfill", "warc", str(path)]
    subprocess.run([*command, *more], check=True, stdout=subprocess.DEVNULL)
    path.unlink()


def _measured(
    home: Path, numbers: range, pairs: Mapping[str, Sequence[str]]
) -> tuple[float, float]:
    """Return wall clock and CPU seconds of loading pages through all stages."""
    [file] = home.glob("**/postmaster.pid")
    postmaster, own = int(file.read_text().split()[0]), os.getpid()

    def groups(found: dict[int, Process]) -> dict[int, str]:
        ours = (below(own, found) | below(postmaster, found)) - {own}
        return dict.fromkeys(ours & found.keys(), "all")

    began = time.perf_counter()
    with Watch(groups) as watch:
        _backfill(home, numbers, pairs)
    return time.perf_counter() - began, watch.samples[-1][1]["all"]


def measure(articles: int) -> Iterator[tuple[int, float, float]]:
    """Yield the size of the store, and the seconds that 500 more articles take, for two sizes."""
    pairs = word_pairs(data_folder() / "news-pages")
    dateline = str(Path(sys.executable).with_name("dateline"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["DATELINE_HOME"] = folder
        subprocess.run([dateline, "db", "start"], check=True, capture_output=True)
        try:
            first = 0
            for size in (_FIRST, articles):
                while first < size:
                    numbers = range(first, min(size, first + _PER_FILE))
                    _backfill(home, numbers, pairs, "--no-annotate")
                    first = numbers.stop
                    print(f"{first} articles in the store", file=sys.stderr, flush=True)
                yield first, *_measured(home, range(first, first + _MEASURED), pairs)
                first += _MEASURED
        finally:
            subprocess.run([dateline, "db", "stop"], check=True, capture_output=True)


def main(articles: int = 100_000) -> None:
    """Print the times, and exit with 1 where the large store makes them too long."""
    times = []
    for size, seconds, cpu in measure(articles):
        times.append((seconds, cpu))
        print(f"{_MEASURED} more into {size:7}: {seconds:6.1f} s, {cpu:6.1f} CPU-s")
    (_, before), (_, after) = times
    print(f"CPU time in the large store: {after / before:.2f} times (at most {LARGEST_RATIO})")
    if after > LARGEST_RATIO * before:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    main(parser.parse_args().articles)
