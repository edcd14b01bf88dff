"""Create the pools that the DAGs name when the scheduler starts.

A task in a pool that does not exist is never scheduled and never fails, so its DAG would hang
without a message. The sizes are settings, because several machines may work for one scheduler:
`DATELINE_FETCH_TASKS` and `DATELINE_CPU_TASKS`. A size that was set in the UI lasts until the next
start.
"""

import os
import sys
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from pipeline.settings import settings

POOLS = {
    "dateline_fetch": "fetching: mostly waits for other people's servers",
    "dateline_cpu": "extraction and annotation: one task keeps a core busy",
    "dateline_dedupe": "one at a time: dedupe tasks cannot see each other's open transactions",
}
"""Description of each pool."""


def slots() -> dict[str, int]:
    """Return the size of each pool."""
    return {
        "dateline_fetch": settings().fetch_tasks,
        "dateline_cpu": settings().cpu_tasks or os.cpu_count() or 1,
        "dateline_dedupe": 1,
    }


class PoolListener:
    """Listener that Airflow calls when a component starts.

    It is called in tasks too, which run in copies of the scheduler's process.
    """

    @hookimpl
    def on_starting(self, component: Any) -> None:
        """Create the pools, or give them their size, if this is the scheduler."""
        if type(component).__name__ == "Job" and "scheduler" in sys.argv:
            set_pools()


def set_pools() -> None:
    """Create the pools of ``POOLS`` in the metadata database, or set their sizes."""
    from airflow.models.pool import Pool

    sizes = slots()
    for name, description in POOLS.items():
        Pool.create_or_update_pool(name, sizes[name], description, include_deferred=False)


class DatelinePools(AirflowPlugin):
    """Register the listener with Airflow."""

    name = "dateline_pools"
    listeners = [PoolListener()]  # noqa: RUF012  (Airflow's own way to declare them)
