"""Tables for README and docs on body text, copies and credits, from the figures of ``eval``."""

from collections.abc import Mapping

from benchmarks.tables import Line, markdown, measured_today, percent

Figures = Mapping[str, float]
TOOLS = {
    "dateline": "Dateline",
    "trafilatura": "trafilatura",
    "trafilatura precision": "trafilatura, favor_precision",
}
_SETS = {
    "scrapinghub en": "Scrapinghub, English (80 pages)",
    "scrapinghub": "Scrapinghub, all languages (90)",
    "fundus": "Fundus, English news (50)",
    "seen hosts": "both, hosts used for development (71)",
    "unseen hosts": "both, hosts kept apart (69)",
}
_PARTS = ("F1", "precision", "recall")
_SYSTEMS = {
    "groups": "Dateline, groups",
    "with_edges": "Dateline, groups and containment",
    "with_outlets": "Dateline, groups, outlets given",
    "jaccard": "4-gram Jaccard",
    "datasketch": "datasketch MinHash",
}


def text_page(f: Figures) -> str:
    """Return the tables on body text, boilerplate and cost."""
    sets = [(name, *_cells(f, key)) for key, name in _SETS.items()]
    head = ("4-gram F1 / precision / recall", *TOOLS.values())
    return "\n\n".join([markdown(head, sets), _counts(f), _costs(f), measured_today() + "\n"])


def _cells(f: Figures, key: str) -> list[str]:
    return [" / ".join(percent(f[f"{tool}/{key}/{part}"]) for part in _PARTS) for tool in TOOLS]


def _counts(f: Figures) -> str:
    rows = {
        "segments to keep and to leave, F1 (trafilatura's own set, 221 pages)": (
            "trafilatura segments/F1"
        ),
        "boilerplate lines left (6,927 lines)": "boilerplate lines left, all",
        "the same, hosts used for development": "boilerplate lines left, seen hosts",
        "the same, hosts kept apart": "boilerplate lines left, unseen hosts",
    }
    lines = [(name, *(percent(f[f"{tool}/{key}"]) for tool in TOOLS)) for name, key in rows.items()]
    peers = [tool for tool in TOOLS if tool != "dateline"]
    lost = [f"{f[f'dateline/gold paragraphs lost that {peer} keeps']:.0f}" for peer in peers]
    lines.append(("gold paragraphs that it keeps and Dateline loses", "–", *lost))
    return markdown(("in percent, or counted", *TOOLS.values()), lines)


def _costs(f: Figures) -> str:
    peer = f["trafilatura/cpu ms a page"]
    rows = [
        ("trafilatura, text alone", peer, 1.0),
        (
            "trafilatura, favor_precision, text alone",
            f["trafilatura precision/cpu ms a page"],
            f["trafilatura precision/cpu ms a page"] / peer,
        ),
        (
            "Dateline: text, metadata, kind, quality, language, cleaning",
            f["dateline/cpu ms a page"],
            f["dateline/cpu, extraction with metadata and cleaning, as a share"],
        ),
        (
            "… of which cleaning",
            f["dateline/cpu, cleaning alone, as a share"] * peer,
            f["dateline/cpu, cleaning alone, as a share"],
        ),
    ]
    head = ("from a page's bytes", "CPU ms a page", "times trafilatura")
    return markdown(head, [(name, f"{ms:.1f}", f"{share:.2f}") for name, ms, share in rows])


def copies_page(f: Figures) -> str:
    """Return the tables on copies: systems, generated sets, and recall by kind of edit."""
    systems = [
        (name, *(percent(f[f"{key}.{part}"]) for part in ("precision", "recall", "f1")))
        for key, name in _SYSTEMS.items()
    ]
    crossed = tuple(percent(f[f"cross.{part}"]) for part in ("precision", "recall"))
    systems.append(("Dateline, thresholds fitted on the other half of the stories", *crossed, "–"))
    head = (f"pairs of one group, n {f['n.pairs']:,.0f}", "precision", "recall", "F1")
    return "\n\n".join([markdown(head, systems), _fresh(f), _kinds(f), measured_today() + "\n"])


def _fresh(f: Figures) -> str:
    names = dict.fromkeys(key.split(".")[1] for key in f if key.startswith("fresh."))
    rows = [
        (
            f"{name} ({f[f'fresh.{name}.n']:,.0f})",
            *(percent(f[f"fresh.{name}.{part}"]) for part in ("precision", "recall", "edges")),
        )
        for name in names
    ]
    head = (
        "generated sets, no outlet given (true pairs)",
        "precision",
        "recall",
        "with containment",
    )
    return markdown(head, rows)


def _kinds(f: Figures) -> str:
    kinds = [(key.partition(".")[2], f[key]) for key in f if key.startswith("recall.")]
    return markdown(("kind of variant", "recall"), [(kind, percent(r)) for kind, r in kinds])


def text_lines(f: Figures) -> list[Line]:
    """Return the rows on body text and metadata."""

    def others(score: str) -> str:
        plain, precise = f[f"trafilatura/{score}"], f[f"trafilatura precision/{score}"]
        return f"trafilatura {percent(plain)}, with favor_precision {percent(precise)}"

    rows = [
        ("body text, 4-gram F1", "Scrapinghub pages, English (80)", "scrapinghub en/F1"),
        ("body text, 4-gram F1", "Fundus pages (50)", "fundus/F1"),
        ("body text, precision", "Fundus pages (50)", "fundus/precision"),
        ("segments to keep and to leave, F1", "trafilatura's own set (221)", _SEGMENTS),
        (
            "boilerplate lines left",
            "6,927 lines of the English pages",
            "boilerplate lines left, all",
        ),
        (
            "the same, hosts kept apart from the patterns",
            "one half of the hosts",
            "boilerplate lines left, unseen hosts",
        ),
    ]
    lines = [Line(what, data, f[f"dateline/{key}"], others(key)) for what, data, key in rows]
    for what in ("title", "day", "authors"):
        name = {"day": "day of publication", "authors": "authors, all of them right"}.get(
            what, what
        )
        peer = f"trafilatura {percent(f[f'trafilatura/fundus/{what}'])}"
        lines.append(Line(name, "Fundus pages (50)", f[f"dateline/fundus/{what}"], peer))
    lines.append(Line("kept and removed text exactly", "the two example articles", f[_SEEDS_EXACT]))
    return lines


_SEGMENTS = "trafilatura segments/F1"
_SEEDS_EXACT = "dateline/seeds/exact"


def copy_lines(f: Figures) -> list[Line]:
    """Return the rows on copies."""
    data = f"made and real copies ({f['n.rows']:,.0f} texts, {f['n.pairs']:,.0f} pairs)"

    def others(score: str) -> str:
        jaccard, minhash = f[f"jaccard.{score}"], f[f"datasketch.{score}"]
        return f"4-gram Jaccard {percent(jaccard)}, datasketch MinHash {percent(minhash)}"

    return [
        Line(f"copies, pairs of one group: {score}", data, f[f"groups.{score}"], others(score))
        for score in ("precision", "recall")
    ]


def credits_page(f: Figures) -> str:
    """Return the table on agency credits."""
    rows = [
        (
            f"{part}, {reading}",
            f"{f[f'{part}/n.wire']:.0f} of {f[f'{part}/n']:.0f}",
            *(percent(f[f"{part}/{reading}/{score}"]) for score in ("precision", "recall", "f1")),
        )
        for part in ("train", "dev")
        for reading in ("text", "text and byline")
    ]
    head = ("PolNeAR, what was read", "agency texts", "precision", "recall", "F1")
    return f"{markdown(head, rows)}\n\n{measured_today()}\n"
