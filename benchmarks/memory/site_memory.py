"""Measure site memory without the patterns: ``python -m benchmarks.memory.site_memory``.

On generated hosts (``made_hosts``) it measures the boilerplate left and the paragraphs lost by
number of pages, on hard cases (``negatives``), after a redesign, and on texts without a URL; then
the same counts on real hosts (``real_hosts``). *Batch*: all pages are read before the first is
cleaned, as ``dateline extract`` does. *Stream*: each page is cleaned when it arrives, as by a
warehouse that loads single pages. A paragraph counts as lost if the memory removed it.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.memory import real_hosts
from benchmarks.memory.made_hosts import (
    Boilerplate,
    Planted,
    Text,
    articles,
    bare,
    boilerplate,
    hosts,
)
from benchmarks.memory.negatives import AT_STAKE, CASES, case_host
from benchmarks.memory.tally import Tally, as_they_come, read_first
from benchmarks.tables import markdown, measured_today, percent

SIZES = (1, 3, 10, 30)
HOSTS = 12
CASE_HOSTS = 4
KINDS = ("fixed", "rotating", "varying")
_SITES = 6
Way = Callable[[Sequence[Planted]], Iterator[tuple[Planted, object]]]


def growth(made: Sequence[Sequence[Planted]]) -> dict[tuple[str, int], Tally]:
    """Return the tallies by way and number of pages.

    In batch all pages of a host are counted, in stream the last one.
    """
    curves = {(way, size): Tally() for way in ("batch", "stream") for size in SIZES}
    for pages in made:
        for size in SIZES:
            for page, cleaned in read_first(pages[:size]):
                curves["batch", size].add(page, cleaned)
        for number, (page, cleaned) in enumerate(as_they_come(pages), 1):
            if number in SIZES:
                curves["stream", number].add(page, cleaned)
    return curves


def hard_cases(texts: Sequence[Text], sets: Sequence[Boilerplate]) -> dict[str, Tally]:
    """Return by case what happened to the blocks at stake and to all paragraphs."""
    found = {}
    for name in CASES:
        found[name] = tally = Tally()
        for number in range(CASE_HOSTS):
            mixed = random.Random(number).sample(texts, len(texts))
            for page, cleaned in read_first(case_host(name, number, mixed, sets[number])):
                tally.add(page, cleaned)
    return found


def redesign(texts: Sequence[Text], sets: Sequence[Boilerplate]) -> dict[str, Tally]:
    """Return what happened to boilerplate after a redesign at page 30.

    Five and 25 pages after the redesign a line of the old boilerplate is a sentence of an article.
    """
    found = {f"page {n} of the new design": Tally() for n in (1, 3, 10)}
    found |= {f"old words as an article's own, page {n}": Tally() for n in (5, 25)}
    for number, (old, new) in enumerate(pairwise(sets)):
        drawn = random.Random(number).sample(texts, 60)
        before = next(hosts([old], drawn[:30], 30, number))
        after = next(hosts([new], drawn[30:], 30, number))
        pages = [*before, *(_renamed(page, n, old) for n, page in enumerate(after, 1))]
        for place, (page, cleaned) in enumerate(as_they_come(pages), 1 - len(before)):
            name = f"page {place} of the new design"
            if place in (5, 25):
                name = f"old words as an article's own, page {place}"
            if name in found:
                found[name].add(page, cleaned)
    return found


def _renamed(page: Planted, number: int, old: Boilerplate) -> Planted:
    """Return a page of the new design; pages 5 and 25 end with a line of the old boilerplate."""
    url = f"{page.article.url}/new"
    blocks = (page.article.text or "").split("\n\n")
    if number not in (5, 25):
        return Planted(bare(url, blocks), page.paragraphs, page.boilerplate)
    line = old.bottom[number // 25]
    return Planted(bare(url, [*blocks, line]), (), {AT_STAKE: (line,)})


def without_url(texts: Sequence[Text], sets: Sequence[Boilerplate]) -> dict[str, Tally]:
    """Return what happened to texts without a URL: of one site, of several in turn and mixed."""
    one = [
        pages for made in hosts(sets[:_SITES], texts, 30) if (pages := list(map(_drop_url, made)))
    ]
    mixed = [page for pages in one for page in pages]
    shuffled = random.Random(1).sample(mixed, len(mixed))
    found = {}
    for name, batches in {
        "one site, 30 texts": one,
        f"{_SITES} sites one after the other, {len(mixed)} texts": [mixed],
        f"the same {len(mixed)} texts shuffled": [shuffled],
    }.items():
        found[name] = tally = Tally()
        for batch in batches:
            for page, cleaned in read_first(batch):
                tally.add(page, cleaned)
    return found


def _drop_url(page: Planted) -> Planted:
    blocks = (page.article.text or "").split("\n\n")
    return Planted(bare(None, blocks), page.paragraphs, page.boilerplate)


def page(data: Path) -> str:
    """Return the tables as Markdown."""
    texts, sets = articles(data), boilerplate(data)
    made = list(hosts(sets[:: len(sets) // HOSTS][:HOSTS], texts, SIZES[-1]))
    curves = growth(made)
    parts = [
        f"{HOSTS} made hosts; {len(texts)} real articles, {len(sets)} real pages' boilerplate. "
        "Share of planted blocks left, in percent, and paragraphs that the memory removed wrongly.",
        markdown(
            ("pages of the host", *(f"{kind} left" for kind in KINDS), "paragraphs lost"),
            [(f"{size}, {way}", *_cells(tally)) for (way, size), tally in curves.items()],
        ),
        "A redesign after 30 pages, page by page:",
        markdown(
            ("", *(f"{kind} left" for kind in KINDS), "paragraphs lost", "old words kept"),
            [
                (name, *_cells(tally), _at_stake(tally, kept=True))
                for name, tally in redesign(texts, sets[: HOSTS + 1]).items()
            ],
        ),
        "Blocks that recur and are not boilerplate, each case among twenty other articles of a "
        f"known host, {CASE_HOSTS} hosts a case:",
        markdown(
            ("case", "blocks at stake", "of them taken", "other paragraphs lost"),
            [
                (name, str(tally.planted[AT_STAKE]), _at_stake(tally), _lost(tally))
                for name, tally in hard_cases(texts, sets[-CASE_HOSTS:]).items()
            ],
        ),
        "Texts without a URL, taken for one host that requires twice the stories:",
        markdown(
            ("input", *(f"{kind} left" for kind in KINDS), "paragraphs lost"),
            [(name, *_cells(tally)) for name, tally in without_url(texts, sets[HOSTS:]).items()],
        ),
        real_hosts.part(data),
        measured_today("python -m benchmarks.eval memory"),
    ]
    return "\n\n".join(parts) + "\n"


def _cells(tally: Tally) -> list[str]:
    return [*(tally.percent_left(kind) for kind in KINDS), _lost(tally)]


def _lost(tally: Tally) -> str:
    count = len(tally.lost)
    if not tally.paragraphs:
        return "–"
    return f"{percent(count / tally.paragraphs)} % ({count} of {tally.paragraphs:,})"


def _at_stake(tally: Tally, *, kept: bool = False) -> str:
    planted = tally.planted[AT_STAKE]
    left = tally.left[AT_STAKE]
    return f"{left if kept else planted - left} of {planted}" if planted else "–"


def main() -> None:
    """Print the page, and the seconds it took to stderr."""
    start = time.monotonic()
    sys.stdout.write(page(data_folder()))
    sys.stderr.write(f"{time.monotonic() - start:.0f} s\n")


if __name__ == "__main__":
    main()
