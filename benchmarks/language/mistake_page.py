"""Write mistakes as a static HTML page to be read by people: a seeded sample of every group."""

from __future__ import annotations

import html
import random
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from benchmarks.language.span_scores import LabelledSpan

SAMPLE = 30
"""Cases of a group on the page."""
SEED = 3
CONTEXT = 220
"""Characters of the article shown on either side of a mistake."""


class Case(NamedTuple):
    """A mistake with the text of its article."""

    group: str
    kind: str
    article: str
    text: str
    gold: tuple[LabelledSpan, ...]
    found: tuple[LabelledSpan, ...]
    note: str = ""


def sample(group: Iterable[Case], number: int = SAMPLE, seed: int = SEED) -> list[Case]:
    """Return a random sample of a group in reading order, or all cases of a smaller group."""
    ordered = sorted(group, key=lambda case: (case.article, case.gold, case.found))
    chance = random.Random(seed)
    chosen = sorted(chance.sample(range(len(ordered)), min(number, len(ordered))))
    return [ordered[place] for place in chosen]


def page(by_group: dict[str, list[Case]]) -> str:
    """Return the HTML page with a sample of every group."""
    sections = []
    for name, group in by_group.items():
        items = "\n".join(f"<li>{_as_html(case)}</li>" for case in sample(group))
        head = f"{html.escape(name)}: {min(SAMPLE, len(group))} of {len(group)}"
        sections.append(f"<h2>{head}</h2>\n<ol>\n{items}\n</ol>")
    return _TEMPLATE.replace("BODY", "\n".join(sections))


_TEMPLATE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Mistakes</title>
<style>
body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; }
li { margin-bottom: 1em } small { color: #555 }
.gold { background: #cfc } .found { outline: 2px solid #c33 } sup { font-size: 9px }
</style>
<h1>Mistakes</h1>
<p><span class="gold">green: gold</span>, <span class="found">framed: found</span>.
The words belong to their publishers: do not pass this page on.</p>
BODY
</html>
"""


def _as_html(case: Case) -> str:
    """Return the text around a case with its gold and found spans marked and labelled."""
    spans = (*case.gold, *case.found)
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    low, high = max(0, low - CONTEXT), min(len(case.text), high + CONTEXT)
    marks = [("gold", span) for span in case.gold] + [("found", span) for span in case.found]
    edges = sorted({low, high, *(place for _, span in marks for place in span[:2])})
    parts = []
    for start, end in pairwise(edges):
        over = [(kind, span[2]) for kind, span in marks if span[0] <= start and end <= span[1]]
        words = html.escape(case.text[start:end])
        kinds = " ".join(sorted({kind for kind, _ in over}))
        labels = ", ".join(f"{kind} {label}" for kind, label in over)
        parts.append(f'<span class="{kinds}">{words}<sup>{labels}</sup></span>' if over else words)
    about = f"{case.kind} · {case.article}" + (f" · {case.note}" if case.note else "")
    return f"<b>{html.escape(about)}</b><br>{''.join(parts)}"
