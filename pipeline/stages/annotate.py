"""Stage *annotate*: find the entities and quotes of versions that are not annotated yet.

Annotations by an older model stay until ``dateline reprocess --stage annotate`` queues their
versions, so that an upgrade does not send the whole store through the model.

The model does no work twice. Exact copies share one annotation; of an edited text only the changed
windows go through the encoder; and of two processes at once each takes the versions that the other
has not claimed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from psycopg import Connection

from pipeline.annotate.annotator import Annotator
from pipeline.models import Annotation
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
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
"""Versions per transaction: at 8 articles a second a killed process loses six seconds of work."""

_COUNTS = "versions reused mentions quotes not_english windows_read windows_reused".split()


def plan(run_id: int) -> list[list[int]]:
    """Return the ids of the versions that are not annotated yet, in batches."""
    with store() as connection:
        waiting = pending_versions(connection)
    size = settings().curate_batch
    log.info("versions wait", run_id=run_id, versions=len(waiting))
    return [waiting[first : first + size] for first in range(0, len(waiting), size)]


def annotate(run_id: int, version_ids: Sequence[int]) -> dict[str, int]:
    """Annotate these versions and store what is found; a second call changes nothing.

    Returns:
        Counts by name:
        ``versions``: versions annotated;
        ``reused``: of these, exact copies that took another's annotation;
        ``not_english``: of these, texts in another language;
        ``mentions``: mentions found in them;
        ``quotes``: quotes found in them;
        ``windows_read``: windows that the encoder read;
        ``windows_reused``: windows taken from the cache.

    Raises:
        ModelError: the model is missing or broken.
        StageFault: Postgres refused rows of several hosts by the same rule, so the fault is ours
            and not a page's.
    """
    faults = PageFaults("annotate")
    annotator = _annotator(settings().nlp_model)
    counts = Counter(dict.fromkeys(_COUNTS, 0))
    with (
        store() as connection,
        store() as claims,
        _stored_windows(annotator, connection) as windows,
    ):
        for ids in _unclaimed_parts(claims, version_ids):
            counts.update(_annotate_part(connection, annotator, ids, faults))
    counts.update(windows)
    for name, count in counts.items():
        meter().count(f"annotated_{name}", count)
    log.info("annotated", run_id=run_id, **counts)
    return dict(counts)


@contextmanager
def _stored_windows(annotator: Annotator, connection: Connection) -> Iterator[Counter[str]]:
    """Let the tagger use the windows stored in Postgres within the block; yield its counts."""
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
    """Yield the versions in parts, each claimed while the caller works on it.

    Versions that another process has claimed come last: by then it has annotated them, or has died
    and thereby released them. So at the end all versions are annotated.
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
    connection: Connection, annotator: Annotator, ids: Sequence[int], faults: PageFaults
) -> dict[str, int]:
    """Copy or find the annotations of claimed versions, store them, and return counts."""
    waiting = still_pending(connection, ids)
    copied = copy_annotations(connection, annotator.version, waiting)
    texts = version_texts(connection, sorted({*waiting}.difference(copied.versions)))
    found = _annotations(annotator, texts)
    items = [(each.article_version_id, found[each.text, each.title]) for each in texts]
    if items:
        save_annotations(connection, annotator.version, items, faults)
    return {
        "versions": len(copied.versions) + len(items),
        "reused": len(copied.versions) + len(items) - len(found),
        "mentions": copied.mentions + sum(len(each.mentions) for _, each in items),
        "quotes": copied.quotes + sum(len(each.quotes) for _, each in items),
        "not_english": copied.not_english
        + sum(each.outcome is Outcome.NOT_ENGLISH for _, each in items),
    }


def _annotations(
    annotator: Annotator, texts: Sequence[VersionText]
) -> dict[tuple[str, str | None], Annotation]:
    """Return the annotations by text and title; equal texts are annotated once."""
    distinct = list(dict.fromkeys((each.text, each.title) for each in texts))
    found = annotator.annotate((text for text, _ in distinct), (title for _, title in distinct))
    return dict(zip(distinct, found, strict=True))


@lru_cache(maxsize=1)
def _annotator(nlp_model: str | None) -> Annotator:
    """Load the model once per process."""
    return Annotator.load(nlp_model)
