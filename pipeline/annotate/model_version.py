"""The version of what annotates: which weights, which tables and which rules made a result.

It is stored with every annotation (``nlp_version``), so that an analyst can tell which texts were
read by which model, and ``dateline reprocess --stage annotate`` knows which to read again.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from pipeline.annotate.model_files import CONFIG, SHIPPED

RULES_VERSION = 1
"""Raise it by one when a change of the code gives other results.

``tests/golden/test_annotations.py`` compares the results on texts of our own with recorded ones and
fails until the version is raised or the change is mended. Comments, renames and moves leave it."""

OWN_MODEL_NAMES = (None, "en_dateline_news")
"""What ``DATELINE_NLP_MODEL`` may hold for our own model; unset is one of them."""

_TABLE_ENDINGS = (".tsv", ".toml")


def model_version(nlp_model: str | None = None) -> str:
    """Return the name of the model, the rules version and a digest of weights and tables.

    Neither the model nor spaCy is loaded. For another spaCy pipeline the digest also holds its
    ``meta.json`` or the version of its package, so that its upgrade counts as another model.

    Args:
        nlp_model: an installed spaCy pipeline or its folder; None for our own.

    Returns:
        For example "dateline+rules1.3f9a02c4d1e7".
    """
    digest = hashlib.sha256()
    for part in _weights_and_tables():
        digest.update(part)
    is_own = nlp_model in OWN_MODEL_NAMES
    if nlp_model is not None and not is_own:
        digest.update(_pipeline_version(nlp_model))
    name = "dateline" if is_own else nlp_model
    return f"{name}+rules{RULES_VERSION}.{digest.hexdigest()[:12]}"


def _weights_and_tables() -> Iterator[bytes]:
    """Yield the digest of the weights, which the model's config holds, and the tables' entries."""
    here = Path(__file__).parent
    config = SHIPPED / CONFIG
    if config.exists():
        settings = json.loads(config.read_text(encoding="utf-8"))
        # How the weights were trained is told in the config too, and changes no result.
        yield json.dumps([settings.get("model_sha256"), settings.get("heads")]).encode()
    tables = (path for ending in _TABLE_ENDINGS for path in here.rglob(f"*{ending}"))
    for path in sorted(tables):
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [line for line in lines if line.strip() and not line.startswith("#")]
        yield "\n".join([path.name, *entries, ""]).encode()


def _pipeline_version(nlp_model: str) -> bytes:
    """Return what differs between two versions of a pipeline: its meta.json or package version.

    Empty for a pipeline that cannot be found: loading it raises the error that says why.
    """
    try:
        return (Path(nlp_model) / "meta.json").read_bytes()
    except OSError:
        pass
    try:
        return metadata.version(nlp_model).encode()
    except (metadata.PackageNotFoundError, ValueError):
        return b""
