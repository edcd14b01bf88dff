"""Create the pools that the DAGs name when the scheduler starts.

A task in a pool that does not exist is never scheduled and never fails, so its DAG would hang
without a message. A pool that exists is not changed, so that a size set in the UI is kept.
"""

import os
import sys
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

POOLS = {
    "dateline_fetch": (6, "fetching: mostly waits for other people's servers"),
    "dateline_cpu": (os.cpu_count() or 1, "extraction and annotation: one task keeps a core busy"),
    "dateline_dedupe": (1, "one at a time: dedupe tasks cannot see each other's open transactions"),
}
"""Slots and description of each pool. Fetching leaves two of the eight workers to *curate*."""


class PoolListener:
    """Listener that Airflow calls when a component starts.

    It is called in tasks too, which run in copies of the scheduler's process.
    """

    @hookimpl
    def on_starting(self, component: Any) -> None:
        """Create missing pools if this is the scheduler."""
        if type(component).__name__ == "Job" and "scheduler" in sys.argv:
            create_missing_pools()


def create_missing_pools() -> None:
    """Create the pools of ``POOLS`` that the metadata database does not have."""
    from airflow.models.pool import Pool

    for name, (slots, description) in POOLS.items():
        if Pool.get_pool(name) is None:
            Pool.create_or_update_pool(name, slots, description, include_deferred=False)


class DatelinePools(AirflowPlugin):
    """Register the listener with Airflow."""

    name = "dateline_pools"
    listeners = [PoolListener()]  # noqa: RUF012  (Airflow's own way to declare them)
