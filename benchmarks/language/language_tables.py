"""The tables on names, quotes and speakers: a short one for the README and all for the docs.

Published figures have a column of their own, because they were measured on the published test parts
and ours on the dev parts: they are not results of the same comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.language.attribution_scores import FIGURES, GROUPS
from benchmarks.language.names_and_quotes import (
    CNN,
    DATELINE,
    LINKER,
    MEDIUM_ENGLISH,
    RULES,
    SMALL_ENGLISH,
    TAGGER,
    TEXTACY,
    Scores,
)
from benchmarks.language.span_scores import SpanScore
from benchmarks.tables import Line, markdown, percent, with_interval

NOT_MEASURED = "–"
ROLES = ("Source", "Cue", "Content")


class Published(NamedTuple):
    """F1 that the authors of a system publish, on the published test part, in percent."""

    system: str
    source: str
    cue: str
    content: str


PUBLISHED = (
    Published("BERT-CofeNet (110 M parameters, GPU)", "83.2", "75.3", "72.9"),
    Published("best without a transformer", "73.3", "66.2", "63.6"),
    Published("CoreNLP", "13.9", NOT_MEASURED, "17.5"),
)
# The figures that the project wants to reach, and where there are two its aim, in percent.
AIMS = {"Source": "79; 83.5", "Cue": "73; 75.5", "Content": "66; 73.0"}
CLASS_AIMS = {"Person": "88", "Location": "83", "Organization": "74"}
ATTRIBUTION_AIMS = {
    ("all", "content"): "79",
    ("all", "source"): "72",
    ("direct", "found"): "95",
    ("direct", "found_with_source"): "90",
}
_GROUP_NAMES = {"all": "attributions", "direct": "direct quotes"}


def readme_lines(scores: Scores) -> list[Line]:
    """Return the rows of the short table."""
    names, roles = scores.names[DATELINE], scores.roles[TAGGER]
    data = f"Worldwide newswire, dev ({names.number():,})"
    lines = [
        Line("names, exact span and class, F1", data, names.f1(), _names_of_peers(scores)),
        Line(
            "attribution, source: exact F1, the bare tagger",
            *_role(roles, "Source", PUBLISHED[0].source),
        ),
        Line("attribution, cue: exact F1, the bare tagger", *_role(roles, "Cue", PUBLISHED[0].cue)),
        Line(
            "attribution, content: exact F1, the bare tagger",
            *_role(roles, "Content", PUBLISHED[0].content),
        ),
    ]
    ours = scores.attributions[DATELINE].figures()
    for group, key, what in (
        ("all", "content", "attributions found, F1"),
        ("all", "source", "attributions found with the right source, F1"),
        ("all", "strict", "attributions found with the right source or rightly without, F1"),
        ("direct", "found", "direct quotes found, recall"),
        ("direct", "content", "direct quotes found, F1"),
        ("direct", "source", "direct quotes found with the right source, F1"),
        ("direct", "strict", "direct quotes found with the right source or rightly without, F1"),
    ):
        data = f"PolNeAR, dev ({ours[f'{group}.n']:,.0f})"
        lines.append(Line(what, data, ours[f"{group}.{key}"], _quotes_of_peers(scores, group, key)))
    return [*lines, *_speaker_lines(scores), *_seed_lines(scores)]


def _names_of_peers(scores: Scores) -> str:
    labels = {CNN: "spaCy CNN trained on the same"}
    named = {name: labels.get(name, name) for name in (CNN, SMALL_ENGLISH, MEDIUM_ENGLISH)}
    figures = [
        f"{label} {percent(scores.names[name].f1())}"
        for name, label in named.items()
        if name in scores.names
    ]
    return ", ".join(figures) or NOT_MEASURED


def _role(roles: SpanScore, role: str, published: str) -> tuple[str, float, str]:
    others = f"BERT-CofeNet {published} (published, on the published test part)"
    return f"PolNeAR, dev ({roles.number(role):,})", roles.f1(role), others


def _quotes_of_peers(scores: Scores, group: str, key: str) -> str:
    named = [(RULES, RULES)]
    if group == "direct":
        named += [(name, name.replace(",", "")) for name in scores.attributions if TEXTACY in name]
    return ", ".join(
        f"{label} {percent(scores.attributions[name].figures()[f'{group}.{key}'])}"
        for name, label in named
    )


def _speaker_lines(scores: Scores) -> Iterator[Line]:
    if scores.speakers:
        data = f"direct quotes of PolNeAR, dev ({scores.speakers['n']:.0f})"
        corenlp = "CoreNLP 26 (published, on other text)"
        tracker = "GenderGapTracker 86.5 (published, on other text)"
        yield Line("speaker's name unknown", data, scores.speakers["unknown.all"], corenlp)
        yield Line("speaker's name right where given", data, scores.speakers["precision"], tracker)


def _seed_lines(scores: Scores) -> Iterator[Line]:
    for key, what in (
        ("entities.right", "names with type and canonical name"),
        ("quotes.right", "quotes with kind, content and speaker"),
    ):
        n = scores.seeds[f"seeds.{key.partition('.')[0]}.n"]
        yield Line(what, f"the two example articles ({n:.0f})", scores.seeds[f"seeds.{key}"])


def page(scores: Scores) -> str:
    """Return all tables on names, quotes and speakers as Markdown, with headings."""
    parts = (
        ("Names", names_table(scores)),
        ("Names by region", regions_table(scores)),
        ("Parts of attributions, exact spans", roles_table(scores)),
        ("Attributions", attributions_table(scores)),
        ("Who speaks", speakers_table(scores)),
        ("The two example articles", seeds_table(scores)),
    )
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def names_table(scores: Scores) -> str:
    """Return F1 by class for every system, and for all nine classes with an interval."""
    systems = list(scores.names)
    ours = scores.names[DATELINE]
    head = ["class", "gold names", "to reach; aim", *systems]
    whole = [
        with_interval(scores.names[name].f1(), scores.names[name].interval()) for name in systems
    ]
    rows = [["all nine", f"{ours.number():,}", "81; 83", *whole]]
    for label in ours.labels():
        figures = [percent(scores.names[name].f1(label)) for name in systems]
        rows.append([label, f"{ours.number(label):,}", CLASS_AIMS.get(label, ""), *figures])
    return f"Worldwide newswire, dev part; exact span and class, F1.\n\n{markdown(head, rows)}"


def regions_table(scores: Scores) -> str:
    """Return F1 by region, each with its difference to F1 over all regions in points."""
    ours, systems = scores.names[DATELINE], list(scores.names)
    head = ["region", "articles", "gold names", *(f"{name} (against its mean)" for name in systems)]
    head.append("Dateline, without the article that costs most")
    rows = []
    for region in ours.regions():
        cells = [region, str(ours.groups.count(region)), f"{ours.number(group=region):,}"]
        for name in systems:
            there, mean = scores.names[name].f1(group=region), scores.names[name].f1()
            cells.append(f"{percent(there)} ({100 * (there - mean):+.1f})")
        rows.append([*cells, percent(ours.f1_without_worst(region))])
    return "To reach: no region more than 6 points under the mean.\n\n" + markdown(head, rows)


def roles_table(scores: Scores) -> str:
    """Return exact F1 of sources, cues and contents, with the published figures below."""
    number = scores.roles[TAGGER].number
    head = ["system", *(f"{role.lower()} (n {number(role):,})" for role in ROLES), "measured on"]
    rows = [["to reach; aim", *AIMS.values(), "dev"]]
    for name, roles in scores.roles.items():
        is_ours = name in (TAGGER, DATELINE)
        cells = [
            with_interval(roles.f1(role), roles.interval(role))
            if is_ours
            else percent(roles.f1(role))
            for role in ROLES
        ]
        if not is_ours:
            cells[1] = NOT_MEASURED  # the peers' attributions carry no cue here
        rows.append([name, *cells, "PolNeAR dev, same run"])
    rows += [[*published, "published, on the published test part"] for published in PUBLISHED]
    return markdown(head, rows)


def attributions_table(scores: Scores) -> str:
    """Return F1 and recall for all attributions and for direct quotes, a column per system."""
    systems = [DATELINE, *(name for name in scores.attributions if name not in (DATELINE, LINKER))]
    systems.append(LINKER)
    figures = {name: scores.attributions[name].figures() for name in systems}
    head = ["PolNeAR, dev part", "gold", "to reach", *systems]
    rows = []
    for group in GROUPS:
        for key in FIGURES:
            name = f"{group}.{key}"
            interval = scores.attributions[DATELINE].interval(group, key)
            cells = [percent(figures[system][name]) for system in systems]
            cells[0] = with_interval(figures[DATELINE][name], interval)
            n = f"{figures[DATELINE][f'{group}.n']:,.0f}"
            aim = ATTRIBUTION_AIMS.get((group, key), "")
            rows.append([f"{_GROUP_NAMES[group]}: {key.replace('_', ' ')}", n, aim, *cells])
    meanings = "\n".join(f"- *{key.replace('_', ' ')}*: {text}" for key, text in FIGURES.items())
    return f"{meanings}\n\n{markdown(head, rows)}\n\n{_on_textacy(scores)}".strip()


def _on_textacy(scores: Scores) -> str:
    if not scores.refused:
        return "textacy was not installed in this run."
    refused = "; ".join(
        f"{name}: an error in {number} of {scores.articles} articles"
        for name, number in scores.refused.items()
    )
    return (
        f"{refused} (as it comes, the whole article is lost with it; at its best, a paragraph). "
        f"It stands on {SMALL_ENGLISH}."
    )


def speakers_table(scores: Scores) -> str:
    """Return how often a speaker's canonical name is given, and how often it is right."""
    if not scores.speakers:
        return ""
    f = scores.speakers
    head = [
        "direct quotes",
        "n",
        "unknown",
        "unknown, of those found",
        "right where given",
        "right",
    ]
    forms = [key.removesuffix(".n") for key in f if key.endswith(".n")]
    named = [form for form in forms if f"{form}.precision" in f and f[f"{form}.n"]]
    rows = [["to reach", "150", "8.0", "", "92.0", ""]]
    for name, prefix in [("all", ""), *((form, f"{form}.") for form in named)]:
        keys = ("unknown.all", "unknown.found", "precision", "right")
        cells = [f"{100 * f[f'{prefix}{key}']:.1f}" for key in keys]
        rows.append([name.replace("_", " "), f"{f[f'{prefix}n']:.0f}", *cells])
    rows.append(["CoreNLP, published", "", "26", "", "", ""])
    rows.append(["GenderGapTracker, published", "", "", "", "86.5", ""])
    return markdown(head, rows)


def seeds_table(scores: Scores) -> str:
    """Return how many names and quotes of the two example articles are right."""
    rows = []
    for key, what in (
        ("entities", "names: found, type, canonical name"),
        ("relative", "relative dates"),
        ("quotes", "quotes: kind, content, speaker"),
    ):
        n = scores.seeds.get(f"seeds.{key}.n", 0)
        right = round(scores.seeds.get(f"seeds.{key}.right", 0) * n)
        rows.append([what, f"{right:.0f} of {n:.0f}"])
    return markdown(["all of it right", ""], rows)
