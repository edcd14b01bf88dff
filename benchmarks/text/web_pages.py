"""Measure text and facts of all sets of pages with gold, beside peers in one run.

``make eval`` writes the tables; one set is measured alone, or one in three of its domains, with::

    python -m benchmarks.text.web_pages --set naeb --part 3

``--save FILE`` keeps what was found, and ``--compare FILE`` of a later run prints the difference
with its interval, so that a change can be shown to help. ``--worst 50`` prints the worst pages of
each set with the paragraphs that were lost and the lines that are extra.

Every page is judged by the models of its fold (``fold_models``), which saw no page of its domain.
``--fold 2`` measures the pages of one fold, ``--shipped`` all of them by the shipped models, which
were trained on them.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import Any

from benchmarks.data import data_folder
from benchmarks.tables import markdown, measured_today, percent
from benchmarks.text.extractors import OURS, Found, installed, run
from benchmarks.text.fold_models import (
    missing_models,
    use_models_of_fold,
    use_shipped_models,
)
from benchmarks.text.page_scores import (
    SCORES,
    Fractions,
    compare,
    figure,
    harmonic,
    scores_of,
    text_score,
)
from benchmarks.text.page_sets import FOLDS, SETS, Page, load_pages
from benchmarks.text.text_scores import shingles
from pipeline.text import normalise

Run = dict[str, dict[str, Found]]
"""What each tool found, by its name and the page's id."""
NEWS = ("naeb", "scrapinghub", "fundus", "fundus-intl")
BY_FOLDS = (
    "Dateline's trained models judge each page by folds: those that decide saw no page of its "
    "domain."
)
_FACTS = ("title", "day", "authors", "image")
_LEAST_SHARE = 0.5
"""Share of its shingles below which a paragraph is lost, or a line is extra."""
_SHOWN_CHARS = 160
_SHOWN_LINES = 12


def measure(pages: Sequence[Page], tools: Sequence[str], *, shipped: bool = False) -> Run:
    """Return what each tool finds; all read a page in turn, so that load slows all alike.

    Args:
        pages: the pages.
        tools: names of ``EXTRACTORS``.
        shipped: whether the shipped models decide, which have seen these pages.
    """
    found: Run = {tool: {} for tool in tools}
    if not shipped:
        _train_missing(FOLDS)
    for page in {page.fold: page for page in pages}.values():
        if not shipped:
            use_models_of_fold(page.fold)
        for tool in tools:  # tables, and the models of all folds, are loaded before the timing
            run(tool, page.body(), page.url)
    for count, page in enumerate(pages, 1):
        if not shipped:
            use_models_of_fold(page.fold)
        body = page.body()
        for tool in tools:
            found[tool][page.id] = run(tool, body, page.url)
        if count % 100 == 0:
            sys.stderr.write(f"{count} of {len(pages)} pages\n")
    use_shipped_models()
    return found


def _train_missing(folds: int) -> None:
    """Train the models of the folds where they are not there yet.

    Raises:
        SystemExit: LightGBM is not installed.
    """
    missing = missing_models(folds)
    if not missing:
        return
    sys.stderr.write(f"training the models of {folds} folds: {', '.join(missing)} …\n")
    try:
        from training.text import article_end as end_trainer
        from training.text import page_kind as kind_trainer
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error}: install the group train-text (uv sync --group train-text), or measure the "
            "shipped models with --shipped, which have seen these pages"
        )
    if "article_end" in missing:
        end_trainer.write_folds(end_trainer.teaching([*end_trainer.examples()]))
    if "page_kind" in missing:
        kind_trainer.write_folds(kind_trainer.known_examples())


def scored(pages: Sequence[Page], found: Mapping[str, Found]) -> dict[str, dict[str, Fractions]]:
    """Return the scores of one tool: name of the score, id of the page, score."""
    scores: dict[str, dict[str, Fractions]] = {name: {} for name in SCORES}
    for page in pages:
        if page.id in found:
            for name, score in scores_of(page, found[page.id]):
                scores[name][page.id] = score
    return scores


def text_table(pages: Sequence[Page], found: Run) -> str:
    """Return the table of the text's F1 by set, with the mean over the sets of news."""
    rows = [
        (f"{SETS[name]} ({count})", figures)
        for name, count, figures in _by_set(pages, found, "text")
    ]
    news = [figures for name, _, figures in _by_set(pages, found, "text") if name in NEWS]
    if len(news) > 1:
        rows.append(
            (
                "mean of the news sets",
                [sum(column) / len(news) for column in zip(*news, strict=True)],
            )
        )
    rows += [
        (f"{SETS[name]}, segments to keep and to leave ({count})", figures)
        for name, count, figures in _by_set(pages, found, "segments")
    ]
    return _table("text, F1", rows, found)


