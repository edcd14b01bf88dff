"""The version of the annotator: which weights, tables and rules gave a result.

It is stored with every annotation (``nlp_version``). It shows an analyst which texts were annotated
by which model, and ``dateline reprocess --stage annotate`` which texts to annotate again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pipeline.annotate.model_files import CONFIG, SHIPPED
from pipeline.settings import NlpPipelines

RULES_VERSION = 12
"""Raise it by one when a change of the code changes results; comments, renames and moves do not.

``tests/golden/test_annotations.py`` compares the results on texts of our own with recorded ones; it
fails until the version is raised or the change is corrected. Confidences are not compared, since
they differ a little between processors: raise the version when their computation changes too."""

OWN_MODEL_NAMES = (None, "en_dateline_news")
"""Values of ``DATELINE_NLP_MODEL`` that mean our own model; None means that it is not set."""

_TABLE_ENDINGS = (".tsv", ".toml")


@dataclass(frozen=True, slots=True)
class ModelVersions:
    """The versions by which texts are annotated today, by the language of the text."""

    english: str
    """Also that of texts whose language has no pipeline."""
    others: Mapping[str, str]

    def of(self, language: str | None) -> str:
        """Return the version for a text in a language; None where that is unknown."""
        return self.others.get(language or "en", self.english)

    def all(self) -> list[str]:
        """Return every version."""
        return [self.english, *self.others.values()]


def model_versions(pipelines: NlpPipelines) -> ModelVersions:
    """Return the versions of the pipelines that the settings name."""
    others = {language: model_version(name) for language, name in pipelines.others}
    return ModelVersions(model_version(pipelines.english), others)


def model_version(nlp_model: str | None = None) -> str:
    """Return the name of the model, the rules version and a digest of weights and tables.

    Neither the model nor spaCy is loaded. For another spaCy pipeline the digest also covers its
    ``meta.json`` or the version of its package, so that its upgrade counts as another model.

    Args:
        nlp_model: an installed spaCy pipeline or its folder; None for our own.

    Returns:
        For example "dateline+rules2.3f9a02c4d1e7".
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
    """Yield the digest of the weights (from the model's config) and the rows of all tables."""
    here = Path(__file__).parent
    config = SHIPPED / CONFIG
    if config.exists():
        settings = json.loads(config.read_text(encoding="utf-8"))
        # The config also says how the weights were trained, which changes no result.
        yield json.dumps([settings.get("model_sha256"), settings.get("heads")]).encode()
    tables = (path for ending in _TABLE_ENDINGS for path in here.rglob(f"*{ending}"))
    for path in sorted(tables):
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [line for line in lines if line.strip() and not line.startswith("#")]
        yield "\n".join([path.name, *entries, ""]).encode()


def _pipeline_version(nlp_model: str) -> bytes:
    """Return a pipeline's ``meta.json`` or package version, which change with an upgrade.

    Returns b"" for a pipeline that cannot be found; loading it raises the error that says why.
    """
    try:
        return (Path(nlp_model) / "meta.json").read_bytes()
    except OSError:
        pass
    try:
        return metadata.version(nlp_model).encode()
    except (metadata.PackageNotFoundError, ValueError):
        return b""
