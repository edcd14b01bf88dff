"""Stage *annotate*: find the entities and quotes of versions that are not annotated yet.

Annotations by an older model stay until ``dateline reprocess --stage annotate`` queues their
versions, so that an upgrade does not send the whole store through the model.

The model does no work twice. Exact copies share one annotation; of an edited text only the changed
windows go through the encoder; and of two processes at once each takes the versions that the other
has not claimed.

The model is in a page worker, which is killed where a text breaks a limit of time or memory
(``pipeline.page_worker``); this process keeps the store. Such a text is tried again after the
others, and quarantined after as many runs as ``MOST_ATTEMPTS``: the article stays stored.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from psycopg import Connection

from pipeline.annotate.annotator import Annotator
from pipeline.annotate.model_version import ModelVersions, model_versions
from pipeline.annotate.tagging.window_cache import FoundSpans, SpanCache, WindowCache
from pipeline.errors import ModelError, StageFault
from pipeline.models import Annotation
from pipeline.outcomes import AnnotationOutcome
from pipeline.page_faults import PageFaults
from pipeline.page_worker import Broken, Failed, PageWorker, Step, TimeLimit, ask, page_worker
from pipeline.settings import NlpPipelines, settings
from pipeline.stages.batches import batches
from pipeline.stages.extract import short_limit
from pipeline.telemetry import log, meter
from pipeline.warehouse.annotations import (
    Claim,
    VersionText,
    claim,
    copy_annotations,
    pending_versions,
    quarantine_version,
    save_annotations,
    still_pending,
    url_of_version,
    version_texts,
)
from pipeline.warehouse.page_failures import (
    MOST_ATTEMPTS,
    begin_attempt,
    failures,
    outdated_pages,
    record_failure,
    reopen_versions,
)
from pipeline.warehouse.store import store
from pipeline.warehouse.window_cache import PostgresWindowCache

_PART = 50
"""Versions per transaction: at 8 articles a second a killed process loses six seconds of work."""

_COUNTS = "versions reused mentions quotes no_pipeline windows_read windows_reused".split()


def plan(run_id: int) -> list[list[int]]:
    """Return the ids of the versions that are not annotated yet, in batches.

    Versions that an earlier model could not annotate are among them again.
    """
    with store() as connection:
        models = model_versions(settings().nlp_pipelines)
        outdated = outdated_pages(connection, "annotate", models.all())
        if outdated:
            reopen_versions(connection, outdated)
            log.info("quarantined versions are tried again", run_id=run_id, versions=len(outdated))
        waiting = pending_versions(connection)
    log.info("versions wait", run_id=run_id, versions=len(waiting))
    return batches(waiting)


def annotate(
    run_id: int, version_ids: Sequence[int], *, without_limits: bool = False
) -> dict[str, int]:
    """Annotate these versions and store what is found; a second call changes nothing.

    Args:
        run_id: the run that annotates.
        version_ids: ids that ``plan`` returned.
        without_limits: let a text take the time that it takes.

    Returns:
        Counts by name:
        ``versions``: versions annotated;
        ``reused``: of these, exact copies that took another's annotation;
        ``no_pipeline``: of these, texts in a language for which no pipeline is installed;
        ``mentions``: mentions found in them;
        ``quotes``: quotes found in them;
        ``windows_read``: windows that the encoder read;
        ``windows_reused``: windows taken from the cache.

    Raises:
        ModelError: the model is missing or broken.
        StageFault: Postgres refused rows of several hosts by the same rule, or several texts raised
            the same exception, so the fault is ours and not a page's.
    """
    counts = Counter(dict.fromkeys(_COUNTS, 0))
    with store() as connection, store() as claims, page_worker() as worker:
        version = loaded_model(worker)
        models = ModelVersions(version, model_versions(settings().nlp_pipelines).others)
        limit = TimeLimit(inf if without_limits else settings().annotate_seconds)
        short = limit if without_limits else short_limit(limit.seconds)
        batch = _Batch(
            run_id,
            connection,
            worker,
            models,
            PostgresWindowCache(connection, version, WindowCache()),
            PageFaults("annotate"),
        )
        slow: list[int] = []
        for ids in _unclaimed_parts(claims, version_ids):
            broken = failures(connection, "annotate", ids)
            slow += broken
            part = [each for each in ids if each not in broken]
            slow += batch.annotate(part, short, counts)
        for number in slow:
            with claim(claims, [number]) as claimed:
                batch.annotate_alone(claimed, limit, counts)
    for name, count in counts.items():
        meter().count(f"annotated_{name}", count)
    log.info("annotated", run_id=run_id, **counts)
    return dict(counts)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The versions of one call of ``annotate``."""

    run_id: int
    connection: Connection
    worker: PageWorker
    models: ModelVersions
    windows: SpanCache
    faults: PageFaults

    def annotate(self, ids: Sequence[int], limit: TimeLimit, counts: Counter[str]) -> list[int]:
        """Copy or find the annotations of claimed versions; return those that broke a limit."""
        by_model: dict[str, list[int]] = {}
        for number, language in still_pending(self.connection, ids).items():
            by_model.setdefault(self.models.of(language), []).append(number)
        return [
            number
            for model, waiting in by_model.items()
            for number in self._annotate_by(model, waiting, limit, counts)
        ]

    def _annotate_by(
        self, model: str, waiting: Sequence[int], limit: TimeLimit, counts: Counter[str]
    ) -> list[int]:
        copied = copy_annotations(self.connection, model, waiting)
        texts = version_texts(self.connection, sorted({*waiting}.difference(copied.versions)))
        found: dict[tuple[str, str | None], Annotation | Failed | Broken] = {}
        spans: dict[bytes, FoundSpans] = {}
        for each in texts:
            if (each.text, each.title) not in found:
                found[each.text, each.title] = self._annotated(each, limit, spans, counts)
        self.windows.put(spans)
        items = []
        slow = []
        for each in texts:
            result = found[each.text, each.title]
            if isinstance(result, Annotation):
                items.append((each.article_version_id, result))
            elif isinstance(result, Broken):
                slow.append(each.article_version_id)
                self._record(each.article_version_id, result, model)
            else:
                self._quarantine(each.article_version_id, result.message, model)
        if items:
            save_annotations(self.connection, model, items, self.faults, self.run_id)
        distinct = sum(isinstance(each, Annotation) for each in found.values())
        counts.update(
            {
                "versions": len(copied.versions) + len(items),
                "reused": len(copied.versions) + len(items) - distinct,
                "mentions": copied.mentions + sum(len(each.mentions) for _, each in items),
                "quotes": copied.quotes + sum(len(each.quotes) for _, each in items),
                "no_pipeline": copied.no_pipeline
                + sum(each.outcome is AnnotationOutcome.NO_PIPELINE for _, each in items),
            }
        )
        return slow

    def annotate_alone(self, claimed: Claim, limit: TimeLimit, counts: Counter[str]) -> None:
        """Try a version that broke a limit, once in each run; quarantine it after the last attempt.

        A version that another process has claimed is left to that process.
        """
        for number, language in still_pending(self.connection, claimed.ours).items():
            known = failures(self.connection, "annotate", [number]).get(number)
            if known is None or (known.run_id == self.run_id and known.attempt_count):
                continue
            reason, attempt = known.reason, known.attempt_count
            if attempt < MOST_ATTEMPTS:
                attempt = begin_attempt(self.connection, "annotate", number, self.run_id)
                if not self.annotate([number], limit, counts):
                    continue
                reason = failures(self.connection, "annotate", [number])[number].reason
            if attempt >= MOST_ATTEMPTS:
                reason = f"{reason}, in each of {attempt} attempts"
                self._quarantine(number, reason, self.models.of(language))
            else:
                log.error(
                    "article stays without annotation",
                    url=url_of_version(self.connection, number),
                    reason=reason,
                    attempt=attempt,
                    of=MOST_ATTEMPTS,
                )

    def _annotated(
        self,
        each: VersionText,
        limit: TimeLimit,
        spans: dict[bytes, FoundSpans],
        counts: Counter[str],
    ) -> Annotation | Failed | Broken:
        pipelines = settings().nlp_pipelines
        given = ToAnnotate(pipelines, each.text, each.title, each.language)
        result = self.worker.run(ANNOTATE, given, limit, self.windows.get_many)
        if isinstance(result, Annotated):
            spans.update(result.spans)
            counts.update(result.windows)
            return result.annotation
        if isinstance(result, Failed):
            if isinstance(result.error, (ModelError, StageFault)):
                raise result.error
            url = url_of_version(self.connection, each.article_version_id)
            self.faults.add(result.error, url, result.place)
            log.error("annotate: the text broke the annotator", url=url, exception=result.trace)
        return result

    def _quarantine(self, number: int, reason: str, model: str) -> None:
        url = url_of_version(self.connection, number)
        log.error("annotate: quarantined", url=url, reason=reason)
        quarantine_version(self.connection, number, reason, model, self.run_id)

    def _record(self, number: int, broken: Broken, model: str) -> None:
        record_failure(self.connection, "annotate", number, self.run_id, broken, model)


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


