"""Divide what waits for a stage among the tasks that work on it at the same time."""

import os
from collections.abc import Sequence

from pipeline.settings import settings

_LEAST = 50
"""Pages that are worth a task of their own: loading the model takes 1.8 s, the names of a page 0.2.
"""


def batches(ids: Sequence[int]) -> list[list[int]]:
    """Return ids in equal parts, as many as tasks may run at once; none has more than allowed.

    As one task the names of 247 articles took 57 s, with a core idle; as two they took 32.
    """
    tasks = settings().cpu_tasks or os.cpu_count() or 1
    size = min(settings().curate_batch, max(_LEAST, -(-len(ids) // tasks)))
    return [list(ids[first : first + size]) for first in range(0, len(ids), size)]
