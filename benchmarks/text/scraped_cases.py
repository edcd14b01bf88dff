"""The texts of ``eval_plain``: clean articles, furniture planted in them, whole pages as lines.

Every choice is made with one seed, so each run and each half of the hosts gets the same articles.
Knows nothing of scores.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from benchmarks.text.page_text import half
from pipeline.extract.encoding import decode
from pipeline.extract.html_layout import parse
from pipeline.line_rules.header_lines import read_day
from pipeline.text import normalise, squeeze

HALVES = ("seen hosts", "unseen hosts")
_LEAST_LINES = 8
"""A page that gave fewer lines of furniture plants none."""
_MOST_DUMPED = 400_000
_HEAD_KINDS = frozenset({"nav", "search", "login", "cookie", "form", "newsletter", "ad", "footer"})
"""What stands above a headline; the rest of what precedes a body stands below it."""
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol option p pre section table td th tr ul button".split()
)
_UNSEEN = frozenset("script style noscript template svg head textarea iframe select".split())
_NAMES = ("Ines Moor", "Per Aasen", "Adaeze Obi", "Tomás Rivas", "Mary-Ann O’Dell", "Li Wen")
_SECTIONS = ("News", "World", "Business", "Local", "Politics", "Harbour")
_PROMOS = (
    "ALSO READ: {}",
    "Read more: {}",
    "RELATED: {}",
    "READ ALSO: {}",
    "See also: {}",
    "Don’t miss: {}",
)
_NOTES = (
    "This article was updated on 3 May to add a statement by the port.",
    "Editor’s note: An earlier version of this story misspelled the name of the harbour master.",
    "Correction: A previous version of this article gave a wrong year for the storm.",
)
_PROMOTED = ("Harbour dues rise again", "Why the ferry line may never reopen", "Mayor to step down")


@dataclass(slots=True)
class Planted:
    """One clean article with furniture, and what has to come out of it."""

    text: str
    title: str | None
    paragraphs: list[str]
    lines: list[str]
    """Harvested furniture."""
    made: list[str]
    """Furniture of our own."""
    author: str | None = None
    day: str | None = None
    comments: int | None = None


@dataclass(slots=True)
class _Page:
    """The text of a page while furniture is put in."""

    above: list[str] = field(default_factory=list)
    below_title: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


Clean = tuple[str | None, list[str]]
"""Title and paragraphs."""


def clean_articles(data: Path) -> Iterator[Clean]:
    """Yield articles without furniture: Wikinews, PolNeAR, newswire from many countries."""
    for row in read_rows(data / "gum-news" / "news.train.jsonl"):
        yield row["title"], _paragraphs(row["text"], row["title"])
    for row in read_rows(data / "polnear" / "dev.jsonl"):
        title = squeeze(row["title"])
        head, _, body = row["text"].partition(".\n\n")
        if normalise(head) == normalise(title):
            yield title, _paragraphs(body, title)
    blocks: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(data / "worldwide-ner" / "dev.jsonl.gz"):
        spaces = row["spaces"] or [1] * len(row["tokens"])
        text = "".join(t + " " * s for t, s in zip(row["tokens"], spaces, strict=True))
        if not text.startswith("http"):
            blocks[row["id"].partition("#")[0]].append(squeeze(text))
    yield from ((None, paragraphs) for paragraphs in blocks.values())


def _paragraphs(text: str, title: str) -> list[str]:
    lines = [line for raw in text.split("\n") if (line := squeeze(raw))]
    lines = lines[1:] if lines and normalise(lines[0]) == normalise(title) else lines
    return [line for line in lines if read_day(line) is None]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of JSON lines, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def planted(data: Path, articles: list[Clean], name: str) -> Iterator[Planted]:
    """Yield each article with the furniture of one page of the half, the same on every run."""
    halves = {page["id"]: half(page) for page in read_rows(data / "news-pages" / "gold.jsonl.gz")}
    donors: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(data / "news-pages" / "boilerplate_lines.jsonl"):
        if halves[row["id"]] == name:
            donors[row["id"]].append(row)
    rich = [rows for _, rows in sorted(donors.items()) if len(rows) >= _LEAST_LINES]
    chance = random.Random(4)
    chance.shuffle(rich)
    for place, article in enumerate(articles):
        yield plant(article, rich[place % len(rich)], chance)


def plant(article: Clean, donor: list[dict[str, Any]], chance: random.Random) -> Planted:
    """Put the furniture of one page, and lines of our own, around and into an article."""
    title, paragraphs = article
    page = _Page(body=list(paragraphs))
    inside = [row["line"] for row in donor if row["where"] == "inside"]
    for lines in (inside[: len(inside) // 2], inside[len(inside) // 2 :]):
        place = chance.randint(1, max(1, len(page.body) - 1))
        page.body[place:place] = lines
    for row in donor:
        _put(page, row)
    case = Planted("", title, paragraphs, [row["line"] for row in donor], [])
    _make_facts(case, page, chance)
    _make_notes(case, page, chance)
    head = [*page.above, *([title] if title else []), *page.below_title]
    case.text = "\n".join([*head, *page.body, *page.after])
    return case


def _put(page: _Page, row: dict[str, Any]) -> None:
    if row["where"] == "before":
        (page.above if row["kind"] in _HEAD_KINDS else page.below_title).append(row["line"])
    elif row["where"] != "inside":
        page.after.append(row["line"])


def _make_facts(case: Planted, page: _Page, chance: random.Random) -> None:
    """Put a line of facts below the headline, in one of the ways in which templates write it."""
    author, section = chance.choice(_NAMES), chance.choice(_SECTIONS)
    month, day, count = chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 40)
    name = "January February March April May June July August September October November December"
    written = f"{name.split()[month - 1]} {day}, 2022"
    forms: list[tuple[list[str], bool, bool]] = [
        ([f"By {author}{section}{count} comments", written], True, True),
        ([f"By {author}", f"Published: {written} at 10:15 am", f"{count} Comments"], True, True),
        ([f"{section} {written} {count} Comments"], False, True),
        ([f"Posted on {written} by {author}"], True, False),
        ([f"By {author} | {written} | {count} Comments"], True, True),
        ([f"{author}", f"Updated {written}"], False, False),
        ([f"Home » {section}", f"By {author} - {written}"], True, False),
    ]
    lines, names_author, counts = chance.choice(forms)
    page.below_title[:0] = lines
    case.made += lines
    case.author = author if names_author else None
    case.comments = count if counts else None
    case.day = f"2022-{month:02d}-{day:02d}"


def _make_notes(case: Planted, page: _Page, chance: random.Random) -> None:
    promo = chance.choice(_PROMOS).format(chance.choice(_PROMOTED))
    note = chance.choice(_NOTES)
    page.body.insert(chance.randint(1, max(1, len(page.body) - 1)), promo)
    page.body.append(note)
    case.made += [promo, note]


def pages_by_half(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the English pages of each half of the hosts."""
    pages: dict[str, list[dict[str, Any]]] = {name: [] for name in HALVES}
    for page in read_rows(data / "news-pages" / "gold.jsonl.gz"):
        if page["lang"] == "en":
            pages[half(page)].append(page)
    return pages


def dump(data: Path, page: dict[str, Any]) -> str:
    """Return what a scraper without any sense of layout makes of a page: a line for each block."""
    path = data / "news-pages" / "pages" / f"{page['id']}.html.gz"
    root = parse(decode(gzip.decompress(path.read_bytes()), None))
    if root is None:
        return ""
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN:
            _skip(event, element, parts)
            continue
        if tag in _BLOCKS:
            parts.append("\n")
        parts.append(
            ((element.text if event == "start" else element.tail) or "").replace("\n", " ")
        )
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))[:_MOST_DUMPED]


def _skip(event: str, element: Any, parts: list[str]) -> None:
    """Drop the inside of an element that is not seen, keep the text behind it."""
    if event == "start":
        for child in list(element):
            element.remove(child)
    else:
        parts.append((element.tail or "").replace("\n", " "))