def quality_table(pages: Sequence[Page], found: Run) -> str:
    """Return the table of pages that are right, emptied or refused, and of WCXB's segments."""
    rows = [
        (f"{SETS[name]}: {SCORES[score]}", figures)
        for score in ("exact", "emptied", "with", "without")
        for name, _, figures in _by_set(pages, found, score)
    ]
    return _table("share, in percent", rows, found)


def facts_table(pages: Sequence[Page], found: Run) -> str:
    """Return the table of titles, days, authors and images, without the tools that give none."""
    tools = {
        tool: pages_of
        for tool, pages_of in found.items()
        if tool not in ("trafilatura precision", "trafilatura recall", "trafilatura fast")
    }
    rows = [
        (f"{SETS[name]}: {SCORES[score]} ({count})", figures)
        for score in _FACTS
        for name, count, figures in _by_set(pages, tools, score)
    ]
    return _table("right, in percent", rows, tools)


def refused_table(pages: Sequence[Page], found: Run) -> str:
    """Return the table of refused pages: of articles by set, of other pages by kind."""
    ours = scored(pages, found[OURS])["refused"]
    groups: dict[str, list[Fractions]] = {}
    for page in pages:
        if page.id in ours:
            group = f"no article: {page.kind}" if page.set == "wcxb-other" else SETS[page.set]
            groups.setdefault(group, []).append(ours[page.id])
    others = [ours[p.id] for p in pages if p.set == "wcxb-other" and p.id in ours]
    if others:
        groups["no article: all kinds"] = others
    rows = [(name, str(len(each)), percent(figure(each))) for name, each in groups.items()]
    return markdown(("pages", "count", "refused by Dateline"), rows)


def cost_table(found: Run) -> str:
    """Return the table of CPU time a page, and as a share of trafilatura's."""
    means = {
        tool: sum(each.seconds for each in by_page.values()) / max(1, len(by_page))
        for tool, by_page in found.items()
    }
    peer = means.get("trafilatura")
    rows = [
        (tool, f"{1000 * mean:.1f}", f"{mean / peer:.2f}" if peer else "–")
        for tool, mean in means.items()
    ]
    return markdown(("from a page's bytes", "CPU ms a page", "times trafilatura's text"), rows)


def _by_set(
    pages: Sequence[Page], found: Run, score: str
) -> Iterator[tuple[str, int, list[float]]]:
    by_tool = [scored(pages, by_page)[score] for by_page in found.values()]
    for name in SETS:
        ids = [page.id for page in pages if page.set == name and page.id in by_tool[0]]
        if ids:
            yield name, len(ids), [figure(scores[each] for each in ids) for scores in by_tool]


def _table(head: str, rows: Sequence[tuple[str, Sequence[float]]], found: Run) -> str:
    cells = [(name, *(percent(each) for each in figures)) for name, figures in rows]
    return markdown((head, *found), cells)


def page(data: Path) -> str:
    """Measure all sets with every tool that is installed, and return the tables for the docs."""
    pages = list(load_pages(data))
    return recorded_page(pages, measure(pages, installed()), "make eval")


def recorded_page(pages: Sequence[Page], found: Run, command: str) -> str:
    """Return the tables with the date and the command."""
    return f"{report(pages, found)}\n\n{BY_FOLDS}\n\n{measured_today(command)}\n"


def report(pages: Sequence[Page], found: Run) -> str:
    """Return all tables."""
    tables = [table(pages, found) for table in (text_table, quality_table, facts_table)]
    return "\n\n".join([*tables, refused_table(pages, found), cost_table(found)])


def compare_runs(pages: Sequence[Page], before: Run, after: Run) -> str:
    """Return how each figure of Dateline differs between two runs, with the interval."""
    old, new = scored(pages, before[OURS]), scored(pages, after[OURS])
    rows = []
    for name in SETS:
        for score, title in SCORES.items():
            both = [p for p in pages if p.set == name and p.id in old[score] and p.id in new[score]]
            if not both:
                continue
            found = compare(both, old[score], new[score])
            changed = sum(old[score][p.id] != new[score][p.id] for p in both)
            mark = "better or worse" if found.low > 0 or found.high < 0 else ""
            rows.append(
                (
                    f"{name}: {title}",
                    str(len(both)),
                    f"{found.before:.4f}",
                    f"{found.after:.4f}",
                    f"{found.after - found.before:+.4f} [{found.low:+.4f}, {found.high:+.4f}]",
                    f"{changed} {mark}",
                )
            )
    return markdown(("figure", "pages", "before", "after", "difference", "pages changed"), rows)


