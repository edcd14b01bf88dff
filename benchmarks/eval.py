"""``make eval``: every accuracy figure beside its peers in one run, and the table of the README.

Prints the four reports, then one table of what matters, and keeps that table in
``docs/recorded/accuracy.md`` with the counts and the date of the run.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import eval_annotate, eval_dedupe, eval_extract
from benchmarks.data import data_folder
from training import evaluate as eval_tagger

RECORDED = Path(__file__).parents[1] / "docs" / "recorded" / "accuracy.md"
Figures = dict[str, float]


class Line(NamedTuple):
    """One row of the table: what is measured, on what, ours, and the others' figures."""

    what: str
    data: str
    ours: float
    others: str = "–"


def text_lines(f: Figures) -> list[Line]:
    """Return the rows on body text and metadata."""

    def others(score: str) -> str:
        plain, precise = f[f"trafilatura/{score}"], f[f"trafilatura precision/{score}"]
        return f"trafilatura {_percent(plain)}, with favor_precision {_percent(precise)}"

    rows = [
        ("body text, 4-gram F1", "Scrapinghub pages, English (80)", "scrapinghub en/F1"),
        ("body text, 4-gram F1", "Fundus pages (50)", "fundus/F1"),
        ("body text, precision", "Fundus pages (50)", "fundus/precision"),
        ("segments to keep and to leave, F1", "trafilatura's own set (221)", _SEGMENTS),
        ("boilerplate lines left", "6,927 lines of the English pages", "furniture lines left, all"),
        (
            "the same, hosts kept apart from the patterns",
            "one half of the hosts",
            "furniture lines left, unseen hosts",
        ),
    ]
    lines = [Line(what, data, f[f"dateline/{key}"], others(key)) for what, data, key in rows]
    for what in ("title", "day", "authors"):
        name = {"day": "day of publication", "authors": "authors, all of them right"}.get(
            what, what
        )
        lines.append(Line(name, "Fundus pages (50)", f[f"dateline/fundus/{what}"]))
    lines.append(Line("kept and removed text exactly", "the two example articles", f[_SEEDS_EXACT]))
    return lines


_SEGMENTS = "trafilatura segments/F1"
_SEEDS_EXACT = "dateline/seeds/exact"


def copy_lines(f: Figures) -> list[Line]:
    """Return the rows on copies."""
    data = f"made and real copies ({f['n.rows']:,.0f} texts, {f['n.pairs']:,.0f} pairs), tuned on"

    def others(score: str) -> str:
        jaccard, minhash = f[f"jaccard.{score}"], f[f"datasketch.{score}"]
        return f"4-gram Jaccard {_percent(jaccard)}, datasketch MinHash {_percent(minhash)}"

    return [
        Line(f"copies, pairs of one group: {score}", data, f[f"groups.{score}"], others(score))
        for score in ("precision", "recall")
    ]


def language_lines(f: Figures, tagger: Figures) -> list[Line]:
    """Return the rows on names and quotes."""
    n = f"{tagger['entities.n']:,.0f}"
    lines = [
        Line(
            "names, exact span and class, F1",
            f"Worldwide newswire, dev ({n})",
            tagger["entities"],
        )
    ]
    lines.append(Line("the same, as annotate gives them", lines[0].data, f["worldwide.f1"]))
    published = {"source": "83.2", "cue": "75.3", "content": "72.9"}
    for role, figure in published.items():
        data = f"PolNeAR, dev ({tagger[f'{role}.n']:,.0f})"
        others = f"BERT-CofeNet {figure} (published, on the test part)"
        lines.append(Line(f"attribution, {role}: exact F1", data, tagger[role], others))
    for group, name in (("all", "attributions"), ("direct", "direct quotes")):
        data = f"PolNeAR, dev ({f[f'polnear.{group}.n']:,.0f})"
        for key, what in (("content", "found, F1"), ("source", "found with the right source, F1")):
            others = f"rules {_percent(f[f'rules.{group}.{key}'])}"
            lines.append(Line(f"{name} {what}", data, f[f"polnear.{group}.{key}"], others))
    for key, what in (("found", "found exactly"), ("speaker", "with the right speaker")):
        data = f"the two example articles ({f['seeds.direct.n']:.0f})"
        lines.append(Line(f"direct quotes {what}", data, f[f"seeds.direct.{key}"]))
    return lines


def table(lines: list[Line]) -> str:
    """Return the rows as a Markdown table."""
    head = ["| what, in percent | data | Dateline | others, same run |", "|---|---|---|---|"]
    rows = [f"| {r.what} | {r.data} | **{_percent(r.ours)}** | {r.others} |" for r in lines]
    return "\n".join([*head, *rows])


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share >= 0.02 else f"{100 * share:.2f}"


def main() -> None:
    """Run all four measurements, print them, and record the table."""
    data = data_folder()
    sys.stderr.write("extract …\n")
    lines = text_lines(extracted := eval_extract.measure(data))
    sys.stderr.write("dedupe …\n")
    lines += copy_lines(copies := eval_dedupe.measure(data))
    sys.stderr.write("annotate …\n")
    lines += language_lines(language := eval_annotate.measure(data), eval_tagger.measure(data))
    sys.stdout.write(eval_extract.report(extracted))
    sys.stdout.write(eval_dedupe.report(copies))
    sys.stdout.write(eval_annotate.report(language, "dev") + "\n")
    text = table(lines) + f"\n\nMeasured on {datetime.now(UTC):%Y-%m-%d} with `make eval`.\n"
    sys.stdout.write(text)
    RECORDED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
