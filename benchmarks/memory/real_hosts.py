"""Site memory on real hosts: those of the page collections, one corpus, and the demo outlets.

Part of the page that ``benchmarks.memory.site_memory`` prints.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.memory.made_hosts import Planted, bare, publishers
from benchmarks.memory.tally import read_first
from benchmarks.tables import markdown
from pipeline.clean.blocks import split
from pipeline.clean.cleaner import clean_article
from pipeline.demo.content import outlets
from pipeline.demo.expected import expected
from pipeline.demo.site import OutletSite
from pipeline.extract.page import extract_page
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.text import normalise

_MIN_PAGES = 3


@dataclass
class Lines:
    """Counts of boilerplate lines left without and with a memory, and of article lines removed."""

    hosts: int = 0
    pages: int = 0
    boilerplate: int = 0
    without: int = 0
    left: int = 0
    taken: int = 0
    lost: int = 0

    def add(self, article: Article, cleaned: Article, boilerplate: set[str], gold: str) -> None:
        """Count one page; a line that the memory removed is lost if the gold text holds it.

        Args:
            article: as extracted.
            cleaned: the same, cleaned with a memory.
            boilerplate: its boilerplate lines, normalised.
            gold: its gold text, normalised.
        """
        self.pages += 1
        self.boilerplate += len(boilerplate)
        self.without += len(boilerplate & _lines(clean_article(article, None)))
        self.left += len(boilerplate & _lines(cleaned))
        taken = [normalise(b.text) for b in cleaned.removed if b.reason == "site_memory"]
        self.taken += len(taken)
        self.lost += sum(line in gold for line in taken)

    def row(self, name: str) -> tuple[str, ...]:
        """Return the row of the table."""
        counts = (self.boilerplate, self.without, self.left, self.taken, self.lost)
        return (name, f"{self.hosts} / {self.pages}", *(f"{count:,}" for count in counts))


def part(data: Path) -> str:
    """Return the table on real hosts."""
    rows = [
        _collected(data / "news-pages").row("hosts of the page collections with 3 pages or more"),
        _demo().row("the demo outlets"),
        _corpus(data).row("PolNeAR's seven outlets, 120 articles each (texts, no pages)"),
    ]
    head = ("real hosts", "hosts / pages", "lines of boilerplate", "left by patterns")
    more = ("left with memory", "blocks taken", "of them article")
    return "Real hosts, all pages of a host read first:\n\n" + markdown((*head, *more), rows)


def _collected(folder: Path) -> Lines:
    boilerplate = defaultdict(set)
    for row in map(json.loads, (folder / "boilerplate_lines.jsonl").open(encoding="utf-8")):
        boilerplate[row["id"]].add(normalise(row["line"]))
    hosts = defaultdict(list)
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            hosts[row["host_group"]].append(row)
    counts = Lines()
    for name, rows in hosts.items():
        if name is None or len(rows) < _MIN_PAGES:
            continue
        counts.hosts += 1
        for row, (page, cleaned) in zip(rows, read_first(_pages(folder, rows)), strict=True):
            gold = normalise("\n".join([row["text"] or "", *(row["with"] or [])]))
            counts.add(page.article, cleaned, boilerplate[row["id"]], gold)
    return counts


def _pages(folder: Path, rows: Iterable[dict[str, str]]) -> list[Planted]:
    bodies = ((row, folder / "pages" / f"{row['id']}.html.gz") for row in rows)
    return [
        Planted(extract_page(gzip.decompress(path.read_bytes()), url=row["url"]), ())
        for row, path in bodies
    ]


def _demo() -> Lines:
    gold = expected()
    sites = {
        outlet.key: OutletSite(outlet, f"https://{outlet.key}.example") for outlet in outlets()
    }
    counts = Lines(hosts=len(sites))
    for key, site in sites.items():
        offered = [p for p in gold.pages if p.outlet == key and p.outcome is Outcome.LOADED]
        answers = [(page, site.page(page.final_path)) for page in offered]
        articles = [
            extract_page(answer.body, url=f"https://{key}.example{page.final_path}")
            for page, answer in answers
        ]
        boilerplate = {normalise(line) for line in gold.boilerplate[key]}
        read = read_first([Planted(article, ()) for article in articles])
        for page, (planted, cleaned) in zip(offered, read, strict=True):
            text = normalise("\n".join((*page.paragraphs, *page.asides)))
            counts.add(planted.article, cleaned, boilerplate, text)
    return counts


def _corpus(data: Path) -> Lines:
    """Count what the memory removes from a corpus's clean texts; prose counts as article."""
    counts = Lines()
    for name, texts in publishers(data).items():
        counts.hosts += 1
        made = [
            Planted(bare(f"https://{name}.example/{n}", text.split("\n\n")), ())
            for n, text in enumerate(texts)
        ]
        for page, cleaned in read_first(made):
            prose = [b.text for b in split(page.article.text or "") if b.is_prose]
            counts.add(page.article, cleaned, set(), normalise("\n".join(prose)))
    return counts


def _lines(article: Article) -> set[str]:
    return {normalise(line) for line in (article.text or "").split("\n")}