def worst_pages(pages: Sequence[Page], found: Mapping[str, Found], count: int) -> Iterator[str]:
    """Yield the worst pages of each set, with the paragraphs lost and the lines too many."""
    for name in SETS:
        rated = [
            (harmonic(*text_score(page, found[page.id])), page)
            for page in pages
            if page.set == name and page.gold["text"] and name != "wcxb-other"
        ]
        for score, page in sorted(rated, key=lambda pair: pair[0])[:count]:
            ours = found[page.id]
            yield f"\n{name} {page.id} F1 {score:.3f} {ours.outcome} {ours.kind} {page.url}"
            yield from _differences(page.gold["text"], ours.text)


def _differences(gold: str, text: str) -> Iterator[str]:
    for sign, there, other in (("-", gold, text), ("+", text, gold)):
        known, plain = shingles(other), normalise(other)
        lines = [
            line
            for line in there.split("\n")
            if normalise(line) not in plain and _lacks(known, line)
        ]
        yield from (f"  {sign} {line[:_SHOWN_CHARS]}" for line in lines[:_SHOWN_LINES])
        if len(lines) > _SHOWN_LINES:
            yield f"  {sign} … {len(lines) - _SHOWN_LINES} more"


def _lacks(known: Mapping[tuple[str, ...], int], line: str) -> bool:
    grams = shingles(line)
    return bool(grams) and sum(gram in known for gram in grams) < _LEAST_SHARE * len(grams)


def save(path: Path, found: Run) -> None:
    """Write what was found, so that a later run can be compared with it."""
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        for tool, by_page in found.items():
            for page_id, each in by_page.items():
                stream.write(json.dumps({"tool": tool, "page": page_id, **asdict(each)}) + "\n")


def load(path: Path) -> Run:
    """Read what ``save`` wrote."""
    found: Run = {}
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            tool, page_id = row.pop("tool"), row.pop("page")
            row["authors"] = tuple(row["authors"])
            found.setdefault(tool, {})[page_id] = Found(**row)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add: Callable[..., Any] = parser.add_argument
    add("--set", action="append", choices=list(SETS), help="a set of pages; by default all")
    add("--part", type=int, default=1, metavar="N", help="one in N of the domains")
    add("--fold", type=int, choices=range(FOLDS), help="the pages of one fold")
    add("--shipped", action="store_true", help="judge by the shipped models, trained on the pages")
    add("--peers", action="store_true", help="every tool that is installed, not only Dateline")
    add("--tool", action="append", help="this tool; more than one may be named")
    add("--save", type=Path, help="write what was found (JSON Lines, gzip)")
    add("--load", type=Path, help="score what an earlier run saved and extract nothing")
    add("--record", type=Path, help="write the tables as they stand in the docs")
    add("--compare", type=Path, help="print the differences from an earlier run")
    add("--worst", type=int, default=0, metavar="N", help="print the N worst pages of each set")
    return parser.parse_args()


def _command(given: argparse.Namespace) -> str:
    """Return the command that gives the same figures, without the files that it wrote."""
    options = [f"--set {name}" for name in given.set or ()]
    options += [f"--part {given.part}"] if given.part > 1 else []
    options += [] if given.fold is None else [f"--fold {given.fold}"]
    options += ["--shipped"] if given.shipped else []
    options += ["--peers"] if given.peers else []
    options += [f"--tool {quote(tool)}" for tool in given.tool or ()]
    return " ".join(["python -m benchmarks.text.web_pages", *options])


def main() -> None:
    """Measure as the arguments say, and print the tables."""
    given = _arguments()
    pages = [
        page
        for page in load_pages(data_folder(), given.set or tuple(SETS), one_in=given.part)
        if given.fold in (None, page.fold)
    ]
    if given.load:
        found = load(given.load)
        pages = [page for page in pages if page.id in found[OURS]]
    else:
        tools = given.tool or (installed() if given.peers else [OURS])
        found = measure(pages, tools, shipped=given.shipped)
    if given.save:
        save(given.save, found)
    if given.record:
        command = _command(given)
        given.record.write_text(recorded_page(pages, found, command), encoding="utf-8")
    judged = "The shipped models were trained on these pages." if given.shipped else BY_FOLDS
    sys.stdout.write(f"{report(pages, found)}\n\n{judged}\n")
    if given.compare:
        sys.stdout.write("\n" + compare_runs(pages, load(given.compare), found) + "\n")
    for line in worst_pages(pages, found[OURS], given.worst) if given.worst else ():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
