"""Stage *dedupe*: copies among the versions that came in since, against all that are stored.

Works in turns of a few hundred articles, each one transaction under a lock, so that two runs at
once take turns and a kill costs one turn. What people decide about copies takes such a turn too.
"""

from collections import Counter
from collections.abc import Collection
from functools import partial

import psycopg

from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.groups import connected_matches, group, regroup
from pipeline.dedupe.matching import find_matches
from pipeline.errors import UsageError
from pipeline.telemetry import log, meter
from pipeline.warehouse import duplicates
from pipeline.warehouse.duplicates import (
    DuplicateDecision,
    PostgresCandidates,
    dedup_lock,
    find_article,
    group_ids,
    group_members,
    group_texts,
    mark_deduplicated,
    matches_of,
    pairs_kept_apart,
    pending_dedup,
    save_fingerprints,
    save_groups,
    save_matches,
)
from pipeline.warehouse.store import store

_TURN = 500
"""Articles a transaction: at 1,500 signatures and 2,500 verified pairs a second about a second."""


def dedupe(run_id: int) -> dict[str, int]:
    """Find the copies of new versions and renew the groups they touch; return counts."""
    counts: Counter[str] = Counter()
    with store() as connection:
        while done := one_turn(connection):
            counts.update(done)
    for name, count in counts.items():
        meter().count(f"dedupe_{name}", count)
    log.info("looked for copies", run_id=run_id, **counts)
    return dict(counts)


def one_turn(connection: psycopg.Connection) -> dict[str, int]:
    """Do it for the next few hundred versions; return counts, none where nothing waits."""
    with dedup_lock(connection):
        versions = pending_dedup(connection, _TURN)
        if not versions:
            return {}
        candidates = PostgresCandidates(connection)
        marks = {text.id: fingerprints(text.text) for text in candidates.texts(versions).values()}
        lost = save_fingerprints(connection, versions, marks)
        # What an earlier text showed to be others' furniture may be so no more.
        again = {
            other for each, keys in lost.items() for other in candidates.candidates(each, keys)
        }
        found = find_matches(versions, candidates, again)
        touched = save_matches(connection, versions, found.matches, found.retracted)
        _renew_groups(connection, touched)
        mark_deduplicated(connection, versions.values())
    return {"deduplicated": len(versions), "relations": len(found.matches)}


def undo(
    article: str, other: str | None = None, *, reason: str | None = None, decided_by: str
) -> list[tuple[int, int]]:
    """Declare that two articles are no duplicates, and renew their groups at once.

    Args:
        article: an article id or URL.
        other: the other one; None for every article of its group.
        reason: why, for those who read the decision later.
        decided_by: who says so.

    Returns:
        The decided pairs of article ids, the smaller id first.

    Raises:
        UsageError: an article is unknown, has no group, or is declared different from itself.
    """
    with store() as connection, dedup_lock(connection):
        one = find_article(connection, article)
        others = [find_article(connection, other)] if other else group_members(connection, one)
        if one in others:
            raise UsageError(f"{article} and {other} are one article, {one}: name two")
        if not others:
            raise UsageError(
                f"{article} is in no group of copies: there is nothing to undo;"
                " dateline dedupe decisions lists what is declared already"
            )
        pairs = sorted((min(one, each), max(one, each)) for each in others)
        duplicates.declare_different(connection, pairs, reason, decided_by)
        _renew_groups(connection, {one, *others})
    return pairs


def redo(article: str, other: str | None = None) -> list[tuple[int, int]]:
    """Withdraw the decision about two articles, or all about one; renew the groups at once.

    Returns:
        The pairs of article ids that were declared different and are no more.

    Raises:
        UsageError: an article is unknown, or there is no such decision.
    """
    with store() as connection, dedup_lock(connection):
        one = find_article(connection, article)
        two = find_article(connection, other) if other else None
        pairs = duplicates.withdraw_decisions(connection, one, two)
        if not pairs:
            about = f"{article} and {other}" if other else article
            raise UsageError(f"nothing was decided about {about}: see dateline dedupe decisions")
        _renew_groups(connection, {each for pair in pairs for each in pair})
    return pairs


def decisions() -> list[DuplicateDecision]:
    """Return all decisions, the newest first."""
    with store() as connection:
        return duplicates.decisions(connection)


def _renew_groups(connection: psycopg.Connection, touched: Collection[int]) -> None:
    matches = connected_matches(touched, partial(matches_of, connection))
    # Not those reached by "partial" alone: their own relations are not among these, so they would
    # lose the group they are in.
    joining = [match for match in matches if match.relation != "partial"]
    members = set(touched).union(*((match.a, match.b) for match in joining))
    apart = pairs_kept_apart(connection, members)
    groups = group(group_texts(connection, members), matches, apart)
    save_groups(connection, members, regroup(groups, group_ids(connection, members)))
