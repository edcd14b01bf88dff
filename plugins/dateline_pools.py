"""Create the pools that the DAGs name when the scheduler starts.

A task in a pool that does not exist is never scheduled and never fails, so its DAG would hang
without a message. The sizes are settings, because several machines may work for one scheduler:
`DATELINE_FETCH_TASKS` and `DATELINE_CPU_TASKS`. A size that was set in the UI lasts until the next
start.

With CeleryExecutor and without `DATELINE_CPU_TASKS`, the pool of tasks that keep a core busy is as
large as all workers together, and follows them when they come and go.
"""

import logging
import os
import sys
import threading
from typing import Any

from airflow.configuration import conf
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from pipeline.settings import settings

POOLS = {
    "dateline_fetch": "fetching: mostly waits for other people's servers",
    "dateline_cpu": "extraction and annotation: one task keeps a core busy",
    "dateline_dedupe": "one at a time: dedupe tasks cannot see each other's open transactions",
}
"""Description of each pool."""

_ASK_SECONDS = 15.0
"""Seconds between two questions to the workers for their cores."""
_ANSWER_SECONDS = 3.0
"""Seconds in which a worker must answer."""
_BROKER_SECONDS = 30.0
"""Seconds in which the broker must answer; it does within one, even if there is nothing to say."""

log = logging.getLogger(__name__)


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
            set_pools(slots())
            if "CeleryExecutor" in conf.get("core", "executor") and settings().cpu_tasks is None:
                threading.Thread(target=follow_workers, daemon=True, name="dateline pools").start()


def set_pools(sizes: dict[str, int]) -> None:
    """Create pools of ``POOLS`` in the metadata database, or set their sizes."""
    from airflow.models.pool import Pool

    for name, size in sizes.items():
        Pool.create_or_update_pool(name, size, POOLS[name], include_deferred=False)


def cores_of_workers() -> int:
    """Return how many tasks that keep a core busy all Celery workers that answer can run at once.

    Each worker answers by ``dateline_cores`` of ``config/airflow_local_settings.py``.
    """
    from airflow.providers.celery.executors.celery_executor_utils import app

    # A connection of its own, with an end to its patience: on the executor's connections one
    # question was seen to wait for ever for the broker (Redis 7.0, kombu 5.7, redis 8.1), and the
    # pool kept the size that it had.
    options = {"socket_timeout": _BROKER_SECONDS}
    with app.connection_for_write(transport_options=options) as connection:
        answers = app.control.broadcast(
            "dateline_cores", reply=True, timeout=_ANSWER_SECONDS, connection=connection
        )
    return sum(int(cores) for answer in answers or () for cores in answer.values())


def follow_workers() -> None:
    """Give the pool of busy tasks the size of all workers, again and again."""
    known = 0
    while True:
        try:
            cores = cores_of_workers()
            if cores not in (0, known):
                set_pools({"dateline_cpu": cores})
                log.info("pool dateline_cpu: %s slots, as the workers have cores", cores)
                known = cores
        except Exception as error:  # the broker or the database is away: ask again later
            log.warning("the workers could not be asked for their cores: %s", error)
        threading.Event().wait(_ASK_SECONDS)


class DatelinePools(AirflowPlugin):
    """Register the listener with Airflow."""

    name = "dateline_pools"
    listeners = [PoolListener()]  # noqa: RUF012  (Airflow's own way to declare them)
