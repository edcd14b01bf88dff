"""Write the model's figures into its card: ``python -m benchmarks.language.model_card``.

Run it after the model has changed. It replaces everything between the two marks in
``pipeline/annotate/model/README.md`` and leaves the rest as it is. The ``meta.json`` of the spaCy
package is made from the first table, so it is written too, and the table must keep its columns:
set, label, gold spans, F1.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.data import data_folder
from benchmarks.language.language_tables import ROLES
from benchmarks.language.names_and_quotes import DATELINE, TAGGER, Scores, score_ours
from benchmarks.language.readings import Readings
from benchmarks.tables import markdown, measured_today, percent
from pipeline.annotate import package_metadata as package_card
from pipeline.annotate.annotator import Annotator

CARD = Path(__file__).parents[2] / "pipeline" / "annotate" / "model" / "README.md"
BEGIN = "<!-- figures: python -m benchmarks.language.model_card -->"
END = "<!-- end of figures -->"
NAMES, ATTRIBUTIONS = "Worldwide-NER dev", "PolNeAR dev"


def figures(scores: Scores) -> str:
    """Return the tables of the tagger by class and role, and of both by region."""
    return "\n\n".join(
        [
            "Exact spans, F1 in percent, through the shipped int8 model on spaCy's tokens.",
            classes(scores),
            "By region of the newspapers, all nine classes; Dateline is the tagger and the rules "
            "for names.",
            regions(scores),
            measured_today("python -m benchmarks.language.model_card"),
        ]
    )


def classes(scores: Scores) -> str:
    """Return a table of the tagger's F1 by class and by role."""
    names, roles = scores.names[TAGGER], scores.roles[TAGGER]
    rows = [(NAMES, "all nine", f"{names.number():,}", percent(names.f1()))]
    for label in names.labels():
        rows.append((NAMES, label, f"{names.number(label):,}", percent(names.f1(label))))
    for role in ROLES:
        n = f"{roles.number(role):,}"
        rows.append((ATTRIBUTIONS, role.lower(), n, percent(roles.f1(role))))
    return markdown(("set", "label", "gold spans", "F1"), rows)


def regions(scores: Scores) -> str:
    """Return a table of F1 by region, of the tagger alone and with the rules for names."""
    names, bare = scores.names[DATELINE], scores.names[TAGGER]
    rows = [
        (
            region.replace("_", " "),
            str(names.groups.count(region)),
            f"{names.number(group=region):,}",
            percent(bare.f1(group=region)),
            percent(names.f1(group=region)),
        )
        for region in names.regions()
    ]
    return markdown(("region", "articles", "gold spans", "tagger F1", "Dateline F1"), rows)


def replaced(card: str, text: str) -> str:
    """Return the card with the text between the marks.

    Raises:
        ValueError: a mark is missing or there twice; the message says which one.
    """
    for mark in (BEGIN, END):
        if card.count(mark) != 1:
            raise ValueError(f"{CARD.name} has {card.count(mark)} lines {mark!r}: it must have one")
    before, _, rest = card.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Measure on the dev parts and write the card and the package's ``meta.json``."""
    annotator = Annotator.load()
    scores = score_ours(Readings.of(data_folder(), "dev", annotator))
    card = replaced(CARD.read_text(encoding="utf-8"), figures(scores))
    CARD.write_text(card, encoding="utf-8")
    package_card.main()
    sys.stdout.write(f"{CARD}\n")


if __name__ == "__main__":
    main()
