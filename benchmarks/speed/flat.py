"""Whether a large store makes a run slower: ``python -m benchmarks.speed.flat --articles 100000``.

A fresh store is filled with invented articles by the functions that list links, plan their
attempts, load, look for copies, tell stories and publish; only fetching and parsing are left out,
since no row of the store has a part in them. Each pair of capitalised words is stored as a person's
name, which costs a hundredth of what the model would and fills the tables of names all the same.
When the store holds a thousand articles, and again at each size of ``--articles``, 500 pages more
are loaded from a WARC file through all stages, the model included, and timed. The invented articles
follow the words of the real pages two by two (a Markov chain), so that they are English, name
people and copy nothing.
"""

import argparse
import gzip
import io
import json
import os
import random
import re
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
from pipeline.discover.results import DatedLink
from pipeline.models import Annotation, Article, Link, Mention, Source
from pipeline.settings import settings
from pipeline.stages import dedupe, stories
from pipeline.stages.publish import publish
from pipeline.telemetry import configure_logging
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.links import list_links, plan_attempts
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.publishes import OVERLAP
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.sources import source_ids, upsert_sources
from pipeline.warehouse.store import store

LARGEST_RATIO = 1.15
"""How much longer the articles may take in the large store."""
_FIRST = 1_000
_MEASURED = 500
_FILLED_AT_ONCE = 2_000
_LOADED_AT_ONCE = 200
_HOSTS = 200
_BEGAN = datetime.now(UTC) - timedelta(days=60)
_WORDS = 400
_PARAGRAPH_WORDS = 60
_ENDS = (".", "!", "?", ".”", '."')
_CAPITALISED_PAIR = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
_ANNOTATED_AT_ONCE = 500


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


def _address(number: int) -> str:
    return f"https://outlet-{number % _HOSTS}.example/story-{number}"


def _title(paragraphs: Sequence[str]) -> str:
    return " ".join(paragraphs[0].split()[:8]).rstrip(".,")


def _page(number: int, paragraphs: Sequence[str], at: datetime) -> bytes:
    """Return the body of an invented page."""
    host = number % _HOSTS
    title = escape(_title(paragraphs))
    links = "".join(f'<li><a href="/{each}">Section {each}</a></li>' for each in range(30))
    body = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    html = (
        f'<!doctype html><html lang="en"><head><title>{title} | Outlet {host}</title>'
        f'<meta property="article:published_time" content="{at.isoformat()}"></head><body>'
        f"<nav><ul>{links}</ul></nav><main><article><h1>{title}</h1>{body}</article></main>"
        f"<footer><p>Outlet {host}, all rights reserved</p></footer></body></html>"
    )
    return html.encode()


def _published(number: int) -> datetime:
    """Return the time of an article: one each 40 seconds, the first 60 days ago."""
    return _BEGAN + timedelta(seconds=number * 40)


