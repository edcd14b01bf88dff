"""Stage *annotate*: entities and quotes of the versions that were not annotated yet.

What an older model annotated stays until ``dateline reprocess --stage annotate`` marks it, so that
an upgrade never sends the whole store through the model.

No text is read twice: exact copies share one annotation, what an edit left as it was is not read
again, and of two runs at once each takes what the other has not begun.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from psycopg import Connection

from pipeline.annotate.annotator import Annotator
from pipeline.models import Annotation
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.telemetry import log, meter
from pipeline.warehouse.annotations import (
    VersionText,
    claim,
    copy_annotations,
    pending_versions,
    save_annotations,
    still_pending,
    version_texts,
)
from pipeline.warehouse.store import store
from pipeline.warehouse.window_cache import PostgresWindowCache

_PART = 50
"""Versions a transaction: at 8 articles a second a kill costs six seconds of work."""

_COUNTS = "versions reused mentions quotes not_english windows_read windows_reused".split()


def plan(run_id: int) -> list[list[int]]:
    """Return the ids of the versions that wait, in batches."""
    with store() as connection:
        waiting = pending_versions(connection)
    size = settings().curate_batch
    log.info("versions wait", run_id=run_id, versions=len(waiting))
    return [waiting[first : first + size] for first in range(0, len(waiting), size)]


def annotate(run_id: int, version_ids: Sequence[int]) -> dict[str, int]:
    """Annotate these versions and store what was found; twice is once.

    Returns:
        How many ``versions`` were annotated, ``reused`` of them without being read, for being exact
        copies; their ``mentions`` and ``quotes``; those ``not_english``; and the encoder's windows:
        ``windows_read``, and ``windows_reused`` for being the same as one read before.
    """
    annotator = _annotator(settings().nlp_model)
    counts = Counter(dict.fromkeys(_COUNTS, 0))
    with store() as connection, store() as claims, _remembering(annotator, connection) as windows:
        for ids in _unclaimed_parts(claims, version_ids):
            counts.update(_annotate_part(connection, annotator, ids))
    counts.update(windows)
    for name, count in counts.items():
        meter().count(f"annotated_{name}", count)
    log.info("annotated", run_id=run_id, **counts)
    return dict(counts)


@contextmanager
def _remembering(annotator: Annotator, connection: Connection) -> Iterator[Counter[str]]:
    """Give the tagger the store's memory while it works, and yield what it counts meanwhile."""
    counts: Counter[str] = Counter()
    tagger = annotator.tagger
    if tagger is None:
        yield counts
        return
    recent = tagger.cache
    tagger.cache = PostgresWindowCache(connection, annotator.version, recent)
    tagger.counts = counts
    try:
        yield counts
    finally:
        tagger.cache = recent


def _unclaimed_parts(claims: Connection, version_ids: Sequence[int]) -> Iterator[list[int]]:
    """Give the versions in parts, each claimed while the caller works on it.

    What others have claimed comes last: by then they are done with it, or they died, and then it is
    ours. So the versions are all annotated at the end, whoever did it.
    """
    left: list[int] = []
    for first in range(0, len(version_ids), _PART):
        with claim(claims, version_ids[first : first + _PART]) as claimed:
            left += claimed.others
            yield claimed.ours
    while left:
        with claim(claims, left[:_PART], wait=True) as claimed:
            left = claimed.others + left[_PART:]
            yield claimed.ours


def _annotate_part(
    connection: Connection, annotator: Annotator, ids: Sequence[int]
) -> dict[str, int]:
    waiting = still_pending(connection, ids)
    copied = copy_annotations(connection, annotator.version, waiting)
    texts = version_texts(connection, sorted({*waiting}.difference(copied.versions)))
    found = _read_once(annotator, texts)
    items = [(each.article_version_id, found[each.text, each.title]) for each in texts]
    if items:
        save_annotations(connection, annotator.version, items)
    return {
        "versions": len(copied.versions) + len(items),
        "reused": len(copied.versions) + len(items) - len(found),
        "mentions": copied.mentions + sum(len(each.mentions) for _, each in items),
        "quotes": copied.quotes + sum(len(each.quotes) for _, each in items),
        "not_english": copied.not_english
        + sum(each.outcome is Outcome.NOT_ENGLISH for _, each in items),
    }


def _read_once(
    annotator: Annotator, texts: Sequence[VersionText]
) -> dict[tuple[str, str | None], Annotation]:
    distinct = list(dict.fromkeys((each.text, each.title) for each in texts))
    found = annotator.annotate((text for text, _ in distinct), (title for _, title in distinct))
    return dict(zip(distinct, found, strict=True))


@lru_cache(maxsize=1)
def _annotator(nlp_model: str | None) -> Annotator:
    """Load the model once a process, however many batches it takes."""
    return Annotator.load(nlp_model)
