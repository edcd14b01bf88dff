"""Grouping: the due sources of a tick, divided into tasks by the work that they promise."""

from collections.abc import Mapping

MOST_GROUPS = 30
"""Tasks of a tick at most: an Airflow task costs 0.3 CPU-seconds before it does anything."""


def group_sources(requests: Mapping[str, int], per_task: int) -> list[list[str]]:
    """Divide sources into groups of about equal work, the largest sources first.

    A source is never divided, since its hosts are asked one request at a time anyway.

    >>> group_sources({"herald": 150, "gazette": 90, "post": 60}, per_task=150)
    [['herald'], ['gazette', 'post']]

    Args:
        requests: expected requests by source key.
        per_task: requests that one task should do.

    Returns:
        At most ``MOST_GROUPS`` lists of keys, none empty.
    """
    if not requests:
        return []
    wanted = -(-sum(requests.values()) // per_task)
    count = max(1, min(MOST_GROUPS, wanted, len(requests)))
    groups: list[list[str]] = [[] for _ in range(count)]
    loads = [0] * count
    for key in sorted(requests, key=lambda key: (-requests[key], key)):
        least = loads.index(min(loads))
        groups[least].append(key)
        loads[least] += max(1, requests[key])
    return groups