def _write(path: Path, numbers: range, pairs: Mapping[str, Sequence[str]]) -> None:
    """Write pages into a WARC file."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in numbers:
            at = _published(number)
            body = _page(number, invented_text(number, pairs), at)
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                _address(number),
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"},
            )
            writer.write_record(record)


def _fill(numbers: range, pairs: Mapping[str, Sequence[str]]) -> None:
    """Store invented articles as the stages do after fetching and parsing."""
    sources = [Source(f"outlet_{each}", f"Outlet {each}") for each in range(_HOSTS)]
    with store() as connection:
        upsert_sources(connection, sources)
        ids = source_ids(connection, [each.key for each in sources])
        now = datetime.now(UTC)
        run_id = open_run(connection, "ingest", f"articles from {numbers.start}", now, "0")
        for host, source in enumerate(sources):
            links = [
                DatedLink(
                    Link(_address(number), source.key, "feed", "feed", ""), _published(number)
                )
                for number in numbers
                if number % _HOSTS == host
            ]
            list_links(connection, run_id, ids[source.key], links, now)
        planned = plan_attempts(connection, run_id, dict.fromkeys(ids.values(), len(numbers)), now)
        for first in range(0, len(planned), _LOADED_AT_ONCE):
            part = planned[first : first + _LOADED_AT_ONCE]
            addresses = [each.link.url for each in part]
            fetches = record_fetches(
                connection,
                run_id,
                [
                    FetchRow(each.attempt_id, each.link.source_key, url, url, now, 200)
                    for each, url in zip(part, addresses, strict=True)
                ],
            )
            items = [
                LoadItem(each.attempt_id, fetch, each.link.source_key, _article(url, pairs), now)
                for each, fetch, url in zip(part, fetches, addresses, strict=True)
            ]
            load_batch(connection, run_id, f"from {first}", items)
    dedupe.dedupe(run_id)
    _store_capitalised_pairs()
    stories.tell(run_id)
    publish(run_id)


def _article(url: str, pairs: Mapping[str, Sequence[str]]) -> Article:
    number = int(url.rpartition("-")[2])
    paragraphs = invented_text(number, pairs)
    return Article(
        url,
        url,
        _title(paragraphs),
        "\n\n".join(paragraphs),
        published_at=_published(number).isoformat(timespec="seconds"),
        published_origin="meta",
        language="en",
        quality_score=0.9,
    )


def _backfill(home: Path, numbers: range, pairs: Mapping[str, Sequence[str]]) -> None:
    """Load invented pages by the command that loads anybody's WARC files."""
    path = home / f"pages-{numbers.start}.warc.gz"
    _write(path, numbers, pairs)
    command = [str(Path(sys.executable).with_name("dateline")), "backfill", "warc", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    path.unlink()


def _store_capitalised_pairs() -> None:
    """Annotate the articles that wait for the model: each pair of capitalised words is a person."""
    with store() as connection:
        while waiting := pending_versions(connection, _ANNOTATED_AT_ONCE):
            items = []
            for version in version_texts(connection, waiting):
                pairs = _CAPITALISED_PAIR.finditer(version.text)
                mentions = tuple(
                    Mention(each.start(), each.end(), each[0], "PERSON", each[0]) for each in pairs
                )
                items.append((version.article_version_id, Annotation(mentions)))
            save_annotations(connection, "capitalised pairs", items)


def _look_from_last_publish() -> None:
    """Let the next publish look at what came after the last one.

    A publish also looks back over the 15 minutes before the last one. Filling writes thousands of
    articles in that time, which would be checked once more; real outlets publish a few dozen.
    """
    with store() as connection:
        connection.execute(
            "update ops.publishes set looked_until = looked_until + %s::interval"
            " where publish_id = (select max(publish_id) from ops.publishes)",
            (OVERLAP,),
        )


def _measured(
    home: Path, numbers: range, pairs: Mapping[str, Sequence[str]]
) -> tuple[float, Mapping[str, float]]:
    """Return wall clock and CPU seconds of loading pages through all stages, by kind of process."""
    [file] = home.glob("**/postmaster.pid")
    postmaster, own = int(file.read_text().split()[0]), os.getpid()

    def groups(found: dict[int, Process]) -> dict[int, str]:
        ours = dict.fromkeys(below(own, found) - {own}, "Dateline")
        both = ours | dict.fromkeys(below(postmaster, found), "Postgres")
        return {pid: kind for pid, kind in both.items() if pid in found}

    began = time.perf_counter()
    with Watch(groups) as watch:
        _backfill(home, numbers, pairs)
    return time.perf_counter() - began, watch.samples[-1][1]


def measure(sizes: Sequence[int]) -> Iterator[tuple[int, float, Mapping[str, float]]]:
    """Yield each size of the store with what ``_measured`` says of 500 more articles."""
    pairs = word_pairs(data_folder() / "news-pages")
    dateline = str(Path(sys.executable).with_name("dateline"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["DATELINE_HOME"] = folder
        settings.cache_clear()
        configure_logging("ERROR", "plain")
        subprocess.run([dateline, "db", "start"], check=True, capture_output=True)
        try:
            first = 0
            for size in sizes:
                while first < size:
                    numbers = range(first, min(size, first + _FILLED_AT_ONCE))
                    _fill(numbers, pairs)
                    first = numbers.stop
                    print(f"{first} articles in the store", file=sys.stderr, flush=True)
                _look_from_last_publish()
                yield first, *_measured(home, range(first, first + _MEASURED), pairs)
                first += _MEASURED
        finally:
            subprocess.run([dateline, "db", "stop"], check=True, capture_output=True)


def main(sizes: Sequence[int] = (100_000,)) -> None:
    """Print the times at each size, and exit with 1 where the largest store makes them too long."""
    times = []
    for size, seconds, by_kind in measure((_FIRST, *sorted(sizes))):
        cpu = sum(by_kind.values())
        times.append(cpu)
        print(
            f"{_MEASURED} more into {size:7}: {seconds:6.1f} s, {cpu:6.1f} CPU-s"
            f" (Postgres {by_kind['Postgres']:.1f}), {cpu / times[0]:.2f} times"
            f" (at most {LARGEST_RATIO})",
            flush=True,
        )
    if times[-1] > LARGEST_RATIO * times[0]:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[100_000], metavar="N")
    main(parser.parse_args().articles)
