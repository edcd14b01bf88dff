"""Texts for ``scraped_text``: clean articles, articles with planted boilerplate, dumps of pages.

All choices are drawn with one seed, so that each run gives the same texts and each half of the
hosts the same articles.
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
from pipeline.line_rules.header_lines import read_header_line
from pipeline.text import normalise, squeeze

HALVES = ("seen hosts", "unseen hosts")
_MIN_LINES = 8
"""Pages with fewer boilerplate lines are not used for planting."""
_MAX_DUMPED = 400_000
"""Characters of a dump; the rest of a page is cut off."""
_HEAD_KINDS = frozenset({"nav", "search", "login", "cookie", "form", "newsletter", "ad", "footer"})
"""Kinds of lines that are planted above the headline; others before a body go below it."""
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol option p pre section table td th tr ul button".split()
)
_INVISIBLE = frozenset("script style noscript template svg head textarea iframe select".split())
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
    """A clean article with boilerplate planted in it, and the result that is expected."""

    text: str
    title: str | None
    paragraphs: list[str]
    lines: list[str]
    """Boilerplate of a real page."""
    made: list[str]
    """Boilerplate that was generated."""
    author: str | None = None
    day: str | None = None
    comments: int | None = None


@dataclass(slots=True)
class _Page:
    """The lines of a page while boilerplate is planted."""

    above: list[str] = field(default_factory=list)
    below_title: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


Clean = tuple[str | None, list[str]]
"""Title and paragraphs."""


def clean_articles(data: Path) -> Iterator[Clean]:
    """Yield articles without boilerplate: Wikinews, PolNeAR, news agencies of many countries."""
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
    return [line for line in lines if not _is_day(line)]


def _is_day(line: str) -> bool:
    header = read_header_line(line)
    return header is not None and header.published is not None


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON lines file, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def planted(data: Path, articles: list[Clean], name: str) -> Iterator[Planted]:
    """Yield each article with the boilerplate of one page of this half of the hosts."""
    halves = {page["id"]: half(page) for page in read_rows(data / "news-pages" / "gold.jsonl.gz")}
    donors: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(data / "news-pages" / "boilerplate_lines.jsonl"):
        if halves[row["id"]] == name:
            donors[row["id"]].append(row)
    rich = [rows for _, rows in sorted(donors.items()) if len(rows) >= _MIN_LINES]
    draw = random.Random(4)
    draw.shuffle(rich)
    for place, article in enumerate(articles):
        yield plant(article, rich[place % len(rich)], draw)


def plant(article: Clean, donor: list[dict[str, Any]], draw: random.Random) -> Planted:
    """Plant the boilerplate of one page, and generated lines, around and inside an article."""
    title, paragraphs = article
    page = _Page(body=list(paragraphs))
    inside = [row["line"] for row in donor if row["where"] == "inside"]
    for lines in (inside[: len(inside) // 2], inside[len(inside) // 2 :]):
        place = draw.randint(1, max(1, len(page.body) - 1))
        page.body[place:place] = lines
    for row in donor:
        _put(page, row)
    case = Planted("", title, paragraphs, [row["line"] for row in donor], [])
    _plant_header(case, page, draw)
    _plant_notes(case, page, draw)
    head = [*page.above, *([title] if title else []), *page.below_title]
    case.text = "\n".join([*head, *page.body, *page.after])
    return case


def _put(page: _Page, row: dict[str, Any]) -> None:
    if row["where"] == "before":
        (page.above if row["kind"] in _HEAD_KINDS else page.below_title).append(row["line"])
    elif row["where"] != "inside":
        page.after.append(row["line"])


def _plant_header(case: Planted, page: _Page, draw: random.Random) -> None:
    """Plant header lines below the headline, in one of the forms that templates use."""
    author, section = draw.choice(_NAMES), draw.choice(_SECTIONS)
    month, day, count = draw.randint(1, 12), draw.randint(1, 28), draw.randint(0, 40)
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
    lines, names_author, counts = draw.choice(forms)
    page.below_title[:0] = lines
    case.made += lines
    case.author = author if names_author else None
    case.comments = count if counts else None
    case.day = f"2022-{month:02d}-{day:02d}"


def _plant_notes(case: Planted, page: _Page, draw: random.Random) -> None:
    promo = draw.choice(_PROMOS).format(draw.choice(_PROMOTED))
    note = draw.choice(_NOTES)
    page.body.insert(draw.randint(1, max(1, len(page.body) - 1)), promo)
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
    """Return all visible text of a page, one line for each block, as a plain scraper returns it."""
    path = data / "news-pages" / "pages" / f"{page['id']}.html.gz"
    root = parse(decode(gzip.decompress(path.read_bytes()), None))
    if root is None:
        return ""
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag
        if not isinstance(tag, str) or tag in _INVISIBLE:
            _skip(event, element, parts)
            continue
        if tag in _BLOCKS:
            parts.append("\n")
        parts.append(
            ((element.text if event == "start" else element.tail) or "").replace("\n", " ")
        )
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))[:_MAX_DUMPED]


def _skip(event: str, element: Any, parts: list[str]) -> None:
    """Drop the content of an invisible element and keep the text after it."""
    if event == "start":
        for child in list(element):
            element.remove(child)
    else:
        parts.append((element.tail or "").replace("\n", " "))
