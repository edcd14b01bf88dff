"""Measure cleaning of plain text that was scraped with its boilerplate.

``python -m benchmarks.text.scraped_text`` prints the figures, ``measure`` returns them with their
counts. There are three measurements; the first two separately for boilerplate of the hosts used for
development ("seen hosts") and of the others (``page_text.half``):

* *planted*: clean articles with the boilerplate lines of one real page around and inside them, and
  with generated header lines (byline, date, comment counter), a promo and an update note;
* *dumps*: all the visible text of a real page, one line for each block, against the gold text;
* *clean*: articles without boilerplate, which must not change.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.data import data_folder
from benchmarks.tables import markdown, measured_today, percent
from benchmarks.text.scraped_cases import (
    HALVES,
    Clean,
    Planted,
    clean_articles,
    dump,
    pages_by_half,
    planted,
)
from benchmarks.text.text_scores import precision_recall_f1, segment_f1
from pipeline.clean.cleaner import clean_article
from pipeline.extract.plain_text import extract_text
from pipeline.models import Article
from pipeline.text import normalise, word_count

_SENTENCE_WORDS = 8
_NOT_LOST = frozenset({"contributor_note", "update_note", "caption", "photo_credit"})
"""Reasons of removed lines that hold information and do not count as lost."""


def measure(data: Path) -> dict[str, float]:
    """Return every figure as ``<measurement>/<half>/<score>``; scores with ``n.`` are counts."""
    figures: dict[str, float] = {}
    articles = list(clean_articles(data))
    for name in HALVES:
        figures |= planted_scores(name, list(planted(data, articles, name)))
    for name, pages in pages_by_half(data).items():
        figures |= _dump_scores(data, name, pages)
    return figures | _clean_scores(articles)


def planted_scores(name: str, cases: list[Planted]) -> dict[str, float]:
    """Return the scores of the planted articles of one half of the hosts, counts with ``n.``."""
    counts: Counter[str] = Counter()
    for case in cases:
        found = clean_article(extract_text(case.text), None)
        kept = _kept(found)
        left = _text_lines(found)
        counts["n.lines"] += len(case.lines)
        counts["lines left"] += sum(normalise(line) in left for line in case.lines)
        counts["n.made lines"] += len(case.made)
        counts["made lines left"] += sum(normalise(line) in left for line in case.made)
        counts["n.paragraphs"] += len(case.paragraphs)
        lost = [p for p in case.paragraphs if normalise(p) not in kept]
        counts["paragraphs lost"] += len(lost)
        counts["n.sentences"] += sum(map(_is_sentence, case.paragraphs))
        counts["sentences lost"] += sum(map(_is_sentence, lost))
        for what, is_asked, is_right in _header_results(case, found):
            counts[f"n.{what}"] += is_asked
            counts[what] += is_asked and is_right
    return _shares(f"planted/{name}", counts)


def _is_sentence(paragraph: str) -> bool:
    """Return whether a paragraph is prose, not a list item, a name or a marker."""
    return word_count(paragraph) >= _SENTENCE_WORDS and paragraph.rstrip(" ”\"'’)")[-1:] in ".!?…"


def _text_lines(found: Article) -> set[str]:
    return set(map(normalise, [*(found.text or "").split("\n"), found.title or ""]))


def _kept(found: Article) -> set[str]:
    """Return the normalised lines of text and title, and those kept as metadata."""
    notes = [block.text for block in found.removed if block.reason in _NOT_LOST]
    return _text_lines(found) | set(map(normalise, [found.credit_line or "", *notes]))


def _header_results(case: Planted, found: Article) -> Iterator[tuple[str, bool, bool]]:
    yield (
        "title",
        case.title is not None,
        normalise(found.title or "") == normalise(case.title or ""),
    )
    yield "authors", case.author is not None, found.authors == (case.author,)
    yield "day", case.day is not None, (found.published_at or "")[:10] == case.day
    yield "comment count", case.comments is not None, found.comment_count == case.comments


def _shares(bench: str, counts: Counter[str]) -> dict[str, float]:
    of = {"lines left": "lines", "made lines left": "made lines", "paragraphs lost": "paragraphs"}
    of["sentences lost"] = "sentences"
    shares = {
        key: counts[key] / (counts[f"n.{of.get(key, key)}"] or 1)
        for key in counts
        if not key.startswith("n.")
    }
    totals = {key: float(count) for key, count in counts.items() if key.startswith("n.")}
    return {f"{bench}/{key}": value for key, value in (shares | totals).items()}


def _dump_scores(data: Path, name: str, pages: list[dict[str, Any]]) -> dict[str, float]:
    given = {page["id"]: dump(data, page) for page in pages}
    found = {key: clean_article(extract_text(text), None) for key, text in given.items()}
    full = [page for page in pages if page["text"]]
    figures = {"n.pages": float(len(full))}
    for label, texts in (
        ("as given", given),
        ("cleaned", {key: article.text or "" for key, article in found.items()}),
    ):
        scores = precision_recall_f1((p["text"], texts[p["id"]]) for p in full)
        figures |= dict(zip(_named(label), scores, strict=True))
        marked = [p for p in pages if p["source_set"] == "trafilatura"]
        rows = ((texts[p["id"]], p["with"] or [], p["without"] or []) for p in marked)
        figures[f"{label}, segments F1"] = segment_f1(rows)
    titled = [page for page in pages if page["title"]]
    right = sum(normalise(p["title"]) == normalise(found[p["id"]].title or "") for p in titled)
    figures |= {"title": right / len(titled), "n.titles": float(len(titled))}
    return {f"dumps/{name}/{key}": value for key, value in figures.items()}


def _named(label: str) -> list[str]:
    return [f"{label}, {score}" for score in ("precision", "recall", "F1")]


def _clean_scores(articles: list[Clean]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for title, paragraphs in articles:
        text = "\n".join([*([title] if title else []), *paragraphs])
        found = clean_article(extract_text(text), None)
        kept = _kept(found)
        counts["n.paragraphs"] += len(paragraphs)
        counts["paragraphs lost"] += sum(normalise(p) not in kept for p in paragraphs)
        if title:
            counts["n.title"] += 1
            counts["title"] += normalise(found.title or "") == normalise(title)
    return _shares("clean/all", counts)


_ROWS = (
    ("sentences lost", "clean articles with planted boilerplate", "planted", "sentences lost"),
    ("paragraphs lost, list items and names too", "the same", "planted", "paragraphs lost"),
    ("lines of boilerplate left", "real pages' lines, planted", "planted", "lines left"),
    ("lines of our own left", "bylines, promos and notes, made", "planted", "made lines left"),
    ("title", "the same articles, where they have one", "planted", "title"),
    ("authors, all of them right", "made bylines", "planted", "authors"),
    ("day of publication", "made header lines", "planted", "day"),
    ("comment count", "made counters", "planted", "comment count"),
    ("4-gram F1", "all visible text of real pages", "dumps", "cleaned, F1"),
    ("4-gram F1 of the text as given", "the same", "dumps", "as given, F1"),
    ("title", "the same, where the gold has one", "dumps", "title"),
)
"""For each row: the measure, its texts, and the measurement and score that ``measure`` names."""
_COUNTED = {
    "sentences lost": "sentences",
    "paragraphs lost": "paragraphs",
    "lines left": "lines",
    "made lines left": "made lines",
    "cleaned, F1": "pages",
    "as given, F1": "pages",
}


def table(figures: dict[str, float]) -> str:
    """Return a Markdown table: a row for each figure with n, a column for each half of hosts."""
    rows = []
    for what, on, bench, score in _ROWS:
        counted = _COUNTED.get(score, "titles" if bench == "dumps" else score)
        cells = [
            f"{percent(figures[f'{bench}/{name}/{score}'])} "
            f"({figures[f'{bench}/{name}/n.{counted}']:,.0f})"
            for name in HALVES
        ]
        rows.append((what, on, *cells))
    lost, n = figures["clean/all/paragraphs lost"], figures["clean/all/n.paragraphs"]
    rows.append(
        ("paragraphs lost", "the articles without boilerplate", f"{percent(lost)} ({n:,.0f})", "")
    )
    return markdown(("what, in percent (n)", "texts", *HALVES), rows)


def page(data: Path) -> str:
    """Measure and return the table with its date and command."""
    return f"{table(measure(data))}\n\n{measured_today('python -m benchmarks.eval plain')}\n"


def report(figures: dict[str, float]) -> str:
    """Return the figures as lines: shares in percent, counts unchanged."""
    lines = []
    for key, value in figures.items():
        is_count = key.rpartition("/")[2].startswith("n.")
        lines.append(f"{key:56}{value:>10,.0f}" if is_count else f"{key:56}{100 * value:>10.2f} %")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the figures."""
    sys.stdout.write(report(measure(data_folder())))


if __name__ == "__main__":
    main()
