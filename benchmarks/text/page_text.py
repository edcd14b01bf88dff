"""Measure extraction and cleaning of real pages beside two settings of trafilatura in one run.

``python -m benchmarks.text.page_text`` prints a table, ``measure`` returns the figures. The data
are the pages, gold texts and boilerplate lines of ``news-pages`` and the two example articles.

The hosts are divided into two halves (``half``). The wording patterns were written with the pages
of one half only. For the rest the halves are no clean split: lists of wrongly removed and lost
paragraphs, and wrong authors and outcomes, were read for both halves, and rules for layout,
recovery and metadata followed. Rules for captions, walls and lines above the headline came from the
first half. The effect of those for pull quotes and layout tables was read on both halves, and no
rule was changed because of it.
"""

import gzip
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from benchmarks.text.text_scores import (
    boilerplate_left,
    paragraphs_lost,
    precision_recall_f1,
    segment_f1,
)
from pipeline.clean.cleaner import clean_article
from pipeline.extract.page import extract_page
from pipeline.extract.plain_text import extract_text
from pipeline.models import Article

Page = dict[str, Any]
PEERS = {"trafilatura": False, "trafilatura precision": True}
OURS = "dateline"
CLEANING = "cleaning"


def measure(data: Path) -> dict[str, float]:
    """Return every figure as ``<tool>/<set>/<score>``, and the CPU time of each tool."""
    pages, texts, cpu = _run(data / "news-pages")
    figures = _costs(cpu, len(pages))
    lines = _boilerplate(data / "news-pages")
    for tool, text in texts.items():
        for name, score in _text_scores(pages, text, lines):
            figures[f"{tool}/{name}"] = score
    for peer in PEERS:
        rows = [(p["text"], texts[OURS][p["id"]], texts[peer][p["id"]]) for p in pages if p["text"]]
        figures[f"{OURS}/gold paragraphs lost that {peer} keeps"] = len(paragraphs_lost(rows))
    figures[f"{OURS}/seeds/exact"] = _seeds_exact(data / "seed-articles")
    return figures


def _costs(cpu: dict[str, float], pages: int) -> dict[str, float]:
    """Return the CPU time of each tool, and ours as a share of trafilatura's.

    All tools read the same bytes in turn, page by page, so that load on the machine slows all
    equally.
    """
    peer = cpu[next(iter(PEERS))]
    whole = cpu[OURS] + cpu[CLEANING]
    return {
        **{f"{tool}/cpu ms a page": 1000 * cpu[tool] / pages for tool in PEERS},
        f"{OURS}/cpu ms a page": 1000 * whole / pages,
        f"{OURS}/cpu, extraction with metadata and cleaning, as a share": whole / peer,
        f"{OURS}/cpu, cleaning alone, as a share": cpu[CLEANING] / peer,
    }


def half(page: Page) -> str:
    """Return the half of the hosts a page belongs to; "seen" ones were used for development."""
    name = page["host_group"] or page["id"]
    return "unseen hosts" if hashlib.sha256(name.encode()).digest()[0] % 2 else "seen hosts"


def _run(
    folder: Path,
) -> tuple[list[Page], dict[str, dict[str, str]], dict[str, float]]:
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as stream:
        pages = [json.loads(line) for line in stream]
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    cpu: dict[str, float] = defaultdict(float)
    _warm_up(folder, pages)
    for page in pages:
        body = _bytes(folder, page)
        for peer, precision in PEERS.items():
            texts[peer][page["id"]] = _timed(cpu, peer, _peer, body, page["url"], precision)
        found = _timed(cpu, OURS, _ours, body, page["url"])
        article = _timed(cpu, CLEANING, clean_article, found, None)
        texts[OURS][page["id"]] = article.text or ""
    return pages, texts, cpu


def _warm_up(folder: Path, pages: list[Page]) -> None:
    """Extract all pages once before timing, so that tables of dates and languages are loaded.

    Loading them takes 2 s at the first page without a date, or 6 ms for each of so few pages.
    """
    for page in pages:
        body = _bytes(folder, page)
        _ours(body, page["url"])
        _peer(body, page["url"], precision=False)


def _bytes(folder: Path, page: Page) -> bytes:
    return gzip.decompress((folder / "pages" / f"{page['id']}.html.gz").read_bytes())


def _timed(cpu: dict[str, float], tool: str, call: Callable[..., Any], *given: Any) -> Any:
    start = time.process_time()
    result = call(*given)
    cpu[tool] += time.process_time() - start
    return result


def _peer(body: bytes, url: str | None, precision: bool) -> str:
    import trafilatura

    text = trafilatura.extract(body, url=url, include_comments=False, favor_precision=precision)
    return text or ""


def _ours(body: bytes, url: str | None) -> Article:
    return extract_page(body, url=url)


def _boilerplate(folder: Path) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    with (folder / "boilerplate_lines.jsonl").open(encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            lines[row["id"]].append(row["line"])
    return lines


def _text_scores(
    pages: list[Page], text: dict[str, str], boilerplate: dict[str, list[str]]
) -> Iterator[tuple[str, float]]:
    full = [page for page in pages if page["text"]]
    english = [p for p in full if p["source_set"] == "scrapinghub" and p["lang"] == "en"]
    sets = {
        "scrapinghub en": english,
        "scrapinghub": [p for p in full if p["source_set"] == "scrapinghub"],
        "fundus": [p for p in full if p["source_set"] == "fundus"],
        "seen hosts": [p for p in full if half(p) == "seen hosts"],
        "unseen hosts": [p for p in full if half(p) == "unseen hosts"],
    }
    for name, chosen in sets.items():
        precision, recall, f1 = precision_recall_f1((p["text"], text[p["id"]]) for p in chosen)
        yield from (
            (f"{name}/F1", f1),
            (f"{name}/precision", precision),
            (f"{name}/recall", recall),
        )
    marked = [page for page in pages if page["source_set"] == "trafilatura"]
    rows = ((text[p["id"]], p["with"] or [], p["without"] or []) for p in marked)
    yield "trafilatura segments/F1", segment_f1(rows)
    for name in ("all", "seen hosts", "unseen hosts"):
        chosen = [p for p in pages if name in ("all", half(p))]
        left = boilerplate_left((text[p["id"]], boilerplate[p["id"]]) for p in chosen)
        yield f"boilerplate lines left, {name}", left


def _seeds_exact(folder: Path) -> float:
    """Return the share of the two example articles whose kept and removed text equal the gold."""
    right = 0
    for name in ("000", "002"):
        gold = json.loads((folder / f"{name}.gold.json").read_text(encoding="utf-8"))
        text = (folder / f"{name}.txt").read_text(encoding="utf-8")
        found = clean_article(extract_text(text), None)
        kept = (found.title, found.text) == (gold["title"], gold["body"])
        right += kept and [block.text for block in found.removed] == gold["boilerplate"]
    return right / 2


def report(figures: dict[str, float]) -> str:
    """Return the figures as a table: a row for each score, a column for each tool."""
    tools = [*PEERS, OURS]
    names = dict.fromkeys(key.partition("/")[2] for key in figures)
    lines = [f"{'':58}" + "".join(f"{tool:>24}" for tool in tools)]
    for name in names:
        cells = [figures.get(f"{tool}/{name}") for tool in tools]
        scores = "".join(f"{'' if c is None else f'{c:.4f}':>24}" for c in cells)
        lines.append(f"{name:58}{scores}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    sys.stdout.write(report(measure(data_folder())))


if __name__ == "__main__":
    main()
