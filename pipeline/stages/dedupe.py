"""Stage *dedupe*: copies among the versions that came in since, against all that are stored.

Works in turns of a few hundred articles, each one transaction under a lock, so that two runs at
once take turns and a kill costs one turn.
"""

from collections import Counter
from collections.abc import Collection
from functools import partial

import psycopg

from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import component, group, regroup
from pipeline.dedupe.matching import find_matches
from pipeline.stages.store import store
from pipeline.telemetry import log, meter
from pipeline.warehouse.fingerprints import (
    PostgresCandidates,
    group_ids,
    group_texts,
    mark_deduplicated,
    matches_of,
    pending_dedup,
    save_fingerprints,
    save_groups,
    save_matches,
    turn,
)

_TURN = 500
"""Articles a transaction: at 1,500 signatures and 2,500 verified pairs a second about a second."""


def dedupe(run_id: int) -> dict[str, int]:
    """Find the copies of new versions and renew the groups they touch; return counts."""
    counts: Counter[str] = Counter()
    with store() as connection:
        while done := _one_turn(connection):
            counts.update(done)
    for name, count in counts.items():
        meter().count(f"dedupe_{name}", count)
    log.info("looked for copies", run_id=run_id, **counts)
    return dict(counts)


def _one_turn(connection: psycopg.Connection) -> dict[str, int]:
    with turn(connection):
        versions = pending_dedup(connection, _TURN)
        if not versions:
            return {}
        candidates = PostgresCandidates(connection)
        marks = {text.id: fingerprints(text.text) for text in candidates.texts(versions).values()}
        save_fingerprints(connection, versions, marks)
        found = find_matches(versions, candidates)
        touched = save_matches(connection, versions, found.matches, found.retracted)
        _renew_groups(connection, touched)
        mark_deduplicated(connection, versions.values())
    return {"deduplicated": len(versions), "relations": len(found.matches)}


def _renew_groups(connection: psycopg.Connection, touched: Collection[int]) -> None:
    matches = component(touched, partial(matches_of, connection))
    # Not those reached by "partial" alone: their own relations are not among these, so they would
    # lose the group they are in.
    joining = [match for match in matches if match.relation != "partial"]
    members = set(touched).union(*((match.a, match.b) for match in joining))
    groups = group(group_texts(connection, members), matches)
    save_groups(connection, members, regroup(groups, group_ids(connection, members)))
