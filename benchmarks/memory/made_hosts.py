"""Generate hosts for the site memory benchmark: real articles with boilerplate planted in them.

The boilerplate of a host comes from one real page, of which only the lines that the general
patterns leave are used, since these would otherwise do the work of the memory. A host gets *fixed*
blocks above, below and between the paragraphs, *rotating* ones that appear on a share of its pages,
and generated *varying* ones: a counter, a date, a name. All choices are drawn with the host's
number as seed, so that runs agree.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.clean.blocks import split
from pipeline.clean.sections import cut_comment_thread
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.header_lines import read_header_line
from pipeline.models import Article
from pipeline.text import normalise, word_count

Text = tuple[str, ...]
MIN_PARAGRAPHS = 5
_MIN_LINES = 9
_ROTATING_SHARES = (0.1, 0.2, 0.4)
_NAMES = ("Ines Moor", "Per Aasen", "Adaeze Obi", "Tomás Rivas", "Mary-Ann O’Dell", "Li Wen")
_DAYS = ("Monday", "Tuesday", "Friday", "Sunday")
_MONTHS = ("January", "March", "May", "October")
VARYING = (
    "Story {n} of 12",
    "{n},{n}04 people are reading this",
    "Late edition printed {day} {n} {month}",
    "{name} · {n} min read · {n}7 views",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """One page of a generated host."""

    article: Article
    paragraphs: tuple[str, ...]
    """Blocks of the article, which must be kept."""
    boilerplate: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Blocks that must be removed, by kind: fixed, rotating, varying."""


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The boilerplate of one host, by position."""

    top: tuple[str, ...]
    inside: tuple[str, ...]
    bottom: tuple[str, ...]
    rotating: tuple[str, ...]


def articles(data: Path) -> list[Text]:
    """Return real articles as the paragraphs that the patterns keep, without duplicates."""
    texts = [*_polnear(data / "polnear"), *_gum(data / "gum-news"), *_gold(data / "news-pages")]
    found = {}
    for text in texts:
        blocks = split(text)
        cut_comment_thread(blocks)
        kept = tuple(b.text for b in blocks if b.kept and _is_left_by_patterns(b.text))
        if len(kept) >= MIN_PARAGRAPHS:
            found[normalise(kept[0])] = kept
    return list(found.values())


def publishers(data: Path) -> dict[str, list[str]]:
    """Return the texts of PolNeAR by publisher, oldest first, without headlines."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(_polnear_rows(data / "polnear"), key=lambda row: str(row["date"])):
        found[row["publisher"]].append(row["text"].partition("\n\n")[2])
    return found


def boilerplate(data: Path) -> list[Boilerplate]:
    """Return the boilerplate of each real page of which the patterns leave enough lines."""
    pages: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    path = data / "news-pages" / "boilerplate_lines.jsonl"
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        line = " ".join(row["line"].split())
        if 2 <= word_count(line) <= 60 and _is_left_by_patterns(line):
            pages[row["id"]][row["where"] or "after"].append(line)
    return [made for lines in pages.values() if (made := _boilerplate(lines)) is not None]


def _boilerplate(lines: dict[str, list[str]]) -> Boilerplate | None:
    once = {place: list(dict.fromkeys(found)) for place, found in lines.items()}
    if sum(map(len, once.values())) < _MIN_LINES:
        return None
    every = list(dict.fromkeys(line for place in once.values() for line in place))
    above = once.get("before", [])[:3]
    within = [line for line in once.get("inside", []) if line not in above][:2]
    below = [line for line in every if line not in above and line not in within]
    return Boilerplate(tuple(above), tuple(within), tuple(below[:4]), tuple(below[4:7]))


def plant(host: object, number: int, paragraphs: Text, set_: Boilerplate) -> Planted:
    """Return an article with the host's boilerplate, always the same for the same arguments."""
    draw = random.Random(f"{host}/{number}")  # repeatable, not secret
    rotating = [
        (line, draw.random() < _ROTATING_SHARES[turn % 3], draw.random() < 0.5)
        for turn, line in enumerate(set_.rotating)
    ]
    varying = [_varied(form, draw) for form in VARYING]
    shown = [line for line, is_shown, _ in rotating if is_shown]
    middle = len(paragraphs) // 2
    blocks = [
        *set_.top,
        varying[0],
        *(line for line, is_shown, is_above in rotating if is_shown and is_above),
        *paragraphs[:middle],
        *set_.inside,
        *paragraphs[middle:],
        *(line for line, is_shown, is_above in rotating if is_shown and not is_above),
        *varying[1:],
        *set_.bottom,
    ]
    kinds = {"fixed": (*set_.top, *set_.inside, *set_.bottom)}
    url = f"https://host-{host}.example/{number}"
    return Planted(
        Article(url, url, None, "\n\n".join(blocks)),
        paragraphs,
        {**kinds, "rotating": tuple(shown), "varying": tuple(varying)},
    )


def hosts(
    sets: Sequence[Boilerplate], texts: Sequence[Text], pages: int, first: int = 0
) -> Iterator[list[Planted]]:
    """Yield a host for each set of boilerplate, with ``pages`` articles drawn for it.

    Hosts are numbered from ``first``, and each number is the seed of its host.
    """
    for number, set_ in enumerate(sets, first):
        drawn = random.Random(number).sample(texts, pages)
        yield [plant(number, place, text, set_) for place, text in enumerate(drawn)]


def bare(url: str | None, blocks: Sequence[str]) -> Article:
    """Return an article made of these blocks, without title or metadata."""
    return Article(url, url, None, "\n\n".join(blocks))


def _varied(form: str, draw: random.Random) -> str:
    return form.format(
        n=draw.randint(2, 12),
        name=draw.choice(_NAMES),
        day=draw.choice(_DAYS),
        month=draw.choice(_MONTHS),
    )


def _is_left_by_patterns(line: str) -> bool:
    is_markup = line.startswith("<")  # <tweet tweet-id="…"/> in a few texts of the corpus
    return not is_markup and reason_for(line) is None and read_header_line(line, None) is None


def _polnear(folder: Path) -> Iterator[str]:
    for row in _polnear_rows(folder):
        yield row["text"].partition("\n\n")[2]


def _polnear_rows(folder: Path) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "train.jsonl.gz", "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _gum(folder: Path) -> Iterator[str]:
    with (folder / "news.train.jsonl").open(encoding="utf-8") as stream:
        yield from (json.loads(line)["text"] for line in stream)


def _gold(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            if row["text"] and row["lang"] == "en":
                yield row["text"]
