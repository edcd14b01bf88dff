"""Stage *dedupe*: find the copies of new article versions among all stored articles.

A batch of up to 500 articles is one transaction under an advisory lock. So two processes at once
alternate, and a killed process loses one batch. A person's decision about copies takes the same
lock.
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

_BATCH = 500
"""Articles per transaction: about one second, at 1,500 signatures and 2,500 pairs per second."""


def dedupe(run_id: int) -> dict[str, int]:
    """Find the copies of new versions and update the groups that they belong to.

    Returns:
        The number of versions ``deduplicated``, and of the ``relations`` found.
    """
    counts: Counter[str] = Counter()
    with store() as connection:
        while done := dedupe_batch(connection):
            counts.update(done)
    for name, count in counts.items():
        meter().count(f"dedupe_{name}", count)
    log.info("looked for copies", run_id=run_id, **counts)
    return dict(counts)


def dedupe_batch(connection: psycopg.Connection) -> dict[str, int]:
    """Process the next batch as ``dedupe`` does; return its counts, empty if none is pending."""
    with dedup_lock(connection):
        versions = pending_dedup(connection, _BATCH)
        if not versions:
            return {}
        candidates = PostgresCandidates(connection)
        marks = {text.id: fingerprints(text.text) for text in candidates.texts(versions).values()}
        lost = save_fingerprints(connection, versions, marks)
        # A passage that an earlier version shared with these articles may have counted as
        # boilerplate; without that version it may be a copy.
        affected = {
            other for each, keys in lost.items() for other in candidates.candidates(each, keys)
        }
        found = find_matches(versions, candidates, affected)
        touched = save_matches(connection, versions, found.matches, found.retracted)
        update_groups(connection, touched)
        mark_deduplicated(connection, versions.values())
    return {"deduplicated": len(versions), "relations": len(found.matches)}


def undo(
    article: str, other: str | None = None, *, reason: str | None = None, decided_by: str
) -> list[tuple[int, int]]:
    """Declare that two articles are not duplicates, and update their groups at once.

    Args:
        article: an article id or URL.
        other: the id or URL of the other article; None for every article of its group.
        reason: why, for later readers of the decision.
        decided_by: the person who decides.

    Returns:
        The decided pairs of article ids, the smaller id first.

    Raises:
        UsageError: an article is unknown, has no group, or is declared different from itself.
    """
    with store() as connection, dedup_lock(connection):
        one = find_article(connection, article)
        others = [find_article(connection, other)] if other else group_members(connection, one)
        if one in others:
            raise UsageError(
                f"{article} and {other} are the same article, {one}: name two articles"
            )
        if not others:
            raise UsageError(
                f"{article} is in no group of copies: there is nothing to undo;"
                " dateline dedupe decisions lists what is declared already"
            )
        pairs = sorted((min(one, each), max(one, each)) for each in others)
        duplicates.declare_different(connection, pairs, reason, decided_by)
        update_groups(connection, {one, *others})
    return pairs


def redo(article: str, other: str | None = None) -> list[tuple[int, int]]:
    """Withdraw the decision about two articles, or all about one; update the groups at once.

    Returns:
        The pairs of article ids whose decision is withdrawn.

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
        update_groups(connection, {each for pair in pairs for each in pair})
    return pairs


def decisions() -> list[DuplicateDecision]:
    """Return all decisions, newest first."""
    with store() as connection:
        return duplicates.decisions(connection)


def update_groups(connection: psycopg.Connection, touched: Collection[int]) -> None:
    """Compute the groups of these articles and of all that are connected to them.

    Args:
        connection: one that holds the lock of copies.
        touched: ids of articles.
    """
    matches = connected_matches(touched, partial(matches_of, connection))
    # Articles reached only by "partial" are left out: their other matches are not among these, so
    # they would lose their group.
    grouping = [match for match in matches if match.relation != "partial"]
    members = set(touched).union(*((match.a, match.b) for match in grouping))
    apart = pairs_kept_apart(connection, members)
    groups = group(group_texts(connection, members), matches, apart)
    save_groups(connection, members, regroup(groups, group_ids(connection, members)))
