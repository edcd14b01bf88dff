"""Stage *annotate*: entities and quotes of versions that the present model has not read."""

from collections.abc import Sequence
from functools import lru_cache

from pipeline.annotate.annotator import Annotator, model_version
from pipeline.settings import settings
from pipeline.stages.store import store
from pipeline.telemetry import log, meter
from pipeline.warehouse.annotations import pending_versions, save_annotations, version_texts

_PART = 50
"""Versions a transaction: at 8 articles a second a kill costs six seconds of work."""


def plan(run_id: int) -> list[list[int]]:
    """Return the ids of the versions that wait, in batches."""
    with store() as connection:
        waiting = pending_versions(connection, model_version(settings().nlp_model))
    size = settings().curate_batch
    log.info("versions wait", run_id=run_id, versions=len(waiting))
    return [waiting[first : first + size] for first in range(0, len(waiting), size)]


def annotate(run_id: int, version_ids: Sequence[int]) -> dict[str, int]:
    """Annotate these versions and store what was found; twice is once."""
    annotator = _annotator(settings().nlp_model)
    counts = {"versions": 0, "mentions": 0, "quotes": 0}
    with store() as connection:
        for first in range(0, len(version_ids), _PART):
            texts = version_texts(connection, version_ids[first : first + _PART])
            found = annotator.annotate(
                [version.text for version in texts], [version.title for version in texts]
            )
            items = [
                (version.article_version_id, annotation)
                for version, annotation in zip(texts, found, strict=True)
            ]
            save_annotations(connection, annotator.version, items)
            counts["versions"] += len(items)
            counts["mentions"] += sum(len(annotation.mentions) for _, annotation in items)
            counts["quotes"] += sum(len(annotation.quotes) for _, annotation in items)
    for name, count in counts.items():
        meter().count(f"annotated_{name}", count)
    log.info("annotated", run_id=run_id, **counts)
    return counts


@lru_cache(maxsize=1)
def _annotator(nlp_model: str | None) -> Annotator:
    """Load the model once a process, however many batches it takes."""
    return Annotator.load(nlp_model)
