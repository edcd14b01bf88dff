"""Load heavy libraries once, in the process that tasks are forked from.

Airflow imports this file when a component starts. Each task runs in a process forked from the
scheduler (LocalExecutor) or from a Celery worker, and shares copy-on-write what its parent has
imported; otherwise a task pays 2 CPU-seconds for imports, and one that reads pages a second for its
tables. No ONNX session is opened here: it has threads, which do not survive a fork, so each task
opens its own.
"""

import os
import sys
from importlib import import_module
from typing import Any

_HEAVY = (
    "pipeline psycopg trafilatura spacy onnxruntime "
    "airflow.sdk.execution_time.task_runner airflow.sdk.execution_time.supervisor "
    "airflow.sdk.api.client airflow.providers.standard.decorators.python "
    "airflow.providers.standard.operators.empty airflow.dag_processing.dagbag "
    "pipeline.stages.collect pipeline.stages.load pipeline.stages.dedupe "
    "pipeline.stages.annotate pipeline.stages.publish pipeline.stages.reprocess "
    "pipeline.stages.preloaded"
)


def preload(**_: object) -> None:
    """Import what tasks need; the arguments of a Celery signal are ignored."""
    for name in _HEAVY.split():
        import_module(name)


if "celery" in sys.argv:
    from celery.signals import worker_init
    from celery.worker.control import inspect_command

    worker_init.connect(preload, weak=False)

    @inspect_command()
    def dateline_cores(state: Any) -> int:
        """Answer ``plugins/dateline_pools.py``: tasks that this worker can keep busy at once."""
        concurrency = state.consumer.controller.pool.num_processes
        return min(os.cpu_count() or 1, concurrency)

elif "scheduler" in sys.argv:
    # Airflow is still importing its own modules; those in the list must wait for the first task.
    for heavy in _HEAVY.split()[:5]:
        import_module(heavy)
