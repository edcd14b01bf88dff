"""Stage *dedupe*: copies among the versions that came in since, against all that are stored."""

from pipeline.dedupe.candidates import CandidateText
from pipeline.stages.store import store
from pipeline.telemetry import log, meter


def dedupe(run_id: int) -> dict[str, int]:
    raise NotImplementedError
