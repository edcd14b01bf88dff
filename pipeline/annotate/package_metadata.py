"""Generate the metadata files of the spaCy package ``en_dateline_news`` from the model's folder.

Run ``python -m pipeline.annotate.package_metadata`` after a change of the model: it writes the
package's ``meta.json`` and the distribution's ``METADATA``. The figures are those in the tables of
the model card, ``README.md``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pipeline.annotate.model_files import CONFIG, SHIPPED
from pipeline.annotate.spacy_component import PACKAGE, load_pipeline

NAME = PACKAGE.name
DISTRIBUTION = PACKAGE.with_name(f"{NAME}.dist-info")
"""spaCy takes a name for a package if a distribution of that name is installed."""
_ROW = re.compile(r"^\| (?P<set>[^|]+) \| (?P<label>[^|]+) \| [\d,]+ \| (?P<f>[\d.]+) \|$", re.M)
_SOURCE = re.compile(r"^\| (?P<what>[^|]+?) \| (?P<licence>[^|]+?) \|$", re.M)


def version(folder: Path = SHIPPED) -> str:
    """Return the model's version in the form of package versions: 1 → "1.0.0"."""
    number = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["version"]
    return f"{number}.0.0"


def meta(folder: Path = SHIPPED) -> dict[str, Any]:
    """Return the contents of ``meta.json``, without those that spaCy adds."""
    card = (folder / "README.md").read_text(encoding="utf-8")
    return {
        "lang": "en",
        "name": NAME.removeprefix("en_"),
        "version": version(folder),
        "description": "Names and quotes of English news, with who said what: MiniLM-L6 in int8 by "
        "onnxruntime, Dateline's rules for names, quotes and speakers. Needs no torch.",
        "author": "Dateline",
        "license": "Apache-2.0",
        "sources": sources(card),
        "performance": performance(card),
        "spacy_version": ">=3.8.18,<3.9.0",
        "requirements": [],
    }


def sources(card: str) -> list[dict[str, str]]:
    """Return the rows of the model card's table under "Made from"."""
    rows = _SOURCE.findall(_section(card, "Made from"))
    return [{"name": what, "license": licence} for what, licence in rows if what != "what"]


def performance(card: str) -> dict[str, Any]:
    """Return the figures of the model card's table under "Figures", under spaCy's names.

    They are shares: 80.4 in the card is `ents_f` 0.804.
    """
    found: dict[str, Any] = {"ents_per_type": {}, "attributions_per_part": {}}
    for data, label, figure in _ROW.findall(_section(card, "Figures")):
        share = round(float(figure) / 100, 3)
        if not data.startswith("Worldwide"):
            found["attributions_per_part"][label] = {"f": share}
        elif label.startswith("all"):
            found["ents_f"] = share
        else:
            found["ents_per_type"][label] = {"f": share}
    return found


def _section(card: str, title: str) -> str:
    _, _, rest = card.partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def files() -> dict[Path, str]:
    """Return the paths and contents of the package's files that depend on the model."""
    nlp = load_pipeline()
    nlp.meta = nlp.meta | meta()
    metadata = (
        f"Metadata-Version: 2.4\nName: {NAME.replace('_', '-')}\nVersion: {version()}\n"
        "Summary: Dateline's spaCy pipeline: names and quotes of English news\n"
        "License-Expression: Apache-2.0\n"
    )
    return {
        PACKAGE / "meta.json": json.dumps(nlp.meta, indent=2, ensure_ascii=False) + "\n",
        DISTRIBUTION / "METADATA": metadata,
    }


def main() -> None:
    """Write the files."""
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
