"""Grouping: the due sources of a tick, divided into tasks by the work that they promise."""

from collections.abc import Mapping


def group_sources(requests: Mapping[str, int], per_task: int, most_tasks: int) -> list[list[str]]:
    """Divide sources into groups of about equal work, the largest sources first.

    A source is never divided, since its hosts are asked one request at a time anyway.

    >>> group_sources({"herald": 150, "gazette": 90, "post": 60}, per_task=150, most_tasks=6)
    [['herald'], ['gazette', 'post']]

    Args:
        requests: expected requests by source key.
        per_task: requests that one task should do; more, where there would be too many tasks.
        most_tasks: tasks that run at the same time. A task that waits for a free slot would make
            the tick as long as two tasks.

    Returns:
        At most ``most_tasks`` lists of keys, none empty.
    """
    if not requests:
        return []
    wanted = -(-sum(requests.values()) // per_task)
    count = max(1, min(most_tasks, wanted, len(requests)))
    groups: list[list[str]] = [[] for _ in range(count)]
    loads = [0] * count
    for key in sorted(requests, key=lambda key: (-requests[key], key)):
        least = loads.index(min(loads))
        groups[least].append(key)
        loads[least] += max(1, requests[key])
    return groups