# What a worker does.


@dataclass(frozen=True, slots=True)
class ToAnnotate:
    """A text as a worker gets it."""

    pipelines: NlpPipelines
    text: str
    title: str | None
    language: str | None = None
    """As it is stored; None where nobody has said which it is."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """What a worker found in a text."""

    annotation: Annotation
    windows: Mapping[str, int]
    """``windows_read`` and ``windows_reused``."""
    spans: Mapping[bytes, FoundSpans]
    """Spans of the windows that it read, to be stored for other workers."""


@dataclass(frozen=True, slots=True)
class _AskedWindows:
    """A ``SpanCache`` of a worker: its own windows, and those of the store, which it asks for."""

    own: SpanCache
    new: dict[bytes, FoundSpans] = field(default_factory=dict)

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, FoundSpans]:
        """Return the spans of those keys that are known here or in the store."""
        known = self.own.get_many(keys)
        if wanted := [key for key in keys if key not in known]:
            stored = ask(wanted)
            self.own.put(stored)
            known |= stored
        return known

    def put(self, spans: Mapping[bytes, FoundSpans]) -> None:
        """Keep spans, and return them with the annotation."""
        self.own.put(spans)
        self.new.update(spans)


def _annotate(given: ToAnnotate) -> Annotated:
    annotator = _annotator(given.pipelines)
    tagger = annotator.tagger
    if tagger is None:
        [annotation] = annotator.annotate([given.text], [given.title], [given.language])
        return Annotated(annotation, {}, {})
    own = tagger.cache
    asked = _AskedWindows(own)
    tagger.cache, tagger.counts = asked, Counter()
    try:
        [annotation] = annotator.annotate([given.text], [given.title], [given.language])
    finally:
        tagger.cache = own
    return Annotated(annotation, dict(tagger.counts), asked.new)


def _model(pipelines: NlpPipelines) -> str:
    return _annotator(pipelines).version


def loaded_model(worker: PageWorker) -> str:
    """Let a worker load the pipelines, and return the version of the English one.

    Raises:
        ModelError: the model is missing or broken.
    """
    pipelines = settings().nlp_pipelines
    result = worker.run(Step("loading the model", _model, pipelines), pipelines, _LOAD_LIMIT)
    if isinstance(result, Failed):
        raise result.error
    if isinstance(result, Broken):
        raise StageFault(f"annotate stopped: {result.reason}")
    return result


_LOAD_LIMIT = TimeLimit(300.0)
ANNOTATE = Step("annotation", _annotate, ToAnnotate(NlpPipelines(), "Ida Marlow said no.", None))
"""Annotates a text. The worker asks for windows that others have read; whoever has no store replies
with none."""


def load_own_pipeline() -> None:
    """Load the shipped model but for its weights, in a process from which workers are forked.

    A model that is missing or broken is told by the first worker, which has a stage to stop.
    """
    with suppress(ModelError):
        _annotator(NlpPipelines())


@lru_cache(maxsize=1)
def _annotator(pipelines: NlpPipelines) -> Annotator:
    """Load the pipelines once per process."""
    return Annotator.load(pipelines.english, pipelines.others)
